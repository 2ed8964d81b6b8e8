"""The vault's files: sealed, in order, whole, and swept after a crash."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import threading
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from desk.domain.errors import Bug, UserError, WorkspaceProblem
from desk.storage import vault as module
from desk.storage.vault import CHUNK, FileVault

KEY = bytes(range(32))
SEALED = CHUNK + 16
HEADER = 47
TEXT = b"Nobody-May-Read-This-91f3 "


@pytest.fixture
def vault(tmp_path: Path) -> Iterator[FileVault]:
    made = FileVault(tmp_path / "vault", KEY)
    yield made
    made.close()


def path_of(vault_folder: Path, blob: str) -> Path:
    return vault_folder / blob[:2] / blob


def test_nothing_lies_in_the_clear_and_files_are_private(vault: FileVault, tmp_path: Path) -> None:
    key = vault.new_key()
    blobs = [vault.write(key, [TEXT * 60_000]) for _ in range(2)]
    raw = [path_of(tmp_path / "vault", blob).read_bytes() for blob in blobs]
    assert all(TEXT not in one and key.plain not in one and KEY not in one for one in raw)
    assert raw[0][:200] != raw[1][:200]  # the same bytes twice give different files
    assert len(raw[0]) == HEADER + len(TEXT) * 60_000 + 2 * 16
    if os.name == "posix":
        for path in (tmp_path / "vault").rglob("*"):
            assert path.stat().st_mode & 0o777 == (0o700 if path.is_dir() else 0o600)


class Sealed:
    """One blob of three chunks whose bytes can be changed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.vault = FileVault(self.folder, KEY)
        self.key = self.vault.new_key()
        self.plain = os.urandom(2 * CHUNK + 5000)
        self.blob = self.vault.write(self.key, [self.plain])
        self.path = path_of(self.folder, self.blob)
        self.raw = self.path.read_bytes()

    def refuses(self, raw: bytes) -> bool:
        """Whether reading these bytes in the blob's place ends in a refusal, with no wrong byte before it."""
        self.path.write_bytes(raw)
        got = b""
        try:
            for part in self.vault.read(self.key.wrapped, self.blob):
                got += part
        except WorkspaceProblem:
            return self.plain.startswith(got)
        return False


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Sealed:
    return Sealed(tmp_path_factory.mktemp("vault"))


LENGTH = HEADER + 2 * SEALED + 5000 + 16


@settings(max_examples=60, deadline=None)
@given(at=st.integers(0, LENGTH - 1), bit=st.integers(0, 7))
@example(at=0, bit=0)
@example(at=8, bit=7)
@example(at=HEADER - 1, bit=0)
@example(at=HEADER, bit=0)
@example(at=LENGTH - 1, bit=7)
def test_a_flipped_bit_is_found(sealed: Sealed, at: int, bit: int) -> None:
    raw = bytearray(sealed.raw)
    raw[at] ^= 1 << bit
    assert sealed.refuses(bytes(raw))


@settings(max_examples=60, deadline=None)
@given(length=st.integers(0, LENGTH - 1))
@example(length=0)
@example(length=HEADER)
@example(length=HEADER + 15)
@example(length=HEADER + 16)
@example(length=HEADER + SEALED)
@example(length=HEADER + 2 * SEALED)
@example(length=HEADER + 2 * SEALED + 16)
def test_a_cut_is_found(sealed: Sealed, length: int) -> None:
    assert sealed.refuses(sealed.raw[:length])


@pytest.mark.parametrize("more", [b"\0", bytes(16), bytes(SEALED)])
def test_what_was_added_is_found(sealed: Sealed, more: bytes) -> None:
    assert sealed.refuses(sealed.raw + more)


def test_chunks_that_moved_are_found(sealed: Sealed) -> None:
    head, one, two, last = (
        sealed.raw[:HEADER],
        sealed.raw[HEADER : HEADER + SEALED],
        sealed.raw[HEADER + SEALED : HEADER + 2 * SEALED],
        sealed.raw[HEADER + 2 * SEALED :],
    )
    for order in ((two, one, last), (one, one, last), (two, last), (one, last), (one, two, two), (last,)):
        assert sealed.refuses(head + b"".join(order))


def test_a_blob_in_another_ones_place_is_found(vault: FileVault, tmp_path: Path) -> None:
    key = vault.new_key()
    first, second = vault.write(key, [b"first"]), vault.write(key, [b"other"])
    folder = tmp_path / "vault"
    path_of(folder, first).write_bytes(path_of(folder, second).read_bytes())
    with pytest.raises(WorkspaceProblem, match="altered"):
        list(vault.read(key.wrapped, first))
    with pytest.raises(WorkspaceProblem, match="altered"):
        vault.read_range(key.wrapped, first, 0, 3)


@settings(max_examples=40, deadline=None)
@given(offset=st.integers(0, 2 * CHUNK + 6000), length=st.integers(0, CHUNK + 4000))
@example(offset=CHUNK - 1, length=2)
@example(offset=CHUNK, length=CHUNK)
@example(offset=2 * CHUNK + 4999, length=10)
def test_any_range(sealed: Sealed, offset: int, length: int) -> None:
    sealed.path.write_bytes(sealed.raw)
    got = sealed.vault.read_range(sealed.key.wrapped, sealed.blob, offset, length)
    assert got == sealed.plain[offset : offset + length]
    assert sealed.vault.size(sealed.blob) == len(sealed.plain)


def test_a_range_that_cannot_be(sealed: Sealed) -> None:
    for offset, length in ((-1, 1), (1, -1)):
        with pytest.raises(Bug):
            sealed.vault.read_range(sealed.key.wrapped, sealed.blob, offset, length)


def test_memory_stays_flat(vault: FileVault) -> None:
    key = vault.new_key()
    piece = bytes(65_536)
    tracemalloc.start()
    try:
        blob = vault.write(key, (piece for _ in range(512)))  # 32 MiB
        assert sum(len(part) for part in vault.read(key.wrapped, blob)) == 512 * len(piece)
        assert tracemalloc.get_traced_memory()[1] < 8 * CHUNK
    finally:
        tracemalloc.stop()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_is_said_in_words(vault: FileVault, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_create", lambda _: Path("/dev/full").open("wb", buffering=0))  # noqa: SIM115
    with pytest.raises(UserError, match="No space left"):
        vault.write(vault.new_key(), [b"x"])


def test_a_vault_that_cannot_be_read_is_said_in_words(
    vault: FileVault, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = vault.new_key()
    blob = vault.write(key, [b"x"])

    def refused(*_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    with monkeypatch.context() as patch:
        patch.setattr(Path, "open", refused)
        with pytest.raises(WorkspaceProblem, match="Permission denied"):
            list(vault.read(key.wrapped, blob))


def test_several_threads_write_at_once(vault: FileVault) -> None:
    key = vault.new_key()
    blobs: dict[int, str] = {}

    def work(n: int) -> None:
        blobs[n] = vault.write(key, [bytes([n]) * 200_000])

    threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(blobs.values())) == 8
    for n, blob in blobs.items():
        assert b"".join(vault.read(key.wrapped, blob)) == bytes([n]) * 200_000


WRITER = """
import sys
from pathlib import Path
from desk.storage.vault import FileVault
vault = FileVault(Path(sys.argv[1]), bytes(range(32)))
key = vault.new_key()
print(vault.write(key, [b"finished, but on no record"]), flush=True)
def endless():
    while True:
        yield bytes(300_000)
        print("more", flush=True)
vault.write(key, endless())
"""


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[Callable[[], tuple[subprocess.Popen[str], str]]]:
    """Starts a process that has finished one blob and is in the middle of another."""
    started: list[subprocess.Popen[str]] = []

    def start() -> tuple[subprocess.Popen[str], str]:
        child = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(tmp_path / "vault")], stdout=subprocess.PIPE, text=True
        )
        started.append(child)
        assert child.stdout is not None
        blob = child.stdout.readline().strip()
        for _ in range(6):
            assert child.stdout.readline() == "more\n"
        return child, blob

    yield start
    for child in started:
        child.kill()
        child.communicate()


@pytest.mark.skipif(os.name != "posix", reason="kill -9 is POSIX")
def test_what_a_killed_process_left_is_swept_but_not_what_a_living_one_writes(
    vault: FileVault, tmp_path: Path, writer: Callable[[], tuple[subprocess.Popen[str], str]]
) -> None:
    child, blob = writer()
    folder = tmp_path / "vault"
    child.send_signal(signal.SIGSTOP)  # alive, and it writes no further meanwhile
    assert vault.sweep(lambda _: False) == 0
    assert path_of(folder, blob).exists()
    assert len(list(folder.rglob("*.part"))) == 1
    child.kill()
    child.wait()
    assert vault.sweep(lambda _: False) == 2
    assert not path_of(folder, blob).exists()
    assert [path for path in folder.rglob("*") if path.is_file()] == []
    assert vault.sweep(lambda _: False) == 0


def test_one_does_not_sweep_away_what_one_is_writing(vault: FileVault) -> None:
    key = vault.new_key()
    blob = vault.write(key, [b"not yet on record"])
    assert vault.sweep(lambda _: False) == 0
    assert list(vault.read(key.wrapped, blob)) == [b"not yet on record"]
