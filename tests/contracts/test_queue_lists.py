"""The queue's orders, filters and pages against a plain reading of the rows, on both databases."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta

import pytest

from desk.domain.case import (
    CaseRow,
    CaseState,
    QueueAct,
    QueueActKind,
    Source,
    SourceKind,
    platform_keeps_until,
)
from desk.domain.content import Content, ContentKind, FileAnnotation, Suggested
from desk.domain.errors import Bug, UserError
from desk.domain.incident import Incident
from desk.ports import SORTS, CaseFilter, Store, UnitOfWork
from desk.storage.repositories import bits, queue_lists, queue_words
from tests.contracts.samples import MINUTE, NOW, add_case, case_data, known, person, revision, urgent

CASES = 200
DAY = timedelta(days=1)
POLICIES = ("safety", "safety/csam", "safety/csam/known", "safety-other", "")


def fill(unit: UnitOfWork) -> None:
    """Cases of every kind; more than are folded at once, so that both ways of knowing them are read."""
    chance = random.Random(5)
    for n in range(CASES):
        marked = Suggested(annotations=(FileAnnotation.INFANT,) if n % 7 == 0 else ())
        content = (
            (known(),)
            if n % 3 == 0
            else (Content("c1", ContentKind.URL, url=f"https://example.com/{n}", suggested=marked),)
        )
        data = case_data(
            f"case-{n}",
            source=Source(chance.choice(list(SourceKind))),
            policies=(chance.choice(POLICIES),),
            incident=Incident(NOW - chance.randrange(400) * MINUTE),
            created_at=NOW - chance.randrange(100) * DAY,
            content=content,
            urgency=urgent() if n % 40 == 0 else case_data().urgency,
        )
        number = unit.cases.add(
            revision(data, queue=chance.choice(("main", "imagery")), completeness=chance.randrange(101))
        ).number
        if n % 11 == 0:
            unit.cases.set_state(number, chance.choice((CaseState.CLOSED, CaseState.ESCALATED)))


def key(sort: str, row: CaseRow) -> tuple[object, ...]:
    assert row.kept_until is not None
    first = {
        "urgency": not row.urgent,
        "known": not row.known_match,
        "source": row.source.value,
        "completeness": row.completeness,
        "age": row.occurred_at.replace(second=0, microsecond=0),
        "kept": row.kept_until.date(),
    }[sort]
    return (first, row.number)


def test_every_order_and_filter_is_that_of_a_plain_reading(store: Store) -> None:
    with store.write() as unit:
        fill(unit)
    with store.read() as unit:
        everything = unit.cases.rows(CaseFilter(), NOW, limit=CASES)
        assert len(everything) == unit.cases.count(CaseFilter(), NOW)
        for sort in SORTS:
            plain = sorted(everything, key=lambda row: key(sort, row))
            wanted = CaseFilter(sort=sort)
            for offset in (0, 37, 200, CASES + 1):
                page = unit.cases.page(wanted, NOW, offset=offset, limit=50)
                assert list(page.rows) == plain[offset : offset + 50], (sort, offset)
            back = unit.cases.rows(replace(wanted, descending=True), NOW, offset=13, limit=50)
            assert back == plain[::-1][13:63], sort
        filters = {
            CaseFilter(policy="safety"): lambda row: row.policy.split("/")[0] == "safety",
            CaseFilter(queue="imagery"): lambda row: row.queue == "imagery",
            CaseFilter(known=True): lambda row: row.known_match,
            CaseFilter(known=False): lambda row: not row.known_match,
            CaseFilter(source=SourceKind.AI_DETECTION): lambda row: row.source is SourceKind.AI_DETECTION,
            CaseFilter(least_complete=30, most_complete=60): lambda row: 30 <= row.completeness <= 60,
            CaseFilter(kept_days=20): lambda row: row.kept_until.date() <= (NOW + 20 * DAY).date(),
            CaseFilter(text="https://example.com/2"): lambda row: (
                not row.known_match and row.platform_id == "case-2"
            ),
        }
        for wanted, fits in filters.items():
            expected = [row.number for row in everything if fits(row)]
            assert expected, wanted
            found = [row.number for row in unit.cases.rows(wanted, NOW, limit=CASES)]
            assert sorted(found) == sorted(expected), wanted
            assert unit.cases.count(wanted, NOW) == len(expected)
        without = unit.cases.rows(CaseFilter(without=frozenset({"infant"})), NOW, limit=CASES)
        numbers = {row.number for row in without}
        assert numbers < {row.number for row in everything}
        choices = unit.cases.choices()
        assert choices.queues == ("imagery", "main")
        assert choices.marks == ("infant",)
        assert set(choices.policies) == set(POLICIES) - {""}
        with pytest.raises(Bug):
            unit.cases.rows(CaseFilter(sort="luck"), NOW)


def test_what_was_changed_is_read_before_and_after_it_is_folded_in(store: Store) -> None:
    with store.write() as unit:
        fill(unit)
        unit.cases.fold()
    with store.read() as unit:
        first = unit.cases.rows(CaseFilter(), NOW, limit=1)[0].number
        before = unit.cases.count(CaseFilter(), NOW)
    with pytest.raises(ZeroDivisionError), store.write() as unit:  # noqa: PT012
        unit.cases.set_state(first, CaseState.CLOSED)
        assert unit.cases.count(CaseFilter(), NOW) == before - 1
        raise ZeroDivisionError
    with store.write() as unit:
        assert unit.cases.count(CaseFilter(), NOW) == before  # what was taken back left nothing behind
        unit.cases.set_completeness(first, 100)
    with store.read() as unit:
        page = unit.cases.page(CaseFilter(least_complete=100), NOW)
        assert page.waiting == 1
        assert first in {row.number for row in page.rows}
    with store.write() as unit:
        unit.cases.fold()
        unit.cases.fold()  # nothing to do
    with store.read() as unit:
        again = unit.cases.page(CaseFilter(least_complete=100), NOW)
        assert again.waiting == 0
        assert again.rows == page.rows


def test_what_a_reader_remembers_is_not_read_once_it_has_changed(store: Store) -> None:
    """Every view and a filter, read twice before and twice after each change."""

    def told() -> dict[str, object]:
        found: dict[str, object] = {}
        for _ in range(2):  # the second time as it is remembered
            with store.read() as unit:
                for view in ("all", "urgent", "ai", "snoozed", "escalated", "closed"):
                    for wanted in (CaseFilter(view), CaseFilter(view, known=False, least_complete=1)):
                        rows = unit.cases.rows(wanted, later, limit=CASES)
                        assert len(rows) == unit.cases.count(wanted, later)
                        now = {row.number for row in rows}
                        assert found.setdefault(str((view, wanted.known)), now) == now
                counts = unit.cases.counts(1, later)
                assert found.setdefault("counts", counts) == counts
                assert counts.all == len(found[str(("all", None))])  # type: ignore[arg-type]
        return found

    later = NOW
    with store.write() as unit:
        fill(unit)
        unit.cases.fold()
    before = told()
    with store.write() as unit:
        one, two, three = (row.number for row in unit.cases.rows(CaseFilter(known=False), NOW, limit=3))
        unit.cases.set_state(one, CaseState.CLOSED)
        unit.cases.set_state(two, CaseState.ESCALATED)
        unit.cases.set_state(three, CaseState.SNOOZED, snoozed_until=NOW + DAY)
    changed = told()
    key = str(("all", None))
    assert changed[key] == before[key] - {one, two, three}  # type: ignore[operator]
    later = NOW + 2 * DAY
    assert told()[key] == before[key] - {one, two}  # type: ignore[operator]
    later = NOW
    with store.write() as unit:
        unit.cases.fold()
    assert told() == changed


def test_a_search_counts_a_thousand_at_most_and_says_so(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue_words, "FOUND_AT_MOST", 50)
    monkeypatch.setattr(queue_words, "FEW", 10)
    monkeypatch.setattr(queue_lists, "FEW", 10)
    with store.write() as unit:
        fill(unit)
    with store.read() as unit:
        page = unit.cases.page(CaseFilter(text="practice picture"), NOW)
        assert (page.total, page.capped) == (50, True)
        few = unit.cases.page(CaseFilter(text="practice", source=SourceKind.AI_DETECTION), NOW)
        assert not few.capped
        assert few.total == unit.cases.count(CaseFilter(source=SourceKind.AI_DETECTION), NOW)


@pytest.mark.parametrize("few", [0, 250])
def test_who_has_a_whole_id_means_that_one(store: Store, monkeypatch: pytest.MonkeyPatch, few: int) -> None:
    monkeypatch.setattr(queue_words, "FEW", few)
    monkeypatch.setattr(queue_words, "RARE", 2)
    monkeypatch.setattr(queue_lists, "FEW", few)
    with store.write() as unit:
        for name in ("case-700", "case-7001", "case-7002", "case-80015"):
            add_case(unit, name)

        def found(words: str) -> set[str]:
            return {row.platform_id for row in unit.cases.rows(CaseFilter(text=words), NOW)}

        assert found("case-700") == {"case-700"}
        assert found("case-7001") == {"case-7001"}
        assert found("case-800") == {"case-80015"}
        assert found("case 700") == {"case-700", "case-7001", "case-7002"}
        assert found("practice") == {"case-700", "case-7001", "case-7002", "case-80015"}
        assert found("case-9") == set()


def test_the_book_keeps_acts_and_opinions(store: Store) -> None:
    with store.write() as unit:
        one, other = person(unit, "One"), person(unit, "Other")
        number = unit.cases.add(revision(case_data())).number
        act = QueueAct(number, QueueActKind.HANDED_OVER, one.id, NOW, "look", other.id, NOW + MINUTE)
        unit.queue.add(act)
        assert unit.queue.acts(number) == (act,)
        asked = unit.queue.ask(number, one.id, NOW, "how old?", "18", shown=True)
        assert asked.pending
        given = unit.queue.give(asked.id, other.id, NOW, "17")
        assert (given.given_by, given.second, given.pending) == (other.id, "17", False)
        with pytest.raises(UserError):
            unit.queue.give(asked.id, other.id, NOW, "16")
        unit.queue.ask(number, one.id, NOW, "again?", "", shown=False)
        assert len(unit.queue.opinions(number)) == 2


@pytest.mark.parametrize("said", ["2026-12-01", "2026-12-01T00:00:00+00:00", "2026-12-01T02:00:00+02:00"])
def test_a_package_says_how_long_the_platform_keeps_its_copy(said: str) -> None:
    until = platform_keeps_until(case_data(extra={"preserved_until": said}), NOW)
    assert until.isoformat() in ("2026-12-01T00:00:00+00:00", "2026-12-01T02:00:00+02:00")
    for other in (None, 3, "soon"):
        assert platform_keeps_until(case_data(extra={"preserved_until": other}), NOW) == NOW + 90 * DAY
    assert platform_keeps_until(case_data(created_at=NOW - DAY), NOW) == NOW + 89 * DAY


def test_sets_are_walked_as_lists_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bits, "CUTS_KEPT", 6)
    chance = random.Random(3)
    values = {number: chance.choice((3, 7, 7, 7, 90)) for number in chance.sample(range(30_000), 3_000)}
    group = bits.of(values)
    assert bits.members(group) == sorted(values)
    assert bits.members(group, 10, 5) == sorted(values)[10:15]
    assert bits.members(0) == bits.page((), 0, 5) == []
    assert bits.of(()) == 0
    slices = [bits.of(n for n, value in values.items() if value >> place & 1) for place in reversed(range(7))]
    ordered = sorted(values, key=lambda n: (values[n], n))
    cuts: bits.Cuts = {}
    for skip, limit in ((0, 10), (590, 50), (2_990, 50), (3_000, 5), (590, 50), (600, 50)):
        for before in (None, cuts):  # anew, and as it was cut before
            assert (
                bits.sliced(group, slices, lambda some: {n: values[n] for n in some}, skip, limit, before)
                == ordered[skip : skip + limit]
            )
    assert 0 < len(cuts) <= 6
    for most in (-1, 0, 3, 6, 7, 89, 90, 500):
        assert bits.members(bits.at_most(group, slices, most)) == sorted(
            n for n, value in values.items() if value <= most
        )
