"""The confirmation page against the real practice desk, by mouse and keyboard."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from desk.domain.filing import FilingState
from desk.domain.incident import IncidentType
from desk.gui.confirm.lines import shown
from desk.gui.confirm.page import ConfirmPage
from desk.services.changes import Change
from desk.services.desk import Desk
from tests.gui.filing_desk import Filer, double_click, practice, session_on


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with practice(tmp_path_factory) as opened:
        yield opened


@pytest.fixture
def filer(desk: Desk, qtbot: QtBot) -> Iterator[Filer]:
    with session_on(desk, qtbot) as made:
        yield made


class Opened:
    """A page in front with what it told the window."""

    def __init__(self, filer: Filer, show: Callable[[QWidget], QWidget]) -> None:
        self.filer = filer
        self.page = ConfirmPage(filer.session)
        self.page.resize(1180, 640)
        self.went: list[tuple[str, dict[str, Any]]] = []
        self.said: list[tuple[str, str]] = []
        self.page.navigate.connect(lambda page, kwargs: self.went.append((page, kwargs)))
        self.page.notify.connect(lambda kind, words: self.said.append((kind, words)))
        show(self.page)

    def at(self, number: int) -> ConfirmPage:
        self.page.enter(number=number)
        self.filer.settle()
        return self.page

    def texts(self) -> list[str]:
        return [shown(one) for one in self.page.findChildren(QLabel) if one.isVisible()]

    def button(self, words: str) -> QPushButton:
        return next(b for b in self.page.findChildren(QPushButton) if b.text() == words and b.isVisible())


@pytest.fixture
def opened(filer: Filer, show: Callable[[QWidget], QWidget]) -> Opened:
    return Opened(filer, show)


def test_everything_is_said_before_it_is_filed(filer: Filer, opened: Opened) -> None:
    number = filer.draft("practice-1023")
    filer.claim(number)
    page = opened.at(number)
    texts = opened.texts()
    assert "Proposed" not in texts
    summary = filer.desk.confirmation.summary(filer.operator, number)
    reported = summary.draft.reported
    assert reported is not None
    assert summary.draft.incident_type is not None
    for expected in (
        summary.draft.incident_type.value,
        reported.id,
        reported.emails[0].address,
        "Example Social",
        filer.operator.name,
        summary.endpoint.url,
        "After that it cannot be withdrawn by anyone.",
        "None of this content is reported yet.",
    ):
        assert any(str(expected) in text for text in texts), expected
    assert len(page.report.cards) == len(summary.files) == 12
    assert sum("Not viewed. The report says so." in text for text in texts) == 12
    assert any(text.startswith("Can be taken back until about") and "1 min" in text for text in texts)
    assert page.bar.act.text() == "File in practice"


def test_a_type_that_differs_from_the_proposal_is_said(filer: Filer, opened: Opened) -> None:
    number = filer.draft("practice-1023")
    view = filer.desk.drafting.open(filer.operator, number)
    other = next(kind for kind in IncidentType if kind is not view.proposal)
    kept = filer.desk.drafting.save(
        filer.operator, replace(view.draft, incident_type=other), view.saved.version
    ).value
    opened.at(number)
    assert view.proposal is not None
    said = f"The policy {view.proposal_policy} proposes another type: {view.proposal.value}."
    assert {"Proposed", said} <= set(opened.texts())
    filer.desk.drafting.save(filer.operator, view.draft, kept.version)


def test_the_documents_are_shown_as_stored(filer: Filer, opened: Opened) -> None:
    number = filer.draft("practice-1023")
    page = opened.at(number)
    xml = page.report.xml
    assert xml is not None
    xml.set_open(True)
    from desk.gui.confirm.xmlview import DocumentView

    views = page.findChildren(DocumentView)
    summary = page._summary
    assert summary is not None
    assert [view.document() for view in views] == [
        summary.composed.report_xml,
        *(file.details_xml for file in summary.composed.files),
    ]
    assert views[0].text.toPlainText().startswith('<?xml version="1.0" encoding="UTF-8"?>\n<report>\n  <')


def test_many_files_are_paged_through(filer: Filer, opened: Opened, qtbot: QtBot) -> None:
    number = filer.draft("practice-1023")
    page = opened.at(number)
    summary = filer.desk.confirmation.summary(filer.operator, number)
    page.report.show_summary(replace(summary, files=summary.files * 4), ())
    qtbot.waitUntil(lambda: len(page.report.cards) == 24)
    assert page.report._shown.text() == "1 to 24 of 48"
    qtbot.mouseClick(page.report._after, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: page.report._shown.text() == "25 to 48 of 48")
    qtbot.waitUntil(lambda: len(page.report.cards) == 24)
    assert not page.report._after.isEnabled()
    page.report._before.click()
    assert page.report._shown.text() == "1 to 24 of 48"
    filer.settle()


def test_no_tick_no_filing_and_one_click_files_once(filer: Filer, opened: Opened, qtbot: QtBot) -> None:
    number = filer.draft("practice-1008")
    filer.claim(number)
    page = opened.at(number)
    assert not page.bar.act.isEnabled()
    page.file()
    qtbot.keyClick(page, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    filer.settle()
    assert opened.went == []
    qtbot.mouseClick(page.bar.tick, Qt.MouseButton.LeftButton)
    assert page.bar.act.isEnabled()
    double_click(qtbot, page.bar.act)
    qtbot.mouseClick(page.bar.act, Qt.MouseButton.LeftButton)
    page.file()
    filer.settle()
    assert [page for page, _ in opened.went] == ["outbox"]
    filings = filer.desk.review.open(filer.operator, number).filings
    assert [filing.id for filing in filings] == [opened.went[0][1]["filing_id"]]
    assert filings[0].state is FilingState.CONFIRMED
    assert filer.session.claim is None
    assert opened.said[0][0] == "ok"


def test_the_keyboard_alone_files(filer: Filer, opened: Opened, qtbot: QtBot) -> None:
    number = filer.draft("practice-1009")
    filer.claim(number)
    page = opened.at(number)
    qtbot.waitUntil(lambda: page.report.hasFocus())
    seen: list[QWidget] = []
    for _ in range(60):
        focus = page.window().focusWidget()
        assert focus is not None
        if focus is page.bar.tick:
            break
        seen.append(focus)
        qtbot.keyClick(focus, Qt.Key.Key_Tab)
    assert page.bar.tick.hasFocus()
    assert page.bar.act not in seen
    qtbot.keyClick(page.bar.tick, Qt.Key.Key_Space)
    qtbot.keyClick(page.bar.tick, Qt.Key.Key_Tab)
    assert page.bar.act.hasFocus()
    qtbot.keyClick(page.bar.act, Qt.Key.Key_Return)
    filer.settle()
    assert [page for page, _ in opened.went] == ["outbox"]


def test_control_return_files_once_ticked(filer: Filer, opened: Opened, qtbot: QtBot) -> None:
    number = filer.draft("practice-1010")
    filer.claim(number)
    page = opened.at(number)
    page.bar.tick.click()
    for _ in range(3):
        qtbot.keyClick(page, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    filer.settle()
    assert len(opened.went) == 1
    assert len(filer.desk.review.open(filer.operator, number).filings) == 1


def test_an_answer_leaves_the_report_shown_by_then_alone(filer: Filer, opened: Opened, qtbot: QtBot) -> None:
    number = filer.draft("practice-1103")
    other = filer.draft("practice-1104")
    filer.claim(number)
    page = opened.at(number)
    page.bar.tick.click()
    page.bar.act.click()
    page.enter(number=other)
    filer.settle()
    assert opened.went == []
    assert page._number == other
    assert page._summary is not None
    assert page._summary.case.number == other
    assert [kind for kind, _ in opened.said] == ["ok"]
    assert len(filer.desk.review.open(filer.operator, number).filings) == 1


def test_escape_goes_back_and_loses_nothing(filer: Filer, opened: Opened, qtbot: QtBot) -> None:
    number = filer.draft("practice-1011")
    filer.claim(number)
    page = opened.at(number)
    before = filer.desk.drafting.open(filer.operator, number).saved
    qtbot.keyClick(page.report, Qt.Key.Key_Escape)
    assert opened.went == [("report", {"number": number})]
    assert filer.desk.drafting.open(filer.operator, number).saved == before
    assert filer.session.claim is not None


def test_without_a_claim_it_says_so_and_offers_it(filer: Filer, opened: Opened, qtbot: QtBot) -> None:
    number = filer.draft("practice-1012")
    page = opened.at(number)
    assert "You do not hold this case" in page.said.words
    assert not page.bar.tick.isEnabled()
    qtbot.mouseClick(opened.button("Claim"), Qt.MouseButton.LeftButton)
    filer.settle()
    assert filer.session.claim is not None
    assert filer.session.claim.case_id == number
    assert page.bar.tick.isEnabled()
    assert page.said.words == ""


def test_somebody_elses_case_names_them(filer: Filer, opened: Opened) -> None:
    number = filer.draft("practice-1013")
    other = filer.desk.people.add(filer.operator, "Robin Example", filer.operator.roles).value
    claim = filer.desk.queue.claim(other, number).value
    page = opened.at(number)
    assert "Robin Example works on this case until" in page.said.words
    page.claim()
    filer.settle()
    assert page.said.words
    assert filer.session.claim is None
    filer.desk.queue.release(other, claim)


def test_content_already_reported_is_linked_and_blocked(filer: Filer, opened: Opened, qtbot: QtBot) -> None:
    first = filer.filing("practice-1018")
    number = first.case_number
    filer.claim(number)
    page = opened.at(number)
    assert not page.bar.tick.isEnabled()
    assert f"already reported in filing {first.id}" in page.said.words
    qtbot.mouseClick(opened.button("See it"), Qt.MouseButton.LeftButton)
    assert opened.went == [("reports", {"filing_id": first.id})]


def test_a_draft_changed_meanwhile_must_be_read_again(filer: Filer, opened: Opened, qtbot: QtBot) -> None:
    number = filer.draft("practice-1020")
    filer.claim(number)
    page = opened.at(number)
    page.bar.tick.click()
    view = filer.desk.drafting.open(filer.operator, number)
    changed = replace(view.draft, additional_info="Something more")
    filer.desk.drafting.save(filer.operator, changed, view.saved.version)
    page.bar.act.click()
    filer.settle()
    assert opened.went == []
    assert "changed since it was shown" in page.said.words
    assert not page.bar.act.isEnabled()
    assert not page.bar.tick.isChecked()
    qtbot.mouseClick(opened.button("Read again"), Qt.MouseButton.LeftButton)
    filer.settle()
    assert any("Something more" in text for text in opened.texts())
    assert page.bar.tick.isEnabled()


def test_a_change_elsewhere_takes_the_tick_back(filer: Filer, opened: Opened, qtbot: QtBot) -> None:
    number = filer.draft("practice-1021")
    filer.claim(number)
    page = opened.at(number)
    page.bar.tick.click()
    page.refresh(frozenset({Change.CASE}))
    page._look.setInterval(0)
    page._look.start()
    qtbot.waitUntil(lambda: not page._look.isActive())
    filer.settle()
    assert page.bar.tick.isChecked()
    view = filer.desk.drafting.open(filer.operator, number)
    filer.desk.drafting.save(filer.operator, replace(view.draft, additional_info="More"), view.saved.version)
    page.refresh(frozenset({Change.DRAFT}))
    qtbot.waitUntil(lambda: bool(page.said.words))
    assert not page.bar.tick.isChecked()
    assert not page.bar.act.isEnabled()


def test_what_is_missing_is_listed_with_the_way_back(filer: Filer, opened: Opened, qtbot: QtBot) -> None:
    number = filer.number("practice-1014")
    view = filer.desk.drafting.open(filer.operator, number)
    assert view.draft.incident_type is None
    opened.at(number)
    assert any("This report can't be filed yet" in text for text in opened.texts())
    assert any(text.startswith("•  ") for text in opened.texts())
    qtbot.mouseClick(opened.button("Back to the report"), Qt.MouseButton.LeftButton)
    assert opened.went == [("report", {"number": number})]


def test_a_case_without_a_draft_says_so(filer: Filer, opened: Opened) -> None:
    opened.at(filer.number("practice-1016"))
    assert any("There is no report to confirm yet." in text for text in opened.texts())


def test_nothing_chosen_is_an_empty_state(filer: Filer, opened: Opened) -> None:
    opened.page.enter()
    assert any("No report to confirm" in text for text in opened.texts())
    opened.page.go_back()
    assert opened.went == [("queue", {})]


def test_left_out_files_and_viewing_are_named(filer: Filer, opened: Opened) -> None:
    number = filer.draft("practice-1015")
    view = filer.desk.drafting.open(filer.operator, number)
    content = view.case.data.content
    filer.desk.review.shown(filer.operator, number, content[0].id, at=filer.desk.clock.now(), seconds=2.0)
    draft = view.draft.with_choice(replace(view.draft.choice(content[1].id), include=False))
    filer.desk.drafting.save(filer.operator, draft, view.saved.version)
    opened.at(number)
    texts = opened.texts()
    assert any(text.startswith("1 file is not included: ") for text in texts)
    assert "Viewed whole. The report says so." in texts
    assert "1 of 1 file viewed whole; the report says so." in texts


def test_an_urgent_report_says_that_it_is_not_held(filer: Filer, opened: Opened) -> None:
    number = filer.draft("practice-1102", escalate="A meeting was arranged.")
    opened.at(number)
    texts = opened.texts()
    assert "A meeting was arranged." in texts
    assert any("An urgent report is not held" in text for text in texts)


def test_the_tiles_never_reveal(filer: Filer, opened: Opened, qtbot: QtBot) -> None:
    from desk.gui.confirm.tiles import StillTile

    page = opened.at(filer.draft("practice-1007"))
    tile = page.findChildren(StillTile)[0]
    assert tile.focusPolicy() == Qt.FocusPolicy.NoFocus
    tile.resize(96, 1)
    assert tile.height() == 96
    assert not tile.ask()
    assert not tile.is_revealed


def test_refreshing_a_page_that_is_not_in_front_asks_nothing(filer: Filer, opened: Opened) -> None:
    page = opened.at(filer.draft("practice-1007"))
    page.leave()
    page.refresh(frozenset({Change.DRAFT}))
    assert not page._look.isActive()


def test_commands_name_every_act(filer: Filer, opened: Opened) -> None:
    number = filer.draft("practice-1007")
    filer.claim(number)
    page = opened.at(number)
    commands = {command.id: command for command in page.commands()}
    assert not commands["confirm.file"].enabled()
    commands["confirm.tick"].callback()
    assert commands["confirm.file"].enabled()
    assert commands["confirm.file"].key == "Ctrl+Return"


def test_content_filed_from_another_case_meanwhile_is_refused_with_a_link(
    filer: Filer, opened: Opened, qtbot: QtBot
) -> None:
    number = filer.draft("practice-1006")
    filer.claim(number)
    page = opened.at(number)
    other = filer.draft("practice-1001")
    names = filer.desk.confirmation.summary(filer.operator, other).identities
    assert page._summary is not None
    assert names & page._summary.identities
    first = filer.filing("practice-1001")
    page.bar.tick.click()
    page.bar.act.click()
    filer.settle()
    assert opened.went == []
    assert "already on its way" in page.said.words
    assert not page.bar.tick.isEnabled()
    qtbot.mouseClick(opened.button(f"See filing {first.id}"), Qt.MouseButton.LeftButton)
    assert opened.went == [("reports", {"filing_id": first.id})]


def test_a_claim_that_ended_is_asked_for_again(filer: Filer, opened: Opened, qtbot: QtBot) -> None:
    number = filer.draft("practice-1022")
    claim = filer.claim(number)
    page = opened.at(number)
    page.bar.tick.click()
    filer.desk.queue.release(filer.operator, claim)
    page.bar.act.click()
    filer.settle()
    assert opened.went == []
    assert filer.session.claim is None
    assert "You do not hold this case" in page.said.words
    assert not page.bar.tick.isChecked()


def test_earlier_reports_and_a_thin_tip_are_said(filer: Filer, opened: Opened) -> None:
    number = filer.draft("practice-1023")
    page = opened.at(number)
    summary = filer.desk.confirmation.summary(filer.operator, number)
    prior = tuple((str(1000 + n), summary.made_at) for n in range(10))
    thin = replace(
        summary, prior_reports=prior, already={"uid:1": 12}, warnings=("Likely to be informational.",)
    )
    page.side.show_summary(thin, summary.made_at)
    texts = [shown(one) for one in page.side.findChildren(QLabel)]
    assert "10 earlier reports of this person:" in texts
    assert "and 2 more" in texts
    assert "This content is already reported in filing 12." in texts
    assert "Likely to be informational." in texts
    with_nobody = replace(summary, draft=replace(summary.draft, reported=None), hold=timedelta(0))
    page.side.show_summary(with_nobody, summary.made_at)
    page.side.tick(summary.made_at)
    texts = [shown(one) for one in page.side.findChildren(QLabel)]
    assert any("earlier reports can't be looked up" in text for text in texts)
    assert any("There is no hold" in text for text in texts)
