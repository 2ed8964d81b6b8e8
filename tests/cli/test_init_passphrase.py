"""A passphrase file that is given to `desk init` is the one that locks the workspace."""

from __future__ import annotations

import json
from pathlib import Path

from tests.support.command import inside, private


def test_a_passphrase_file_alone_makes_a_workspace_without_a_keyring(tmp_path: Path) -> None:
    file, place = private(tmp_path / "passphrase", "four or five random words"), tmp_path / "workspace"
    made = inside(
        "init", "--workspace", place, "--passphrase-file", file, "--endpoint", "test", "--name", "Robin"
    )
    assert made.code == 0, made.err
    assert json.loads((place / "workspace.json").read_text(encoding="utf-8"))["unlock"] == "passphrase"
