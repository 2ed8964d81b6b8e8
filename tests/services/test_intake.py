"""Intake into the real store and vault: every form, every flaw, nothing half."""

from __future__ import annotations

import json
import os
import re
import shutil
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from desk.domain.case import CaseState
from desk.domain.decision import DecisionKind
from desk.domain.errors import NotAllowed, UserError, WorkspaceProblem
from desk.ports import CaseFilter
from desk.services import package_files
from desk.services.intake import Intake, IntakeResult
from tests.support.broken import Spot, possible_flaws, write_broken
from tests.support.clocks import START
from tests.support.many import distinct_png, write_many
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


@pytest.mark.timeout(30)
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


# -- links


@pytest.mark.parametrize("where", ["file", "folder", "document", "package"])
def test_links_are_never_followed(world: World, tmp_path: Path, where: str) -> None:
    acts = world.acts()
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / "0.png").write_bytes(distinct_png(0))
    base = package(tmp_path / "a", "case-1", START)
    shutil.copy(base / "case.json", secret / "case.json")
    if where == "file":
        (base / "media" / "0.png").unlink()
        (base / "media" / "0.png").symlink_to(secret / "0.png")
    elif where == "folder":
        shutil.rmtree(base / "media")
        (base / "media").symlink_to(secret)
    elif where == "document":
        (base / "case.json").unlink()
        (base / "case.json").symlink_to(secret / "case.json")
    else:
        shutil.rmtree(base)
        base.symlink_to(secret)
    (refused,) = take(world, tmp_path / "a").refused
    assert "link" in refused.reason
    nothing_of_it(world, acts)


def swapping(base: Path, secret: Path, stop: threading.Event) -> None:
    """Now a folder, now a link that leads elsewhere, as fast as it goes."""
    aside = base / "aside"
    while not stop.is_set():
        (base / "media").rename(aside)
        (base / "media").symlink_to(secret)
        (base / "media").unlink()
        aside.rename(base / "media")


def test_a_link_swapped_in_never_leads_outside(world: World, tmp_path: Path) -> None:
    """The folder is exchanged for a link while it is read: refused or read from inside, never from outside."""
    secret = tmp_path / "secret"
    secret.mkdir()
    for index in range(2):
        (secret / f"{index}.png").write_bytes(b"what lies outside the package")
    stop = threading.Event()
    base = package(tmp_path / "a", "case-1", START)
    document = json.loads((base / "case.json").read_text())
    for content in document["content"]:
        del content["sha256"]
    swapper = threading.Thread(target=swapping, args=(base, secret, stop))
    swapper.start()
    try:
        for attempt in range(40):
            (base / "case.json").write_text(json.dumps(document | {"id": f"case-{attempt}"}))
            take(world, base / "case.json")
    finally:
        stop.set()
        swapper.join()
    with world.store.read() as uow:
        for row in uow.cases.rows(CaseFilter(), START, limit=100):
            for content in uow.cases.get(row.number).data.content:
                stored = uow.cases.media(row.number, content.id)
                assert stored is not None
                data = b"".join(world.vault.read(stored.wrapped_key, stored.blob))
                assert data.startswith(b"\x89PNG")


# -- changed while it is read


class Meddling:
    """Runs something once, after the first chunk of a file was read."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, kind: type, act: Any) -> None:
        real = kind.chunks

        def chunks(files: Any, relative: str, key: str) -> Iterator[bytes]:
            for chunk in real(files, relative, key):
                yield chunk
                if act is not None:
                    act()

        monkeypatch.setattr(kind, "chunks", chunks)


def test_a_file_that_grows_while_it_is_read(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    acts = world.acts()
    base = package(tmp_path / "a", "case-1", START, files=1)
    document = json.loads((base / "case.json").read_text())
    del document["content"][0]["sha256"]
    (base / "case.json").write_text(json.dumps(document))

    def grow() -> None:
        with (base / "media" / "0.png").open("ab") as file:
            file.write(b"more")

    Meddling(monkeypatch, package_files.FolderFiles, grow)
    (refused,) = take(world, base).refused
    assert (refused.key, "changed while it was read" in refused.reason) == ("content[0].file", True)
    nothing_of_it(world, acts)


def test_an_archive_that_changes_while_it_is_read_is_refused_whole(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    acts = world.acts()
    base = package(tmp_path / "a", "case-1", START)
    path = tmp_path / "case.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for file in sorted(base.rglob("*")):
            archive.write(file, file.relative_to(base))

    def touch() -> None:
        with path.open("ab") as file:
            file.write(b"more")

    Meddling(monkeypatch, package_files.ArchiveFiles, touch)
    result = take(world, path)
    assert result.taken == ()
    (refused,) = result.refused
    assert "changed while it was read" in refused.reason
    nothing_of_it(world, acts)


def test_lines_that_are_appended_while_they_are_read(world: World, tmp_path: Path) -> None:
    document = one_document(tmp_path / "a") | {"content": [{"id": "t", "kind": "text", "text": "[x]"}]}
    path = tmp_path / "lines.jsonl"
    path.write_text(json.dumps(document) + "\n", encoding="utf-8")

    def append(*_: object) -> None:
        with path.open("a", encoding="utf-8") as file:
            file.write("{")

    result = take(world, path, progress=append)
    assert len(result.taken) == 1  # a whole line is a whole case
    assert "changed while it was read" in result.refused[-1].reason


def test_a_document_too_large(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    base = package(tmp_path / "a", "case-1", START)
    lines = tmp_path / "lines.jsonl"
    lines.write_bytes(b"x" * 4000)
    archive = tmp_path / "case.zip"
    with zipfile.ZipFile(archive, "w") as made:
        made.write(base / "case.json", "case.json")
    monkeypatch.setattr(package_files, "MAX_DOCUMENT", 500)
    result = take(world, base, lines, archive)
    assert [bool(re.search("larger than|too long", refused.reason)) for refused in result.refused] == [
        True
    ] * 3


def test_an_archive_of_too_many_entries(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "case.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for index in range(5):
            archive.writestr(f"f{index}", b"")
    monkeypatch.setattr(package_files, "MAX_ENTRIES", 4)
    assert "entries" in take(world, path).refused[0].reason


def test_an_archive_whose_file_is_a_folder_or_missing(world: World, tmp_path: Path) -> None:
    base = package(tmp_path / "a", "case-1", START, files=1)
    folder, missing = tmp_path / "folder.zip", tmp_path / "missing.zip"
    with zipfile.ZipFile(folder, "w") as archive:
        archive.write(base / "case.json", "case.json")
        archive.mkdir("media")
        archive.mkdir("media/0.png")
    with zipfile.ZipFile(missing, "w") as archive:
        archive.write(base / "case.json", "case.json")
    result = take(world, folder, missing)
    assert [refused.reason for refused in result.refused] == [
        "the file is not there",
        "the file is not there",
    ]
    assert all(refused.key == "content[0].file" for refused in result.refused)


def test_a_name_in_no_known_encoding(world: World, tmp_path: Path) -> None:
    base = package(tmp_path / "a", "case-1", START, files=1)
    odd = Path(os.fsdecode(os.fsencode(tmp_path / "a") + b"/\xff.json"))
    try:
        shutil.copy(base / "case.json", odd)
    except OSError:
        pytest.skip("this file system takes UTF-8 names only")
    shutil.rmtree(base / "media")
    assert len(take(world, odd).refused) == 1


# -- again, and more


def test_the_same_again_changes_nothing(world: World, tmp_path: Path) -> None:
    base = package(tmp_path / "a", "case-1", START)
    (number,) = take(world, base).taken
    entries, blobs = world.acts(), world.blobs()
    world.clock.forward(hours=1)
    shutil.move(base, tmp_path / "elsewhere")
    assert take(world, tmp_path / "elsewhere").words() == "0 taken in, 1 unchanged"
    assert (world.acts(), world.blobs()) == (entries, blobs)
    assert number


def test_a_revision_adds_and_keeps(world: World, tmp_path: Path) -> None:
    first = world.case("case-1", files=2)
    (number,) = world.take_in(package(tmp_path / "b", "case-1", START, files=1, first=7))
    assert number == first.number
    with world.store.read() as uow:
        case = uow.cases.get(number)
        assert case.revision == 2
        assert [content.id for content in case.data.content] == ["c1", "c2"]
        assert uow.cases.revision(number, 1) == first.data  # what a report rests on is never rewritten
        old, new = first.data.piece("c1").sha256, case.data.piece("c1").sha256
        assert old != new
        stored = uow.cases.media(number, "c1")
        assert stored is not None
        assert stored.sha256 == new
    # The first package again is no news, whatever came since.
    assert world.case("case-1", files=2).revision == 2
    assert world.acts().count("case.revised") == 1
    assert len(world.blobs()) == 3


@pytest.mark.parametrize("state", [CaseState.CLOSED, CaseState.REPORTED, CaseState.SNOOZED])
def test_new_content_of_a_case_that_was_put_away_comes_back(
    world: World, tmp_path: Path, state: CaseState
) -> None:
    """What the platform adds to a closed or reported case must be seen by somebody."""
    first = world.case("case-1", files=1)
    if state is CaseState.CLOSED:
        world.review.decide(world.moderator, world.claimed(first.number), DecisionKind.NO_VIOLATION)
    else:
        with world.store.write() as uow:
            uow.cases.set_state(first.number, state)
    world.case("case-1", files=1)  # the same again: no news
    with world.store.read() as uow:
        assert uow.cases.get(first.number).state is state
    world.case("case-1", files=2)
    with world.store.read() as uow:
        assert uow.cases.get(first.number).state is CaseState.OPEN
    assert "case.reopened" in world.acts()


def test_a_refused_revision_changes_nothing(world: World, tmp_path: Path) -> None:
    first = world.case("case-1", files=2)
    entries, blobs = world.acts(), world.blobs()
    base = package(tmp_path / "b", "case-1", START, files=3, first=7)
    (base / "media" / "2.png").unlink()
    assert take(world, base).refused[0].key == "content[2].file"
    with world.store.read() as uow:
        assert uow.cases.get(first.number) == first
    assert (world.acts(), world.blobs()) == (entries, blobs)


def test_one_package_by_two_threads_at_once_gives_one_case(world_on_both: World, tmp_path: Path) -> None:
    world = world_on_both
    bases = [package(tmp_path / "a", f"case-{index}", START) for index in range(6)]
    barrier = threading.Barrier(2)
    results: list[IntakeResult] = []

    def run() -> None:
        intake = Intake(world.store, world.vault, world.clock)
        for base in bases:
            barrier.wait(20)
            results.append(intake.take_in([base], world.moderator).value)

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert cases(world) == 6
    assert [refused for result in results for refused in result.refused] == []
    assert sum(len(result.taken) for result in results) == 6
    assert sum(len(result.unchanged) for result in results) == 6
    assert len(world.blobs()) == 12
    assert world.auditing.verify().ok


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
