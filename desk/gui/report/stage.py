"""The report form, the shape of it while it is read, or a few words in its place."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from desk.gui.widgets.common import Stack
from desk.gui.widgets.panels import EmptyState, LoadingSkeleton


class Stage(QWidget):
    """One of the three at a time, over the whole page."""

    def __init__(self, page: QWidget, form: QWidget) -> None:
        super().__init__(page)
        self._form = form
        self._skeleton = LoadingSkeleton(14, 36)
        self.state: EmptyState | None = None
        self._stack = Stack(self)
        self._stack.addWidget(self._skeleton)
        self._stack.addWidget(form)
        self.setLayout(self._stack)
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self, 1)

    @property
    def says(self) -> bool:
        """Whether words stand in the form's place."""
        return self.state is not None and self._stack.currentWidget() is self.state

    def wait(self) -> None:
        self._stack.setCurrentWidget(self._skeleton)

    def show_form(self) -> None:
        self._stack.setCurrentWidget(self._form)

    def say(self, state: EmptyState) -> None:
        if self.state is not None:
            self._stack.removeWidget(self.state)
            self.state.deleteLater()
        self.state = state
        self._stack.addWidget(state)
        self._stack.setCurrentWidget(state)
