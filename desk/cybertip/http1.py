"""HTTP/1.1 on one connection: a request goes out, its answer is read strictly (RFC 9112).

What does not fit the rules is a RemoteProtocolError: what became of the call is then not known. A request of
up to 64 kB leaves in one piece, since its head alone would wake the service for nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple, NoReturn

from httpcore import NetworkStream, RemoteProtocolError, WriteError

HELD = 64 * 1024
"""Bytes that are held back at most until a request is whole. A longer one streams."""
READ = 64 * 1024
"""Bytes asked for at a time."""
HEAD_LIMIT = 100 * 1024
"""The longest head of an answer, and the longest line of a chunked one."""

_END = re.compile(rb"\n\r?\n")
_STATUS = re.compile(rb"HTTP/1\.([01]) ([1-9][0-9]{2})(?: [^\x00-\x08\x0a-\x1f\x7f]*)?\r?\n")
_FIELD = re.compile(rb"([-!#$%&'*+.^_`|~0-9A-Za-z]+):[ \t]*([^\x00\r\n]*?)[ \t]*\r?\n")
_FOLD = re.compile(rb"\r?\n[ \t]+")
_LENGTH = re.compile(rb"[0-9]{1,18}")
_LINE = re.compile(rb"\n")
_CHUNK = re.compile(rb"([0-9A-Fa-f]{1,15})[ \t]*(?:;[^\n]*)?\r?\n")

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
        self._got = b""
        self._times: Times | None = None
        self._length: int | None = 0
        """Of the body that comes; None where it ends with the connection, -1 where it comes in chunks."""
        self._lasts = True
        self.whole = True
        """Whether the answer was read to its end and another request may follow."""
        self.idle_since = 0.0

    @property
    def stale(self) -> bool:
        """Whether the other side has said something, or hung up, while nobody asked."""
        return bool(self._stream.get_extra_info("is_readable"))

    def close(self) -> None:
        self._stream.close()

    def request(
        self, head: bytes, content: Iterable[bytes], times: Times, *, bodiless: bool = False
    ) -> tuple[int, Headers]:
        """Send a request and read the head of its answer: the status, and the headers by small names.

        ``bodiless``: a success has no body (CONNECT). Raises what the stream raises, RemoteProtocolError, and
        what ``content`` raises.
        """
        self.whole, self._lasts, self._times = False, True, times
        try:
            self._send(head, content, times.write)
        except WriteError:
            # It may have refused the request before its end, and said so.
            self._lasts = False
        while True:
            version, status, headers = self._head()
            if status >= 200:
                break
            if status == 101:
                _wrong("The service changed the protocol, unasked")
        self._frame(version, status, headers, none=bodiless and status < 300)
        return status, headers

    def body(self) -> Iterator[bytes]:
        """The pieces of the answer's body, as they come. Raises as ``request`` does."""
        if self._length is None:
            yield from self._to_the_end()
        elif self._length < 0:
            yield from self._chunks()
        else:
            yield from self._exactly(self._length)
        self.whole = self._lasts and not self._got

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

    def _more(self) -> bool:
        """Read on; False where the other side has hung up."""
        assert self._times is not None
        part = self._stream.read(READ, self._times.read)
        self._got += part
        return bool(part)

    def _upto(self, end: re.Pattern[bytes]) -> bytes:
        """What comes up to and with ``end``."""
        looked = 0
        while (found := end.search(self._got, max(0, looked - 2))) is None:
            looked = len(self._got)
            if looked > HEAD_LIMIT:
                _wrong("The head of the answer is too long")
            if not self._more():
                _wrong("The service hung up before the whole answer came")
        taken, self._got = self._got[: found.end()], self._got[found.end() :]
        return taken

    def _head(self) -> tuple[int, int, Headers]:
        raw = self._upto(_END)
        status = _STATUS.match(raw)
        if status is None:
            _wrong("The answer is not one of HTTP/1.1")
        fields = raw[status.end() :]
        if b"\n " in fields or b"\n\t" in fields:
            fields = _FOLD.sub(b" ", fields)
        headers: Headers = []
        place = 0
        while (field := _FIELD.match(fields, place)) is not None:
            headers.append((field[1].lower(), field[2]))
            place = field.end()
        if fields[place:].strip(b"\r\n"):
            _wrong("A header of the answer can't be read")
        return int(status[1]), int(status[2]), headers

    def _frame(self, version: int, status: int, headers: Headers, *, none: bool) -> None:
        """How long the body is, and whether the connection lasts (RFC 9112, 6.3 and 9.3)."""
        lengths: set[bytes] = set()
        codings: list[bytes] = []
        for name, value in headers:
            if name == b"content-length":
                lengths |= {part.strip() for part in value.split(b",")}
            elif name == b"transfer-encoding":
                codings.append(value.lower())
            elif name == b"connection" and b"close" in value.lower():
                self._lasts = False
        self._lasts &= version == 1
        if none or status in (204, 304):
            self._length = 0
        elif codings:
            if codings != [b"chunked"]:
                _wrong("The answer comes in an encoding that was not asked for")
            self._length = -1
        elif lengths:
            if len(lengths) > 1 or _LENGTH.fullmatch(length := lengths.pop()) is None:
                _wrong("The answer does not say clearly how long it is")
            self._length = int(length)
        else:
            self._length, self._lasts = None, False

    def _exactly(self, length: int) -> Iterator[bytes]:
        while length:
            if not self._got and not self._more():
                _wrong("The service hung up before the whole answer came")
            part, self._got = self._got[:length], self._got[length:]
            length -= len(part)
            yield part

    def _to_the_end(self) -> Iterator[bytes]:
        while self._got or self._more():
            part, self._got = self._got, b""
            yield part

    def _chunks(self) -> Iterator[bytes]:
        while True:
            size = _CHUNK.fullmatch(self._upto(_LINE))
            if size is None:
                _wrong("A chunk of the answer can't be read")
            length = int(size[1], 16)
            if not length:
                break
            yield from self._exactly(length)
            if self._upto(_LINE) not in (b"\r\n", b"\n"):
                _wrong("A chunk of the answer has another length than it says")
        while self._upto(_LINE) not in (b"\r\n", b"\n"):
            pass  # trailers: nothing in them is looked at


def _wrong(why: str) -> NoReturn:
    raise RemoteProtocolError(why)
