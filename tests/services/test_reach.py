"""What is known of the way to the service."""

from __future__ import annotations

from datetime import UTC, datetime

from desk.domain.filing import OutcomeKind, Reply
from desk.services.reach import Reach

AT = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


def test_a_page_of_a_proxy_is_a_way_but_no_answer() -> None:
    reach = Reach()
    reach.note(Reply(OutcomeKind.UNKNOWN, AT, http_status=200), 0.0)
    assert (reach.connection.ok, reach.connection.answers) == (True, False)
    assert reach.blocked_until() is None  # other filings are tried all the same
    reach.note(Reply(OutcomeKind.ACCEPTED, AT, http_status=200), 0.0)
    assert (reach.connection.ok, reach.connection.answers) == (True, True)
