"""Orders to keep media longer, and what was destroyed."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Date, ForeignKey, Index, LargeBinary, Table, Text

from desk.storage.columns import Key, Moment, Words
from desk.storage.tables import metadata

preservation_orders = Table(
    "preservation_orders",
    metadata,
    Column("id", Key, primary_key=True),
    Column("case_number", Key, ForeignKey("cases.number"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("reference", Words, nullable=False),
    Column("note", Words, nullable=False),
    Column("by", Key, ForeignKey("operators.id"), nullable=False),
    Column("at", Moment, nullable=False),
    Column("until", Date),
    Column("released_by", Key, ForeignKey("operators.id")),
    Column("released_at", Moment),
    Index("ix_preservation_orders_case", "case_number", "id"),
    sqlite_autoincrement=True,
)

destructions = Table(
    "destructions",
    metadata,
    Column("case_number", Key, ForeignKey("cases.number"), primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False),
    Column("approval", BigInteger, nullable=False),
    Column("document", LargeBinary, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("cleared_at", Moment),
)
