"""What stands in the window while nobody works at it: one card on the plain ground, nothing beneath."""

from __future__ import annotations

from PySide6.QtWidgets import QApplication, QDialog, QFrame, QHBoxLayout, QToolTip, QVBoxLayout, QWidget

from desk.gui.signin.forms import FirstForm, PassphraseForm, PracticeLock, SignInForm
from desk.gui.widgets.panels import Scroll

Form = SignInForm | FirstForm | PracticeLock | PassphraseForm


class Scene(QFrame):
    """Holds one form, centred; scrolls where the window is small or the letters are large."""

    def __init__(self, form: Form) -> None:
        super().__init__()
        self.setObjectName("cover")
        self.form = form
        scroll = Scroll()
        # Between stretches, not aligned: an aligned form is not asked for its height at this width.
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(form)
        row.addStretch(1)
        scroll.body.addStretch(2)
        scroll.body.addLayout(row)
        scroll.body.addStretch(3)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(scroll)

    def focus(self) -> None:
        self.form.focus_first()


def close_over(window: QWidget) -> None:
    """Everything that stands over the window goes: dialogs are put away as Escape does, menus closed."""
    QToolTip.hideText()
    while (popup := QApplication.activePopupWidget()) is not None:
        popup.close()
        if QApplication.activePopupWidget() is popup:
            break
    for other in QApplication.topLevelWidgets():
        if other is window or not other.isVisible() or other.window() is not other:
            continue
        if isinstance(other, QDialog):
            other.reject()
        if other.isVisible():
            other.hide()
