"""Commands that only show: outbox, audit."""

from __future__ import annotations

from argparse import Namespace
from typing import Any

from desk.cli.acts import opened
from desk.cli.output import Output
from desk.domain.roles import Permission
from desk.ports import FilingRow


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


def audit_export(arguments: Namespace, output: Output) -> int:
    with opened(arguments, Permission.SEE_AUDIT) as (desk, operator):
        count = desk.auditing.export(operator, arguments.file)
    output.value({"entries": count}, f"{count} entries written.")
    return 0
