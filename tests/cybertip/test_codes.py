"""Codes in words for a person."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from desk.cybertip.codes import CODES, NOT_DONE, Mender, explain
from desk.domain.filing import FieldProblem, OutcomeKind, Reply

NOW = datetime(2026, 11, 20, tzinfo=UTC)
DOCUMENTED = {
    *(0, 1000, 1100, 1110, 1111, 1210, 1300, 2000, 3000, 3100, 3300),
    *(4000, 4100, 4110, 4200, 5001, 5002, 5101, 5102),
}


def test_every_documented_code_has_words() -> None:
    assert set(CODES) == DOCUMENTED | {1001}
    assert set(CODES) > NOT_DONE
    assert all(meaning.title and meaning.todo for meaning in CODES.values())


def test_words_name_the_request_id_for_support() -> None:
    reply = Reply(OutcomeKind.REFUSED, NOW, code=4100, request_id="abc")
    said = explain(reply)
    assert said.mender is Mender.MODERATOR
    assert "abc" in said.in_words()
    done = explain(Reply(OutcomeKind.ACCEPTED, NOW, code=0, request_id="abc"))
    assert done.in_words() == "Done. Nothing."


def test_credentials_are_an_administrators_matter_whatever_the_code() -> None:
    problem = FieldProblem("", "credentials", "")
    for reply in (
        Reply(OutcomeKind.REFUSED, NOW, code=1000, http_status=401),
        Reply(OutcomeKind.REFUSED, NOW, problems=(problem,)),
    ):
        assert explain(reply).mender is Mender.ADMINISTRATOR


@pytest.mark.parametrize(
    ("kind", "mender", "title"),
    [
        (OutcomeKind.ACCEPTED, Mender.NOBODY, "words"),
        (OutcomeKind.REFUSED, Mender.MODERATOR, "words"),
        (OutcomeKind.TRY_AGAIN, Mender.ADMINISTRATOR, "words"),
        (OutcomeKind.UNKNOWN, Mender.NOBODY, "words"),
    ],
)
def test_replies_without_a_known_code(kind: OutcomeKind, mender: Mender, title: str) -> None:
    said = explain(Reply(kind, NOW, code=9999, description="words"))
    assert (said.mender, said.title) == (mender, title)
    assert explain(Reply(kind, NOW)).title == "The service gave no reason."


def test_code_0_that_was_not_accepted_is_not_called_done() -> None:
    assert explain(Reply(OutcomeKind.UNKNOWN, NOW, code=0, description="odd")).title == "odd"
