"""Calls to the platform's own hooks."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TABLE = "hook_calls"


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("id", KEY, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("case_number", KEY, nullable=False),
        sa.Column("filing_id", KEY, nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("next_at", sa.BigInteger(), nullable=True),
        sa.Column("lease_until", sa.BigInteger(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["case_number"], ["cases.number"], name=op.f(f"fk_{TABLE}_case_number")),
        sa.ForeignKeyConstraint(["filing_id"], ["filings.id"], name=op.f(f"fk_{TABLE}_filing_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{TABLE}")),
        sa.UniqueConstraint("kind", "key", name=op.f(f"uq_{TABLE}_kind_key")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f(f"ix_{TABLE}_case_number"), TABLE, ["case_number"])
    op.create_index(f"ix_{TABLE}_due", TABLE, ["state", "next_at", "id"])
