"""The cases that a batched report covers besides its own."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TABLE = "filing_cases"
WORDS = "history cannot be changed"


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("filing_id", KEY, nullable=False),
        sa.Column("case_number", KEY, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["filing_id"], ["filings.id"], name=op.f("fk_filing_cases_filing_id")),
        sa.ForeignKeyConstraint(["case_number"], ["cases.number"], name=op.f("fk_filing_cases_case_number")),
        sa.PrimaryKeyConstraint("filing_id", "case_number", name=op.f("pk_filing_cases")),
    )
    op.create_index(op.f("ix_filing_cases_case_number"), TABLE, ["case_number"])
    op.create_index(op.f("ix_filing_cases_account_id"), TABLE, ["account_id"])
    if op.get_bind().dialect.name == "sqlite":
        refuse = f"BEGIN SELECT RAISE(ABORT, '{WORDS}'); END"
        op.execute(f"CREATE TRIGGER {TABLE}_kept BEFORE DELETE ON {TABLE} {refuse}")
        op.execute(f"CREATE TRIGGER {TABLE}_fixed BEFORE UPDATE ON {TABLE} {refuse}")
        return
    call = "EXECUTE FUNCTION desk_refuse()"  # made by 0002
    op.execute(f"CREATE TRIGGER {TABLE}_kept BEFORE DELETE ON {TABLE} FOR EACH ROW {call}")
    op.execute(f"CREATE TRIGGER {TABLE}_fixed BEFORE UPDATE ON {TABLE} FOR EACH ROW {call}")
    op.execute(f"CREATE TRIGGER {TABLE}_emptied BEFORE TRUNCATE ON {TABLE} FOR EACH STATEMENT {call}")
