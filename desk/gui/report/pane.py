"""A scrolling column as high as its texts are at its width."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QResizeEvent

from desk.gui.widgets.panels import Scroll


class FormPane(Scroll):
    """Qt's scroll area takes the least height of all parts, which for texts that wrap is their height
    at some narrower width: a form of many of them would end in a blank screen.
    """

    def fit(self) -> None:
        """Lay out now; after this everything has its place."""
        self.body.activate()
        self._fit()

    def _fit(self) -> None:
        inner = self.widget()
        if inner is None:
            return
        height = max(self.viewport().height(), self.body.heightForWidth(self.viewport().width()))
        if height != inner.maximumHeight():
            inner.setFixedHeight(height)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest and watched is self.widget():
            self._fit()
        return super().eventFilter(watched, event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()
