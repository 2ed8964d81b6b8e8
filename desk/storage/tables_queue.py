"""The tables behind the queue: what it is found by, its positions, and what people did in it."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, LargeBinary, Table, Text, text
from sqlalchemy.dialects.postgresql import TSVECTOR

from desk.storage.columns import Key, Moment, Words
from desk.storage.tables import metadata

case_words = Table(
    "case_words",
    metadata,
    Column("case_number", Key, ForeignKey("cases.number"), primary_key=True, autoincrement=False),
    Column("words", Text().with_variant(TSVECTOR(), "postgresql"), nullable=False),
)
"""Folded words in their order. Both databases' full-text indexes of it are made by the migration alone:
SQLite's ``case_fts``, which follows by triggers, and PostgreSQL's GIN index."""

case_marks = Table(
    "case_marks",
    metadata,
    Column("case_number", Key, ForeignKey("cases.number"), primary_key=True, autoincrement=False),
    Column("mark", Text, primary_key=True),
)

queue_changes = Table(
    "queue_changes",
    metadata,
    Column("id", Key, primary_key=True),
    Column("case_number", BigInteger, nullable=False),
)
"""Cases whose bits are older than they are; triggers write it, whoever changes a case."""

queue_bits = Table(
    "queue_bits",
    metadata,
    Column("facet", Words, primary_key=True),
    Column("chunk", Integer, primary_key=True, autoincrement=False),
    Column("version", BigInteger, nullable=False),
    Column("bits", LargeBinary, nullable=False),
    Index("ix_queue_bits_version", "version"),
)
"""For each facet (a state, a source, a policy …) and chunk of case numbers, a bit for each that has it."""

queue_head = Table(
    "queue_head",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("version", BigInteger, nullable=False),
)

queue_acts = Table(
    "queue_acts",
    metadata,
    Column("id", Key, primary_key=True),
    Column("case_number", Key, ForeignKey("cases.number"), nullable=False, index=True),
    Column("kind", Text, nullable=False),
    Column("operator_id", Key, ForeignKey("operators.id"), nullable=False),
    Column("to_operator", Key, ForeignKey("operators.id")),
    Column("at", Moment, nullable=False),
    Column("until", Moment),
    Column("note", Words, nullable=False),
    Index(
        "ix_queue_acts_skipped",
        "operator_id",
        "until",
        sqlite_where=text("until IS NOT NULL"),
        postgresql_where=text("until IS NOT NULL"),
    ),
    sqlite_autoincrement=True,
)
"""What was done with a case in the queue, with its note: the audit log holds no words of people."""

queue_opinions = Table(
    "queue_opinions",
    metadata,
    Column("id", Key, primary_key=True),
    Column("case_number", Key, ForeignKey("cases.number"), nullable=False, index=True),
    Column("asked_by", Key, ForeignKey("operators.id"), nullable=False),
    Column("asked_at", Moment, nullable=False),
    Column("question", Words, nullable=False),
    Column("first", Words, nullable=False),
    Column("shown", Boolean, nullable=False),
    Column("given_by", Key, ForeignKey("operators.id")),
    Column("given_at", Moment),
    Column("second", Words),
    Index(
        "ix_queue_opinions_pending",
        "case_number",
        unique=True,
        sqlite_where=text("given_at IS NULL"),
        postgresql_where=text("given_at IS NULL"),
    ),
    sqlite_autoincrement=True,
)

queue_filters = Table(
    "queue_filters",
    metadata,
    Column("id", Key, primary_key=True),
    Column("name", Words, nullable=False),
    Column("owner", Key, ForeignKey("operators.id"), nullable=False, index=True),
    Column("shared", Boolean, nullable=False),
    Column("document", LargeBinary, nullable=False),
    sqlite_autoincrement=True,
)
