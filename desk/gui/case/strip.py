"""Where in a film, a document or an animation one stands: blurred stills in a strip, or a page number."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from desk.gui import theme
from desk.gui.case.parts import row
from desk.gui.case.phrases import play_time
from desk.gui.widgets.buttons import IconButton
from desk.gui.widgets.common import label
from desk.gui.widgets.tile import coarse
from desk.gui.words import tr

HEIGHT = 52
GAP = 4


class Stills(QWidget):
    """Blurred stills side by side; one is chosen. Made coarse once more, as the tiles are."""

    chosen = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self._images: list[QImage] = []
        self._at = 0
        self.setFixedHeight(HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(320, HEIGHT)

    def set_images(self, images: list[QImage]) -> None:
        self._images = [coarse(image) for image in images]
        self._at = 0
        self.update()

    def set_at(self, index: int) -> None:
        self._at = index
        self.update()

    def _cells(self) -> list[QRectF]:
        count = len(self._images)
        if not count:
            return []
        width = min(92.0, (self.width() - GAP * (count - 1)) / count)
        return [QRectF(n * (width + GAP), 0, width, HEIGHT) for n in range(count)]

    def mousePressEvent(self, event: QMouseEvent) -> None:
        for n, cell in enumerate(self._cells()):
            if cell.contains(event.position()):
                self.chosen.emit(n)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        for n, (cell, image) in enumerate(zip(self._cells(), self._images, strict=True)):
            painter.fillRect(cell, theme.colour("tile"))
            if not image.isNull():
                side = min(image.width() / cell.width(), image.height() / cell.height())
                part = QRectF(0, 0, cell.width() * side, cell.height() * side)
                part.moveCenter(QRectF(image.rect()).center())
                painter.drawImage(cell, image, part)
            if n == self._at:
                painter.setPen(QPen(theme.colour("accent"), 2))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRect(cell.adjusted(1, 1, -1, -1))
        painter.end()


class Place(QWidget):
    """``moved`` when another still or page was chosen. ``position`` in seconds, ``page`` from 0."""

    moved = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._seconds: list[float] = []
        self._keys: tuple[float, ...] = ()
        self._second = 0.0
        self._pages, self._at, self._thing = 0, 0, ""
        self._stills = Stills()
        self._stills.chosen.connect(self._go)
        self._where = label("", "muted")
        self._where.setFont(theme.sans(theme.SMALL, tabular=True))
        self._before = IconButton("chevron-left", tr("Before (,)"), side=24)
        self._after = IconButton("chevron-right", tr("Next (.)"), side=24)
        self._before.clicked.connect(lambda: self.step(-1))
        self._after.clicked.connect(lambda: self.step(1))
        self._note = label("", "muted", wrap=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.S1)
        column.addWidget(self._stills)
        line = row(self._before, self._where, self._after, gap=theme.S1)
        line.addWidget(self._note, 1)
        column.addLayout(line)
        self.clear()

    def clear(self) -> None:
        self._seconds, self._pages, self._at = [], 0, 0
        self._keys, self._second = (), 0.0
        self._stills.set_images([])
        self.hide()

    def set_film(self, images: list[QImage], seconds: list[float], note: str) -> None:
        self.clear()
        self._seconds = seconds
        self._second = seconds[0] if seconds else 0.0
        self._stills.set_images(images)
        self._stills.show()
        self._note.setText(note)
        self._say()
        self.setVisible(bool(seconds))

    def set_pages(self, pages: int, thing: str, note: str = "") -> None:
        """``thing`` with {n} and {total}: 'page {n} of {total}'."""
        self.clear()
        self._pages, self._thing = pages, thing
        self._stills.hide()
        self._note.setText(note)
        self._say()
        self.setVisible(pages > 1)

    @property
    def count(self) -> int:
        return len(self._seconds) or self._pages

    @property
    def position(self) -> float | None:
        return self._second if self._seconds else None

    def set_keys(self, seconds: tuple[float, ...]) -> None:
        """A film's keyframes: steps go from one to the next. Without them, from still to still."""
        self._keys = seconds
        self._say()

    def seek(self, second: float) -> None:
        """To a second of the film, said by somebody else: ``moved`` is not."""
        if not self._seconds:
            return
        self._second = second
        reached = [n for n, still in enumerate(self._seconds) if still <= second + 0.001]
        self._at = reached[-1] if reached else 0
        self._say()

    @property
    def page(self) -> int | None:
        return self._at if self._pages else None

    def step(self, by: int) -> None:
        if self._seconds and len(self._keys) > 1:
            if by > 0:
                goal = next((key for key in self._keys if key > self._second + 0.01), None)
            else:
                goal = next((key for key in reversed(self._keys) if key < self._second - 0.01), None)
            if goal is not None:
                self.seek(goal)
                self.moved.emit()
        elif self.count:
            self._go(max(0, min(self.count - 1, self._at + by)))

    def _go(self, index: int) -> None:
        second = self._seconds[index] if self._seconds else 0.0
        if index != self._at or second != self._second:
            self._at, self._second = index, second
            self._say()
            self.moved.emit()

    def _say(self) -> None:
        self._stills.set_at(self._at)
        if self._seconds:
            where = tr("at {time}", time=play_time(self._second))
        elif self._pages:
            where = self._thing.format(n=self._at + 1, total=self._pages)
        else:
            where = ""
        self._where.setText(where)
        self._stills.setAccessibleName(tr("Blurred stills, {where}", where=where))
        before, after = self._at > 0, self._at < self.count - 1
        if self._seconds and len(self._keys) > 1:
            before, after = self._second > self._keys[0] + 0.01, self._second < self._keys[-1] - 0.01
        self._before.setEnabled(before)
        self._after.setEnabled(after)
