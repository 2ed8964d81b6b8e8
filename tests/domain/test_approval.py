"""Who may ask for a second person, and who may be one."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from desk.domain.approval import (
    RIGHTS,
    Approval,
    ApprovalKind,
    ApprovalState,
    check_asking,
    check_deciding,
    check_withdrawing,
    may_agree,
)
from desk.domain.errors import NotAllowed, UserError
from desk.domain.roles import Operator, Role

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
EVERY = frozenset(Role)
ONE, OTHER = Operator(1, "One", EVERY), Operator(2, "Other", EVERY)
MODERATOR = Operator(3, "Third", frozenset({Role.MODERATOR}))


def asked(kind: ApprovalKind = ApprovalKind.RULES) -> Approval:
    return Approval(7, kind, "a change", {"a": 1}, "because", ONE.id, NOW)


@pytest.mark.parametrize("kind", ApprovalKind)
def test_every_kind_has_its_rights(kind: ApprovalKind) -> None:
    check_asking(ONE, kind, "why")
    check_deciding(OTHER, asked(kind))
    assert may_agree(OTHER, asked(kind))
    with pytest.raises(NotAllowed):
        check_asking(MODERATOR, kind, "why")
    with pytest.raises(NotAllowed):
        check_deciding(MODERATOR, asked(kind))
    assert not may_agree(MODERATOR, asked(kind))
    assert set(RIGHTS) == set(ApprovalKind)


def test_nobody_agrees_to_their_own() -> None:
    with pytest.raises(NotAllowed, match="yourself"):
        check_deciding(ONE, asked())
    assert not may_agree(ONE, asked())
    check_withdrawing(ONE, asked())
    with pytest.raises(NotAllowed):
        check_withdrawing(OTHER, asked())


def test_a_request_needs_a_reason() -> None:
    with pytest.raises(UserError, match="reason"):
        check_asking(ONE, ApprovalKind.HOLD, "  ")


@pytest.mark.parametrize("state", [one for one in ApprovalState if one is not ApprovalState.PENDING])
def test_what_was_decided_stays(state: ApprovalState) -> None:
    ended = replace(asked(), state=state)
    assert not may_agree(OTHER, ended)
    with pytest.raises(UserError, match="already"):
        check_deciding(OTHER, ended)
    with pytest.raises(UserError, match="already"):
        check_withdrawing(ONE, ended)


def test_nothing_of_it_stands_in_a_traceback() -> None:
    assert "because" not in repr(asked())
    assert "'a'" not in repr(asked())
