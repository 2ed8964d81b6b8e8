"""The packages that other tests feed to intake: broken ones really are, and only they."""

from __future__ import annotations

import hashlib
import json
import re
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from desk.domain.errors import IntakeRefused
from desk.domain.package import parse
from tests.support.broken import FLAWS, Spot, broken_cases, possible_flaws, valid_case, write_broken
from tests.support.many import write_many

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
# What the document's reader refuses by itself; the other flaws are the concern of files and archives.
DOCUMENT = ("unknown key", "missing required key", "duplicate content ids", "time without offset",
            "wrong enum", "wrong type", "bad format version", "empty content", "image without file",
            "sha256 not hexadecimal", "not a number", "half a surrogate pair",
            "list instead of object")  # fmt: skip


def read(path: Path) -> object:
    if path.suffix == ".zip":
        with zipfile.ZipFile(path) as archive:
            return json.loads(archive.read("case.json"))
    return json.loads((path / "case.json" if path.is_dir() else path).read_bytes())


def test_without_a_flaw_the_package_is_valid(tmp_path: Path) -> None:
    assert parse(valid_case(Spot(tmp_path, "whole", NOW))).id == "case-whole"


@pytest.mark.parametrize("flaw", DOCUMENT)
def test_a_flaw_in_the_document_is_refused_for_that_reason(flaw: str, tmp_path: Path) -> None:
    broken = write_broken(Spot(tmp_path, "one", NOW), flaw)
    with pytest.raises(IntakeRefused) as refused:
        parse(read(broken.path))
    assert re.search(broken.reason, str(refused.value), re.IGNORECASE)


@pytest.mark.parametrize("flaw", ["bad JSON", "not UTF-8"])
def test_unreadable_documents_are_unreadable(flaw: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError):
        read(write_broken(Spot(tmp_path, "one", NOW), flaw).path)


def test_flaws_of_files_and_archives_are_there(tmp_path: Path) -> None:
    made = {
        flaw: write_broken(Spot(tmp_path, f"p{index}", NOW), flaw).path
        for index, flaw in enumerate(possible_flaws())
    }
    assert not (made["missing media"] / "media" / "a.png").exists()
    assert (made["media is a folder"] / "media" / "a.png").is_dir()
    if "link in folder" in made:
        assert (made["link in folder"] / "media" / "a.png").is_symlink()
    with pytest.raises(zipfile.BadZipFile):
        read(made["truncated zip"])
    with zipfile.ZipFile(made["damaged zip member"]) as archive, pytest.raises(zipfile.BadZipFile):
        archive.read("media/a.png")
    with zipfile.ZipFile(made["encrypted zip"]) as archive, pytest.raises(RuntimeError, match="encrypted"):
        archive.read("case.json")
    with zipfile.ZipFile(made["zip path escape"]) as archive:
        assert "../outside.png" in archive.namelist()
    with zipfile.ZipFile(made["zip bomb"]) as archive:
        entry = archive.getinfo("media/a.png")
        assert entry.file_size > 500 * entry.compress_size
    assert made["zip bomb"].stat().st_size < 1_000_000


def test_twenty_in_twenty_ways_and_more_from_the_start_again(tmp_path: Path) -> None:
    made = broken_cases(tmp_path, now=NOW)
    assert len(made) == 20
    assert len({path for path, _ in made}) == 20
    assert all(path.exists() for path, _ in made)
    assert len(FLAWS) >= 22


def test_many_are_valid_and_distinct_with_the_broken_ones_among_them(tmp_path: Path) -> None:
    made = write_many(tmp_path, 60, now=NOW, broken=6)
    assert (len(made.valid), len(made.broken)) == (60, 6)
    assert {path.suffix for path in made.valid} == {"", ".json", ".zip"}
    cases = [parse(read(path)) for path in made.valid]
    assert len({case.id for case in cases}) == 60
    digests = [piece.sha256 for case in cases for piece in case.content if piece.sha256]
    assert len(digests) == len(set(digests)) > 40
    for path in made.valid:
        if path.is_dir():
            data = (path / "media" / "a.png").read_bytes()
            assert parse(read(path)).content[0].sha256 == hashlib.sha256(data).hexdigest()
            assert 500 < len(data) < 4000
    names = sorted(path.name for path in tmp_path.iterdir())
    places = [names.index(broken.path.name) for broken in made.broken]
    assert places[0] > 2
    assert places[-1] < len(names) - 2
