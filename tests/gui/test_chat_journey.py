"""A case of messages only, by the keyboard: choose what is reported, see it in the confirmation, file it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPlainTextEdit, QTextEdit, QWidget
from pytestqt.qtbot import QtBot

from desk.app import practice_desk
from desk.domain.conversation import Span
from desk.domain.filing import FilingState
from desk.domain.incident import IncidentType
from desk.domain.viewing import ViewingKind
from desk.gui.confirm.page import ConfirmPage
from desk.gui.conversation.dialog import MessagesDialog
from desk.services.desk import Desk
from tests.gui.case_support import put_case
from tests.gui.report_support import Writer

AT = "2026-01-02T03:04:05Z"


def chat(count: int) -> dict[str, Any]:
    messages = [
        {"from": f"u-{n % 2}", "to": "u-9", "at": AT, "text": f"[practice message {n}]"} for n in range(count)
    ]
    return {"id": "talk", "kind": "chat", "client": "Direct messages", "messages": messages}


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with practice_desk(cases=False, folder=tmp_path) as opened:
        yield opened


@pytest.fixture
def writer(desk: Desk, qtbot: QtBot, show: Callable[[QWidget], QWidget]) -> Iterator[Writer]:
    made = Writer(desk, qtbot, show)
    yield made
    made.close()


def words(root: QWidget) -> str:
    """All that is written in labels and texts."""
    found = [part.text() for part in root.findChildren(QLabel)]
    found += [part.toPlainText() for kind in (QPlainTextEdit, QTextEdit) for part in root.findChildren(kind)]
    return "\n".join(found).replace("\u200b", "")


@pytest.fixture
def number(desk: Desk, tmp_path: Path) -> int:
    return put_case(desk, tmp_path, {}, content=[chat(12)])


def test_messages_are_chosen_by_keyboard_and_filed(
    qtbot: QtBot, writer: Writer, desk: Desk, number: int
) -> None:
    desk.review.shown(
        writer.operator, number, "talk", at=desk.clock.now(), seconds=9.0, kind=ViewingKind.READ
    )
    page = writer.open(number)
    assert page.sheet is not None
    card = page.sheet.files.cards()[0]
    assert card._how_much.text() == "All 12 messages are reported."
    assert card.lowered.isVisibleTo(card)  # it was read, and that need not be claimed
    page.sheet.pane.ensureWidgetVisible(card)
    card.choose.setFocus()
    QTest.keyClick(card.choose, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: isinstance(QApplication.activeModalWidget(), MessagesDialog))
    dialog = QApplication.activeModalWidget()
    assert isinstance(dialog, MessagesDialog)
    QTest.keyClick(dialog.view, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(dialog.view, Qt.Key.Key_Space)  # nothing any more
    QTest.keyClick(dialog.view, Qt.Key.Key_Home)
    for _ in range(3):
        QTest.keyClick(dialog.view, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    QTest.keyClick(dialog.view, Qt.Key.Key_Space)
    assert dialog.said.text() == "4 of 12 messages are reported; 8 left out."
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    writer.settle()
    assert writer.kept(number).choice("talk").messages == (Span(0, 3),)
    assert card._how_much.text() == "4 of 12 messages are reported; 8 left out."

    view = desk.drafting.open(writer.operator, number)
    desk.drafting.save(
        writer.operator, replace(view.draft, incident_type=IncidentType.ENTICEMENT), view.saved.version
    )
    claim = writer.session.claim
    assert claim is not None
    confirm = ConfirmPage(writer.session)
    qtbot.addWidget(confirm)
    confirm.resize(1180, 700)
    confirm.show()
    confirm.enter(number=number)
    qtbot.waitUntil(lambda: bool(confirm.report.cards), timeout=10_000)
    said = words(confirm.report)
    assert "Messages that are left out" in said
    assert "8 left out" in said
    assert "transcript-" in said
    assert "so its transcript counts as viewed" in said
    assert "practice message 3]" in said
    assert "practice message 4]" not in said
    confirm.leave()
    writer.settle()

    summary = desk.confirmation.summary(writer.operator, number)
    filing = desk.confirmation.confirm(writer.operator, claim, summary, checked=True).value
    writer.session.set_claim(None)
    desk.outbox.file_now(writer.operator, filing.id)
    for _ in range(40):
        with desk.outbox._sender._store.read() as uow:
            now = uow.filings.get(filing.id)
        if now.state is FilingState.FILED:
            break
        desk.outbox.step()
    assert now.state is FilingState.FILED
    with desk.outbox._sender._store.read() as uow:
        receipt = uow.filings.receipt(filing.id)
    assert receipt is not None
    assert (now.files[0].file_id or "-").encode() in receipt.body


def test_nothing_chosen_stands_at_the_conversation(writer: Writer, number: int) -> None:
    page = writer.open(number)
    assert page.sheet is not None
    card = page.sheet.files.cards()[0]
    card._chose(())
    writer.settle()
    assert "Choose the messages" in card._fields["messages"].problem()
    page.sheet.go_to("files[talk].messages")
    assert card.choose.hasFocus()
