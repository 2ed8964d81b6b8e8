"""HEIC pictures, in a worker of their own: their decoder cannot work without threads, the others can.

Everything after opening is as for other pictures.
"""

from __future__ import annotations

import pillow_heif
from pillow_heif import options

from . import images
from .images import answer, refusal
from .protocol import Format

__all__ = ["THREADS", "answer", "formats", "prepare", "refusal"]

THREADS = True


def prepare() -> None:
    """Load the decoder. Embedded thumbnails are never read: they may show something else than the picture."""
    options.DECODE_THREADS = 1
    options.THUMBNAILS = False
    options.DEPTH_IMAGES = False
    options.AUX_IMAGES = False
    pillow_heif.register_heif_opener()
    images.prepare()


def formats() -> int:
    """Bits 1 << Format of what this worker decodes."""
    return 1 << Format.HEIF
