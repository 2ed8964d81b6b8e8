"""Tampering with the real database file by someone who holds its key: verify names the first wrong entry."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, text

from desk.domain.audit import AuditEntry
from desk.domain.checkpoint import Checkpoint, NoteSignature, SignedNote, VerifierKey
from desk.domain.errors import Cancelled, UserError
from desk.domain.merkle import Frontier, Tree, leaf_hash, link_hash
from desk.services.verifying import Verdict
from desk.storage.engine import WRITES
from desk.system.signing import Ed25519Signer
from tests.contracts.stores import PostgresStores
from tests.support.world import World, new_world

NOW = datetime(2026, 1, 5, tzinfo=UTC)
TRIGGERS = ("audit_entries_fixed", "audit_entries_kept", "audit_head_once", "audit_head_kept")
TRIGGERS += ("audit_checkpoints_fixed", "audit_checkpoints_kept")


class Attacker:
    """Holds the database's key and drops its triggers first; has not the signing key."""

    def __init__(self, world: World, db: Connection) -> None:
        self.db = db
        self.size = world.auditing.head(world.supervisor).size
        for name in TRIGGERS:
            if db.dialect.name == "sqlite":
                db.execute(text(f"DROP TRIGGER {name}"))
            else:
                db.execute(text(f"ALTER TABLE {name.rsplit('_', 1)[0]} DISABLE TRIGGER {name}"))

    def run(self, statement: str, **values: Any) -> None:
        self.db.execute(text(statement), values)

    def rows(self) -> list[Any]:
        return list(self.db.execute(text("SELECT * FROM audit_entries ORDER BY position")).mappings())

    def change(self, index: int, *, leaf: bool = False, column: str = "", value: Any = None) -> None:
        if column:
            self.run(f"UPDATE audit_entries SET {column} = :v WHERE position = :i", v=value, i=index)
            return
        entry = bytes(self.rows()[index]["entry"]).replace(b'"at":"2', b'"at":"1')
        self.run("UPDATE audit_entries SET entry = :v WHERE position = :i", v=entry, i=index)
        if leaf:
            self.run("UPDATE audit_entries SET leaf = :v WHERE position = :i", v=leaf_hash(entry), i=index)

    def swap(self, one: int, two: int) -> None:
        for start, end in ((one, -1000), (two, one), (-1000, two)):
            self.run("UPDATE audit_entries SET position = :e WHERE position = :s", s=start, e=end)

    def put_in(self, index: int) -> None:
        for position in range(self.size - 1, index - 1, -1):
            self.run("UPDATE audit_entries SET position = position + 1 WHERE position = :p", p=position)
        forged = AuditEntry("case.released", NOW, 1).canonical()
        self.run(
            "INSERT INTO audit_entries (position, entry, leaf, link) VALUES (:p, :e, :l, :k)",
            p=index,
            e=forged,
            l=leaf_hash(forged),
            k=b"\0" * 32,
        )
        self.run("UPDATE audit_head SET size = size + 1")

    def rehash(self, entries: list[bytes]) -> None:
        """Write these entries as the whole log, with a head that fits."""
        self.run("DELETE FROM audit_entries")
        head = Frontier()
        link = head.root()
        for entry in entries:
            plain = json.loads(entry)
            leaf = leaf_hash(entry)
            link = link_hash(link, leaf)
            self.run(
                "INSERT INTO audit_entries (position, entry, leaf, link, case_number, filing_id) "
                "VALUES (:p, :e, :l, :k, :c, :f)",
                p=head.size,
                e=entry,
                l=leaf,
                k=link,
                c=plain["case"],
                f=plain["filing"],
            )
            head = head.append(leaf)
        self.run(
            "UPDATE audit_head SET size = :s, roots = :r, link = :k", s=head.size, r=head.to_bytes(), k=link
        )

    def entries(self) -> list[bytes]:
        return [bytes(row["entry"]) for row in self.rows()]


def tamper(world: World, act: Callable[[Attacker], object]) -> Verdict:
    with world.store.engine.connect().execution_options(**{WRITES: True}) as db, db.begin():
        act(Attacker(world, db))
    return world.auditing.verify()


def sign_three(world: World) -> World:
    """A log of some twenty entries with three checkpoints."""
    for index in range(3):
        world.case(f"case-{index}", first=5 * index)
        world.desk.checkpoints.sign(world.supervisor)
    world.claimed(1)
    assert world.auditing.verify().ok
    return world


@pytest.fixture(scope="module")
def whole(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with new_world(template, tmp_path_factory.mktemp("verifying")) as world:
        yield sign_three(world)


@pytest.fixture
def signed(whole: World, tmp_path: Path) -> Iterator[World]:
    """The same log for every test: what one does to the file is undone after it."""
    database, kept = whole.folder / "desk.db", tmp_path / "kept.db"
    whole.store.close()
    shutil.copy(database, kept)
    yield whole
    whole.store.close()
    shutil.copy(kept, database)
    for rest in ("-wal", "-shm"):
        database.with_name(database.name + rest).unlink(missing_ok=True)


CHANGES: dict[str, tuple[Callable[[Attacker], object], int]] = {
    "changed bytes": (lambda a: a.change(5), 5),
    "changed bytes and hash": (lambda a: a.change(5, leaf=True), 5),
    "changed bytes and hash, even": (lambda a: a.change(6, leaf=True), 6),
    "changed hash": (lambda a: a.change(7, column="leaf", value=b"\1" * 32), 7),
    "changed link": (lambda a: a.change(7, column="link", value=b"\1" * 32), 7),
    "removed link": (lambda a: a.change(7, column="link"), 7),
    "changed copy of the case": (lambda a: a.change(8, column="case_number", value=77), 8),
    "changed copy of the filing": (lambda a: a.change(8, column="filing_id", value=77), 8),
    "removed": (lambda a: a.run("DELETE FROM audit_entries WHERE position = 4"), 4),
    "reordered": (lambda a: a.swap(6, 8), 6),
    "inserted": (lambda a: a.put_in(6), 6),
    "cut short": (lambda a: a.run(f"DELETE FROM audit_entries WHERE position >= {a.size - 2}"), -2),
    "beyond the head": (
        lambda a: a.run(
            f"INSERT INTO audit_entries (position, entry, leaf, link) "
            f"SELECT {a.size}, entry, leaf, link FROM audit_entries WHERE position = 0"
        ),
        0,
    ),
}


@pytest.mark.parametrize("kind", CHANGES)
def test_each_kind_is_named(signed: World, kind: str) -> None:
    change, wrong = CHANGES[kind]
    size = signed.auditing.head(signed.supervisor).size
    expected = wrong if wrong > 0 else size + wrong
    verdict = tamper(signed, change)
    assert (verdict.ok, verdict.first_wrong) == (False, expected)
    assert f"Entry {expected} " in verdict.words


@pytest.mark.postgresql
def test_on_postgresql_too(template: Path, tmp_path: Path, postgres_stores: PostgresStores) -> None:
    for kind in ("changed bytes and hash", "removed", "reordered", "inserted"):
        with postgres_stores.database() as url, new_world(template, tmp_path / kind, postgres=url) as world:
            change, wrong = CHANGES[kind]
            verdict = tamper(sign_three(world), change)
            assert (kind, verdict.ok, verdict.first_wrong) == (kind, False, wrong)
            gone = tamper_again(world, lambda db: db.execute(text("DROP TABLE audit_checkpoints")))
            assert (gone.ok, "removed from the database: audit_checkpoints." in gone.words) == (False, True)


def test_a_head_that_was_rewritten(signed: World) -> None:
    verdict = tamper(signed, lambda a: a.run("UPDATE audit_head SET roots = :r", r=b"\0" * 32))
    assert not verdict.ok
    assert "head" in verdict.words
    verdict = tamper_again(signed, lambda db: db.execute(text("UPDATE audit_head SET size = size - 1")))
    assert not verdict.ok


def tamper_again(world: World, act: Callable[[Connection], object]) -> Verdict:
    with world.store.engine.connect().execution_options(**{WRITES: True}) as db, db.begin():
        act(db)
    return world.auditing.verify()


def test_a_whole_log_written_anew_is_found_by_its_checkpoints(signed: World) -> None:
    def change(attacker: Attacker) -> None:
        entries = attacker.entries()
        entries[2] = entries[2].replace(b'"at":"2', b'"at":"1')
        attacker.rehash(entries)

    with signed.store.read() as uow:
        sizes = [row.size for row in uow.audit.checkpoints()]
    verdict = tamper(signed, change)
    assert (verdict.ok, verdict.first_wrong, verdict.before) == (False, 0, sizes[0])
    assert "checkpoint 1" in verdict.words


def test_the_range_is_between_two_checkpoints(signed: World) -> None:
    with signed.store.read() as uow:
        sizes = [row.size for row in uow.audit.checkpoints()]

    def change(attacker: Attacker) -> None:
        entries = attacker.entries()
        entries[sizes[1]] = entries[sizes[1]].replace(b'"at":"2', b'"at":"1')
        attacker.rehash(entries)

    verdict = tamper(signed, change)
    assert (verdict.first_wrong, verdict.before) == (sizes[1], sizes[2])


def test_a_removed_checkpoint_is_named(signed: World) -> None:
    with signed.store.read() as uow:
        size = uow.audit.checkpoints()[1].size
    verdict = tamper(signed, lambda a: a.run("DELETE FROM audit_checkpoints WHERE number = 2"))
    assert (verdict.ok, verdict.first_wrong) == (False, size)
    assert "Checkpoint 2 was removed" in verdict.words


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("UPDATE audit_checkpoints SET note = 'x' WHERE number = 2", "Checkpoint 2 was changed"),
        ("UPDATE audit_checkpoints SET size = 1 WHERE number = 2", "Checkpoint 2 was changed"),
        (
            (
                "UPDATE audit_checkpoints SET note = (SELECT note FROM audit_checkpoints WHERE number = 1) "
                "WHERE number = 2"
            ),
            "Checkpoint 2 was changed",
        ),
        (
            "INSERT INTO audit_checkpoints SELECT 9, size, at, note FROM audit_checkpoints WHERE number = 2",
            "Checkpoint 9 was put in",
        ),
        ("UPDATE audit_checkpoints SET note = replace(note, '\n— ', '\n— x') WHERE number = 3", "signature"),
        ("UPDATE settings SET value = '\"other\"' WHERE name = 'audit_origin'", "changed"),
        ("UPDATE audit_checkpoints SET at = at + 1 WHERE number = 2", "Checkpoint 2 was changed"),
        ("UPDATE audit_checkpoints SET at = 'x' WHERE number = 2", "what the desk never wrote"),
        ("UPDATE settings SET value = '[\"x\"]' WHERE name = 'audit_keys'", "list of public keys"),
        ("UPDATE audit_head SET size = 'x'", "head was changed"),
        ("DELETE FROM audit_head", "head was changed"),
        ("DROP TABLE audit_checkpoints", "removed from the database: audit_checkpoints."),
        ("DROP TABLE audit_entries", "removed from the database: audit_entries."),
        ("DROP TABLE audit_head", "removed from the database: audit_head."),
        ("DROP TABLE settings", "removed from the database: settings."),
        (
            "ALTER TABLE audit_entries RENAME COLUMN link TO links",
            "removed from the database: audit_entries.link.",
        ),
        ("SELECT 1", "no longer refuses changes of the log: audit_entries_fixed"),
    ],
)
def test_a_changed_checkpoint_is_named(signed: World, statement: str, words: str) -> None:
    verdict = tamper(signed, lambda a: a.run(statement))
    assert not verdict.ok
    assert words in verdict.words
    assert signed.auditing.verify(signed.supervisor) == verdict, "whether it can be put on record or not"


def test_a_log_cut_short_with_its_head_and_checkpoints_is_found_from_an_older_one(
    signed: World, tmp_path: Path
) -> None:
    kept = tmp_path / "kept.txt"
    kept.write_text(signed.desk.checkpoints.newest(signed.supervisor)[0].note, "utf-8")

    def change(attacker: Attacker) -> None:
        attacker.rehash(attacker.entries()[:5])
        attacker.run("DELETE FROM audit_checkpoints")

    unaware = tamper(signed, change)
    assert not unaware.ok  # the desk itself remembers its key, which this log does not name
    verdict = signed.auditing.verify(older=kept)
    assert (verdict.ok, verdict.first_wrong) == (False, 5)
    assert "cut short" in verdict.words


def test_a_log_cut_short_whose_checkpoints_stayed(signed: World) -> None:
    verdict = tamper(signed, lambda a: a.rehash(a.entries()[:9]))
    assert (verdict.ok, verdict.first_wrong) == (False, 9)


def test_a_forger_with_a_key_of_their_own(signed: World, tmp_path: Path) -> None:
    """Everything written anew and signed by another key: this desk's own key and an older one find it."""
    kept = tmp_path / "kept.txt"
    kept.write_text(signed.desk.checkpoints.newest(signed.supervisor)[1].note, "utf-8")
    signer, seed = Ed25519Signer(), b"\7" * 32

    def change(attacker: Attacker) -> None:
        with signed.store.read() as uow:
            origin = uow.settings.get("audit_origin")
        key = VerifierKey(origin, signer.public(seed))
        entries = attacker.entries()[:4]
        at = json.loads(entries[0])["at"]
        moment = datetime.fromisoformat(at)
        entries.append(
            AuditEntry("audit.key", moment, None, facts={"key": key.text(), "replaces": None}).canonical()
        )
        root = Tree(leaf_hash(entry) for entry in entries).root()
        plain = Checkpoint(origin, len(entries), root).text()
        note = SignedNote(plain, (NoteSignature(origin, key.id, signer.sign(seed, plain.encode())),)).whole()
        facts = {"number": 1, "size": len(entries), "root": root.hex(), "key": key.id.hex()}
        entries.append(AuditEntry("audit.checkpoint", moment, None, facts=facts).canonical())
        attacker.rehash(entries)
        attacker.run("DELETE FROM audit_checkpoints")
        attacker.run(
            "INSERT INTO audit_checkpoints (number, size, at, note) VALUES (1, :s, :a, :n)",
            s=len(entries) - 1,
            a=(moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1),
            n=note,
        )

    verdict = tamper(signed, change)
    assert not verdict.ok
    assert "this desk's signing key" in verdict.words
    assert not signed.auditing.verify(older=kept).ok


def test_copies_elsewhere_find_it_too(signed: World, tmp_path: Path) -> None:
    copies = tmp_path / "copies.txt"
    policy = replace(signed.desk.checkpoints.state(signed.supervisor).policy, copies=str(copies))
    signed.desk.checkpoints.set_policy(signed.admin, policy)
    signed.desk.checkpoints.sign(signed.supervisor)
    assert signed.auditing.verify(older=copies).ok
    size = signed.auditing.head(signed.supervisor).size

    def change(attacker: Attacker) -> None:
        attacker.rehash(attacker.entries()[:-3])
        attacker.run("DELETE FROM audit_checkpoints WHERE number = 4")

    verdict = tamper(signed, change)
    assert not verdict.ok
    copies.write_text("not a note", "utf-8")
    assert size > 0
    with pytest.raises(UserError, match="holds no checkpoints"):
        signed.auditing.verify(older=copies)
    signed.auditing.verify()  # the file of copies is of no help, and says so elsewhere


def test_files_that_hold_no_checkpoint(signed: World, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="can't be read"):
        signed.auditing.verify(older=tmp_path / "none")
    (tmp_path / "empty").write_text("")
    with pytest.raises(UserError, match="holds no checkpoint"):
        signed.auditing.verify(older=tmp_path / "empty")


def test_verifying_tells_how_far_it_is_and_ends_when_asked(signed: World) -> None:
    seen: list[tuple[int, int]] = []
    assert signed.auditing.verify(progress=lambda done, size: seen.append((done, size))).ok
    assert seen[-1][0] == seen[-1][1] > 0
    with pytest.raises(Cancelled):
        signed.auditing.verify(cancelled=lambda: True)


def test_a_key_entry_that_can_not_be_read_is_no_key(signed: World) -> None:
    with signed.store.write() as uow:
        uow.audit.append(AuditEntry("audit.key", signed.clock.now(), None, facts={"key": "none"}))
    assert signed.auditing.verify().ok


def test_entries_of_before_the_chain_are_still_verified(signed: World) -> None:
    """A log of version 1 had neither links nor checkpoints; the chain begins behind it."""

    def older(attacker: Attacker) -> None:
        entries = [e.replace(b'"v":2}', b'"v":1}') for e in attacker.entries()[:7]]
        attacker.rehash(entries)
        attacker.run("UPDATE audit_entries SET link = NULL")
        attacker.run("UPDATE audit_head SET link = NULL")
        attacker.run("DELETE FROM audit_checkpoints")
        attacker.run("DELETE FROM settings WHERE name LIKE 'audit_%'")

    tamper(signed, older)
    signed.case("later", first=80)
    verdict = signed.auditing.verify()
    assert verdict.first_wrong is None or not verdict.ok
    signed.desk.checkpoints.sign(signed.supervisor)
    verdict = signed.auditing.verify()
    assert verdict.first_wrong is None
    assert verdict.words.startswith("Every entry fits, but")  # the guards are still away
