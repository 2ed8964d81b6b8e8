"""Conversations and texts: selectable, searchable, plain. What was scrolled through is told.

A chat or a text counts as viewed when it was scrolled through to its end
(the viewing rules of desk.domain.viewing); only what stood on the screen counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from PySide6.QtCore import QElapsedTimer, QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QFont, QKeyEvent, QTextCharFormat, QTextCursor, QTextDocument
from PySide6.QtWidgets import QSizePolicy, QTextEdit, QVBoxLayout, QWidget

from desk.domain.content import Content, ContentKind, Message
from desk.domain.viewing import covered
from desk.gui import theme, words
from desk.gui.case.parts import row
from desk.gui.session import Session
from desk.gui.widgets.buttons import IconButton
from desk.gui.widgets.common import label
from desk.gui.widgets.fields import TextField
from desk.gui.words import plural, tr

TICK_MS = 250
MOST_HEIGHT = 320
AT_ONCE = 60
"""Messages written in one go."""
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

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.StyleChange):
            self.restyle()

    def restyle(self) -> None:
        """Formats carry colours: a change of theme writes them anew."""

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


class ChatView(PlainView):
    """Messages as blocks: sender, time, text. Times in the reader's zone, UTC in the copy's own words."""

    def __init__(self, messages: tuple[Message, ...]) -> None:
        self._messages: tuple[Message, ...] = ()
        self._written = self._at = 0
        super().__init__(tr("Messages"))
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.timeout.connect(self._write)
        self.set_messages(messages)

    def set_messages(self, messages: tuple[Message, ...]) -> None:
        self._messages = messages
        self.restyle()

    @property
    def building(self) -> bool:
        """Whether messages are still being written into it."""
        return self._written < len(self._messages)

    def stretch(self) -> tuple[float, float] | None:
        return None if self.building else super().stretch()

    def restyle(self) -> None:
        if not self._messages:
            return
        self._at = self.verticalScrollBar().value()
        self._written = 0
        self.clear()
        self._write()

    def _write(self) -> None:
        """Some messages more; the rest when the loop comes round, so that thousands do not stall it."""
        start = self._written
        some = self._messages[start : start + AT_ONCE]
        if not some:
            return
        head, quiet, body = QTextCharFormat(), QTextCharFormat(), QTextCharFormat()
        head.setFont(theme.sans(theme.BODY, QFont.Weight.DemiBold))
        quiet.setFont(theme.sans(theme.SMALL))
        body.setFont(theme.sans())
        head.setForeground(theme.colour("text"))
        quiet.setForeground(theme.colour("muted"))
        body.setForeground(theme.colour("text"))
        cursor = QTextCursor(self.document())
        cursor.movePosition(QTextCursor.MoveOperation.End)
        cursor.beginEditBlock()
        for n, message in enumerate(some, start):
            if n:
                cursor.insertBlock()
            space = cursor.blockFormat()
            space.setTopMargin(10 if n else 0)
            cursor.setBlockFormat(space)
            to = tr(" to {name}", name=message.to) if message.to else ""
            cursor.insertText(message.sender, head)
            when = words.moment_exact(message.at) if message.at else tr("time not known")
            ip = f" · {message.ip}" if message.ip else ""
            cursor.insertText(f"{to}   {when}{ip}", quiet)
            cursor.insertBlock()
            flush = cursor.blockFormat()
            flush.setTopMargin(2)
            cursor.setBlockFormat(flush)
            cursor.insertText(message.text, body)
        cursor.endEditBlock()
        self._written = start + len(some)
        if self.building:
            self._later.start()
        else:
            self.verticalScrollBar().setValue(self._at)


class TextView(PlainView):
    def __init__(self, text: str) -> None:
        super().__init__(tr("Text"))
        self.setPlainText(text)
        self.moveCursor(QTextCursor.MoveOperation.Start)


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
            self.view: PlainView = ChatView(content.messages)
            place = words.joined([content.client or "", content.room or ""])
            many = len(content.messages) > 3
        else:
            self.view = TextView(content.text or "")
            place = words.joined([content.name or tr("Text")])
            many = len(content.text or "") > 600
        self._find = TextField(tr("Find in it"))
        self._find.setAccessibleName(tr("Find in these messages"))
        self._find.setFixedWidth(130)
        self._find.setClearButtonEnabled(True)
        self._find.textChanged.connect(self._search_anew)
        self._find.returnPressed.connect(self.find_next)
        self._hits = label("", "muted")
        up, down = IconButton("chevron-up", tr("Before")), IconButton("chevron-down", tr("Next"))
        up.clicked.connect(self.find_before)
        down.clicked.connect(self.find_next)
        self._finders: list[QWidget] = [self._hits, self._find, up, down]
        said = label(place, "muted")
        said.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        said.setToolTip(place)
        line = row(gap=theme.S1)
        line.addWidget(said, 1)
        for widget in self._finders:
            line.addWidget(widget)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.S1)
        column.addLayout(line)
        column.addWidget(self.view)
        for widget in self._finders:
            # Only now that they have a parent: one without would come up as a window.
            widget.setVisible(many)
        self._timer = QTimer(self)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self._tick)
        self.setFocusProxy(self.view)

    # --- searching -------------------------------------------------------

    def _count(self) -> int:
        document, wanted, found = self.view.document(), self._find.text(), 0
        cursor = document.find(wanted, 0) if wanted else QTextCursor()
        while not cursor.isNull():
            found += 1
            cursor = document.find(wanted, cursor)
        return found

    def _search_anew(self) -> None:
        wanted = self._find.text()
        self._hits.setText(plural(self._count(), "{n} place", "{n} places") if wanted else "")
        self.view.moveCursor(QTextCursor.MoveOperation.Start)
        if wanted:
            self.find_next()

    def find_next(self) -> None:
        self._step(QTextDocument.FindFlag(0), QTextCursor.MoveOperation.Start)

    def find_before(self) -> None:
        self._step(QTextDocument.FindFlag.FindBackward, QTextCursor.MoveOperation.End)

    def _step(self, flags: QTextDocument.FindFlag, again: QTextCursor.MoveOperation) -> None:
        wanted = self._find.text()
        if wanted and not self.view.find(wanted, flags):
            self.view.moveCursor(again)
            self.view.find(wanted, flags)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self._find.text():
            self._find.clear()
            self.view.setFocus()
            return
        super().keyPressEvent(event)

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
