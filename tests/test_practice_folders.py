"""What killed practice windows leave behind goes at the next start; what lives, is young or not ours stays."""

from __future__ import annotations

import os
from pathlib import Path

from desk.app.practice import ALIVE, YOUNG_S, clear_stale
from desk.storage.locks import hold


def folder(parent: Path, name: str, *, lock: bool = True, old: bool = True) -> Path:
    base = parent / f"desk-practice-{name}"
    (base / "workspace").mkdir(parents=True)
    (base / "workspace" / "desk.db").write_bytes(b"x")
    if lock:
        (base / ALIVE).touch()
    if old:
        at = base.stat().st_mtime - 2 * YOUNG_S
        os.utime(base, (at, at))
    return base


def test_only_folders_whose_process_is_gone_are_cleared(tmp_path: Path) -> None:
    stale, living = folder(tmp_path, "stale"), folder(tmp_path, "living")
    young, other = folder(tmp_path, "young", old=False), folder(tmp_path, "other", lock=False)
    (tmp_path / "desk-practice-link").symlink_to(other)
    held = hold(living / ALIVE)
    assert held is not None
    try:
        assert clear_stale(tmp_path) == 1
        assert not stale.exists()
        assert all(one.exists() for one in (living, young, other))
    finally:
        os.close(held)
    assert clear_stale(tmp_path) == 1
    assert not living.exists()
    assert clear_stale(tmp_path / "none") == 0
