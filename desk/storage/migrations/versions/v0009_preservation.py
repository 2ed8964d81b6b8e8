"""Orders to keep media longer, and certificates of what was destroyed: written once, never deleted."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WORDS = "history cannot be changed"
FIXED = {
    "preservation_orders": ('id, case_number, kind, reference, note, "by", at, until', "released_at"),
    "destructions": ("case_number, at, approval, document, sha256", "cleared_at"),
}


def upgrade() -> None:
    op.create_table(
        "preservation_orders",
        sa.Column("id", KEY, nullable=False),
        sa.Column("case_number", KEY, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("by", KEY, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("released_by", KEY, nullable=True),
        sa.Column("released_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["case_number"], ["cases.number"], name="fk_preservation_orders_case_number"),
        sa.ForeignKeyConstraint(["by"], ["operators.id"], name="fk_preservation_orders_by"),
        sa.ForeignKeyConstraint(["released_by"], ["operators.id"], name="fk_preservation_orders_released_by"),
        sa.PrimaryKeyConstraint("id", name="pk_preservation_orders"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_preservation_orders_case", "preservation_orders", ["case_number", "id"])
    op.create_table(
        "destructions",
        sa.Column("case_number", KEY, nullable=False, autoincrement=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("approval", sa.BigInteger(), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("cleared_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["case_number"], ["cases.number"], name="fk_destructions_case_number"),
        sa.PrimaryKeyConstraint("case_number", name="pk_destructions"),
    )
    for table, (columns, once) in FIXED.items():
        _keep(table, columns, once)


def _keep(table: str, columns: str, once: str) -> None:
    """Refuse to delete, to change what was written, and to write ``once`` a second time."""
    if op.get_bind().dialect.name == "sqlite":
        refuse = f"BEGIN SELECT RAISE(ABORT, '{WORDS}'); END"
        op.execute(f"CREATE TRIGGER {table}_kept BEFORE DELETE ON {table} {refuse}")
        op.execute(f"CREATE TRIGGER {table}_fixed BEFORE UPDATE OF {columns} ON {table} {refuse}")
        op.execute(
            f"CREATE TRIGGER {table}_once BEFORE UPDATE ON {table} WHEN OLD.{once} IS NOT NULL {refuse}"
        )
        return
    call = "EXECUTE FUNCTION desk_refuse()"  # made by 0002
    op.execute(f"CREATE TRIGGER {table}_kept BEFORE DELETE ON {table} FOR EACH ROW {call}")
    op.execute(f"CREATE TRIGGER {table}_fixed BEFORE UPDATE OF {columns} ON {table} FOR EACH ROW {call}")
    op.execute(
        f"CREATE TRIGGER {table}_once BEFORE UPDATE ON {table} FOR EACH ROW"
        f" WHEN (OLD.{once} IS NOT NULL) {call}"
    )
    op.execute(f"CREATE TRIGGER {table}_emptied BEFORE TRUNCATE ON {table} FOR EACH STATEMENT {call}")
