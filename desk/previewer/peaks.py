"""How loud a sound is over its length."""

from __future__ import annotations

from array import array
from typing import Any

import av.audio.resampler
import av.error

from .protocol import MAX_DURATION_MS, Refusal, Refused

PEAK_RATE = 8000


def peaks(container: Any, wanted: int) -> tuple[bytes, int]:
    """One peak of 0 to 255 for each equal part of the length. Raises Refused(NO_PICTURE) without sound."""
    if not container.streams.audio:
        raise Refused(Refusal.NO_PICTURE)
    stream = container.streams.audio[0]
    if stream.codec_context is None:
        raise Refused(Refusal.UNSUPPORTED)
    stream.codec_context.thread_count = 1
    resampler = av.audio.resampler.AudioResampler(format="s16", layout="mono", rate=PEAK_RATE)
    step = PEAK_RATE // 50
    fine = bytearray()
    rest: array[int] = array("h")
    limit = MAX_DURATION_MS // 20

    def take(frame: Any) -> None:
        nonlocal rest
        for block in resampler.resample(frame):
            rest.frombytes(bytes(block.planes[0])[: block.samples * 2])
        whole = len(rest) // step * step
        for at in range(0, whole, step):
            part = rest[at : at + step]
            fine.append(min(255, max(max(part), -min(part)) >> 7))
        rest = rest[whole:]

    for packet in container.demux(stream):
        try:
            for frame in stream.codec_context.decode(packet if packet.size else None):
                take(frame)
        except av.error.EOFError:
            break
        except av.error.FFmpegError:
            continue
        if len(fine) > limit:
            break
    take(None)
    if rest:
        fine.append(min(255, max(max(rest), -min(rest)) >> 7))
    if not fine:
        raise Refused(Refusal.BROKEN)
    count = min(wanted, len(fine))
    peaks = bytes(max(fine[i * len(fine) // count : (i + 1) * len(fine) // count]) for i in range(count))
    return peaks, len(fine) * 20
