"""What leads outside, or changes while it is read: refused, and nothing of it stays."""

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

from desk.ports import CaseFilter
from desk.services import package_files
from tests.services.test_intake import nothing_of_it, one_document, take
from tests.support.clocks import START
from tests.support.many import distinct_png
from tests.support.world import World, package


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
