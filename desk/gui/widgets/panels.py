"""Panels, sections and what else holds parts together."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLayout,
    QScrollArea,
    QSizePolicy,
    QSplitter,
    QSplitterHandle,
    QVBoxLayout,
    QWidget,
)

from desk.gui import icons, theme
from desk.gui.widgets.buttons import Button
from desk.gui.widgets.choices import CheckBox
from desk.gui.widgets.common import clear, label
from desk.gui.widgets.flow import FlowLayout
from desk.gui.words import tr


class Panel(QFrame):
    """A surface with a hairline and 16 px of air; a title and acts at its top where given."""

    def __init__(self, title: str = "", *, aside: str = "", acts: Sequence[QWidget] = ()) -> None:
        super().__init__()
        self.setObjectName("panel")
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(theme.S4, theme.S4, theme.S4, theme.S4)
        self.body.setSpacing(theme.S3)
        self._title = label(title, "section")
        self._aside = label(aside, "muted")
        if title or acts:
            top = QHBoxLayout()
            top.setSpacing(theme.S2)
            top.addWidget(self._title)
            top.addWidget(self._aside)
            top.addStretch(1)
            for act in acts:
                top.addWidget(act)
            self.body.addLayout(top)
        if title:
            self.setAccessibleName(title)

    def add(self, *items: QWidget | QLayout) -> None:
        for item in items:
            if isinstance(item, QWidget):
                self.body.addWidget(item)
            else:
                self.body.addLayout(item)

    def set_title(self, title: str, aside: str = "") -> None:
        self._title.setText(title)
        self._aside.setText(aside)
        self.setAccessibleName(title)


class Section(QWidget):
    """A titled part of a page or form without a surface of its own."""

    def __init__(self, title: str, help_text: str = "") -> None:
        super().__init__()
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(0, 0, 0, 0)
        self.body.setSpacing(theme.S3)
        head = QVBoxLayout()
        head.setSpacing(theme.S1)
        head.addWidget(label(title, "section"))
        if help_text:
            head.addWidget(label(help_text, "muted", wrap=True))
        self.body.addLayout(head)
        self.setAccessibleName(title)

    def add(self, *items: QWidget | QLayout) -> None:
        for item in items:
            if isinstance(item, QWidget):
                self.body.addWidget(item)
            else:
                self.body.addLayout(item)


class Scroll(QScrollArea):
    """A column that scrolls; sideways it never does."""

    def __init__(self, *, margin: int = theme.S4, gap: int = theme.S4) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        # Scrolled by the focus moving inside it; an extra stop for Tab would only be in the way.
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        inner = QWidget()
        inner.setObjectName("scrolled")
        self.body = QVBoxLayout(inner)
        self.body.setContentsMargins(margin, margin, margin, margin)
        self.body.setSpacing(gap)
        self.setWidget(inner)

    def add(self, *widgets: QWidget) -> None:
        for widget in widgets:
            self.body.addWidget(widget)

    def end(self) -> None:
        """Keep what was added at the top."""
        self.body.addStretch(1)


def bring_into_view(widget: QWidget | None) -> None:
    """Qt scrolls to where Tab moves within an area, not to where it comes from outside."""
    if widget is None:
        return
    area = widget.parentWidget()
    while area is not None:
        if isinstance(area, QScrollArea):
            inner = area.widget()
            if inner is not None and inner.isAncestorOf(widget):
                area.ensureWidgetVisible(widget)
        area = area.parentWidget()


class EmptyState(QWidget):
    """Nothing here, said kindly, with the one thing that helps."""

    acted = Signal()

    def __init__(self, icon: str, title: str, words: str = "", action: str = "") -> None:
        super().__init__()
        self._act: Button | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.S6, theme.S8, theme.S6, theme.S8)
        column.setSpacing(theme.S2)
        centre = Qt.AlignmentFlag.AlignHCenter
        column.addStretch(2)
        column.addWidget(icons.IconLabel(icon, 28, "muted"), 0, centre)
        column.addSpacing(theme.S1)
        head = label(title, "section")
        column.addWidget(head, 0, centre)
        if words:
            said = label(words, "body-muted", wrap=True)
            said.setAlignment(centre)
            said.setFixedWidth(380)
            # Aligned in the column a label is not asked for its height at this width: a line would be cut.
            said.ensurePolished()
            said.setMinimumHeight(said.heightForWidth(380))
            column.addWidget(said, 0, centre)
        if action:
            column.addSpacing(theme.S2)
            self._act = Button(action, "secondary")
            self._act.clicked.connect(self.acted)
            column.addWidget(self._act, 0, centre)
        column.addStretch(3)
        self.setAccessibleName(f"{title} {words}".strip())

    def focus_act(self) -> None:
        """For a page on which it is the only thing that can be done."""
        if self._act is not None:
            self._act.setFocus(Qt.FocusReason.OtherFocusReason)


class Disclosure(QWidget):
    """A heading that opens and closes what is under it. Closed at first."""

    toggled = Signal(bool)

    def __init__(self, words: str, content: QWidget) -> None:
        super().__init__()
        self._words, self._content = words, content
        self._button = Button(words, "fold", "chevron-right")
        self._button.setCheckable(True)
        self._button.toggled.connect(self._toggle)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.S1)
        column.addWidget(self._button, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(content)
        content.hide()
        self.setFocusProxy(self._button)
        self._say(False)

    def is_open(self) -> bool:
        return self._button.isChecked()

    def set_open(self, on: bool) -> None:
        self._button.setChecked(on)

    def _toggle(self, on: bool) -> None:
        self._button.set_icon("chevron-down" if on else "chevron-right")
        self._content.setVisible(on)
        self._say(on)
        self.toggled.emit(on)

    def _say(self, on: bool) -> None:
        state = tr("open") if on else tr("closed")
        self._button.setAccessibleName(f"{self._words}, {state}")


class LoadingSkeleton(QWidget):
    """Still bars where rows will be: the layout is there before the data. Nothing moves."""

    def __init__(self, rows: int = 6, row_height: int = theme.ROW) -> None:
        super().__init__()
        self._rows, self._row_height = rows, row_height
        self.setAccessibleName(tr("Loading"))
        self.setMinimumHeight(rows * row_height)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        margins = self.contentsMargins()
        return QSize(320, self._rows * self._row_height + margins.top() + margins.bottom())

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("skeleton"))
        shares = (0.62, 0.48, 0.7, 0.4, 0.56)
        area = self.contentsRect()
        for n in range(self._rows):
            top = area.top() + n * self._row_height + (self._row_height - 12) / 2
            long = (area.width() - 120) * shares[n % 5]
            painter.drawRoundedRect(QRectF(area.left(), top - 4, 20, 20), 4, 4)
            painter.drawRoundedRect(QRectF(area.left() + 32, top, long, 12), 4, 4)
            painter.drawRoundedRect(QRectF(area.left() + area.width() - 64, top, 64, 12), 4, 4)


class _Handle(QSplitterHandle):
    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        role = "edge" if self.underMouse() else "line"
        if self.orientation() == Qt.Orientation.Horizontal:
            painter.fillRect(QRectF(self.width() // 2, 0, 1, self.height()), theme.colour(role))
        else:
            painter.fillRect(QRectF(0, self.height() // 2, self.width(), 1), theme.colour(role))


class SplitView(QSplitter):
    """Two or three parts with a hairline between; it can be caught over 9 px. No part can vanish."""

    def __init__(
        self, *parts: QWidget, shares: Sequence[int] = (), vertical: bool = False, line: bool = True
    ) -> None:
        super().__init__(Qt.Orientation.Vertical if vertical else Qt.Orientation.Horizontal)
        self._line = line
        self.setHandleWidth(9)
        self.setChildrenCollapsible(False)
        for n, part in enumerate(parts):
            self.addWidget(part)
            self.setStretchFactor(n, shares[n] if n < len(shares) else 1)
        if shares:
            self.setSizes([share * 100 for share in shares])

    def createHandle(self) -> QSplitterHandle:
        return _Handle(self.orientation(), self) if self._line else super().createHandle()

    def kept(self) -> str:
        """The parts' sizes as text, for the settings."""
        return ",".join(str(size) for size in self.sizes())

    def restore(self, kept: str | None) -> None:
        """Take sizes back; anything that does not fit is ignored."""
        sizes = [int(part) for part in (kept or "").split(",") if part.isdigit()]
        if len(sizes) == self.count() and sum(sizes) > 0:
            self.setSizes(sizes)


class ConfirmBar(QFrame):
    """A tick that says a person has checked, one button that names the act, and the way back."""

    confirmed = Signal()
    went_back = Signal()

    def __init__(self, tick: str, act: str, back: str) -> None:
        super().__init__()
        self.setObjectName("confirmbar")
        self.tick = CheckBox(tick)
        self.act = Button(act, "primary")
        self.act.setEnabled(False)
        self._back = Button(back, "secondary")
        self._ready = True
        self.tick.toggled.connect(self._check)
        self.act.clicked.connect(self._act)
        self._back.clicked.connect(self.went_back)
        self._why = label("", "warn", wrap=True)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.S4, theme.S3, theme.S4, theme.S3)
        row.setSpacing(theme.S3)
        row.addWidget(self._back)
        row.addWidget(self._why, 1)
        row.addWidget(self.tick)
        row.addWidget(self.act)

    def set_ready(self, ready: bool, why: str = "") -> None:
        """Whether the act is possible at all; ``why`` says what stands against it."""
        self._ready = ready
        self._why.setText("" if ready else why)
        self._check()

    def set_words(self, act: str) -> None:
        self.act.setText(act)

    def reset(self) -> None:
        """Take the tick back: for a new report, or one that was changed."""
        self.tick.setChecked(False)

    def _check(self) -> None:
        self.tick.setEnabled(self._ready)
        self.act.setEnabled(self._ready and self.tick.isChecked())

    def _act(self) -> None:
        if self.act.isEnabled():
            # Once only: a double click must not act twice.
            self.act.setEnabled(False)
            self.confirmed.emit()


class KeyLegend(QWidget):
    """What the keys do here: (key, words) pairs in one line that wraps."""

    def __init__(self, pairs: Sequence[tuple[str, str]] = ()) -> None:
        super().__init__()
        self._flow = FlowLayout(theme.S3)
        self.setLayout(self._flow)
        policy = self.sizePolicy()
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.set_pairs(pairs)

    def set_pairs(self, pairs: Sequence[tuple[str, str]]) -> None:
        clear(self._flow)
        for key, words in pairs:
            item = QWidget()
            row = QHBoxLayout(item)
            row.setContentsMargins(0, 0, 0, 0)
            row.setSpacing(6)
            cap = label(key, "key")
            cap.setFixedHeight(18)
            cap.setAlignment(Qt.AlignmentFlag.AlignCenter)
            row.addWidget(cap)
            row.addWidget(label(words, "muted"))
            self._flow.addWidget(item)
        said = tr("Keys: {list}", list=", ".join(f"{key} {words}" for key, words in pairs))
        self.setAccessibleName(said)
