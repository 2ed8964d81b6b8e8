"""Reports as a service: the list, one report as a file, and what leaves the desk."""

from __future__ import annotations

import csv
import io
import json
import stat
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from desk.cybertip.answers import answered
from desk.domain.draft import FileChoice
from desk.domain.elsewhere import Stated
from desk.domain.errors import Cancelled, NotAllowed, UserError
from desk.domain.filing import Call, FilingState
from desk.domain.outcome import OutcomeKind, OutcomeSource
from desk.ports import ReportFilter, ReportState
from desk.services.report_files import csv_row, story
from desk.services.reports import ExportForm
from desk.services.whole_story import Compared, Listed, compare
from tests.support.world import World


def look(world: World, number: int, content_id: str, *, end: float = 1.0) -> None:
    world.review.shown(world.moderator, number, content_id, at=world.clock.now(), seconds=4.0, end=end)


def filed(world: World, name: str = "case-a", **more: object) -> int:
    """A filed report of two files, of which one was viewed whole; the filing's id."""
    case = world.case(name, **more)  # type: ignore[arg-type]
    look(world, case.number, "c1")
    return world.quiet(world.confirmed(case.number).id).id


def test_a_whole_story_has_everything_in_it(served_on_both: World) -> None:
    world = served_on_both
    filing_id = filed(world)
    world.clock.forward(seconds=60)
    look(world, 1, "c2")
    world.desk.outcomes.add(world.supervisor, filing_id, OutcomeSource.NCMEC, OutcomeKind.RECEIVED, "Thanks")
    world.preservation.hold(world.supervisor, 1, "Warrant 12")
    whole = world.desk.reports.whole(world.moderator, filing_id)
    assert whole.story.row.filing.state is FilingState.FILED
    assert [one.digests for one in whole.files] == [Compared.EQUAL, Compared.EQUAL]
    assert [one.listed for one in whole.files] == [Listed.YES, Listed.YES]
    assert [one.their_id for one in whole.files] == [one.file.file_id for one in whole.files]
    assert whole.unknown_ids == ()
    assert [(one.name, one.claimed, one.lowered) for one in whole.claims] == [
        ("IMG_0.png", True, False),
        ("IMG_1.png", False, False),
    ]
    assert [(one.name, one.whole, one.before) for one in whole.viewings] == [
        ("IMG_0.png", True, True),
        ("IMG_1.png", True, False),
    ]
    assert whole.viewings[0].person == world.moderator.name
    assert whole.revisions[0][0] == 1
    assert whole.preservation is not None
    assert [one.reference for one in whole.orders] == ["Warrant 12"]
    assert [(one.outcome.words, one.by) for one in whole.notes] == [("Thanks", world.supervisor.name)]
    acts = [one.act for one in whole.events]
    assert acts[0] == "case.claimed"
    assert "preservation.held" in acts
    assert not {"content.viewed", "filing.filed", "case.taken"} & set(acts)
    assert whole.erased is None
    assert whole.name(None) == ""


def test_a_claim_that_was_lowered_says_so(served: World) -> None:
    case = served.case("lowered")
    look(served, case.number, "c1")
    look(served, case.number, "c2", end=0.5)
    files = (FileChoice("c1", lowered=True), FileChoice("c2"))
    filing = served.confirmed(case.number, files=files)
    whole = served.desk.reports.whole(served.moderator, filing.id)
    assert [(one.claimed, one.lowered, one.viewed.share) for one in whole.claims] == [
        (False, True, 1.0),
        (False, False, 0.0),
    ]
    assert [one.digests for one in whole.files] == [Compared.UNANSWERED] * 2
    assert [one.listed for one in whole.files] == [Listed.UNKNOWN] * 2
    assert not whole.viewings[1].whole


def test_what_is_left_out_is_named(served: World) -> None:
    case = served.case("less")
    filing = served.confirmed(case.number, files=(FileChoice("c1"), FileChoice("c2", include=False)))
    whole = served.desk.reports.whole(served.moderator, filing.id)
    assert whole.withheld == ("IMG_1.png",)
    assert len(whole.files) == 1


def test_another_answer_than_ours_is_seen(served: World) -> None:
    filing_id = filed(served)
    story = served.desk.reports.whole(served.moderator, filing_id).story
    ours = story.row.filing.files[0].md5.encode()
    spoilt = tuple(
        replace(entry, received=(entry.received or b"").replace(ours, b"f" * 32)) for entry in story.journal
    )
    assert story.receipt is not None
    body = story.receipt.body.replace((story.row.filing.files[1].file_id or "").encode(), b"another")
    told = replace(story, journal=spoilt, receipt=replace(story.receipt, body=body))
    files, unknown = compare(told, answered)
    assert [one.digests for one in files] == [Compared.UNEQUAL, Compared.EQUAL]
    assert [one.listed for one in files] == [Listed.YES, Listed.NO]
    assert unknown == ("another",)
    assert answered(Call.UPLOAD, b"no answer at all").md5 is None


def test_the_list_counts_and_choices(served: World) -> None:
    first = filed(served)
    world = served
    other = world.confirmed(world.case("case-b", first=5).number)
    rows = world.desk.reports.rows(world.moderator, ReportFilter())
    assert [row.filing.id for row in rows if row.filing] == [other.id, first]
    counts = world.desk.reports.counts(world.moderator, ReportFilter())
    assert (counts[ReportState.FILED], counts[ReportState.ON_ITS_WAY]) == (1, 1)
    choices = world.desk.reports.choices(world.moderator)
    assert choices.types == (rows[0].incident_type,)
    assert (world.moderator.id, world.moderator.name) in choices.people
    entry = world.desk.outbox.story(world.moderator, first).journal[0]
    found = world.desk.reports.rows(world.moderator, ReportFilter(text=entry.request_id or "-"))
    assert [row.filing.id for row in found if row.filing] == [first]
    with pytest.raises(UserError):
        world.desk.reports.whole(world.moderator, 99)


def test_the_list_goes_out_as_csv_and_json(served_on_both: World, tmp_path: Path) -> None:
    world = served_on_both
    filed(world)
    world.confirmed(world.case("case-b", first=5, account="=1+1").number)
    told: list[tuple[int, int]] = []
    table, document = tmp_path / "list.csv", tmp_path / "list.json"
    done = world.desk.reports.export_list(
        world.supervisor, ReportFilter(), ExportForm.CSV, table, progress=lambda *n: told.append(n)
    )
    assert (done.value.reports, done.value.size) == (2, table.stat().st_size)
    assert told == [(2, 2)]
    assert stat.S_IMODE(table.stat().st_mode) == 0o600
    newer, older = csv.DictReader(io.StringIO(table.read_text(encoding="utf-8")))
    assert (newer["account_id"], newer["state"]) == ("'=1+1", "confirmed")
    assert (older["state"], older["files"], older["escalated"]) == ("filed", "2", "no")
    world.desk.reports.export_list(
        world.supervisor, ReportFilter(state=ReportState.FILED), ExportForm.JSON, document
    )
    (only,) = json.loads(document.read_bytes())
    assert only["report_id"] == older["report_id"]
    assert world.acts().count("report.exported") == 2
    with world.store.read() as uow:
        facts = json.loads(uow.audit.rows(uow.audit.head().size - 1, 1)[0].entry)["facts"]
    assert facts == {"kind": "json", "scope": "list", "reports": 1}


def test_an_empty_list_is_still_json(world: World, tmp_path: Path) -> None:
    file = tmp_path / "none.json"
    world.desk.reports.export_list(world.supervisor, ReportFilter(), ExportForm.JSON, file)
    assert json.loads(file.read_bytes()) == []
    with pytest.raises(ValueError, match="document"):
        world.desk.reports.export_list(world.supervisor, ReportFilter(), ExportForm.PDF, file)


def test_a_cancelled_export_leaves_nothing_and_is_not_on_record(served: World, tmp_path: Path) -> None:
    filed(served)
    with pytest.raises(Cancelled):
        served.desk.reports.export_list(
            served.supervisor,
            ReportFilter(),
            ExportForm.CSV,
            tmp_path / "list.csv",
            cancelled=lambda: True,
        )
    assert list(tmp_path.glob("*.csv")) == []
    assert not list(tmp_path.glob(".report-*"))
    assert "report.exported" not in served.acts()
    with pytest.raises(UserError, match="could not be saved"):
        served.desk.reports.export_list(
            served.supervisor, ReportFilter(), ExportForm.CSV, tmp_path / "missing" / "list.csv"
        )
    with pytest.raises(NotAllowed):
        served.desk.reports.export_list(
            served.moderator, ReportFilter(), ExportForm.CSV, tmp_path / "list.csv"
        )


def test_one_story_goes_out_with_its_exact_bytes(served: World, tmp_path: Path) -> None:
    filing_id = filed(served)
    served.desk.outcomes.add(
        served.supervisor, filing_id, OutcomeSource.LAW_ENFORCEMENT, OutcomeKind.ASKED, "Who?", "LE-1"
    )
    file = tmp_path / "story.json"
    served.desk.reports.export_story(served.moderator, filing_id, file)
    plain = json.loads(file.read_bytes())
    whole = served.desk.reports.whole(served.moderator, filing_id)
    assert whole.story.receipt is not None
    assert plain["report"]["body"].encode() == whole.story.confirmed.report_xml
    assert plain["receipt"]["body"].encode() == whole.story.receipt.body
    assert plain["calls"][0]["call"] == "submit"
    assert [one["digests"] for one in plain["files"]] == ["equal", "equal"]
    assert plain["notes"][0]["reference"] == "LE-1"
    assert plain["confirmed"]["shown"]["score"] == whole.story.confirmed.completeness
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    served.desk.reports.save_document(served.moderator, filing_id, b"%PDF-1.4 x", tmp_path / "s.pdf")
    assert (tmp_path / "s.pdf").read_bytes() == b"%PDF-1.4 x"
    events = served.desk.reports.whole(served.moderator, filing_id).events
    assert [one.facts["kind"] for one in events if one.act == "report.exported"] == ["json", "pdf"]
    with pytest.raises(UserError):
        served.desk.reports.save_document(served.moderator, 99, b"", tmp_path / "none.pdf")
    assert not (tmp_path / "none.pdf").exists()


def test_bytes_that_are_no_text_go_out_in_base64(served: World) -> None:
    whole = served.desk.reports.whole(served.moderator, filed(served))
    entry = replace(whole.story.journal[0], received=b"\xff\xfe")
    spoilt = replace(whole, story=replace(whole.story, journal=(entry,)))
    assert story(spoilt)["calls"][0]["received"] == {"body_base64": "//4="}


def test_a_report_made_elsewhere_is_a_row_too(served: World) -> None:
    case = served.case("web")
    claim = served.claimed(case.number)
    at = served.clock.now() - timedelta(hours=1)
    stated = Stated("ncmec", at, "Robin Example", ("c1",), reference="555001", settles=True)
    served.desk.channels.record(served.moderator, case.number, stated, claim)
    (row,) = served.desk.reports.rows(served.moderator, ReportFilter())
    assert (row.state, row.report_id, row.person) == (ReportState.ELSEWHERE, "555001", "Robin Example")
    assert csv_row(row).decode().startswith("elsewhere,,1,555001,ncmec,")
