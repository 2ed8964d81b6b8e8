"""Signed checkpoints of the audit log."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Table, Text

from desk.storage.columns import Key, Moment
from desk.storage.tables import metadata

audit_checkpoints = Table(
    "audit_checkpoints",
    metadata,
    Column("number", Key, primary_key=True, autoincrement=False),
    Column("size", BigInteger, nullable=False),
    Column("at", Moment, nullable=False),
    Column("note", Text, nullable=False),
)
