"""Workspaces for the command line: one unlocked by a passphrase's file, one by the real Secret Service."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.command import Ran, desk, inside, private, service

PASSPHRASE = "four words of practice"
PASSWORD = "practice-pässword-0451"


@dataclass
class Place:
    """A workspace made by ``desk init`` for a running stand-in."""

    home: Path
    workspace: Path
    url: str
    options: tuple[str, ...]

    def desk(self, *arguments: str | Path, **more: str) -> Ran:
        return desk(*arguments, "--workspace", self.workspace, *self.options, home=self.home, **more)

    def inside(self, *arguments: str | Path) -> Ran:
        return inside(*arguments, "--workspace", self.workspace, *self.options)


def make(home: Path, url: str, *options: str) -> Place:
    place = Place(
        home, home / "workspace", url, tuple(option for option in options if option != "--use-passphrase")
    )
    made = desk(
        "init", "--endpoint", url, "--name", "Ada Admin", "--workspace", place.workspace, *options, home=home
    )
    assert made.code == 0, made.err
    return place


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    with service(tmp_path, PASSWORD) as (address, _process):
        yield address


@pytest.fixture
def locked(tmp_path: Path, url: str) -> Place:
    """Unlocked by a passphrase; works on a computer without any keyring."""
    file = private(tmp_path / "passphrase", PASSPHRASE)
    return make(tmp_path, url, "--use-passphrase", "--passphrase-file", str(file))


@pytest.fixture
def keyed(tmp_path: Path, url: str, secret_service: None) -> Place:
    return make(tmp_path, url)
