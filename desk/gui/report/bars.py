"""Lines above and below the form: what stands in the way, and the way on."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from desk.gui import icons, theme
from desk.gui.report.keeper import Keeper
from desk.gui.widgets.buttons import primary, quiet, secondary
from desk.gui.widgets.common import label
from desk.gui.words import tr


class NoteBar(QWidget):
    """A title, words under it, and at most two acts. ``kind``: info, warn, bad."""

    def __init__(self) -> None:
        super().__init__()
        # The air above belongs to the bar: it goes with it.
        panel = QFrame()
        panel.setObjectName("panel")
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, theme.S3, 0, 0)
        outer.addWidget(panel)
        self._icon = icons.IconLabel("info", 16, "accent")
        self._title = label("", "label", wrap=True)
        self._words = label("", "body-muted", wrap=True)
        self._acts: list[Callable[[], object]] = []
        self.buttons = [secondary(""), quiet("")]
        texts = QVBoxLayout()
        texts.setSpacing(2)
        texts.addWidget(self._title)
        texts.addWidget(self._words)
        row = QHBoxLayout(panel)
        row.setContentsMargins(theme.S3, theme.S2, theme.S3, theme.S2)
        row.setSpacing(theme.S2)
        row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(texts, 1)
        for button in self.buttons:
            button.clicked.connect(self._clicked)
            row.addWidget(button, 0, Qt.AlignmentFlag.AlignVCenter)
        self.hide()

    def say(self, kind: str, title: str, words: str, *acts: tuple[str, Callable[[], object]]) -> None:
        name, role = {"warn": ("triangle-alert", "warn"), "bad": ("circle-alert", "bad")}.get(
            kind, ("info", "accent")
        )
        self._icon.set(name, role)
        self._title.setText(title)
        self._words.setText(words)
        self._words.setVisible(bool(words))
        self._acts = [act for _, act in acts]
        for n, button in enumerate(self.buttons):
            button.setVisible(n < len(acts))
            if n < len(acts):
                button.setText(acts[n][0])
        self.setAccessibleName(f"{title} {words}".strip())
        self.show()

    def words(self) -> str:
        return f"{self._title.text()} {self._words.text()}".strip()

    def _clicked(self) -> None:
        index = next((n for n, button in enumerate(self.buttons) if button is self.sender()), -1)
        if 0 <= index < len(self._acts):
            self._acts[index]()


class KeptBar(NoteBar):
    """Why what is typed is not on the disk, and the way out."""

    def __init__(self, keeper: Keeper, reload: Callable[[], object]) -> None:
        super().__init__()
        self._keeper, self._reload = keeper, reload

    def not_kept(self, words: str) -> None:
        self.say("bad", tr("The draft could not be saved."), words, (tr("Try again"), self._try_again))

    def stale(self, words: str) -> None:
        """It was changed elsewhere meanwhile."""
        told = tr("Loading it again puts what you typed on the clipboard.")
        self.say("warn", words, told, (tr("Load it again"), self._reload))

    def _try_again(self) -> None:
        self.hide()
        self._keeper.flush()


class RefusedBar(NoteBar):
    """What the service said of the case's last filing."""

    def show_words(self, words: str) -> None:
        """Empty words: it was not refused."""
        self.setVisible(bool(words))
        if words:
            self.say(
                "warn",
                tr("The last filing of this case was refused: {words}", words=words),
                tr("Mend what is named, then review it and confirm it again."),
            )


class ReviewBar(QFrame):
    """The bottom of the page: back, how it stands, and the one primary act."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("confirmbar")
        self.back = secondary(tr("Back to the case"), key="Esc")
        self.review = primary(tr("Review and confirm…"), key="Ctrl+Return")
        self._saved = label("", "muted")
        self._icon = icons.IconLabel("circle-alert", 16, "warn")
        self._said = label("", "warn")
        self._icon.hide()
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.S4, theme.S3, theme.S4, theme.S3)
        row.setSpacing(theme.S3)
        row.addWidget(self.back)
        row.addWidget(self._saved)
        row.addStretch(1)
        row.addWidget(self._icon)
        row.addWidget(self._said)
        row.addWidget(self.review)

    def say(self, words: str) -> None:
        """What stands against the act; empty text takes it back."""
        self._said.setText(words)
        self._icon.setVisible(bool(words))

    def words(self) -> str:
        return self._said.text()

    def say_saved(self, words: str) -> None:
        self._saved.setText(words)


def stacked(*bars: QWidget) -> QWidget:
    """The bars above the form, with air where one is shown."""
    holder = QWidget()
    column = QVBoxLayout(holder)
    column.setContentsMargins(theme.S4, 0, theme.S4, 0)
    column.setSpacing(0)
    for bar in bars:
        column.addWidget(bar)
    return holder
