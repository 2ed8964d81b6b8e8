"""Whether what came back from a worker is as blurred as was asked for: the host looks for itself."""

from __future__ import annotations

from operator import sub

from desk.domain.preview import BLUR_FLOOR, BLUR_FLOOR_PIXELS


def is_blurred(width: int, height: int, channels: int, data: bytes, strength: int) -> bool:
    """Whether neighbouring samples differ no more than the blur that was asked for allows.

    A Gaussian of deviation s turns the hardest edge (0 to 255) into a slope of 255 / (s sqrt(2 pi)) at most.
    A spread of rows and columns is looked at: a worker that was taken over cannot show what nobody asked for.
    """
    sigma = max(BLUR_FLOOR_PIXELS, max(BLUR_FLOOR, strength / 1000) * min(width, height))
    steepest = 255 * 0.3989 / sigma * 1.25 + 2
    stride = width * channels
    for row in range(0, height, max(1, height // 24)):
        line = data[row * stride : (row + 1) * stride]
        if width > 1 and _steepest(line, channels) > steepest:
            return False
    for column in range(0, stride, max(1, stride // 24)):
        line = data[column::stride]
        if height > 1 and _steepest(line, 1) > steepest:
            return False
    return True


def _steepest(line: bytes, step: int) -> int:
    differences: list[int] = list(map(sub, line[step:], line))
    return max(max(differences), -min(differences))
