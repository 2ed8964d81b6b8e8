#!/usr/bin/env python3
"""Pictures of practice mode for the README and for judging by eye.

    .venv/bin/python packaging/screenshots.py FOLDER [--size 1280x800] [--scheme light|dark|both]

Opens practice mode, does the main job as a newcomer would, and saves each page on the way. Wants no
display (it uses Qt's offscreen platform); QT_SCALE_FACTOR=2 gives pictures at 200 %.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


class Settings:
    """Window settings that nobody keeps; the guide was seen."""

    def __init__(self) -> None:
        self.kept = {"seen/guide": "1"}

    def get(self, key: str) -> str | None:
        return self.kept.get(key)

    def set(self, key: str, value: str) -> None:
        self.kept[key] = value


def pictures(folder: Path, scheme: str, size: tuple[int, int]) -> None:
    """One walk through practice mode in one theme."""
    from PySide6.QtCore import QEventLoop
    from PySide6.QtWidgets import QApplication

    from desk import app
    from desk.domain.company import EndpointKind
    from desk.domain.incident import IncidentType
    from desk.gui.start import Life, Opened, Say
    from desk.gui.theme import Scheme
    from desk.gui.workplace import Workplace

    application = QApplication.instance() or QApplication(sys.argv[:1])
    stack = ExitStack()

    def prepare(say: Say) -> Opened:
        return app.opened(stack.enter_context(app.practice_desk(say=say)), stack)

    life = Life(prepare, EndpointKind.PRACTICE, Settings(), Scheme(scheme))
    window = life.window
    window.resize(*size)

    def spin(seconds: float, until: Callable[[], bool] = lambda: False) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end and not until():
            application.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)

    def picture(name: str) -> None:
        spin(2.5)
        window.grab().save(str(folder / f"{name}-{scheme}.png"))
        print(f"{name}-{scheme}.png")

    window.show()
    life.begin()
    spin(60, lambda: isinstance(life.workplace, Workplace))
    work = life.workplace
    if not isinstance(work, Workplace):
        raise SystemExit("screenshots: practice mode did not open")
    try:
        desk, operator = work.desk, work.session.operator
        picture("queue")
        claim = desk.queue.claim(operator, 4).value
        work.session.set_claim(claim)
        window.go("case", number=claim.case_id)
        picture("case")
        window.go("report", number=claim.case_id)
        picture("report")
        view = desk.drafting.open(operator, claim.case_id)
        chosen = replace(view.draft, incident_type=view.proposal or IncidentType.CSAM)
        desk.drafting.save(operator, chosen, view.saved.version)
        window.go("confirm", number=claim.case_id)
        picture("confirm")
        summary = desk.confirmation.summary(operator, claim.case_id)
        work.session.act(lambda: desk.confirmation.confirm(operator, claim, summary, checked=True))
        window.go("outbox")
        picture("outbox")
        for row in desk.outbox.rows(operator):
            desk.outbox.file_now(operator, row.filing.id)
        work.outbox.wake()
        spin(10, lambda: desk.outbox.waiting() == 0)
        for page in ("reports", "second_review", "figures", "audit", "settings", "help"):
            window.go(page)
            picture(page)
    finally:
        life.end()
        stack.close()


def main() -> int:
    parser = argparse.ArgumentParser(description="Pictures of practice mode.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--size", default="1280x800")
    parser.add_argument("--scheme", choices=("light", "dark", "both"), default="both")
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    width, _, height = arguments.size.partition("x")
    if arguments.scheme == "both":
        # Each in a process of its own: as in the program, there is one theme in each.
        again = [sys.executable, __file__, str(arguments.folder), "--size", arguments.size, "--scheme"]
        return max(subprocess.run([*again, scheme], check=False).returncode for scheme in ("light", "dark"))
    pictures(arguments.folder, arguments.scheme, (int(width), int(height)))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
