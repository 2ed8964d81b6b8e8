"""The tables. Their history is in ``migrations``; a test holds both to be the same.

Documents are canonical JSON bytes made by :mod:`desk.domain.codec`; what columns are made of is in
:mod:`desk.storage.columns`.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)

from desk.storage.columns import Key, Moment, Span, Words, required

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)


def _case(**more: Any) -> Column[Any]:
    return Column("case_number", Key, ForeignKey("cases.number"), nullable=False, **more)


def _filing(**more: Any) -> Column[Any]:
    return Column("filing_id", Key, ForeignKey("filings.id"), nullable=False, **more)


def _some(name: str, *columns: str) -> Index:
    """An index of the few rows in which the first column is set."""
    there = text(f"{columns[0]} IS NOT NULL")
    return Index(name, *columns, sqlite_where=there, postgresql_where=there)


operators = Table(
    "operators",
    metadata,
    Column("id", Key, primary_key=True),
    required("name", Words),
    required("roles", Text),  # sorted, separated by a space
    required("email", Words),
    sqlite_autoincrement=True,
)

settings = Table(
    "settings",
    metadata,
    Column("name", Text, primary_key=True),
    required("value", LargeBinary),
)

cases = Table(
    "cases",
    metadata,
    Column("number", Key, primary_key=True),
    required("platform_id", Words),
    required("revision", Integer),
    required("state", Text),
    required("rank", Integer),  # 0 urgent, 1 not: so that every index runs one way
    required("received_at", Moment, index=True),
    required("occurred_at", Moment),
    required("source", Text),
    required("policy", Words),
    required("queue", Words),
    required("summary", Words),
    required("known_match", Boolean),
    required("completeness", Integer),
    required("content_count", Integer),
    Column("first_content", Words),
    Column("account", Words),
    Column("snoozed_until", Moment),
    Column("claim_operator", Key, ForeignKey("operators.id")),
    Column("claim_name", Words),
    Column("claim_until", Moment),
    required("claim_token", BigInteger),
    Column("kept_until", Moment),  # when the platform's own copy may go
    UniqueConstraint("platform_id"),
    # Everything else that the queue sorts and filters by is in queue_bits.
    _some("ix_cases_asleep", "snoozed_until"),
    _some("ix_cases_held", "claim_until"),
    _some("ix_cases_claim", "claim_operator", "claim_until"),
    sqlite_autoincrement=True,
)

case_revisions = Table(
    "case_revisions",
    metadata,
    _case(primary_key=True),
    Column("revision", Integer, primary_key=True),
    required("document", LargeBinary),
    required("digest", Text),
    required("at", Moment),
)

case_keys = Table(
    "case_keys",
    metadata,
    _case(primary_key=True, autoincrement=False),
    required("wrapped", LargeBinary),
)

case_media = Table(
    "case_media",
    metadata,
    _case(primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("content_id", Words, primary_key=True),
    required("blob", Text),
    required("size", BigInteger),
    required("sha256", Text),
    required("md5", Text),
    required("sha1", Text),
    Index("ix_case_media_sha256", "sha256"),
    Index("ix_case_media_blob", "blob"),
)

decisions = Table(
    "decisions",
    metadata,
    Column("id", Key, primary_key=True),
    _case(index=True),
    required("revision", Integer),
    required("kind", Text),
    required("operator_id", Key, ForeignKey("operators.id")),
    required("at", Moment, index=True),
    Column("policy", Words),
    Column("note", Words),
    sqlite_autoincrement=True,
)

drafts = Table(
    "drafts",
    metadata,
    _case(primary_key=True, autoincrement=False),
    required("version", Integer),
    required("saved_at", Moment),
    required("operator_id", Key, ForeignKey("operators.id")),
    required("document", LargeBinary),
)

filings = Table(
    "filings",
    metadata,
    Column("id", Key, primary_key=True),
    # As confirmed: the database refuses to change these.
    _case(index=True),
    required("revision", Integer),
    required("agency", Text),
    required("endpoint", Words),
    required("report_xml", LargeBinary),
    required("report_sha256", Text),
    required("identities", LargeBinary),
    Column("account_id", Words, index=True),
    required("incident_type", Words),
    required("completeness", Integer),
    required("escalated", Boolean),
    required("hold", Span),
    required("confirmed_at", Moment),
    required("confirmed_by", Key, ForeignKey("operators.id"), index=True),
    required("draft", LargeBinary),
    required("summary_json", LargeBinary),
    required("search", Words),
    # Where it stands.
    required("state", Text),
    required("attempt", Integer),
    Column("report_id", Words),
    Column("opened_at", Moment),
    Column("changed_at", Moment),
    Column("hold_until", Moment),
    required("file_now", Boolean),
    required("take_back", Boolean),
    required("awaiting", Boolean, server_default=false()),
    required("finish_unknown", Boolean, server_default=false()),
    Column("retract_for", Text),
    Column("intent", Text),
    Column("retry_at", Moment),
    required("tries", Integer),
    required("error", Words),
    Column("error_code", Integer),
    Column("request_id", Words),
    Column("ended_at", Moment, index=True),
    # The outbox's order and leases.
    required("turn", Integer),  # 0 escalated, 1 not, 2 at an end
    Column("due_at", Moment),
    Column("lease_owner", Text),
    Column("lease_until", Moment),
    required("fence", BigInteger),
    Index("ix_filings_turn", "turn", "confirmed_at", "id"),
    Index("ix_filings_state", "state", "confirmed_at", "id"),
    sqlite_autoincrement=True,
)

filing_files = Table(
    "filing_files",
    metadata,
    _filing(primary_key=True),
    Column("position", Integer, primary_key=True),
    required("content_id", Words),
    required("name", Words),
    required("sha256", Text),
    required("md5", Text),
    required("size", BigInteger),
    required("details_xml", LargeBinary),
    Column("identity", Words),
    # Where it stands.
    Column("file_id", Words),
    required("detailed", Boolean),
    Column("intent", Text),
)

filing_cases = Table(
    "filing_cases",
    metadata,
    _filing(primary_key=True),
    _case(primary_key=True, index=True),
    required("revision", Integer),
    required("account_id", Words, index=True),
)
"""The other cases that a batched report covers; never changed."""

reported_identity = Table(
    "reported_identity",
    metadata,
    Column("agency", Text, primary_key=True),
    Column("identity", Words, primary_key=True),
    # One of the two: the desk's own filing, or one made elsewhere (tables_elsewhere).
    Column("filing_id", Key, ForeignKey("filings.id"), index=True),
    Column("elsewhere_id", Key, ForeignKey("elsewhere_filings.id"), index=True),
    CheckConstraint("(filing_id IS NULL) <> (elsewhere_id IS NULL)", name="one_holder"),
)

journal = Table(
    "journal",
    metadata,
    Column("id", Key, primary_key=True),
    _filing(index=True),
    required("attempt", Integer),
    required("call", Text),
    Column("file_index", Integer),
    required("endpoint", Words),
    required("at", Moment),
    required("sent", LargeBinary),
    Column("outcome", Text),
    Column("outcome_at", Moment),
    Column("http_status", Integer),
    Column("code", Integer),
    required("description", Words),
    Column("request_id", Words),
    Column("received", LargeBinary),
    sqlite_autoincrement=True,
)

receipts = Table(
    "receipts",
    metadata,
    _filing(primary_key=True, autoincrement=False),
    required("report_id", Words),
    required("at", Moment, index=True),
    Column("request_id", Words),
    required("body", LargeBinary),
    required("sha256", Text),
    required("preserve_until", Date, index=True),
)

audit_entries = Table(
    "audit_entries",
    metadata,
    Column("position", Key, primary_key=True, autoincrement=False),
    required("entry", LargeBinary),
    required("leaf", LargeBinary),
    # Copies for searching; the entry's bytes are what counts.
    Column("case_number", BigInteger, index=True),
    Column("filing_id", BigInteger, index=True),
    Column("link", LargeBinary),  # of the chain beside the tree; none in entries of before it
)

audit_head = Table(
    "audit_head",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    required("size", BigInteger),
    required("roots", LargeBinary),
    Column("link", LargeBinary),
    CheckConstraint("id = 1", name="one_row"),
)

viewings = Table(
    "viewings",
    metadata,
    Column("id", Key, primary_key=True),
    _case(index=True),
    required("content_id", Words),
    required("sha256", Text),
    required("operator_id", Key, ForeignKey("operators.id")),
    required("kind", Text),
    required("at", Moment),
    required("seconds", Float),
    required("start_share", Float),
    required("end_share", Float),
    required("speed", Float),
    Index("ix_viewings_person", "operator_id", "at"),
    sqlite_autoincrement=True,
)

media_hashed = Table(
    "media_hashed",
    metadata,
    Column("sha256", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    required("outcome", Text),  # empty, or why there is no hash
)

media_hashes = Table(
    "media_hashes",
    metadata,
    Column("id", Key, primary_key=True),
    required("sha256", Text),
    required("kind", Text),
    required("value", LargeBinary),
    required("quality", Integer),
    Column("position", Float),
    Index("ix_media_hashes_sha256", "sha256", "kind"),
    sqlite_autoincrement=True,
)

hash_blocks = Table(
    "hash_blocks",
    metadata,
    Column("block", Integer, primary_key=True, autoincrement=False),
    Column("hash_id", Key, ForeignKey("media_hashes.id"), primary_key=True, autoincrement=False, index=True),
)
