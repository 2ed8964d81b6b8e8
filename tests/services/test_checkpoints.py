"""Checkpoints: signed by whoever comes next, never in a filing's way; the key, its rotation, the copies elsewhere."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from desk.domain.checkpoint import Checkpoint, SignedNote, VerifierKey, parse_notes
from desk.domain.errors import Bug, KeyringLocked, NotAllowed, UserError
from desk.domain.filing import Filing, FilingState
from desk.services.changes import Change
from desk.services.checkpoint_policy import CheckpointPolicy
from desk.services.checkpoints import AFTER_TROUBLE, Checkpoints, key_name, next_key_name
from desk.services.lanes import Lanes
from desk.system.signing import Ed25519Signer
from tests.support.rights import ordinary_rights
from tests.support.world import World


def fresh(world: World) -> Checkpoints:
    """As another start of the desk would have it."""
    return Checkpoints(world.store, world.secrets, Ed25519Signer(), world.clock, world.desk.workspace_id)


def entries(world: World, act: str) -> list[dict[str, object]]:
    with world.store.read() as uow:
        found = [json.loads(row.entry) for row in uow.audit.rows(0, 100_000)]
    return [entry["facts"] for entry in found if entry["act"] == act]


def test_others_verify_what_was_signed(world: World) -> None:
    world.case()
    row = world.desk.checkpoints.sign(world.supervisor).value
    note = SignedNote.parse(row.note)
    checkpoint = Checkpoint.parse(note.text)
    state = world.desk.checkpoints.state(world.supervisor)
    key = VerifierKey.parse(state.key)
    assert key == world.desk.checkpoints.own_key()
    signature = note.by(key)
    assert signature is not None
    Ed25519PublicKey.from_public_bytes(key.public).verify(signature.signature, note.text.encode())
    assert checkpoint.origin == key.name == f"tipline-desk/{world.desk.workspace_id}"
    (said,) = entries(world, "audit.checkpoint")
    assert said == {"number": 1, "size": row.size, "root": checkpoint.root.hex(), "key": key.id.hex()}
    assert entries(world, "audit.key") == [{"key": key.text(), "replaces": None}]
    assert (state.count, state.unsigned, state.last) == (1, 0, row)
    assert world.desk.checkpoints.newest(world.supervisor) == [row]


def test_one_after_a_receipt_and_none_while_nothing_happens(served: World) -> None:
    world = served
    keeper = world.desk.checkpoints

    def after_drive(driven: Filing | None) -> None:
        then = keeper.after_drive(driven)
        if then is not None:
            then()

    after_drive(None)
    assert len(entries(world, "audit.checkpoint")) == 1  # what was there at the start
    after_drive(None)
    filing = world.quiet(world.confirmed(world.case().number).id)
    assert filing.state is FilingState.FILED
    after_drive(None)
    assert (
        len(entries(world, "audit.checkpoint")) == 1
    )  # nobody told it of a receipt, and the hour is not over
    after_drive(filing)
    world.clock.forward(seconds=0.2)
    after_drive(filing)  # under load one checkpoint covers all receipts of a second
    assert len(entries(world, "audit.checkpoint")) == 2
    after_drive(None)
    assert len(entries(world, "audit.checkpoint")) == 2  # all were covered already
    assert world.auditing.verify().ok


def test_one_after_an_interval(world: World) -> None:
    keeper = world.desk.checkpoints
    keeper.keep_up()
    world.case()
    assert keeper.keep_up() is None
    world.clock.forward(minutes=61)
    row = keeper.keep_up()
    assert row is not None
    world.clock.forward(minutes=61)
    assert keeper.keep_up() is None  # its own entry asks for no other


def test_what_was_missed_is_signed_at_the_next_start(world: World) -> None:
    world.desk.checkpoints.keep_up()
    world.case()
    assert fresh(world).keep_up() is not None


def test_commands_sign_when_the_interval_has_passed_and_not_each_of_them(world: World) -> None:
    world.case()
    assert fresh(world).after_command() is None, "the log is younger than the interval"
    world.clock.forward(minutes=61)
    assert fresh(world).after_command() is not None
    world.case("next", first=5)
    assert fresh(world).after_command() is None
    world.clock.forward(minutes=61)
    assert fresh(world).after_command() is not None
    assert fresh(world).after_command() is None
    assert world.auditing.verify().ok


def test_lanes_sign_by_themselves(served: World) -> None:
    filing = served.confirmed(served.case().number)
    served.until(filing.id, FilingState.HELD)
    served.clock.forward(minutes=10)
    lanes = Lanes(served.desk.outbox, served.clock)
    lanes.start()
    try:
        assert lanes.wait_idle(20)
    finally:
        assert lanes.stop()
    assert served.filing(filing.id).state is FilingState.FILED
    with served.store.read() as uow:
        last = uow.audit.last_checkpoint()
        receipt = max(row.index for row in uow.audit.for_filing(filing.id))
    assert last is not None
    assert last.size > receipt
    assert served.auditing.verify().ok


def test_a_locked_keyring_keeps_nothing_up(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    keeper = fresh(world)
    asked: list[str] = []

    def locked(name: str) -> bytes:
        asked.append(name)
        raise KeyringLocked("The keyring is locked.", "Unlock it.")

    with monkeypatch.context() as patch:
        patch.setattr(world.secrets, "get", locked)
        assert keeper.keep_up() is None
        assert keeper.keep_up() is None
        assert len(asked) == 1  # a person is not asked again at once
        assert "locked" in keeper.state(world.supervisor).trouble
        with pytest.raises(KeyringLocked):
            keeper.sign(world.supervisor)
    world.clock.forward(seconds=AFTER_TROUBLE.total_seconds())
    assert keeper.keep_up() is not None
    assert keeper.state(world.supervisor).trouble == ""


def test_only_one_is_at_it(world: World) -> None:
    keeper = world.desk.checkpoints
    with keeper._turn:
        assert keeper.keep_up() is None
    assert keeper.keep_up() is not None


def test_a_new_key_takes_the_old_ones_place(world: World) -> None:
    keeper = world.desk.checkpoints
    keeper.sign(world.supervisor)
    old = keeper.own_key()
    new = keeper.rotate(world.admin).value
    assert old is not None
    assert new == keeper.own_key() != old
    with world.store.read() as uow:
        both = uow.audit.last_checkpoint()
    assert both is not None
    note = SignedNote.parse(both.note)
    assert note.by(old) is not None  # the old key signs the entry that names the new one
    assert note.by(new) is not None
    assert entries(world, "audit.key")[-1] == {"key": new.text(), "replaces": old.id.hex()}
    world.case()
    row = keeper.sign(world.supervisor).value
    assert [s.key_id for s in SignedNote.parse(row.note).signatures] == [new.id]
    assert world.auditing.verify().ok
    assert fresh(world).own_key() == new


@pytest.mark.parametrize("logged", [True, False])
def test_a_rotation_that_was_cut_off(world: World, logged: bool) -> None:
    keeper = world.desk.checkpoints
    keeper.sign(world.supervisor)
    old = keeper.own_key()
    waiting = Ed25519Signer().new()
    world.secrets.set(next_key_name(world.desk.workspace_id), waiting)
    if logged:
        with world.store.write() as uow:
            keeper._announce(uow, waiting, world.admin)
    again = fresh(world)
    key = again.own_key()
    assert key is not None
    assert (key != old) is logged
    assert world.secrets.get(next_key_name(world.desk.workspace_id)) is None
    assert (world.secrets.get(key_name(world.desk.workspace_id)) == waiting) is logged
    again.sign(world.supervisor)
    assert world.auditing.verify().ok


def test_two_desks_on_one_store_sign_each_with_their_own_key(world: World) -> None:
    from desk.system.keyring import MemorySecretStore

    other = Checkpoints(world.store, MemorySecretStore(), Ed25519Signer(), world.clock, "another")
    one = world.desk.checkpoints.sign(world.supervisor).value
    two = other.sign(world.supervisor).value
    assert (
        Checkpoint.parse(SignedNote.parse(one.note).text).origin
        == Checkpoint.parse(SignedNote.parse(two.note).text).origin
    )
    assert len(entries(world, "audit.key")) == 2
    verdict = world.auditing.verify()
    assert (verdict.ok, verdict.checkpoints) == (True, 2)


# -- copies elsewhere


def test_copies_are_appended_and_caught_up(world: World, tmp_path: Path) -> None:
    keeper = world.desk.checkpoints
    keeper.sign(world.supervisor)
    file = tmp_path / "elsewhere" / "checkpoints.txt"
    with pytest.raises(UserError, match="can't be written"):
        keeper.set_policy(world.admin, CheckpointPolicy(30, str(file)))
    file.parent.mkdir()
    keeper.set_policy(world.admin, CheckpointPolicy(30, str(file)))
    assert entries(world, "audit.policy") == [{"every_minutes": 30, "copies": True}]
    keeper.sign(world.supervisor)
    sizes = [row.size for row in reversed(keeper.newest(world.supervisor))]
    assert [Checkpoint.parse(n.text).size for n in parse_notes(file.read_text("utf-8"))] == sizes
    moved = file.with_name("moved")
    file.parent.rename(tmp_path / "away")
    keeper.sign(world.supervisor)
    assert "can't be written" in keeper.state(world.supervisor).copy_trouble
    assert "can't be written" in keeper.trouble()
    (tmp_path / "away").rename(file.parent)
    assert "lacks 1 of the signed checkpoints" in keeper.trouble()
    assert not moved.exists()
    world.clock.forward(minutes=31)
    world.case()
    assert keeper.keep_up() is not None
    assert keeper.state(world.supervisor).copy_trouble == ""
    sizes = [row.size for row in reversed(keeper.newest(world.supervisor))]
    assert [Checkpoint.parse(n.text).size for n in parse_notes(file.read_text("utf-8"))] == sizes
    assert file.stat().st_mode & 0o777 == 0o600
    assert keeper.trouble() == ""
    assert world.auditing.verify(older=file).ok


def test_a_file_that_holds_something_else_gets_them_all(world: World, tmp_path: Path) -> None:
    keeper, file = world.desk.checkpoints, tmp_path / "copies"
    file.write_text(f"tipline-desk/{world.desk.workspace_id}\nnonsense\n")
    keeper.set_policy(world.admin, CheckpointPolicy(60, str(file)))
    keeper.sign(world.supervisor)
    assert keeper.newest(world.supervisor)[0].note in file.read_text("utf-8")
    # A file of a later state of the log, as after a restored backup: nothing is copied twice.
    file.write_text(f"tipline-desk/{world.desk.workspace_id}\n999999\n")
    keeper.sign(world.supervisor)
    file.write_text(f"tipline-desk/{world.desk.workspace_id}\n0\n")
    keeper.sign(world.supervisor)
    assert len(file.read_text("utf-8").splitlines()) > 10


def test_a_file_that_may_not_be_read(world: World, tmp_path: Path) -> None:
    keeper, file = world.desk.checkpoints, tmp_path / "copies"
    keeper.set_policy(world.admin, CheckpointPolicy(60, str(file)))
    file.chmod(0o200)
    with ordinary_rights():
        keeper._copy(CheckpointPolicy(60, str(file)))
        assert "can't be written" in keeper.trouble()
    assert "can't be written" in keeper.state(world.supervisor).copy_trouble


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_a_full_disk(world: World) -> None:
    keeper = world.desk.checkpoints
    with pytest.raises(UserError, match=os.strerror(28)):
        keeper.set_policy(world.admin, CheckpointPolicy(60, "/dev/full"))
    keeper.sign(world.supervisor)
    keeper._copy(CheckpointPolicy(60, "/dev/full"))
    assert os.strerror(28) in keeper.state(world.supervisor).copy_trouble


# -- what protects less


def test_a_longer_interval_and_fewer_copies_wait_for_a_second_person(world: World, tmp_path: Path) -> None:
    keeper, approvals = world.desk.checkpoints, world.desk.approvals
    file, other = str(tmp_path / "copies"), str(tmp_path / "other")
    first = CheckpointPolicy(30, file)
    assert keeper.set_policy(world.admin, first).value == first
    for weaker in (CheckpointPolicy(60, file), CheckpointPolicy(30), CheckpointPolicy(30, other)):
        with pytest.raises(UserError, match="reason"):
            keeper.set_policy(world.admin, weaker)
    done = keeper.set_policy(world.admin, CheckpointPolicy(15), "The other disk is gone.")
    assert (done.value, Change.APPROVALS in done.changes) == (CheckpointPolicy(15, file), True)
    (request,) = approvals.pending(world.supervisor)
    assert request.approval.subject == {"figures": {"checkpoints.copies": [file, ""]}}
    with pytest.raises(NotAllowed):
        approvals.agree(world.admin, request.approval.id)
    approvals.agree(world.supervisor, request.approval.id)
    assert keeper.policy(world.admin) == CheckpointPolicy(15)
    assert entries(world, "audit.policy")[-1] == {"every_minutes": 15, "copies": False}
    keeper.set_policy(world.admin, CheckpointPolicy(120, other), "Nights are quiet.")
    assert keeper.policy(world.admin) == CheckpointPolicy(15, other)
    (request,) = approvals.pending(world.supervisor)
    keeper.set_policy(world.admin, CheckpointPolicy(10, other))
    with pytest.raises(UserError, match="changed since"):
        approvals.agree(world.supervisor, request.approval.id)


# -- who may


def test_roles_and_values(world: World) -> None:
    keeper = world.desk.checkpoints
    for act in (keeper.sign, keeper.state, keeper.newest):
        for who in (world.moderator, world.admin):
            with pytest.raises(NotAllowed):
                act(who)
    for who in (world.moderator, world.supervisor):
        with pytest.raises(NotAllowed):
            keeper.rotate(who)
        with pytest.raises(NotAllowed):
            keeper.set_policy(who, CheckpointPolicy())
    for policy in (CheckpointPolicy(0), CheckpointPolicy(1441), CheckpointPolicy(60, "relative.txt")):
        with pytest.raises(UserError):
            keeper.set_policy(world.admin, policy)
    with pytest.raises(Bug), world.store.write() as uow:
        fresh(world).sign_in(uow, world.supervisor)
    assert fresh(world).own_key() is None
