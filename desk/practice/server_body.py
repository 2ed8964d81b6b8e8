"""Request bodies of the stand-in, read as a stream: plain and chunked ones, and multipart forms.

A file's bytes are hashed as they pass and never kept, so that memory stays flat whatever is uploaded.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import Message
from io import BufferedIOBase

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

PIECE = 256 * 1024
MAX_DOCUMENT = 64 * 1024 * 1024
MAX_FIELD = 1024


class IncompleteBodyError(Exception):
    """The connection ended before the announced body did."""


class BadBodyError(Exception):
    """A body that cannot be used; the text says why, without content."""


class Body:
    """A request's body. Raises BadBodyError for a length or a chunk that is no number."""

    def __init__(self, stream: BufferedIOBase, headers: Message) -> None:
        self._stream = stream
        self._chunked = "chunked" in headers.get("Transfer-Encoding", "").lower()
        length = headers.get("Content-Length", "0").strip()
        if not (length.isascii() and length.isdigit()):
            raise BadBodyError("Content-Length is not a number")
        self.length = 0 if self._chunked else int(length)
        self._left = self.length
        self._ended = not self._chunked and self._left == 0
        self.before_read: Callable[[], None] = lambda: None
        self.piece = PIECE

    def read(self) -> bytes:
        """The next bytes, `piece` at most; empty at the end. Raises IncompleteBodyError, BadBodyError."""
        if self._ended:
            return b""
        self.before_read()
        if self._chunked and self._left == 0:
            self._next_chunk()
            if self._left == 0:
                return b""
        piece = self._stream.read1(min(self.piece, self._left))
        if not piece:
            raise IncompleteBodyError
        self._left -= len(piece)
        if self._left == 0:
            if self._chunked:
                self._line()
            else:
                self._ended = True
        return piece

    def _line(self) -> bytes:
        line = self._stream.readline(1024)
        if not line.endswith(b"\n"):
            raise IncompleteBodyError
        return line.strip()

    def _next_chunk(self) -> None:
        size = self._line().partition(b";")[0]
        try:
            self._left = int(size, 16)
        except ValueError:
            raise BadBodyError("a chunk's size is not a number") from None
        if self._left == 0:
            while self._line():
                pass
            self._ended = True

    def document(self) -> bytes:
        """The whole body. Raises BadBodyError over 64 MiB."""
        pieces: list[bytes] = []
        size = 0
        while piece := self.read():
            size += len(piece)
            if size > MAX_DOCUMENT:
                raise BadBodyError("the document is larger than 64 MiB")
            pieces.append(piece)
        return b"".join(pieces)

    def drain(self) -> bytes:
        """Read what is left and forget it, but for the first bytes, which are returned."""
        kept = b""
        while piece := self.read():
            kept += piece[: 4096 - len(kept)]
        return kept


@dataclass(slots=True)
class Part:
    """A form's part: its name, and for a file its file name, MD5 and size; for a field its text."""

    name: str
    filename: str
    md5: str = ""
    size: int = 0
    text: str = field(default="", repr=False)


def _filename(sent: bytes) -> str:
    """A file's name; forms escape quotation marks and line ends in it."""
    name = sent.decode(errors="replace")
    for escaped, plain in (("%22", '"'), ("%0D", "\r"), ("%0A", "\n")):
        name = name.replace(escaped, plain)
    return name


class _Collector:
    """Collects a multipart form's parts. The part named `file` is hashed, others are short texts."""

    def __init__(self) -> None:
        self.parts: list[Part] = []
        self.ended = False
        self._disposition = b""
        self._header = b""
        self._value = b""
        self._hash = hashlib.md5(usedforsecurity=False)
        self._text = bytearray()

    def on_part_begin(self) -> None:
        self._disposition = b""
        self._hash = hashlib.md5(usedforsecurity=False)
        self._text = bytearray()

    def on_header_field(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def on_header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def on_header_end(self) -> None:
        if self._header.lower() == b"content-disposition":
            self._disposition = self._value
        self._header = self._value = b""

    def on_headers_finished(self) -> None:
        _, options = parse_options_header(self._disposition)
        if b"name" not in options:
            raise BadBodyError("a part of the form has no name")
        name = options[b"name"].decode(errors="replace")
        self.parts.append(Part(name, _filename(options.get(b"filename", b""))))

    def on_part_data(self, data: bytes, start: int, end: int) -> None:
        part = self.parts[-1]
        part.size += end - start
        if part.name == "file":
            self._hash.update(memoryview(data)[start:end])
        elif part.size > MAX_FIELD:
            raise BadBodyError("a field of the form is too long")
        else:
            self._text += data[start:end]

    def on_part_end(self) -> None:
        part = self.parts[-1]
        part.md5 = self._hash.hexdigest()
        part.text = self._text.decode(errors="replace")

    def on_end(self) -> None:
        self.ended = True


def form(body: Body, content_type: str) -> list[Part]:
    """The parts of a multipart form, streamed. Raises BadBodyError, IncompleteBodyError."""
    kind, options = parse_options_header(content_type)
    boundary = options.get(b"boundary", b"")
    if kind != b"multipart/form-data" or not boundary:
        raise BadBodyError("the body is not multipart/form-data with a boundary")
    parts = _Collector()
    names = (
        "part_begin",
        "header_field",
        "header_value",
        "header_end",
        "headers_finished",
        "part_data",
        "part_end",
    )
    callbacks = {f"on_{name}": getattr(parts, f"on_{name}") for name in (*names, "end")}
    try:
        parser = MultipartParser(boundary, callbacks)  # type: ignore[arg-type]
        while piece := body.read():
            parser.write(piece)
        parser.finalize()
    except FormParserError:
        raise BadBodyError("the form is malformed") from None
    if not parts.ended:
        raise BadBodyError("the form is cut short")
    return parts.parts
