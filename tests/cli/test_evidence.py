"""desk audit and desk report bundle, as they are typed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import text

from desk.domain.checkpoint import Checkpoint, SignedNote, VerifierKey, parse_notes
from desk.domain.merkle import included, leaf_hash
from desk.domain.roles import Role
from desk.storage.engine import WRITES
from tests.cli.test_operators import run, stands_for, template, world
from tests.support.world import World

__all__ = ["template", "world"]


@pytest.fixture
def supervised(world: World) -> World:
    stands_for(world, Role.SUPERVISOR)
    return world


def test_signing_proving_and_verifying(supervised: World, tmp_path: Path) -> None:
    assert run(supervised, "audit", "key").code == 3
    signed = run(supervised, "audit", "checkpoint")
    assert signed.code == 0
    note = SignedNote.parse(signed.out)
    key = VerifierKey.parse(run(supervised, "audit", "key").out)
    assert note.by(key) is not None
    kept = tmp_path / "kept.txt"
    kept.write_text(signed.out, "utf-8")
    assert run(supervised, "audit", "verify", "--checkpoint", kept).code == 0
    assert run(supervised, "audit", "verify", "--checkpoint", tmp_path / "none").code == 3
    proof = run(supervised, "audit", "prove", "2", "--json").json()
    root = Checkpoint.parse(SignedNote.parse(proof["checkpoint"]).text).root
    path = [bytes.fromhex(step) for step in proof["path"]]
    assert included(leaf_hash(proof["entry"].encode()), 2, proof["size"], path, root)
    assert json.loads(run(supervised, "audit", "prove", "2").out)["index"] == 2
    run(supervised, "audit", "checkpoint")
    assert len(parse_notes(run(supervised, "audit", "checkpoint", "--all").out)) == 2
    assert len(parse_notes(run(supervised, "audit", "checkpoint", "--last").out)) == 1
    stands_for(supervised, Role.ADMINISTRATOR)
    copies = tmp_path / "copies.txt"
    assert run(supervised, "audit", "copies", copies, "--minutes", "15").code == 0
    assert run(supervised, "audit", "rotate-key").code == 0
    assert len(parse_notes(copies.read_text("utf-8"))) == 3
    assert run(supervised, "audit", "copies", "none").code == 3
    waits = run(supervised, "audit", "copies", "none", "--minutes", "10", "--reason", "It is full.")
    assert (str(copies) in waits.out, "every 10 min" in waits.out) == (True, True)
    assert "waits for a supervisor" in waits.err
    stands_for(supervised, Role.SUPERVISOR)
    assert run(supervised, "approvals", "agree", "1").code == 0
    stands_for(supervised, Role.ADMINISTRATOR)
    assert "not copied elsewhere. One is signed every 10" in run(supervised, "audit", "copies").out
    stands_for(supervised, Role.SUPERVISOR)
    assert run(supervised, "audit", "verify", "--checkpoint", copies, "--json").json()["checkpoints"] == 6


def test_a_bundle_needs_its_steps(supervised: World, tmp_path: Path) -> None:
    missing = run(supervised, "report", "bundle", "1", "--reason", "A court asks.")
    assert missing.code != 0
    assert run(supervised, "report", "bundle", "1").code != 0
    refused = run(supervised, "report", "bundle", "1", "--out", tmp_path / "b.zip")
    assert (refused.code, "second person" in refused.err) == (3, True)
    assert not (tmp_path / "b.zip").exists()


def test_a_log_that_takes_no_entry_is_verified_all_the_same(supervised: World) -> None:
    """Signing in and keeping the verdict are entries of the log: a broken head refuses them."""
    run(supervised, "audit", "checkpoint")
    with supervised.store.engine.connect().execution_options(**{WRITES: True}) as db, db.begin():
        db.execute(text("DROP TRIGGER audit_head_kept"))
        db.execute(text("DELETE FROM audit_head"))
    done = run(supervised, "audit", "verify")
    assert (done.code, done.out.startswith("The log's head was changed")) == (1, True)
    assert "not on record" in done.err
    with supervised.store.engine.connect().execution_options(**{WRITES: True}) as db, db.begin():
        db.execute(text("DROP TABLE audit_checkpoints"))
        db.execute(text("DROP TABLE settings"))
    done = run(supervised, "audit", "verify")
    assert (done.code, "removed from the database: audit_checkpoints, settings." in done.out) == (1, True)


def test_a_command_signs_what_was_written_when_the_interval_has_passed(
    supervised: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(supervised, "queue")
    assert supervised.desk.checkpoints.state(supervised.supervisor).count == 0
    supervised.clock.forward(minutes=61)
    run(supervised, "audit", "verify")
    assert supervised.desk.checkpoints.state(supervised.supervisor).count == 0, "looked at, not signed"
    with monkeypatch.context() as patch:
        patch.setattr("desk.cli.acts.passphrase_of", lambda _arguments: "words")
        run(supervised, "queue")
    assert supervised.desk.checkpoints.state(supervised.supervisor).count == 0, "its keyring might ask"
    run(supervised, "queue")
    assert supervised.desk.checkpoints.state(supervised.supervisor).count == 1
    assert run(supervised, "audit", "verify").code == 0
