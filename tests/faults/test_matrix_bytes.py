"""What the journal holds is what went over the wire, byte for byte, as another server than the stand-in saw it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from desk.domain.filing import Call, FilingState
from tests.cybertip.loopback import Answer, Request, done, response, serving, upload_md5
from tests.support.world import new_world


@pytest.mark.parametrize("taken_back", [False, True])
def test_the_journal_holds_the_bytes_that_were_sent(template: Path, tmp_path: Path, taken_back: bool) -> None:
    digest: list[str] = []  # this server answers before it has read the body

    def answer(request: Request) -> Answer:
        match request.path.rpartition("/")[2]:
            case "submit":
                return Answer(response(0, "Success", "<reportId>42</reportId>"))
            case "upload":
                parts = ("<reportId>42</reportId>", "<fileId>f1</fileId>")
                return Answer(response(0, "Success", *parts, f"<hash>{digest[0]}</hash>"))
            case "finish":
                return Answer(done(0, "42", ("f1",)))
            case "xsd":
                return Answer(status=404)
            case _:
                return Answer(response(0, "Success", "<reportId>42</reportId>"))

    with serving(answer) as server, new_world(template, tmp_path, server=server) as world:
        filing = world.confirmed(world.case(files=1).number)
        digest.append(filing.files[0].md5)
        if taken_back:
            world.until(filing.id, FilingState.HELD)
            world.outbox.take_back(world.moderator, filing.id)
        ended = world.quiet(filing.id)
        story = world.outbox.story(world.supervisor, filing.id)
        came = [request for request in server.requests if request.method == "POST"]
    assert ended.state is (FilingState.WITHDRAWN if taken_back else FilingState.FILED)
    last = Call.RETRACT if taken_back else Call.FINISH
    assert [entry.call for entry in story.journal] == [Call.SUBMIT, Call.UPLOAD, Call.FILEINFO, last]
    for entry, request in zip(story.journal, came, strict=True):
        assert request.path.endswith(entry.call.value)
        if entry.call is Call.UPLOAD:  # by its digest: a film has no place in a journal
            assert json.loads(entry.sent)["md5"] == upload_md5(request)
        else:
            assert entry.sent == request.body
