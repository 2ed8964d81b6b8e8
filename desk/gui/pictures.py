"""Blurred pixels as images of the toolkit. Nothing is decoded here: the bytes are pixels already."""

from __future__ import annotations

from PySide6.QtGui import QImage

from desk.domain.preview import Blurred


def image_of(picture: Blurred) -> QImage:
    """The blurred pixels as an image that owns its memory; null where the sizes do not agree."""
    width, height, channels = picture.width, picture.height, picture.channels
    if channels not in (1, 3) or width * height * channels != len(picture.pixels):
        return QImage()
    form = QImage.Format.Format_Grayscale8 if channels == 1 else QImage.Format.Format_RGB888
    return QImage(picture.pixels, width, height, width * channels, form).copy()
