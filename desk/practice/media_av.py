"""Sound and moving pictures for practice mode: test cards that move, and tones.

PyAV and Pillow are imported inside the functions. What the installed FFmpeg cannot encode yields None:
the caller leaves that file out. Files carry no time and no random identifier, so a seed gives the same bytes.
"""

from __future__ import annotations

import io
import math
import wave
from array import array
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from desk.practice.media import Card, Size, picture

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PIL import Image

RATE = 48_000
#: Lengths of one period in samples: 480, 600, 400, 320 and 240 Hz, whole numbers so that a table repeats.
PERIODS = (100, 80, 120, 150, 200)


def tones(seconds: float, *, channels: int = 1, step: float = 0.5, start: int = 0) -> bytes:
    """Signed 16-bit PCM at 48 kHz: quiet tones, one after the other, `step` seconds each."""
    total = round(seconds * RATE)
    samples = array("h")
    index = start
    while len(samples) < total * channels:
        period = PERIODS[index % len(PERIODS)]
        table = array("h")
        for position in range(period):
            table.extend([round(6000 * math.sin(2 * math.pi * position / period))] * channels)
        samples.extend(table * max(1, round(step * RATE / period)))
        index += 1
    return samples[: total * channels].tobytes()


def wav(seconds: float, *, start: int = 0) -> bytes:
    """Tones as a WAV file, 48 kHz mono, written without any codec."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(tones(seconds, start=start))
    return out.getvalue()


def mp3(seconds: float, *, start: int = 0) -> bytes | None:
    """Tones as MP3, or None where no encoder is at hand."""
    return _sound("mp3", ("libmp3lame", "mp3"), tones(seconds, start=start))


def ogg(seconds: float, *, start: int = 0) -> bytes | None:
    """Tones as Ogg (Opus, else Vorbis), or None where no encoder is at hand."""
    return _sound("ogg", ("libopus", "libvorbis"), tones(seconds, start=start))


def mp4(card: Card, seconds: float, *, start: int = 0) -> bytes | None:
    """`card` moving, with tones: H.264 (else MPEG-4 part 2) and AAC at 25 frames a second, or None."""
    return _film("mp4", ("libx264", "mpeg4"), ("aac",), card, seconds, start)


def webm(card: Card, seconds: float, *, start: int = 0) -> bytes | None:
    """`card` moving, with tones: VP8 (else VP9) and Opus at 25 frames a second, or None."""
    return _film("webm", ("libvpx", "libvpx-vp9"), ("libopus", "libvorbis"), card, seconds, start)


def _encoder(names: tuple[str, ...]) -> str | None:
    """The first of `names` that this FFmpeg can encode with."""
    from av.codec import Codec
    from av.codec.codec import UnknownCodecError

    for name in names:
        try:
            Codec(name, "w")
        except UnknownCodecError:
            continue
        return name
    return None


def _sound(container: str, names: tuple[str, ...], pcm: bytes) -> bytes | None:
    try:
        import av
    except ImportError:
        return None
    codec = _encoder(names)
    if codec is None:
        return None
    out = io.BytesIO()
    try:
        with av.open(out, "w", format=container, options={"fflags": "+bitexact"}) as file:
            stream: Any = file.add_stream(codec, rate=RATE, layout="mono")
            stream.bit_rate = 48_000
            _mux_sound(file, stream, pcm, 1)
    except (av.FFmpegError, ValueError):
        return None
    return out.getvalue()


def _mux_sound(file: Any, stream: Any, pcm: bytes, channels: int) -> None:
    """Encode 16-bit PCM into `stream`, in frames of the size that its encoder wants, and flush it."""
    import av

    context = stream.codec_context
    resampler = av.AudioResampler(context.format, context.layout, context.rate, context.frame_size or 1024)
    chunk = RATE * channels * 2
    for offset in range(0, len(pcm), chunk):
        part = pcm[offset : offset + chunk]
        frame = av.AudioFrame("s16", "stereo" if channels == 2 else "mono", len(part) // (2 * channels))
        frame.planes[0].update(part.ljust(frame.planes[0].buffer_size, b"\0"))
        frame.sample_rate = RATE
        frame.pts = offset // (2 * channels)
        frame.time_base = Fraction(1, RATE)
        for piece in resampler.resample(frame):
            file.mux(stream.encode(piece))
    for piece in resampler.resample(None):
        file.mux(stream.encode(piece))
    file.mux(stream.encode(None))


def _frames(card: Card, count: int) -> Iterator[Image.Image]:
    """`count` pictures of `card` with a bar that walks across and a line that fills below."""
    from PIL import ImageDraw

    still = picture(card)
    width, height = still.size
    for index in range(count):
        frame = still.copy()
        draw = ImageDraw.Draw(frame)
        left = (width + width // 8) * index // count - width // 8
        draw.rectangle((left, 0, left + width // 8, height // 5), fill=(236, 238, 242))
        draw.rectangle((0, height - height // 24, width * (index + 1) // count, height), fill=(245, 245, 245))
        yield frame


def _film(
    container: str,
    pictures: tuple[str, ...],
    sounds: tuple[str, ...],
    card: Card,
    seconds: float,
    start: int,
) -> bytes | None:
    try:
        import av
    except ImportError:
        return None
    video_codec, audio_codec = _encoder(pictures), _encoder(sounds)
    if video_codec is None:
        return None
    frame_of: Any = av.VideoFrame
    out = io.BytesIO()
    try:
        with av.open(out, "w", format=container, options={"fflags": "+bitexact"}) as file:
            video: Any = file.add_stream(video_codec, rate=25, options=_quick(video_codec))
            size: Size = card.size
            video.width, video.height = size
            video.pix_fmt = "yuv420p"
            video.bit_rate = 300_000
            video.codec_context.gop_size = 25
            video.codec_context.thread_count = 1
            audio: Any = None
            if audio_codec is not None:
                audio = file.add_stream(audio_codec, rate=RATE, layout="stereo")
                audio.bit_rate = 64_000
            for still in _frames(card, round(seconds * 25)):
                file.mux(video.encode(frame_of.from_image(still)))
            file.mux(video.encode(None))
            if audio is not None:
                _mux_sound(file, audio, tones(seconds, channels=2, start=start), 2)
    except (av.FFmpegError, ValueError):
        return None
    return out.getvalue()


def _quick(codec: str) -> dict[str, str]:
    """Options that make an encoder quick and its output the same each time."""
    if codec == "libx264":
        return {"preset": "ultrafast", "tune": "zerolatency", "threads": "1"}
    if codec.startswith("libvpx"):
        # Below nought: always so quick. Above it VP8 goes by the time it took, as a busy computer changes it.
        return {"deadline": "realtime", "cpu-used": "-8", "threads": "1"}
    return {}
