"""One entry of the audit log, and its canonical bytes (version 2).

An entry names the act, the one who acted and the numbers of what was touched.
Personal data and content never enter it but as digests under the case's own
key, so that erasure stays possible while the log stays whole: once the key is
destroyed nobody can tell what a digest was of. Entries of version 1 had plain
digests; they are kept as they are.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

VERSION = 2
_DIGEST_KEY = b"tipline-desk/1/audit"
"""Part of the format: with another label no digest of an older entry could be told any more."""


def digest_key(wrapped_key: bytes) -> bytes:
    """A case's key for its digests in the log: HMAC-SHA-256 of a label under its wrapped data key.

    It goes with the case's key when that is destroyed, and gives nothing of it away: an evidence bundle
    carries it so that outsiders can check that case's digests, and no other's.
    """
    return hmac.digest(wrapped_key, _DIGEST_KEY, "sha256")


def keyed_digest(key: bytes, sha256: str) -> str:
    """What stands in the log for something with this SHA-256 (hexadecimal): HMAC-SHA-256 of its 32 bytes."""
    return hmac.digest(key, bytes.fromhex(sha256), "sha256").hex()


def keyed_bytes(key: bytes, content: bytes) -> str:
    """What stands in the log for these bytes."""
    return keyed_digest(key, hashlib.sha256(content).hexdigest())


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
    """``link`` is the last one of the chain beside the tree; None in a log that has none yet."""

    size: int
    root: bytes
    link: bytes | None = None


@dataclass(frozen=True, slots=True)
class CheckpointRow:
    """A signed checkpoint as stored: its number from 1, the size it covers, and the whole note."""

    number: int
    size: int
    at: datetime
    note: str
