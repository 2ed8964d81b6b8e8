"""Calls to the platform's own hooks: a durable outbox beside the agency's."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, Table, Text, UniqueConstraint

from desk.storage.columns import Key, Moment, Words
from desk.storage.tables import metadata

hook_calls = Table(
    "hook_calls",
    metadata,
    Column("id", Key, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("case_number", Key, ForeignKey("cases.number"), nullable=False, index=True),
    Column("filing_id", Key, ForeignKey("filings.id")),
    Column("state", Text, nullable=False),
    Column("asked_at", Moment, nullable=False),
    Column("next_at", Moment),
    Column("lease_until", Moment),
    Column("tries", Integer, nullable=False),
    Column("words", Words, nullable=False),
    Column("ended_at", Moment),
    UniqueConstraint("kind", "key"),
    Index("ix_hook_calls_due", "state", "next_at", "id"),
    sqlite_autoincrement=True,
)
