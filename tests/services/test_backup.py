"""Backup and restore as people work with them: nothing that may have been filed since is sent again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from desk import app
from desk.domain.errors import NotAllowed, NotReady, UserError, WorkspaceProblem
from desk.domain.filing import FilingState
from desk.services.backup import BackupService
from desk.services.desk import Desk
from desk.storage.backup import FolderBackups
from desk.system import passphrase as wrapping
from desk.system.keyring import MemorySecretStore
from tests.support.world import KEY, World

PASSPHRASE = "correct horse battery staple"
CHEAP = wrapping.Costs(iterations=1, lanes=1, memory_kib=8 * 1024)


def service(world: World) -> BackupService:
    def wrap(key: bytes, passphrase: str, name: str) -> bytes:
        return wrapping.wrap(key, passphrase, context=name, costs=CHEAP)

    return BackupService(world.store, world.clock, FolderBackups(world.opened, KEY, wrap))


@contextmanager
def restored(source: Path, folder: Path, **more: object) -> Iterator[tuple[app.Restored, Desk]]:
    secrets = MemorySecretStore()
    found = app.restore_workspace(source, folder, PASSPHRASE, secrets=secrets, **more)  # type: ignore[arg-type]
    with app.open_desk(folder, secrets=secrets, passphrase=PASSPHRASE) as desk:
        yield found, desk


def test_a_restored_workspace_sends_nothing_by_itself(served: World, tmp_path: Path) -> None:
    world, backups = served, service(served)
    world.quiet(world.confirmed(world.case("filed").number).id)
    waiting = world.confirmed(world.case("waiting", first=5).number)
    backups.set_passphrase(world.admin, PASSPHRASE)
    backups.take(world.admin, tmp_path / "b")
    world.until(waiting.id, FilingState.FILED)  # after the backup: it knows nothing of it
    assert len(world.finished()) == 2

    with restored(tmp_path / "b", tmp_path / "again") as (found, desk):
        assert found.stopped == (waiting.id,)
        assert found.files == 4
        supervisor = next(one for one in desk.people.all() if one.name == world.supervisor.name)
        moderator = next(one for one in desk.people.all() if one.name == world.moderator.name)
        stepped = desk.outbox.step()
        assert stepped.filing is None
        assert len(world.finished()) == 2
        left = desk.backup.restoring()
        assert left is not None
        assert left.filings == (waiting.id,)
        with pytest.raises(NotAllowed):
            desk.backup.resume(moderator, "looked")
        with pytest.raises(UserError, match="reason"):
            desk.backup.resume(supervisor, " ")
        assert desk.backup.resume(supervisor, "asked NCMEC by telephone").value == 1
        assert desk.backup.restoring() is None
        assert desk.auditing.verify().ok
        acts = [entry.act for entry in desk.auditing.entries(supervisor, start=0, limit=500)]
        assert {"workspace.restored", "outbox.resumed"} <= set(acts)


def test_under_the_backups_passphrase(served: World, tmp_path: Path) -> None:
    world, backups = served, service(served)
    world.case("one")
    backups.set_passphrase(world.admin, PASSPHRASE)
    made = backups.take(world.admin, tmp_path / "b").value
    with restored(made.folder, tmp_path / "again", use_keyring=False) as (found, desk):
        assert found.stopped == ()
        assert desk.backup.restoring() is None
        assert [person.name for person in desk.people.all()] == [one.name for one in world.people.all()]
    with pytest.raises(WorkspaceProblem, match="does not open"):
        app.restore_workspace(tmp_path / "b", tmp_path / "third", "another passphrase", use_keyring=False)
    assert not (tmp_path / "third").exists()
    with pytest.raises(WorkspaceProblem, match="here already"):
        app.restore_workspace(tmp_path / "b", tmp_path / "again", PASSPHRASE, use_keyring=False)


def test_it_is_known_when_the_last_one_was_made(world: World, tmp_path: Path) -> None:
    backups = service(world)
    state = backups.state()
    assert (state.at, state.recent, state.passphrase, state.possible) == (None, False, False, True)
    with pytest.raises(NotReady, match="no passphrase"):
        backups.take(world.admin, tmp_path / "b")
    with pytest.raises(UserError, match="at least"):
        backups.set_passphrase(world.admin, "short")
    backups.set_passphrase(world.admin, PASSPHRASE)
    made = backups.take(world.admin, tmp_path / "b").value
    state = backups.state()
    assert (state.at, state.recent, state.passphrase) == (made.at, True, True)
    world.clock.forward(seconds=timedelta(days=7, seconds=1).total_seconds())
    assert not backups.state().recent
    with world.store.read() as uow:
        entries = [json.loads(row.entry) for row in uow.audit.rows(0, 500)]
    assert PASSPHRASE not in json.dumps(entries)
    assert [one["act"] for one in entries][-2:] == ["backup.passphrase", "backup.made"]


def test_only_administrators_make_them(world: World, tmp_path: Path) -> None:
    backups = service(world)
    for operator in (world.moderator, world.supervisor):
        with pytest.raises(NotAllowed):
            backups.set_passphrase(operator, PASSPHRASE)
        with pytest.raises(NotAllowed):
            backups.take(operator, tmp_path / "b")


def test_practice_is_never_backed_up(world: World, tmp_path: Path) -> None:
    backups = BackupService(world.store, world.clock, None)
    assert not backups.state().possible
    assert backups.state().why_not.startswith("Practice is never backed up.")
    with pytest.raises(UserError, match="Practice"):
        backups.take(world.admin, tmp_path / "b")


def test_a_teams_database_is_backed_up_by_its_own_means(world: World, tmp_path: Path) -> None:
    backups = BackupService(world.store, world.clock, None, practice=False)
    assert "PostgreSQL" in backups.state().why_not
    with pytest.raises(UserError, match="PostgreSQL"):
        backups.take(world.admin, tmp_path / "b")
