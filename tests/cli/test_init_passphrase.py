"""A passphrase file that is given to `desk init` is the one that locks the workspace."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from keyring.backends import fail

from desk.cli import doctor
from tests.support.command import inside, private


def test_a_passphrase_file_alone_makes_a_workspace_without_a_keyring(tmp_path: Path) -> None:
    file, place = private(tmp_path / "passphrase", "four or five random words"), tmp_path / "workspace"
    made = inside(
        "init", "--workspace", place, "--passphrase-file", file, "--endpoint", "test", "--name", "Robin"
    )
    assert made.code == 0, made.err
    assert json.loads((place / "workspace.json").read_text(encoding="utf-8"))["unlock"] == "passphrase"


def test_without_any_keyring_the_doctor_says_that_nothing_can_be_filed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, place = private(tmp_path / "passphrase", "four or five random words"), tmp_path / "workspace"
    at = ("--workspace", place, "--passphrase-file", file)
    assert inside("init", *at, "--endpoint", "test", "--name", "Robin").code == 0
    monkeypatch.setattr("keyring.get_keyring", fail.Keyring)
    monkeypatch.setattr(doctor, "_sandbox", list)  # a preview's child process says nothing of this
    found = inside("doctor", *at, "--json")
    said = {one["subject"]: one for one in found.json()}
    assert (found.code, said["Filing"]["level"]) == (1, "bad")
    assert "can be drafted here, but not filed" in said["Filing"]["words"]
    assert "No checkpoint can be signed here" in said["Checkpoints"]["words"]


def test_a_restore_refuses_the_passphrase_that_it_would_not_read(tmp_path: Path) -> None:
    file = private(tmp_path / "passphrase", "four or five random words")
    done = inside("restore", tmp_path, "--workspace", tmp_path / "new", "--passphrase-file", file)
    assert (done.code, "--backup-passphrase-file" in done.err) == (3, True)
    assert not (tmp_path / "new").exists()
