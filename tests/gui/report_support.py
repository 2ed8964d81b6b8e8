"""A report page on a real practice workspace, and cases of our own for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from desk.domain.draft import Draft
from desk.gui.report.page import ReportPage
from desk.gui.runner import Runner
from desk.gui.session import Session
from desk.services.desk import Desk


def png(mark: int) -> bytes:
    """Bytes of no picture at all; a report does not need one to be shown."""
    return f"PRACTICE {mark}".encode()


class Writer:
    """Desk, runner, session and page together; ended in order."""

    def __init__(self, desk: Desk, qtbot: QtBot, show: Callable[[QWidget], QWidget]) -> None:
        self.desk, self.qtbot = desk, qtbot
        self.operator = desk.people.all()[0]
        self.runner = Runner()
        self.bugs: list[str] = []
        self.runner.bug.connect(self.bugs.append)
        self.session = Session(desk, self.runner, self.operator)
        self.page = ReportPage(self.session)
        self.page.resize(1180, 700)
        self.went: list[tuple[str, dict[str, Any]]] = []
        self.page.navigate.connect(lambda page, kwargs: self.went.append((page, kwargs)))
        show(self.page)

    def open(self, number: int, *, claim: bool = True) -> ReportPage:
        if claim:
            self.session.set_claim(self.desk.queue.claim(self.operator, number).value)
        self.page.enter(number=number)
        self.qtbot.waitUntil(lambda: self.is_open(number), timeout=10_000)
        self.settle()
        return self.page

    def is_open(self, number: int) -> bool:
        view = self.page._view
        return view is not None and view.case.number == number and self.page._form.isVisible()

    def settle(self) -> None:
        """Until all is saved and checked."""
        self.qtbot.waitUntil(
            lambda: not self.page.keeper.busy and not self.page.checker.busy and not self.runner.busy,
            timeout=10_000,
        )

    def kept(self, number: int) -> Draft:
        """The draft as it is on the disk."""
        return self.desk.drafting.open(self.operator, number).draft

    def close(self) -> None:
        self.page.leave()
        claim = self.session.claim
        if claim is not None:
            self.desk.queue.release(self.operator, claim)
            self.session.set_claim(None)
        assert self.runner.drain()
        self.page.close()
        self.page.deleteLater()
        assert not self.bugs
