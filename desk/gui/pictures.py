"""Blurred pixels as images of the toolkit. Nothing is decoded here: the bytes are pixels already."""

from __future__ import annotations

from PySide6.QtGui import QImage

from desk.domain.preview import Blurred


def image_of(blurred: Blurred) -> QImage:
    """The blurred pixels as an image of its own (the bytes are copied)."""
    grey = blurred.channels == 1
    kind = QImage.Format.Format_Grayscale8 if grey else QImage.Format.Format_RGB888
    stride = blurred.width * blurred.channels
    return QImage(blurred.pixels, blurred.width, blurred.height, stride, kind).copy()
