"""What operators sign in with, how guessing is slowed down, and why somebody was reset."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "operator_access",
        sa.Column("operator_id", _KEY, nullable=False, autoincrement=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("password", sa.Text(), nullable=True),
        sa.Column("must_change", sa.Boolean(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=True),
        sa.Column("code_key", sa.LargeBinary(), nullable=True),
        sa.Column("code_step", sa.BigInteger(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["operator_id"], ["operators.id"], name="fk_operator_access_operator_id"),
        sa.PrimaryKeyConstraint("operator_id", name="pk_operator_access"),
    )
    op.create_table(
        "operator_recovery",
        sa.Column("operator_id", _KEY, nullable=False, autoincrement=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["operator_id"], ["operators.id"], name="fk_operator_recovery_operator_id"),
        sa.PrimaryKeyConstraint("operator_id", "digest", name="pk_operator_recovery"),
    )
    op.create_table(
        "signin_attempts",
        sa.Column("name_digest", sa.Text(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name_digest", name="pk_signin_attempts"),
    )
    op.create_table(
        "operator_acts",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("operator_id", _KEY, nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("by_id", _KEY, nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["operator_id"], ["operators.id"], name="fk_operator_acts_operator_id"),
        sa.ForeignKeyConstraint(["by_id"], ["operators.id"], name="fk_operator_acts_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_operator_acts"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_operator_acts_operator_id", "operator_acts", ["operator_id", "at"])
