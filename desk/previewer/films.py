"""Films and sounds by PyAV (FFmpeg): facts, stills at keyframes, single frames, peaks of the sound.

The container format is fixed by the first bytes, never guessed: FFmpeg knows formats that name other files.
"""

from __future__ import annotations

import io
import time
from collections.abc import Iterator
from fractions import Fraction
from typing import Any, BinaryIO

import av
import av.audio.resampler
import av.container
import av.error
import av.logging
import av.stream
import av.subtitles.stream
import av.video.reformatter
from PIL import Image

from . import png
from .part import of as part_of
from .pdq import SIDE, pdq
from .peaks import peaks
from .protocol import (
    FACT_PICTURE,
    FACT_SOUND,
    FACT_TEXT,
    GREY,
    MAX_COUNT,
    MAX_DURATION_MS,
    MAX_KEYS,
    MAX_PEAKS,
    MIN_STEP_MS,
    Ask,
    Facts,
    Format,
    Hashed,
    Keys,
    Picture,
    Refusal,
    Refused,
    Request,
    Sound,
)
from .seeking import SEEK_SECONDS, duration_of, frames_from, keyframe, second_of, spread
from .shape import blurred, check_size, fit, picture
from .sound import heard
from .text import Entry, from_tags

NAMES = {
    Format.MP4: "mov",
    Format.MATROSKA: "matroska",
    Format.AVI: "avi",
    Format.MP3: "mp3",
    Format.AAC: "aac",
    Format.OGG: "ogg",
    Format.WAV: "wav",
    Format.FLAC: "flac",
}
_LIMITS = {"probesize": "5000000", "analyzeduration": "5000000", "max_streams": "64"}


def prepare() -> None:
    """Load and warm: PyAV imports parts late, and FFmpeg sets up its tables at first use."""
    av.logging.set_level(None)
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="avi") as out:
        stream = out.add_stream("mjpeg", rate=Fraction(5))
        stream.width, stream.height, stream.pix_fmt = 32, 32, "yuvj420p"
        stream.thread_count = 1
        sound = out.add_stream("pcm_s16le", rate=8000)
        for number in range(2):
            frame = av.VideoFrame(32, 32, "yuvj420p")
            frame.pts = number
            out.mux(stream.encode(frame))
        block = av.AudioFrame("s16", "mono", 800)
        block.sample_rate, block.pts = 8000, 0
        out.mux(sound.encode(block))
        out.mux(stream.encode(None))
    base = Request(b"", 0, Ask.STILLS, Format.AVI, GREY, 0, 16, 60, 2, -1, 0)
    for ask in (Ask.STILLS, Ask.PROBE, Ask.PEAKS, Ask.TEXT, Ask.REVEAL, Ask.KEYS):
        buffer.seek(0)
        answer(buffer, base._replace(ask=ask))
    for _ in _sound(buffer, "avi", base._replace(strength=150)):
        pass


def formats() -> int:
    """Bits 1 << Format of what this build decodes."""
    return sum(1 << number for number in NAMES)


def refusal(_error: Exception) -> Refusal:
    """FFmpeg's many errors are one thing to a moderator."""
    return Refusal.BROKEN


def answer(
    source: BinaryIO, request: Request
) -> (
    list[Picture]
    | list[Hashed]
    | Facts
    | list[Entry]
    | Keys
    | tuple[bytes, int]
    | Iterator[Picture]
    | Iterator[Sound]
):
    """One request about one film or sound. Raises Refused, MemoryError, or whatever FFmpeg raises."""
    ask = Ask(request.ask)
    name = NAMES.get(Format(request.format))
    if request.format == Format.PNG:
        return png.answer(source, request)
    if name is None:
        raise Refused(Refusal.UNSUPPORTED)
    if ask is Ask.PLAY:
        return _play(source, name, request)
    if ask is Ask.SOUND:
        return _sound(source, name, request)
    source.seek(0)
    with av.open(source, "r", format=name, options=dict(_LIMITS), metadata_errors="ignore") as container:
        if ask is Ask.PROBE:
            return _facts(container)
        if ask is Ask.TEXT:
            return _text(container)
        if ask is Ask.PEAKS:
            return peaks(container, max(1, min(request.number, MAX_PEAKS)))
        stream = _film(container)
        if stream is None:
            raise Refused(Refusal.NO_PICTURE)
        stream.codec_context.thread_count = 1
        if ask is Ask.KEYS:
            return _keys(container, stream)
        if ask is Ask.STILLS:
            return _stills(container, stream, request)
        if ask is Ask.HASH:
            return _hashes(container, stream, request)
        if ask is Ask.REVEAL:
            return [_revealed(container, stream, request)]
        if ask is Ask.BLUR:
            duration = duration_of(container)
            return [_blurred(keyframe(container, stream, (duration or 0.0) * 0.1), stream, request)]
    raise Refused(Refusal.UNSUPPORTED)


def _play(source: BinaryIO, name: str, request: Request) -> Iterator[Picture]:
    """Frames from a position on, as fast as the host takes them, at least a step apart."""
    source.seek(0)
    with av.open(source, "r", format=name, options=dict(_LIMITS), metadata_errors="ignore") as container:
        stream = _film(container)
        if stream is None:
            raise Refused(Refusal.NO_PICTURE)
        stream.codec_context.thread_count = 1
        due = max(0, request.position_ms) / 1000
        left = request.number
        for frame in frames_from(container, stream, due):
            second = second_of(frame, stream)
            if second < due - 0.001:
                continue
            image, position_ms = _image(frame, stream, request, grey=False)
            yield picture(image, position_ms=position_ms)
            due = second + max(MIN_STEP_MS, request.strength) / 1000
            left -= 1
            if left < 1:
                return


def _sound(source: BinaryIO, name: str, request: Request) -> Iterator[Sound]:
    """Samples from a position on, at a speed, as fast as the host takes them."""
    source.seek(0)
    with av.open(source, "r", format=name, options=dict(_LIMITS), metadata_errors="ignore") as container:
        if not container.streams.audio:
            raise Refused(Refusal.NO_PICTURE)
        stream = container.streams.audio[0]
        if stream.codec_context is None:
            raise Refused(Refusal.UNSUPPORTED)
        stream.codec_context.thread_count = 1
        start = max(0, request.position_ms) / 1000
        timed = ((frame, second_of(frame, stream)) for frame in frames_from(container, stream, start))
        yield from heard(timed, start, max(50, min(request.strength, 200)) / 100)


def _keys(container: Any, stream: Any) -> Keys:
    """Where keyframes lie: by the container's index where it has one, else by walking its packets."""
    base = stream.time_base
    index = _index(stream)
    # An index may count in decoding time: its first keyframe is the film's beginning all the same.
    found = {max(0, int((one.timestamp - index[0].timestamp) * base * 1000)) for one in index}
    first = stream.start_time or 0
    if len(found) < 2 and base:
        deadline = time.monotonic() + SEEK_SECONDS
        for packet in container.demux(stream):
            if packet.is_keyframe and packet.pts is not None:
                found.add(max(0, int((packet.pts - first) * base * 1000)))
            if time.monotonic() > deadline or len(found) >= MAX_KEYS:
                break
    return Keys(sorted(one for one in found if one <= MAX_DURATION_MS)[:MAX_KEYS])


def _index(stream: Any) -> list[Any]:
    """The keyframes of a container's index; Matroska's holds those it has cues for."""
    if not stream.time_base:
        return []
    entries = stream.index_entries
    return [one for one in entries if one.is_keyframe] if len(entries) > 1 else []


def _film(container: Any) -> Any | None:
    for stream in container.streams.video:
        if not stream.disposition & av.stream.Disposition.attached_pic:
            if stream.codec_context is None:
                raise Refused(Refusal.UNSUPPORTED)  # a codec that FFmpeg does not know
            check_size(stream.codec_context.width, stream.codec_context.height)
            return stream
    return None


def _walked_length(container: Any, stream: Any) -> float | None:
    """A recording whose header was never finished (browsers write such WebM): where its last packet ends."""
    end = 0.0
    deadline = time.monotonic() + SEEK_SECONDS
    for packet in container.demux(stream):
        if packet.pts is not None and packet.time_base:
            end = max(end, float((packet.pts + (packet.duration or 0)) * packet.time_base))
        if time.monotonic() > deadline:
            return None
    return min(end, MAX_DURATION_MS / 1000) if end > 0 else None


def _facts(container: Any) -> Facts:
    stream = _film(container)
    duration = duration_of(container)
    flags = FACT_SOUND if container.streams.audio else 0
    flags |= FACT_TEXT if _text(container) else 0
    width = height = frames = 0
    if stream is not None:
        flags |= FACT_PICTURE
        width, height = stream.codec_context.width, stream.codec_context.height
        frames = stream.frames
        if not frames and duration and stream.average_rate:
            frames = round(duration * float(stream.average_rate))
        if duration is None:
            duration = _walked_length(container, stream)
    duration_ms = -1 if duration is None else round(duration * 1000)
    return Facts(width, height, max(0, min(frames, MAX_COUNT)), duration_ms, flags)


def _text(container: Any) -> list[Entry]:
    tags: dict[str, str] = {}
    for stream in container.streams:
        tags.update(stream.metadata)
    tags.update(container.metadata)
    return from_tags(tags)


def _stills(container: Any, stream: Any, request: Request) -> list[Picture]:
    """Stills in the middle of equal parts of the length; fewer where there is not so much to show."""
    return [_blurred(frame, stream, request) for frame in spread(container, stream, request.number)]


def _hashes(container: Any, stream: Any, request: Request) -> list[Hashed]:
    """Hashes at the places of the stills: a copy in another encoding has its keyframes elsewhere."""
    found: list[Hashed] = []
    for frame in spread(container, stream, request.number):
        image, position_ms = _image(frame, stream, request._replace(edge=SIDE), grey=False)
        found.append(Hashed(*pdq(image), position_ms))
    return found


def _revealed(container: Any, stream: Any, request: Request) -> Picture:
    second = max(0, request.position_ms) / 1000
    deadline = time.monotonic() + SEEK_SECONDS
    last = None
    for frame in frames_from(container, stream, second):
        last = frame
        if second_of(frame, stream) >= second - 0.001 or time.monotonic() > deadline:
            break
    if last is None:
        # Past the end, or nothing there: the last picture before it.
        last = keyframe(container, stream, second)
    image, position_ms = _image(last, stream, request, grey=False)
    return picture(image, position_ms=position_ms)


def _blurred(frame: Any, stream: Any, request: Request) -> Picture:
    grey = bool(request.flags & GREY)
    image, position_ms = _image(frame, stream, request, grey=grey)
    return blurred(image, request.strength, grey=grey, position_ms=position_ms, damaged=False)


def _image(frame: Any, stream: Any, request: Request, *, grey: bool) -> tuple[Image.Image, int]:
    """Shrink inside FFmpeg, then turn. Frames may differ in size from what the header said."""
    check_size(frame.width, frame.height)
    cut = part_of(request) if request.ask == Ask.REVEAL else None
    edge = cut.whole_edge(frame.width, frame.height, request.edge) if cut else request.edge
    width, height = fit(frame.width, frame.height, edge)
    small = frame.reformat(width, height, "gray" if grey else "rgb24", interpolation="AREA", threads=1)
    plane = small.planes[0]
    mode = "L" if grey else "RGB"
    image = Image.frombytes(mode, (width, height), bytes(plane), "raw", mode, plane.line_size)
    quarter = round((frame.rotation or 0) / 90) % 4
    if quarter:
        image = image.transpose(
            (Image.Transpose.ROTATE_90, Image.Transpose.ROTATE_180, Image.Transpose.ROTATE_270)[quarter - 1]
        )
    if cut:
        image = cut.cut(image, request.edge)
    return image, round(second_of(frame, stream) * 1000)
