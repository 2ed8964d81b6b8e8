"""The reports page's filters, sections, notes and files, by mouse and keyboard."""

from __future__ import annotations

import csv
import io
import json
import stat
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QLabel, QWidget
from pytestqt.qtbot import QtBot

from desk.domain.elsewhere import Stated
from desk.domain.errors import UserError
from desk.domain.outcome import OutcomeKind, OutcomeSource
from desk.domain.roles import Role
from desk.gui.confirm.lines import shown
from desk.gui.reports import document, sections, timeline
from desk.gui.reports.bytesview import BytesView
from desk.gui.reports.filters import recalled, remembered
from desk.gui.reports.page import ReportsPage
from desk.ports import ReportFilter, ReportState
from desk.services.changes import Change
from desk.services.desk import Desk
from desk.services.reports import ExportForm
from desk.services.whole_story import Compared, Listed
from tests.gui.filing_desk import Filer, practice, session_on


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with practice(tmp_path_factory) as opened:
        yield opened


@pytest.fixture
def filer(desk: Desk, qtbot: QtBot) -> Iterator[Filer]:
    with session_on(desk, qtbot) as made:
        yield made


class Opened:
    def __init__(self, filer: Filer, show: Callable[[QWidget], QWidget]) -> None:
        self.filer, self.page = filer, ReportsPage(filer.session)
        self.page.resize(1180, 700)
        self.said: list[tuple[str, str]] = []
        self.went: list[str] = []
        self.page.notify.connect(lambda kind, words: self.said.append((kind, words)))
        self.page.navigate.connect(lambda page, _kwargs: self.went.append(page))
        show(self.page)

    def enter(self, **kwargs: object) -> ReportsPage:
        self.page.enter(**kwargs)
        self.filer.settle()
        return self.page

    def says(self, words: str) -> bool:
        return any(words in shown(one) for one in self.page.findChildren(QLabel) if one.isVisible())


@pytest.fixture
def opened(filer: Filer, show: Callable[[QWidget], QWidget]) -> Opened:
    return Opened(filer, show)


def test_headings_count_and_filters_narrow(filer: Filer, opened: Opened, qtbot: QtBot) -> None:
    done = filer.filed("practice-1018")
    waits = filer.filing("practice-1019", escalate="a meeting was arranged")
    page = opened.enter()
    assert page.filters.views[None].text() == "All  2"
    qtbot.mouseClick(page.filters.views[ReportState.FILED], Qt.MouseButton.LeftButton)
    filer.settle()
    assert page.pane.story is not None
    assert (page.model.rowCount(), page.pane.story.row.filing.id) == (1, done.id)
    page.filters.views[ReportState.ON_ITS_WAY].setFocus()
    qtbot.keyClick(page.filters.views[ReportState.ON_ITS_WAY], Qt.Key.Key_Space)
    filer.settle()
    assert page.pane.story.row.filing.id == waits.id
    assert page.filters.views[ReportState.ON_ITS_WAY].hasFocus()
    page.filters.set_view(None)
    page.filters.escalated.chosen.emit(True)
    filer.settle()
    assert page.model.rowCount() == 1
    assert page.filters.clear.isVisible()
    qtbot.mouseClick(page.filters.clear, Qt.MouseButton.LeftButton)
    page.filters.since.setFocus()
    qtbot.keyClicks(page.filters.since, "2999-01-01")
    filer.settle()
    assert opened.says("Nothing found")
    assert opened.says("No report chosen")
    page.filters.since.clear()
    qtbot.keyClicks(page.filters.since, "2999-99-99")
    assert page.filters.since.property("problem") == "bad"
    page.show_all()
    filer.settle()
    assert page.model.rowCount() == 2
    assert any(page.filters.type._options[1:])
    page.filters.until.setFocus()
    qtbot.keyClicks(page.filters.until, "2999-01-01")
    filer.settle()
    assert page.model.rowCount() == 2
    page.filters._clear()
    filer.settle()
    filer.desk.outbox.take_back(filer.operator, waits.id)
    filer.desk.outbox.drain()


def test_what_is_remembered_names_nobody() -> None:
    wanted = ReportFilter(state=ReportState.FILED, confirmed_by=3, below=50, noted=True, text="u-1")
    kept = remembered(wanted)
    assert "u-1" not in kept
    assert recalled(kept) == ReportFilter(state=ReportState.FILED, below=50, noted=True)
    for broken in (None, "[]", "no json", '{"state": "gone"}'):
        assert recalled(broken) == ReportFilter()


def test_the_filter_is_kept_by_the_window(filer: Filer, opened: Opened) -> None:
    kept: dict[str, str] = {}
    settings = SimpleNamespace(get=kept.get, set=kept.__setitem__)
    opened.page.kept_settings = settings  # type: ignore[attr-defined]
    kept["reports/filter"] = remembered(ReportFilter(state=ReportState.REFUSED))
    page = opened.enter()
    assert page.model.filter == ReportFilter(state=ReportState.REFUSED)
    assert page.filters.views[ReportState.REFUSED].isChecked()
    page.filters.set_view(None)
    page.leave()
    assert recalled(kept["reports/filter"]) == ReportFilter()


def test_a_story_has_files_viewings_and_preservation(filer: Filer, opened: Opened, qtbot: QtBot) -> None:
    number = filer.number("practice-1009")
    piece = filer.desk.review.open(filer.operator, number).case.data.content[0]
    filer.desk.review.shown(filer.operator, number, piece.id, at=filer.desk.clock.now(), seconds=3.0)
    filing = filer.filed("practice-1009")
    filer.desk.preservation.hold(filer.operator, number, "Warrant 12")
    page = opened.enter(filing_id=filing.id)
    for words in (
        "Equal: the service answered our MD5",
        "In the service's list at the end",
        "The report says viewed: it was viewed whole.",
        "shown · whole · 3 s",
        "Case received",
        "1 file viewed",
        "Decided: to be reported",
        "Legal hold put on the case",
        "days left",
        "Warrant 12",
        "Nothing is noted yet.",
    ):
        assert opened.says(words), words
    bar = page.pane._right.verticalScrollBar()
    page.pane.show_part(page.pane.notes)
    low = bar.value()
    next(one for one in page.commands() if one.title == "This report: Files").callback()
    assert 0 < bar.value() < low
    whole = page.pane.whole
    assert whole is not None
    worse = replace(whole.files[0], digests=Compared.UNEQUAL, listed=Listed.NO, their_md5="f" * 32)
    page.pane.show_story(replace(whole, files=(worse,), unknown_ids=("zz",)), [], [], filer.desk.clock.now())
    filer.settle()
    assert opened.says("Unequal: the service answered another MD5")
    assert opened.says("names a file that we did not send")
    assert timeline.act_words("some.act") == ("some.act", "circle-dot")
    told = sections.viewing_words(
        replace(
            whole.viewings[0], whole=False, before=False, viewing=replace(whole.viewings[0].viewing, end=0.5)
        )
    )
    assert "0 to 50 %" in told
    assert "after the confirmation" in told


def test_a_note_is_written_at_its_fields_and_shown(filer: Filer, opened: Opened, qtbot: QtBot) -> None:
    filing = filer.filed("practice-1007")
    page = opened.enter(filing_id=filing.id)
    notes = page.pane.notes
    qtbot.mouseClick(notes.open_form, Qt.MouseButton.LeftButton)
    assert notes.source.hasFocus()
    notes.day.set_value("2999-01-01")
    qtbot.mouseClick(notes.add_note, Qt.MouseButton.LeftButton)
    assert [bool(notes.fields[key].problem()) for key in ("source", "kind", "day", "words")] == [
        True,
        True,
        True,
        False,
    ]
    notes.day.set_value("today")
    notes.kind.set_value(OutcomeKind.OTHER)
    notes.submit()
    assert notes.fields["day"].problem() == "Write the day as 2026-05-04."
    assert notes.fields["words"].problem()
    notes.source.set_value(OutcomeSource.NCMEC)
    notes.day.set_value(filer.desk.clock.now().date().isoformat())
    notes.reference.set_value("REF-7")
    qtbot.keyClicks(notes.words, "Handed on.")
    notes.add_note.setFocus()
    qtbot.keyClick(notes.add_note, Qt.Key.Key_Return)
    filer.settle()
    (kept,) = filer.desk.outcomes.for_filing(filer.operator, filing.id)
    assert (kept.kind, kept.words, kept.reference) == (OutcomeKind.OTHER, "Handed on.", "REF-7")
    assert opened.said[-1][0] == "ok"
    assert not notes.writing
    page.refresh(frozenset({Change.REPORTS}))
    qtbot.waitUntil(lambda: opened.says("REF-7"))
    assert opened.says("Note: Something else")
    whole = filer.desk.reports.whole(filer.operator, filing.id)
    assert "REF-7" in document.paper(whole, made_at=filer.desk.clock.now(), by="Ada").body
    page._not_noted(UserError("The day is still to come."))
    assert opened.said[-1] == ("bad", "The day is still to come.")


def test_what_can_not_be_read_is_said_with_a_way_on(filer: Filer, opened: Opened) -> None:
    page = opened.enter()
    page._failed(UserError("The workspace does not answer."))
    assert page.said.words == "The workspace does not answer."
    assert opened.says("The workspace does not answer.")


def test_moderators_read_notes_and_export_no_list(
    filer: Filer, show: Callable[[QWidget], QWidget], monkeypatch: pytest.MonkeyPatch
) -> None:
    filing = filer.filed("practice-1008")
    moderator = replace(filer.operator, roles=frozenset({Role.MODERATOR}))
    monkeypatch.setattr(filer.session, "operator", moderator)
    page = Opened(filer, show).enter(filing_id=filing.id)
    assert not page.pane.notes.open_form.isVisible()
    assert not page.filters.export.isVisible()
    assert page.pane.export.isVisible()


def test_the_list_and_a_story_leave_as_files(
    filer: Filer, opened: Opened, qtbot: QtBot, tmp_path: Path
) -> None:
    filing = filer.filed("practice-1010")
    page = opened.enter(filing_id=filing.id)
    whole = page.pane.whole
    assert whole is not None
    table, plain, paper = tmp_path / "list.csv", tmp_path / "one.json", tmp_path / "one.pdf"
    page.filters.export.menu().actions()[0].trigger()
    dialog = page.exporting.dialog
    assert isinstance(dialog, QFileDialog)
    dialog.fileSelected.emit(str(table))
    dialog.close()
    filer.settle()
    rows = list(csv.DictReader(io.StringIO(table.read_text())))
    assert filing.report_id in {row["report_id"] for row in rows}
    assert opened.said[-1][1].endswith("saved as list.csv.")
    page.pane.export.menu().actions()[1].trigger()
    asked = page.exporting.dialog
    assert asked is not None
    asked.fileSelected.emit(str(plain))
    asked.close()
    filer.settle()
    assert json.loads(plain.read_bytes())["report_id"] == filing.report_id
    page.exporting.write_story(ExportForm.PDF, whole, paper)
    filer.settle()
    assert paper.read_bytes().startswith(b"%PDF-")
    assert {stat.S_IMODE(one.stat().st_mode) for one in (table, plain, paper)} == {0o600}
    set_as = document.paper(whole, made_at=filer.desk.clock.now(), by="Ada <b>").body
    assert "Ada &lt;b&gt;" in set_as
    assert whole.files[0].file.sha256 in set_as
    assert "<img" not in set_as
    page.exporting.write_list(ExportForm.JSON, ReportFilter(), tmp_path / "no" / "list.json")
    filer.settle()
    assert opened.said[-1][0] == "bad"
    page.exporting.write_list(ExportForm.JSON, ReportFilter(), tmp_path / "stopped.json")
    page.exporting.stop()
    filer.settle()
    assert opened.said[-1][0] in {"info", "ok"}  # too quick to be stopped is no fault
    assert (tmp_path / "stopped.json").exists() is (opened.said[-1][0] == "ok")


def test_a_document_of_a_mib_is_there_at_once_in_parts(qtbot: QtBot) -> None:
    view = BytesView("the report")
    qtbot.addWidget(view)
    body = b"<report>" + b"x" * 1_000_000 + b"</report>"
    view.set_document(body, body.decode())
    assert view.before.isEnabled() is False
    assert len(view.text.toPlainText()) == 60_000
    read = view.text.toPlainText()
    while view.after.isEnabled():
        view.after.click()
        read += view.text.toPlainText()
    assert read.encode() == body
    view.before.click()
    assert view._about.text().startswith("part 16 of 17")
    view.copy()
    assert QGuiApplication.clipboard().text() == body.decode()
    with qtbot.waitSignal(view.save_asked) as saved:
        view.save.click()
    assert saved.args == [body]


def test_a_report_made_elsewhere_is_shown(filer: Filer, opened: Opened, qtbot: QtBot) -> None:
    number = filer.number("practice-1011")
    claim = filer.claim(number)
    pieces = tuple(one.id for one in filer.desk.review.open(filer.operator, number).case.data.content)
    at = filer.desk.clock.now() - timedelta(hours=1)
    stated = Stated("ncmec", at, "Robin Example", pieces, reference="555001", settles=True)
    filer.desk.channels.record(filer.operator, number, stated, claim)
    page = opened.enter()
    page.filters.set_view(ReportState.ELSEWHERE)
    filer.settle()
    assert page.model.rowCount() == 1
    assert opened.says("Robin Example")
    qtbot.mouseClick(page.by_hand.case, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(page.by_hand.records, Qt.MouseButton.LeftButton)
    assert opened.went == ["case", "channels"]
