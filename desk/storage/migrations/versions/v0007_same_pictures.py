"""Agreements that two near files are the same picture, and the batched reports that rest on them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
AGREED, RESTING = "picture_agreements", "filing_near_files"
WORDS = "history cannot be changed"
FIXED = (
    "id sha256 case_number content_id share near_sha256 near_case near_content_id near_share"
    " distance operator_id at"
)


def upgrade() -> None:
    op.create_table(
        AGREED,
        sa.Column("id", KEY, nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("case_number", KEY, nullable=False),
        sa.Column("content_id", sa.Text(), nullable=False),
        sa.Column("share", sa.Float(), nullable=False),
        sa.Column("near_sha256", sa.Text(), nullable=False),
        sa.Column("near_case", KEY, nullable=False),
        sa.Column("near_content_id", sa.Text(), nullable=False),
        sa.Column("near_share", sa.Float(), nullable=False),
        sa.Column("distance", sa.Integer(), nullable=False),
        sa.Column("operator_id", KEY, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("withdrawn_by", KEY, nullable=True),
        sa.Column("withdrawn_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["case_number"], ["cases.number"], name=op.f(f"fk_{AGREED}_case_number")),
        sa.ForeignKeyConstraint(["near_case"], ["cases.number"], name=op.f(f"fk_{AGREED}_near_case")),
        sa.ForeignKeyConstraint(["operator_id"], ["operators.id"], name=op.f(f"fk_{AGREED}_operator_id")),
        sa.ForeignKeyConstraint(["withdrawn_by"], ["operators.id"], name=op.f(f"fk_{AGREED}_withdrawn_by")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{AGREED}")),
        sqlite_autoincrement=True,
    )
    standing = sa.text("withdrawn_at IS NULL")
    op.create_index(
        f"uq_{AGREED}_standing",
        AGREED,
        ["sha256", "near_sha256"],
        unique=True,
        sqlite_where=standing,
        postgresql_where=standing,
    )
    op.create_index(f"ix_{AGREED}_near_sha256", AGREED, ["near_sha256"])
    op.create_table(
        RESTING,
        sa.Column("filing_id", KEY, nullable=False),
        sa.Column("case_number", KEY, nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("agreement_id", KEY, nullable=False),
        sa.ForeignKeyConstraint(["filing_id"], ["filings.id"], name=op.f(f"fk_{RESTING}_filing_id")),
        sa.ForeignKeyConstraint(["case_number"], ["cases.number"], name=op.f(f"fk_{RESTING}_case_number")),
        sa.ForeignKeyConstraint(["agreement_id"], [f"{AGREED}.id"], name=op.f(f"fk_{RESTING}_agreement_id")),
        sa.PrimaryKeyConstraint("filing_id", "case_number", name=op.f(f"pk_{RESTING}")),
    )
    op.create_index(op.f(f"ix_{RESTING}_agreement_id"), RESTING, ["agreement_id"])
    op.create_index(f"ix_{RESTING}_sha256", RESTING, ["sha256"])
    op.create_index("ix_case_media_holding", "case_media", ["sha256", "case_number"])
    columns = ", ".join(FIXED.split())
    if op.get_bind().dialect.name == "sqlite":
        refuse = f"BEGIN SELECT RAISE(ABORT, '{WORDS}'); END"
        op.execute(f"CREATE TRIGGER {AGREED}_kept BEFORE DELETE ON {AGREED} {refuse}")
        op.execute(f"CREATE TRIGGER {AGREED}_fixed BEFORE UPDATE OF {columns} ON {AGREED} {refuse}")
        op.execute(f"CREATE TRIGGER {RESTING}_kept BEFORE DELETE ON {RESTING} {refuse}")
        op.execute(f"CREATE TRIGGER {RESTING}_fixed BEFORE UPDATE ON {RESTING} {refuse}")
        return
    call = "EXECUTE FUNCTION desk_refuse()"  # made by 0002
    op.execute(f"CREATE TRIGGER {AGREED}_fixed BEFORE UPDATE OF {columns} ON {AGREED} FOR EACH ROW {call}")
    op.execute(f"CREATE TRIGGER {RESTING}_fixed BEFORE UPDATE ON {RESTING} FOR EACH ROW {call}")
    for table in (AGREED, RESTING):
        op.execute(f"CREATE TRIGGER {table}_kept BEFORE DELETE ON {table} FOR EACH ROW {call}")
        op.execute(f"CREATE TRIGGER {table}_emptied BEFORE TRUNCATE ON {table} FOR EACH STATEMENT {call}")
