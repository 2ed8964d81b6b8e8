"""HTTP/1.1 on one connection: a request goes out, its answer is read by llhttp, strictly.

What does not fit the rules (RFC 9112) is a RemoteProtocolError: what became of the call is then not known. A
request of up to 64 kB leaves in one piece, since its head alone would wake the service for nothing.
"""

from __future__ import annotations

import ssl
from collections import deque
from collections.abc import Iterable, Iterator
from typing import NamedTuple, NoReturn

from httpcore import NetworkStream, ReadError, RemoteProtocolError, WriteError
from httptools import HttpParserError, HttpResponseParser

HELD = 64 * 1024
"""Bytes that are held back at most until a request is whole. A longer one streams."""
READ = 64 * 1024
"""Bytes asked for at a time."""
HEAD_LIMIT = 100 * 1024
"""The longest head of an answer, with the interim ones before it."""

_NOT_YET = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)

Headers = list[tuple[bytes, bytes]]


class Times(NamedTuple):
    """Seconds for one operation of each kind."""

    connect: float
    write: float
    read: float
    pool: float


class Line:
    """One connection. Requests follow each other; each answer is read to its end before the next."""

    def __init__(self, stream: NetworkStream) -> None:
        self._stream = stream
        self._parser: HttpResponseParser | None = HttpResponseParser(self)
        self._times: Times | None = None
        self._parts: deque[bytes] = deque()
        self.headers: Headers = []
        self.status = 0
        self._lasts = self._head_came = self._ended = self._more_came = self._given_up = False
        self._taken = 0
        self._to_the_end = False
        """The body ends where the connection does."""
        self.whole = True
        """Whether the answer was read to its end and another request may follow."""
        self.idle_since = 0.0

    @property
    def stale(self) -> bool:
        """Whether the other side has said something, or hung up, while nobody asked."""
        return bool(self._stream.get_extra_info("is_readable"))

    def close(self) -> None:
        self._stream.close()
        self._parser = None  # each of the two holds the other

    def request(
        self, head: bytes, content: Iterable[bytes], times: Times, *, bodiless: bool = False
    ) -> tuple[int, Headers]:
        """Send a request and read the head of its answer: the status, and the headers by small names.

        ``bodiless``: a success has no body (CONNECT). Raises what the stream raises, RemoteProtocolError, and
        what ``content`` raises.
        """
        self.begin(head, content, times)
        while not self._head_came:
            self._read(times.read)
        if bodiless and self.status < 300:
            self._ended = True
        return self.status, self.headers

    def begin(self, head: bytes, content: Iterable[bytes], times: Times) -> None:
        """Send a request. Raises as ``request`` does."""
        self.whole, self._lasts, self._times = False, True, times
        self._head_came = self._ended = self._more_came = self._to_the_end = self._given_up = False
        self._taken = 0
        try:
            self._send(head, content, times.write)
        except WriteError:
            self._given_up = True  # it may have refused the request before its end, and said so

    def arrived(self) -> bool:
        """Read a piece of what has come, without waiting; True where the answer is at its end.

        A TLS record fits into one piece, so none is left behind that the socket would not tell of. Raises as
        ``request``.
        """
        try:
            self._read(0.0)
        except ReadError as error:
            if not isinstance(error.__cause__, _NOT_YET):
                raise
        return self._ended

    @property
    def head_came(self) -> bool:
        return self._head_came

    def fileno(self) -> int:
        """The socket's number."""
        number: int = self._stream.get_extra_info("socket").fileno()
        return number

    def taken_parts(self) -> list[bytes]:
        """The pieces of the body that came and were not taken yet; at its end that ends the answer."""
        parts = list(self._parts)
        self._parts.clear()
        if self._ended:
            self.whole = self._lasts and not self._more_came
        return parts

    def body(self) -> Iterator[bytes]:
        """The pieces of the answer's body, as they come. Raises as ``request`` does."""
        while True:
            while self._parts:
                yield self._parts.popleft()
            if self._ended:
                break
            assert self._times is not None
            self._read(self._times.read)
        self.whole = self._lasts and not self._more_came

    # -- what the parser tells

    def on_message_begin(self) -> None:
        if self._ended:
            self._more_came = True
        else:
            self.headers = []

    def on_header(self, name: bytes, value: bytes) -> None:
        if not self._more_came:
            self.headers.append((name.lower(), value.strip(b" \t")))

    def on_headers_complete(self) -> None:
        assert self._parser is not None
        if self._parser.get_http_version() not in ("1.0", "1.1"):
            _wrong("The answer is of another version of HTTP")
        status = self._parser.get_status_code()
        if status == 101:
            _wrong("The service changed the protocol, unasked")
        if status >= 200 and not self._more_came:  # those before are interim ones
            self.status, self._head_came = status, True
            self._lasts = self._parser.should_keep_alive()

    def on_body(self, body: bytes) -> None:
        if not self._more_came:
            self._parts.append(body)

    def on_message_complete(self) -> None:
        self._ended = self._head_came

    # -- within

    def _send(self, head: bytes, content: Iterable[bytes], timeout: float) -> None:
        held = head
        for part in content:
            if len(held) + len(part) <= HELD:
                held += part
                continue
            if held:
                self._stream.write(held, timeout)
            held = b""
            self._stream.write(part, timeout)
        if held:
            self._stream.write(held, timeout)

    def _read(self, timeout: float) -> None:
        """Read on and tell the parser."""
        assert self._parser is not None
        part = self._stream.read(READ, timeout)
        if not part:
            if not self._to_the_end:
                _wrong("The service hung up before the whole answer came")
            self._ended = True
            return
        had_head = self._head_came
        try:
            self._parser.feed_data(part)
        except HttpParserError:
            if not self._ended:
                _wrong("The answer is not one of HTTP/1.1")
            self._more_came = True  # after a whole answer: that one counts, and the connection is done
        if had_head:
            return
        if self._head_came:
            self._know_the_end()
            return
        self._taken += len(part)
        if self._taken > HEAD_LIMIT:
            _wrong("The head of the answer is too long")

    def _know_the_end(self) -> None:
        """By what the body ends, now that the head has come."""
        codings = [value.lower() for name, value in self.headers if name == b"transfer-encoding"]
        if codings not in ([], [b"chunked"]):
            _wrong("The answer comes in an encoding that was not asked for")
        bounded = codings or any(name == b"content-length" for name, _ in self.headers)
        self._to_the_end = not bounded and not self._ended
        self._lasts = self._lasts and not self._to_the_end and not self._given_up


def _wrong(why: str) -> NoReturn:
    raise RemoteProtocolError(why)
