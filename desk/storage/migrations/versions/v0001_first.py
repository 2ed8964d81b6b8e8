"""The first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "audit_entries",
        sa.Column("position", KEY, autoincrement=False, nullable=False),
        sa.Column("entry", sa.LargeBinary(), nullable=False),
        sa.Column("leaf", sa.LargeBinary(), nullable=False),
        sa.Column("case_number", sa.BigInteger(), nullable=True),
        sa.Column("filing_id", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_audit_entries")),
    )
    op.create_index(op.f("ix_audit_entries_case_number"), "audit_entries", ["case_number"])
    op.create_index(op.f("ix_audit_entries_filing_id"), "audit_entries", ["filing_id"])
    op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("roots", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_audit_head_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_head")),
    )
    op.create_table(
        "operators",
        sa.Column("id", KEY, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("roles", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_operators")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "settings",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_settings")),
    )
    op.create_table(
        "cases",
        sa.Column("number", KEY, nullable=False),
        sa.Column("platform_id", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("occurred_at", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("policy", sa.Text(), nullable=False),
        sa.Column("queue", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("known_match", sa.Boolean(), nullable=False),
        sa.Column("completeness", sa.Integer(), nullable=False),
        sa.Column("content_count", sa.Integer(), nullable=False),
        sa.Column("first_content", sa.Text(), nullable=True),
        sa.Column("account", sa.Text(), nullable=True),
        sa.Column("snoozed_until", sa.BigInteger(), nullable=True),
        sa.Column("claim_operator", KEY, nullable=True),
        sa.Column("claim_name", sa.Text(), nullable=True),
        sa.Column("claim_until", sa.BigInteger(), nullable=True),
        sa.Column("claim_token", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["claim_operator"], ["operators.id"], name=op.f("fk_cases_claim_operator")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_cases")),
        sa.UniqueConstraint("platform_id", name=op.f("uq_cases_platform_id")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_cases_claim", "cases", ["claim_operator", "claim_until"])
    op.create_index("ix_cases_found", "cases", ["state", "source", "rank", "received_at", "number"])
    op.create_index("ix_cases_queue", "cases", ["state", "rank", "received_at", "number"])
    op.create_index(
        "ix_cases_snoozed", "cases", ["state", "snoozed_until", "rank", "source", "received_at", "number"]
    )
    op.create_table(
        "case_keys",
        sa.Column("case_number", KEY, autoincrement=False, nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["case_number"], ["cases.number"], name=op.f("fk_case_keys_case_number")),
        sa.PrimaryKeyConstraint("case_number", name=op.f("pk_case_keys")),
    )
    op.create_table(
        "case_media",
        sa.Column("case_number", KEY, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("content_id", sa.Text(), nullable=False),
        sa.Column("blob", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("md5", sa.Text(), nullable=False),
        sa.Column("sha1", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["case_number"], ["cases.number"], name=op.f("fk_case_media_case_number")),
        sa.PrimaryKeyConstraint("case_number", "revision", "content_id", name=op.f("pk_case_media")),
    )
    op.create_index("ix_case_media_blob", "case_media", ["blob"])
    op.create_index("ix_case_media_sha256", "case_media", ["sha256"])
    op.create_table(
        "case_revisions",
        sa.Column("case_number", KEY, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_number"], ["cases.number"], name=op.f("fk_case_revisions_case_number")
        ),
        sa.PrimaryKeyConstraint("case_number", "revision", name=op.f("pk_case_revisions")),
    )
    op.create_table(
        "case_search",
        sa.Column("case_number", KEY, autoincrement=False, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["case_number"], ["cases.number"], name=op.f("fk_case_search_case_number")),
        sa.PrimaryKeyConstraint("case_number", name=op.f("pk_case_search")),
    )
    op.create_table(
        "decisions",
        sa.Column("id", KEY, nullable=False),
        sa.Column("case_number", KEY, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("operator_id", KEY, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("policy", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["case_number"], ["cases.number"], name=op.f("fk_decisions_case_number")),
        sa.ForeignKeyConstraint(["operator_id"], ["operators.id"], name=op.f("fk_decisions_operator_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decisions")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_decisions_case_number"), "decisions", ["case_number"])
    op.create_table(
        "drafts",
        sa.Column("case_number", KEY, autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("saved_at", sa.BigInteger(), nullable=False),
        sa.Column("operator_id", KEY, nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["case_number"], ["cases.number"], name=op.f("fk_drafts_case_number")),
        sa.ForeignKeyConstraint(["operator_id"], ["operators.id"], name=op.f("fk_drafts_operator_id")),
        sa.PrimaryKeyConstraint("case_number", name=op.f("pk_drafts")),
    )
    op.create_table(
        "filings",
        sa.Column("id", KEY, nullable=False),
        sa.Column("case_number", KEY, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("endpoint", sa.Text(), nullable=False),
        sa.Column("report_xml", sa.LargeBinary(), nullable=False),
        sa.Column("report_sha256", sa.Text(), nullable=False),
        sa.Column("identities", sa.LargeBinary(), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=True),
        sa.Column("incident_type", sa.Text(), nullable=False),
        sa.Column("completeness", sa.Integer(), nullable=False),
        sa.Column("escalated", sa.Boolean(), nullable=False),
        sa.Column("hold", sa.BigInteger(), nullable=False),
        sa.Column("confirmed_at", sa.BigInteger(), nullable=False),
        sa.Column("confirmed_by", KEY, nullable=False),
        sa.Column("draft", sa.LargeBinary(), nullable=False),
        sa.Column("summary_json", sa.LargeBinary(), nullable=False),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("report_id", sa.Text(), nullable=True),
        sa.Column("opened_at", sa.BigInteger(), nullable=True),
        sa.Column("changed_at", sa.BigInteger(), nullable=True),
        sa.Column("hold_until", sa.BigInteger(), nullable=True),
        sa.Column("file_now", sa.Boolean(), nullable=False),
        sa.Column("take_back", sa.Boolean(), nullable=False),
        sa.Column("retract_for", sa.Text(), nullable=True),
        sa.Column("intent", sa.Text(), nullable=True),
        sa.Column("retry_at", sa.BigInteger(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("error_code", sa.Integer(), nullable=True),
        sa.Column("request_id", sa.Text(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=True),
        sa.Column("lease_owner", sa.Text(), nullable=True),
        sa.Column("lease_until", sa.BigInteger(), nullable=True),
        sa.Column("fence", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["case_number"], ["cases.number"], name=op.f("fk_filings_case_number")),
        sa.ForeignKeyConstraint(["confirmed_by"], ["operators.id"], name=op.f("fk_filings_confirmed_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_filings")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_filings_account_id"), "filings", ["account_id"])
    op.create_index(op.f("ix_filings_case_number"), "filings", ["case_number"])
    op.create_index("ix_filings_state", "filings", ["state", "confirmed_at", "id"])
    op.create_index("ix_filings_turn", "filings", ["turn", "confirmed_at", "id"])
    op.create_table(
        "viewings",
        sa.Column("id", KEY, nullable=False),
        sa.Column("case_number", KEY, nullable=False),
        sa.Column("content_id", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("operator_id", KEY, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.Column("start_share", sa.Float(), nullable=False),
        sa.Column("end_share", sa.Float(), nullable=False),
        sa.Column("speed", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(["case_number"], ["cases.number"], name=op.f("fk_viewings_case_number")),
        sa.ForeignKeyConstraint(["operator_id"], ["operators.id"], name=op.f("fk_viewings_operator_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_viewings")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_viewings_case_number"), "viewings", ["case_number"])
    op.create_index("ix_viewings_person", "viewings", ["operator_id", "at"])
    op.create_table(
        "filing_files",
        sa.Column("filing_id", KEY, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("content_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("md5", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("details_xml", sa.LargeBinary(), nullable=False),
        sa.Column("identity", sa.Text(), nullable=True),
        sa.Column("file_id", sa.Text(), nullable=True),
        sa.Column("detailed", sa.Boolean(), nullable=False),
        sa.Column("intent", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["filing_id"], ["filings.id"], name=op.f("fk_filing_files_filing_id")),
        sa.PrimaryKeyConstraint("filing_id", "position", name=op.f("pk_filing_files")),
    )
    op.create_table(
        "journal",
        sa.Column("id", KEY, nullable=False),
        sa.Column("filing_id", KEY, nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("call", sa.Text(), nullable=False),
        sa.Column("file_index", sa.Integer(), nullable=True),
        sa.Column("endpoint", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("sent", sa.LargeBinary(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("outcome_at", sa.BigInteger(), nullable=True),
        sa.Column("http_status", sa.Integer(), nullable=True),
        sa.Column("code", sa.Integer(), nullable=True),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("request_id", sa.Text(), nullable=True),
        sa.Column("received", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["filing_id"], ["filings.id"], name=op.f("fk_journal_filing_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journal")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_journal_filing_id"), "journal", ["filing_id"])
    op.create_table(
        "receipts",
        sa.Column("filing_id", KEY, autoincrement=False, nullable=False),
        sa.Column("report_id", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("request_id", sa.Text(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("preserve_until", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["filing_id"], ["filings.id"], name=op.f("fk_receipts_filing_id")),
        sa.PrimaryKeyConstraint("filing_id", name=op.f("pk_receipts")),
    )
    op.create_index(op.f("ix_receipts_preserve_until"), "receipts", ["preserve_until"])
    op.create_table(
        "reported_identity",
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("identity", sa.Text(), nullable=False),
        sa.Column("filing_id", KEY, nullable=False),
        sa.ForeignKeyConstraint(["filing_id"], ["filings.id"], name=op.f("fk_reported_identity_filing_id")),
        sa.PrimaryKeyConstraint("agency", "identity", name=op.f("pk_reported_identity")),
    )
    op.create_index(op.f("ix_reported_identity_filing_id"), "reported_identity", ["filing_id"])

    head = sa.table(
        "audit_head",
        sa.column("id", sa.Integer),
        sa.column("size", sa.BigInteger),
        sa.column("roots", sa.LargeBinary),
    )
    op.bulk_insert(head, [{"id": 1, "size": 0, "roots": b""}])
