"""Reports filed elsewhere or by hand, their corrections, and walks through the guide.

An identity is reported once, by the desk's own filing or by one made elsewhere: one key says so for both.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
FILED, CORRECTED, WALKS, HELD = (
    "elsewhere_filings",
    "elsewhere_corrections",
    "guide_walks",
    "reported_identity",
)
ONE = "(filing_id IS NULL) <> (elsewhere_id IS NULL)"
WORDS = "history cannot be changed"


def upgrade() -> None:
    op.create_table(
        FILED,
        sa.Column("id", KEY, nullable=False),
        sa.Column("case_number", KEY, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("filed_at", sa.BigInteger(), nullable=False),
        sa.Column("filed_by", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=True),
        sa.Column("settles", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.Column("recorded_by", KEY, nullable=False),
        sa.Column("preserve_until", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["case_number"], ["cases.number"], name=op.f(f"fk_{FILED}_case_number")),
        sa.ForeignKeyConstraint(["recorded_by"], ["operators.id"], name=op.f(f"fk_{FILED}_recorded_by")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{FILED}")),
        sqlite_autoincrement=True,
    )
    for column in ("case_number", "account_id", "preserve_until"):
        op.create_index(op.f(f"ix_{FILED}_{column}"), FILED, [column])
    op.create_table(
        CORRECTED,
        sa.Column("id", KEY, nullable=False),
        sa.Column("elsewhere_id", KEY, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("operator_id", KEY, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.Column("filed_at", sa.BigInteger(), nullable=True),
        sa.Column("filed_by", sa.Text(), nullable=True),
        sa.Column("preserve_until", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["elsewhere_id"], [f"{FILED}.id"], name=op.f(f"fk_{CORRECTED}_elsewhere_id")),
        sa.ForeignKeyConstraint(["operator_id"], ["operators.id"], name=op.f(f"fk_{CORRECTED}_operator_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{CORRECTED}")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f(f"ix_{CORRECTED}_elsewhere_id"), CORRECTED, ["elsewhere_id"])
    op.create_table(
        WALKS,
        sa.Column("id", KEY, nullable=False),
        sa.Column("case_number", KEY, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("operator_id", KEY, nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("look_again_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["case_number"], ["cases.number"], name=op.f(f"fk_{WALKS}_case_number")),
        sa.ForeignKeyConstraint(["operator_id"], ["operators.id"], name=op.f(f"fk_{WALKS}_operator_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{WALKS}")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f(f"ix_{WALKS}_case_number"), WALKS, ["case_number"])
    if op.get_bind().dialect.name == "sqlite":
        _held_on_sqlite()
    else:
        _held_on_postgresql()
    _keep()


def _held_on_sqlite() -> None:
    """SQLite can't let go of a NOT NULL: the table is made anew with all its rows."""
    op.create_table(
        f"new_{HELD}",
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("identity", sa.Text(), nullable=False),
        sa.Column("filing_id", KEY, nullable=True),
        sa.Column("elsewhere_id", KEY, nullable=True),
        sa.ForeignKeyConstraint(["filing_id"], ["filings.id"], name=op.f(f"fk_{HELD}_filing_id")),
        sa.ForeignKeyConstraint(["elsewhere_id"], [f"{FILED}.id"], name=op.f(f"fk_{HELD}_elsewhere_id")),
        sa.PrimaryKeyConstraint("agency", "identity", name=op.f(f"pk_{HELD}")),
        sa.CheckConstraint(ONE, name=op.f(f"ck_{HELD}_one_holder")),
    )
    columns = "agency, identity, filing_id"
    op.execute(f"INSERT INTO new_{HELD} ({columns}) SELECT {columns} FROM {HELD}")  # noqa: S608
    op.drop_table(HELD)
    op.rename_table(f"new_{HELD}", HELD)
    for column in ("filing_id", "elsewhere_id"):
        op.create_index(op.f(f"ix_{HELD}_{column}"), HELD, [column])


def _held_on_postgresql() -> None:
    op.alter_column(HELD, "filing_id", nullable=True)
    op.add_column(HELD, sa.Column("elsewhere_id", KEY, nullable=True))
    op.create_foreign_key(op.f(f"fk_{HELD}_elsewhere_id"), HELD, FILED, ["elsewhere_id"], ["id"])
    op.create_check_constraint(op.f(f"ck_{HELD}_one_holder"), HELD, ONE)
    op.create_index(op.f(f"ix_{HELD}_elsewhere_id"), HELD, ["elsewhere_id"])


def _keep() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    refuse = f"BEGIN SELECT RAISE(ABORT, '{WORDS}'); END"
    call = "EXECUTE FUNCTION desk_refuse()"  # made by 0002
    for table in (FILED, CORRECTED, WALKS):
        for name, act in (("kept", "DELETE"), ("fixed", "UPDATE")):
            head = f"CREATE TRIGGER {table}_{name} BEFORE {act} ON {table}"
            op.execute(f"{head} {refuse}" if sqlite else f"{head} FOR EACH ROW {call}")
        if not sqlite:
            op.execute(f"CREATE TRIGGER {table}_emptied BEFORE TRUNCATE ON {table} FOR EACH STATEMENT {call}")
