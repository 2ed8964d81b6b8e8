"""What became of a report."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from desk.domain.errors import UserError
from desk.domain.outcome import Outcome, OutcomeKind, OutcomeSource, check_outcome

TODAY = date(2026, 11, 20)


@pytest.mark.parametrize("kind", OutcomeKind)
def test_a_note_says_something_that_was(kind: OutcomeKind) -> None:
    check_outcome(kind, "words", TODAY, TODAY)
    with pytest.raises(UserError, match="still to come"):
        check_outcome(kind, "words", date(2026, 11, 21), TODAY)
    if kind is OutcomeKind.OTHER:
        with pytest.raises(UserError, match="empty"):
            check_outcome(kind, "  ", TODAY, TODAY)
    else:
        check_outcome(kind, "", TODAY, TODAY)


def test_its_words_stay_out_of_tracebacks() -> None:
    at = datetime(2026, 11, 20, tzinfo=UTC)
    note = Outcome(1, 2, OutcomeSource.NCMEC, OutcomeKind.OTHER, "the words", "ref 9", TODAY, 3, at)
    assert "the words" not in repr(note)
    assert "ref 9" not in repr(note)
