"""Reports made elsewhere: what has to be said, and what a correction changes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from desk.domain.elsewhere import Correction, ElsewhereFiling, Stated, preservation_of, problems

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
STATED = Stated("ncmec", NOW - timedelta(hours=1), "Robin Example", ("c1",), "4564700")


def test_what_has_to_be_said() -> None:
    assert problems(STATED, NOW) == ()
    assert problems(replace(STATED, body="fbi", reference=""), NOW) == ()
    empty = Stated("interpol", NOW + timedelta(hours=1), " ", ())
    assert [key for key, _ in problems(empty, NOW)] == ["body", "filed_at", "filed_by", "content"]
    assert [key for key, _ in problems(replace(STATED, body="nobody"), NOW)] == ["body"]
    assert [key for key, _ in problems(replace(STATED, reference="pending"), NOW)] == ["reference"]


def test_a_report_to_ncmec_begins_preservation_whatever_way_it_went() -> None:
    assert preservation_of(STATED) == date(2027, 3, 2)
    assert preservation_of(replace(STATED, body="nca")) is None


def test_corrections_stand_beside_what_was_recorded() -> None:
    made = ElsewhereFiling(1, 2, 1, STATED, None, NOW, 7)
    assert (made.stated, made.by_hand, made.preserve_until) == (STATED, True, date(2027, 3, 2))
    later = replace(made, corrections=(Correction(NOW, 8, "wrong", filed_by="Sam Example"),))
    assert later.stated == replace(STATED, filed_by="Sam Example")
    assert later.first == STATED
    gone = replace(later, corrections=(*later.corrections, Correction(NOW, 8, "mistaken", True)))
    assert (gone.withdrawn, gone.preserve_until) == (True, None)


def test_no_name_or_reference_gets_into_a_traceback() -> None:
    made = ElsewhereFiling(1, 2, 1, STATED, "u-5521", NOW, 7, (Correction(NOW, 8, "said by Robin"),))
    for shown in (repr(made), repr(STATED), repr(made.corrections[0])):
        assert "Robin" not in shown
        assert "4564700" not in shown
        assert "u-5521" not in shown
