"""Second reviews, decided once, and notes on what became of reports; nothing of it is deleted."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WORDS = "history cannot be changed"
FIXED = {
    "second_reviews": (
        "id, case_number, filing_id, rule, required, blind, first, first_type, first_operator, made_at, rank",
        "OLD.state <> 'pending'",
    ),
    "outcomes": (
        'id, filing_id, source, kind, words, reference, day, "by", at, reader',
        "OLD.seen_at IS NOT NULL",
    ),
}


def _person(table: str, name: str, *, needed: bool) -> tuple[sa.Column[int], sa.ForeignKeyConstraint]:
    return (
        sa.Column(name, KEY, nullable=not needed),
        sa.ForeignKeyConstraint([name], ["operators.id"], name=f"fk_{table}_{name}"),
    )


def upgrade() -> None:
    op.create_table(
        "second_reviews",
        sa.Column("id", KEY, nullable=False),
        sa.Column("case_number", KEY, nullable=False),
        sa.Column("filing_id", KEY, nullable=True),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("required", sa.Boolean(), nullable=False),
        sa.Column("blind", sa.Boolean(), nullable=False),
        sa.Column("first", sa.Text(), nullable=False),
        sa.Column("first_type", sa.Text(), nullable=False),
        *_person("second_reviews", "first_operator", needed=True),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("second", sa.Text(), nullable=True),
        sa.Column("second_type", sa.Text(), nullable=False),
        *_person("second_reviews", "reviewer", needed=False),
        sa.Column("reviewed_at", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["case_number"], ["cases.number"], name="fk_second_reviews_case_number"),
        sa.ForeignKeyConstraint(["filing_id"], ["filings.id"], name="fk_second_reviews_filing_id"),
        sa.PrimaryKeyConstraint("id", name="pk_second_reviews"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_second_reviews_state", "second_reviews", ["state", "rank", "id"])
    op.create_index("ix_second_reviews_case", "second_reviews", ["case_number"])
    op.create_index("ix_second_reviews_filing", "second_reviews", ["filing_id"])
    op.create_index("ix_second_reviews_judged", "second_reviews", ["reviewed_at"])
    op.create_table(
        "outcomes",
        sa.Column("id", KEY, nullable=False),
        sa.Column("filing_id", KEY, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        *_person("outcomes", "by", needed=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        *_person("outcomes", "reader", needed=True),
        sa.Column("seen_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["filing_id"], ["filings.id"], name="fk_outcomes_filing_id"),
        sa.PrimaryKeyConstraint("id", name="pk_outcomes"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_outcomes_filing", "outcomes", ["filing_id", "id"])
    op.create_index("ix_outcomes_reader", "outcomes", ["reader", "seen_at"])
    op.create_index("ix_filings_confirmed_by", "filings", ["confirmed_by"])
    for table, (columns, once) in FIXED.items():
        _keep(table, columns, once)


def _keep(table: str, columns: str, once: str) -> None:
    """Refuse to delete, to change what was written, and to decide a second time."""
    if op.get_bind().dialect.name == "sqlite":
        refuse = f"BEGIN SELECT RAISE(ABORT, '{WORDS}'); END"
        op.execute(f"CREATE TRIGGER {table}_kept BEFORE DELETE ON {table} {refuse}")
        op.execute(f"CREATE TRIGGER {table}_fixed BEFORE UPDATE OF {columns} ON {table} {refuse}")
        op.execute(f"CREATE TRIGGER {table}_once BEFORE UPDATE ON {table} WHEN {once} {refuse}")
        return
    call = "EXECUTE FUNCTION desk_refuse()"  # made by 0002
    op.execute(f"CREATE TRIGGER {table}_kept BEFORE DELETE ON {table} FOR EACH ROW {call}")
    op.execute(f"CREATE TRIGGER {table}_fixed BEFORE UPDATE OF {columns} ON {table} FOR EACH ROW {call}")
    op.execute(f"CREATE TRIGGER {table}_once BEFORE UPDATE ON {table} FOR EACH ROW WHEN ({once}) {call}")
    op.execute(f"CREATE TRIGGER {table}_emptied BEFORE TRUNCATE ON {table} FOR EACH STATEMENT {call}")
