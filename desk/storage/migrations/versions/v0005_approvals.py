"""Requests for a second person's agreement: what was asked for never changes, nothing is deleted."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TABLE = "approvals"
WORDS = "history cannot be changed"
FIXED = ["id", "kind", "title", "subject", "reason", "asked_by", "asked_at", "case_number", "filing_id"]


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("id", KEY, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("subject", sa.LargeBinary(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asked_by", KEY, nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("decided_by", KEY, nullable=True),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("case_number", sa.BigInteger(), nullable=True),
        sa.Column("filing_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["asked_by"], ["operators.id"], name="fk_approvals_asked_by_operators"),
        sa.ForeignKeyConstraint(["decided_by"], ["operators.id"], name="fk_approvals_decided_by_operators"),
        sa.PrimaryKeyConstraint("id", name="pk_approvals"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_approvals_state", TABLE, ["state", "id"])
    if op.get_bind().dialect.name == "sqlite":
        refuse = f"BEGIN SELECT RAISE(ABORT, '{WORDS}'); END"
        columns = ", ".join(FIXED)
        op.execute(f"CREATE TRIGGER {TABLE}_kept BEFORE DELETE ON {TABLE} {refuse}")
        op.execute(f"CREATE TRIGGER {TABLE}_fixed BEFORE UPDATE OF {columns} ON {TABLE} {refuse}")
        op.execute(
            f"CREATE TRIGGER {TABLE}_decided BEFORE UPDATE ON {TABLE} WHEN OLD.state <> 'pending' {refuse}"
        )
        return
    call = "EXECUTE FUNCTION desk_refuse()"  # made by 0002
    columns = ", ".join(FIXED)
    op.execute(f"CREATE TRIGGER {TABLE}_kept BEFORE DELETE ON {TABLE} FOR EACH ROW {call}")
    op.execute(f"CREATE TRIGGER {TABLE}_fixed BEFORE UPDATE OF {columns} ON {TABLE} FOR EACH ROW {call}")
    op.execute(
        f"CREATE TRIGGER {TABLE}_decided BEFORE UPDATE ON {TABLE} FOR EACH ROW"
        f" WHEN (OLD.state <> 'pending') {call}"
    )
    op.execute(f"CREATE TRIGGER {TABLE}_emptied BEFORE TRUNCATE ON {TABLE} FOR EACH STATEMENT {call}")
