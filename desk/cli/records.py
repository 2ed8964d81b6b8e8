"""Commands that only show: outbox, reports, audit."""

from __future__ import annotations

import sys
from argparse import Namespace
from typing import Any

from desk.cli.acts import opened
from desk.cli.output import Output
from desk.domain.errors import UserError
from desk.domain.roles import Permission
from desk.ports import FilingRow
from desk.services.outbox import FilingStory


def _filing(row: FilingRow) -> dict[str, Any]:
    filing = row.filing
    return {
        "filing": filing.id,
        "case": filing.case_number,
        "id": row.platform_id,
        "state": filing.state.value,
        "report_id": filing.report_id,
        "incident_type": row.incident_type,
        "files": len(filing.files),
        "files_done": filing.uploaded(),
        "hold_until": filing.hold_until,
        "expires_at": filing.expires_at if not filing.state.ended else None,
        "retry_at": filing.retry_at,
        "error": filing.error or None,
        "request_id": filing.request_id,
        "confirmed_by": row.operator_name,
        "confirmed_at": filing.confirmed_at,
        "ended_at": filing.ended_at,
        "endpoint": row.endpoint,
    }


def outbox_list(arguments: Namespace, output: Output) -> int:
    with opened(arguments, Permission.SEE_OUTBOX) as (desk, operator):
        rows = [_filing(row) for row in desk.outbox.rows(operator)]
    columns = [
        ("filing", "FILING"),
        ("case", "CASE"),
        ("state", "STATE"),
        ("report_id", "REPORT"),
        ("files_done", "DONE"),
        ("files", "FILES"),
        ("hold_until", "HELD UNTIL"),
        ("error", "ERROR"),
    ]
    output.table(rows, columns, "The outbox is empty.")
    return 0


def report_list(arguments: Namespace, output: Output) -> int:
    with opened(arguments, Permission.SEE_REPORTS) as (desk, operator):
        rows = [_filing(row) for row in desk.outbox.filed(operator)]
    columns = [
        ("filing", "FILING"),
        ("case", "CASE"),
        ("report_id", "REPORT"),
        ("ended_at", "FILED"),
        ("incident_type", "INCIDENT TYPE"),
        ("confirmed_by", "CONFIRMED BY"),
    ]
    output.table(rows, columns, "No report has been filed yet.")
    return 0


def report_show(arguments: Namespace, output: Output) -> int:
    with opened(arguments, Permission.SEE_REPORTS) as (desk, operator):
        story = desk.outbox.story(operator, arguments.filing)
    if arguments.receipt:
        if story.receipt is None:
            raise UserError("This filing has no receipt.", "Only a filed report has one.")
        sys.stdout.buffer.write(story.receipt.body)
        return 0
    output.value(_story(story), _words(story))
    return 0


def _story(story: FilingStory) -> dict[str, Any]:
    return {
        **_filing(story.row),
        "report_sha256": story.confirmed.report_sha256,
        "receipt_sha256": story.receipt.sha256 if story.receipt else None,
        "journal": [
            {
                "call": entry.call.value,
                "at": entry.at,
                "outcome": entry.outcome,
                "outcome_at": entry.outcome_at,
                "http_status": entry.http_status,
                "code": entry.code,
                "request_id": entry.request_id,
                "attempt": entry.attempt,
                "file": entry.file_index,
            }
            for entry in story.journal
        ],
    }


def _words(story: FilingStory) -> str:
    facts = _filing(story.row)
    lines = [f"{key.replace('_', ' '):16} {value}" for key, value in facts.items() if value is not None]
    lines += ["", "What was sent:", story.confirmed.report_xml.decode(), "", "Calls:"]
    for entry in story.journal:
        answer = f"{entry.outcome or 'no answer yet'}"
        code = f", code {entry.code}" if entry.code is not None else ""
        lines.append(
            f"  {entry.at.isoformat()}  {entry.call.value:9} {answer}{code}  {entry.request_id or ''}"
        )
    if story.receipt is not None:
        lines += [
            "",
            f"Receipt (SHA-256 {story.receipt.sha256}):",
            story.receipt.body.decode(errors="replace"),
        ]
    return "\n".join(lines)


def audit_export(arguments: Namespace, output: Output) -> int:
    with opened(arguments, Permission.SEE_AUDIT) as (desk, operator):
        count = desk.auditing.export(operator, arguments.file)
    output.value({"entries": count}, f"{count} entries written.")
    return 0
