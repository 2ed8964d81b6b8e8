"""A real practice workspace with cases of our own, and a case page on it."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime, timedelta
from itertools import count, pairwise
from pathlib import Path
from typing import Any

from PIL import Image
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget

from desk.domain.roles import Operator, Role
from desk.gui.case.page import CasePage
from desk.gui.runner import Runner
from desk.gui.session import Session
from desk.ports import CaseFilter
from desk.services.desk import Desk

ALL = frozenset({Role.MODERATOR, Role.SUPERVISOR, Role.ADMINISTRATOR})
KINDS = {"mp4": "video", "webm": "video", "pdf": "document", "wav": "audio"}
_numbers = count(1)


def checkers(size: int = 256, cell: int = 4, seed: int = 0) -> bytes:
    """A PNG of black and white squares: nothing has more fine detail. ``seed`` makes its bytes its own."""
    image = Image.new("L", (size, size))
    image.putdata([255 * ((x // cell + y // cell) % 2) for y in range(size) for x in range(size)])
    image.putpixel((seed % size, 0), 128)
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def put_case(desk: Desk, folder: Path, media: dict[str, bytes], **changes: Any) -> int:
    """Take in a case with these files; ``changes`` replace top-level keys.

    ``suggest`` goes to each file. Its number at the desk.
    """
    n = next(_numbers)
    suggest = changes.pop("suggest", None)
    place = folder / f"case-{n}"
    (place / "media").mkdir(parents=True)
    at = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=2)
    content: list[dict[str, Any]] = []
    for index, (name, data) in enumerate(media.items(), 1):
        (place / "media" / name).write_bytes(data)
        kind = KINDS.get(name.rpartition(".")[2], "image")
        content.append({"id": f"c{index}", "kind": kind, "file": f"media/{name}", "name": name})
        if suggest is not None:
            content[-1]["suggested"] = suggest
    case: dict[str, Any] = {
        "format": "desk-case/1",
        "id": f"test-{n}",
        "created_at": at.isoformat(),
        "source": {"kind": "user_report", "name": "practice"},
        "policies": ["child-safety/csam"],
        "summary": f"Practice case {n}",
        "incident": {"occurred_at": at.isoformat()},
        "reported": {"id": f"u-{n}", "service": "Example Social", "screen_name": f"user{n}"},
    }
    case.update(changes)
    case["content"] = content + case.get("content", [])
    (place / "case.json").write_text(json.dumps(case), encoding="utf-8")
    result = desk.intake.take_in([place], None).value
    assert not result.refused, [refused.reason for refused in result.refused]
    operator = desk.people.all()[0]
    rows = desk.queue.page(operator, CaseFilter(), limit=500).rows
    return next(row.number for row in rows if row.platform_id == f"test-{n}")


def somebody_else(desk: Desk) -> Operator:
    return desk.people.add(desk.people.all()[0], f"Ada {next(_numbers)}", ALL).value


class Bench:
    """Desk, runner, session and page together; ended in order."""

    def __init__(self, desk: Desk) -> None:
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
        self.went: list[tuple[str, dict[str, object]]] = []
        self.page.navigate.connect(lambda page, where: self.went.append((page, where)))

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


def pixels(widget: QWidget) -> QImage:
    """What is on the screen of a widget, as 8-bit grey."""
    return widget.grab().toImage().convertToFormat(QImage.Format.Format_Grayscale8)


def roughness(image: QImage) -> float:
    """The mean difference between neighbours in a row, 0 to 255: high where there is fine detail."""
    width, height = image.width(), image.height()
    data, line = bytes(image.constBits()), image.bytesPerLine()
    total = 0
    for y in range(0, height, 3):
        row = data[y * line : y * line + width]
        total += sum(abs(a - b) for a, b in pairwise(row))
    return total / max(1, (width - 1) * len(range(0, height, 3)))
