"""Help: every topic is there, nothing is loaded from anywhere, links lead to topics."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import cast

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtWidgets import QWidget

from desk.gui import resources
from desk.gui.help.page import HelpPage, topics
from desk.gui.session import Session


@pytest.fixture
def page(show: Callable[[QWidget], QWidget]) -> HelpPage:
    made = HelpPage(cast(Session, None))
    show(made)
    return made


@pytest.mark.parametrize("name", [name for name, _ in topics()])
def test_a_topic_is_shown(page: HelpPage, name: str) -> None:
    page.enter(topic=name)
    shown = page.guide.toPlainText()
    title = resources.text("help", f"{name}.md").splitlines()[0].lstrip("# ")
    assert shown.startswith(title)
    assert len(shown) > 100


def test_help_of_a_page_goes_back_to_it(page: HelpPage) -> None:
    page.enter(topic="outbox")
    assert page.back is not None
    assert page.back[0] == "outbox"
    page.enter(topic="no such page")
    assert page.back == ("queue", "Queue")


def test_the_texts_name_no_address_to_load() -> None:
    for name, _ in topics():
        text = resources.text("help", f"{name}.md")
        assert not re.search(r"https?://|!\[", text), name


def test_a_link_leads_to_a_topic(page: HelpPage) -> None:
    page.enter(topic="start")
    page.guide.anchorClicked.emit(QUrl("danger.md"))
    assert page.guide.toPlainText().startswith("A child in danger now")
