from __future__ import annotations

import ast
import hashlib
import json
import os
import stat
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from desk.domain.audit import keyed_digest
from desk.domain.checkpoint import Checkpoint, SignedNote, VerifierKey
from desk.domain.company import Credentials, Endpoint, EndpointKind
from desk.domain.decision import DecisionKind
from desk.domain.errors import Bug, KeyringLocked, NotAllowed, UserError
from desk.domain.merkle import Frontier, included, leaf_hash
from desk.domain.roles import Role
from desk.ports import UnitOfWork
from desk.services import auditing
from desk.services.auditing import Auditing, LogFilter, case_digest_key, keyed, keyed_content, keyed_words
from desk.services.configuration import Configuration
from desk.services.people import PeopleService
from desk.storage.repositories.audit import SqlAudit
from desk.system.signing import Ed25519Signer
from tests.support.rights import ordinary_rights
from tests.support.world import SETTINGS, World, package


def test_the_log_of_a_whole_day_fits_its_head(served_on_both: World, tmp_path: Path) -> None:
    world = served_on_both
    world.quiet(world.confirmed(world.case().number).id)
    head = world.auditing.head(world.supervisor)
    verdict = world.auditing.verify(world.supervisor)
    assert (verdict.ok, verdict.first_wrong, verdict.size) == (True, None, head.size)
    assert str(head.size) in verdict.words
    assert verdict.root == head.root.hex()

    file = tmp_path / "log.jsonl"
    assert world.acts()[-1] == "audit.verified"
    head = world.auditing.head(world.supervisor)
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
    """A whole journey: nothing personal of the case, no name, and no digest that could be told without its key."""
    world = served
    case = world.case()
    world.claimed(case.number)
    world.review.shown(world.moderator, case.number, "c1", at=world.clock.now(), seconds=3)
    filing = world.quiet(world.confirmed(case.number).id)
    with world.store.read() as uow:
        whole = b"\n".join(row.entry for row in uow.audit.rows(0, 10_000)).decode().lower()
        receipt, confirmed = uow.filings.receipt(filing.id), uow.filings.confirmed(filing.id)
        calls = uow.filings.journal(filing.id)
        key = case_digest_key(uow, case.number)
    assert receipt is not None
    assert key is not None
    words = [
        "practice-user",
        "u-case-1",
        "img_",
        "a practice picture",
        "mo moderator",
        "ada admin",
        "example.com/p",
        "uid-",
    ]
    for content in case.data.content:
        words += [str(content.sha256), str(content.md5), str(content.sha1)]
    for data in (receipt.body, confirmed.report_xml, *(call.received or b"-" for call in calls)):
        words += [getattr(hashlib, kind)(data).hexdigest() for kind in ("sha256", "sha1", "md5")]
    for word in words:
        assert word.lower() not in whole, word
    for there in (
        keyed_digest(key, str(case.data.content[0].sha256)),
        keyed_digest(key, confirmed.report_sha256),
        keyed_digest(key, receipt.sha256),
    ):
        assert there in whole


def test_words_of_no_case_have_a_key_of_the_workspace(world: World) -> None:
    with world.store.write() as uow:
        first = keyed_words(uow, "a reason")
        assert first == keyed_words(uow, "a reason") != keyed_words(uow, "another")
        assert first != hashlib.sha256(b"a reason").hexdigest()


def test_digests_go_with_the_cases_key(world: World) -> None:
    number = world.case().number
    with world.store.write() as uow:
        sha256 = hashlib.sha256(b"text").hexdigest()
        assert (
            keyed(uow, number, sha256)
            == keyed_content(uow, number, "text")
            == keyed_content(uow, number, b"text")
        )
        assert keyed(uow, number, None) is keyed_content(uow, number, None) is None
        uow.cases.forget_key(number)
        assert keyed(uow, number, sha256) is keyed_content(uow, number, "text") is None


PLAIN = {
    "sha256",
    "sha1",
    "md5",
    "pdq",
    "digest",
    "name",
    "email",
    "text",
    "words",
    "reason",
    "account",
    "url",
}
PUBLIC = {("schema.py", "sha256"), ("hooks.py", "url")}
"""The service's own schema and the addresses of the platform's own hooks are nobody's secret."""


def test_no_service_writes_what_may_not_stand_in_the_log() -> None:
    """Every call of note() and entry(): digests go through keyed(), people by number, and nothing that a person wrote."""
    found = 0
    for path in Path(auditing.__file__).parent.glob("*.py"):
        for call in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(call, ast.Call) or getattr(call.func, "id", "") not in ("note", "entry"):
                continue
            found += 1
            for keyword in call.keywords:
                name = keyword.arg or ""
                parts = set(name.split("_"))
                yes_or_no = isinstance(keyword.value, ast.Compare) or "bool(" in ast.unparse(keyword.value)
                fine = yes_or_no or not parts & PLAIN or (path.name, name) in PUBLIC
                assert fine, f"{path.name}:{call.lineno} {name}"
    assert found > 30


# -- finding


def found(world: World, **wanted: Any) -> list[int]:
    return [entry.index for entry in world.auditing.find(world.supervisor, LogFilter(**wanted))]


def test_finding_entries(served: World) -> None:
    world = served
    first = world.case("case-a")
    world.clock.forward(hours=2)
    filing = world.quiet(world.confirmed(world.case("case-b", first=7).number).id)
    everything = [json.loads(row.entry) for row in all_rows(world)]
    indexes = range(len(everything))[::-1]

    def those(test: Callable[[dict[str, Any]], bool]) -> list[int]:
        return [index for index in indexes if test(everything[index])]

    assert found(world) == list(indexes)
    assert found(world, act="filing.") == those(lambda e: e["act"].startswith("filing.")) != []
    assert (
        found(world, person=world.moderator.id) == those(lambda e: e["operator"] == world.moderator.id) != []
    )
    assert found(world, person=0) == those(lambda e: e["operator"] is None) != []
    assert found(world, case_number=first.number) == those(lambda e: e["case"] == first.number) != []
    assert found(world, filing_id=filing.id) == those(lambda e: e["filing"] == filing.id) != []
    assert found(world, filing_id=filing.id, case_number=first.number) == []
    assert found(world, text=str(filing.report_id)) == those(lambda e: filing.report_id in str(e)) != []
    assert found(world, text="ENDPOINT", act="settings.") != []
    assert found(world, text="nowhere") == []
    middle = datetime.fromisoformat(everything[-1]["at"]) - timedelta(hours=1)
    early, late = found(world, until=middle), found(world, since=middle)
    assert sorted(early + late) == sorted(indexes)
    assert early
    assert late
    assert found(world, act="case.taken", text="operator") != []
    page = world.auditing.find(world.supervisor, LogFilter(), before=9, limit=3)
    assert [entry.index for entry in page] == [8, 7, 6]
    page = world.auditing.find(
        world.supervisor, LogFilter(case_number=first.number), before=found(world, case_number=1)[0]
    )
    assert [entry.index for entry in page] == found(world, case_number=1)[1:]
    assert (world.moderator.id, "Mo Moderator") in world.auditing.people(world.supervisor)


def all_rows(world: World) -> list[Any]:
    with world.store.read() as uow:
        return uow.audit.rows(0, 10_000)


# -- proofs, and the last verification


def test_a_proof_is_one_that_others_check(world: World) -> None:
    world.case()
    with pytest.raises(UserError, match="No checkpoint"):
        world.auditing.prove(world.supervisor, 3)
    row = world.desk.checkpoints.sign(world.supervisor).value
    for index in (0, 3, row.size - 1):
        proof = world.auditing.prove(world.supervisor, index)
        path = [bytes.fromhex(step) for step in proof.path]
        note = SignedNote.parse(proof.checkpoint)
        checkpoint = Checkpoint.parse(note.text)
        assert included(leaf_hash(proof.entry), index, proof.size, path, checkpoint.root)
        assert (checkpoint.size, checkpoint.root.hex()) == (proof.size, proof.root)
        assert note.by(VerifierKey.parse(proof.key)) is not None
    with pytest.raises(UserError, match="No checkpoint covers"):
        world.auditing.prove(world.supervisor, row.size)
    for index in (-1, 999):
        with pytest.raises(UserError, match="no entry"):
            world.auditing.prove(world.supervisor, index)


def test_the_last_verification_is_kept(world: World) -> None:
    assert world.auditing.last_verified(world.supervisor) is None
    verdict = world.auditing.verify(world.supervisor)
    kept = world.auditing.last_verified(world.supervisor)
    assert kept is not None
    assert (kept.at, kept.verdict) == (world.clock.now(), verdict)


def test_a_locked_keyring_keeps_nobody_from_verifying(world: World) -> None:
    def locked() -> None:
        raise KeyringLocked("The keyring is locked.")

    assert Auditing(world.store, world.clock, Ed25519Signer(), locked).verify().ok
    assert Auditing(world.store, world.clock, Ed25519Signer()).verify().ok


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
            lambda: world.auditing.find(who, LogFilter()),  # noqa: B023
            lambda: world.auditing.people(who),  # noqa: B023
            lambda: world.auditing.prove(who, 0),  # noqa: B023
            lambda: world.auditing.last_verified(who),  # noqa: B023
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
        "settings": lambda: Configuration(world.store, world.clock).save(
            world.admin, replace(SETTINGS, hold_minutes=7)
        ),
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
