"""What the stand-in service knows: its reports, their files, and when they expire.

A report is open from /submit until /finish or /retract. One that is left open is deleted 24 hours after it
was opened or 1 hour after its last upload or file details, whichever is later (CyberTipline Reporting API,
transport); from then on it does not exist for a client, while the snapshot still shows it as expired.

Of an uploaded file only its size and MD5 are kept, never its bytes. With a state file, every change is
appended to it as one line of JSON before it is answered, so that a restarted stand-in knows what it knew.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import IO, Any

from desk.practice.server_xml import declared_encoding

FIRST_REPORT_ID = 900_000_001
AFTER_OPENING = timedelta(hours=24)
AFTER_CHANGE = timedelta(hours=1)

Clock = Callable[[], datetime]
Json = dict[str, Any]


class State(StrEnum):
    """Where a report stands."""

    OPEN = "open"
    FINISHED = "finished"
    RETRACTED = "retracted"
    EXPIRED = "expired"


class RefusedError(Exception):
    """A call that the service refuses: the response code and its words (never content)."""

    def __init__(self, code: int, words: str) -> None:
        super().__init__(f"{code}: {words}")
        self.code, self.words = code, words


@dataclass(slots=True)
class File:
    """An uploaded file: id (32 hexadecimal digits), MD5, size in bytes, name, and its details once sent."""

    id: str
    md5: str
    size: int
    name: str = field(repr=False)
    uploaded_at: datetime
    details: str | None = field(default=None, repr=False)
    detailed_at: datetime | None = None


@dataclass(slots=True)
class Report:
    """A report and its files in the order of their upload."""

    id: int
    opened_at: datetime
    changed_at: datetime
    batched: bool
    xml: str = field(repr=False)
    xml_sha256: str
    state: State = State.OPEN
    ended_at: datetime | None = None
    files: dict[str, File] = field(default_factory=dict)

    @property
    def expires_at(self) -> datetime:
        """When it is deleted if it is still open then."""
        return max(self.opened_at + AFTER_OPENING, self.changed_at + AFTER_CHANGE)


class Ledger:
    """The reports, safe for many threads. Raises RefusedError where the service would refuse."""

    def __init__(self, clock: Clock, state_file: Path | None = None) -> None:
        self._clock = clock
        self._lock = threading.RLock()
        self._reports: dict[int, Report] = {}
        self._still_open: dict[int, Report] = {}
        self._path = state_file
        self._file: IO[bytes] | None = None
        if state_file is not None and state_file.exists():
            self._replay(state_file)

    def close(self) -> None:
        """Close the state file; the next change opens it again."""
        with self._lock:
            if self._file is not None:
                self._file.close()
            self._file = None

    def open(self, body: bytes, *, batched: bool) -> int:
        """Open a report; its new ID."""
        with self._lock:
            report_id = max(self._reports, default=FIRST_REPORT_ID - 1) + 1
            xml = body.decode(declared_encoding(body), errors="replace")
            digest = hashlib.sha256(body).hexdigest()
            self._change("open", report=report_id, batched=batched, xml=xml, xml_sha256=digest)
            return report_id

    def attach(self, report_id: int, *, md5: str, size: int, name: str) -> str:
        """Add a file to an open report; its new ID. The same bytes again become another file."""
        with self._lock:
            self._open_one(report_id)
            file_id = secrets.token_hex(16)
            self._change("attach", report=report_id, file=file_id, md5=md5, size=size, name=name)
            return file_id

    def is_batched(self, report_id: int, file_id: str) -> bool:
        """Whether the open report that holds the file is a batched one."""
        with self._lock:
            report = self._open_one(report_id)
            if file_id not in report.files:
                raise RefusedError(5002, "File does not exist")
            return report.batched

    def describe(self, report_id: int, file_id: str, body: bytes) -> None:
        """Keep a file's details; once for each file."""
        with self._lock:
            self.is_batched(report_id, file_id)
            if self._reports[report_id].files[file_id].details is not None:
                raise RefusedError(
                    4000, "Invalid request: the details of this file have already been supplied"
                )
            xml = body.decode(declared_encoding(body), errors="replace")
            self._change("describe", report=report_id, file=file_id, xml=xml)

    def finish(self, report_id: int) -> list[str]:
        """File the report; the IDs of its files."""
        with self._lock:
            report = self._open_one(report_id)
            if report.batched and len(report.files) > 1:
                raise RefusedError(
                    4100, "Validation failed [0,0] - a batched report may hold one file at most"
                )
            self._change("finish", report=report_id)
            return list(report.files)

    def retract(self, report_id: int) -> None:
        """Withdraw an open report."""
        with self._lock:
            self._open_one(report_id)
            self._change("retract", report=report_id)

    def reports(self) -> list[Json]:
        """Every report ever opened, as plain JSON values, the oldest first."""
        with self._lock:
            self._expire()
            return [_report_json(report) for report in self._reports.values()]

    def _open_one(self, report_id: int) -> Report:
        self._expire()
        report = self._reports.get(report_id)
        if report is None or report.state is State.EXPIRED:
            raise RefusedError(5001, "Report does not exist")
        if report.state is State.RETRACTED:
            raise RefusedError(5101, "Report already retracted")
        if report.state is State.FINISHED:
            raise RefusedError(5102, "Report already finished")
        return report

    def _expire(self) -> None:
        now = self._clock()
        for report in [report for report in self._still_open.values() if now >= report.expires_at]:
            self._change("expire", report=report.id)

    def _change(self, event: str, **values: Any) -> None:
        """Write the change down, then make it."""
        entry = {"event": event, "at": self._clock().isoformat(), **values}
        if self._path is not None:
            if self._file is None:
                self._file = self._path.open("ab")
            self._file.write(json.dumps(entry, ensure_ascii=False).encode() + b"\n")
            self._file.flush()
        self._apply(entry)

    def _apply(self, entry: Json) -> None:
        at = datetime.fromisoformat(entry["at"])
        report_id = entry["report"]
        if entry["event"] == "open":
            report = Report(report_id, at, at, entry["batched"], entry["xml"], entry["xml_sha256"])
            self._reports[report_id] = self._still_open[report_id] = report
            return
        report = self._reports[report_id]
        if entry["event"] == "attach":
            file = File(entry["file"], entry["md5"], entry["size"], entry["name"], at)
            report.files[file.id] = file
            report.changed_at = at
        elif entry["event"] == "describe":
            file = report.files[entry["file"]]
            file.details, file.detailed_at = entry["xml"], at
            report.changed_at = at
        else:
            ends = {"finish": State.FINISHED, "retract": State.RETRACTED, "expire": State.EXPIRED}
            report.state, report.ended_at = ends[entry["event"]], at
            del self._still_open[report_id]

    def _replay(self, path: Path) -> None:
        """Read the changes again. A last line cut short by a kill is cut off: it was never answered."""
        good = 0
        with path.open("rb") as lines:
            for line in lines:
                if not line.endswith(b"\n"):
                    break
                try:
                    self._apply(json.loads(line))
                except (ValueError, KeyError, TypeError):
                    raise ValueError(f"{path.name}: not a state file of the practice service") from None
                good += len(line)
        if good != path.stat().st_size:
            with path.open("r+b") as cut:
                cut.truncate(good)


def _report_json(report: Report) -> Json:
    return {
        "id": report.id,
        "state": report.state.value,
        "batched": report.batched,
        "opened_at": report.opened_at.isoformat(),
        "changed_at": report.changed_at.isoformat(),
        "expires_at": report.expires_at.isoformat() if report.state is State.OPEN else None,
        "ended_at": report.ended_at.isoformat() if report.ended_at else None,
        "xml": report.xml,
        "xml_sha256": report.xml_sha256,
        "files": [
            {
                "id": file.id,
                "md5": file.md5,
                "size": file.size,
                "name": file.name,
                "uploaded_at": file.uploaded_at.isoformat(),
                "details": file.details,
                "detailed_at": file.detailed_at.isoformat() if file.detailed_at else None,
            }
            for file in report.files.values()
        ],
    }
