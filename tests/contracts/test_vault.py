"""The Vault port."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from desk.domain.errors import Bug, WorkspaceProblem
from desk.ports import Vault
from desk.storage.vault import CHUNK, FileVault

KEY = bytes(range(32))


@pytest.fixture
def vault(tmp_path: Path) -> Iterator[FileVault]:
    made = FileVault(tmp_path / "vault", KEY)
    yield made
    made.close()


def pattern(size: int) -> bytes:
    return bytes((n * 7 + n // 251) % 256 for n in range(256)) * (size // 256 + 1)


class TestVault:
    @pytest.mark.parametrize(
        "size", [0, 1, 255, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 2 * CHUNK + 17, 3 * CHUNK - 1]
    )
    def test_what_goes_in_comes_out(self, vault: Vault, size: int) -> None:
        plain = pattern(size)[:size]
        key = vault.new_key()
        for step in (65_536, CHUNK, 5 * CHUNK):
            blob = vault.write(key, (plain[at : at + step] for at in range(0, size, step)))
            parts = list(vault.read(key.wrapped, blob))
            assert b"".join(parts) == plain
            assert all(len(part) <= CHUNK for part in parts)

    def test_keys_open_under_the_workspace_only(self, vault: Vault, tmp_path: Path) -> None:
        key = vault.new_key()
        assert vault.open_key(key.wrapped) == key
        assert repr(key.plain) not in repr(key)
        assert len({vault.new_key().wrapped for _ in range(10)}) == 10
        other = FileVault(tmp_path / "other", bytes(32))
        for wrapped in (key.wrapped, b"", b"short", key.wrapped[:-1], key.wrapped + b"\0", bytes(60)):
            with pytest.raises(WorkspaceProblem):
                other.open_key(wrapped)
        for at in range(len(key.wrapped)):
            with pytest.raises(WorkspaceProblem):
                vault.open_key(key.wrapped[:at] + bytes([key.wrapped[at] ^ 1]) + key.wrapped[at + 1 :])

    def test_one_case_reads_nothing_of_another(self, vault: Vault) -> None:
        first, second = vault.new_key(), vault.new_key()
        blob = vault.write(first, [b"picture"])
        with pytest.raises(WorkspaceProblem, match="altered"):
            list(vault.read(second.wrapped, blob))

    def test_nothing_is_left_of_a_failed_write(self, vault: Vault, tmp_path: Path) -> None:
        def broken() -> Iterator[bytes]:
            yield pattern(2 * CHUNK)
            raise OSError(5, "the source's own error")

        with pytest.raises(OSError, match="own error"):
            vault.write(vault.new_key(), broken())
        assert [
            path for path in (tmp_path / "vault").rglob("*") if path.is_file() and path.name != "lock"
        ] == []

    def test_discarded_is_gone(self, vault: Vault) -> None:
        key = vault.new_key()
        blob = vault.write(key, [b"x"])
        vault.discard(blob)
        vault.discard(blob)
        with pytest.raises(WorkspaceProblem, match="missing"):
            list(vault.read(key.wrapped, blob))

    @pytest.mark.parametrize("name", ["", "../workspace.json", "a" * 31, "A" * 32, "a" * 33, "/" * 32])
    def test_names_lead_nowhere_else(self, vault: Vault, name: str) -> None:
        for act in (lambda: vault.discard(name), lambda: list(vault.read(vault.new_key().wrapped, name))):
            with pytest.raises(Bug):
                act()

    def test_a_sweep_keeps_what_is_on_record(self, tmp_path: Path) -> None:
        first = FileVault(tmp_path / "vault", KEY)
        key = first.new_key()
        kept, orphan = first.write(key, [b"kept"]), first.write(key, [b"orphan"])
        first.close()
        second = FileVault(tmp_path / "vault", KEY)
        assert second.sweep(lambda blob: blob == kept) == 1
        assert list(second.read(key.wrapped, kept)) == [b"kept"]
        with pytest.raises(WorkspaceProblem):
            list(second.read(key.wrapped, orphan))
        assert second.sweep(lambda _: True) == 0
