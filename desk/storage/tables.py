"""The tables. Their history is in ``migrations``; a test holds both to be the same.

Times are whole microseconds since 1970 (UTC), so that they compare and sort alike in
both databases. Documents are canonical JSON bytes made by :mod:`desk.domain.codec`.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Dialect,
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
from sqlalchemy.types import TypeDecorator

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Moment(TypeDecorator[datetime]):
    """A time as microseconds since the epoch. A time without a zone is refused: it is nobody's time."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:  # noqa: ARG002
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without its zone")
        return (value - EPOCH) // _MICROSECOND

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        return None if value is None else EPOCH + timedelta(microseconds=value)


class Span(TypeDecorator[timedelta]):
    """A length of time as whole microseconds."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: timedelta | None, dialect: Dialect) -> int | None:  # noqa: ARG002
        return None if value is None else value // _MICROSECOND

    def process_result_value(self, value: Any, dialect: Dialect) -> timedelta | None:  # noqa: ARG002
        return None if value is None else timedelta(microseconds=value)


class Words(TypeDecorator[str]):
    """Free text. What PostgreSQL's text cannot hold (U+0000, lone surrogates) becomes U+FFFD or ``?``.

    Only copies for lists and searches are kept so; the documents themselves are bytes.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        if value is None:
            return None
        return value.replace("\x00", "\ufffd").encode("utf-8", "replace").decode()


Key = BigInteger().with_variant(Integer(), "sqlite")
"""SQLite counts rows by INTEGER only; PostgreSQL's integer would end at two thousand millions."""

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)


def _required(name: str, kind: Any, *rest: Any, **more: Any) -> Column[Any]:
    return Column(name, kind, *rest, nullable=False, **more)


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
    _required("name", Words),
    _required("roles", Text),  # sorted, separated by a space
    _required("email", Words),
    sqlite_autoincrement=True,
)

settings = Table(
    "settings",
    metadata,
    Column("name", Text, primary_key=True),
    _required("value", LargeBinary),
)

cases = Table(
    "cases",
    metadata,
    Column("number", Key, primary_key=True),
    _required("platform_id", Words),
    _required("revision", Integer),
    _required("state", Text),
    _required("rank", Integer),  # 0 urgent, 1 not: so that every index runs one way
    _required("received_at", Moment, index=True),
    _required("occurred_at", Moment),
    _required("source", Text),
    _required("policy", Words),
    _required("queue", Words),
    _required("summary", Words),
    _required("known_match", Boolean),
    _required("completeness", Integer),
    _required("content_count", Integer),
    Column("first_content", Words),
    Column("account", Words),
    Column("snoozed_until", Moment),
    Column("claim_operator", Key, ForeignKey("operators.id")),
    Column("claim_name", Words),
    Column("claim_until", Moment),
    _required("claim_token", BigInteger),
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
    _required("document", LargeBinary),
    _required("digest", Text),
    _required("at", Moment),
)

case_keys = Table(
    "case_keys",
    metadata,
    _case(primary_key=True, autoincrement=False),
    _required("wrapped", LargeBinary),
)

case_media = Table(
    "case_media",
    metadata,
    _case(primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("content_id", Words, primary_key=True),
    _required("blob", Text),
    _required("size", BigInteger),
    _required("sha256", Text),
    _required("md5", Text),
    _required("sha1", Text),
    Index("ix_case_media_sha256", "sha256"),
    Index("ix_case_media_blob", "blob"),
)

decisions = Table(
    "decisions",
    metadata,
    Column("id", Key, primary_key=True),
    _case(index=True),
    _required("revision", Integer),
    _required("kind", Text),
    _required("operator_id", Key, ForeignKey("operators.id")),
    _required("at", Moment, index=True),
    Column("policy", Words),
    Column("note", Words),
    sqlite_autoincrement=True,
)

drafts = Table(
    "drafts",
    metadata,
    _case(primary_key=True, autoincrement=False),
    _required("version", Integer),
    _required("saved_at", Moment),
    _required("operator_id", Key, ForeignKey("operators.id")),
    _required("document", LargeBinary),
)

filings = Table(
    "filings",
    metadata,
    Column("id", Key, primary_key=True),
    # As confirmed: the database refuses to change these.
    _case(index=True),
    _required("revision", Integer),
    _required("agency", Text),
    _required("endpoint", Words),
    _required("report_xml", LargeBinary),
    _required("report_sha256", Text),
    _required("identities", LargeBinary),
    Column("account_id", Words, index=True),
    _required("incident_type", Words),
    _required("completeness", Integer),
    _required("escalated", Boolean),
    _required("hold", Span),
    _required("confirmed_at", Moment),
    _required("confirmed_by", Key, ForeignKey("operators.id"), index=True),
    _required("draft", LargeBinary),
    _required("summary_json", LargeBinary),
    _required("search", Words),
    # Where it stands.
    _required("state", Text),
    _required("attempt", Integer),
    Column("report_id", Words),
    Column("opened_at", Moment),
    Column("changed_at", Moment),
    Column("hold_until", Moment),
    _required("file_now", Boolean),
    _required("take_back", Boolean),
    _required("awaiting", Boolean, server_default=false()),
    Column("retract_for", Text),
    Column("intent", Text),
    Column("retry_at", Moment),
    _required("tries", Integer),
    _required("error", Words),
    Column("error_code", Integer),
    Column("request_id", Words),
    Column("ended_at", Moment, index=True),
    # The outbox's order and leases.
    _required("turn", Integer),  # 0 escalated, 1 not, 2 at an end
    Column("due_at", Moment),
    Column("lease_owner", Text),
    Column("lease_until", Moment),
    _required("fence", BigInteger),
    Index("ix_filings_turn", "turn", "confirmed_at", "id"),
    Index("ix_filings_state", "state", "confirmed_at", "id"),
    sqlite_autoincrement=True,
)

filing_files = Table(
    "filing_files",
    metadata,
    _filing(primary_key=True),
    Column("position", Integer, primary_key=True),
    _required("content_id", Words),
    _required("name", Words),
    _required("sha256", Text),
    _required("md5", Text),
    _required("size", BigInteger),
    _required("details_xml", LargeBinary),
    Column("identity", Words),
    # Where it stands.
    Column("file_id", Words),
    _required("detailed", Boolean),
    Column("intent", Text),
)

filing_cases = Table(
    "filing_cases",
    metadata,
    _filing(primary_key=True),
    _case(primary_key=True, index=True),
    _required("revision", Integer),
    _required("account_id", Words, index=True),
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
    _required("attempt", Integer),
    _required("call", Text),
    Column("file_index", Integer),
    _required("endpoint", Words),
    _required("at", Moment),
    _required("sent", LargeBinary),
    Column("outcome", Text),
    Column("outcome_at", Moment),
    Column("http_status", Integer),
    Column("code", Integer),
    _required("description", Words),
    Column("request_id", Words),
    Column("received", LargeBinary),
    sqlite_autoincrement=True,
)

receipts = Table(
    "receipts",
    metadata,
    _filing(primary_key=True, autoincrement=False),
    _required("report_id", Words),
    _required("at", Moment, index=True),
    Column("request_id", Words),
    _required("body", LargeBinary),
    _required("sha256", Text),
    _required("preserve_until", Date, index=True),
)

audit_entries = Table(
    "audit_entries",
    metadata,
    Column("position", Key, primary_key=True, autoincrement=False),
    _required("entry", LargeBinary),
    _required("leaf", LargeBinary),
    # Copies for searching; the entry's bytes are what counts.
    Column("case_number", BigInteger, index=True),
    Column("filing_id", BigInteger, index=True),
    Column("link", LargeBinary),  # of the chain beside the tree; none in entries of before it
)

audit_head = Table(
    "audit_head",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    _required("size", BigInteger),
    _required("roots", LargeBinary),
    Column("link", LargeBinary),
    CheckConstraint("id = 1", name="one_row"),
)

viewings = Table(
    "viewings",
    metadata,
    Column("id", Key, primary_key=True),
    _case(index=True),
    _required("content_id", Words),
    _required("sha256", Text),
    _required("operator_id", Key, ForeignKey("operators.id")),
    _required("kind", Text),
    _required("at", Moment),
    _required("seconds", Float),
    _required("start_share", Float),
    _required("end_share", Float),
    _required("speed", Float),
    Index("ix_viewings_person", "operator_id", "at"),
    sqlite_autoincrement=True,
)

media_hashed = Table(
    "media_hashed",
    metadata,
    Column("sha256", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    _required("outcome", Text),  # empty, or why there is no hash
)

media_hashes = Table(
    "media_hashes",
    metadata,
    Column("id", Key, primary_key=True),
    _required("sha256", Text),
    _required("kind", Text),
    _required("value", LargeBinary),
    _required("quality", Integer),
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
