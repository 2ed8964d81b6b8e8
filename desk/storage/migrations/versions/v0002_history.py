"""History cannot be edited: the database itself refuses it, whoever asks.

An UPDATE or DELETE of evidence is refused by triggers. Both databases run a trigger on
``UPDATE OF columns`` for the columns that a statement names, so the parts of a row that may change
are simply never named together with those that may not.
"""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

NEVER_CHANGED = ("audit_entries", "receipts", "viewings", "decisions", "case_revisions")
NEVER_DELETED = (*NEVER_CHANGED, "audit_head", "filings", "filing_files", "journal")

CONFIRMED = {
    "filings": (
        "id, case_number, revision, agency, endpoint, report_xml, report_sha256, identities, account_id, "
        "incident_type, completeness, escalated, hold, confirmed_at, confirmed_by, draft, summary_json"
    ),
    "filing_files": "filing_id, position, content_id, name, sha256, md5, size, details_xml, identity",
    "journal": "id, filing_id, attempt, call, file_index, endpoint, at, sent",
}

CONDITIONAL = {
    # The outcome of a call is written once, over nothing.
    "journal": "OLD.outcome IS NOT NULL OR NEW.outcome IS NULL",
    # The log grows by one entry at a time.
    "audit_head": "NEW.size <> OLD.size + 1",
}

WORDS = "history cannot be changed"


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        _sqlite()
    else:
        _postgresql()


def _sqlite() -> None:
    refuse = f"BEGIN SELECT RAISE(ABORT, '{WORDS}'); END"
    for table in NEVER_DELETED:
        op.execute(f"CREATE TRIGGER {table}_kept BEFORE DELETE ON {table} {refuse}")
    for table in NEVER_CHANGED:
        op.execute(f"CREATE TRIGGER {table}_fixed BEFORE UPDATE ON {table} {refuse}")
    for table, columns in CONFIRMED.items():
        op.execute(f"CREATE TRIGGER {table}_confirmed BEFORE UPDATE OF {columns} ON {table} {refuse}")
    for table, condition in CONDITIONAL.items():
        op.execute(f"CREATE TRIGGER {table}_once BEFORE UPDATE ON {table} WHEN {condition} {refuse}")


def _postgresql() -> None:
    op.execute(
        "CREATE FUNCTION desk_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"RAISE EXCEPTION '{WORDS}' USING ERRCODE = 'restrict_violation'; END $$"
    )
    refuse = "FOR EACH ROW EXECUTE FUNCTION desk_refuse()"
    for table in NEVER_DELETED:
        op.execute(f"CREATE TRIGGER {table}_kept BEFORE DELETE ON {table} {refuse}")
        op.execute(
            f"CREATE TRIGGER {table}_emptied BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION desk_refuse()"
        )
    for table in NEVER_CHANGED:
        op.execute(f"CREATE TRIGGER {table}_fixed BEFORE UPDATE ON {table} {refuse}")
    for table, columns in CONFIRMED.items():
        op.execute(f"CREATE TRIGGER {table}_confirmed BEFORE UPDATE OF {columns} ON {table} {refuse}")
    for table, condition in CONDITIONAL.items():
        op.execute(
            f"CREATE TRIGGER {table}_once BEFORE UPDATE ON {table} FOR EACH ROW "
            f"WHEN ({condition}) EXECUTE FUNCTION desk_refuse()"
        )
