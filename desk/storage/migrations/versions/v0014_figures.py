"""Indexes by time, so that figures of a month cost a month's rows."""

from __future__ import annotations

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_cases_received_at", "cases", ["received_at"])
    op.create_index("ix_receipts_at", "receipts", ["at"])
    op.create_index("ix_decisions_at", "decisions", ["at"])
    op.create_index("ix_filings_ended_at", "filings", ["ended_at"])
    op.create_index("ix_outcomes_at", "outcomes", ["at"])
