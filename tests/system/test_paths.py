from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from desk.domain.errors import UserError, WorkspaceProblem
from desk.system.paths import (
    choose_workspace,
    guard_umask,
    is_private,
    make_private_dir,
    open_private,
    places,
    write_private,
)

posix = pytest.mark.skipif(os.name == "nt", reason="Windows has access lists, not modes")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture(params=[0o000, 0o022, 0o077, 0o777], ids=oct)
def umask(request: pytest.FixtureRequest):
    before = os.umask(request.param)
    yield
    os.umask(before)


@posix
@pytest.mark.usefixtures("umask")
def test_made_folders_and_files_are_private_under_any_umask(tmp_path: Path) -> None:
    folder = make_private_dir(tmp_path / "a" / "b")
    write_private(folder / "file", b"x")
    assert mode(folder) == mode(folder.parent) == 0o700
    assert mode(folder / "file") == 0o600
    assert is_private(folder)
    assert is_private(folder / "file")


@posix
def test_an_open_folder_is_closed(tmp_path: Path) -> None:
    folder = tmp_path / "open"
    folder.mkdir()
    folder.chmod(0o755)
    assert not is_private(folder)
    assert mode(make_private_dir(folder)) == 0o700


def test_a_file_in_the_way_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(WorkspaceProblem, match="file is not a folder"):
        make_private_dir(tmp_path / "file")
    with pytest.raises(WorkspaceProblem, match="cannot be made"):
        make_private_dir(tmp_path / "file" / "below")


@posix
def test_a_dangling_link_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    with pytest.raises(WorkspaceProblem):
        make_private_dir(tmp_path / "link")


@posix
@pytest.mark.skipif(os.name == "nt" or os.geteuid() != 0, reason="only root can give a folder away")
def test_another_persons_folder_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "theirs"
    folder.mkdir()
    os.chown(folder, 12345, 12345)
    with pytest.raises(WorkspaceProblem, match="belongs to another user"):
        make_private_dir(folder)


def test_writing_replaces_whole_and_leaves_no_parts(tmp_path: Path) -> None:
    target = tmp_path / "file"
    write_private(target, b"first, and longer")
    write_private(target, b"second")
    assert target.read_bytes() == b"second"
    assert [p.name for p in tmp_path.iterdir()] == ["file"]


def test_a_failed_write_keeps_the_old_content_and_names_the_file(tmp_path: Path) -> None:
    target = tmp_path / "taken"
    target.mkdir()
    (target / "inside").write_bytes(b"kept")
    with pytest.raises(UserError, match="taken cannot be written"):
        write_private(target, b"new")
    assert (target / "inside").read_bytes() == b"kept"
    assert [p.name for p in tmp_path.iterdir()] == ["taken"]
    with pytest.raises(UserError, match="cannot be written"):
        write_private(tmp_path / "no folder" / "file", b"new")


@posix
def test_opening_never_follows_a_link(tmp_path: Path) -> None:
    (tmp_path / "target").write_bytes(b"kept")
    (tmp_path / "link").symlink_to(tmp_path / "target")
    with pytest.raises(OSError, match="link"):
        open_private(tmp_path / "link", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    assert (tmp_path / "target").read_bytes() == b"kept"


def test_the_workspace_named_goes_before_the_variable_before_the_default(tmp_path: Path) -> None:
    environ = {"DESK_WORKSPACE": str(tmp_path / "variable")}
    assert choose_workspace(tmp_path / "named", environ) == tmp_path / "named"
    assert choose_workspace(None, environ) == tmp_path / "variable"
    assert choose_workspace(None, {}) == places().workspace
    assert choose_workspace("~/desk", {}).is_absolute()
    assert choose_workspace("relative", {}) == Path.cwd() / "relative"


@pytest.mark.skipif(not os.environ.get("XDG_RUNTIME_DIR"), reason="XDG folders are looked at on Linux")
def test_the_places_follow_the_platform(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("CONFIG", "DATA", "CACHE", "STATE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name))
    here = places()
    assert here.settings == tmp_path / "CONFIG" / "tipline-desk" / "settings.json"
    assert here.workspace == tmp_path / "DATA" / "tipline-desk" / "workspace"
    assert here.cache == tmp_path / "CACHE" / "tipline-desk"
    assert tmp_path in here.logs.parents
    assert list(tmp_path.iterdir()) == [], "asking makes nothing"


@posix
def test_the_umask_of_the_process_can_be_guarded(tmp_path: Path) -> None:
    before = guard_umask()
    try:
        (tmp_path / "file").write_bytes(b"")
        assert mode(tmp_path / "file") == 0o600
    finally:
        os.umask(before)
