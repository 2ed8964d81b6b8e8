"""One entry of the audit log, and its canonical bytes (version 1).

An entry names the act, the one who acted and the numbers of what was touched.
Personal data and content never enter it but as digests, so that erasure stays
possible while the log stays whole.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

VERSION = 1


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """``act`` is a dotted name (``case.claimed``); ``facts`` hold numbers, digests, enum names."""

    act: str
    at: datetime
    operator_id: int | None
    case_number: int | None = None
    filing_id: int | None = None
    facts: Mapping[str, str | int | float | bool | None] = field(default_factory=dict)

    def canonical(self) -> bytes:
        """UTF-8 JSON, sorted keys, no white space: what the leaf hash covers."""
        return json.dumps(
            {
                "v": VERSION,
                "act": self.act,
                "at": self.at.isoformat(),
                "operator": self.operator_id,
                "case": self.case_number,
                "filing": self.filing_id,
                "facts": dict(self.facts),
            },
            sort_keys=True,
            separators=(",", ":"),
            ensure_ascii=True,
            allow_nan=False,
        ).encode()


@dataclass(frozen=True, slots=True)
class LogRow:
    """One row of the log as stored: its index from 0, its canonical bytes and leaf hash."""

    index: int
    entry: bytes
    leaf: bytes


@dataclass(frozen=True, slots=True)
class LogHead:
    size: int
    root: bytes
