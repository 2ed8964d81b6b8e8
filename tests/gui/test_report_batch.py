"""One file, many accounts: from the offer in the report form to the receipt, and the way back."""

from __future__ import annotations

import io
import random
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from desk.app import practice_desk
from desk.domain.case import CaseState
from desk.domain.content import FileAnnotation
from desk.domain.decision import DecisionKind
from desk.domain.filing import FilingState
from desk.gui.confirm.lines import shown
from desk.gui.confirm.page import ConfirmPage
from desk.gui.confirm.said import same_pictures
from desk.gui.report.batch import BatchPanel
from desk.gui.report.compare import CompareDialog
from desk.gui.reports.story import also_about
from desk.services.changes import Change
from desk.services.desk import Desk
from tests.gui.case_support import put_case, somebody_else
from tests.gui.filing_desk import double_click
from tests.gui.report_support import Writer, png

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with practice_desk(cases=False, folder=tmp_path_factory.mktemp("batch")) as opened:
        yield opened


@pytest.fixture
def writer(desk: Desk, qtbot: QtBot, show: Callable[[QWidget], QWidget]) -> Iterator[Writer]:
    made = Writer(desk, qtbot, show)
    yield made
    made.close()


def spread(desk: Desk, folder: Path, mark: int, count: int, **more: object) -> list[int]:
    """Cases of different accounts with the same one file."""
    return [put_case(desk, folder, {"a.jpg": png(mark)}, **more) for _ in range(count)]


def panel(writer: Writer, number: int) -> BatchPanel:
    """The form of this case, and its offer, opened."""
    page = writer.open(number)
    assert page.sheet is not None
    batch = page.sheet.batch
    writer.qtbot.waitUntil(batch.isVisible, timeout=5_000)
    batch.fold.set_open(True)
    return batch


def words(root: QWidget) -> str:
    return "\n".join(shown(one) for one in root.findChildren(QLabel) if one.isVisibleTo(root))


def test_from_the_offer_to_the_receipt(
    writer: Writer, desk: Desk, tmp_path: Path, show: Callable[[QWidget], QWidget]
) -> None:
    qtbot = writer.qtbot
    suggest = {"annotations": ["viral"]}
    numbers = spread(desk, tmp_path, 9001, 4, suggest=suggest, summary="PRACTICE")
    lead, _first, _second, left = numbers
    batch = panel(writer, lead)
    assert "posted by 3 other accounts" in words(batch)
    assert "Of each account all but its id" in words(batch)
    assert "Suggested by the platform: Viral" in words(batch)
    assert [row.tick.value() for row in batch.members.rows] == [True] * 4
    assert writer.kept(lead).batch is None  # nothing is chosen for a person
    qtbot.mouseClick(batch.members.rows[-1].tick, LEFT)
    qtbot.mouseClick(batch.act, LEFT)
    writer.settle()
    sheet = writer.page.sheet
    assert sheet is not None
    assert "One report for 3 accounts" in words(batch)
    assert batch.act.text() == "Back to a single report"
    for part in (sheet.people, sheet.urgency, sheet.circumstances.contexts, sheet.outline.items["people"]):
        assert not part.isVisible()
    (card,) = sheet.files.cards()
    assert not card.annotations.isVisible()
    assert card.classification.isVisibleTo(card)
    writer.page.use_proposal()
    writer.page.review()
    writer.settle()
    qtbot.waitUntil(lambda: bool(batch.mark_field.problem()))
    assert "viral, a potential meme" in batch.mark_field.problem()
    batch.marks.toggle("viral")
    writer.settle()
    kept = writer.kept(lead).batch
    assert kept is not None
    assert kept.annotations == {FileAnnotation.VIRAL}
    assert [member.case_number for member in kept.members] == numbers[1:3]
    writer.page.review()
    qtbot.waitUntil(lambda: ("confirm", {"number": lead}) in writer.went)
    confirm = ConfirmPage(writer.session)
    show(confirm)
    confirm.enter(number=lead)
    qtbot.waitUntil(lambda: "Left out of a batched report" in words(confirm), timeout=10_000)
    said = words(confirm)
    assert "3 accounts are reported" in said
    for member in kept.members:
        assert member.account in said
    qtbot.waitUntil(lambda: confirm.bar.tick.isEnabled())
    qtbot.mouseClick(confirm.bar.tick, LEFT)
    qtbot.waitUntil(confirm.bar.act.isEnabled)
    double_click(qtbot, confirm.bar.act)
    qtbot.waitUntil(lambda: desk.outbox.waiting() == 1)
    assert writer.runner.drain()
    (row,) = desk.outbox.rows(writer.operator)
    desk.outbox.drain()
    desk.outbox.file_now(writer.operator, row.filing.id)
    desk.outbox.drain()
    story = desk.outbox.story(writer.operator, row.filing.id)
    assert story.row.filing.state is FilingState.FILED
    assert b"VIRAL_POTENTIAL_MEME" in story.confirmed.report_xml
    assert [line.rpartition(" ")[2] for line in also_about(story).splitlines()] == [
        str(number) for number in numbers[1:3]
    ]
    states = [desk.review.open(writer.operator, number).case.state for number in numbers]
    assert states == [CaseState.REPORTED] * 3 + [CaseState.OPEN]
    assert [one.id for one in desk.review.open(writer.operator, numbers[1]).filings] == [row.filing.id]
    assert desk.drafting.batch_candidates(writer.operator, left) == ()
    confirm.leave()


def test_the_way_back_loses_nothing(writer: Writer, desk: Desk, tmp_path: Path) -> None:
    victims = [{"id": "v-1", "screen_name": "child"}]
    lead, _other = spread(desk, tmp_path, 9002, 2, victims=victims)
    batch = panel(writer, lead)
    before = writer.kept(lead)
    assert "The victims" in words(batch)
    writer.qtbot.mouseClick(batch.act, LEFT)
    writer.settle()
    assert writer.kept(lead).batch is not None
    assert writer.kept(lead).victims == before.victims
    writer.qtbot.mouseClick(batch.act, LEFT)
    writer.settle()
    assert writer.kept(lead) == before
    assert writer.page.sheet is not None
    assert writer.page.sheet.people.isVisible()
    writer.page.undo()
    writer.settle()
    assert writer.kept(lead).batch is not None
    writer.page.undo()
    writer.settle()
    assert writer.kept(lead) == before


def test_what_cannot_go_along_is_said(writer: Writer, desk: Desk, tmp_path: Path) -> None:
    lead, urgent, held, closed = (
        put_case(desk, tmp_path, {"a.jpg": png(9003)}, **more)
        for more in ({}, {"urgency": {"escalate": True, "reason": "now"}}, {}, {})
    )
    ada = somebody_else(desk)
    desk.queue.claim(ada, held)
    batch = panel(writer, lead)
    ticks = {row.member.case_number: row.tick.value() for row in batch.members.rows}
    assert ticks == {lead: True, urgent: False, held: False, closed: True}
    assert "urgent: its escalation would be left out" in words(batch)
    assert f"{ada.name} is working on it" in words(batch)
    writer.qtbot.mouseClick(batch.act, LEFT)
    writer.settle()
    claim = desk.queue.claim(ada, closed).value
    desk.review.decide(ada, claim, DecisionKind.NO_VIOLATION)
    writer.page.refresh(frozenset({Change.CASE}))
    writer.qtbot.waitUntil(lambda: "not open any more. Take it out" in words(batch), timeout=5_000)
    row = next(row for row in batch.members.rows if row.member.case_number == closed)
    writer.qtbot.mouseClick(row.tick, LEFT)
    writer.settle()
    writer.qtbot.waitUntil(lambda: "one other account" in str(writer.page._problems))
    writer.page.review()
    writer.settle()
    assert "at least one other account" in batch.member_field.problem()
    assert "not open any more" not in words(batch)  # it is not ticked now
    assert not writer.went


def test_a_file_that_one_account_posted_makes_no_offer(writer: Writer, desk: Desk, tmp_path: Path) -> None:
    page = writer.open(put_case(desk, tmp_path, {"a.jpg": png(9004)}))
    assert page.sheet is not None
    assert not page.sheet.batch.isVisible()


def squares(seed: int) -> bytes:
    """A picture of grey squares, PRACTICE in spirit; seeds differ in one dot: near, and not the same."""
    dice = random.Random(5)
    image = Image.new("L", (256, 256))
    for x, y in product(range(0, 256, 32), repeat=2):
        image.paste(dice.randrange(256), (x, y, x + 32, y + 32))
    image.putpixel((seed, 0), 128)
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def hold(writer: Writer, dialog: CompareDialog, key: str) -> None:
    """Space held on a tile until its picture is on the screen, then let go."""
    tile = dialog.tiles[key]
    dialog.grid.set_current(key)
    tile.setFocus()
    writer.qtbot.waitUntil(tile.hasFocus)
    writer.qtbot.keyPress(tile, Qt.Key.Key_Space)
    writer.qtbot.waitUntil(lambda: dialog.sheet.painted, timeout=15_000)
    writer.qtbot.keyRelease(tile, Qt.Key.Key_Space)
    writer.qtbot.waitUntil(lambda: not dialog.sheet.showing)
    writer.qtbot.waitUntil(lambda: "viewed whole" in dialog.captions[key].text(), timeout=5_000)


def test_a_near_file_goes_along_by_a_persons_word(
    writer: Writer, desk: Desk, tmp_path: Path, show: Callable[[QWidget], QWidget]
) -> None:
    lead, near = (put_case(desk, tmp_path, {"a.png": squares(seed)}) for seed in (1, 2))
    desk.hashing.catch_up()
    batch = panel(writer, lead)
    assert "Other accounts posted a near file" in words(batch)
    assert not batch.act.isEnabled()
    writer.qtbot.mouseClick(batch.near.acts[0], LEFT)
    dialog = batch._compare
    assert dialog is not None
    writer.qtbot.waitUntil(dialog.isActiveWindow)
    writer.qtbot.waitUntil(lambda: "not viewed" in dialog.captions["near"].text())
    assert not dialog.same.isEnabled()
    for key in dialog.tiles:
        hold(writer, dialog, key)
    writer.qtbot.waitUntil(dialog.same.isEnabled)
    writer.qtbot.mouseClick(dialog.same, LEFT)
    writer.qtbot.waitUntil(lambda: "that it is the same picture; both viewed whole" in words(batch))
    writer.settle()
    assert desk.review.open(writer.operator, near).case.claim is None  # it was lent for the look
    assert "near file" in words(batch)
    writer.qtbot.mouseClick(batch.act, LEFT)
    batch.marks.toggle("viral")
    writer.page.use_proposal()
    writer.settle()
    kept = writer.kept(lead).batch
    assert kept is not None
    assert [member.case_number for member in kept.members] == [near]
    summary = desk.confirmation.summary(writer.operator, lead)
    (said,) = same_pictures(summary)
    assert "both viewed whole" in said
    (agreement,) = summary.agreements
    assert f"{agreement.distance} of 256 bits" in said
    writer.qtbot.mouseClick(batch.near.acts[0], LEFT)  # taken back
    writer.qtbot.waitUntil(lambda: "nobody says that its file is the same picture" in words(batch))


def test_many_accounts_scroll_and_the_marks_follow_the_case(
    writer: Writer, desk: Desk, tmp_path: Path
) -> None:
    numbers = spread(desk, tmp_path, 9005, 11)
    again = spread(desk, tmp_path, 9006, 2)
    batch = panel(writer, numbers[0])
    assert len(batch.members.rows) == 11
    assert batch.members.height() < 11 * 28
    batch.marks.toggle("viral")
    batch = panel(writer, again[0])
    writer.qtbot.waitUntil(lambda: len(batch.members.rows) == 2)
    assert batch.marks.value() == frozenset()


def test_a_hundred_accounts_come_a_page_at_a_time(
    writer: Writer, desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("desk.services.candidates.PAGE", 4)
    monkeypatch.setattr("desk.gui.report.members.PAGE", 6)
    numbers = spread(desk, tmp_path, 9007, 12)
    batch = panel(writer, numbers[0])
    writer.qtbot.waitUntil(lambda: "posted by 11 other accounts" in words(batch))
    assert [len(batch.members.rows), batch.members.count()] == [6, 12]
    writer.qtbot.mouseClick(batch.members.after, LEFT)
    assert [row.member.case_number for row in batch.members.rows] == numbers[6:]
    writer.qtbot.mouseClick(batch.members.none, LEFT)
    assert batch.members.value() == ()
    writer.qtbot.mouseClick(batch.members.rows[-1].tick, LEFT)
    writer.qtbot.mouseClick(batch.members.all, LEFT)
    assert [member.case_number for member in batch.members.value()] == numbers[1:]
