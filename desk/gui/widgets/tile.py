"""The tile that stands for one content: blurred until a person asks, blurred again at once after.

What it promises (law 1: never an unblurred pixel that nobody asked for):

* A preview given to ``set_blurred`` is made grey and coarse once more, so
  that even an image that was never blurred could not be recognised.
* ``show_revealed`` paints nothing unless a person is asking at that moment:
  holding the key, this tile in focus, its window in front.
* Letting go, losing focus, another window, hiding, closing, the time limit:
  each blanks it, and the screen is repainted before the call returns.
* The revealed image is held only while it is shown; no scaled copy, no
  pixmap, no cache.
"""

from __future__ import annotations

from enum import Enum

from PySide6.QtCore import QElapsedTimer, QEvent, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QFont,
    QHideEvent,
    QImage,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QPixmap,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from desk.gui import icons, theme
from desk.gui.widgets.common import focus_ring
from desk.gui.words import plural, tr

MAX_SECONDS = 10.0
# A blur with a sigma of 6 % of the shorter edge leaves nothing finer than about
# a sixteenth of it, so this loses nothing of a blurred preview.
COARSE = 16
WORDS_HEIGHT = 34
"""Pixels of the two lines that stand where there is no picture."""
# A press shorter than this chooses the tile; a longer one is a wish to look.
HOLD_MS = 300


class TileState(Enum):
    LOADING = "loading"
    BLURRED = "blurred"
    NO_PREVIEW = "no preview"


def kind_words(kind: str) -> tuple[str, str]:
    """The icon and the word for a kind of content; anything unknown is a file."""
    known = {
        "image": ("image", tr("image")),
        "video": ("video", tr("video")),
        "audio": ("audio-lines", tr("audio")),
        "document": ("file-text", tr("document")),
        "text": ("type", tr("text")),
        "chat": ("message-square", tr("chat")),
        "url": ("link", tr("link")),
    }
    return known.get(kind, ("file", tr("file")))


def coarse(image: QImage) -> QImage:
    """Grey, and with no more detail than ``COARSE`` points on its shorter edge."""
    if image.isNull():
        return QImage()
    short = min(image.width(), image.height())
    factor = min(1.0, COARSE / short, 4 * COARSE / max(image.width(), image.height()))
    size = QSize(max(1, round(image.width() * factor)), max(1, round(image.height() * factor)))
    keep, smooth = Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation
    made = image.scaled(size, keep, smooth).convertToFormat(QImage.Format.Format_Grayscale8)
    # Up again in steps, so that the coarse points melt instead of showing as squares.
    while min(made.width(), made.height()) < 8 * COARSE and max(made.width(), made.height()) < 1024:
        made = made.scaled(made.size() * 2, keep, smooth)
    return made.convertToFormat(QImage.Format.Format_Grayscale8)


class BlurTile(QWidget):
    """One content. ``id`` is the caller's; the tile gives it back in every signal.

    ``asked(id)``: a person began to ask for the content (mouse held down, or
    ``ask`` called by the grid). ``blanked(id, seconds)``: it is blurred again,
    after so many seconds of unblurred display (0.0 if it never came to that).
    ``chosen(id)``: clicked.
    """

    asked = Signal(str)
    blanked = Signal(str, float)
    chosen = Signal(str)

    def __init__(self, id_: str, kind: str = "image", number: int = 0, side: int = 168) -> None:
        super().__init__()
        self.id = id_
        self._kind, self._number, self._side = kind, number, side
        self._state, self._reason = TileState.LOADING, ""
        self._blurred = QImage()
        self._fitted: QPixmap | None = None
        self._revealed: QImage | None = None
        self._asking = False
        self._same, self._viewed = 1, False
        self._max_seconds = MAX_SECONDS
        self._shown_for = QElapsedTimer()
        self._limit = QTimer(self)
        self._limit.setSingleShot(True)
        self._limit.timeout.connect(self.blank)
        self._hold = QTimer(self)
        self._hold.setSingleShot(True)
        self._hold.setInterval(HOLD_MS)
        self._hold.timeout.connect(self.ask)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._name()

    # --- what it stands for --------------------------------------------

    def sizeHint(self) -> QSize:
        return QSize(self._side, self._side)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def set_side(self, side: int) -> None:
        """Another size, in px."""
        self._side = side
        self.updateGeometry()
        self.update()

    @property
    def state(self) -> TileState:
        return self._state

    @property
    def asking(self) -> bool:
        return self._asking

    @property
    def is_revealed(self) -> bool:
        return self._revealed is not None

    def set_blurred(self, image: QImage) -> None:
        """Show a blurred preview. A null image counts as no preview."""
        self._blurred = coarse(image)
        self._fitted = None
        self._state = TileState.NO_PREVIEW if self._blurred.isNull() else TileState.BLURRED
        self._name()

    def set_no_preview(self, reason: str = "") -> None:
        """There is none; ``reason`` says why in a few words ('damaged', 'too large')."""
        self._blurred, self._state, self._reason = QImage(), TileState.NO_PREVIEW, reason
        self._fitted = None
        self._name()

    def set_loading(self) -> None:
        self._blurred, self._state = QImage(), TileState.LOADING
        self._fitted = None
        self._name()

    def set_same(self, count: int) -> None:
        """How many identical files this tile stands for."""
        self._same = count
        self._name()

    def set_viewed(self, viewed: bool) -> None:
        self._viewed = viewed
        self._name()

    def set_max_seconds(self, seconds: float) -> None:
        """The most for one hold, by policy; never more than 10. Raises ValueError."""
        if not 0 < seconds <= MAX_SECONDS:
            raise ValueError("One hold lasts at most 10 seconds")
        self._max_seconds = seconds

    def _name(self) -> None:
        _, word = kind_words(self._kind)
        parts = [tr("Content {number}, {kind}", number=self._number, kind=word)]
        if self._same > 1:
            parts.append(plural(self._same, "{n} identical file", "{n} identical files"))
        parts.append(tr("viewed") if self._viewed else tr("not viewed"))
        if self._state is TileState.LOADING:
            parts.append(tr("preview loading"))
        elif self._state is TileState.NO_PREVIEW:
            parts.append(self._reason or tr("no preview"))
        else:
            parts.append(tr("blurred"))
        self.setAccessibleName(", ".join(parts))
        self.setAccessibleDescription(tr("Hold Space to look. It blurs again when you let go."))
        self.update()

    # --- asking, showing, blanking -------------------------------------

    def ask(self) -> bool:
        """A person asks now. False where it may not be: out of focus, hidden, another window in front."""
        if self._asking or not self._may_show():
            return False
        self._asking = True
        self.asked.emit(self.id)
        return True

    def show_revealed(self, image: QImage) -> bool:
        """Paint the content, whole, if it is being asked for at this moment; else drop it (False)."""
        if not self._asking or image.isNull() or not self._may_show():
            return False
        self._revealed = image
        if not self._limit.isActive():
            self._shown_for.start()
            self._limit.start(round(self._max_seconds * 1000))
        self.update()
        return True

    def blank(self) -> None:
        """Blur again, now. Safe to call at any time."""
        self._hold.stop()
        self._limit.stop()
        was_asking, was_shown = self._asking, self._revealed is not None
        self._asking, self._revealed = False, None
        if was_shown:
            # Not update(): the pixels must be gone before anything else happens.
            self.repaint()
        if was_asking:
            seconds = self._shown_for.nsecsElapsed() / 1e9 if was_shown else 0.0
            self._shown_for.invalidate()
            self.blanked.emit(self.id, seconds)

    def _may_show(self) -> bool:
        return self.isVisible() and self.isEnabled() and self.hasFocus() and self.isActiveWindow()

    # --- whatever takes the person's eye away ---------------------------

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.blank()
        super().focusOutEvent(event)
        self.update()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def hideEvent(self, event: QHideEvent) -> None:
        self.blank()
        super().hideEvent(event)

    def event(self, event: QEvent) -> bool:
        if event.type() in (
            QEvent.Type.WindowDeactivate,
            QEvent.Type.ApplicationDeactivate,
            QEvent.Type.WindowBlocked,
            QEvent.Type.EnabledChange,
            QEvent.Type.ParentAboutToChange,
            QEvent.Type.Close,
        ):
            self.blank()
        return super().event(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            self.blank()
            return
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        self.chosen.emit(self.id)
        self._hold.start()

    def mouseReleaseEvent(self, _event: QMouseEvent) -> None:
        self.blank()

    # --- painting ------------------------------------------------------

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        rect = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        shape = QPainterPath()
        shape.addRoundedRect(rect, theme.RADIUS, theme.RADIUS)
        painter.fillPath(shape, theme.colour("tile"))
        revealed = self._revealed
        painter.save()
        painter.setClipPath(shape)
        if revealed is not None and self._asking:
            painter.drawImage(self._whole(rect, revealed), revealed)
        elif self._state is TileState.BLURRED:
            painter.drawPixmap(0, 0, self._fitted_to(rect))
        painter.restore()
        if revealed is None:
            self._paint_words(painter, rect)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(theme.colour("line"), 1))
        painter.drawPath(shape)
        if self.hasFocus():
            # A second ring in the ground's colour keeps the first one seen on any picture.
            focus_ring(painter, QRectF(self.rect()).adjusted(2, 2, -2, -2), theme.RADIUS - 1, "surface")
            focus_ring(painter, QRectF(self.rect()))
        painter.end()

    def _fitted_to(self, rect: QRectF) -> QPixmap:
        """The blurred picture cut and scaled to the tile once: a grid repaints thirty of them together."""
        ratio = self.devicePixelRatioF()
        size = QSize(round(self.width() * ratio), round(self.height() * ratio))
        if self._fitted is None or self._fitted.size() != size:
            part = self._filling(rect, self._blurred).toRect()
            mode = Qt.AspectRatioMode.IgnoreAspectRatio
            smooth = Qt.TransformationMode.SmoothTransformation
            fitted = QPixmap.fromImage(self._blurred.copy(part).scaled(size, mode, smooth))
            fitted.setDevicePixelRatio(ratio)
            self._fitted = fitted
        return self._fitted

    @staticmethod
    def _whole(rect: QRectF, image: QImage) -> QRectF:
        """All of the image in the middle: viewing means whole."""
        size = image.deviceIndependentSize()
        size.scale(rect.size(), Qt.AspectRatioMode.KeepAspectRatio)
        found = QRectF(0, 0, size.width(), size.height())
        found.moveCenter(rect.center())
        return found

    @staticmethod
    def _filling(rect: QRectF, image: QImage) -> QRectF:
        """The middle part of a blurred image in the tile's shape."""
        if rect.width() <= 0 or rect.height() <= 0:
            return QRectF(image.rect())  # squeezed to nothing by a layout: there is nothing to fill
        side = min(image.width() / rect.width(), image.height() / rect.height())
        found = QRectF(0, 0, rect.width() * side, rect.height() * side)
        found.moveCenter(QRectF(image.rect()).center())
        return found

    def _paint_words(self, painter: QPainter, rect: QRectF) -> None:
        icon, word = kind_words(self._kind)
        if self._state is not TileState.BLURRED:
            words = tr("Loading…") if self._state is TileState.LOADING else self._reason or tr("No preview")
            size = 20 if rect.height() >= 72 else 16
            middle = self._middle(rect)
            icons.draw(painter, icon, "muted", rect.center().x() - size / 2, middle - size, size)
            if rect.height() >= 72:
                painter.setFont(theme.sans(theme.SMALL))
                painter.setPen(theme.colour("muted"))
                below = QRectF(rect.x() + 8, middle + 6, rect.width() - 16, WORDS_HEIGHT)
                flags = int(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
                painter.drawText(below, flags | int(Qt.TextFlag.TextWordWrap), f"{word}\n{words}")
        if rect.height() < 72:
            return
        left = str(self._number) if self._number else ""
        if left:
            self._plate(painter, rect.left() + 6, rect.bottom() - 26, left, "")
        right = rect.right() - 6
        if self._viewed:
            right -= self._plate(painter, right, rect.bottom() - 26, "", "eye", from_right=True) + 4
        if self._same > 1:
            self._plate(painter, right, rect.bottom() - 26, str(self._same), "layers", from_right=True)
        if self._state is TileState.BLURRED and self._kind != "image":
            self._plate(painter, rect.left() + 6, rect.top() + 6, word, icon)

    def _middle(self, rect: QRectF) -> float:
        """Between icon and words: higher in a small tile with plates at its lower edge."""
        middle = rect.center().y()
        if rect.height() < 72 or not (self._number or self._viewed or self._same > 1):
            return middle
        return min(middle, rect.bottom() - 26 - WORDS_HEIGHT - 6)

    def _plate(
        self, painter: QPainter, x: float, y: float, words: str, icon: str, *, from_right: bool = False
    ) -> float:
        """A word on a plate of the surface's colour, to be read on any picture. Its width in px."""
        painter.setFont(theme.sans(theme.SMALL, QFont.Weight.Medium, tabular=True))
        width = 12.0 + (painter.fontMetrics().horizontalAdvance(words) if words else 0)
        width += (14 + (4 if words else 0)) if icon else 0
        left = x - width if from_right else x
        plate = QRectF(left, y, width, 20)
        ground = theme.colour("surface")
        ground.setAlpha(235)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ground)
        painter.drawRoundedRect(plate, 4, 4)
        at = left + 6
        if icon:
            icons.draw(painter, icon, "text", at, y + 3, 14)
            at += 18
        if words:
            painter.setPen(theme.colour("text"))
            painter.drawText(QRectF(at, y, width, 20), int(Qt.AlignmentFlag.AlignVCenter), words)
        return width
