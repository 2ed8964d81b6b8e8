"""Backups: whole, encrypted, consistent while the workspace is written to, and restored."""

from __future__ import annotations

import json
import threading
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from desk.domain.errors import Bug, Cancelled, UserError, WorkspaceProblem
from desk.domain.roles import Role
from desk.storage import backup, workspace
from desk.storage.workspace import Workspace
from tests.contracts.samples import case_data, revision

KEY = bytes(range(32))
AT = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
ENVELOPE = {"wrapped": "…"}
MEDIA = b"PRACTICE bytes of a test card " * 400


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Workspace]:
    made = workspace.create(tmp_path / "workspace", KEY, unlock=workspace.Unlock.MEMORY)
    yield made
    made.close()


def add(opened: Workspace, name: str) -> tuple[int, str]:
    """A case with one file; its number, and the file's name in the vault."""
    from desk.ports import StoredMedia

    key = opened.vault.new_key()
    blob = opened.vault.write(key, [MEDIA, name.encode()])
    size = len(MEDIA) + len(name)
    media = StoredMedia(blob, key.wrapped, size, "a" * 64, "b" * 32, "c" * 40)
    with opened.store.write() as unit:
        new = revision(case_data(name), media={"c1": media}, wrapped_key=key.wrapped)
        return unit.cases.add(new).number, blob


def take(opened: Workspace, target: Path, at: datetime = AT, **more: object):  # type: ignore[no-untyped-def]
    return backup.take(opened, KEY, target, ENVELOPE, at, **more)  # type: ignore[arg-type]


def reopened(snapshot: backup.Snapshot, folder: Path) -> Workspace:
    backup.restore(snapshot, KEY, folder)
    info = workspace.WorkspaceInfo(
        id=uuid.UUID(snapshot.workspace),
        unlock=workspace.Unlock.MEMORY,
        check=snapshot.check,
    )
    workspace.write_info(folder, info)
    return workspace.open(folder, KEY)


def test_what_was_backed_up_comes_back(opened: Workspace, tmp_path: Path) -> None:
    number, _ = add(opened, "one")
    seen: list[tuple[int, int]] = []
    made = take(opened, tmp_path / "b", progress=lambda done, of: seen.append((done, of)))
    assert (made.files, made.copied, made.missing, seen) == (1, 1, (), [(1, 1)])
    add(opened, "after")
    (snapshot,) = backup.snapshots(tmp_path / "b")
    backup.verify(snapshot, KEY)
    again = reopened(snapshot, tmp_path / "restored")
    try:
        with again.store.read() as unit:
            assert unit.cases.by_platform_id("one") is not None
            assert unit.cases.by_platform_id("after") is None
            media = unit.cases.media(number, "c1")
        assert media is not None
        assert b"".join(again.vault.read(media.wrapped_key, media.blob)) == MEDIA + b"one"
    finally:
        again.close()


def test_nothing_lies_in_the_clear(opened: Workspace, tmp_path: Path) -> None:
    add(opened, "one")
    take(opened, tmp_path / "b")
    for path in (tmp_path / "b").rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            assert b"PRACTICE" not in data
            assert b"SQLite format" not in data
            assert path.stat().st_mode & 0o077 == 0


def test_media_are_copied_once_and_old_backups_go(opened: Workspace, tmp_path: Path) -> None:
    target = tmp_path / "b"
    first, blob = add(opened, "one")
    take(opened, target)
    add(opened, "two")
    made = take(opened, target, AT + timedelta(hours=1))
    assert (made.files, made.copied) == (2, 1)
    with opened.store.write() as unit:
        unit.cases.forget_key(first)
    opened.vault.discard(blob)
    made = take(opened, target, AT + timedelta(hours=2), keep=2)
    assert (made.files, made.copied) == (1, 0)
    assert [one.at for one in backup.snapshots(target)] == [AT + timedelta(hours=n) for n in (2, 1)]
    assert (target / "vault" / blob[:2] / blob).exists()  # the backup before still needs it
    take(opened, target, AT + timedelta(hours=3), keep=2)
    assert not (target / "vault" / blob[:2] / blob).exists()


def test_a_reader_stays_a_reader_after_a_backup(opened: Workspace, tmp_path: Path) -> None:
    with opened.store.read() as unit:
        assert unit.people.all() == ()
    take(opened, tmp_path / "b")
    with pytest.raises(Bug, match="for reading"), opened.store.read() as unit:
        unit.people.add("Person", frozenset({Role.MODERATOR}))


def test_it_is_one_state_while_cases_come_in(opened: Workspace, tmp_path: Path) -> None:
    """Whatever the copy holds, it is a state that was: the log fits its head, every file is there."""
    stop, failed = threading.Event(), []

    def work() -> None:
        try:
            count = 0
            while not stop.is_set():
                add(opened, f"busy-{count}")
                with opened.store.write() as unit:
                    unit.people.add(f"Person {count}", frozenset({Role.MODERATOR}))
                count += 1
        except Exception as problem:
            failed.append(problem)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        for round_ in range(3):
            take(opened, tmp_path / "b", AT + timedelta(hours=round_))
    finally:
        stop.set()
        thread.join(60)
    assert not thread.is_alive()
    assert failed == []
    snapshot = backup.snapshots(tmp_path / "b")[0]
    again = reopened(snapshot, tmp_path / "restored")
    try:
        with again.store.read() as unit:
            cases = [unit.cases.get(number) for number in range(1, len(snapshot.blobs) + 1)]
            people = len(unit.people.all())
            media = [unit.cases.media(case.number, "c1") for case in cases]
        assert len(cases) - 1 <= people <= len(cases)
        for one in media:
            assert one is not None
            assert b"".join(again.vault.read(one.wrapped_key, one.blob)).startswith(MEDIA)
    finally:
        again.close()


@pytest.mark.parametrize(
    ("harm", "words"),
    [
        ("manifest", "manifest was changed"),
        ("database", "database was changed"),
        ("gone", "missing or cut short"),
        ("short", "missing or cut short"),
        ("no json", "damaged"),
        ("newer", "newer"),
    ],
)
def test_a_damaged_backup_is_named_and_leaves_nothing(
    opened: Workspace, tmp_path: Path, harm: str, words: str
) -> None:
    _, blob = add(opened, "one")
    made = take(opened, tmp_path / "b")
    manifest, media = made.folder / "manifest.json", tmp_path / "b" / "vault" / blob[:2] / blob
    plain = json.loads(manifest.read_text())
    if harm == "manifest":
        manifest.write_text(json.dumps(plain | {"blobs": []}))
    elif harm == "database":
        data = bytearray((made.folder / "desk.db").read_bytes())
        data[5000] ^= 1
        (made.folder / "desk.db").write_bytes(bytes(data))
    elif harm == "gone":
        media.unlink()
    elif harm == "short":
        media.write_bytes(media.read_bytes()[:-1])
    elif harm == "no json":
        manifest.write_text("{")
    else:
        manifest.write_text(json.dumps(plain | {"format": 99}))
    with pytest.raises(WorkspaceProblem, match=words):
        backup.restore(backup.read(made.folder), KEY, tmp_path / "restored")
    assert not list((tmp_path / "restored").glob("*")) or not (tmp_path / "restored").exists()


def test_another_key_does_not_open_it(opened: Workspace, tmp_path: Path) -> None:
    made = take(opened, tmp_path / "b")
    with pytest.raises(WorkspaceProblem, match="not the key"):
        backup.verify(backup.read(made.folder), bytes(32))


def test_a_folder_in_use_is_refused(opened: Workspace, tmp_path: Path) -> None:
    made = take(opened, tmp_path / "b")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "letter.txt").write_text("mine")
    with pytest.raises(WorkspaceProblem, match="not empty"):
        backup.restore(backup.read(made.folder), KEY, tmp_path / "full")
    with pytest.raises(UserError, match="not empty"):
        take(opened, tmp_path / "full")
    assert (tmp_path / "full" / "letter.txt").read_text() == "mine"
    other = workspace.create(tmp_path / "other", KEY, unlock=workspace.Unlock.MEMORY)
    with pytest.raises(UserError, match="another workspace"):
        take(other, tmp_path / "b")
    other.close()
    with pytest.raises(WorkspaceProblem, match="no whole backup"):
        backup.read(tmp_path / "full")


def test_cancelled_it_leaves_the_one_before(opened: Workspace, tmp_path: Path) -> None:
    add(opened, "one")
    take(opened, tmp_path / "b")
    add(opened, "two")
    with pytest.raises(Cancelled):
        take(opened, tmp_path / "b", AT + timedelta(hours=1), cancelled=lambda: True)
    assert [one.at for one in backup.snapshots(tmp_path / "b")] == [AT]


def test_a_place_that_cannot_be_written_says_so(opened: Workspace, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="could not be written"):
        take(opened, tmp_path / "file" / "b")
