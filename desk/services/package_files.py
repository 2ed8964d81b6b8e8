"""Finding case packages and reading their files safely: folders, .json, .jsonl and .zip.

Everything that comes in is hostile until read: paths may escape, links may lead
elsewhere, archives may swell, files may change while they are read. Each is
refused by file, key and reason; nothing outside the package is ever opened.
"""

from __future__ import annotations

import json
import os
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

from desk.domain.errors import IntakeRefused

CHUNK = 1 << 20
MAX_DOCUMENT = 64 << 20
MAX_ENTRIES = 20_000
MAX_ARCHIVE = 64 << 30
MAX_RATIO = 200
RATIO_FROM = 8 << 20
MAX_FOLDERS_DEEP = 8
SUFFIXES = (".json", ".jsonl", ".zip")


class MediaFiles:
    """The files beside one case document. ``open`` gives chunks of one of them."""

    def chunks(self, relative: str, key: str) -> Iterator[bytes]:
        """The file's bytes. Raises IntakeRefused naming ``key``."""
        raise NotImplementedError  # pragma: no cover - both kinds below implement it


@dataclass(frozen=True, slots=True)
class Package:
    """One case document found: where it stands, its text still unread, and its files."""

    file: str
    line: int | None
    text: bytes
    media: MediaFiles


def find(path: Path, refuse: Callable[[IntakeRefused], None]) -> Iterator[AbstractContextManager[Package]]:
    """All packages at ``path``, one after the other; what can't be read goes to ``refuse``.

    Each is a context manager: an archive stays open only while its case is read.
    """
    try:
        kind = path.lstat().st_mode
    except OSError:
        refuse(IntakeRefused("there is no such file or folder", file=str(path)))
        return
    if stat.S_ISLNK(kind):
        refuse(IntakeRefused("is a link; name the file or folder itself", file=str(path)))
    elif stat.S_ISDIR(kind):
        yield from _tree(path, refuse)
    elif path.suffix.lower() in SUFFIXES and stat.S_ISREG(kind):
        yield from _file(path, refuse)
    else:
        refuse(
            IntakeRefused("is no case package; a package is .json, .jsonl, .zip or a folder", file=str(path))
        )


def _tree(path: Path, refuse: Callable[[IntakeRefused], None]) -> Iterator[AbstractContextManager[Package]]:
    anything = False

    def tell(refused: IntakeRefused) -> None:
        nonlocal anything
        anything = True
        refuse(refused)

    for package in _folder(path, tell, 0):
        anything = True
        yield package
    if not anything:
        refuse(IntakeRefused("holds no case package", file=str(path)))


def _folder(
    path: Path, refuse: Callable[[IntakeRefused], None], depth: int
) -> Iterator[AbstractContextManager[Package]]:
    if depth > MAX_FOLDERS_DEEP:
        refuse(IntakeRefused("folders are nested too deeply", file=str(path)))
        return
    try:
        with os.scandir(path) as scan:
            entries = sorted(
                (entry.name, entry.is_symlink(), entry.is_dir(follow_symlinks=False)) for entry in scan
            )
    except OSError as error:
        refuse(IntakeRefused(f"cannot be read: {error.strerror}", file=str(path)))
        return
    if any(name == "case.json" and not directory for name, _, directory in entries):
        yield from _document(path / "case.json", path, refuse)
        return
    for name, link, directory in entries:
        child = path / name
        package_like = Path(name).suffix.lower() in SUFFIXES
        if link:
            if package_like or _leads_to_folder(child):
                refuse(IntakeRefused("is a link; links are not followed", file=str(child)))
        elif directory:
            yield from _folder(child, refuse, depth + 1)
        elif package_like:
            yield from _file(child, refuse)


def _leads_to_folder(link: Path) -> bool:
    try:
        return link.is_dir()
    except OSError:  # where it leads can't be looked at: it is named all the same
        return True


def _file(path: Path, refuse: Callable[[IntakeRefused], None]) -> Iterator[AbstractContextManager[Package]]:
    match path.suffix.lower():
        case ".json":
            yield from _document(path, path.parent, refuse)
        case ".jsonl":
            yield from _lines(path, refuse)
        case _:
            yield _archive(path)


def _document(
    path: Path, base: Path, refuse: Callable[[IntakeRefused], None]
) -> Iterator[AbstractContextManager[Package]]:
    try:
        with open_regular(path.parent, path.name, str(path), "") as handle:
            text = read_steadily(handle, str(path), MAX_DOCUMENT)
    except IntakeRefused as refused:
        refuse(refused)
        return
    yield nullcontext(Package(str(path), None, text, FolderFiles(base, str(path))))


def _lines(path: Path, refuse: Callable[[IntakeRefused], None]) -> Iterator[AbstractContextManager[Package]]:
    media = FolderFiles(path.parent, str(path))
    try:
        with open_regular(path.parent, path.name, str(path), "") as handle:
            before = os.fstat(handle.fileno())
            number = 0
            # No further than it was long at the start: somebody may be writing to it without end.
            while (left := before.st_size - handle.tell()) > 0:
                line = handle.readline(min(MAX_DOCUMENT + 1, left))
                if not line:
                    break
                number += 1
                if len(line) > MAX_DOCUMENT:
                    refuse(IntakeRefused("a line is too long", file=str(path), line=number))
                    return
                if line.strip():
                    yield nullcontext(Package(str(path), number, line, media))
            if _stamp(os.fstat(handle.fileno())) != _stamp(before):
                refuse(IntakeRefused("changed while it was read; import it again", file=str(path)))
    except IntakeRefused as refused:
        refuse(refused)


def _stamp(status: os.stat_result) -> tuple[int, int, int]:
    return status.st_size, status.st_mtime_ns, status.st_ino


def open_regular(base: Path, relative: str, file: str, key: str) -> BinaryIO:
    """Open a plain file below ``base`` without following a link anywhere on the way.

    Raises IntakeRefused.
    """
    parts = safe_parts(relative, file, key)
    nofollow = getattr(os, "O_NOFOLLOW", 0)
    flags = os.O_RDONLY | nofollow | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)
    try:
        if os.open in os.supports_dir_fd and nofollow:
            fd = _walk(base, parts, flags)
        else:
            fd = _walk_plain(base, parts, flags)
    except FileNotFoundError:
        raise IntakeRefused("the file is not there", file=file, key=key) from None
    except OSError as error:
        if isinstance(error, NotADirectoryError) or error.errno in (40, 62):  # ELOOP on Linux, macOS
            raise IntakeRefused(
                "is a link, or lies behind one; links are not followed", file=file, key=key
            ) from None
        raise IntakeRefused(f"cannot be opened: {error.strerror}", file=file, key=key) from None
    if not stat.S_ISREG(os.fstat(fd).st_mode):
        os.close(fd)
        raise IntakeRefused("is no plain file", file=file, key=key)
    return os.fdopen(fd, "rb")


def _walk(base: Path, parts: tuple[str, ...], flags: int) -> int:
    folder = os.open(base, os.O_RDONLY | os.O_DIRECTORY)
    try:
        for part in parts[:-1]:
            inner = os.open(part, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=folder)
            os.close(folder)
            folder = inner
        return os.open(parts[-1], flags, dir_fd=folder)
    finally:
        os.close(folder)


def _walk_plain(base: Path, parts: tuple[str, ...], flags: int) -> int:  # pragma: no cover - Windows
    path = base
    for part in parts:
        path = path / part
        if path.is_symlink() or (hasattr(path, "is_junction") and path.is_junction()):
            raise NotADirectoryError
    return os.open(path, flags)


def safe_parts(relative: str, file: str, key: str) -> tuple[str, ...]:
    """The parts of a relative path that stays inside its package. Raises IntakeRefused."""
    path = PurePosixPath(relative)
    bad = (
        not relative
        or "\\" in relative
        or "\0" in relative
        or path.is_absolute()
        or (len(relative) > 1 and relative[1] == ":")
        or any(part in ("..", ".") for part in relative.split("/"))
        or not path.parts
    )
    if bad:
        raise IntakeRefused("the path leads out of the package", file=file, key=key)
    return path.parts


def read_steadily(handle: BinaryIO, file: str, limit: int) -> bytes:
    """A whole small file that did not change meanwhile. Raises IntakeRefused."""
    before = os.fstat(handle.fileno())
    if before.st_size > limit:
        raise IntakeRefused(f"the document is larger than {limit >> 20} MiB", file=file)
    data = handle.read(limit + 1)
    if _stamp(os.fstat(handle.fileno())) != _stamp(before) or len(data) != before.st_size:
        raise IntakeRefused("changed while it was read; import it again", file=file)
    return data


class FolderFiles(MediaFiles):
    """Files below a folder."""

    def __init__(self, base: Path, file: str) -> None:
        self._base = base
        self._file = file

    def chunks(self, relative: str, key: str) -> Iterator[bytes]:
        with open_regular(self._base, relative, self._file, key) as handle:
            before = os.fstat(handle.fileno())
            total = 0
            # As soon as there is more than at the start it is refused: it may be growing without end.
            while total <= before.st_size and (chunk := handle.read(CHUNK)):
                total += len(chunk)
                yield chunk
            if _stamp(os.fstat(handle.fileno())) != _stamp(before) or total != before.st_size:
                raise IntakeRefused("changed while it was read; import it again", file=self._file, key=key)


class ArchiveFiles(MediaFiles):
    """Files of a zip, below the folder that holds case.json."""

    def __init__(self, archive: zipfile.ZipFile, prefix: str, file: str, steady: Callable[[], None]) -> None:
        """``steady`` raises IntakeRefused where the archive has changed since it was opened."""
        self._archive = archive
        self._prefix = prefix
        self._file = file
        self._steady = steady

    def chunks(self, relative: str, key: str) -> Iterator[bytes]:
        safe_parts(relative, self._file, key)
        try:
            info = self._archive.getinfo(self._prefix + relative)
        except KeyError:
            raise IntakeRefused("the file is not there", file=self._file, key=key) from None
        if info.is_dir():
            raise IntakeRefused("is no plain file", file=self._file, key=key)
        yield from _entry(self._archive, info, self._file, key)
        self._steady()


def _entry(archive: zipfile.ZipFile, info: zipfile.ZipInfo, file: str, key: str) -> Iterator[bytes]:
    """One entry's bytes, refused as soon as they are more than the archive says."""
    total = 0
    try:
        with archive.open(info) as handle:
            while chunk := handle.read(CHUNK):
                total += len(chunk)
                if total > info.file_size:
                    raise IntakeRefused("is larger than the archive says", file=file, key=key)
                yield chunk
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError):
        raise IntakeRefused("the archive is damaged or cut short here", file=file, key=key) from None
    if total != info.file_size:
        raise IntakeRefused("the archive is damaged or cut short here", file=file, key=key)


@contextmanager
def _archive(path: Path) -> Iterator[Package]:
    """The one package of a zip. Raises IntakeRefused."""
    file = str(path)
    with open_regular(path.parent, path.name, file, "") as handle:
        before = _stamp(os.fstat(handle.fileno()))

        def steady() -> None:
            if _stamp(os.fstat(handle.fileno())) != before:
                raise IntakeRefused("changed while it was read; import it again", file=file)

        try:
            archive = zipfile.ZipFile(handle)
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
            raise IntakeRefused("is no readable zip archive, or cut short", file=file) from None
        with archive:
            prefix = _inspect(archive, file)
            info = archive.getinfo(prefix + "case.json")
            if info.file_size > MAX_DOCUMENT:
                raise IntakeRefused(f"the document is larger than {MAX_DOCUMENT >> 20} MiB", file=file)
            text = b"".join(_entry(archive, info, file, "case.json"))
            steady()
            # Each entry is followed by the same question, so that it is asked before the case is kept.
            yield Package(file, None, text, ArchiveFiles(archive, prefix, file, steady))


def _inspect(archive: zipfile.ZipFile, file: str) -> str:
    """Check every entry's name, kind and size; return the folder that holds case.json."""
    infos = archive.infolist()
    if len(infos) > MAX_ENTRIES:
        raise IntakeRefused(f"holds more than {MAX_ENTRIES} entries", file=file)
    total = 0
    names: set[str] = set()
    for info in infos:
        key = info.filename.rstrip("/")
        safe_parts(key, file, key)
        mode = info.external_attr >> 16
        if mode and stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR):
            raise IntakeRefused("is a link or special file; only plain files are taken", file=file, key=key)
        if info.flag_bits & 0x1:
            raise IntakeRefused("is encrypted; hand it over without a password", file=file, key=key)
        if info.filename in names:
            raise IntakeRefused("stands twice in the archive", file=file, key=key)
        names.add(info.filename)
        total += info.file_size
        swollen = info.file_size > RATIO_FROM and info.file_size > MAX_RATIO * max(1, info.compress_size)
        if swollen or total > MAX_ARCHIVE:
            raise IntakeRefused(
                "swells beyond every measure when unpacked; refused as a zip bomb", file=file, key=key
            )
    if "case.json" in names:
        return ""
    tops = {name for name in names if name.count("/") == 1 and name.endswith("/case.json")}
    if len(tops) == 1:
        return tops.pop()[: -len("case.json")]
    raise IntakeRefused("holds no case.json, or more than one", file=file)


def load(package: Package) -> Any:
    """The document's plain value, read strictly. Raises IntakeRefused."""

    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        out: dict[str, Any] = {}
        for key, value in items:
            if key in out:
                raise IntakeRefused("this key stands twice in one object", key=key)
            out[key] = value
        return out

    def constant(name: str) -> Any:
        raise IntakeRefused(f"{name} is no JSON number")

    try:
        text = package.text.decode("utf-8-sig")
        if not text.strip():
            raise IntakeRefused("is empty")
        return json.loads(text, object_pairs_hook=pairs, parse_constant=constant)
    except IntakeRefused as refused:
        raise refused.at(file=package.file, line=package.line) from None
    except UnicodeDecodeError as error:
        raise IntakeRefused(
            f"is not UTF-8 (byte {error.start})", file=package.file, line=package.line
        ) from None
    except json.JSONDecodeError as error:
        place = package.line if package.line is not None else error.lineno
        raise IntakeRefused(
            f"is no JSON: {error.msg} (column {error.colno})", file=package.file, line=place
        ) from None
    except RecursionError:
        raise IntakeRefused("is nested too deeply", file=package.file, line=package.line) from None
    except ValueError:
        raise IntakeRefused("holds a number that is too long", file=package.file, line=package.line) from None
