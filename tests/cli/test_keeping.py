"""desk backup, restore, preservation and approvals, as they are typed."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from desk.cli import doctor
from desk.domain.roles import Operator, Role
from desk.services.backup import BackupService
from desk.services.desk import Desk
from tests.cli.conftest import PASSPHRASE, Place
from tests.cli.test_commands import confirm_by_hand
from tests.cli.test_operators import run, stands_for, template
from tests.services.test_backup import service
from tests.support.command import desk, private
from tests.support.world import World, new_world, package

__all__ = ["template"]

NOW = datetime.now(UTC)


def test_backed_up_restored_and_let_go_on(locked: Place, tmp_path: Path) -> None:
    """One workspace's way; what matters is a process of its own."""
    locked.inside("intake", package(tmp_path / "cases", "case-1", NOW))
    filing = confirm_by_hand(locked, PASSPHRASE)
    held = locked.desk("preservation", "hold", "1", "--reference", "Warrant 12")
    assert (held.code, held.out) == (0, "Legal hold 1 stands on case 1.\n"), held.err
    made = locked.desk("backup", "make", tmp_path / "backups", "--json")
    assert made.code == 0, made.err
    assert made.json()["files"] == 2
    place, words = tmp_path / "again", private(tmp_path / "backup-passphrase", PASSPHRASE)
    restored = desk(
        "restore", tmp_path / "backups", "--workspace", place, "--use-passphrase",
        "--backup-passphrase-file", words, "--json", home=tmp_path,
    )  # fmt: skip
    assert restored.code == 0, restored.err
    assert restored.json()["stopped"] == [filing]
    again = ("--workspace", place, "--passphrase-file", words)
    gone_on = desk("outbox", "resume", "--reason", "asked NCMEC by telephone", *again, home=tmp_path)
    assert (gone_on.code, gone_on.out) == (0, "1 filings go on.\n"), gone_on.err


@pytest.fixture
def served(template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """A workspace with a service, that every command opens at once."""
    with new_world(template, tmp_path, serve=True) as made:

        @contextmanager
        def open_desk(_folder: Path, **_more: Any) -> Iterator[Desk]:
            yield made.desk

        monkeypatch.setattr("desk.app.open_desk", open_desk)
        monkeypatch.setattr("desk.app.needs_passphrase", lambda _folder: False)
        monkeypatch.setattr("sys.stdin", io.StringIO())
        stands_for(made, Role.SUPERVISOR)
        yield made


def acting(world: World, person: Operator) -> None:
    world.desk.access.bind(world.admin, world.supervisor.id, "")
    world.desk.access.bind(world.admin, person.id, world.desk.signin.account)


def test_kept_held_released_and_destroyed_by_two_people(served: World) -> None:
    world = served
    with world.store.write() as uow:
        other = uow.people.add("Second Supervisor", frozenset({Role.SUPERVISOR}))
    world.quiet(world.confirmed(world.case().number).id)
    (row,) = run(world, "preservation", "list", "--json").json()
    assert (row["until"], row["standing"], row["days_left"]) == ("2027-11-20", "kept", 365)
    assert run(world, "preservation", "extend", "1", "--until", "soon", "--reference", "L").code == 3
    extended = run(world, "preservation", "extend", "1", "--until", "2028-03-01", "--reference", "Letter 4")
    assert extended.out == "Case 1 is kept until 2028-03-01.\n"
    hold = run(world, "preservation", "hold", "1", "--reference", "Warrant 12", "--json").json()["order"]
    release = run(world, "preservation", "release", str(hold), "--reason", "over", "--json").json()[
        "approval"
    ]
    own = run(world, "approvals", "agree", str(release))
    assert (own.code, "yourself" in own.err) == (3, True)
    world.desk.approvals.agree(other, release)
    early = run(world, "preservation", "destroy", "1", "--reason", "over")
    assert (early.code, "2028-03-01" in early.err) == (3, True)
    world.clock.forward(
        seconds=timedelta(days=(date(2028, 3, 2) - world.clock.now().date()).days).total_seconds()
    )
    assert run(world, "preservation", "list", "--standing", "over", "--json").json()[0]["case"] == 1
    asked = run(world, "preservation", "destroy", "1", "--reason", "over", "--json").json()["approval"]
    assert "waits for a second" in run(world, "preservation", "destroy", "1", "--reason", "x").err
    acting(world, other)
    assert run(world, "approvals", "decline", str(asked), "--note", "a court may ask").out == "Declined.\n"
    again = run(world, "preservation", "destroy", "1", "--reason", "no court asks", "--json").json()
    world.desk.access.bind(world.admin, other.id, "")
    stands_for(world, Role.SUPERVISOR)
    assert "Destroy the media of case 1" in run(world, "approvals").out
    assert run(world, "approvals", "agree", str(again["approval"])).out == "Agreed, and done.\n"
    assert world.blobs() == set()
    states = {one["request"]: one["state"] for one in run(world, "approvals", "--all", "--json").json()}
    assert states == {release: "approved", asked: "declined", again["approval"]: "approved"}
    told = run(world, "preservation", "certificate", "1", "--json").json()
    assert told["certificate"]["agreed_by"] == world.supervisor.name
    assert told["sha256"] in run(world, "preservation", "certificate", "1").out
    assert json.loads(run(world, "preservation", "list", "--json").out)[0]["standing"] == "destroyed"


def test_doctor_names_a_workspace_without_a_recent_backup(served: World, tmp_path: Path) -> None:
    stands_for(served, Role.ADMINISTRATOR)
    state = run(served, "backup")
    assert (state.code, "No backup was made yet" in state.out) == (1, True)
    refused = run(served, "backup", "make", tmp_path / "b")
    assert (refused.code, "Practice is never" in refused.err or "PostgreSQL" in refused.err) == (3, True)
    backups = service(served)
    opened = replace(served.desk, backup=backups)
    backups.set_passphrase(served.admin, PASSPHRASE)
    assert "none was made yet" in doctor._backup(opened).words
    backups.take(served.admin, tmp_path / "b")
    assert doctor._backup(opened).level == "ok"
    served.clock.forward(seconds=timedelta(days=8).total_seconds())
    old = doctor._backup(opened)
    assert (old.level, "more than a week ago" in old.words) == ("warn", True)
    team = BackupService(served.store, served.clock, None, practice=False)
    found = doctor._backup(replace(served.desk, backup=team))
    assert (found.level, "PostgreSQL" in found.words) == ("ok", True)


def test_doctor_names_files_that_the_vault_lost(served: World) -> None:
    def told(*options: str) -> doctor.Finding:
        return doctor._vault(served.desk, bool(options), lambda _words: None)

    assert told() == doctor.Finding("ok", "Vault", "no files yet")
    number = served.case(files=3).number
    assert told("--thorough").words == "3 files as long as they were, 3 of them opened and whole"
    for blob in (served.folder / "vault").glob("??/*"):
        blob.unlink()
    lost = told()
    assert (lost.level, f"3 of 3 files are not as they were. case {number}, " in lost.words) == ("bad", True)
    assert "c1: missing, or can't be read" in lost.words
