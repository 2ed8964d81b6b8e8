"""Other channels at work: search and copy, records and corrections, the packet on paper."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pypdfium2
import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from desk.app import practice_desk
from desk.domain.case import CaseState
from desk.domain.errors import UserError
from desk.domain.packet import USUAL, Part
from desk.gui import paper
from desk.gui.channels.forms import CorrectForm, RecordForm
from desk.gui.channels.packet import PacketForm, file_name
from desk.gui.channels.page import ChannelsPage
from desk.gui.paper import Paper, mono, render, text
from desk.gui.runner import Runner
from desk.gui.session import Session
from desk.gui.theme import Scheme, Theme
from desk.gui.widgets.copylabel import CopyLabel
from desk.services.desk import Desk
from tests.gui.case_support import checkers, put_case


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with practice_desk(cases=False, folder=tmp_path_factory.mktemp("desk")) as opened:
        yield opened


@pytest.fixture
def session(desk: Desk) -> Iterator[Session]:
    runner = Runner()
    made = Session(desk, runner, desk.people.all()[0])
    yield made
    made.set_claim(None)
    assert runner.drain()


@pytest.fixture
def page(session: Session, show: Callable[[QWidget], QWidget]) -> ChannelsPage:
    made = ChannelsPage(session)
    made.resize(1180, 660)
    session.changed.connect(made.refresh)
    show(made)
    return made


def texts(page: QWidget) -> str:
    found = [label.text() for label in page.findChildren(QLabel) if label.isVisibleTo(page)]
    return "\n".join([*found, *(copy.value() for copy in page.findChildren(CopyLabel))])


def beside_a_case(page: ChannelsPage, session: Session, qtbot: QtBot, folder: Path) -> int:
    number = put_case(session.desk, folder, {"a.png": checkers(32), "b.png": checkers(32, seed=1)})
    session.set_claim(session.desk.queue.claim(session.operator, number).value)
    page.enter(number=number)
    qtbot.waitUntil(lambda: page._records is not None)
    return number


def filled(form: RecordForm, session: Session, *content: str, settles: bool) -> RecordForm:
    form.reference.set_value("4564700")
    form.filed_at.set_value(session.desk.clock.now() - timedelta(hours=2))
    for key in content:
        form.content[key].set_value(True)
    form.settles.set_value(settles)
    return form


def test_the_directory_is_searched_and_copied_and_opens_nothing(page: ChannelsPage, qtbot: QtBot) -> None:
    page.enter()
    assert not page._acts.isVisibleTo(page)
    whole = len(page.directory.cards)
    page.search(" netherlands ")
    assert [card.channel.code for card in page.directory.cards] == ["hotline-nl"]
    copy = page.directory.cards[0].findChild(CopyLabel)
    copy.copy()
    assert QGuiApplication.clipboard().text() == "meldpunt-kinderporno.nl"
    page.search("nothing of the kind")
    qtbot.waitUntil(lambda: "No body fits" in texts(page))
    page.search("")
    page.directory.country.set_value("DE")
    page.directory.country.changed.emit()
    assert page.directory.cards[0].channel.code == "police"
    assert len(page.directory.cards) < whole
    qtbot.waitUntil(lambda: "local police first, always" in texts(page))
    assert not page._acts.isVisibleTo(page)
    page.record("ncmec")  # without a case there is nothing to record
    assert page.form is None
    recorded = page._session.desk.channels.count(page._session.operator)
    qtbot.waitUntil(lambda: page._side.body.indexOf(page.list) >= 0)
    assert ("No report is recorded" in texts(page)) is not bool(recorded)


def test_a_report_by_hand_is_put_on_record_and_settles_the_case(
    page: ChannelsPage, session: Session, qtbot: QtBot, tmp_path: Path
) -> None:
    number = beside_a_case(page, session, qtbot, tmp_path)
    page.record("ncmec")
    form = page.form
    assert isinstance(form, RecordForm)
    assert form.stated().content_ids == ()
    form.submit()
    assert "report id that the web form answered" in form.fields["reference"].problem()
    assert form.fields["filed_at"].problem()
    qtbot.waitUntil(lambda: "at least one piece" in texts(form))
    qtbot.waitUntil(lambda: "year of preservation" in texts(form))
    next(iter(form.content.values())).click()
    form.reference.setFocus()
    qtbot.keyClicks(form.reference, "4")
    form.reference.clear()
    # What is mended is no longer called wrong.
    assert "at least one piece" not in texts(form)
    assert not form.fields["reference"].problem()
    form._tick_all()
    filled(form, session, settles=True).submit()
    qtbot.waitUntil(lambda: page.form is None)
    qtbot.waitUntil(lambda: len(page.list.cards) == 1)
    assert session.claim is None
    assert session.desk.review.open(session.operator, number).case.state is CaseState.REPORTED
    qtbot.waitUntil(lambda: "Preserve until" in texts(page.list))
    page.record("ncmec")
    again = page.form
    assert isinstance(again, RecordForm)
    filled(again, session, "c1", settles=False).submit()
    qtbot.waitUntil(lambda: bool(page.said.words))
    assert "already" in page.said.words
    page._escape()
    assert page.form is None


def test_a_supervisor_corrects_and_withdraws(
    page: ChannelsPage, session: Session, qtbot: QtBot, tmp_path: Path
) -> None:
    number = beside_a_case(page, session, qtbot, tmp_path)
    page.directory.cards[3].chosen.emit("fbi")
    form = page.form
    assert isinstance(form, RecordForm)
    assert form.body.value() == "fbi"
    filled(form, session, "c1", settles=False).submit()
    qtbot.waitUntil(lambda: len(page.list.cards) == 1)
    assert session.claim is not None
    page.correct(page.list.cards[0].filing.id)
    mend = page.form
    assert isinstance(mend, CorrectForm)
    mend.submit()
    assert mend.changes() == {}
    mend.reference.set_value("4564701")
    mend.reason.set_value("a digit was wrong")
    mend.submit()
    qtbot.waitUntil(lambda: page.form is None)
    qtbot.waitUntil(lambda: "a digit was wrong" in texts(page.list))
    qtbot.waitUntil(lambda: "4564701" in texts(page.list))
    page.correct(page.list.cards[0].filing.id)
    mend = page.form
    assert isinstance(mend, CorrectForm)
    mend.withdraw()
    mend.reason.set_value("another case was meant")
    mend.withdraw()
    qtbot.waitUntil(lambda: page.list.cards[0].filing.withdrawn)
    page.enter(back="reports")
    qtbot.waitUntil(lambda: any(card.filing.case_number == number for card in page.list.cards))
    places: list[str] = []
    page.navigate.connect(lambda name, _where: places.append(name))
    page.list.opened.emit(number)
    page._escape()
    assert places == ["case", "reports"]


def test_the_packet_holds_what_was_ticked_and_is_on_record(
    page: ChannelsPage, session: Session, qtbot: QtBot, tmp_path: Path
) -> None:
    beside_a_case(page, session, qtbot, tmp_path)
    page.ask_packet()
    form = page.form
    assert isinstance(form, PacketForm)
    assert form.chosen() == USUAL
    for box in form.parts.values():
        box.set_value(False)
        box.changed.emit()
    assert not form.save.isEnabled()
    target = tmp_path / "packet.pdf"
    page.save_packet(target, frozenset({Part.FILES}), "iwf")
    qtbot.waitUntil(target.exists, timeout=10000)
    qtbot.waitUntil(lambda: page.form is None)
    document = pypdfium2.PdfDocument(target)
    said = document[0].get_textpage().get_text_range()
    assert "CONFIDENTIAL" in said
    assert "Internet Watch Foundation" in said
    assert "Hand over to Internet Watch Foundation" in said
    assert "a.png" in said
    assert "Reported account" not in said
    assert "Page 1 of 1" in said
    document.close()
    (tmp_path / "taken").write_text("", encoding="utf-8")
    page.save_packet(tmp_path / "taken" / "packet.pdf", frozenset({Part.FILES}), None)
    qtbot.waitUntil(lambda: bool(page.said.words))
    assert "could not be saved" in page.said.words


def test_the_place_is_asked_for(page: ChannelsPage, session: Session, qtbot: QtBot, tmp_path: Path) -> None:
    beside_a_case(page, session, qtbot, tmp_path)
    page._ask_where(frozenset({Part.FILES}), None)
    assert page._dialog is not None
    page._dialog.reject()
    assert file_name("a/../b c") == "packet-a----b-c.pdf"
    assert {command.id for command in page.commands() if command.enabled()} == {
        "channels.record", "channels.hand", "channels.packet",
    }  # fmt: skip


def test_paper_takes_markup_as_text_and_numbers_its_pages(qtbot: QtBot, look: object, tmp_path: Path) -> None:
    body = "".join(f"<p>{text('<b>&amp; line')} {n}</p>" for n in range(200)) + mono("ab" * 200)
    printed = render(Paper("Title", "MARK", body + '<img src="file:///etc/hostname">', "Foot"))
    document = pypdfium2.PdfDocument(printed.pdf)
    assert len(document) == printed.pages > 2
    for number, one in enumerate(document, 1):
        said = "".join(one.get_textpage().get_text_range().split())
        assert f"Page{number}of{printed.pages}" in said
        assert "MARK" in said
    assert "<b>&amp;line0" in "".join(document[0].get_textpage().get_text_range().split())
    document.close()
    assert len(printed.sha256) == 64
    with pytest.raises(UserError, match="could not be saved"):
        paper.save(tmp_path / "nowhere" / "x.pdf", b"x")


def test_print_is_ink_on_white_in_a_dark_theme_too(qtbot: QtBot, look: Theme) -> None:
    look.set_scheme(Scheme.DARK)
    printed = render(Paper("Title", "MARK", f"<h1>{text('Report packet')}</h1><p>{'ink ' * 200}</p>"))
    document = pypdfium2.PdfDocument(printed.pdf)
    page = document[0].render(scale=2).to_pil().convert("L")
    width, height = page.size
    words = page.crop((0, height // 9, width, height // 4))
    assert min(words.tobytes()) < 60
    assert max(page.tobytes()) == 255
    document.close()
