"""Second reviews, and notes on what became of reports."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Date, ForeignKey, Index, Integer, Table, Text

from desk.storage.columns import Key, Moment, Words
from desk.storage.tables import metadata

second_reviews = Table(
    "second_reviews",
    metadata,
    Column("id", Key, primary_key=True),
    Column("case_number", Key, ForeignKey("cases.number"), nullable=False),
    Column("filing_id", Key, ForeignKey("filings.id")),
    Column("rule", Words, nullable=False),
    Column("required", Boolean, nullable=False),
    Column("blind", Boolean, nullable=False),
    Column("first", Text, nullable=False),
    Column("first_type", Words, nullable=False),
    Column("first_operator", Key, ForeignKey("operators.id"), nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("rank", Integer, nullable=False),  # 0 required, 1 not
    Column("state", Text, nullable=False),
    Column("second", Text),
    Column("second_type", Words, nullable=False),
    Column("reviewer", Key, ForeignKey("operators.id")),
    Column("reviewed_at", Moment),
    Column("reason", Words, nullable=False),
    Index("ix_second_reviews_state", "state", "rank", "id"),
    Index("ix_second_reviews_case", "case_number"),
    Index("ix_second_reviews_filing", "filing_id"),
    Index("ix_second_reviews_judged", "reviewed_at"),
    sqlite_autoincrement=True,
)

outcomes = Table(
    "outcomes",
    metadata,
    Column("id", Key, primary_key=True),
    Column("filing_id", Key, ForeignKey("filings.id"), nullable=False),
    Column("source", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("words", Words, nullable=False),
    Column("reference", Words, nullable=False),
    Column("day", Date, nullable=False),
    Column("by", Key, ForeignKey("operators.id"), nullable=False),
    Column("at", Moment, nullable=False, index=True),
    Column("reader", Key, ForeignKey("operators.id"), nullable=False),
    Column("seen_at", Moment),
    Index("ix_outcomes_filing", "filing_id", "id"),
    Index("ix_outcomes_reader", "reader", "seen_at"),
    sqlite_autoincrement=True,
)
