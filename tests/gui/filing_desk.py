"""A real practice desk for the pages after the report form: confirmation, outbox, reports."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from desk.app import practice_desk
from desk.domain.case import Claim
from desk.domain.filing import Filing, FilingState
from desk.domain.incident import IncidentType
from desk.domain.roles import Operator
from desk.gui.runner import Runner
from desk.gui.session import Session
from desk.ports import CaseFilter
from desk.practice.cases import write_cases
from desk.services.configuration import DeskSettings
from desk.services.desk import Desk
from desk.system.clock import SystemClock
from tests.support.settings import put


@dataclass
class Filer:
    """A session on a practice desk, with short ways to what these pages need. All of them block."""

    session: Session
    qtbot: QtBot

    @property
    def desk(self) -> Desk:
        return self.session.desk

    @property
    def operator(self) -> Operator:
        return self.session.operator

    def number(self, platform_id: str) -> int:
        found = self.desk.queue.page(self.operator, CaseFilter(text=platform_id)).rows
        return next(row.number for row in found if row.platform_id == platform_id)

    def claim(self, number: int) -> Claim:
        claim = self.desk.queue.claim(self.operator, number).value
        self.session.set_claim(claim)
        return claim

    def draft(self, platform_id: str, *, escalate: str | None = None) -> int:
        """A draft that is ready to be confirmed; returns the case's number."""
        number = self.number(platform_id)
        view = self.desk.drafting.open(self.operator, number)
        wanted = replace(
            view.draft,
            incident_type=view.draft.incident_type or IncidentType.CSAM,
            escalate=escalate if escalate is not None else view.draft.escalate,
        )
        self.desk.drafting.save(self.operator, wanted, view.saved.version)
        return number

    def filing(self, platform_id: str, *, escalate: str | None = None) -> Filing:
        """A confirmed filing of this case."""
        number = self.draft(platform_id, escalate=escalate)
        claim = self.desk.queue.claim(self.operator, number).value
        summary = self.desk.confirmation.summary(self.operator, number)
        return self.desk.confirmation.confirm(self.operator, claim, summary, checked=True).value

    def filed(self, platform_id: str) -> Filing:
        """A filing that has reached the stand-in service."""
        filing = self.filing(platform_id)
        self.desk.outbox.drain()
        self.desk.outbox.file_now(self.operator, filing.id)
        self.desk.outbox.drain()
        done = self.now(filing)
        assert done.state is FilingState.FILED
        return done

    def now(self, filing: Filing) -> Filing:
        """The filing as it stands now."""
        return self.desk.outbox.story(self.operator, filing.id).row.filing

    def settings(self, **changes: object) -> DeskSettings:
        """Change settings of the workspace; returns those before."""
        before = self.desk.configuration.settings(self.operator)
        put(self.desk.configuration, replace(before, **changes))  # type: ignore[arg-type]
        return before

    def settle(self) -> None:
        """Until every answer asked for has been delivered, and what it brought is on the screen."""
        self.qtbot.waitUntil(lambda: not self.session.runner.busy, timeout=20_000)
        QApplication.processEvents()  # widgets given to a layout show themselves a turn later


def double_click(qtbot: QtBot, button: QWidget) -> None:
    """A double click as a mouse makes it: press, release, a second press that counts as double, release."""
    left = Qt.MouseButton.LeftButton
    qtbot.mouseClick(button, left)
    qtbot.mouseDClick(button, left)
    qtbot.mouseRelease(button, left)


_packages: list[Path] = []


def packages(folder: Path) -> list[Path]:
    """The synthetic cases, written once for the whole test run (making their media takes seconds)."""
    if not _packages:
        _packages.extend(write_cases(folder, now=SystemClock().now()))
    return _packages


@contextmanager
def practice(factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A practice desk for a test module; each of its tests takes cases that no other one takes."""
    written = packages(factory.getbasetemp() / "packages")
    with practice_desk(cases=False, folder=factory.mktemp("desk")) as opened:
        opened.intake.take_in(written, None)
        yield opened


@contextmanager
def session_on(desk: Desk, qtbot: QtBot) -> Iterator[Filer]:
    runner = Runner()
    session = Session(desk, runner, desk.people.all()[0])
    try:
        yield Filer(session, qtbot)
    finally:
        session.set_claim(None)
        assert runner.drain()
        session.deleteLater()
        runner.deleteLater()
