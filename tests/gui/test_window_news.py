"""The window tells of what became of one's reports, and of what waits for a second opinion."""

from __future__ import annotations

from pathlib import Path

from pytestqt.qtbot import QtBot

from desk.domain.roles import Operator, Role
from desk.gui.workplace import NEEDS
from tests.gui.journey_support import practice_window

SLOW = 20_000


def test_word_comes_once_and_stays_at_the_queue(qtbot: QtBot, qapp: object, tmp_path: Path) -> None:
    with practice_window(qtbot, tmp_path, cases=False) as (life, work):
        window, queue = life.window, work._queue
        work._say_news((7, 8))
        assert any("2 notes" in words for words in window.notices.words())
        assert queue.news.isVisible()
        window.notices.clear()
        work._say_news((7, 8))
        assert window.notices.words() == [], "said once"
        queue.news.click()
        assert window.current_id == "news"
        work._say_news(())
        window.go("queue")
        assert not queue.news.isVisible()
        for key, page in (("go.second_review", "second_review"), ("go.figures", "figures")):
            next(one for one in window.commands() if one.id == key).callback()
            assert window.current_id == page
        qtbot.waitUntil(lambda: not work.runner.busy, timeout=SLOW)


def test_the_rail_is_a_supervisors() -> None:
    moderator = Operator(1, "Ada Example", frozenset({Role.MODERATOR}))
    supervisor = Operator(2, "Sue Example", frozenset({Role.SUPERVISOR}))
    for page in ("second_review", "figures"):
        assert not moderator.may(NEEDS[page])
        assert supervisor.may(NEEDS[page])
