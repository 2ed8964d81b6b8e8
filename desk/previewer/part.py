"""A part of a picture for a closer look: which pixels of the whole it needs, and the cut itself."""

from __future__ import annotations

from typing import NamedTuple

from PIL import Image

from .protocol import Request
from .shape import fit

FULL = 65535
MOST_EDGE = 8192
"""A document's page has no size of its own: it is drawn no larger than this for a part of it."""


class Part(NamedTuple):
    """Shares of the whole as it is shown, 0 to 1, with left < right and top < bottom."""

    left: float
    top: float
    right: float
    bottom: float

    def whole_edge(self, width: int, height: int, edge: int) -> int:
        """The longest edge of the whole at which the part fits `edge`; nothing is enlarged."""
        wide, high = width * (self.right - self.left), height * (self.bottom - self.top)
        longest = max(width, height)
        return max(1, min(longest, int(longest * edge / max(wide, high, 1.0))))

    def before(self, orientation: int) -> Part:
        """The same part in the picture as it lies in the file, before the EXIF orientation turned it."""
        u0, v0, u1, v1 = self
        corners = {
            2: (1 - u1, v0, 1 - u0, v1),
            3: (1 - u1, 1 - v1, 1 - u0, 1 - v0),
            4: (u0, 1 - v1, u1, 1 - v0),
            5: (v0, u0, v1, u1),
            6: (v0, 1 - u1, v1, 1 - u0),
            7: (1 - v1, 1 - u1, 1 - v0, 1 - u0),
            8: (1 - v1, u0, 1 - v0, u1),
        }
        return Part(*corners.get(orientation, self))

    def cut(self, image: Image.Image, edge: int) -> Image.Image:
        """The part, at least a pixel of it, no longer than `edge`."""
        width, height = image.size
        left = min(round(self.left * width), width - 1)
        top = min(round(self.top * height), height - 1)
        right = max(left + 1, min(width, round(self.right * width)))
        bottom = max(top + 1, min(height, round(self.bottom * height)))
        found = image.crop((left, top, right, bottom))
        size = fit(found.width, found.height, edge)
        return found if size == found.size else found.resize(size, Image.Resampling.BILINEAR)


def of(request: Request) -> Part | None:
    """The part that is asked for; None for the whole, and for what makes no part."""
    left, top, right, bottom = request.left, request.top, request.right, request.bottom
    if not (left < right and top < bottom):
        return None
    return Part(left / FULL, top / FULL, right / FULL, bottom / FULL)
