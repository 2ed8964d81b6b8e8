"""A real practice desk for the pages after the report form: confirmation, outbox, reports."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from pytestqt.qtbot import QtBot

from desk.app import practice_desk
from desk.domain.case import Claim
from desk.domain.filing import Filing, FilingState
from desk.domain.incident import IncidentType
from desk.domain.roles import Operator
from desk.gui.runner import Runner
from desk.gui.session import Session
from desk.ports import CaseFilter
from desk.services.configuration import DeskSettings
from desk.services.desk import Desk


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
        before = self.desk.configuration.settings()
        self.desk.configuration.save(self.operator, replace(before, **changes))  # type: ignore[arg-type]
        return before

    def settle(self) -> None:
        """Until every answer asked for has been delivered."""
        self.qtbot.waitUntil(lambda: not self.session.runner.busy, timeout=20_000)


@contextmanager
def practice(folder: Path) -> Iterator[Desk]:
    with practice_desk(folder=folder) as desk:
        yield desk


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
