"""The bodies of /upload, /finish and /retract: multipart/form-data, streamed and hashed on the way.

An upload's length is known beforehand, so the request carries Content-Length
and memory stays flat. MD5 and SHA-256 are computed of exactly the bytes that
are handed to the connection, in one thread beside it, which keeps their order:
hashing is the slower part, and hashlib releases the interpreter lock.
"""

from __future__ import annotations

import hashlib
import secrets
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

CHUNK = 1024 * 1024
"""Bytes that are hashed and handed to the connection at a time, at least."""

AHEAD = 8
"""Chunks that may be on the connection while they still wait to be hashed: this bounds the memory."""

SMALL = 64 * 1024
"""Up to this size a file goes out as one piece, once the whole of it was read."""

NAME_LENGTH = 120
"""Characters kept of a file name in the form; originalFileName carries it whole."""


class SourceChanged(Exception):
    """The source did not give the bytes that were announced; the request was broken off."""


class SourceFailed(Exception):
    """Reading the source raised; the cause is attached and the request was broken off."""


class UploadCancelled(Exception):
    """A person cancelled; the request was broken off."""


def form_field(name: str, value: str, boundary: str) -> bytes:
    """One plain field of a form, with the delimiter before it."""
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'
    return f"{head}{value}\r\n".encode()


def form(fields: dict[str, str]) -> tuple[str, bytes]:
    """A whole form: its content type and its body, the same for the same fields.

    So the journal can hold the very bytes before they go out. The boundary is a digest of the fields and
    never a part of one.
    """
    plain = "\0".join(f"{name}\0{value}" for name, value in fields.items()).encode()
    boundary = hashlib.sha256(b"tipline-desk/1/form\0" + plain).hexdigest()[:32]
    body = b"".join(form_field(name, value, boundary) for name, value in fields.items())
    return f"multipart/form-data; boundary={boundary}", body + f"--{boundary}--\r\n".encode()


def _file_name(name: str) -> str:
    """As HTML's form encoding has it: quotation marks and control characters percent-encoded."""
    kept = name[-NAME_LENGTH:] or "file"
    return "".join(f"%{ord(c):02X}" if c == '"' or ord(c) < 32 or ord(c) == 127 else c for c in kept)


class UploadBody:
    """The body of one upload. Iterate it once; then the digests are those of the bytes sent.

    ``chunks`` must give exactly ``size`` bytes: the last delimiter is sent only
    after its end was reached, so a source that changed can never complete a
    request. Raises SourceChanged, SourceFailed or UploadCancelled while it is iterated.
    """

    def __init__(
        self,
        report_id: str,
        name: str,
        size: int,
        chunks: Iterable[bytes],
        *,
        progress: Callable[[int], None] | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> None:
        boundary = secrets.token_hex(16)
        self.content_type = f"multipart/form-data; boundary={boundary}"
        disposition = f'Content-Disposition: form-data; name="file"; filename="{_file_name(name)}"'
        head = f"--{boundary}\r\n{disposition}\r\nContent-Type: application/octet-stream\r\n\r\n"
        self._head = form_field("id", report_id, boundary) + head.encode("utf-8", "replace")
        self._tail = f"\r\n--{boundary}--\r\n".encode()
        self.length = len(self._head) + size + len(self._tail)
        self.size = size
        self.sent = 0
        self.complete = False
        self._chunks = chunks
        self._progress = progress or (lambda _sent: None)
        self._cancelled = cancelled or (lambda: False)
        self._md5 = hashlib.md5(usedforsecurity=False)
        self._sha256 = hashlib.sha256()

    @property
    def md5(self) -> str:
        """Hexadecimal MD5 of the file's bytes sent so far: what the service answers with."""
        return self._md5.hexdigest()

    @property
    def sha256(self) -> str:
        return self._sha256.hexdigest()

    def __iter__(self) -> Iterator[bytes]:
        if self.size <= SMALL:
            yield self._whole()
            self.complete = True
            return
        yield self._head
        with ThreadPoolExecutor(1, "upload-hash") as pool:
            hashing: deque[Future[None]] = deque()
            for chunk in self._read():
                if len(hashing) == AHEAD:
                    hashing.popleft().result()
                hashing.append(pool.submit(self._hash, chunk))
                yield chunk
                self.sent += len(chunk)
                self._progress(self.sent)
        if self.sent != self.size:
            raise SourceChanged
        yield self._tail
        self.complete = True

    def _whole(self) -> bytes:
        """The body of a small file: one piece for the connection, and no thread for its digests."""
        data = b"".join(self._read())
        if len(data) != self.size:
            raise SourceChanged
        self._hash(data)
        self.sent = self.size
        self._progress(self.sent)
        return self._head + data + self._tail

    def _hash(self, chunk: bytes) -> None:
        self._md5.update(chunk)
        self._sha256.update(chunk)

    def _read(self) -> Iterator[bytes]:
        """The source in chunks of one size, whatever it gives; never more than was announced."""
        given = 0
        source = self._gathered()
        while True:
            if self._cancelled():
                raise UploadCancelled
            try:
                chunk = next(source, None)
            except Exception as error:
                raise SourceFailed(type(error).__name__) from error
            if chunk is None:
                return
            given += len(chunk)
            if given > self.size:
                raise SourceChanged
            yield chunk

    def _gathered(self) -> Iterator[bytes]:
        waiting: list[bytes] = []
        held = 0
        for chunk in self._chunks:
            if len(chunk) >= CHUNK and not waiting:
                yield chunk
                continue
            waiting.append(chunk)
            held += len(chunk)
            if held >= CHUNK:
                yield b"".join(waiting)
                waiting, held = [], 0
        if held:
            yield b"".join(waiting)
