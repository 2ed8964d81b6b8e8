"""Decoded sound to samples of one form, at the speed a person chose; its pitch stays."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import Any

import av.audio.resampler
import av.error
import av.filter

from .protocol import MAX_DURATION_MS, MAX_SOUND, SOUND_RATE, Sound

_STEP = MAX_SOUND // 4


def heard(frames: Iterable[tuple[Any, float]], start: float, speed: float) -> Iterator[Sound]:
    """Chunks of a tenth of a second from second `start` on. `frames` come with the second they begin at.

    Each chunk's position is the second of the file its first sample stands for.
    """
    resampler = av.audio.resampler.AudioResampler(format="s16", layout="stereo", rate=SOUND_RATE)
    graph = _graph(speed)
    first: float | None = None
    rest = bytearray()
    sent = 0

    def flow(frame: Any) -> None:
        for block in resampler.resample(frame):
            if graph is None:
                rest.extend(bytes(block.planes[0])[: block.samples * 4])
            else:
                block.pts = None
                graph.push(block)
                _drain(graph, rest)

    def chunks(least: int) -> Iterator[Sound]:
        nonlocal sent
        while len(rest) >= least and rest:
            position = (first or 0.0) + sent * speed / SOUND_RATE
            pcm = bytes(rest[:MAX_SOUND])
            del rest[:MAX_SOUND]
            sent += len(pcm) // 4
            yield Sound(pcm, max(0, min(round(position * 1000), MAX_DURATION_MS)))

    for frame, second in frames:
        if not frame.samples or not frame.sample_rate:
            continue
        if second + frame.samples / frame.sample_rate <= start:
            continue
        if first is None:
            first = second
        flow(frame)
        yield from chunks(MAX_SOUND)
    if first is None:
        return
    flow(None)
    if graph is not None:
        graph.push(None)
        _drain(graph, rest)
    yield from chunks(4)


def _graph(speed: float) -> Any | None:
    """Faster or slower at the same pitch; None at the usual speed."""
    if speed == 1.0:
        return None
    graph = av.filter.Graph()
    graph.threads = 1
    source = graph.add_abuffer(
        sample_rate=SOUND_RATE, format="s16", layout="stereo", time_base=Fraction(1, SOUND_RATE)
    )
    tempo = graph.add("atempo", f"{speed:.2f}")
    form = graph.add("aformat", f"sample_fmts=s16:channel_layouts=stereo:sample_rates={SOUND_RATE}")
    sink = graph.add("abuffersink")
    graph.link_nodes(source, tempo, form, sink).configure()
    return graph


def _drain(graph: Any, into: bytearray) -> None:
    while True:
        try:
            block = graph.pull()
        except (av.error.BlockingIOError, av.error.EOFError):
            return
        into.extend(bytes(block.planes[0])[: block.samples * 4])
