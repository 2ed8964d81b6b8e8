"""Tables of batched reports: agreements that two near files are the same picture, and what rests on them."""

from __future__ import annotations

from sqlalchemy import Column, Float, ForeignKey, Index, Integer, Table, Text, text

from desk.storage.columns import Key, Moment, Words
from desk.storage.tables import case_media, metadata

picture_agreements = Table(
    "picture_agreements",
    metadata,
    Column("id", Key, primary_key=True),
    # The two files, the lesser digest first: an agreement has no direction.
    Column("sha256", Text, nullable=False),
    Column("case_number", Key, ForeignKey("cases.number"), nullable=False),
    Column("content_id", Words, nullable=False),
    Column("share", Float, nullable=False),
    Column("near_sha256", Text, nullable=False),
    Column("near_case", Key, ForeignKey("cases.number"), nullable=False),
    Column("near_content_id", Words, nullable=False),
    Column("near_share", Float, nullable=False),
    Column("distance", Integer, nullable=False),
    Column("operator_id", Key, ForeignKey("operators.id"), nullable=False),
    Column("at", Moment, nullable=False),
    Column("withdrawn_by", Key, ForeignKey("operators.id")),
    Column("withdrawn_at", Moment),
    Index(
        "uq_picture_agreements_standing",
        "sha256",
        "near_sha256",
        unique=True,
        sqlite_where=text("withdrawn_at IS NULL"),
        postgresql_where=text("withdrawn_at IS NULL"),
    ),
    Index("ix_picture_agreements_near_sha256", "near_sha256"),
    sqlite_autoincrement=True,
)

filing_near_files = Table(
    "filing_near_files",
    metadata,
    Column("filing_id", Key, ForeignKey("filings.id"), primary_key=True),
    Column("case_number", Key, ForeignKey("cases.number"), primary_key=True),
    Column("sha256", Text, nullable=False),
    Column("agreement_id", Key, ForeignKey("picture_agreements.id"), nullable=False, index=True),
    Index("ix_filing_near_files_sha256", "sha256"),
)
"""Files of other cases in a batched report that have other bytes than its own; never changed."""

Index("ix_case_media_holding", case_media.c.sha256, case_media.c.case_number)
# Everybody who holds a file, a page at a time.
