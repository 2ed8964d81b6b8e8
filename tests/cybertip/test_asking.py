"""A call that was begun: its answer comes in pieces, late, or not at all."""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import httpcore
import pytest

from desk.cybertip.asking import BEGUN_LIMIT, BODY_LIMIT, Begun
from desk.cybertip.client import ClientOptions, CyberTipClient, Timeouts
from desk.cybertip.http1 import Line
from desk.domain.company import Credentials, Endpoint, EndpointKind
from desk.domain.filing import Call, OutcomeKind, Reply
from tests.cybertip.loopback import done, response

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


class Clock:
    def now(self) -> datetime:
        return NOW


def whole(body: bytes, *lines: str) -> bytes:
    head = "\r\n".join(("HTTP/1.1 200 OK", f"Content-Length: {len(body)}", *lines))
    return head.encode() + b"\r\n\r\n" + body


@dataclass
class Ends:
    """A client with one connection that stands, and the service's end of it."""

    client: CyberTipClient
    theirs: socket.socket

    def finish(self) -> Begun:
        begun = self.client.asking(Call.FINISH, "42", b"").begin()
        assert isinstance(begun, Begun)
        assert b"POST /ispws/finish" in self.theirs.recv(1 << 16)
        return begun

    def kept(self) -> int:
        return len(self.client._wire.pool._idle)


@pytest.fixture
def ends() -> Iterator[Ends]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        stream = httpcore.SyncBackend().connect_tcp("127.0.0.1", server.getsockname()[1], timeout=10)
        theirs, _ = server.accept()
    theirs.settimeout(10)
    endpoint = Endpoint(EndpointKind.CUSTOM, "http://127.0.0.1:9/ispws")
    times = ClientOptions(timeouts=Timeouts(read=50, answer=200))
    client = CyberTipClient(endpoint, Credentials("user", "pass-word-1"), Clock(), times)
    line = Line(stream)
    line.idle_since = time.monotonic()
    client._wire.pool._idle.append(line)
    yield Ends(client, theirs)
    client.close()
    theirs.close()
    stream.close()


def test_an_answer_in_pieces_is_put_together_and_its_connection_kept(ends: Ends) -> None:
    begun = ends.finish()
    assert begun.look() is None  # nothing has come
    answer = whole(done(0, "42", ("f1",)), "Request-ID: r-1")
    for cut in range(0, len(answer) - 1, 40):
        ends.theirs.sendall(answer[cut : min(cut + 40, len(answer) - 1)])
        assert begun.look() is None
        assert time.monotonic() < begun.until <= time.monotonic() + 50
    ends.theirs.sendall(answer[-1:])
    reply = begun.look()
    assert reply is not None
    assert (reply.kind, reply.request_id, reply.file_ids) == (OutcomeKind.ACCEPTED, "r-1", ("f1",))
    assert ends.kept() == 1
    assert isinstance(ends.client.asking(Call.RETRACT, "42", b"").begin(), Begun)  # and used again
    assert ends.client.asking(Call.RETRACT, "42", b"").begin() is None  # there is no other


def unknown(reply: Reply | None, words: str) -> None:
    assert reply is not None
    assert reply.kind is OutcomeKind.UNKNOWN
    assert words in reply.description


def test_without_an_answer_it_is_unknown_and_the_connection_let_go(ends: Ends) -> None:
    unknown(ends.finish().give_up(), "No answer came in time")
    assert ends.kept() == 0
    assert ends.theirs.recv(1) == b""


def test_half_an_answer_is_unknown(ends: Ends) -> None:
    begun = ends.finish()
    ends.theirs.sendall(whole(done(0, "42", ()))[:-9])
    assert begun.look() is None
    unknown(begun.give_up(), "cut short")
    assert ends.kept() == 0


def test_a_connection_that_ends_within_an_answer_is_unknown(ends: Ends) -> None:
    begun = ends.finish()
    ends.theirs.sendall(whole(done(0, "42", ()))[:-9])
    assert begun.look() is None
    ends.theirs.close()
    unknown(begun.look(), "cut short")


def test_a_connection_that_is_reset_is_unknown(ends: Ends) -> None:
    begun = ends.finish()
    ends.theirs.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    ends.theirs.close()
    unknown(begun.look(), "connection broke")


def test_an_answer_that_dribbles_ends_some_time(ends: Ends, monkeypatch: pytest.MonkeyPatch) -> None:
    begun = ends.finish()
    ends.theirs.sendall(whole(done(0, "42", ()))[:-9])
    assert begun.look() is None
    begun._answer_until = time.monotonic() - 1
    ends.theirs.sendall(b".")
    unknown(begun.look(), "took too long")


def test_given_up_after_the_time_for_a_whole_answer(ends: Ends) -> None:
    begun = ends.finish()
    ends.theirs.sendall(whole(done(0, "42", ()))[:-9])
    assert begun.look() is None
    begun._answer_until = time.monotonic() - 1
    unknown(begun.give_up(), "took too long")


def test_an_answer_without_end_is_read_no_further(ends: Ends) -> None:
    begun = ends.finish()
    ends.theirs.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n")
    reply = begun.look()
    while reply is None:
        ends.theirs.sendall(bytes(1 << 16))
        reply = begun.look()
    unknown(reply, "far too long")
    assert len(reply.body) == BODY_LIMIT
    assert ends.kept() == 0


def test_an_encoded_answer_is_not_taken_for_one(ends: Ends) -> None:
    begun = ends.finish()
    ends.theirs.sendall(whole(done(0, "42", ()), "Content-Encoding: gzip"))
    reply = begun.look()
    unknown(reply, "encoded")
    assert reply is not None
    assert reply.body == b""


def test_a_large_request_is_made_as_a_whole_only(ends: Ends) -> None:
    asked = ends.client.asking(Call.SUBMIT, "", bytes(BEGUN_LIMIT + 1))
    assert asked.begin() is None
    assert ends.kept() == 1


def test_a_connection_that_broke_before_anything_could_be_sent(ends: Ends) -> None:
    """What a write that fails left with the service is not known."""
    (line,) = ends.client._wire.pool._idle

    class Still:
        """Looks sound; what is written stalls."""

        def get_extra_info(self, name: str) -> object:
            return False if name == "is_readable" else None

        def write(self, *_: object) -> None:
            raise httpcore.WriteTimeout

        def close(self) -> None: ...

    line._stream = Still()  # type: ignore[assignment]
    reply = ends.client.asking(Call.FINISH, "42", b"").begin()
    assert isinstance(reply, Reply)
    unknown(reply, "stalled")
    assert ends.kept() == 0


def test_a_bug_while_it_is_sent_lets_the_connection_go(ends: Ends) -> None:
    def source() -> Iterator[bytes]:
        raise KeyboardInterrupt
        yield b""

    with pytest.raises(KeyboardInterrupt):
        ends.client.asking_upload("42", "a", 5, source()).begin()
    assert ends.kept() == 0
    assert ends.client._wire.pool._free.acquire(blocking=False)


def test_small_answers_are_those_of_the_service(ends: Ends) -> None:
    begun = ends.client.asking(Call.SUBMIT, "", b"<report/>").begin()
    assert isinstance(begun, Begun)
    ends.theirs.sendall(whole(response(4100, "Validation failed")))
    reply = begun.look()
    assert reply is not None
    assert (reply.kind, reply.code) == (OutcomeKind.REFUSED, 4100)
