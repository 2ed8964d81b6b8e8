"""The messages of a conversation as a list: which are shown, which are found, which are reported."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt

from desk.domain.content import Message
from desk.domain.conversation import line_of, of_sender
from desk.gui import words
from desk.gui.words import tr

Index = QModelIndex | QPersistentModelIndex
MOST_UNDO = 200


class MessageModel(QAbstractListModel):
    """``marks``: whether messages are chosen for the report. Numbers count from 0 in the conversation."""

    def __init__(self, messages: tuple[Message, ...] = (), *, marks: bool = False) -> None:
        super().__init__()
        self.messages: tuple[Message, ...] = ()
        self.marks = marks
        self.rows: list[int] = []
        self.wanted = ""
        self.hits: list[int] = []
        self._folded: list[str] | None = None
        self._hit: frozenset[int] = frozenset()
        self.reported: frozenset[int] = frozenset()
        self._done: list[frozenset[int]] = []
        self._undone: list[frozenset[int]] = []
        self.set_messages(messages)

    def set_messages(self, messages: tuple[Message, ...]) -> None:
        self.beginResetModel()
        self.messages, self.rows, self._folded = messages, list(range(len(messages))), None
        self.hits, self._hit, self.wanted = [], frozenset(), ""
        self.reported = frozenset(self.rows)
        self._done, self._undone = [], []
        self.endResetModel()

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.rows)

    def number(self, index: Index) -> int:
        return self.rows[index.row()]

    def message(self, index: Index) -> Message:
        return self.messages[self.number(index)]

    def skipped(self, row: int) -> int:
        """How many messages are not shown between this row and the one before."""
        return self.rows[row] - (self.rows[row - 1] if row else -1) - 1

    def is_hit(self, number: int) -> bool:
        return number in self._hit

    def head(self, number: int) -> str:
        """Recipient, time with its zone, and IP address."""
        message = self.messages[number]
        to = tr("to {name}", name=" ".join(message.to.split())) if message.to else ""
        when = words.moment_exact(message.at) if message.at else tr("time not known")
        ip = tr("IP {address}", address=message.ip) if message.ip else ""
        return "   ".join(part for part in (to, when, ip) if part)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        number = self.number(index)
        if role == Qt.ItemDataRole.AccessibleTextRole or role == Qt.ItemDataRole.DisplayRole:
            message = self.messages[number]
            said = f"{message.sender} {self.head(number)}: {message.text}"
            if not self.marks:
                return said
            state = tr("reported") if number in self.reported else tr("left out")
            return f"{state}. {said}"
        return None

    # what is shown --------------------------------------------------------------------

    def show_only(self, sender: str | None, around: int = 0) -> None:
        """The messages of one sender and so many ``around`` each of them; None shows all."""
        if sender is None:
            rows = list(range(len(self.messages)))
        else:
            kept: set[int] = set()
            for number in of_sender(self.messages, sender):
                kept.update(range(max(0, number - around), min(len(self.messages), number + around + 1)))
            rows = sorted(kept)
        if rows == self.rows:
            return
        self.beginResetModel()
        self.rows = rows
        self.endResetModel()
        self._find_anew()

    @property
    def whole(self) -> bool:
        return len(self.rows) == len(self.messages)

    def search(self, wanted: str) -> None:
        self.wanted = wanted
        self._find_anew()
        self._redraw()

    def _find_anew(self) -> None:
        wanted = self.wanted.casefold()
        if self._folded is None and wanted:
            self._folded = [message.text.casefold() for message in self.messages]
        folded = self._folded or []
        self.hits = [row for row, number in enumerate(self.rows) if wanted and wanted in folded[number]]
        self._hit = frozenset(self.rows[row] for row in self.hits)

    def _redraw(self) -> None:
        if self.rows:
            self.dataChanged.emit(self.index(0), self.index(len(self.rows) - 1))

    # what is reported -----------------------------------------------------------------

    def set_reported(self, numbers: Iterable[int]) -> None:
        """What the draft says; begins the undo anew."""
        self.reported = frozenset(numbers)
        self._done, self._undone = [], []
        self._redraw()

    def report(self, numbers: Iterable[int], on: bool) -> bool:
        """Report these messages too, or leave them out; False where that changes nothing."""
        chosen = frozenset(n for n in numbers if 0 <= n < len(self.messages))
        made = self.reported | chosen if on else self.reported - chosen
        if made == self.reported:
            return False
        self._done = [*self._done[-MOST_UNDO:], self.reported]
        self._undone = []
        self.reported = made
        self._redraw()
        return True

    def undo(self) -> bool:
        if not self._done:
            return False
        self._undone.append(self.reported)
        self.reported = self._done.pop()
        self._redraw()
        return True

    def redo(self) -> bool:
        if not self._undone:
            return False
        self._done.append(self.reported)
        self.reported = self._undone.pop()
        self._redraw()
        return True

    @property
    def can_undo(self) -> bool:
        return bool(self._done)

    @property
    def can_redo(self) -> bool:
        return bool(self._undone)

    def copied(self, rows: Iterable[int]) -> str:
        """Messages as plain text, one a line, times in UTC."""
        return "\n".join(line_of(self.messages[self.rows[row]]) for row in sorted(rows))
