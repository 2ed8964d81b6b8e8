"""Reports on the command line: what the page filters and searches by, as options; one report's story."""

from __future__ import annotations

import argparse
import sys
from argparse import Namespace
from datetime import date
from typing import Any

from desk.cli.acts import opened
from desk.cli.output import Output
from desk.domain.errors import UserError
from desk.domain.roles import Operator, Permission
from desk.ports import ReportFilter, ReportState
from desk.services import report_files
from desk.services.desk import Desk
from desk.services.whole_story import WholeStory

AT_ONCE = 500


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no day; write it as 2026-05-04") from None


def options(command: argparse.ArgumentParser) -> None:
    """Add the filters to the command."""
    command.add_argument("--state", choices=[state.value for state in ReportState])
    command.add_argument("--search", default="", metavar="TEXT", help="report, case, account, Request-ID")
    command.add_argument("--type", metavar="TYPE", help="the incident type, as it is filed")
    command.add_argument("--by", metavar="NAME", help="the person who confirmed it")
    command.add_argument("--since", type=_day, metavar="DAY", help="confirmed on this day (UTC) or later")
    command.add_argument("--until", type=_day, metavar="DAY", help="confirmed on this day (UTC) or earlier")
    command.add_argument("--escalated", action=argparse.BooleanOptionalAction)
    command.add_argument("--below", type=int, metavar="SCORE", help="a completeness less than this")
    command.add_argument(
        "--noted", action=argparse.BooleanOptionalAction, help="with a note on what became of it"
    )
    command.add_argument(
        "--batched", action=argparse.BooleanOptionalAction, help="reports that cover further cases"
    )
    command.add_argument("--limit", type=int, metavar="N", help="no more than so many")


def listing(arguments: Namespace, output: Output) -> int:
    with opened(arguments, Permission.SEE_REPORTS) as (desk, operator):
        wanted = _wanted(arguments, desk, operator)
        rows: list[dict[str, Any]] = []
        after = None
        most = arguments.limit
        while most is None or len(rows) < most:
            page = desk.reports.rows(
                operator, wanted, after=after, limit=min(AT_ONCE, most - len(rows)) if most else AT_ONCE
            )
            rows += [report_files.row(one) for one in page]
            if len(page) < AT_ONCE or not page:
                break
            after = page[-1].place
    columns = [
        ("filing", "FILING"),
        ("state", "STATE"),
        ("case", "CASE"),
        ("report_id", "REPORT"),
        ("confirmed_at", "CONFIRMED"),
        ("ended_at", "ENDED"),
        ("incident_type", "INCIDENT TYPE"),
        ("confirmed_by", "CONFIRMED BY"),
        ("notes", "NOTES"),
    ]
    none = "No report fits." if wanted != ReportFilter() else "No report has been filed yet."
    output.table(rows, columns, none)
    return 0


def _wanted(arguments: Namespace, desk: Desk, operator: Operator) -> ReportFilter:
    """Raises UserError where the person or the type is not known."""
    choices = desk.reports.choices(operator)
    by = None
    if arguments.by is not None:
        by = next((number for number, name in choices.people if name == arguments.by), None)
        if by is None:
            raise UserError(
                f"There is nobody called {arguments.by!r}.", "Names are those of “desk operator”."
            )
    if arguments.type is not None and arguments.type not in choices.types:
        known = ", ".join(choices.types) or "none yet"
        raise UserError(f"No report has the type {arguments.type!r}.", f"There are: {known}.")
    return ReportFilter(
        state=ReportState(arguments.state) if arguments.state else None,
        incident_type=arguments.type,
        confirmed_by=by,
        since=arguments.since,
        until=arguments.until,
        escalated=arguments.escalated,
        below=arguments.below,
        noted=arguments.noted,
        batched=arguments.batched,
        text=arguments.search,
    )


def show(arguments: Namespace, output: Output) -> int:
    with opened(arguments, Permission.SEE_REPORTS) as (desk, operator):
        whole = desk.reports.whole(operator, arguments.filing)
    receipt = whole.story.receipt
    if arguments.receipt:
        if receipt is None:
            raise UserError("This filing has no receipt.", "Only a filed report has one.")
        sys.stdout.buffer.write(receipt.body)
        return 0
    output.value(_plain(whole), _words(whole))
    return 0


def _plain(whole: WholeStory) -> dict[str, Any]:
    """The story as exported, with the names that earlier versions gave to some of it."""
    plain = report_files.story(whole)
    receipt = whole.story.receipt
    return {
        **plain,
        "id": plain["case_id"],
        "report_sha256": whole.story.confirmed.report_sha256,
        "receipt_sha256": receipt.sha256 if receipt else None,
        "request_id": whole.story.row.filing.request_id,
        "journal": plain["calls"],
    }


def _words(whole: WholeStory) -> str:
    story, filing = whole.story, whole.story.row.filing
    facts = {
        "filing": filing.id,
        "case": filing.case_number,
        "id": story.row.platform_id,
        "state": filing.state.value,
        "report id": filing.report_id,
        "incident type": story.row.incident_type,
        "endpoint": story.row.endpoint,
        "confirmed by": story.row.operator_name,
        "confirmed at": filing.confirmed_at.isoformat(),
        "ended at": filing.ended_at.isoformat() if filing.ended_at else None,
        "request id": filing.request_id,
        "error": filing.error or None,
        "report SHA-256": story.confirmed.report_sha256,
        "kept until": whole.preservation.until.isoformat() if whole.preservation else None,
    }
    lines = [f"{key:16} {value}" for key, value in facts.items() if value is not None]
    lines += ["", "What was sent:", story.confirmed.report_xml.decode(errors="replace"), "", "Files:"]
    lines += [
        f"  {one.file.name}  MD5 {one.file.md5}  answered {one.their_md5 or '–'} ({one.digests.value})  "
        f"in the service's list: {one.listed.value}"
        for one in whole.files
    ]
    lines += ["", "Said to be viewed:"]
    lines += [f"  {one.name}  {'yes' if one.claimed else 'no'}" for one in whole.claims]
    lines += ["", "Calls:"]
    for entry in story.journal:
        code = f", code {entry.code}" if entry.code is not None else ""
        answer = entry.outcome or "no answer yet"
        lines.append(
            f"  {entry.at.isoformat()}  {entry.call.value:9} {answer}{code}  {entry.request_id or ''}"
        )
    if whole.notes:
        lines += ["", "What became of it:"]
        lines += [
            f"  {one.outcome.day.isoformat()}  {one.outcome.source.value}  {one.outcome.kind.value}  "
            f"{one.outcome.reference}  {one.outcome.words}".rstrip()
            for one in whole.notes
        ]
    if story.receipt is not None:
        lines += ["", f"Receipt (SHA-256 {story.receipt.sha256}):"]
        lines.append(story.receipt.body.decode(errors="replace"))
    return "\n".join(lines)
