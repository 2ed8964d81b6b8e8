"""The tables of signing in: what each operator signs in with, and what slows a guesser down."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, LargeBinary, Table, Text

from desk.storage.columns import Key, Moment, Words
from desk.storage.tables import metadata

operator_access = Table(
    "operator_access",
    metadata,
    Column("operator_id", Key, ForeignKey("operators.id"), primary_key=True, autoincrement=False),
    Column("active", Boolean, nullable=False),
    Column("password", Text),  # Argon2id in PHC form
    Column("must_change", Boolean, nullable=False),
    Column("expires_at", Moment),  # of a one-time password
    Column("code_key", LargeBinary),  # wrapped by the workspace's key
    Column("code_step", BigInteger, nullable=False),
    Column("account", Words, nullable=False),
)

operator_recovery = Table(
    "operator_recovery",
    metadata,
    Column("operator_id", Key, ForeignKey("operators.id"), primary_key=True, autoincrement=False),
    Column("digest", Text, primary_key=True),
)

signin_attempts = Table(
    "signin_attempts",
    metadata,
    Column("name_digest", Text, primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("last_at", Moment, nullable=False),
)

operator_acts = Table(
    "operator_acts",
    metadata,
    Column("id", Key, primary_key=True),
    Column("operator_id", Key, ForeignKey("operators.id"), nullable=False),
    Column("act", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("by_id", Key, ForeignKey("operators.id")),
    Column("reason", Words, nullable=False),
    Index("ix_operator_acts_operator_id", "operator_id", "at"),
    sqlite_autoincrement=True,
)
