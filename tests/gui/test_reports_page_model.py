"""More filings than one answer holds: the lists read on as far as they are looked at."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

from PySide6.QtCore import QModelIndex, Qt
from pytestqt.qtbot import QtBot

from desk.domain.errors import DeskError, UserError
from desk.domain.filing import FilingState
from desk.gui.outbox.model import read
from desk.gui.reports.model import FiledModel
from desk.gui.runner import Runner
from desk.gui.session import Session
from desk.ports import FilingRow
from desk.services.outbox import Outbox
from tests.gui.filing_values import NOW, a_filing, a_row

AT_ONCE = 200


class ManyFilings:
    """Answers as the outbox does, 200 rows at a time."""

    def __init__(self, count: int) -> None:
        self.all = [a_row(a_filing(n, FilingState.FILED, ended_at=NOW)) for n in range(count, 0, -1)]
        self.broken = False

    def filed(self, _operator: object, *, text: str = "", offset: int = 0) -> list[FilingRow]:
        if self.broken:
            raise UserError("The workspace does not answer.")
        found = [row for row in self.all if text in row.platform_id]
        return found[offset : offset + AT_ONCE]

    def rows(self, _operator: object, *, ended: bool = False, offset: int = 0) -> list[FilingRow]:
        return [] if ended else self.all[offset : offset + AT_ONCE]


def test_the_outbox_reads_as_far_as_wanted() -> None:
    outbox = cast(Outbox, ManyFilings(450))
    operator: Any = None
    assert len(read(outbox, operator, 200, NOW).under_way) == 200
    assert read(outbox, operator, 200, NOW).more
    everything = read(outbox, operator, 600, NOW)
    assert len(everything.under_way) == 450
    assert not everything.more


def test_reports_are_read_on_where_the_view_looks(qtbot: QtBot) -> None:
    many = ManyFilings(450)
    runner = Runner()
    session = cast(Session, SimpleNamespace(desk=SimpleNamespace(outbox=many), operator=None, runner=runner))
    model = FiledModel(session)
    problems: list[DeskError] = []
    model.failed.connect(problems.append)
    nothing = QModelIndex()
    try:
        with qtbot.waitSignal(model.loaded):
            model.reload()
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
        assert spoken.startswith("report 9450, case practice-450, Child Sex Trafficking, filed ")
        with qtbot.waitSignal(model.loaded):
            model.search("practice-45")
        assert model.rowCount() == 2
        many.broken = True
        with qtbot.waitSignal(model.failed):
            model.reload()
        assert [problem.message for problem in problems] == ["The workspace does not answer."]
    finally:
        assert runner.drain()
        runner.deleteLater()
