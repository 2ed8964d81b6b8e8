"""A real practice desk for the pages after the report form: confirmation, outbox, reports."""

from __future__ import annotations

import importlib.util
import sys
import types
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from pytestqt.qtbot import QtBot

from desk.domain.case import Claim
from desk.domain.filing import Filing
from desk.domain.incident import IncidentType
from desk.domain.roles import Operator
from desk.gui.runner import Runner
from desk.gui.session import Session
from desk.ports import CaseFilter, Composed, ComposedFile
from desk.services.desk import Desk


class _Composer:
    """Stands in until the real composer is there: the least document that the service accepts."""

    def check(self, *_args: object) -> tuple[()]:
        return ()

    def compose(self, draft, case, company, viewed, now):  # type: ignore[no-untyped-def]
        person = f"<espIdentifier>{draft.reported.id}</espIdentifier>" if draft.reported else ""
        xml = (
            '<?xml version="1.0" encoding="UTF-8"?><report><incidentSummary>'
            f"<incidentType>{draft.incident_type.value}</incidentType>"
            f"<incidentDateTime>{draft.occurred_at.isoformat()}</incidentDateTime></incidentSummary>"
            "<reporter><reportingPerson><email>a@example.com</email></reportingPerson></reporter>"
            f"<personOrUserReported>{person}</personOrUserReported></report>"
        )
        details = "<fileDetails><reportId></reportId><fileId></fileId></fileDetails>"
        files = [c for c in case.content if c.kind.has_file and draft.choice(c.id).include]
        return Composed(
            xml.encode(), tuple(ComposedFile(c.id, c.name or c.id, details.encode()) for c in files)
        )

    def details(self, details_xml: bytes, report_id: str, file_id: str) -> bytes:
        return details_xml.replace(
            b"<reportId></reportId>", f"<reportId>{report_id}</reportId>".encode()
        ).replace(b"<fileId></fileId>", f"<fileId>{file_id}</fileId>".encode())

    def field(self, path: str) -> None:
        return None


def _compose() -> None:
    if (
        importlib.util.find_spec("desk.cybertip.compose") is None
        and "desk.cybertip.compose" not in sys.modules
    ):
        module = types.ModuleType("desk.cybertip.compose")
        module.CyberTipComposer = _Composer  # type: ignore[attr-defined]
        sys.modules["desk.cybertip.compose"] = module


@dataclass
class Filer:
    """A session on a practice desk, with short ways to what these pages need. All calls here block."""

    session: Session
    qtbot: QtBot

    @property
    def desk(self) -> Desk:
        return self.session.desk

    @property
    def operator(self) -> Operator:
        return self.session.operator

    def number(self, platform_id: str) -> int:
        rows = self.desk.queue.page(self.operator, CaseFilter(view="all")).rows
        return next(row.number for row in rows if row.platform_id == platform_id)

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
        return self.desk.outbox.story(self.operator, filing.id).row.filing

    def settle(self) -> None:
        """Until every answer asked for has been delivered."""
        self.qtbot.waitUntil(lambda: not self.session.runner.busy, timeout=20_000)


@contextmanager
def practice(folder: Path) -> Iterator[Desk]:
    _compose()
    from desk.app import practice_desk

    with practice_desk(folder=folder) as desk:
        yield desk


@contextmanager
def session_on(desk: Desk, qtbot: QtBot) -> Iterator[Filer]:
    runner = Runner()
    session = Session(desk, runner, desk.people.all()[0])
    session.changed.connect(lambda _changes: None)
    try:
        yield Filer(session, qtbot)
    finally:
        session.set_claim(None)
        assert runner.drain()
        session.deleteLater()
        runner.deleteLater()


Showing = Callable[..., object]
