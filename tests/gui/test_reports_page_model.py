"""More filings than one answer holds: the lists read on as far as they are looked at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any, cast

from PySide6.QtCore import QModelIndex, Qt
from pytestqt.qtbot import QtBot

from desk.domain.errors import DeskError, UserError
from desk.domain.filing import FilingState
from desk.gui.outbox.model import read
from desk.gui.reports.model import ReportsModel
from desk.gui.runner import Runner
from desk.gui.session import Session
from desk.ports import FilingRow, ReportFilter, ReportPlace, ReportRow, ReportState
from desk.services.outbox import Outbox
from tests.gui.filing_values import NOW, a_filing, a_row

AT_ONCE = 200


class ManyFilings:
    """Answers as the outbox does, 200 rows at a time, and as the list of reports does, by place."""

    def __init__(self, count: int) -> None:
        self.all = [a_row(a_filing(n, FilingState.FILED, ended_at=NOW)) for n in range(count, 0, -1)]
        self.broken = False

    def outbox_rows(self, _operator: object, *, ended: bool = False, offset: int = 0) -> list[FilingRow]:
        return [] if ended else self.all[offset : offset + AT_ONCE]

    def rows(
        self, _operator: object, wanted: ReportFilter, *, after: ReportPlace | None = None, limit: int = 200
    ) -> list[ReportRow]:
        if self.broken:
            raise UserError("The workspace does not answer.")
        found = [
            ReportRow(NOW, 1, row.platform_id, "Robin", filing=row.filing, incident_type=row.incident_type)
            for row in self.all
            if wanted.text in row.platform_id and (after is None or row.filing.id < after.id)
        ]
        return found[:limit]

    def counts(self, _operator: object, _wanted: ReportFilter) -> Mapping[ReportState, int]:
        return Counter({ReportState.FILED: len(self.all)})


def test_the_outbox_reads_as_far_as_wanted() -> None:
    many = ManyFilings(450)
    outbox = cast(Outbox, SimpleNamespace(rows=many.outbox_rows))
    operator: Any = None
    assert len(read(outbox, operator, 200, NOW).under_way) == 200
    assert read(outbox, operator, 200, NOW).more
    everything = read(outbox, operator, 600, NOW)
    assert len(everything.under_way) == 450
    assert not everything.more


def test_reports_are_read_on_where_the_view_looks(qtbot: QtBot) -> None:
    many = ManyFilings(450)
    runner = Runner()
    session = cast(Session, SimpleNamespace(desk=SimpleNamespace(reports=many), operator=None, runner=runner))
    model = ReportsModel(session)
    problems: list[DeskError] = []
    counted: list[Mapping[ReportState, int]] = []
    model.failed.connect(problems.append)
    model.counted.connect(counted.append)
    nothing = QModelIndex()
    try:
        with qtbot.waitSignals([model.loaded, model.counted]):
            model.reload()
        assert counted[-1][ReportState.FILED] == 450
        assert model.rowCount() == 200
        assert model.canFetchMore(nothing)
        with qtbot.waitSignal(model.loaded):
            model.fetchMore(nothing)
        with qtbot.waitSignal(model.loaded):
            model.fetchMore(nothing)
        assert model.rowCount() == 450
        assert not model.canFetchMore(nothing)
        assert model.place(1).row() == 449
        assert not model.place(999).isValid()
        with qtbot.waitSignal(model.loaded):
            model.reload()
        assert model.rowCount() == 450
        spoken = model.index(0, 0).data(Qt.ItemDataRole.AccessibleTextRole)
        assert spoken.startswith("9450, Filed, case practice-450, Child Sex Trafficking, ")
        with qtbot.waitSignal(model.loaded):
            model.set_filter(ReportFilter(text="practice-45"))
        assert model.rowCount() == 2
        many.broken = True
        with qtbot.waitSignal(model.failed):
            model.reload()
        assert [problem.message for problem in problems] == ["The workspace does not answer."]
    finally:
        assert runner.drain()
        runner.deleteLater()
