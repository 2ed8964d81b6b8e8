"""A real practice workspace with cases of our own, and a case page on it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEventLoop, QObject, QTimer

from desk.app import practice_desk
from desk.domain.roles import Operator, Role
from desk.gui.case.page import CasePage
from desk.gui.runner import Runner
from desk.gui.session import Session
from desk.services.desk import Desk

MODERATOR = frozenset({Role.MODERATOR, Role.SUPERVISOR, Role.ADMINISTRATOR})


@contextmanager
def case_desk(folder: Path) -> Iterator[Desk]:
    with practice_desk(cases=False, folder=folder) as desk:
        yield desk


def write_case(folder: Path, number: int, media: dict[str, bytes], **changes: Any) -> Path:
    """A case package in a folder; ``changes`` replace top-level keys."""
    place = folder / f"case-{number}"
    (place / "media").mkdir(parents=True)
    at = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=2)
    content = []
    for n, (name, data) in enumerate(media.items(), 1):
        (place / "media" / name).write_bytes(data)
        kind = {"mp4": "video", "pdf": "document", "wav": "audio"}.get(name.rpartition(".")[2], "image")
        content.append({"id": f"c{n}", "kind": kind, "file": f"media/{name}", "name": name, "uid": f"m-{number}-{n}"})
    case: dict[str, Any] = {
        "format": "desk-case/1",
        "id": f"case-{number}",
        "created_at": at.isoformat(),
        "source": {"kind": "user_report", "name": "practice"},
        "policies": ["child-safety/csam"],
        "summary": f"Practice case {number}",
        "incident": {"occurred_at": at.isoformat()},
        "reported": {"id": f"u-{number}", "service": "Example Social", "screen_name": f"user{number}"},
        "content": content,
    }
    case.update(changes)
    (place / "case.json").write_text(json.dumps(case), encoding="utf-8")
    return place


def take_in(desk: Desk, *paths: Path) -> list[int]:
    """The numbers of the cases taken in."""
    result = desk.intake.take_in(list(paths), None).value
    assert not result.refused, [refused.reason for refused in result.refused]
    return list(range(1, 1 + len(paths)))


def other_operator(desk: Desk, name: str = "Ada") -> Operator:
    admin = desk.people.all()[0]
    return desk.people.add(admin, name, MODERATOR).value


class Bench:
    """Desk, runner, session and page together; ended in order."""

    def __init__(self, desk: Desk, keep: QObject | None = None) -> None:
        self.desk = desk
        self.operator = desk.people.all()[0]
        self.runner = Runner()
        self.problems: list[object] = []
        self.bugs: list[str] = []
        self.runner.problem.connect(self.problems.append)
        self.runner.bug.connect(self.bugs.append)
        self.session = Session(desk, self.runner, self.operator)
        self.page = CasePage(self.session)
        self.session.changed.connect(self.page.refresh)
        self.page.resize(1200, 660)

    def close(self) -> None:
        self.page.leave()
        self.runner.drain()
        self.page.close()
        self.page.deleteLater()
        assert not self.bugs


def wait(until: Callable[[], bool], ms: int = 8000) -> None:
    """Run the loop until it is so; for scripts without pytest-qt."""
    loop = QEventLoop()
    poll = QTimer()
    poll.setInterval(20)
    poll.timeout.connect(lambda: loop.quit() if until() else None)
    poll.start()
    end = QTimer()
    end.setSingleShot(True)
    end.timeout.connect(loop.quit)
    end.start(ms)
    loop.exec()
    poll.stop()
    assert until(), "it did not come to that in time"
