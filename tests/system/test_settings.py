from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.domain.errors import UserError
from desk.system.settings import MachineSettings, SettingsFile


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "config" / "settings.json"


def test_what_is_saved_is_loaded(path: Path) -> None:
    settings = MachineSettings("/a/workspace", b"\x00geometry", b"\xffstate", "dark", 1.5)
    SettingsFile(path).save(settings)
    assert SettingsFile(path).load().settings == MachineSettings(
        "/a/workspace", b"\x00geometry", b"\xffstate", "dark", 1.5, unknown={"version": 1}
    )
    assert SettingsFile(path).load().notes == ()
    if os.name != "nt":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_missing_file_gives_the_defaults(path: Path) -> None:
    assert SettingsFile(path).load().settings == MachineSettings()


def test_keys_of_another_version_survive(path: Path) -> None:
    path.parent.mkdir()
    path.write_text(json.dumps({"version": 7, "theme": "light", "later": {"deep": [1]}}))
    SettingsFile(path).update(scale=2.0)
    document = json.loads(path.read_text())
    assert document["version"] == 7
    assert document["later"] == {"deep": [1]}
    assert (document["theme"], document["scale"]) == ("light", 2.0)


@pytest.mark.parametrize(
    ("key", "value", "reason"),
    [
        ("theme", "pink", "one of system, light, dark"),
        ("theme", ["dark"], "one of system, light, dark"),
        ("scale", "big", "a number"),
        ("scale", True, "a number"),
        ("scale", 99, "between 0.75 and 3.0"),
        ("last_workspace", 5, "text or null"),
        ("window_geometry", "not base64", "base64"),
        ("window_state", 4, "base64"),
    ],
)
def test_a_wrong_value_falls_back_with_file_key_and_reason(
    path: Path, key: str, value: object, reason: str
) -> None:
    path.parent.mkdir()
    path.write_text(json.dumps({key: value}))
    loaded = SettingsFile(path).load()
    assert getattr(loaded.settings, key) == getattr(MachineSettings(), key)
    (note,) = loaded.notes
    assert str(path) in note
    assert f"key {key}" in note
    assert reason in note


@pytest.mark.parametrize(
    "data", [b"{", b"[1]", b"\xff\xfe", b"[" * 100_000, b" " * (1 << 20) + b"{}"], ids=lambda d: repr(d[:4])
)
def test_a_damaged_file_is_set_aside_unchanged(path: Path, data: bytes) -> None:
    path.parent.mkdir()
    for number in (1, 2):
        path.write_bytes(data)
        loaded = SettingsFile(path).load()
        assert loaded.settings == MachineSettings()
        assert f"settings.json.broken-{number}" in loaded.notes[0]
        assert (path.parent / f"settings.json.broken-{number}").read_bytes() == data
        assert not path.exists()


def test_an_unreadable_file_is_named_and_left(path: Path) -> None:
    path.mkdir(parents=True)
    loaded = SettingsFile(path).load()
    assert str(path) in loaded.notes[0]
    with pytest.raises(UserError, match="cannot be written"):
        SettingsFile(path).save(MachineSettings())


@given(
    st.binary(max_size=60)
    | st.dictionaries(st.text(max_size=12), st.integers()).map(lambda d: json.dumps(d).encode())
)
def test_no_content_makes_loading_fail(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.mktemp("any") / "settings.json"
    path.write_bytes(data)
    SettingsFile(path).load()
