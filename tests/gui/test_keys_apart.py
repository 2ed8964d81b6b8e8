"""No two acts of one page share a key: the first found would win, and nobody could say which."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

from PySide6.QtGui import QKeySequence
from pytestqt.qtbot import QtBot

from tests.gui.journey_support import practice_window

PAGES = (
    "queue",
    "outbox",
    "reports",
    "approvals",
    "preservation",
    "figures",
    "second_review",
    "guide",
    "channels",
    "audit",
    "settings",
    "help",
)


def test_no_two_acts_of_a_page_share_a_key(qtbot: QtBot, tmp_path: Path) -> None:
    with practice_window(qtbot, tmp_path) as (life, workplace):
        operator = workplace.session.operator
        claim = workplace.desk.queue.claim(operator, 4).value
        workplace.session.set_claim(claim)
        clashes: dict[str, list[list[str]]] = {}
        visits: list[tuple[str, dict[str, int]]] = [(page, {}) for page in PAGES]
        visits += [(page, {"number": claim.case_id}) for page in ("case", "report", "confirm")]
        for page, where in visits:
            life.window.go(page, **where)
            sharing: defaultdict[str, list[str]] = defaultdict(list)
            for command in life.window.commands():
                if command.key:
                    sharing[QKeySequence(command.key).toString()].append(command.id)
            assert sharing, page
            found = [ids for ids in sharing.values() if len(ids) > 1]
            if found:
                clashes[page] = found
        assert clashes == {}
