"""Types into a report without end, until it is killed. Run by test_report_page; prints what it typed."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from desk import app
from desk.domain.roles import Role
from desk.gui.report.page import ReportPage
from desk.gui.runner import Runner
from desk.gui.session import Session
from desk.gui.theme import Scheme, Theme
from desk.storage import workspace
from desk.system.keyring import MemorySecretStore
from tests.gui.case_support import put_case

EVERY_MS = 25


def main(folder: Path, key: bytes) -> None:
    application = QApplication(sys.argv[:1])
    Theme(application, Scheme.LIGHT)
    opened = workspace.create(folder / "workspace", key, unlock=workspace.Unlock.MEMORY)
    desk = app.wire(
        ExitStack(),
        store=opened.store,
        vault=opened.vault,
        secrets=MemorySecretStore(),
        workspace_id=str(opened.info.id),
        place=str(folder),
        practice=True,
    )
    operator = desk.people.first("Practice moderator", frozenset(Role)).value
    number = put_case(desk, folder, {}, content=[{"id": "t1", "kind": "text", "text": "PRACTICE"}])
    session = Session(desk, Runner(), operator)
    session.set_claim(desk.queue.claim(operator, number).value)
    page = ReportPage(session)
    page.resize(1180, 700)
    page.show()
    page.enter(number=number)
    typed = 0

    def key_stroke() -> None:
        nonlocal typed
        if page.sheet is None or not page.writable():
            return
        typed += 1
        QTest.keyClicks(page.sheet.circumstances.additional, chr(ord("a") + typed % 26))
        print(typed, number, flush=True)

    clock = QTimer()
    clock.timeout.connect(key_stroke)
    clock.start(EVERY_MS)
    application.exec()


if __name__ == "__main__":
    main(Path(sys.argv[1]), bytes.fromhex(sys.argv[2]))
