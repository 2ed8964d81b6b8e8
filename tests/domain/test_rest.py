"""Overrides of rest, opting out, and figures that show nobody alone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from desk.domain.case import CaseData, Source, SourceKind
from desk.domain.content import Content, ContentKind, FileAnnotation, Suggested
from desk.domain.exposure import LEAST_PEOPLE, Lift, RestPolicy, RestState, by_day, rest, weeks
from desk.domain.incident import Incident
from desk.domain.optout import MARKS, Theme, closed_in, marks_of, themes_of

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
DAY = datetime(2026, 3, 2, tzinfo=UTC)
MONDAY = date(2026, 3, 2)
POLICY = RestPolicy()


def lift(lock: RestState, start: float, end: float) -> Lift:
    return Lift(1, lock, AT + timedelta(minutes=start), AT + timedelta(minutes=end), 2, "[reason]")


def test_a_lifted_break_prompts_until_the_lift_is_over() -> None:
    shown = [(AT, 3000.0)]
    now = AT + timedelta(minutes=51)
    assert rest(shown, now, DAY, POLICY).state is RestState.BREAK
    lifted = rest(shown, now, DAY, POLICY, [lift(RestState.BREAK, 50.5, 60), lift(RestState.BREAK, 50, 52)])
    assert (lifted.state, lifted.locked_until) == (RestState.PROMPT, None)
    assert lifted.lifted_until == AT + timedelta(minutes=60)
    for other in (
        lift(RestState.CAPPED, 50, 60),
        lift(RestState.BREAK, 40, 51),
        lift(RestState.BREAK, 52, 60),
    ):
        assert rest(shown, now, DAY, POLICY, [other]).state is RestState.BREAK


def test_a_lifted_cap_leaves_the_breaks_as_they_are() -> None:
    shown = [(AT + timedelta(hours=n), 2900.0) for n in range(5)]
    later = AT + timedelta(hours=4, minutes=49)
    cap = lift(RestState.CAPPED, 280, 400)
    assert rest(shown, later, DAY, POLICY).state is RestState.CAPPED
    assert rest(shown, later, DAY, POLICY, [cap]).state is RestState.PROMPT
    shown.append((later, 200.0))
    later += timedelta(seconds=200)
    assert rest(shown, later, DAY, POLICY, [cap]).state is RestState.BREAK
    both = rest(shown, later, DAY, POLICY, [cap, lift(RestState.BREAK, 280, 300)])
    assert (both.state, both.lifted_until) == (RestState.PROMPT, AT + timedelta(minutes=300))
    assert "[reason]" not in repr(cap)


def test_days_are_added_up() -> None:
    noon = datetime(2026, 3, 2, 12, tzinfo=UTC)
    local = noon.astimezone().date()
    assert by_day([(noon, 5.0), (noon + timedelta(minutes=1), 7.0), (noon + timedelta(days=1), 1.0)]) == {
        local: 12.0,
        local + timedelta(days=1): 1.0,
    }


def test_no_figures_of_fewer_than_five_and_none_of_a_week_that_goes_on() -> None:
    people = [{MONDAY: 60.0, MONDAY + timedelta(days=1): 30.0} for _ in range(LEAST_PEOPLE)]
    (week,) = weeks(people, MONDAY + timedelta(days=7))
    assert (week.starts, week.people, week.seconds, week.days) == (MONDAY, 5, 450.0, 10)
    assert week.a_day == 45.0
    assert weeks(people, MONDAY + timedelta(days=6)) == ()
    assert weeks(people[1:], MONDAY + timedelta(days=7)) == ()
    assert weeks([*people[1:], {MONDAY: 0.0}], MONDAY + timedelta(days=7)) == ()


@settings(max_examples=40)
@given(
    st.lists(
        st.dictionaries(
            st.integers(0, 27).map(lambda n: MONDAY + timedelta(days=n)), st.floats(0, 9000), max_size=4
        ),
        max_size=9,
    )
)
def test_every_week_that_is_told_has_five_people_in_it(figures: list[dict[date, float]]) -> None:
    told = weeks(figures, MONDAY + timedelta(days=28))
    assert all(a.starts < b.starts for a, b in pairwise(told))
    for week in told:
        inside = [
            sum(seconds for day, seconds in days.items() if 0 <= (day - week.starts).days < 7)
            for days in figures
        ]
        assert week.people == sum(seconds > 0 for seconds in inside) >= LEAST_PEOPLE
        assert abs(week.seconds - sum(inside)) < 1e-6


def content(id_: str, *found: FileAnnotation, kind: ContentKind = ContentKind.IMAGE) -> Content:
    return Content(id=id_, kind=kind, suggested=Suggested(None, found))


def test_themes_come_from_what_the_platform_suggested() -> None:
    harm, infant = content("a", FileAnnotation.PHYSICAL_HARM), content("b", FileAnnotation.INFANT)
    assert themes_of(harm) == {Theme.VIOLENCE}
    assert themes_of(infant) == {Theme.INFANT}
    assert themes_of(content("c", FileAnnotation.VIRAL)) == frozenset()
    assert marks_of([]) == frozenset()
    assert marks_of(Theme) == MARKS[Theme.VIOLENCE] | MARKS[Theme.INFANT]
    words = content("d", FileAnnotation.INFANT, kind=ContentKind.CHAT)
    data = CaseData("p", Source(SourceKind.USER_REPORT), Incident(AT), (harm, infant, words))
    assert closed_in(data, [Theme.INFANT]) == {"b": {Theme.INFANT}}
    assert closed_in(data, []) == {}
