"""Evidence bundles: made by two people, checked by a bare Python in an empty folder, every byte of them."""

from __future__ import annotations

import io
import json
import random
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from desk.domain.errors import NotAllowed, NotReady, UserError
from desk.domain.filing import FilingState
from desk.domain.roles import Operator, Role
from desk.gui import resources
from desk.services.evidence import Bundle, write_zip
from tests.support.world import World, new_world


@pytest.fixture(scope="module")
def world(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Two filed reports, and somebody who can agree."""
    with new_world(template, tmp_path_factory.mktemp("evidence"), serve=True) as made:
        made.people.add(made.admin, "Second Supervisor", frozenset({Role.SUPERVISOR}))
        for name in ("case-1", "case-2"):
            made.quiet(made.confirmed(made.case(name, first=len(name) * int(name[-1])).number).id)
        yield made


def second(world: World) -> Operator:
    return next(person for person in world.people.all() if person.name == "Second Supervisor")


def made(world: World, file: Path, *, filing: int = 1, older: str | None = None) -> Bundle:
    asked = world.desk.evidence.ask(world.supervisor, filing, "A court asks.").value
    world.desk.approvals.agree(second(world), asked.id)
    return world.desk.evidence.make(world.supervisor, asked.id, file, older=older).value


def unpacked(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture(scope="module")
def script() -> ModuleType:
    module = ModuleType("verify")
    exec(compile(resources.text("evidence", "verify.py"), "verify.py", "exec"), module.__dict__)
    return module


@pytest.fixture(scope="module")
def bundle(world: World, tmp_path_factory: pytest.TempPathFactory) -> Path:
    older = world.desk.checkpoints.sign(world.supervisor).value.note
    return made(world, tmp_path_factory.mktemp("bundle") / "evidence.zip", older=older).file


def problems(script: ModuleType, data: bytes, folder: Path) -> list[str]:
    """What the script finds in a zip."""
    file = folder / "b.zip"
    file.write_bytes(data)
    found: list[str] = []
    try:
        files = script.read_zip(str(file), found)
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
        return [f"can't be read: {error}"]
    if not found:
        script.check(files, None, found)
    return found


def test_a_bare_python_in_an_empty_folder_verifies_it(bundle: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(bundle) as archive:
        archive.extractall(tmp_path / "b")

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-I", "-S", *arguments]
        return subprocess.run(command, cwd=tmp_path, env={}, capture_output=True, text=True, timeout=200)

    done = run("b/verify.py")
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert done.stdout.startswith("WHOLE:")
    key = (tmp_path / "b" / "key.txt").read_text().strip()
    shutil.copy(bundle, tmp_path / "evidence.zip")
    done = run("b/verify.py", "evidence.zip", "--key", key)
    assert (done.returncode, done.stderr) == (0, "")
    assert run("b/verify.py", "--key", key[:-2]).returncode == 1
    assert run("b/verify.py", "missing.zip").returncode == 2
    (tmp_path / "b" / "report.xml").write_bytes(b"<report/>")
    done = run("b/verify.py")
    assert (done.returncode, done.stderr) == (1, "")
    assert "report.xml: its bytes were changed" in done.stdout


def test_what_is_in_it(world: World, bundle: Path) -> None:
    files = unpacked(bundle.read_bytes())
    with world.store.read() as uow:
        confirmed, receipt = uow.filings.confirmed(1), uow.filings.receipt(1)
        calls = uow.filings.journal(1)
        media = [str(content.sha256) for content in uow.cases.get(1).data.content]
    assert receipt is not None
    assert files["report.xml"] == confirmed.report_xml
    assert files["receipt.xml"] == receipt.body
    listed = json.loads(files["journal.json"])
    assert [files[call["sent"]] for call in listed] == [call.sent for call in calls]
    assert [files[call["received"]] for call in listed] == [call.received for call in calls]
    assert [file["sha256"] for file in json.loads(files["filing.json"])["files"]] == media
    people = json.loads(files["people.json"])
    assert people[str(world.moderator.id)] == "Mo Moderator"
    assert "Ola Other" not in people.values()  # no act of hers is in it
    log = json.loads(files["log.json"])
    said = {json.loads(entry["entry"])["act"] for entry in log["entries"]}
    assert {
        "case.taken",
        "media.kept",
        "filing.confirmed",
        "filing.filed",
        "evidence.made",
        "audit.key",
    } <= said
    assert not [e for e in log["entries"] if json.loads(e["entry"])["case"] == 2]
    assert log["consistency"]
    assert b"verify.py" in files["README.txt"]
    for name, data in files.items():
        assert b"\x89PNG" not in data, name
    assert write_zip(files) == bundle.read_bytes()


def test_a_changed_byte_anywhere_is_named(bundle: Path, script: ModuleType, tmp_path: Path) -> None:
    data = bundle.read_bytes()
    assert problems(script, data, tmp_path) == []
    chance = random.Random(7)
    for at in chance.sample(range(len(data)), 120):
        changed = bytearray(data)
        changed[at] ^= 1 << chance.randrange(8)
        assert problems(script, bytes(changed), tmp_path), at
    assert problems(script, data + b"\0", tmp_path)
    assert problems(script, data[:-1], tmp_path)


def test_a_changed_file_is_named_by_its_name(bundle: Path, script: ModuleType, tmp_path: Path) -> None:
    files = unpacked(bundle.read_bytes())
    chance = random.Random(8)
    for name, data in files.items():
        for at in {0, len(data) - 1, chance.randrange(len(data))}:
            changed = bytearray(data)
            changed[at] ^= 1
            found: list[str] = []
            script.check({**files, name: bytes(changed)}, None, found)
            assert any(problem.startswith(f"{name}:") or name in OF_THE_LOG for problem in found), (
                name,
                at,
                found,
            )
        missing = {other: body for other, body in files.items() if other != name}
        found = []
        script.check(missing, None, found)
        assert any(problem.startswith(name) for problem in found), name
    found = []
    script.check({**files, "more.txt": b"x"}, None, found)
    assert found == ["more.txt: it does not belong to the bundle"]


OF_THE_LOG = {"digest-key.txt", "key.txt", "checkpoint.txt", "log.json"}
"""What makes the others checkable: a change there may show at what it checks."""


def test_a_report_put_in_another_ones_place_is_found(
    bundle: Path, world: World, script: ModuleType, tmp_path: Path
) -> None:
    files = unpacked(bundle.read_bytes())
    other = unpacked(made(world, tmp_path / "other.zip", filing=2).file.read_bytes())
    for names in (
        ["report.xml"],
        ["manifest.json"],
        ["manifest.json", "report.xml"],
        ["checkpoint.txt", "log.json"],
    ):
        found: list[str] = []
        script.check({**files, **{name: other[name] for name in names}}, None, found)
        assert found, names
    assert "log.json" in other
    assert json.loads(other["log.json"])["consistency"] is None


def test_ed25519_as_rfc_8032_has_it(script: ModuleType) -> None:
    for secret, public, message, signature in VECTORS:
        key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(secret))
        assert key.public_key().public_bytes_raw().hex() == public
        raw = bytes.fromhex(signature)
        assert script.ed25519(bytes.fromhex(public), raw, bytes.fromhex(message))
        assert not script.ed25519(bytes.fromhex(public), raw, bytes.fromhex(message) + b"x")
        assert not script.ed25519(bytes.fromhex(public), raw[:-1], bytes.fromhex(message))
        beyond = (int.from_bytes(raw[32:], "little") + script.Q).to_bytes(32, "little")
        assert not script.ed25519(bytes.fromhex(public), raw[:32] + beyond, bytes.fromhex(message))


def test_ed25519_as_another_library_has_it(script: ModuleType) -> None:
    chance = random.Random(11)
    for _ in range(8):
        key = Ed25519PrivateKey.from_private_bytes(chance.randbytes(32))
        public, message = key.public_key().public_bytes_raw(), chance.randbytes(chance.randrange(200))
        signature = bytearray(key.sign(message))
        assert script.ed25519(public, bytes(signature), message)
        signature[chance.randrange(64)] ^= 1 << chance.randrange(8)
        assert not script.ed25519(public, bytes(signature), message)
    assert script.point_of(b"\xff" * 32) is None
    assert script.point_of(b"\x02" + bytes(31)) is None


# Section 7.1 of RFC 8032, tests 1 to 3: secret key, public key, message, signature.
VECTORS = [
    (
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        (
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
            "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
        ),
    ),
    (
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        (
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
            "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
        ),
    ),
    (
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        (
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
            "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"
        ),
    ),
]


# -- two people


def test_it_takes_two(world: World, tmp_path: Path) -> None:
    evidence, file = world.desk.evidence, tmp_path / "b.zip"
    with pytest.raises(UserError, match="reason"):
        evidence.ask(world.supervisor, 2, " ")
    asked = evidence.ask(world.supervisor, 2, "A court asks.").value
    assert evidence.standing(world.supervisor, 2).waiting == asked
    with pytest.raises(NotReady, match="asked for already"):
        evidence.ask(world.supervisor, 2, "Again.")
    with pytest.raises(NotReady, match="No second person"):
        evidence.make(world.supervisor, asked.id, file)
    assert not file.exists()
    with pytest.raises(NotAllowed):
        world.desk.approvals.agree(world.supervisor, asked.id)
    world.desk.approvals.agree(second(world), asked.id)
    standing = evidence.standing(world.supervisor, 2)
    assert (standing.waiting, standing.agreed is not None) == (None, True)
    with pytest.raises(NotAllowed, match="Another person asked"):
        evidence.make(second(world), asked.id, file)
    done = evidence.make(world.supervisor, asked.id, file).value
    assert (done.size, done.files) == (file.stat().st_size, len(unpacked(file.read_bytes())))
    assert file.stat().st_mode & 0o777 == 0o600
    assert evidence.standing(world.supervisor, 2).agreed is None
    with pytest.raises(NotReady, match="made already"):
        evidence.make(world.supervisor, asked.id, tmp_path / "again.zip")
    assert not (tmp_path / "again.zip").exists()
    acts = world.acts()
    assert "evidence.made" in acts
    assert acts[-1] == "evidence.written"
    assert world.auditing.verify().ok


def test_what_can_not_be_made(world: World, tmp_path: Path) -> None:
    evidence = world.desk.evidence
    asked = evidence.ask(world.supervisor, 1, "Once more.").value
    world.desk.approvals.agree(second(world), asked.id)
    there = tmp_path / "there"
    there.write_text("kept")
    with pytest.raises(UserError, match="there already"):
        evidence.make(world.supervisor, asked.id, there)
    assert there.read_text() == "kept"
    with pytest.raises(UserError, match="can't be written"):
        evidence.make(world.supervisor, asked.id, tmp_path / "no" / "b.zip")
    with pytest.raises(UserError, match="can't be read"):
        evidence.make(world.supervisor, asked.id, tmp_path / "b.zip", older="nonsense")
    last = world.desk.checkpoints.sign(world.supervisor).value.note
    for text in (last.replace("\n", "\n9", 1),):
        with pytest.raises(UserError, match="older checkpoint"):
            evidence.make(world.supervisor, asked.id, tmp_path / "b.zip", older=text)
    assert not (tmp_path / "b.zip").exists()
    evidence.make(world.supervisor, asked.id, tmp_path / "b.zip", older=last)
    for who in (world.moderator, world.admin):
        for act in (
            lambda: evidence.ask(who, 1, "x"),  # noqa: B023
            lambda: evidence.standing(who, 1),  # noqa: B023
            lambda: evidence.make(who, asked.id, tmp_path / "c.zip"),  # noqa: B023
        ):
            with pytest.raises(NotAllowed):
                act()


def test_only_filed_reports_have_one(world: World) -> None:
    filing = world.confirmed(world.case("case-3", first=60).number)
    assert filing.state is FilingState.CONFIRMED
    with pytest.raises(NotReady, match="not filed"):
        world.desk.evidence.ask(world.supervisor, filing.id, "Too early.")
