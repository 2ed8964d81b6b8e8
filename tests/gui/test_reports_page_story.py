"""The story in words, and what documents look like when they are set for reading."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from desk.domain.draft import Draft
from desk.domain.errors import UserError
from desk.domain.filing import Call, FilingState
from desk.gui.confirm.xmlview import readable
from desk.gui.reports import story as stories
from desk.gui.reports.saving import save
from desk.ports import FilingDocument, JournalEntry, NewFiling, Receipt
from desk.services.outbox import FilingStory
from tests.gui.filing_values import NOW, a_file, a_filing, a_row

SECOND = timedelta(seconds=1)


def an_entry(number: int, call: Call, outcome: str | None = "accepted", **more: object) -> JournalEntry:
    at = NOW + number * SECOND
    plain = JournalEntry(
        id=number,
        filing_id=1,
        attempt=1,
        call=call,
        file_index=None,
        endpoint="http://127.0.0.1:1/ispws",
        at=at,
        sent=b"<sent/>",
        outcome=outcome,
        outcome_at=at if outcome else None,
        request_id=f"request-{number}",
    )
    return replace(plain, **more)  # type: ignore[arg-type]


def a_story(files: int = 1, journal: tuple[JournalEntry, ...] = (), **more: object) -> FilingStory:
    states = tuple(a_file(n) for n in range(files))
    filing = replace(a_filing(1, FilingState.HELD, files=states), **more)  # type: ignore[arg-type]
    documents = tuple(FilingDocument(one, b"<fileDetails/>") for one in states)
    confirmed = NewFiling(
        case_number=1,
        revision=1,
        agency="ncmec",
        endpoint="http://127.0.0.1:1/ispws",
        report_xml=b"<report/>",
        report_sha256="0" * 64,
        files=documents,
        identities=frozenset(),
        account_id=None,
        incident_type="Child Sex Trafficking",
        completeness=70,
        escalated=False,
        hold=timedelta(minutes=5),
        confirmed_at=NOW,
        confirmed_by=1,
        draft=Draft(1, 1, NOW),
        summary_json=b'{"claimed_viewed":{"c0":true,"c1":false},"prior_reports":["77"],"warnings":["Thin."]}',
    )
    return FilingStory(a_row(filing), confirmed, journal, None)


def test_every_call_is_told_with_its_outcome() -> None:
    journal = (
        an_entry(1, Call.SUBMIT, "unknown"),
        an_entry(2, Call.SUBMIT),
        an_entry(3, Call.UPLOAD, file_index=0),
        an_entry(
            4, Call.FILEINFO, "refused", file_index=0, code=4100, description="Not valid.", http_status=400
        ),
        an_entry(5, Call.RETRACT, None),
        an_entry(6, Call.FINISH, "try_again", attempt=2),
    )
    told = {entry.title: entry.detail for entry in stories.entries(a_story(journal=journal, hold_until=None))}
    assert told["Opening the report"] == "No clear answer\nRequest-ID request-1"
    assert told["Report opened"] == "Accepted\nRequest-ID request-2"
    assert told["File details sent: picture-0.png"] == (
        "Refused · code 4100 · HTTP 400\nNot valid.\nRequest-ID request-4"
    )
    assert told["Retracting the report"].startswith("No answer is on record")
    assert "Finishing the report (report 2)" in told


def test_many_files_become_one_entry_but_all_are_copied() -> None:
    journal = tuple(
        an_entry(2 * n + kind, call, file_index=n)
        for n in range(40)
        for kind, call in enumerate((Call.UPLOAD, Call.FILEINFO))
    )
    story = a_story(40, journal)
    titles = [entry.title for entry in stories.entries(story)]
    assert "40 files sent with their details" in titles
    assert len(titles) == 3
    text = stories.as_text(story)
    assert all(f"request-{n} " in f"{text} " or f"request-{n}\n" in text for n in range(80))


def test_an_end_without_filing_is_told() -> None:
    end = NOW + timedelta(minutes=9)
    refused = a_story(state=FilingState.REFUSED, ended_at=end, error="No such thing.")
    assert stories.entries(refused)[-1].title == "Given back to be mended"
    assert stories.entries(refused)[-1].detail == "No such thing."
    back = a_story(state=FilingState.WITHDRAWN, ended_at=end)
    assert stories.entries(back)[-1].title == "Taken back for good"


def test_details_not_yet_sent_are_named_so() -> None:
    sent = stories.sent(
        a_story(2, (an_entry(1, Call.FILEINFO, file_index=0, sent=b"<fileDetails>1</fileDetails>"),))
    )
    assert [document.title for document in sent] == [
        "The report",
        "Details of picture-0.png",
        "Details of picture-1.png, not sent yet",
    ]
    assert sent[1].body == b"<fileDetails>1</fileDetails>"


def test_the_receipt_comes_first_and_once() -> None:
    receipt = Receipt(1, "9001", NOW, "request-2", b"<reportDoneResponse/>", "1" * 64)
    journal = (
        an_entry(1, Call.SUBMIT, received=b"<reportResponse/>"),
        an_entry(2, Call.FINISH, received=receipt.body),
    )
    found = stories.received(replace(a_story(journal=journal), receipt=receipt))
    assert [document.body for document in found] == [receipt.body, b"<reportResponse/>"]


def test_what_was_shown_at_confirmation() -> None:
    facts = dict(stories.shown_at_confirmation(a_story()))
    assert facts["Said to be viewed"] == "1 of 2 files"
    assert facts["Earlier reports"] == "77"
    assert facts["Said"] == "Thin."
    broken = a_story()
    broken = replace(broken, confirmed=replace(broken.confirmed, summary_json=b"\xff[]"))
    assert dict(stories.shown_at_confirmation(broken))["Completeness"] == "70 of 100"


def test_preservation_counts_the_days() -> None:
    receipt = Receipt(1, "9001", NOW, None, b"", "")
    story = replace(a_story(), receipt=receipt)
    assert stories.preserved(a_story(), NOW) == ""
    assert stories.preserved(story, NOW) == "To be preserved until 2027-11-20: 365 days."
    assert "ended on 2027-11-20" in stories.preserved(story, NOW + timedelta(days=400))


@pytest.mark.parametrize(
    ("document", "text"),
    [
        (b"<a><b>x</b><c/></a>", "<a>\n  <b>x</b>\n  <c/>\n</a>"),
        (
            b'<?xml version="1.0"?><a b="1>2"><!-- c --></a>',
            '<?xml version="1.0"?>\n<a b="1>2">\n  <!-- c -->\n</a>',
        ),
        (b"<a>one <b>two</b> three</a>", "<a>one \n  <b>two</b>\n  three\n</a>"),
        (b"not xml < at all", "not xml < at all"),
        (b"\xff\xfe", "\ufffd\ufffd"),
        (b"<html><p>torn", "<html>\n  <p>torn"),
        (b"", ""),
    ],
)
def test_reading_adds_lines_and_nothing_else(document: bytes, text: str) -> None:
    assert readable(document) == text


def test_a_receipt_that_cannot_be_saved_leaves_nothing(tmp_path) -> None:  # type: ignore[no-untyped-def]
    target = tmp_path / "folder"
    target.mkdir()
    (target / "x").touch()
    with pytest.raises(UserError, match="could not be saved"):
        save(target, b"body")
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]
