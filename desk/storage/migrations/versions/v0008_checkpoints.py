"""Signed checkpoints of the audit log, and a chain beside its tree that names the first wrong entry."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TABLE = "audit_checkpoints"
WORDS = "history cannot be changed"


def upgrade() -> None:
    # Entries of before have none: the chain begins with the first entry after them.
    op.add_column("audit_entries", sa.Column("link", sa.LargeBinary(), nullable=True))
    op.add_column("audit_head", sa.Column("link", sa.LargeBinary(), nullable=True))
    op.create_table(
        TABLE,
        sa.Column("number", KEY, autoincrement=False, nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_audit_checkpoints")),
    )
    if op.get_bind().dialect.name == "sqlite":
        refuse = f"BEGIN SELECT RAISE(ABORT, '{WORDS}'); END"
        op.execute(f"CREATE TRIGGER {TABLE}_kept BEFORE DELETE ON {TABLE} {refuse}")
        op.execute(f"CREATE TRIGGER {TABLE}_fixed BEFORE UPDATE ON {TABLE} {refuse}")
        return
    call = "EXECUTE FUNCTION desk_refuse()"  # made by 0002
    op.execute(f"CREATE TRIGGER {TABLE}_kept BEFORE DELETE ON {TABLE} FOR EACH ROW {call}")
    op.execute(f"CREATE TRIGGER {TABLE}_fixed BEFORE UPDATE ON {TABLE} FOR EACH ROW {call}")
    op.execute(f"CREATE TRIGGER {TABLE}_emptied BEFORE TRUNCATE ON {TABLE} FOR EACH STATEMENT {call}")
