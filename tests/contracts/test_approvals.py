"""The Approvals port, on both databases."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import UTC, datetime

import pytest
from sqlalchemy import Connection, text

from desk.domain.approval import ApprovalKind, ApprovalState
from desk.domain.errors import UserError
from desk.domain.roles import Role
from desk.ports import Store
from desk.storage.engine import WRITES
from desk.storage.unit_of_work import SqlStore

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


def writing(store: SqlStore) -> AbstractContextManager[Connection]:
    engine = store.engine
    return (
        engine.execution_options(**{WRITES: True}).begin()
        if engine.dialect.name == "sqlite"
        else engine.begin()
    )


def ask(store: Store, kind: ApprovalKind = ApprovalKind.RULES) -> int:
    with store.write() as unit:
        by = unit.people.all()[0] if unit.people.all() else unit.people.add("Ada", frozenset(Role))
        return unit.approvals.add(kind, "a change", {"deep": {"list": [1, "two"]}}, "why", by.id, NOW).id


def test_a_request_comes_back_as_it_was(store: Store) -> None:
    key = ask(store)
    with store.read() as unit:
        found = unit.approvals.get(key)
        assert found.subject == {"deep": {"list": [1, "two"]}}
        assert (found.state, found.asked_at, found.title, found.reason) == (
            ApprovalState.PENDING,
            NOW,
            "a change",
            "why",
        )
        with pytest.raises(UserError):
            unit.approvals.get(key + 1)


def test_it_is_decided_once(store: Store) -> None:
    first, second = ask(store), ask(store, ApprovalKind.HOLD)
    with store.write() as unit:
        by = unit.people.all()[0].id
        assert [one.id for one in unit.approvals.pending()] == [first, second]
        assert [one.id for one in unit.approvals.pending(ApprovalKind.HOLD)] == [second]
        decided = unit.approvals.decide(first, ApprovalState.DECLINED, by, NOW, "no")
        assert (decided.state, decided.note, decided.decided_by) == (ApprovalState.DECLINED, "no", by)
        with pytest.raises(UserError):
            unit.approvals.decide(first, ApprovalState.APPROVED, by, NOW, "")
        assert [one.id for one in unit.approvals.pending()] == [second]
        assert [one.id for one in unit.approvals.recent()] == [second, first]
        assert [one.id for one in unit.approvals.recent(1)] == [second]


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM approvals",
        "UPDATE approvals SET reason = 'other'",
        "UPDATE approvals SET state = 'approved', subject = 'x'",
    ],
)
def test_the_database_refuses_to_change_what_was_asked(store: SqlStore, statement: str) -> None:
    ask(store)
    with pytest.raises(Exception, match="history"), writing(store) as connection:
        connection.execute(text(statement))


def test_the_database_refuses_to_change_a_decision(store: SqlStore) -> None:
    key = ask(store)
    with store.write() as unit:
        unit.approvals.decide(key, ApprovalState.DECLINED, unit.people.all()[0].id, NOW, "no")
    with pytest.raises(Exception, match="history"), writing(store) as connection:
        connection.execute(text("UPDATE approvals SET state = 'approved'"))
