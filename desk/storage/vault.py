"""The vault: media in files of authenticated encryption, in chunks, so that memory stays flat.

A blob is a header and chunks of 1 MiB, each sealed with AES-256-GCM in the STREAM construction
(Hoang, Reyhanitabar, Rogaway, Vizár 2015): the nonce is a random prefix, the chunk's number, and a
mark on the last one. So a chunk that is altered, moved, left out or cut off does not open. The header
and the blob's own name are authenticated with every chunk: a blob under another's name does not open
either. Each blob has a key of its own, derived from its case's key and a random salt.

    header  magic "DESKVLT1" (8) ‖ salt (32) ‖ nonce prefix (7)
    nonce   prefix (7) ‖ number of the chunk (4, big endian) ‖ last: 1, else 0 (1)

Destroying a case's key destroys its media.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from desk.domain.errors import Bug, UserError, WorkspaceProblem
from desk.ports import CaseKey
from desk.storage.incoming import Incoming

CHUNK = 1 << 20
_TAG = 16
_MAGIC = b"DESKVLT1"
_SALT = 32
_PREFIX = 7
_HEADER = len(_MAGIC) + _SALT + _PREFIX
_MOST_CHUNKS = 1 << 32
_NAME = re.compile(r"[0-9a-f]{32}")
_WRAP_AAD = b"tipline-desk/1/case-key"
_WRAP_NONCE = 12
_BLOB_INFO = b"tipline-desk/1/blob/"


class FileVault:
    """The Vault port on a folder. Safe to use from several threads and processes."""

    def __init__(self, folder: Path, key: bytes) -> None:
        """``key``: 32 bytes, the workspace's key for wrapping; ``folder`` is made where it is missing."""
        self._folder = folder
        self._wrapping = AESGCM(key)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._incoming = Incoming(folder / "incoming")

    def __repr__(self) -> str:
        return "FileVault(…)"

    def new_key(self) -> CaseKey:
        plain = secrets.token_bytes(32)
        nonce = secrets.token_bytes(_WRAP_NONCE)
        return CaseKey(nonce + self._wrapping.encrypt(nonce, plain, _WRAP_AAD), plain)

    def open_key(self, wrapped: bytes) -> CaseKey:
        try:
            plain = self._wrapping.decrypt(wrapped[:_WRAP_NONCE], wrapped[_WRAP_NONCE:], _WRAP_AAD)
        except (InvalidTag, ValueError):
            raise WorkspaceProblem("A case's key does not open with this workspace's key.") from None
        return CaseKey(wrapped, plain)

    def write(self, key: CaseKey, chunks: Iterable[bytes]) -> str:
        """Raises UserError where the disk refuses; nothing is left then either."""
        blob = secrets.token_hex(16)
        part = self._incoming.part(blob)
        try:
            with _create(part) as file:
                _seal(file, key.plain, blob, chunks)
            self._place(part, blob)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
        return blob

    def read(self, wrapped_key: bytes, blob: str) -> Iterator[bytes]:
        with self._open(blob) as file:
            sealed = _Sealed(file, self.open_key(wrapped_key).plain, blob)
            for number in range(sealed.count):
                yield sealed.chunk(number)

    def read_range(self, wrapped_key: bytes, blob: str, offset: int, length: int) -> bytes:
        """``length`` bytes from ``offset`` on, fewer at the end; only the chunks they lie in are read."""
        if offset < 0 or length < 0:
            raise Bug("A range of a blob was asked for that cannot be.")
        with self._open(blob) as file:
            sealed = _Sealed(file, self.open_key(wrapped_key).plain, blob)
            end = min(offset + length, sealed.size)
            if offset >= end:
                return b""
            first = offset // CHUNK
            joined = b"".join(sealed.chunk(n) for n in range(first, (end - 1) // CHUNK + 1))
            return joined[offset - first * CHUNK : end - first * CHUNK]

    def size(self, blob: str) -> int:
        """Bytes in the clear, by the file's length alone: nothing is opened, so nothing is proven."""
        with self._open(blob) as file:
            return _plain_size(os.fstat(file.fileno()).st_size)[0]

    def discard(self, blob: str) -> None:
        """A blob that is not there is no error."""
        self._path(blob).unlink(missing_ok=True)

    def sweep(self, keep: Callable[[str], bool]) -> int:
        """Spares what a process that is still alive may be about to put on record."""
        removed = self._incoming.sweep()
        since = self._incoming.busy_since()
        for folder in sorted(self._folder.glob("[0-9a-f][0-9a-f]")):
            for path in sorted(folder.iterdir()):
                if not _NAME.fullmatch(path.name) or keep(path.name):
                    continue
                if since is not None and path.stat().st_mtime_ns >= since:
                    continue
                path.unlink(missing_ok=True)
                removed += 1
        return removed

    def close(self) -> None:
        """Let go of this process's place for half-written blobs."""
        self._incoming.close()

    def _path(self, blob: str) -> Path:
        if not _NAME.fullmatch(blob):
            raise Bug("This is not the name of a blob.")
        return self._folder / blob[:2] / blob

    def _place(self, part: Path, blob: str) -> None:
        path = self._path(blob)
        with _writing():
            if not path.parent.is_dir():
                path.parent.mkdir(mode=0o700, exist_ok=True)
                _sync_folder(self._folder)
            part.replace(path)
            _sync_folder(path.parent)

    def _open(self, blob: str) -> BinaryIO:
        try:
            return self._path(blob).open("rb", buffering=0)
        except FileNotFoundError:
            raise WorkspaceProblem(
                "A media file is missing from the vault.", "Restore the vault from a backup."
            ) from None
        except OSError as error:
            raise WorkspaceProblem(f"A media file can't be read: {error.strerror}.") from None


class _Sealed:
    """An open blob. Every chunk that is handed out has been authenticated."""

    def __init__(self, file: BinaryIO, key: bytes, blob: str) -> None:
        self._file = file
        header = _read_exactly(file, 0, _HEADER)
        self.size, self.count = _plain_size(os.fstat(file.fileno()).st_size)
        if not header.startswith(_MAGIC):
            raise _damaged()
        self._header = header
        self._cipher = _blob_cipher(key, header, blob)
        self._aad = header + blob.encode()

    def chunk(self, number: int) -> bytes:
        last = number == self.count - 1
        length = self.size - number * CHUNK if last else CHUNK
        sealed = _read_exactly(self._file, _HEADER + number * (CHUNK + _TAG), length + _TAG)
        try:
            return self._cipher.decrypt(_nonce(self._header, number, last), sealed, self._aad)
        except InvalidTag:
            raise _damaged() from None


def _seal(file: BinaryIO, key: bytes, blob: str, chunks: Iterable[bytes]) -> None:
    header = _MAGIC + secrets.token_bytes(_SALT + _PREFIX)
    cipher = _blob_cipher(key, header, blob)
    aad = header + blob.encode()
    with _writing():
        _write_all(file, header)
    number = 0
    waiting = bytearray()

    def put(data: bytes | bytearray, last: bool) -> None:
        nonlocal number
        if number >= _MOST_CHUNKS:
            raise UserError("The file is too large for the vault.")
        file.write(cipher.encrypt(_nonce(header, number, last), data, aad))
        number += 1

    for piece in chunks:
        waiting += piece
        # One byte more than a chunk has to be here before it is known not to be the last.
        while len(waiting) > CHUNK:
            put(waiting[:CHUNK], False)
            del waiting[:CHUNK]
    put(waiting, True)
    with _writing():
        os.fsync(file.fileno())


def _blob_cipher(key: bytes, header: bytes, blob: str) -> AESGCM:
    salt = header[len(_MAGIC) : len(_MAGIC) + _SALT]
    info = _BLOB_INFO + blob.encode()
    return AESGCM(HKDF(algorithm=SHA256(), length=32, salt=salt, info=info).derive(key))


def _nonce(header: bytes, number: int, last: bool) -> bytes:
    return header[-_PREFIX:] + number.to_bytes(4, "big") + (b"\x01" if last else b"\x00")


def _plain_size(length: int) -> tuple[int, int]:
    """(bytes in the clear, chunks) of a blob file of this length. Even an empty one has one chunk."""
    body = length - _HEADER
    count = max(1, -(-body // (CHUNK + _TAG)))
    size = body - count * _TAG
    if size < 0 or size < (count - 1) * CHUNK or (count > 1 and size == (count - 1) * CHUNK):
        raise _damaged()
    return size, count


def _read_exactly(file: BinaryIO, position: int, length: int) -> bytes:
    file.seek(position)
    parts = []
    while length > 0:
        part = file.read(length)
        if not part:
            raise _damaged()
        parts.append(part)
        length -= len(part)
    return parts[0] if len(parts) == 1 else b"".join(parts)


def _damaged() -> WorkspaceProblem:
    return WorkspaceProblem(
        "A media file in the vault was cut short or altered.", "Restore the vault from a backup."
    )


def _write_all(file: BinaryIO, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[file.write(rest) :]


@contextmanager
def _writing() -> Iterator[None]:
    """The system's refusals as UserError, without paths. Not around ``chunks``: their errors are theirs."""
    try:
        yield
    except OSError as error:
        raise UserError(
            f"The vault can't be written: {error.strerror}.", "Make room on the disk and try again."
        ) from None


def _create(path: Path) -> BinaryIO:
    with _writing():
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    return os.fdopen(descriptor, "wb", buffering=0)


def _sync_folder(folder: Path) -> None:
    """Make a rename last. Windows neither needs it nor lets a folder be opened."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
