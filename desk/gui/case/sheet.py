"""What a hold shows, lying over the page while it is shown: painted, measured, overwritten at its end."""

from __future__ import annotations

from PySide6.QtCore import QElapsedTimer, QEvent, QObject, QRectF, Qt, Signal
from PySide6.QtGui import QHideEvent, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from desk.domain.preview import Revealed
from desk.gui import theme
from desk.gui.case.zoom import Zoom
from desk.gui.words import tr


def to_image(picture: Revealed) -> QImage:
    """The pixels as an image that owns its memory; null where sizes do not agree."""
    width, height, channels = picture.width, picture.height, picture.channels
    if channels not in (1, 3) or width * height * channels != len(picture.pixels):
        return QImage()
    form = QImage.Format.Format_Grayscale8 if channels == 1 else QImage.Format.Format_RGB888
    return QImage(picture.pixels, width, height, width * channels, form).copy()


class LookSheet(QWidget):
    """Lies over its parent while something is revealed, and only then. Takes no focus and no mouse."""

    gone = Signal()
    """It had to blank itself: hidden, disabled, or another window came to the front."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName(tr("Content, shown while Space is held"))
        self._image: QImage | None = None
        self._caption = ""
        self._zoom: Zoom | None = None
        self._place_of = QRectF()
        self._clock = QElapsedTimer()
        self._whole = self._fresh = False
        parent.installEventFilter(self)
        self.hide()

    @property
    def showing(self) -> bool:
        return self._image is not None

    @property
    def zoom(self) -> Zoom | None:
        """The closer look that is on the screen."""
        return self._zoom

    @property
    def painted(self) -> bool:
        return self._clock.isValid()

    @property
    def current_painted(self) -> bool:
        """Whether the picture that was put last has been on the screen."""
        return self._image is not None and self._fresh

    def cover(self, parent: QWidget) -> None:
        """Lie over another widget from now on. Not while something is shown."""
        before = self.parentWidget()
        if before is parent or self.showing:
            return
        if before is not None:
            before.removeEventFilter(self)
        self.setParent(parent)
        parent.installEventFilter(self)
        self.hide()

    def room(self) -> QRectF:
        """Where the picture may be, in the sheet's own coordinates."""
        parent = self.parentWidget()
        whole = QRectF(parent.rect()) if parent is not None else QRectF(self.rect())
        return whole.adjusted(theme.S3, theme.S3, -theme.S3, -theme.S3 - 28)

    def put(self, image: QImage, caption: str, zoom: Zoom | None = None) -> None:
        """Show a picture; with ``zoom`` that part of it which ``zoom.asked`` named."""
        self._zoom, self._place_of = zoom, zoom.asked()[1] if zoom is not None else QRectF()
        self._image, self._caption, self._whole, self._fresh = image, caption, False, False
        self._clock.invalidate()
        self._place()
        self.show()
        self.raise_()
        self.repaint()

    def say(self, caption: str) -> None:
        """Other words under what is shown."""
        if caption != self._caption:
            self._caption = caption
            self.update()

    def put_part(self, image: QImage, place: QRectF) -> None:
        """The part that was asked for last, sharp now."""
        self._place_of = place
        self.put_next(image)

    def put_next(self, image: QImage) -> None:
        """Another frame in the place of the one before, which is let go; the display goes on."""
        if self._image is None:
            image.fill(0)
            return
        self._image.fill(0)
        self._image, self._fresh = image, False
        self.update()

    def drop(self) -> tuple[float, bool]:
        """Blank at once. The seconds it was on the screen, and whether all of it was."""
        if self._image is None:
            return 0.0, False
        seconds = self._clock.nsecsElapsed() / 1e9 if self._clock.isValid() else 0.0
        # Overwritten, not only let go: freed memory keeps what was in it.
        self._image.fill(0)
        self._image = self._zoom = None
        self._clock.invalidate()
        parent = self.parentWidget()
        self.repaint()
        self.hide()
        if parent is not None and parent.isVisible():
            # Not update(): the pixels must be off the screen before anything else happens.
            parent.repaint()
        return seconds, self._whole and seconds > 0

    def _place(self) -> None:
        parent = self.parentWidget()
        if parent is not None:
            self.setGeometry(parent.rect())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._place()
        return super().eventFilter(watched, event)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        if self._image is not None:
            self.gone.emit()

    def event(self, event: QEvent) -> bool:
        if self._image is not None and event.type() in (
            QEvent.Type.WindowDeactivate,
            QEvent.Type.ApplicationDeactivate,
            QEvent.Type.WindowBlocked,
            QEvent.Type.EnabledChange,
        ):
            self.gone.emit()
        return super().event(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.colour("surface"))
        image = self._image
        if image is not None:
            room, zoom = self.room(), self._zoom
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            if zoom is not None:
                target = self._paint_zoomed(painter, image, zoom, room)
            else:
                size = image.size().toSizeF() / self.devicePixelRatioF()
                if size.width() > room.width() or size.height() > room.height():
                    size.scale(room.size(), Qt.AspectRatioMode.KeepAspectRatio)
                target = QRectF(0, 0, size.width(), size.height())
                target.moveCenter(room.center())
                painter.drawImage(target, image)
            painter.setFont(theme.sans(theme.SMALL))
            painter.setPen(theme.colour("muted"))
            line = QRectF(theme.S3, self.height() - 32, self.width() - 2 * theme.S3, 24)
            said = self._caption
            if zoom is not None:
                said = f"{round(zoom.now * 100)} % · {said}"
            words = painter.fontMetrics().elidedText(said, Qt.TextElideMode.ElideMiddle, int(line.width()))
            painter.drawText(line, int(Qt.AlignmentFlag.AlignCenter), words)
            if not self._clock.isValid():
                self._clock.start()
            self._fresh = True
            if not target.isEmpty() and not self._whole:
                self._whole = self.visibleRegion().boundingRect().contains(target.toAlignedRect())
        painter.end()

    def _paint_zoomed(self, painter: QPainter, image: QImage, zoom: Zoom, room: QRectF) -> QRectF:
        """Where the whole picture is on the screen; empty where only a part of it is, or is there."""
        painter.save()
        painter.setClipRect(room)
        moved = zoom.transform(room.center(), self.devicePixelRatioF())
        painter.setTransform(moved, combine=True)
        painter.drawImage(self._place_of, image)
        painter.restore()
        everything = QRectF(0, 0, zoom.size.width(), zoom.size.height())
        all_here = zoom.whole and self._place_of.adjusted(-1, -1, 1, 1).contains(everything)
        return moved.mapRect(everything) if all_here else QRectF()
