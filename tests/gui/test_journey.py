"""From start to receipt in practice mode, as a newcomer does it: by mouse, and again by keyboard alone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget
from pytestqt.qtbot import QtBot

from desk.domain.filing import FilingState
from desk.domain.incident import IncidentType
from desk.gui.queue.page import QueuePage
from desk.gui.report.incident import TypeRow
from desk.gui.widgets.choices import CheckBox
from desk.gui.workplace import Workplace
from tests.gui.journey_support import practice_window

SLOW = 20_000


def button(root: QWidget, words: str) -> QAbstractButton:
    """The visible button with these words."""
    found = [b for b in root.findChildren(QAbstractButton) if b.isVisible() and b.text().startswith(words)]
    assert found, f"no button “{words}” is on the screen"
    return found[0]


def filed(workplace: Workplace) -> bool:
    rows = workplace.desk.outbox.filed(workplace.session.operator)
    return bool(rows)


def press(qtbot: QtBot, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    """A key to whatever has the focus, as a keyboard sends it."""
    target = QApplication.focusWidget()
    assert target is not None, "nothing has the focus"
    qtbot.keyClick(target, key, modifier)


def focus_by_tab(qtbot: QtBot, wanted: Callable[[QWidget], bool], most: int = 200) -> None:
    """Tab until the focus is where it is wanted."""
    for _ in range(most):
        focus = QApplication.focusWidget()
        if focus is not None and wanted(focus):
            return
        press(qtbot, Qt.Key.Key_Tab)
    raise AssertionError("the keyboard does not reach it")


def receipt_is_kept(workplace: Workplace) -> None:
    row = workplace.desk.outbox.filed(workplace.session.operator)[0]
    assert row.filing.state is FilingState.FILED
    story = workplace.desk.outbox.story(workplace.session.operator, row.filing.id)
    assert story.receipt is not None
    assert b"<reportDoneResponse>" in story.receipt.body
    assert workplace.desk.preservation.list(workplace.session.operator)
    assert workplace.desk.auditing.verify(workplace.session.operator).ok


def test_by_mouse(qtbot: QtBot, tmp_path: Path) -> None:
    with practice_window(qtbot, tmp_path) as (life, workplace):
        window = life.window
        left = Qt.MouseButton.LeftButton
        qtbot.waitUntil(lambda: window.current_id == "queue")
        queue = window.page("queue")
        assert isinstance(queue, QueuePage)
        qtbot.waitUntil(lambda: queue.model.rowCount() >= 24, timeout=SLOW)
        qtbot.mouseClick(button(window, "Next case"), left)
        qtbot.waitUntil(lambda: window.current_id == "case", timeout=SLOW)
        qtbot.waitUntil(lambda: bool(find(window, "Report…")), timeout=SLOW)
        qtbot.mouseClick(button(window, "Report…"), left)
        qtbot.waitUntil(lambda: window.current_id == "report", timeout=SLOW)
        qtbot.waitUntil(lambda: bool(cards(window)), timeout=SLOW)
        assert not any(card.is_chosen() for card in cards(window))  # proposed, never preselected
        qtbot.mouseClick(button(window, "Use the proposal"), left)
        qtbot.mouseClick(button(window, "Review and confirm"), left)
        qtbot.waitUntil(lambda: window.current_id == "confirm", timeout=SLOW)
        qtbot.waitUntil(lambda: bool(ticks(window)) and tick(window).isEnabled(), timeout=SLOW)
        act = button(window, "File in practice")
        assert not act.isEnabled()
        box = tick(window)
        qtbot.mouseClick(box, left, pos=box.rect().center())
        if not box.isChecked():
            box.click()
        qtbot.waitUntil(act.isEnabled)
        qtbot.mouseClick(act, left)
        qtbot.waitUntil(lambda: window.current_id == "outbox", timeout=SLOW)
        qtbot.waitUntil(lambda: filed(workplace) or bool(find(window, "File now")), timeout=SLOW)
        if not filed(workplace):
            qtbot.mouseClick(button(window, "File now"), left)
        qtbot.waitUntil(lambda: filed(workplace), timeout=SLOW)
        receipt_is_kept(workplace)


def find(root: QWidget, words: str) -> list[QAbstractButton]:
    return [
        b
        for b in root.findChildren(QAbstractButton)
        if b.isVisible() and b.isEnabled() and b.text().startswith(words)
    ]


def cards(root: QWidget) -> list[TypeRow]:
    return [card for card in root.findChildren(TypeRow) if card.isVisible()]


def ticks(root: QWidget) -> list[CheckBox]:
    words = "I have checked"
    return [box for box in root.findChildren(CheckBox) if box.isVisible() and box.text().startswith(words)]


def tick(root: QWidget) -> CheckBox:
    return ticks(root)[0]


def test_by_keyboard_alone(qtbot: QtBot, tmp_path: Path) -> None:
    with practice_window(qtbot, tmp_path) as (life, workplace):
        window = life.window
        control = Qt.KeyboardModifier.ControlModifier
        queue = window.page("queue")
        assert isinstance(queue, QueuePage)
        qtbot.waitUntil(lambda: queue.model.rowCount() >= 24, timeout=SLOW)
        press(qtbot, Qt.Key.Key_Return, control)
        qtbot.waitUntil(lambda: window.current_id == "case", timeout=SLOW)
        qtbot.waitUntil(lambda: bool(find(window, "Report…")), timeout=SLOW)
        press(qtbot, Qt.Key.Key_R)
        qtbot.waitUntil(lambda: window.current_id == "report", timeout=SLOW)
        qtbot.waitUntil(lambda: bool(cards(window)), timeout=SLOW)
        focus_by_tab(qtbot, lambda widget: isinstance(widget, TypeRow))
        press(qtbot, Qt.Key.Key_Space)
        assert sum(card.is_chosen() for card in cards(window)) == 1
        press(qtbot, Qt.Key.Key_Return, control)
        qtbot.waitUntil(lambda: window.current_id == "confirm", timeout=SLOW)
        qtbot.waitUntil(lambda: bool(ticks(window)) and tick(window).isEnabled(), timeout=SLOW)
        focus_by_tab(qtbot, lambda widget: widget is tick(window))
        press(qtbot, Qt.Key.Key_Space)
        press(qtbot, Qt.Key.Key_Return, control)
        qtbot.waitUntil(lambda: window.current_id == "outbox", timeout=SLOW)
        if not filed(workplace):
            qtbot.waitUntil(lambda: filed(workplace) or bool(find(window, "File now")), timeout=SLOW)
            if not filed(workplace):
                press(qtbot, Qt.Key.Key_F)
        qtbot.waitUntil(lambda: filed(workplace), timeout=SLOW)
        receipt_is_kept(workplace)
        row = workplace.desk.outbox.filed(workplace.session.operator)[0]
        assert row.incident_type in {kind.value for kind in IncidentType}
