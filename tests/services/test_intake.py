"""Intake into the real store and vault: every form, every flaw, nothing half."""

from __future__ import annotations

import json
import os
import re
import shutil
import zipfile
from pathlib import Path
from typing import Any

import pytest

from desk.domain.errors import NotAllowed, UserError, WorkspaceProblem
from desk.ports import CaseFilter
from desk.services import package_files
from desk.services.intake import IntakeResult
from tests.support.broken import Spot, possible_flaws, write_broken
from tests.support.clocks import START
from tests.support.many import write_many
from tests.support.rights import ordinary_rights
from tests.support.scale import scale
from tests.support.world import World, package


def take(world: World, *paths: Path, **more: Any) -> IntakeResult:
    return world.intake.take_in(paths, world.moderator, **more).value


def cases(world: World) -> int:
    return world.queue.page(world.moderator, CaseFilter()).total


def nothing_of_it(world: World, acts: list[str]) -> None:
    """No case, no media, no entry in the log: as before."""
    assert cases(world) == 0
    assert world.blobs() == set()
    assert world.acts() == acts


# -- forms


def one_document(folder: Path, now: Any = START) -> dict[str, Any]:
    base = package(folder, "case-1", now)
    document: dict[str, Any] = json.loads((base / "case.json").read_text())
    return document


def test_every_form_gives_the_same_case(world_on_both: World, tmp_path: Path) -> None:
    world = world_on_both
    base = package(tmp_path / "a", "case-1", START)
    text = (base / "case.json").read_bytes()
    flat = tmp_path / "flat"
    shutil.copytree(base / "media", flat / "media")
    (flat / "one.json").write_bytes(b"\xef\xbb\xbf" + text)  # a byte order mark is no flaw
    (flat / "lines.jsonl").write_bytes(b"\n" + json.dumps(json.loads(text)).encode() + b"\n\n")
    zips = []
    for prefix in ("", "case-1/"):
        path = tmp_path / f"archive{len(prefix)}.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(prefix + "case.json", text)
            for file in (base / "media").iterdir():
                archive.write(file, f"{prefix}media/{file.name}")
        zips.append(path)
    forms = [base, base / "case.json", flat / "one.json", flat / "lines.jsonl", *zips, tmp_path / "a"]
    first = take(world, forms[0])
    assert first.words() == "1 taken in"
    (number,) = first.taken
    blobs = world.blobs()
    assert len(blobs) == 2
    for form in forms[1:]:
        assert take(world, form).unchanged == (number,)
    assert world.blobs() == blobs
    with world.store.read() as uow:
        case = uow.cases.get(number)
        for index, content in enumerate(case.data.content):
            stored = uow.cases.media(number, content.id)
            assert stored is not None
            data = b"".join(world.vault.read(stored.wrapped_key, stored.blob))
            assert data == (base / "media" / f"{index}.png").read_bytes()
            assert (content.sha256, content.md5, content.size) == (stored.sha256, stored.md5, len(data))
    assert world.acts()[-3:] == ["case.taken", "media.kept", "media.kept"]


def test_a_day_of_practice_cases(world: World, tmp_path: Path) -> None:
    from desk.practice.cases import write_cases

    paths = write_cases(tmp_path / "day", now=START)
    result = world.intake.take_in(paths, None).value
    assert result.refused == ()
    assert len(result.taken) >= len(paths)
    again = world.intake.take_in([tmp_path / "day"], None).value
    assert (again.taken, again.refused) == ((), ())
    assert sorted(again.unchanged) == sorted(result.taken)


def test_the_queue_comes_from_rule_or_package(world: World) -> None:
    with world.store.read() as uow:
        pass
    hit = world.case("hit", source={"kind": "hash_match", "name": "matcher"})
    told = world.case("told", queue="special")
    plain = world.case("plain")
    with world.store.read() as uow:
        assert {number: uow.cases.get(number).state for number in (hit.number, told.number, plain.number)}
    rows = {row.platform_id: row for row in world.queue.page(world.moderator, CaseFilter()).rows}
    assert set(rows) == {"hit", "told", "plain"}


# -- refusals


def test_every_flaw_is_refused_by_file_key_and_reason_and_leaves_nothing(
    world: World, tmp_path: Path
) -> None:
    acts = world.acts()
    folder = tmp_path / "broken"
    folder.mkdir()
    for index, flaw in enumerate(possible_flaws()):
        broken = write_broken(Spot(folder, f"pkg-{index:02}", START), flaw)
        result = take(world, broken.path)
        assert (result.taken, result.revised, result.unchanged) == ((), (), ()), flaw
        (refused,) = result.refused
        assert refused.file.startswith(str(broken.path)), flaw
        assert re.search(broken.reason, str(refused), re.IGNORECASE), (flaw, str(refused))
        assert refused.reason in refused.message
        nothing_of_it(world, acts)


def test_broken_packages_do_not_stop_the_others(world: World, tmp_path: Path) -> None:
    """One folder of very many, twenty of them broken: the others become cases, each refusal has a name.

    DESK_TEST_SCALE=4 makes it a thousand.
    """
    good = 250 * scale() - 20
    many = write_many(tmp_path / "many", good, now=START, broken=20)
    told: list[tuple[int, int, str]] = []
    result = take(world, tmp_path / "many", progress=lambda *at: told.append(at))
    assert len(result.taken) == cases(world) == good
    named = {Path(refused.file).relative_to(tmp_path / "many").parts[0] for refused in result.refused}
    assert named == {broken.path.name for broken in many.broken}
    assert len(result.refused) == 20
    assert result.words() == f"{good} taken in, 20 refused"
    assert told[-1][:2] == (good, 20)
    assert len(told) >= good
    assert world.auditing.verify().ok
    assert len(world.blobs()) == sum(1 for path in many.valid if path.suffix != ".json")


def test_lines_are_refused_by_their_number(world: World, tmp_path: Path) -> None:
    good = one_document(tmp_path / "a") | {"content": [{"id": "t", "kind": "text", "text": "[practice]"}]}
    lines = [
        json.dumps(good),
        "{broken",
        json.dumps(good | {"id": "two", "sumary": "x"}),
        "",
        json.dumps(good | {"id": "three"}),
        json.dumps(good | {"id": "four", "content": []}),
    ]
    path = tmp_path / "lines.jsonl"
    path.write_text("\n".join(lines), encoding="utf-8")
    result = take(world, path)
    assert len(result.taken) == 2
    assert [(refused.file, refused.line, refused.key) for refused in result.refused] == [
        (str(path), 2, ""),
        (str(path), 3, "sumary"),
        (str(path), 6, "content"),
    ]
    (tmp_path / "empty.json").touch()
    (empty,) = take(world, tmp_path / "empty.json").refused
    assert empty.reason == "is empty"


@pytest.mark.timeout(120)
@pytest.mark.parametrize("number", ["1e999", "-1e999", "9" * 5000, "NaN", "Infinity", "1" + "0" * 400 + ".5"])
@pytest.mark.parametrize("key", ["confidence", "extra"])
def test_numbers_beyond_measure(world: World, tmp_path: Path, number: str, key: str) -> None:
    acts = world.acts()
    document = one_document(tmp_path / "a")
    text = json.dumps(document)
    if key == "confidence":
        text = text.replace('"name": "in-app report"', f'"confidence": {number}')
    else:
        text = text[:-1] + f', "extra": {{"n": {number}}}}}'
    path = tmp_path / "a" / "case-1" / "case.json"
    path.write_text(text, encoding="utf-8")
    (refused,) = take(world, path).refused
    assert refused.file == str(path)
    nothing_of_it(world, acts)


def test_what_is_no_package(world: World, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "notes.txt").write_text("x")
    package(tmp_path / "real", "case-1", START)
    (tmp_path / "link").symlink_to(tmp_path / "real")
    deep = tmp_path / "deep"
    for _ in range(package_files.MAX_FOLDERS_DEEP + 3):
        deep = deep / "d"
    deep.mkdir(parents=True)
    missing = tmp_path / "not-there"
    paths = [tmp_path / name for name in ("empty", "notes.txt", "link", "deep")] + [missing]
    result = take(world, *paths)
    reasons = [refused.reason for refused in result.refused]
    assert reasons[0] == "holds no case package"
    assert "is no case package" in reasons[1]
    assert "link" in reasons[2]
    assert "nested too deeply" in reasons[3]
    assert "no such file" in reasons[-1]
    assert result.taken == ()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_pipes_are_refused_without_waiting(world: World, tmp_path: Path) -> None:
    acts = world.acts()
    base = package(tmp_path / "a", "case-1", START)
    (base / "media" / "0.png").unlink()
    os.mkfifo(base / "media" / "0.png")
    (refused,) = take(world, base).refused
    assert (refused.key, refused.reason) == ("content[0].file", "is no plain file")
    other = package(tmp_path / "b", "case-2", START)
    (other / "case.json").unlink()
    os.mkfifo(other / "case.json")
    (refused,) = take(world, other).refused
    assert refused.reason == "is no plain file"
    os.mkfifo(tmp_path / "pipe.json")
    assert take(world, tmp_path / "pipe.json").refused[0].file == str(tmp_path / "pipe.json")
    nothing_of_it(world, acts)


@pytest.mark.parametrize("what", ["media", "document", "folder", "tree", "zip", "lines"])
def test_what_may_not_be_read_is_refused_and_the_rest_goes_on(
    world: World, tmp_path: Path, what: str
) -> None:
    base = package(tmp_path / "all", "case-1", START)
    other = package(tmp_path / "all", "case-2", START)
    shut = {
        "media": base / "media" / "0.png",
        "document": base / "case.json",
        "folder": base / "media",
        "tree": base,
        "zip": tmp_path / "all" / "case.zip",
        "lines": tmp_path / "all" / "case.jsonl",
    }[what]
    if what in ("zip", "lines"):
        shut.write_bytes(b"x")
    shut.chmod(0)
    try:
        with ordinary_rights():
            result = take(world, tmp_path / "all")
    finally:
        shut.chmod(0o700)
    assert len(result.taken) == (2 if what in ("zip", "lines") else 1)
    (refused,) = result.refused
    assert refused.file.startswith(str(shut if what in ("zip", "lines") else base))
    assert "denied" in refused.reason
    assert other.exists()


# -- cancelling, crashing


def test_cancelled_midway_keeps_the_earlier_ones_and_nothing_half(world: World, tmp_path: Path) -> None:
    for index in range(5):
        package(tmp_path / "all", f"case-{index}", START)
    done: list[int] = []

    def cancelled() -> bool:
        return len(done) >= 2

    result = take(world, tmp_path / "all", progress=lambda *_: done.append(1), cancelled=cancelled)
    assert (len(result.taken), result.cancelled) == (2, True)
    assert result.words() == "2 taken in, cancelled"
    assert (cases(world), len(world.blobs())) == (2, 4)
    rest = take(world, tmp_path / "all")
    assert (len(rest.taken), len(rest.unchanged)) == (3, 2)


def test_cancelled_inside_a_file(world: World, tmp_path: Path) -> None:
    acts = world.acts()
    base = package(tmp_path / "a", "case-1", START)
    asked: list[int] = []

    def cancelled() -> bool:
        asked.append(1)
        return len(asked) > 2  # before the package: no; in its first file: no; in its second: yes

    assert take(world, base, cancelled=cancelled).cancelled
    nothing_of_it(world, acts)


def test_a_store_that_fails_at_the_commit_leaves_nothing(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    acts = world.acts()
    base = package(tmp_path / "a", "case-1", START)
    real = world.store.write

    def failing() -> Any:
        raise WorkspaceProblem("The disk is full.", "Make room.")

    monkeypatch.setattr(world.store, "write", failing)
    with pytest.raises(WorkspaceProblem):
        take(world, base)
    monkeypatch.setattr(world.store, "write", real)
    nothing_of_it(world, acts)


def test_the_sweep_removes_orphans_only(world: World, tmp_path: Path) -> None:
    world.case("case-1")
    kept = world.blobs()
    key = world.vault.new_key()
    world.vault.write(key, [b"nobody knows this blob"])
    world.vault.close()  # as after a restart
    assert len(world.blobs()) == 3
    assert world.intake.sweep() == 1
    assert world.blobs() == kept


def test_a_case_whose_key_is_not_this_workspaces_is_said(world: World, tmp_path: Path) -> None:
    first = world.case("case-1", files=1)
    real = world.vault.open_key

    def alien(wrapped: bytes) -> Any:
        raise WorkspaceProblem("A case's key does not open with this workspace's key.")

    world.vault.open_key = alien  # type: ignore[method-assign]
    with pytest.raises(UserError):
        take(world, package(tmp_path / "b", "case-1", START, files=2))
    world.vault.open_key = real  # type: ignore[method-assign]
    with world.store.read() as uow:
        assert uow.cases.get(first.number).revision == 1


def test_who_may_import(world: World, tmp_path: Path) -> None:
    base = package(tmp_path / "a", "case-1", START)
    for person in (world.moderator, world.supervisor, world.admin):
        assert world.intake.take_in([base], person).value.refused == ()
    from desk.domain.roles import Operator

    with pytest.raises(NotAllowed):
        world.intake.take_in([base], Operator(9, "Nobody", frozenset()))
