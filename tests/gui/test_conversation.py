"""The list of messages, its search, and the choice of what is reported."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from PySide6.QtCore import QItemSelectionModel, QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desk.domain.content import Content, ContentKind, Message
from desk.domain.conversation import Span, line_of
from desk.gui.conversation.dialog import MessagesDialog, selection_words
from desk.gui.conversation.finder import Finder
from desk.gui.conversation.model import MessageModel
from desk.gui.conversation.view import MessageView, shown_text

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def talk(count: int) -> Content:
    messages = tuple(
        Message(f"u-{n % 3}", f"[practice message {n}]", "u-9", AT + timedelta(minutes=n), "192.0.2.7")
        for n in range(count)
    )
    return Content("talk", ContentKind.CHAT, messages=messages)


@pytest.fixture
def dialog(qtbot: QtBot) -> MessagesDialog:
    made = MessagesDialog(talk(30), None, None)
    qtbot.addWidget(made)
    with qtbot.waitActive(made):  # keys of a window that is not in front do nothing
        made.show()
        made.activateWindow()
    made.view.setFocus()
    qtbot.waitUntil(made.view.hasFocus)
    return made


def told(dialog: MessagesDialog) -> list[Any]:
    found: list[Any] = []
    dialog.chosen.connect(found.append)
    return found


def test_a_range_by_the_keyboard_and_back_again(dialog: MessagesDialog) -> None:
    found = told(dialog)
    view = dialog.view
    QTest.keyClick(view, Qt.Key.Key_Down)
    for _ in range(2):
        QTest.keyClick(view, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert view.chosen() == [1, 2, 3]
    QTest.keyClick(view, Qt.Key.Key_Space)
    assert found == [(Span(0, 0), Span(4, 29))]
    assert dialog.said.text() == "27 of 30 messages are reported; 3 left out."
    QTest.keyClick(view, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert found.pop() is None
    assert dialog.said.text() == "All 30 messages are reported."
    dialog.redo.click()
    assert found[-1] == (Span(0, 0), Span(4, 29))
    QTest.keyClick(view, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(view, Qt.Key.Key_Space)  # some were left out: all are reported
    assert found.pop() is None
    QTest.keyClick(view, Qt.Key.Key_Space)
    assert found[-1] == ()
    assert "No message is reported" in dialog.said.text()


def test_all_of_a_sender_and_everything(dialog: MessagesDialog) -> None:
    found = told(dialog)
    leave = {action.text(): action for action in dialog.leave_out.menu().actions()}
    report = {action.text(): action for action in dialog.report.menu().actions()}
    leave["Everything"].trigger()
    report["All of u-1"].trigger()
    assert found[-1] == tuple(Span(n, n) for n in range(1, 30, 3))
    report["Everything"].trigger()
    assert found[-1] is None
    dialog.view.go_to(4)
    leave["What is highlighted"].trigger()
    assert found[-1] == (Span(0, 3), Span(5, 29))


def test_a_click_on_the_box_marks_one_message(dialog: MessagesDialog) -> None:
    found = told(dialog)
    rect = dialog.view.visualRect(dialog.model.index(2))
    QTest.mouseClick(dialog.view.viewport(), Qt.MouseButton.LeftButton, pos=rect.topLeft() + QPoint(14, 14))
    assert found == [(Span(0, 1), Span(3, 29))]
    QTest.mouseClick(dialog.view.viewport(), Qt.MouseButton.LeftButton, pos=rect.center())
    assert len(found) == 1  # the text itself is only highlighted


def test_search_says_where_one_is(dialog: MessagesDialog) -> None:
    finder = dialog.finder
    QTest.keyClick(dialog, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert finder.field.hasFocus()
    QTest.keyClicks(finder.field, "MESSAGE 2")
    assert finder.said.text() == "1 of 11 messages"
    assert dialog.view.currentIndex().row() == 2
    QTest.keyClick(finder.field, Qt.Key.Key_Return)
    assert (finder.said.text(), dialog.view.currentIndex().row()) == ("2 of 11 messages", 20)
    finder.up.click()
    finder.up.click()
    assert finder.said.text() == "11 of 11 messages"
    QTest.keyClicks(finder.field, "x")
    assert finder.said.text() == "0 messages"
    QTest.keyClick(finder.field, Qt.Key.Key_Escape)
    assert finder.field.text() == ""
    assert dialog.isVisible()


def test_whose_messages_are_shown_with_some_around(dialog: MessagesDialog) -> None:
    finder, model = dialog.finder, dialog.model
    finder.whose.set_value("u-1")
    finder.whose.changed.emit()
    finder.around.set_value(0)
    finder.around.changed.emit()
    assert model.rows == list(range(1, 30, 3))
    assert [model.skipped(row) for row in (0, 1)] == [1, 2]
    assert dialog.view.stretch() is None  # a part of it is not the conversation
    QTest.keyClick(dialog.view, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(dialog.view, Qt.Key.Key_Space)
    assert model.reported == frozenset(range(30)) - set(range(1, 30, 3))
    finder.around.set_value(1)
    finder.around.changed.emit()
    assert len(model.rows) == 30
    dialog.grab()  # every row is painted, those that are left out too


def test_copy_gives_plain_lines(dialog: MessagesDialog) -> None:
    dialog.view.go_to(3)
    dialog.view.selectionModel().select(dialog.model.index(1), QItemSelectionModel.SelectionFlag.Select)
    QTest.keyClick(dialog.view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    messages = dialog.model.messages
    assert QGuiApplication.clipboard().text() == f"{line_of(messages[1])}\n{line_of(messages[3])}"


def test_ten_thousand_messages_are_there_at_once(qtbot: QtBot) -> None:
    begun = time.thread_time()
    model = MessageModel(talk(10_000).messages)
    view = MessageView(model, "Messages")
    qtbot.addWidget(view)
    view.resize(500, 400)
    with qtbot.waitExposed(view):
        view.show()
    QTest.keyClick(view, Qt.Key.Key_End)
    bar = view.verticalScrollBar()
    assert bar.value() == bar.maximum() > 100_000
    assert time.thread_time() - begun < 4
    stretch = view.stretch()
    assert stretch is not None
    assert stretch[0] > 0.99
    assert stretch[1] == 1.0
    bar.setValue(0)
    first = view.stretch()
    assert first is not None
    assert first[0] == 0.0
    assert first[1] < 0.01


@pytest.mark.parametrize(
    "text",
    [
        "<a href='https://example.com'>x</a>",
        "مرحبا كيف الحال",
        "👩‍👩‍👧 family 👋🏽",
        "left \u202e over\u2066ride",
        "a\r\nb\u2028c\x0bd",
        "long " * 200,
        "",
        "İstanbul ẞ",
    ],
)
def test_whatever_was_written_stays_inside_its_row(qtbot: QtBot, text: str) -> None:
    messages = (Message("u-1\nx", text, at=None), Message("u-2", "after", at=AT))
    model = MessageModel(messages, marks=True)
    view = MessageView(model, "Messages")
    finder = Finder(model, view)
    for widget in (view, finder):
        qtbot.addWidget(widget)
    view.resize(300, 240)
    with qtbot.waitExposed(view):
        view.show()
    finder.field.setText(text[:3] or "x")
    view.grab()
    first, second = (view.visualRect(model.index(row)) for row in (0, 1))
    assert second.top() == first.bottom() + 1
    assert model.index(0).data().endswith(text)
    assert len(shown_text(text).split("\u2028")) == max(1, len(text.splitlines()))
    assert QApplication.focusWidget() is not finder


def test_words_of_a_selection() -> None:
    assert selection_words(1, 1) == "The only message is reported."
    assert selection_words(0, 2) == "0 of 2 messages are reported; 2 left out."
