"""Finding one's way in a film: its length, the keyframe before a second, frames spread over all of it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import av.error

from .protocol import MAX_DURATION_MS, MAX_STILLS, Refusal, Refused

STILLS_SECONDS = 6.0
SEEK_SECONDS = 5.0
SHORT_FILM = 20.0
"""Seconds up to which a film is walked through for its stills rather than jumped through."""


def second_of(frame: Any, stream: Any) -> float:
    """When a frame is shown. By the stream's clock: a frame drained from the decoder has lost its own."""
    if frame.pts is None or not stream.time_base:
        return 0.0
    start = float((stream.start_time or 0) * stream.time_base)
    return max(0.0, min(float(frame.pts * stream.time_base) - start, MAX_DURATION_MS / 1000))


def duration_of(container: Any) -> float | None:
    """Seconds, from the container or its longest stream; None where nothing says so."""
    lengths = [float(s.duration * s.time_base) for s in container.streams if s.duration and s.time_base]
    if container.duration:
        lengths.append(container.duration / 1_000_000)
    if container.format.name == "aac":
        lengths = [_bare_length(container)]
    longest = max(lengths, default=0.0)
    return min(longest, MAX_DURATION_MS / 1000) if longest > 0 else None


def _bare_length(container: Any) -> float:
    """A stream without a container is guessed from its bit rate, often badly: add up its frames instead."""
    total = 0.0
    deadline = time.monotonic() + SEEK_SECONDS
    for packet in container.demux(container.streams.audio):
        if packet.duration and packet.time_base:
            total += float(packet.duration * packet.time_base)
        if time.monotonic() > deadline:
            break
    return total


def seek(container: Any, second: float) -> None:
    """To the keyframe before `second`; a file that cannot be jumped in is read from where it stands."""
    for target in (int(second * 1_000_000), 0):
        try:
            container.seek(target, backward=True)
            return
        except av.error.FFmpegError:
            continue


def keyframe(container: Any, stream: Any, second: float) -> Any:
    """The keyframe at or before `second`; the first that can be decoded where that fails."""
    seek(container, second)
    deadline = time.monotonic() + SEEK_SECONDS
    context = stream.codec_context
    for packet in container.demux(stream):
        if time.monotonic() > deadline:
            break
        if packet.size and not packet.is_keyframe:
            continue
        try:
            # A lone keyframe stays in the decoder's queue until it is drained.
            frames = context.decode(packet if packet.size else None)
            frames = frames or (context.decode(None) if packet.size else [])
        except av.error.EOFError:
            frames = []
        except av.error.FFmpegError:
            context.flush_buffers()
            continue
        if frames:
            return frames[0]
        if packet.size:
            context.flush_buffers()
    raise Refused(Refusal.BROKEN)


def frames_from(container: Any, stream: Any, second: float) -> Iterator[Any]:
    """Frames from the keyframe before `second` onwards, broken packets left out."""
    seek(container, second)
    for packet in container.demux(stream):
        try:
            yield from stream.codec_context.decode(packet if packet.size else None)
        except av.error.EOFError:
            return
        except av.error.FFmpegError:
            continue


def spread(container: Any, stream: Any, number: int) -> list[Any]:
    wanted = max(1, min(number, MAX_STILLS))
    duration = duration_of(container)
    if duration is None:
        return [keyframe(container, stream, 0.0)]
    targets = [duration * (index + 0.5) / wanted for index in range(wanted)]
    deadline = time.monotonic() + STILLS_SECONDS
    frames = _walk(container, stream, targets, deadline) if duration <= SHORT_FILM else []
    if len(frames) < wanted:
        frames = _jump(container, stream, targets, deadline)
    return frames or [keyframe(container, stream, 0.0)]


def _walk(container: Any, stream: Any, targets: list[float], deadline: float) -> list[Any]:
    """One pass through a short film, whose keyframes may be fewer than the stills that are wanted."""
    found: list[Any] = []
    for frame in frames_from(container, stream, 0.0):
        if second_of(frame, stream) >= targets[len(found)]:
            found.append(frame)
            if len(found) == len(targets):
                break
        if time.monotonic() > deadline - STILLS_SECONDS / 2:
            break
    return found


def _jump(container: Any, stream: Any, targets: list[float], deadline: float) -> list[Any]:
    """The keyframe before each target; from there on by single frames where keyframes are too far apart."""
    found: list[Any] = []
    before = -1.0
    for target in targets:
        left = deadline - time.monotonic()
        if found and left < 0:
            break
        try:
            frame = keyframe(container, stream, target)
            if second_of(frame, stream) <= before:
                until = time.monotonic() + left / len(targets)
                for frame in frames_from(container, stream, target):
                    if second_of(frame, stream) >= target or time.monotonic() > until:
                        break
        except Refused:
            continue
        if second_of(frame, stream) > before:
            before = second_of(frame, stream)
            found.append(frame)
    return found
