"""The worker's life: load one kind of decoder, lock, say hello, answer requests until the pipe closes."""

from __future__ import annotations

import encodings.ascii
import encodings.cp1252
import encodings.latin_1
import encodings.utf_8_sig
import encodings.utf_16
import encodings.utf_16_be
import encodings.utf_16_le
import gc
import io
import os
import sys
from collections.abc import Iterator
from typing import Any

from . import lock, text
from .protocol import (
    MAX_BLURRED_EDGE,
    MAX_COUNT,
    MAX_INLINE,
    MAX_REVEALED_EDGE,
    PIXELS_DAMAGED,
    RANGED,
    VERSION,
    Answer,
    ArrivingFile,
    Ask,
    Channel,
    Facts,
    Hashed,
    Keys,
    Kind,
    Picture,
    RangedFile,
    Refusal,
    Refused,
    Request,
    Sound,
)

__all__ = ["main"]

# Python loads these at first use, when nothing can be opened any more.
_LATE = (
    encodings.ascii,
    encodings.cp1252,
    encodings.latin_1,
    encodings.utf_8_sig,
    encodings.utf_16,
    encodings.utf_16_be,
    encodings.utf_16_le,
)


def main(argv: list[str] | None = None) -> int:
    """Run one worker; the last argument names its kind: image, heif, av or pdf. Ends when the host goes."""
    words = sys.argv[1:] if argv is None else argv
    try:
        kind = Kind[(words[-1] if words else "").upper()]
    except KeyError:
        return 2
    channel = _channel()
    decoder = _decoder(kind)
    decoder.prepare()
    able = decoder.formats()
    gc.collect()
    gc.freeze()
    bits, abi = lock.lock(threads=getattr(decoder, "THREADS", False))
    channel.send(Answer.HELLO, kind, channels=VERSION, width=bits, height=abi, position=able)
    while (request := channel.request()) is not None:
        if not _serve(channel, decoder, request):
            break
    # Interpreter shutdown may want what the lock forbids.
    os._exit(0)


def _channel() -> Channel:
    """Take the two pipes for the protocol and give stray output of libraries nowhere to go."""
    outward = os.dup(1)
    if sys.platform == "win32":
        import msvcrt

        msvcrt.setmode(0, os.O_BINARY)
        msvcrt.setmode(outward, os.O_BINARY)
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 1)
    os.dup2(nothing, 2)
    os.close(nothing)
    lock.close_others({0, 1, 2, outward})
    return Channel(io.FileIO(0, "rb", closefd=False), io.FileIO(outward, "wb", closefd=False))


def _decoder(kind: Kind) -> Any:
    if kind is Kind.IMAGE:
        from . import images

        return images
    if kind is Kind.AV:
        from . import films

        return films
    if kind is Kind.HEIF:
        from . import heif

        return heif
    from . import documents

    return documents


def _serve(channel: Channel, decoder: Any, request: Request) -> bool:
    """Answer one request; False when the host went away."""
    source: Any
    if request.flags & RANGED:
        source = io.BufferedReader(RangedFile(channel, request.size), 1 << 18)
    elif request.size > MAX_INLINE:
        return False
    else:
        source = ArrivingFile(channel, request.size)
    shown = request.ask in (Ask.REVEAL, Ask.PLAY)
    clamped = request._replace(
        edge=max(1, min(request.edge, MAX_REVEALED_EDGE if shown else MAX_BLURRED_EDGE)),
        strength=min(request.strength, 1000),
        number=min(request.number, MAX_COUNT),
    )
    try:
        result = decoder.answer(source, clamped)
        # Nothing is said before all was heard: the host writes first and reads then.
        if isinstance(source, ArrivingFile) and not source.arrive(request.size):
            return False
        _reply(channel, result)
        return True
    except Refused as refused:
        refusal = refused.refusal
    except MemoryError:
        refusal = Refusal.TOO_LARGE
    except BrokenPipeError:
        return False
    except Exception as error:
        refusal = decoder.refusal(error) if hasattr(decoder, "refusal") else Refusal.BROKEN
    if isinstance(source, ArrivingFile) and not source.arrive(request.size):
        return False
    channel.send(Answer.REFUSED, refusal)
    return True


def _reply(channel: Channel, result: Any) -> None:
    if isinstance(result, Facts):
        channel.send(
            Answer.FACTS,
            result.flags,
            width=min(result.width, 0xFFFFFFFF),
            height=min(result.height, 0xFFFFFFFF),
            count=min(result.total, MAX_COUNT),
            position=result.duration_ms,
        )
    elif isinstance(result, Keys):
        payload = b"".join(position.to_bytes(4, "little") for position in result.positions)
        channel.send(Answer.KEYS, payload=payload)
    elif isinstance(result, tuple):
        peaks, duration_ms = result
        channel.send(Answer.PEAKS, position=duration_ms, payload=peaks)
    elif isinstance(result, Iterator):
        for index, one in enumerate(result):
            if isinstance(one, Sound):
                channel.send(Answer.SOUND, position=one.position_ms, payload=one.pcm)
            else:
                _send(channel, one, index, MAX_COUNT)
    elif result and isinstance(result[0], Picture):
        for index, one in enumerate(result):
            _send(channel, one, index, len(result))
    elif result and isinstance(result[0], Hashed):
        for index, one in enumerate(result):
            channel.send(
                Answer.HASH,
                one.quality,
                index=index,
                count=len(result),
                position=one.position_ms,
                payload=one.value,
            )
    else:
        channel.send(Answer.TEXT, payload=text.pack(result))
    channel.send(Answer.DONE)


def _send(channel: Channel, one: Picture, index: int, count: int) -> None:
    channel.send(
        Answer.PIXELS,
        PIXELS_DAMAGED if one.damaged else 0,
        channels=one.channels,
        width=one.width,
        height=one.height,
        index=index,
        count=count,
        position=one.position_ms,
        payload=one.pixels,
    )
