"""After a whole session nothing of a case, a person or a credential lies in the clear in the workspace."""

from __future__ import annotations

import base64
import logging
from pathlib import Path

import pytest

from desk.domain.filing import FilingState
from desk.storage import workspace
from desk.system.logs import set_up_logging
from tests.support.many import distinct_png
from tests.support.world import PASSWORD, USER, World, new_world

MARKS = {
    "summary": "MARK-summary-of-the-case",
    "message": "MARK-what-somebody-wrote",
    "name": "MARK-Screen-Name",
    "email": "mark.person@example.com",
    "url": "https://example.com/MARK-page",
    "file name": "MARK-IMG-0001.png",
    "operator's words": "MARK-typed-by-a-moderator",
    "password": PASSWORD,
    "user": f"{USER}:{PASSWORD}",
}


def forms(text: str) -> list[bytes]:
    """The text as it may lie in a file: in the clear, as UTF-16, in base64 at any offset, in hex."""
    raw = text.encode()
    found = [raw, text.encode("utf-16-le"), text.encode("utf-16-be"), raw.hex().encode()]
    for shift in range(3):
        coded = base64.b64encode(b"\0" * shift + raw)
        found.append(coded[4 if shift else 0 : -4])
    return found


@pytest.fixture
def quiet_loggers() -> None:
    for name in ("httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.DEBUG)


def session(world: World) -> None:
    """A day: taken in, looked at, drafted, confirmed, filed; one is refused, one taken back."""
    chat = {"id": "t", "kind": "chat", "messages": [{"from": "MARK-Screen-Name", "text": MARKS["message"]}]}
    image = {"id": "i", "kind": "image", "file": "media/0.png", "name": MARKS["file name"]}
    person = {"id": "u-1", "screen_name": MARKS["name"], "emails": [{"address": MARKS["email"]}]}
    context = {"kind": "web_page", "urls": [MARKS["url"]]}
    occurred = world.clock.now().isoformat()
    case = world.case(
        files=1,
        content=[chat, image],
        reported=person,
        summary=MARKS["summary"],
        incident={"occurred_at": occurred, "context": context},
    )
    world.review.shown(world.moderator, case.number, "i", at=world.clock.now(), seconds=2)
    filing = world.confirmed(case.number, additional_info=MARKS["operator's words"])
    assert world.quiet(filing.id).state is FilingState.FILED
    world.credentials.check(world.admin, world.endpoint)
    second = world.confirmed(world.case("other", first=5).number)
    world.outbox.take_back(world.moderator, second.id)
    world.quiet(second.id)


def scan(folder: Path, needles: dict[str, list[bytes]]) -> list[tuple[str, str]]:
    hits = []
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            data = path.read_bytes()
            hits += [(name, path.name) for name, many in needles.items() for form in many if form in data]
    return hits


def test_nothing_in_the_clear(template: Path, tmp_path: Path, quiet_loggers: None) -> None:
    with new_world(template, tmp_path, serve=True) as world:
        undo = set_up_logging(world.folder / workspace.LOGS, level=logging.DEBUG)
        try:
            session(world)
            logging.getLogger("desk.test").info("a session")
        finally:
            undo()
        picture = distinct_png(0)
        needles = {name: forms(mark) for name, mark in MARKS.items()}
        needles["picture"] = [picture[start : start + 48] for start in (60, 400, len(picture) - 80)]
        needles["picture in base64"] = [base64.b64encode(picture[60:108])]
        assert scan(world.folder, needles) == []  # while it is open: database, log of writes, vault, logs
        assert any(path.suffix == ".log" and path.stat().st_size for path in world.folder.rglob("*"))
    assert scan(tmp_path / "workspace", needles) == []  # and after it was closed
    # The scan finds what is there: the packages lie beside the workspace in the clear.
    assert {name for name, _ in scan(tmp_path / "packages", needles)} >= {
        "summary",
        "message",
        "name",
        "picture",
    }
