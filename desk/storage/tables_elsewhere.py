"""Tables of reports filed elsewhere or by hand, of their corrections, and of walks through the guide.

None of their rows is ever changed or deleted: a correction is a further row.
"""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Date, ForeignKey, Integer, LargeBinary, Table, Text

from desk.storage.columns import Key, Moment, Words
from desk.storage.tables import metadata

elsewhere_filings = Table(
    "elsewhere_filings",
    metadata,
    Column("id", Key, primary_key=True),
    Column("case_number", Key, ForeignKey("cases.number"), nullable=False, index=True),
    Column("revision", Integer, nullable=False),
    Column("body", Text, nullable=False),  # a code of desk.domain.channels; also the agency of identities
    Column("reference", Words, nullable=False),
    Column("filed_at", Moment, nullable=False),
    Column("filed_by", Words, nullable=False),
    Column("content", LargeBinary, nullable=False),  # content ids, canonical JSON
    Column("account_id", Words, index=True),
    Column("settles", Boolean, nullable=False),
    Column("note", Words, nullable=False),
    Column("recorded_at", Moment, nullable=False),
    Column("recorded_by", Key, ForeignKey("operators.id"), nullable=False),
    Column("preserve_until", Date, index=True),  # as with a receipt; none where no duty began
    sqlite_autoincrement=True,
)

elsewhere_corrections = Table(
    "elsewhere_corrections",
    metadata,
    Column("id", Key, primary_key=True),
    Column("elsewhere_id", Key, ForeignKey("elsewhere_filings.id"), nullable=False, index=True),
    Column("at", Moment, nullable=False),
    Column("operator_id", Key, ForeignKey("operators.id"), nullable=False),
    Column("reason", Words, nullable=False),
    Column("withdrawn", Boolean, nullable=False),
    # What is said anew; empty where it stands as it was.
    Column("reference", Words),
    Column("filed_at", Moment),
    Column("filed_by", Words),
    Column("preserve_until", Date),
    sqlite_autoincrement=True,
)

guide_walks = Table(
    "guide_walks",
    metadata,
    Column("id", Key, primary_key=True),
    Column("case_number", Key, ForeignKey("cases.number"), nullable=False, index=True),
    Column("at", Moment, nullable=False),
    Column("operator_id", Key, ForeignKey("operators.id"), nullable=False),
    Column("path", Text, nullable=False),  # codes of desk.domain.guidance
    Column("decision", Text, nullable=False),  # a DecisionKind: what the walk was taken for
    Column("look_again_at", Moment),
    sqlite_autoincrement=True,
)
