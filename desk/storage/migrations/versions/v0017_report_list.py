"""Indexes behind the list of reports, and for finding a filing by any of its Request-IDs.

SQLite keeps a row's long documents before most of these columns: a list that read the rows would read them
all. So there the index holds every column that is looked at. PostgreSQL keeps long values apart.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

LISTED = [
    "confirmed_at",
    "id",
    "state",
    "incident_type",
    "confirmed_by",
    "escalated",
    "completeness",
    "report_id",
    "case_number",
    "search",
]


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.create_index("ix_filings_listed", "filings", LISTED)
    else:
        op.create_index("ix_filings_listed", "filings", LISTED[:2])
    there = sa.text("request_id IS NOT NULL")
    op.create_index(
        "ix_journal_request_id", "journal", ["request_id"], sqlite_where=there, postgresql_where=there
    )
