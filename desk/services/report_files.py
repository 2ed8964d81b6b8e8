"""Reports as files: rows for CSV and JSON, a story as JSON, and private files that are whole or not there."""

from __future__ import annotations

import base64
import csv
import io
import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from desk.domain.codec import to_plain
from desk.domain.errors import UserError
from desk.ports import JournalEntry, ReportRow
from desk.services.whole_story import WholeStory

COLUMNS = (
    "state",
    "filing",
    "elsewhere",
    "report_id",
    "body",
    "case",
    "case_id",
    "account_id",
    "incident_type",
    "completeness",
    "escalated",
    "files",
    "other_cases",
    "notes",
    "confirmed_at",
    "confirmed_by",
    "ended_at",
    "request_id",
    "error_code",
    "endpoint",
)
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet would reckon instead of show: an account's id may begin so."""


def row(one: ReportRow) -> dict[str, Any]:
    """One line of the list as plain values."""
    filing, elsewhere = one.filing, one.elsewhere
    return {
        "state": filing.state.value if filing else one.state.value,
        "filing": filing.id if filing else None,
        "elsewhere": elsewhere.id if elsewhere else None,
        "report_id": one.report_id or None,
        "body": elsewhere.first.body if elsewhere else "ncmec",
        "case": one.case_number,
        "case_id": one.platform_id,
        "account_id": one.account_id,
        "incident_type": one.incident_type or None,
        "completeness": one.completeness if filing else None,
        "escalated": filing.escalated if filing else None,
        "files": len(filing.files) if filing else None,
        "other_cases": one.others,
        "notes": one.notes,
        "confirmed_at": one.at.isoformat(),
        "confirmed_by": one.person,
        "ended_at": filing.ended_at.isoformat() if filing and filing.ended_at else None,
        "request_id": filing.request_id if filing else None,
        "error_code": filing.error_code if filing else None,
        "endpoint": one.endpoint or None,
    }


def csv_head() -> bytes:
    return _csv(list(COLUMNS))


def csv_row(one: ReportRow) -> bytes:
    plain = row(one)
    return _csv([_cell(plain[name]) for name in COLUMNS])


def _csv(cells: list[str]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerow(cells)
    return out.getvalue().encode("utf-8", "replace")


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = str(value)
    return f"'{text}" if text.startswith(FORMULA) else text


def json_row(one: ReportRow) -> bytes:
    return json.dumps(row(one), ensure_ascii=True).encode()


def story(whole: WholeStory) -> dict[str, Any]:
    """Everything of one report as plain values; bytes as text where they are UTF-8, else in base64."""
    found, filing, confirmed = whole.story, whole.story.row.filing, whole.story.confirmed
    return {
        "format": "tipline-desk-report/1",
        "filing": filing.id,
        "report_id": filing.report_id,
        "state": filing.state.value,
        "case": filing.case_number,
        "case_id": found.row.platform_id,
        "revision": confirmed.revision,
        "other_cases": [other.case_number for other in confirmed.others],
        "endpoint": confirmed.endpoint,
        "incident_type": confirmed.incident_type,
        "account_id": confirmed.account_id,
        "completeness": confirmed.completeness,
        "escalated": confirmed.escalated,
        "confirmed": {
            "by": found.row.operator_name,
            "at": confirmed.confirmed_at.isoformat(),
            "shown": _shown(confirmed.summary_json),
            "withheld": list(whole.withheld),
        },
        "ended_at": filing.ended_at.isoformat() if filing.ended_at else None,
        "error": filing.error or None,
        "error_code": filing.error_code,
        "report": {"sha256": confirmed.report_sha256, **_bytes(confirmed.report_xml)},
        "files": [_file(one, whole, at) for at, one in enumerate(whole.files)],
        "files_of_theirs_only": list(whole.unknown_ids),
        "calls": [_call(entry) for entry in found.journal],
        "receipt": {
            "at": found.receipt.at.isoformat(),
            "report_id": found.receipt.report_id,
            "request_id": found.receipt.request_id,
            "sha256": found.receipt.sha256,
            **_bytes(found.receipt.body),
        }
        if found.receipt
        else None,
        "case_received": [{"revision": number, "at": at.isoformat()} for number, at in whole.revisions],
        "decisions": [
            {"kind": one.kind.value, "by": whole.name(one.operator_id), "at": one.at.isoformat()}
            for one in whole.decisions
        ],
        "viewings": [
            {
                "file": one.name,
                "by": one.person,
                "kind": one.viewing.kind.value,
                "at": one.viewing.at.isoformat(),
                "seconds": one.viewing.seconds,
                "start": one.viewing.start,
                "end": one.viewing.end,
                "speed": one.viewing.speed,
                "sha256": one.viewing.sha256,
                "before_confirmation": one.before,
            }
            for one in whole.viewings
        ],
        "claims": [
            {"file": one.name, "viewed": one.claimed, "lowered": one.lowered, "share": one.viewed.share}
            for one in whole.claims
        ],
        "acts": [
            {"at": one.at.isoformat(), "act": one.act, "by": one.person or None, "facts": dict(one.facts)}
            for one in whole.events
        ],
        "second_reviews": [
            {
                "state": line.review.state.value,
                "rule": line.review.rule,
                "required": line.review.required,
                "reviewer": line.reviewer or None,
                "at": line.review.reviewed_at.isoformat() if line.review.reviewed_at else None,
                "reason": line.review.reason or None,
            }
            for line in whole.reviews
        ],
        "preservation": {
            "until": whole.preservation.until.isoformat() if whole.preservation else None,
            "orders": [
                {
                    "kind": one.kind.value,
                    "reference": one.reference,
                    "until": one.until.isoformat() if one.until else None,
                    "at": one.at.isoformat(),
                    "by": whole.name(one.by),
                    "released_at": one.released_at.isoformat() if one.released_at else None,
                }
                for one in whole.orders
            ],
            "destroyed_at": whole.erased.isoformat() if whole.erased else None,
        },
        "notes": [
            {
                "source": line.outcome.source.value,
                "kind": line.outcome.kind.value,
                "words": line.outcome.words,
                "reference": line.outcome.reference,
                "day": line.outcome.day.isoformat(),
                "by": line.by,
                "at": line.outcome.at.isoformat(),
            }
            for line in whole.notes
        ],
    }


def story_json(whole: WholeStory) -> bytes:
    return (json.dumps(story(whole), indent=1, ensure_ascii=True) + "\n").encode()


def _shown(summary: bytes) -> Any:
    try:
        return json.loads(summary)
    except ValueError:
        return None


def _bytes(body: bytes | None) -> Mapping[str, Any]:
    if body is None:
        return {"body": None}
    try:
        return {"body": body.decode("utf-8")}
    except UnicodeDecodeError:
        return {"body_base64": base64.b64encode(body).decode()}


def _file(one: Any, whole: WholeStory, at: int) -> dict[str, Any]:
    return {
        "name": one.file.name,
        "size": one.file.size,
        "sha256": one.file.sha256,
        "md5": one.file.md5,
        "file_id": one.file.file_id,
        "answered_file_id": one.their_id,
        "answered_md5": one.their_md5,
        "digests": one.digests.value,
        "listed_at_the_end": one.listed.value,
        "details": _bytes(whole.story.confirmed.files[at].details_xml)["body"],
    }


def _call(entry: JournalEntry) -> dict[str, Any]:
    plain: dict[str, Any] = to_plain(
        {
            "call": entry.call.value,
            "attempt": entry.attempt,
            "file": entry.file_index,
            "endpoint": entry.endpoint,
            "at": entry.at,
            "outcome": entry.outcome,
            "outcome_at": entry.outcome_at,
            "http_status": entry.http_status,
            "code": entry.code,
            "description": entry.description,
            "request_id": entry.request_id,
        }
    )
    plain["sent"] = _bytes(entry.sent)
    plain["received"] = _bytes(entry.received) if entry.received is not None else None
    return plain


@contextmanager
def private_file(path: Path) -> Iterator[IO[bytes]]:
    """A file that its owner alone may read, put in its place at the end of the block; else nothing is there.

    Raises UserError where it can't be written.
    """
    name = ""
    try:
        handle, name = tempfile.mkstemp(prefix=".report-", dir=path.parent)
        with os.fdopen(handle, "wb") as out:
            yield out
            out.flush()
            os.fsync(out.fileno())
        Path(name).replace(path)
        name = ""
    except OSError as problem:
        reason = problem.strerror or type(problem).__name__
        raise UserError(f"The file could not be saved: {reason}.", "Choose another folder.") from problem
    finally:
        if name:
            Path(name).unlink(missing_ok=True)
