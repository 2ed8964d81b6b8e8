"""Conversations and texts of a case: searchable, plain. What was scrolled through is told.

A chat or a text counts as viewed when it was scrolled through to its end
(the viewing rules of desk.domain.viewing); only what stood on the screen counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from PySide6.QtCore import QElapsedTimer, QMimeData, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QTextCursor, QTextDocument
from PySide6.QtWidgets import QSizePolicy, QTextEdit, QVBoxLayout, QWidget

from desk.domain.content import Content, ContentKind, Message
from desk.domain.viewing import covered
from desk.gui import theme, words
from desk.gui.case.parts import copied_whole, row
from desk.gui.conversation.finder import Finder
from desk.gui.conversation.model import MessageModel
from desk.gui.conversation.view import MessageView
from desk.gui.session import Session
from desk.gui.widgets.buttons import IconButton
from desk.gui.widgets.common import label
from desk.gui.widgets.fields import TextField
from desk.gui.words import in_pieces, plural, tr

TICK_MS = 250
MOST_HEIGHT = 320
LONGEST_S = 300.0
"""An open page that nobody reads adds no more than this to a reading."""


@dataclass(frozen=True, slots=True)
class Read:
    """Stretches of a text that stood on the screen (shares in 0..1), from ``at`` on, for ``seconds``."""

    content_id: str
    at: datetime
    seconds: float
    stretches: tuple[tuple[float, float], ...]


class PlainView(QTextEdit):
    """Read-only text of its own height up to a limit. Nothing in it is a link."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setReadOnly(True)
        self.setUndoRedoEnabled(False)
        self.setTabChangesFocus(True)
        self.setAcceptRichText(False)
        self.setAccessibleName(name)
        self.document().setDocumentMargin(8)
        self.document().documentLayout().documentSizeChanged.connect(self._fit)

    def _fit(self) -> None:
        wanted = int(self.document().size().height()) + 4
        height = max(44, min(MOST_HEIGHT, wanted))
        if height != self.minimumHeight() or height != self.maximumHeight():
            self.setFixedHeight(height)

    def stretch(self) -> tuple[float, float] | None:
        """The part of the text now on the screen, as shares of the whole; None where none of it is."""
        seen = self.viewport().visibleRegion().boundingRect()
        whole = self.document().size().height()
        if seen.height() < 8 or seen.width() < 40 or whole <= 0:
            return None
        top = self.verticalScrollBar().value() + seen.top()
        bottom = self.verticalScrollBar().value() + seen.bottom() + 1
        # The margin below the last line is nothing to read.
        return max(0.0, top - 8) / whole, min(1.0, (bottom + 8) / whole)


class ChatView(MessageView):
    """Messages as they stand in the case, of the list's own height up to a limit."""

    def __init__(self, messages: tuple[Message, ...]) -> None:
        self.shown = MessageModel(messages)
        super().__init__(self.shown, tr("Messages"))
        self.verticalScrollBar().rangeChanged.connect(self._fit)
        self.setFixedHeight(MOST_HEIGHT)

    def updateGeometries(self) -> None:
        super().updateGeometries()
        self._fit()

    def _fit(self) -> None:
        if self.viewport().width() < 40:
            return
        height = max(44, min(MOST_HEIGHT, self.content_height() + 4))
        if self.shown.whole and height != self.minimumHeight():
            self.setFixedHeight(height)


class TextView(PlainView):
    def __init__(self, text: str) -> None:
        super().__init__(tr("Text"))
        self._text = text
        self.setPlainText(in_pieces(text))
        self.moveCursor(QTextCursor.MoveOperation.Start)

    def createMimeDataFromSelection(self) -> QMimeData:
        return copied_whole(super().createMimeDataFromSelection(), self._text)


class TextFinder(QWidget):
    """Search in a text of one piece."""

    def __init__(self, view: PlainView) -> None:
        super().__init__()
        self._view = view
        self.field = TextField(tr("Find in it"))
        self.field.setAccessibleName(tr("Find in this text"))
        self.field.setFixedWidth(130)
        self.field.setClearButtonEnabled(True)
        self.field.textChanged.connect(self._search_anew)
        self.field.returnPressed.connect(self.next)
        self.said = label("", "muted")
        up, down = IconButton("chevron-up", tr("Before")), IconButton("chevron-down", tr("Next"))
        up.clicked.connect(self.before)
        down.clicked.connect(self.next)
        line = row(gap=theme.S1)
        line.setContentsMargins(0, 0, 0, 0)
        for widget in (self.field, up, down, self.said):
            line.addWidget(widget)
        line.addStretch(1)
        self.setLayout(line)

    def _count(self) -> int:
        document, wanted, found = self._view.document(), self.field.text(), 0
        cursor = document.find(wanted, 0) if wanted else QTextCursor()
        while not cursor.isNull():
            found += 1
            cursor = document.find(wanted, cursor)
        return found

    def _search_anew(self) -> None:
        wanted = self.field.text()
        self.said.setText(plural(self._count(), "{n} place", "{n} places") if wanted else "")
        self._view.moveCursor(QTextCursor.MoveOperation.Start)
        if wanted:
            self.next()

    def next(self) -> None:
        self._step(QTextDocument.FindFlag(0), QTextCursor.MoveOperation.Start)

    def before(self) -> None:
        self._step(QTextDocument.FindFlag.FindBackward, QTextCursor.MoveOperation.End)

    def _step(self, flags: QTextDocument.FindFlag, again: QTextCursor.MoveOperation) -> None:
        wanted = self.field.text()
        if wanted and not self._view.find(wanted, flags):
            self._view.moveCursor(again)
            self._view.find(wanted, flags)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.field.text():
            self.field.clear()
            self._view.setFocus()
            return
        super().keyPressEvent(event)


class Conversation(QWidget):
    """A chat or text with a search of its own. ``read`` carries a Read when it was scrolled through,
    or what was seen of it when it is left."""

    read = Signal(object)

    def __init__(self, content: Content, session: Session) -> None:
        super().__init__()
        self.content_id = content.id
        self._session = session
        self._watching = self._whole = False
        self._at: datetime | None = None
        self._clock = QElapsedTimer()
        self._seconds = 0.0
        self._stretches: list[tuple[float, float]] = []
        if content.kind is ContentKind.CHAT:
            self.view: PlainView | ChatView = ChatView(content.messages)
            place = words.joined([content.client or "", content.room or ""])
            many = len(content.messages) > 3
        else:
            self.view = TextView(content.text or "")
            place = words.joined([content.name or tr("Text")])
            many = len(content.text or "") > 600
        if isinstance(self.view, ChatView):
            self.finder: Finder | TextFinder = Finder(self.view.shown, self.view)
        else:
            self.finder = TextFinder(self.view)
        said = label(place, "muted")
        said.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        said.setToolTip(place)
        self._partly = label(
            tr("Not all messages are shown, so nothing counts as read now."), "muted", wrap=True
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.S1)
        column.addWidget(said)
        column.addWidget(self.finder)
        column.addWidget(self._partly)
        column.addWidget(self.view)
        # Only now that they have a parent: one without would come up as a window.
        said.setVisible(bool(place))
        self.finder.setVisible(many)
        self._partly.hide()
        if isinstance(self.view, ChatView):
            self.view.shown.modelReset.connect(self._filtered)
        self._timer = QTimer(self)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self._tick)
        self.setFocusProxy(self.view)

    def _filtered(self) -> None:
        self._partly.setVisible(isinstance(self.view, ChatView) and not self.view.shown.whole)

    # --- what was read ---------------------------------------------------

    def watch(self, on: bool) -> None:
        """Keep account of what is on the screen, or end it and tell what was seen."""
        if on == self._watching or (on and self._whole):
            return
        self._watching = on
        if on:
            self._stretches, self._seconds, self._at = [], 0.0, None
            self._clock.start()
            self._timer.start()
        else:
            self._timer.stop()
            self._tell()

    def _tick(self) -> None:
        passed = self._clock.restart() / 1000
        found = self.view.stretch() if self.isVisible() and self.view.isActiveWindow() else None
        if found is None:
            return
        if self._at is None:
            self._at = self._session.desk.clock.now()
        self._seconds = min(LONGEST_S, self._seconds + min(passed, 1.0))
        if found not in self._stretches:
            self._stretches.append(found)
        if covered(self._stretches) >= 1.0:
            self._watching, self._whole = False, True
            self._timer.stop()
            self._stretches = [(0.0, 1.0)]
            self._tell()

    def _tell(self) -> None:
        if self._at is None or self._seconds <= 0 or not self._stretches:
            return
        merged: list[tuple[float, float]] = []
        for start, end in sorted(self._stretches):
            if merged and start <= merged[-1][1]:
                merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
            else:
                merged.append((start, end))
        at, self._at, self._stretches = self._at, None, []
        self.read.emit(Read(self.content_id, at, self._seconds, tuple(merged)))
