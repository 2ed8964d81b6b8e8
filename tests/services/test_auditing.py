from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from desk.domain.company import Credentials, Endpoint, EndpointKind
from desk.domain.decision import DecisionKind
from desk.domain.errors import Bug, NotAllowed, UserError
from desk.domain.merkle import Frontier, leaf_hash
from desk.domain.roles import Role
from desk.ports import UnitOfWork
from desk.services import auditing
from desk.services.configuration import Configuration
from desk.services.people import PeopleService
from desk.storage.repositories.audit import SqlAudit
from tests.support.rights import ordinary_rights
from tests.support.world import SETTINGS, World, package


def test_the_log_of_a_whole_day_fits_its_head(served_on_both: World, tmp_path: Path) -> None:
    world = served_on_both
    world.quiet(world.confirmed(world.case().number).id)
    verdict = world.auditing.verify(world.supervisor)
    head = world.auditing.head(world.supervisor)
    assert (verdict.ok, verdict.first_wrong, verdict.size) == (True, None, head.size)
    assert str(head.size) in verdict.words
    assert verdict.root == head.root.hex()

    file = tmp_path / "log.jsonl"
    assert world.auditing.export(world.supervisor, file) == head.size
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    frontier = Frontier()
    for line in file.read_bytes().splitlines():  # anybody can compute the head from what was exported
        frontier = frontier.append(leaf_hash(line))
    assert frontier.root() == head.root
    assert world.acts()[-1] == "audit.exported"


def test_entries_as_they_are_shown(world: World) -> None:
    number = world.case().number
    world.claimed(number)
    entries = world.auditing.entries(world.supervisor)
    assert [entry.index for entry in entries] == list(range(len(entries)))
    last = entries[-1]
    assert (last.act, last.operator, last.case_number) == ("case.claimed", "Mo Moderator", number)
    assert (last.at, last.filing_id, last.facts) == (world.clock.now(), None, {})
    assert len(last.leaf) == 64
    assert world.auditing.entries(world.supervisor, start=2, limit=1) == entries[2:3]
    world.intake.take_in([package(world.folder.parent / "p", "own", world.clock.now())], None)
    assert "the desk" in {entry.operator for entry in world.auditing.entries(world.supervisor)}


def test_an_unknown_person_is_named_by_number(world: World) -> None:
    world.claimed(world.case().number)
    real = world.store.read
    with real() as uow:
        row = uow.audit.rows(0, 1000)[-1]
    assert auditing._read(row, {}).operator == f"operator {world.moderator.id}"


def test_no_content_and_no_person_in_any_entry(served: World) -> None:
    served.quiet(served.confirmed(served.case().number).id)
    with served.store.read() as uow:
        whole = b"\n".join(row.entry for row in uow.audit.rows(0, 10_000)).decode()
    for word in ("practice-user", "u-case-1", "IMG_", "A practice picture", "Moderator", "example.com/p"):
        assert word not in whole


# -- what a verifier shows; the database itself refuses such changes, so it is bent on the way out


def bent(world: World, monkeypatch: pytest.MonkeyPatch, change: Callable[[list[Any]], list[Any]]) -> Any:
    real = SqlAudit.rows
    monkeypatch.setattr(SqlAudit, "rows", lambda self, start=0, limit=200: change(real(self, start, limit)))
    return world.auditing.verify()


def test_a_changed_entry_is_found(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def change(rows: list[Any]) -> list[Any]:
        return [replace(r, entry=r.entry.replace(b"people", b"peeple")) if r.index == 1 else r for r in rows]

    verdict = bent(world, monkeypatch, change)
    assert (verdict.ok, verdict.first_wrong) == (False, 1)
    assert "Entry 1" in verdict.words


def test_a_changed_entry_with_its_hash_is_found_by_the_head(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def change(rows: list[Any]) -> list[Any]:
        other = b'{"act":"nothing"}'
        return [replace(r, entry=other, leaf=leaf_hash(other)) if r.index == 1 else r for r in rows]

    verdict = bent(world, monkeypatch, change)
    assert (verdict.ok, verdict.first_wrong) == (False, None)
    assert "head" in verdict.words


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        (lambda rows: [r for r in rows if r.index != 2], 2),
        (lambda rows: rows[:3] if rows and rows[0].index == 0 else [], 3),
        (lambda rows: [rows[1], rows[0], *rows[2:]], 0),
    ],
    ids=["removed", "cut off", "put elsewhere"],
)
def test_a_missing_or_moved_entry_is_found(
    world: World, monkeypatch: pytest.MonkeyPatch, change: Any, wrong: int
) -> None:
    verdict = bent(world, monkeypatch, change)
    assert (verdict.ok, verdict.first_wrong) == (False, wrong)


def test_an_empty_log_fits(template: Path, tmp_path: Path) -> None:
    import shutil

    from tests.support.world import open_world

    shutil.copytree(template, tmp_path / "w")
    with open_world(tmp_path / "w") as empty:
        assert empty.auditing.verify().ok
        assert empty.auditing.verify().size == 0


# -- exporting


def test_what_can_not_be_exported(world: World, tmp_path: Path) -> None:
    there = tmp_path / "there"
    there.write_text("kept")
    before = world.acts()
    with pytest.raises(UserError, match="there already"):
        world.auditing.export(world.supervisor, there)
    with pytest.raises(UserError, match="can't be written"):
        world.auditing.export(world.supervisor, tmp_path / "no" / "folder" / "log")
    shut = tmp_path / "shut"
    shut.mkdir(mode=0o500)
    with ordinary_rights(), pytest.raises(UserError, match="denied"):
        world.auditing.export(world.supervisor, shut / "log")
    assert there.read_text() == "kept"
    assert world.acts() == before


def test_a_log_that_is_shorter_than_its_head_says(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = SqlAudit.rows
    monkeypatch.setattr(
        SqlAudit, "rows", lambda self, start=0, limit=200: real(self, start, limit) if start == 0 else []
    )
    size = world.auditing.head(world.supervisor).size
    assert world.auditing.export(world.supervisor, tmp_path / "log") == size


def test_roles(world: World, tmp_path: Path) -> None:
    for who in (world.moderator, world.admin):
        for act in (
            lambda: world.auditing.head(who),  # noqa: B023
            lambda: world.auditing.entries(who),  # noqa: B023
            lambda: world.auditing.verify(who),  # noqa: B023
            lambda: world.auditing.export(who, tmp_path / "log"),  # noqa: B023
        ):
            with pytest.raises(NotAllowed):
                act()
    assert not (tmp_path / "log").exists()


# -- one transaction: an act that fails leaves no entry, an entry that fails leaves no act


def acts_of(world: World) -> dict[str, Callable[[], object]]:
    """One act of each kind that writes, ready to be done."""
    first, second, third = (world.case(f"case-{n}", first=10 * n) for n in range(3))
    claim = world.claimed(first.number)
    spare = world.claimed(second.number)
    world.drafted(second.number)
    summary = world.confirmation.summary(world.moderator, second.number)
    grown = world.claimed(third.number)
    fresh = world.case("fresh", first=70)
    fourth = world.confirmed(world.case("case-9", first=90).number)
    who, now = world.moderator, world.clock.now()
    endpoint = Endpoint(EndpointKind.CUSTOM, world.endpoint.url)
    new = package(world.folder.parent / "p", "new-one", now, first=50)
    return {
        "intake": lambda: world.intake.take_in([new], who),
        "claim": lambda: world.queue.claim(world.other, fresh.number),
        "next": lambda: world.queue.next_case(world.other),
        "release": lambda: world.queue.release(who, grown),
        "snooze": lambda: world.queue.snooze(who, grown, now + timedelta(hours=1)),
        "shown": lambda: world.review.shown(who, first.number, "c1", at=now, seconds=1),
        "decide": lambda: world.review.decide(who, claim, DecisionKind.NO_VIOLATION),
        "draft": lambda: world.drafting.open(who, first.number),
        "discard": lambda: world.drafting.discard(who, second.number),
        "confirm": lambda: world.confirmation.confirm(who, spare, summary, checked=True),
        "take back": lambda: world.outbox.take_back(who, fourth.id),
        "file now": lambda: world.outbox.file_now(who, fourth.id),
        "step": lambda: world.outbox.step(),
        "settings": lambda: Configuration(world.store, world.clock).save(world.admin, SETTINGS),
        "endpoint": lambda: world.configuration.set_endpoint(world.admin, endpoint),
        "people": lambda: PeopleService(world.store, world.clock).add(
            world.admin, "New", frozenset({Role.MODERATOR})
        ),
        "credentials": lambda: world.credentials.check(world.admin, world.endpoint),
        "removed": lambda: world.credentials.remove(world.admin, world.endpoint),
        "set": lambda: world.credentials.set(world.admin, world.endpoint, Credentials("u", "p")),
    }


def dump(uow: UnitOfWork) -> list[Any]:
    """Everything that the acts change, but for leases and attempts to send."""
    db = uow.cases._db  # type: ignore[attr-defined]
    tables = (
        "cases",
        "decisions",
        "drafts",
        "viewings",
        "operators",
        "settings",
        "audit_entries",
        "receipts",
    )
    found: list[Any] = [db.exec_driver_sql(f"SELECT * FROM {name}").all() for name in tables if name]
    found.append(db.exec_driver_sql("SELECT id, state, take_back, file_now FROM filings").all())
    return found


def test_an_act_without_its_entry_does_not_happen(served: World, monkeypatch: pytest.MonkeyPatch) -> None:
    acts = acts_of(served)
    with served.store.read() as uow:
        before = dump(uow)

    def failing(self: Any, entry: Any) -> Any:
        raise Bug("The log refuses.")

    monkeypatch.setattr(SqlAudit, "append", failing)
    quiet = set()
    for name, act in acts.items():
        try:
            act()
            quiet.add(name)
        except Bug:
            pass
        with served.store.read() as uow:
            assert dump(uow) == before, name
    assert quiet <= {"step"}
    monkeypatch.undo()
    assert served.auditing.verify().ok


def test_every_act_writes_an_entry(served: World) -> None:
    silent = {"next", "step"}
    for name, act in acts_of(served).items():
        before = len(served.acts())
        try:
            act()
        except UserError:  # an earlier one of these stands in its way
            assert len(served.acts()) == before, name
            continue
        assert len(served.acts()) > before or name in silent, name
    assert served.auditing.verify().ok
    for entry in served.auditing.entries(served.supervisor, limit=1000):
        assert json.dumps(entry.facts)
        assert os.linesep not in entry.act
