"""A real practice workspace behind a page under test: real store, real stand-in, real previews."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from desk.app import practice_desk
from desk.gui.runner import Runner
from desk.gui.session import Session
from tests.support.many import write_many


@contextmanager
def session_on(folder: Path, cases: int = 0) -> Iterator[Session]:
    """A session on a fresh practice workspace with this many small cases."""
    with practice_desk(cases=False, folder=folder) as desk:
        if cases:
            packages = folder / "packages"
            packages.mkdir()
            write_many(packages, cases, now=datetime.now(UTC))
            desk.intake.take_in([packages], None)
        runner = Runner()
        session = Session(desk, runner, desk.people.all()[0])
        try:
            yield session
        finally:
            assert runner.drain()
