"""A plain sheet over everything, for the one key that hides."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from desk.gui import icons, theme
from desk.gui.widgets.buttons import Button
from desk.gui.widgets.common import label
from desk.gui.words import tr


class Cover(QFrame):
    """Lies over ``frame`` below ``above`` (the band stays in view). Keys below it do not reach the page."""

    uncovered = Signal()

    def __init__(self, frame: QWidget, above: QWidget, key: str) -> None:
        super().__init__(frame)
        self.setObjectName("cover")
        self._frame, self._above = frame, above
        self._before: QWidget | None = None
        self._button = Button(tr("Show the desk"), "secondary", "eye", key)
        self._button.clicked.connect(self.uncover)
        column = QVBoxLayout(self)
        column.setSpacing(theme.S3)
        column.addStretch(1)
        column.addWidget(icons.IconLabel("eye-off", 20, "muted"), 0, Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(label(tr("Everything is hidden."), "section"), 0, Qt.AlignmentFlag.AlignHCenter)
        said = label(
            tr("Content stays blurred when the desk comes back. {key} shows it.", key=key), "body-muted"
        )
        column.addWidget(said, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(self._button, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(1)
        frame.installEventFilter(self)
        self.hide()

    def cover(self) -> None:
        self._before = self.window().focusWidget()
        self._place()
        self.show()
        self.raise_()
        # Covered parts take no keys and are out of the tab order.
        for child in self._siblings():
            child.setEnabled(False)
        self._button.setFocus()
        # At once, not when the loop comes round: this key is pressed in a hurry.
        self._frame.repaint()

    def uncover(self) -> None:
        for child in self._siblings():
            child.setEnabled(True)
        self.hide()
        before, self._before = self._before, None
        try:
            if before is not None and before.isVisible():
                before.setFocus()
        except RuntimeError:
            pass  # destroyed meanwhile
        self.uncovered.emit()

    def _siblings(self) -> list[QWidget]:
        found = self._frame.findChildren(QWidget, options=Qt.FindChildOption.FindDirectChildrenOnly)
        return [child for child in found if child is not self and child is not self._above]

    def _place(self) -> None:
        top = self._above.height()
        self.setGeometry(0, top, self._frame.width(), self._frame.height() - top)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._frame and event.type() == QEvent.Type.Resize:
            self._place()
        return super().eventFilter(watched, event)
