"""The queue's table: how a row is painted, and the tiny blurred tiles in it."""

from __future__ import annotations

from collections import OrderedDict
from functools import partial

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QFont, QFontMetrics, QImage, QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QMenu,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from desk.domain.case import CaseRow
from desk.domain.preview import Blurred, NoPreview, NoPreviewReason
from desk.gui import icons, theme
from desk.gui.pictures import image_of
from desk.gui.queue.model import (
    AGE,
    COMPLETE,
    KEPT,
    POLICY,
    QUEUE,
    ROW,
    SORTED_BY,
    SOURCE,
    SUMMARY,
    QueueModel,
    state_words,
)
from desk.gui.session import Session
from desk.gui.widgets.tile import kind_words
from desk.gui.words import seen, tr

TILE = 28
ROW_HEIGHT = 40
TILES_KEPT = 600
MOST_ASKED = 12
Index = QModelIndex | QPersistentModelIndex


class Tiles:
    """Tiny blurred previews of the rows in view. Holds blurred pixels only."""

    def __init__(self, session: Session, table: QTableView) -> None:
        self._session = session
        self._table = table
        self._kept: OrderedDict[tuple[int, str], QImage | str] = OrderedDict()
        self._asked: set[tuple[int, str]] = set()

    def tile(self, row: CaseRow) -> QImage | str:
        """The row's tile where it is there already; else it is asked for and painted when it comes.

        Where there is no picture, the name of the icon for what is there instead; empty while it is awaited.
        """
        if row.first_content is None:
            return "folder-open"
        key = (row.number, row.first_content)
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        if key not in self._asked and len(self._asked) < MOST_ASKED:
            self._asked.add(key)
            review, operator = self._session.desk.review, self._session.operator
            edge = round(TILE * self._table.devicePixelRatioF())
            self._session.runner.run_read(
                lambda: review.preview(operator, key[0], key[1], edge=edge),
                lambda found: self._take(key, found),
                lambda _problem: self._take(key, None),
                owner=self._table,
            )
        return ""

    def _take(self, key: tuple[int, str], found: Blurred | NoPreview | None) -> None:
        self._asked.discard(key)
        self._kept[key] = image_of(found) if isinstance(found, Blurred) else _icon(found)
        while len(self._kept) > TILES_KEPT:
            self._kept.popitem(last=False)
        self._table.viewport().update()


def _icon(found: NoPreview | None) -> str:
    """A conversation looks like one, a sound like a sound: an image's icon would promise a picture."""
    if found is None:
        return "file"
    no_file = found.reason is NoPreviewReason.NO_FILE
    return kind_words(found.format if no_file else found.kind.value)[0]


class RowDelegate(QStyledItemDelegate):
    """Paints a row in one piece across its cells: mark, tile, words, badges."""

    def __init__(self, tiles: Tiles, table: QTableView) -> None:
        super().__init__(table)
        self._tiles = tiles
        self._table = table

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        return QSize(0, ROW_HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        rect = QRect(option.rect)
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(rect, theme.colour("selected" if selected else "surface"))
        painter.setPen(QPen(theme.colour("line"), 1))
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        row = index.data(ROW)
        if not isinstance(row, CaseRow):
            self._waiting(painter, rect)
        elif index.column() == SUMMARY:
            self._summary(painter, rect, row)
        elif index.column() == COMPLETE:
            self._meter(painter, rect, row)
        else:
            self._plain(painter, rect, index)
        painter.restore()

    @staticmethod
    def _waiting(painter: QPainter, rect: QRect) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("skeleton"))
        painter.drawRoundedRect(
            QRectF(rect.x() + 12, rect.center().y() - 5, max(20, rect.width() * 0.55), 10), 4, 4
        )

    def _summary(self, painter: QPainter, rect: QRect, row: CaseRow) -> None:
        if row.urgent:
            painter.fillRect(QRect(rect.x(), rect.y(), 3, rect.height() - 1), theme.colour("warn"))
        box = QRectF(rect.x() + 14, rect.y() + (rect.height() - TILE) / 2 - 0.5, TILE, TILE)
        self._tile(painter, box, row)
        left, right = int(box.right()) + 12, rect.right() - 8
        right = self._badges(painter, rect, right, row)
        font = theme.sans(theme.BODY, QFont.Weight.Medium)
        painter.setFont(font)
        painter.setPen(theme.colour("text"))
        words = seen(row.summary) if row.summary else tr("No summary")
        if row.urgent:
            urgent = tr("Urgent")
            painter.setPen(theme.colour("warn"))
            painter.drawText(QRect(left, rect.y(), 200, rect.height()), Qt.AlignmentFlag.AlignVCenter, urgent)
            left += QFontMetrics(font).horizontalAdvance(urgent) + 8
            painter.setPen(theme.colour("text"))
        shown = QFontMetrics(font).elidedText(words, Qt.TextElideMode.ElideRight, max(0, right - left))
        painter.drawText(
            QRect(left, rect.y(), right - left, rect.height()), Qt.AlignmentFlag.AlignVCenter, shown
        )

    def _tile(self, painter: QPainter, box: QRectF, row: CaseRow) -> None:
        image = self._tiles.tile(row)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("tile"))
        painter.drawRoundedRect(box, 4, 4)
        if isinstance(image, str):
            if image:
                icons.draw(painter, image, "muted", box.center().x() - 8, box.center().y() - 8, 16)
            return
        side = min(image.width(), image.height())
        source = QRectF((image.width() - side) / 2, (image.height() - side) / 2, side, side)
        painter.drawImage(box, image, source)

    def _badges(self, painter: QPainter, rect: QRect, right: int, row: CaseRow) -> int:
        font = theme.sans(theme.SMALL, QFont.Weight.Medium)
        metrics = QFontMetrics(font)
        marks = [
            (state_words(row), "muted"),
            (tr("known match") if row.known_match else "", "accent"),
            (tr("with {name}", name=row.claimed_by) if row.claimed_by else "", "muted"),
        ]
        painter.setFont(font)
        for words, state in marks:
            if not words:
                continue
            width = metrics.horizontalAdvance(words) + 14
            box = QRectF(right - width, rect.center().y() - 10, width, 20)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.colour("accent_tint" if state == "accent" else "hover"))
            painter.drawRoundedRect(box, 4, 4)
            painter.setPen(theme.colour(state))
            painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), words)
            right -= width + 6
        return right - 4

    @staticmethod
    def _plain(painter: QPainter, rect: QRect, index: Index) -> None:
        number = index.column() == AGE
        font = theme.sans(theme.BODY if index.column() == SOURCE else theme.SMALL, tabular=number)
        if index.column() == POLICY:
            font = theme.sans(theme.SMALL)
        painter.setFont(font)
        painter.setPen(theme.colour("muted"))
        room = rect.adjusted(8, 0, -8, 0)
        shown = QFontMetrics(font).elidedText(
            str(index.data() or ""), Qt.TextElideMode.ElideMiddle, room.width()
        )
        align = Qt.AlignmentFlag.AlignRight if number else Qt.AlignmentFlag.AlignLeft
        painter.drawText(room, int(Qt.AlignmentFlag.AlignVCenter | align), shown)

    @staticmethod
    def _meter(painter: QPainter, rect: QRect, row: CaseRow) -> None:
        painter.setFont(theme.sans(theme.SMALL, tabular=True))
        painter.setPen(theme.colour("text"))
        words = rect.adjusted(0, 0, -14, 0)
        painter.drawText(
            words, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight), str(row.completeness)
        )
        bar = QRectF(rect.x() + 8, rect.center().y() - 2, max(10, rect.width() - 56), 4)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("skeleton"))
        painter.drawRoundedRect(bar, 2, 2)
        filled = QRectF(bar)
        filled.setWidth(bar.width() * row.completeness / 100)
        painter.setBrush(theme.colour("muted"))
        painter.drawRoundedRect(filled, 2, 2)


class QueueTable(QTableView):
    """The table. Enter or a double click opens the row; a heading sorts; its menu shows and hides columns."""

    opened = Signal(int)
    sorted_by = Signal(str)
    menu_asked = Signal(object, QPoint)
    """A CaseRow, and where."""
    columns_changed = Signal()

    def __init__(self, session: Session, model: QueueModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setModel(model)
        self.setItemDelegate(RowDelegate(Tiles(session, self), self))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerItem)
        self.setShowGrid(False)
        self.setProperty("fills", True)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.setAccessibleName(tr("Cases"))
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(ROW_HEIGHT)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionsClickable(True)
        header.setSortIndicatorShown(False)
        header.sectionClicked.connect(self._heading)
        header.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        header.customContextMenuRequested.connect(self._columns_menu)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header.setSectionResizeMode(SUMMARY, QHeaderView.ResizeMode.Stretch)
        for column, width in (
            (POLICY, 210),
            (SOURCE, 150),
            (AGE, 72),
            (COMPLETE, 120),
            (QUEUE, 110),
            (KEPT, 120),
        ):
            self.setColumnWidth(column, width)
        self.set_hidden({QUEUE, KEPT})
        self.doubleClicked.connect(self._open)
        self._was: tuple[int, int, int] = (0, 0, 0)
        model.modelAboutToBeReset.connect(self._remember)

    def _remember(self) -> None:
        """Before rows are read anew: which case has the focus, in which row, how far it was scrolled."""
        row = self.current_case()
        place = max(0, self.currentIndex().row())
        self._was = (row.number if row else 0, place, self.verticalScrollBar().value())

    def select_again(self) -> None:
        """Bring back the case that had the focus, or the row where it was."""
        number, place, scrolled = self._was
        model = self.model()
        found = model.find(number) if isinstance(model, QueueModel) and number else None
        self.selectRow(found if found is not None else min(place, model.rowCount() - 1))
        self.verticalScrollBar().setValue(scrolled)

    # columns ----------------------------------------------------------------------

    def hidden(self) -> set[int]:
        return {column for column in range(1, self.model().columnCount()) if self.isColumnHidden(column)}

    def set_hidden(self, columns: set[int]) -> None:
        for column in range(1, self.model().columnCount()):
            self.setColumnHidden(column, column in columns)

    def _heading(self, column: int) -> None:
        if column in SORTED_BY:
            self.sorted_by.emit(SORTED_BY[column])

    def show_order(self, sort: str, *, descending: bool) -> None:
        """The arrow in the heading that the rows are sorted by."""
        column = next((column for column, name in SORTED_BY.items() if name == sort), None)
        header = self.horizontalHeader()
        header.setSortIndicatorShown(column is not None)
        if column is not None:
            order = Qt.SortOrder.DescendingOrder if descending else Qt.SortOrder.AscendingOrder
            header.setSortIndicator(column, order)

    def _columns_menu(self, place: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for column in range(1, self.model().columnCount()):
            words = str(self.model().headerData(column, Qt.Orientation.Horizontal))
            action = menu.addAction(words)
            action.setCheckable(True)
            action.setChecked(not self.isColumnHidden(column))
            action.triggered.connect(partial(self._show_column, column))
        menu.popup(self.horizontalHeader().mapToGlobal(place))

    def _show_column(self, column: int, shown: bool) -> None:
        self.setColumnHidden(column, not shown)
        self.columns_changed.emit()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """By the mouse on the row under it, by the keyboard on the one in focus."""
        if event.reason() == QContextMenuEvent.Reason.Mouse:
            index = self.indexAt(event.pos())
            where = event.globalPos()
        else:
            index = self.currentIndex()
            where = self.viewport().mapToGlobal(self.visualRect(index).center())
        row = index.data(ROW)
        if isinstance(row, CaseRow):
            self.menu_asked.emit(row, where)

    def current_case(self) -> CaseRow | None:
        row = self.currentIndex().data(ROW)
        return row if isinstance(row, CaseRow) else None

    def _open(self) -> None:
        row = self.current_case()
        if row is not None:
            self.opened.emit(row.number)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers():
            self._open()
            return
        super().keyPressEvent(event)
