"""A filing in words, state by state."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from PySide6.QtWidgets import QWidget

from desk.domain.filing import FilingState, RetractFor
from desk.gui.outbox import states
from desk.gui.outbox.detail import Detail
from desk.gui.outbox.model import _still_matters
from tests.gui.filing_values import NOW, a_file, a_filing, a_row

LATER = NOW + timedelta(seconds=72)


@pytest.mark.parametrize("state", list(FilingState))
def test_every_state_has_a_word_a_step_and_what_happens_next(state: FilingState) -> None:
    filing = a_filing(1, state, ended_at=NOW if state.ended else None)
    word, role, icon = states.word(filing)
    assert word
    assert icon
    assert role in ("text", "muted", "ok", "warn", "bad", "accent")
    assert 0 <= states.standing(filing, NOW).at <= 5
    assert states.next_words(filing, NOW)
    assert states.accessible("p-1", "type", filing, NOW).startswith("case p-1, type, ")


def test_the_hold_is_counted_down_and_can_be_ended() -> None:
    filing = a_filing(1, FilingState.HELD, hold_until=LATER)
    assert states.standing(filing, NOW) == states.Standing(2, "accent", "Held 01:12")
    assert "in 01:12." in states.next_words(filing, NOW)
    assert "01:12" not in states.next_words(filing, NOW, counted=False)
    assert states.can_file_now(filing, NOW)
    assert not states.can_file_now(filing, LATER)
    assert states.ticking(filing, NOW)
    asked = a_filing(1, FilingState.HELD, hold_until=LATER, file_now=True)
    assert states.next_words(asked, NOW) == "It is filed now."
    assert not states.ticking(asked, NOW)


def test_uploads_are_counted() -> None:
    files = (a_file(0, file_id="f", detailed=True), a_file(1), a_file(2))
    filing = a_filing(1, FilingState.UPLOADING, files=files)
    assert states.standing(filing, NOW).detail == "Uploading 2 of 3"
    assert states.standing(a_filing(1, FilingState.OPENED, files=()), NOW).detail == "Uploading"


def test_a_wait_says_when_it_ends() -> None:
    filing = a_filing(1, FilingState.CONFIRMED, retry_at=LATER, tries=2, error="Not reached.")
    assert states.next_words(filing, NOW).endswith("in 01:12.")
    assert states.can_try_now(filing, NOW)
    assert not states.can_try_now(filing, LATER)
    assert states.standing(filing, NOW).role == "warn"
    assert states.error_words(filing) == "Not reached."


@pytest.mark.parametrize(
    ("why", "word", "role"),
    [
        (RetractFor.TAKE_BACK, "Taking back", "muted"),
        (RetractFor.REFUSED, "Refused", "bad"),
        (RetractFor.REOPEN, "Opening afresh", "warn"),
    ],
)
def test_retracting_says_what_for(why: RetractFor, word: str, role: str) -> None:
    filing = a_filing(1, FilingState.RETRACTING, retract_for=why)
    assert (states.standing(filing, NOW).detail, states.standing(filing, NOW).role) == (word, role)


def test_what_can_be_taken_back() -> None:
    assert states.can_take_back(a_filing(1, FilingState.CONFIRMED))
    assert states.can_take_back(a_filing(1, FilingState.HELD))
    assert states.can_take_back(a_filing(1, FilingState.RETRACTING, retract_for=RetractFor.REOPEN))
    for filing in (
        a_filing(1, FilingState.FINISHING),
        a_filing(1, FilingState.FILED),
        a_filing(1, FilingState.HELD, take_back=True),
        a_filing(1, FilingState.RETRACTING, retract_for=RetractFor.REFUSED),
    ):
        assert not states.can_take_back(filing)
    assert states.word(a_filing(1, FilingState.HELD, take_back=True))[0] == "Being taken back"


def test_the_agencys_deadline_is_named_while_it_counts() -> None:
    assert states.deadline(a_filing(1, FilingState.HELD)).startswith("The agency deletes it unfinished at ")
    assert states.deadline(a_filing(1, FilingState.CONFIRMED)) == ""
    assert states.deadline(a_filing(1, FilingState.FILED)) == ""


def test_a_code_goes_with_its_words() -> None:
    refused = a_filing(1, FilingState.REFUSED, error="No.", error_code=4100, ended_at=NOW)
    assert states.error_words(refused) == "No. (code 4100)"
    assert states.error_words(a_filing(1, FilingState.FILED, error="old")) == ""


def test_finished_lists_today_and_the_refused_nobody_mended() -> None:
    today = a_row(a_filing(1, FilingState.FILED, ended_at=NOW))
    old = a_row(a_filing(2, FilingState.FILED, ended_at=NOW - timedelta(days=2)))
    refused = a_row(a_filing(3, FilingState.REFUSED, ended_at=NOW - timedelta(days=2)))
    mended = a_row(a_filing(4, FilingState.REFUSED, ended_at=NOW - timedelta(days=2), case_number=50))
    again = a_row(a_filing(5, FilingState.HELD, case_number=50))
    forgotten = a_row(a_filing(6, FilingState.REFUSED, ended_at=NOW - timedelta(days=9)))
    kept = _still_matters([again], [today, old, refused, mended, forgotten], NOW)
    assert [row.filing.id for row in kept] == [1, 3]


def test_a_report_that_waits_for_approval_says_so_and_cannot_be_filed_now() -> None:
    held = a_filing(1, FilingState.HELD, hold_until=LATER, awaiting=True)
    assert states.word(held) == ("Waits for approval", "accent", "users")
    assert states.standing(held, NOW).detail == "Held for approval"
    assert "second person" in states.next_words(held, NOW)
    assert not states.can_file_now(held, NOW)
    assert not states.ticking(held, NOW)
    late = a_filing(1, FilingState.CONFIRMED, attempt=1, awaiting=True)
    assert "opened afresh once" in states.next_words(late, NOW)
    assert not states.waits_for_approval(a_filing(1, FilingState.CONFIRMED, attempt=0, awaiting=True))
    assert not states.waits_for_approval(a_filing(1, FilingState.HELD, awaiting=True, take_back=True))


def test_file_now_is_shown_disabled_with_its_reason(show: Callable[[QWidget], QWidget]) -> None:
    detail = Detail()
    show(detail)
    detail.show_row(a_row(a_filing(1, FilingState.HELD, hold_until=LATER, awaiting=True)), NOW)
    assert detail.file_now.isVisible()
    assert not detail.file_now.isEnabled()
    assert "second person" in detail.file_now.toolTip()
    detail.show_row(a_row(a_filing(1, FilingState.HELD, hold_until=LATER)), NOW)
    assert detail.file_now.isEnabled()
