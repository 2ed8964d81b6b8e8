"""Triggers: history cannot be edited, whoever asks, on both databases."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from desk.domain.audit import AuditEntry, CheckpointRow
from desk.domain.decision import Decision, DecisionKind
from desk.domain.errors import Bug
from desk.domain.filing import Call, OutcomeKind, Reply
from desk.domain.viewing import Viewing, ViewingKind
from desk.ports import CoveredCase, Receipt
from desk.storage.engine import WRITES
from desk.storage.unit_of_work import SqlStore
from tests.contracts.samples import NOW, add_case, new_filing, person

EVIDENCE = {
    "audit_entries": ("position", "entry", "leaf", "case_number", "filing_id", "link"),
    "audit_checkpoints": ("number", "size", "at", "note"),
    "receipts": ("filing_id", "report_id", "at", "request_id", "body", "sha256", "preserve_until"),
    "viewings": ("id", "case_number", "content_id", "sha256", "operator_id", "kind", "at", "seconds", "speed"),
    "decisions": ("id", "case_number", "revision", "kind", "operator_id", "at", "policy", "note"),
    "case_revisions": ("case_number", "revision", "document", "digest", "at"),
    "filings": (
        "id", "case_number", "revision", "agency", "endpoint", "report_xml", "report_sha256", "identities",
        "account_id", "incident_type", "completeness", "escalated", "hold", "confirmed_at", "confirmed_by",
        "draft", "summary_json",
    ),
    "filing_files": (
        "filing_id", "position", "content_id", "name", "sha256", "md5", "size", "details_xml", "identity",
    ),
    "filing_cases": ("filing_id", "case_number", "revision", "account_id"),
    "journal": ("id", "filing_id", "attempt", "call", "file_index", "endpoint", "at", "sent"),
}  # fmt: skip


@pytest.fixture
def full(store: SqlStore) -> SqlStore:
    """A store with a row in every table of evidence."""
    with store.write() as unit:
        number, operator = add_case(unit), person(unit)
        unit.cases.decide(Decision(number, 1, DecisionKind.REPORT, operator.id, NOW, "p", "n"))
        unit.viewings.add(Viewing(number, "c1", "0" * 64, operator.id, ViewingKind.REVEAL, NOW, 2.0))
        others = (CoveredCase(add_case(unit, "case-2"), 1, "u-2"),)
        filing = unit.filings.add(new_filing(number, operator, others=others))
        unit.filings.intend(filing, Call.SUBMIT, None, "http://127.0.0.1:1", b"<x/>", NOW)
        entry = unit.filings.intend(filing, Call.UPLOAD, 0, "http://127.0.0.1:1", b"digest", NOW)
        unit.filings.settle(entry, Reply(OutcomeKind.ACCEPTED, NOW, code=0, http_status=200, body=b"ok"))
        unit.filings.add_receipt(Receipt(filing.id, "1", NOW, None, b"body"))
        unit.audit.append(AuditEntry("case.claimed", NOW, operator.id, number, filing.id))
        unit.audit.add_checkpoint(CheckpointRow(1, 1, NOW, "a signed note"))
    return store


def refused(store: SqlStore, statement: str) -> bool:
    with (
        store.engine.connect().execution_options(**{WRITES: True}) as connection,
        connection.begin() as change,
    ):
        try:
            connection.execute(text(statement))
        except DBAPIError as error:
            return "history cannot be changed" in str(error.orig)
        finally:
            change.rollback()
    return False


def test_no_column_of_evidence_is_changed(full: SqlStore) -> None:
    for table, columns in EVIDENCE.items():
        for column in columns:
            assert refused(full, f"UPDATE {table} SET {column} = {column}"), f"{table}.{column}"


@pytest.mark.parametrize("table", [*EVIDENCE, "audit_head"])
def test_no_row_of_evidence_is_removed(full: SqlStore, table: str) -> None:
    assert refused(full, f"DELETE FROM {table}")
    if full.engine.dialect.name == "postgresql":
        assert refused(full, f"TRUNCATE {table} CASCADE")


def test_nothing_is_replaced_by_another_row_of_the_same_number(full: SqlStore) -> None:
    if full.engine.dialect.name == "sqlite":
        assert refused(
            full, "INSERT OR REPLACE INTO audit_entries (position, entry, leaf) VALUES (0, x'', x'')"
        )
        assert refused(full, "UPDATE OR REPLACE audit_entries SET entry = x''")


def test_an_outcome_is_written_once(full: SqlStore) -> None:
    settled = "UPDATE journal SET {} WHERE outcome IS NOT NULL"
    for change in (
        "outcome = 'refused'",
        "received = NULL",
        "code = 1",
        "request_id = 'x'",
        "outcome = NULL",
    ):
        assert refused(full, settled.format(change)), change
    assert refused(full, "UPDATE journal SET code = 1 WHERE outcome IS NULL")  # an outcome or nothing
    assert not refused(full, "UPDATE journal SET outcome = 'unknown', code = 1 WHERE outcome IS NULL")


def test_the_log_grows_one_by_one(full: SqlStore) -> None:
    for size in (0, 1, 3):
        assert refused(full, f"UPDATE audit_head SET size = {size}")
    assert not refused(full, "UPDATE audit_head SET size = 2")


def test_a_second_receipt_is_a_bug_and_says_nothing_of_the_first(full: SqlStore) -> None:
    with pytest.raises(Bug) as caught, full.write() as unit:
        unit.filings.add_receipt(Receipt(1, "secret-report", NOW, None, b"secret-body"))
    assert "secret" not in str(caught.value)
    assert caught.value.__suppress_context__
