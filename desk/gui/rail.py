"""The rail at the left: one button for each page a person may open."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetricsF, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QButtonGroup, QFrame, QToolButton, QVBoxLayout, QWidget

from desk.gui import icons, theme
from desk.gui.widgets.common import focus_ring
from desk.gui.words import joined, number, plural, tr

NARROW, WIDE = 52, 84
WIDE_FROM = 1440


@dataclass(frozen=True)
class RailItem:
    """A page in the rail. ``key`` is its shortcut, as text."""

    id: str
    title: str
    icon: str
    key: str


def standard_items() -> list[RailItem]:
    """The pages of design.md, and what waits for a second person, in order, with their keys."""
    pages = [
        ("queue", tr("Queue"), "inbox"),
        ("case", tr("Case"), "folder-open"),
        ("outbox", tr("Outbox"), "send"),
        ("reports", tr("Reports"), "file-text"),
        ("audit", tr("Audit"), "shield-check"),
        ("approvals", tr("Approvals"), "list-checks"),
        ("settings", tr("Settings"), "settings"),
    ]
    items = [RailItem(id_, title, icon, f"Ctrl+{n}") for n, (id_, title, icon) in enumerate(pages, 1)]
    # What came later keeps the keys of the others as they were.
    items[4:4] = [
        RailItem("second_review", tr("Review"), "users", "Ctrl+8"),
        RailItem("figures", tr("Figures"), "chart-line", "Ctrl+9"),
        RailItem("preservation", tr("Preserved"), "archive", "Ctrl+0"),
    ]
    return items


class _RailButton(QToolButton):
    def __init__(self, item: RailItem) -> None:
        super().__init__()
        self.item = item
        self.setCheckable(True)
        self.setText(item.title)
        self.setAccessibleName(item.title)
        self.setToolTip(f"{item.title}  ({item.key})")
        self.setIconSize(QSize(20, 20))
        icons.set_icon(self, item.icon, "muted")
        self._waiting = 0
        self.toggled.connect(self._shade)
        self.set_wide(False)

    def _shade(self, on: bool) -> None:
        icons.set_icon(self, self.item.icon, "accent" if on else "muted")

    def set_waiting(self, count: int) -> None:
        """How many things on that page wait for this person; none shows nothing."""
        self._waiting = count
        said = plural(count, "{n} waits for you", "{n} wait for you") if count else ""
        self.setAccessibleName(joined([self.item.title, said]))
        self.setToolTip(joined([f"{self.item.title}  ({self.item.key})", said]))
        self.update()

    def set_wide(self, wide: bool) -> None:
        style = Qt.ToolButtonStyle.ToolButtonTextUnderIcon if wide else Qt.ToolButtonStyle.ToolButtonIconOnly
        self.setToolButtonStyle(style)
        self.setFixedSize(WIDE - 16, 52) if wide else self.setFixedSize(NARROW - 12, 40)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.isAutoRepeat():
            self.click()
            return
        super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._waiting:
            self._paint_waiting()
        if self.hasFocus():
            painter = QPainter(self)
            focus_ring(painter, QRectF(self.rect()))
            painter.end()

    def _paint_waiting(self) -> None:
        """A count at the icon's upper right corner."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        text = number(self._waiting) if self._waiting < 100 else tr("99+")
        font = theme.sans(11, QFont.Weight.DemiBold, tabular=True)
        wide = max(16.0, QFontMetricsF(font).horizontalAdvance(text) + 8)
        mark = QRectF(min(self.width() / 2 + 3, self.width() - wide - 1), 3, wide, 16)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("accent"))
        painter.drawRoundedRect(mark, 8, 8)
        painter.setFont(font)
        painter.setPen(theme.colour("on_accent"))
        painter.drawText(mark, int(Qt.AlignmentFlag.AlignCenter), text)
        painter.end()


class Rail(QFrame):
    """Icons; words under them when the window is wide. ``chosen`` carries the page's id."""

    chosen = Signal(str)

    def __init__(self, items: list[RailItem], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("rail")
        self.setAccessibleName(tr("Pages"))
        self._group = QButtonGroup(self)
        self._group.setExclusive(True)
        self._buttons: dict[str, _RailButton] = {}
        column = QVBoxLayout(self)
        column.setSpacing(theme.S1)
        for item in items:
            button = _RailButton(item)
            button.clicked.connect(self._clicked)
            self._group.addButton(button)
            self._buttons[item.id] = button
            if item.id == "settings":  # what is used least stands apart, at the bottom
                column.addStretch(1)
            column.addWidget(button, 0, Qt.AlignmentFlag.AlignHCenter)
        if "settings" not in self._buttons:
            column.addStretch(1)
        self.set_wide(False)

    def _clicked(self) -> None:
        button = self.sender()
        if isinstance(button, _RailButton):
            self.chosen.emit(button.item.id)

    def items(self) -> list[RailItem]:
        return [button.item for button in self._buttons.values()]

    def set_current(self, page: str) -> None:
        """Mark the page in front; a page that is not in the rail leaves the mark off."""
        if page in self._buttons:
            self._buttons[page].setChecked(True)
            return
        self._group.setExclusive(False)
        for button in self._buttons.values():
            button.setChecked(False)
        self._group.setExclusive(True)

    def set_waiting(self, page: str, count: int) -> None:
        """Mark a page on which something waits for this person."""
        if page in self._buttons:
            self._buttons[page].set_waiting(count)

    def set_visible_pages(self, pages: set[str]) -> None:
        """Show only what the person's roles allow."""
        for id_, button in self._buttons.items():
            button.setVisible(id_ in pages)

    def is_shown(self, page: str) -> bool:
        return page in self._buttons and not self._buttons[page].isHidden()

    def set_wide(self, wide: bool) -> None:
        self.setFixedWidth(WIDE if wide else NARROW)
        margin = 8 if wide else 6
        layout = self.layout()
        if layout is not None:
            layout.setContentsMargins(margin, theme.S2, margin - 1, theme.S2)
        for button in self._buttons.values():
            button.set_wide(wide)
