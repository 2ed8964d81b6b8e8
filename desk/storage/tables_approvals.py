"""The table of requests for a second person's agreement."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, LargeBinary, Table, Text

from desk.storage.columns import Key, Moment, Words
from desk.storage.tables import metadata

approvals = Table(
    "approvals",
    metadata,
    Column("id", Key, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("title", Words, nullable=False),
    Column("subject", LargeBinary, nullable=False),
    Column("reason", Words, nullable=False),
    Column("asked_by", Key, ForeignKey("operators.id"), nullable=False),
    Column("asked_at", Moment, nullable=False),
    Column("state", Text, nullable=False),
    Column("decided_by", Key, ForeignKey("operators.id")),
    Column("decided_at", Moment),
    Column("note", Words, nullable=False),
    Column("case_number", BigInteger),
    Column("filing_id", BigInteger),
    Index("ix_approvals_state", "state", "id"),
    sqlite_autoincrement=True,
)
