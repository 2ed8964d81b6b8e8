"""Ctrl-K: every act and page by name, with its key."""

from __future__ import annotations

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QKeyEvent, QKeySequence, QPainter
from PySide6.QtWidgets import (
    QFrame,
    QGraphicsDropShadowEffect,
    QLineEdit,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from desk.gui import theme
from desk.gui.widgets.common import label
from desk.gui.widgets.page import Command
from desk.gui.words import tr

_Index = QModelIndex | QPersistentModelIndex


def score(wanted: str, title: str) -> int | None:
    """How well the typed letters fit a title, more is better; None: not all are there, in order.

    Letters that start a word and letters that follow one another count most,
    so 'nc' finds 'Next case' before 'Announce'.
    """
    letters, text = wanted.casefold().replace(" ", ""), title.casefold()
    points, at, before = 0, 0, -2
    for letter in letters:
        starts = [i for i in range(at, len(text)) if text[i] == letter]
        if not starts:
            return None
        found = (
            before + 1
            if before + 1 in starts
            else next((i for i in starts if i == 0 or not text[i - 1].isalnum()), starts[0])
        )
        if _rest_is_missing(letters, letter, text, found):
            found = starts[0]
        points += 8 if found == before + 1 else 0
        points += 10 if found == 0 or not text[found - 1].isalnum() else 0
        points += 1
        before, at = found, found + 1
    return points * 4 - len(text)


def _rest_is_missing(letters: str, letter: str, text: str, found: int) -> bool:
    """Whether jumping ahead to a word's start would skip letters that are still wanted."""
    rest = letters[letters.index(letter) + 1 :]
    at = found + 1
    for wanted in rest:
        at = text.find(wanted, at) + 1
        if at == 0:
            return True
    return False


def find(wanted: str, commands: list[Command]) -> list[Command]:
    """The commands that fit, best first; the given order where they fit alike."""
    if not wanted.strip():
        return list(commands)
    scored = [(score(wanted, command.title), n, command) for n, command in enumerate(commands)]
    fitting = [(points, n, command) for points, n, command in scored if points is not None]
    return [command for _, _, command in sorted(fitting, key=lambda hit: (-hit[0], hit[1]))]


class _Model(QAbstractListModel):
    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.commands: list[Command] = []

    def replace(self, commands: list[Command]) -> None:
        self.beginResetModel()
        self.commands = commands
        self.endResetModel()

    def rowCount(self, parent: _Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.commands)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        command = self.commands[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return command.title
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{command.title}, {command.key}" if command.key else command.title
        return None

    def flags(self, index: _Index) -> Qt.ItemFlag:
        if not self.commands[index.row()].enabled():
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable


class _Row(QStyledItemDelegate):
    def sizeHint(self, _option: QStyleOptionViewItem, _index: _Index) -> QSize:
        return QSize(100, theme.ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        model = index.model()
        assert isinstance(model, _Model)
        command = model.commands[index.row()]
        rect = QRectF(option.rect)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.colour("selected"))
            painter.drawRoundedRect(rect, 4, 4)
        painter.setFont(theme.sans())
        painter.setPen(theme.colour("text" if command.enabled() else "muted"))
        inner = rect.adjusted(theme.S3, 0, -theme.S3, 0)
        painter.drawText(inner, int(Qt.AlignmentFlag.AlignVCenter), command.title)
        if command.key:
            painter.setFont(theme.sans(theme.SMALL))
            painter.setPen(theme.colour("muted"))
            shown = QKeySequence(command.key).toString(QKeySequence.SequenceFormat.NativeText) or command.key
            painter.drawText(inner, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight), shown)
        painter.restore()


class CommandPalette(QFrame):
    """Opens over its window. Type to find, arrows to choose, Enter to do it, Escape to leave."""

    done = Signal(str)

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setObjectName("palette")
        self.setAccessibleName(tr("Commands"))
        self._commands: list[Command] = []
        self._before: QWidget | None = None
        self._field = QLineEdit()
        self._field.setPlaceholderText(tr("Go to a page or do something…"))
        self._field.setAccessibleName(tr("Find a command"))
        self._field.textChanged.connect(self._filter)
        self._field.installEventFilter(self)
        self._model = _Model(self)
        self._list = QListView()
        self._list.setModel(self._model)
        self._list.setItemDelegate(_Row(self._list))
        self._list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._list.setAccessibleName(tr("Commands found"))
        self._list.clicked.connect(self._clicked)
        self._none = label(tr("Nothing by that name."), "body-muted")
        self._none.setContentsMargins(theme.S4, theme.S2, theme.S4, theme.S3)
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 1, 1, 1)
        column.setSpacing(0)
        column.addWidget(self._field)
        column.addWidget(self._none)
        column.addWidget(self._list)
        shadow = QGraphicsDropShadowEffect(self)
        shadow.setBlurRadius(32)
        shadow.setOffset(0, 8)
        shade = QColor(theme.colour("shadow"))
        shade.setAlpha(64)
        shadow.setColor(shade)
        self.setGraphicsEffect(shadow)
        window.installEventFilter(self)
        self.hide()

    def open_with(self, commands: list[Command]) -> None:
        """Show these commands; the focus comes here and goes back on leaving."""
        self._commands = commands
        focus = self.window().focusWidget()
        self._before = None if focus is self._field else focus
        self._field.clear()
        self._filter("")
        self.show()
        self.raise_()
        self._field.setFocus(Qt.FocusReason.PopupFocusReason)

    def shown(self) -> list[str]:
        """Titles found, best first."""
        return [command.title for command in self._model.commands]

    def leave(self) -> None:
        self.hide()
        before, self._before = self._before, None
        try:
            if before is not None and before.isVisible():
                before.setFocus(Qt.FocusReason.PopupFocusReason)
        except RuntimeError:
            pass  # the widget was destroyed while the palette was open

    def _filter(self, wanted: str) -> None:
        self._model.replace(find(wanted, self._commands))
        some = bool(self._model.commands)
        self._none.setVisible(not some)
        self._list.setVisible(some)
        self._choose(0, 1)
        self._place()

    def _choose(self, start: int, step: int) -> None:
        """Mark the first row from ``start`` that can be done."""
        count = len(self._model.commands)
        for n in range(count):
            row = (start + n * step) % count
            if self._model.commands[row].enabled():
                self._list.setCurrentIndex(self._model.index(row, 0))
                return

    def _clicked(self, index: QModelIndex) -> None:
        self._run(index.row())

    def _run(self, row: int) -> None:
        if not 0 <= row < len(self._model.commands):
            return
        command = self._model.commands[row]
        if not command.enabled():
            return
        self.leave()
        self.done.emit(command.id)
        command.callback()

    def _place(self) -> None:
        window = self.parentWidget()
        if window is None:
            return
        rows = min(10, len(self._model.commands))
        self._list.setFixedHeight(max(1, rows) * theme.ROW + 10)
        width = min(560, window.width() - 64)
        self.setFixedWidth(width)
        self.adjustSize()
        self.move((window.width() - width) // 2, max(56, window.height() // 8))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._field and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            return self._key(event)
        if watched is self._field and event.type() == QEvent.Type.FocusOut and self.isVisible():
            # Something else was clicked: the palette has no business in the way.
            self.hide()
        if watched is self.parentWidget() and event.type() == QEvent.Type.Resize and self.isVisible():
            self._place()
        return super().eventFilter(watched, event)

    def _key(self, event: QKeyEvent) -> bool:
        row = self._list.currentIndex().row()
        key = event.key()
        if key == Qt.Key.Key_Escape:
            self.leave()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._run(row)
        elif key in (Qt.Key.Key_Down, Qt.Key.Key_Tab):
            self._choose(row + 1, 1)
        elif key in (Qt.Key.Key_Up, Qt.Key.Key_Backtab):
            self._choose(row - 1, -1)
        else:
            return False
        return True
