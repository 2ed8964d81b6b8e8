"""The worker's loop over real pipes, unlocked and in a thread of this process."""

from __future__ import annotations

import io
import os
import threading
from collections.abc import Iterator

import pytest

from desk.media import wire
from desk.previewer import documents, films, images, protocol, worker

from . import materials


class Line:
    """The host's end of two pipes whose other end a worker's loop holds."""

    def __init__(self, decoder: object) -> None:
        inward, self._to = os.pipe()
        self._from, outward = os.pipe()
        self._files = [io.FileIO(inward, "rb"), io.FileIO(outward, "wb")]
        self.channel = protocol.Channel(*self._files)
        self._thread = threading.Thread(target=self._serve, args=(decoder,))
        self._thread.start()

    def _serve(self, decoder: object) -> None:
        try:
            while (request := self.channel.request()) is not None:
                if not worker._serve(self.channel, decoder, request):
                    break
        finally:
            for file in self._files:
                file.close()

    def send(self, data: bytes) -> None:
        view = memoryview(data)
        while view:
            view = view[os.write(self._to, view) :]

    def take(self, length: int) -> bytes:
        data = b""
        while len(data) < length:
            more = os.read(self._from, length - len(data))
            if not more:
                break
            data += more
        return data

    def ask(
        self, request: wire.Request, data: bytes, *, ranged: bool = False
    ) -> list[tuple[wire.Header, bytes]]:
        self.send(request.pack(7, len(data), ranged=ranged))
        if not ranged:
            self.send(data)
        parts = []
        while True:
            header = wire.header(self.take(wire.REPLY.size), 7)
            if header.answer == wire.Answer.READ:
                assert header.position + header.length <= len(data)
                self.send(data[header.position : header.position + header.length])
                continue
            parts.append((header, self.take(header.length)))
            if header.answer in (wire.Answer.DONE, wire.Answer.REFUSED):
                return parts

    def hang_up(self) -> None:
        os.close(self._to)
        self._thread.join(20)
        os.close(self._from)


@pytest.fixture
def line(request: pytest.FixtureRequest) -> Iterator[Line]:
    made = Line(request.param)
    yield made
    made.hang_up()


@pytest.mark.parametrize("line", [images], indirect=True)
def test_pictures_whole_and_by_pieces(line: Line) -> None:
    images.prepare()
    request = wire.Request(wire.Ask.BLUR, wire.Format.PNG, edge=64, strength=60)
    for ranged in (False, True):
        (picture, pixels), (done, _) = line.ask(request, materials.still("PNG"), ranged=ranged)
        assert (picture.width, picture.height, len(pixels)) == (64, 48, 64 * 48)
        assert done.answer == wire.Answer.DONE
    large = wire.Request(wire.Ask.REVEAL, wire.Format.PNG, edge=4096)
    (_, pixels), _ = line.ask(large, materials.still("PNG"))
    assert len(pixels) == 320 * 240 * 3
    (text, packed), _ = line.ask(wire.Request(wire.Ask.TEXT, wire.Format.JPEG), materials.described())
    assert text.answer == wire.Answer.TEXT
    assert {one.name for one in wire.entries(packed)} >= {"make", "model", "place"}


@pytest.mark.parametrize("line", [images], indirect=True)
@pytest.mark.parametrize(
    ("number", "format_", "data", "refusal"),
    [
        (wire.Ask.BLUR, wire.Format.PNG, b"nothing", wire.Refusal.BROKEN),
        (wire.Ask.BLUR, wire.Format.PNG, b"", wire.Refusal.BROKEN),
        (wire.Ask.HASH, wire.Format.PNG, b"x", wire.Refusal.BROKEN),
        (wire.Ask.BLUR, wire.Format.PDF, b"x", wire.Refusal.UNSUPPORTED),
        (wire.Ask.BLUR, wire.Format.GIF, materials.bombs()["GIF"], wire.Refusal.TOO_LARGE),
    ],
)
def test_refusals(
    line: Line, number: wire.Ask, format_: wire.Format, data: bytes, refusal: wire.Refusal
) -> None:
    images.prepare()
    ((header, _),) = line.ask(wire.Request(number, format_, edge=64), data)
    assert (header.answer, header.code) == (wire.Answer.REFUSED, refusal)


class Greedy:
    """A decoder that needs more memory than there is."""

    @staticmethod
    def answer(_source: object, _request: object) -> object:
        raise MemoryError


@pytest.mark.parametrize("line", [Greedy], indirect=True)
def test_want_of_memory_is_a_refusal(line: Line) -> None:
    ((header, _),) = line.ask(wire.Request(wire.Ask.BLUR, wire.Format.PNG), b"x")
    assert header.code == wire.Refusal.TOO_LARGE


@pytest.mark.parametrize("line", [films], indirect=True)
def test_sounds_and_films(line: Line) -> None:
    (peaks, payload), _ = line.ask(
        wire.Request(wire.Ask.PEAKS, wire.Format.WAV, number=8), materials.tone("wav")
    )
    assert (peaks.answer, len(payload)) == (wire.Answer.PEAKS, 8)
    (facts, _), _ = line.ask(
        wire.Request(wire.Ask.PROBE, wire.Format.MP4), materials.film("mp4"), ranged=True
    )
    assert (facts.answer, facts.width) == (wire.Answer.FACTS, 160)


@pytest.mark.parametrize("line", [documents], indirect=True)
def test_documents(line: Line) -> None:
    (facts, _), _ = line.ask(wire.Request(wire.Ask.PROBE, wire.Format.PDF), materials.pdf(), ranged=True)
    assert facts.total == 3


@pytest.mark.parametrize("line", [images], indirect=True)
def test_nonsense_ends_the_loop(line: Line) -> None:
    line.send(bytes(wire.REQUEST.size))
    assert line.take(1) == b""


@pytest.mark.parametrize("line", [images], indirect=True)
def test_a_file_too_large_to_be_given_whole_ends_the_loop(line: Line) -> None:
    line.send(wire.Request(wire.Ask.BLUR, wire.Format.PNG).pack(1, wire.MAX_INLINE + 1, ranged=False))
    assert line.take(1) == b""


def test_hanging_up_in_the_middle_of_a_file_ends_the_loop() -> None:
    images.prepare()
    for ranged in (False, True):
        one = Line(images)
        one.send(wire.Request(wire.Ask.BLUR, wire.Format.PNG).pack(1, 1000, ranged=ranged))
        if not ranged:
            one.send(b"\x89PNG")
        one.hang_up()


def test_every_kind_finds_its_decoders() -> None:
    for kind in protocol.Kind:
        assert callable(worker._decoder(kind).answer)
    assert worker.main(["nonsense"]) == 2
    assert worker.main([]) == 2
