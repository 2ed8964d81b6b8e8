"""The Reports port, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from desk.domain.elsewhere import Correction, Stated
from desk.domain.filing import Call, FilingState, OutcomeKind, Reply
from desk.domain.outcome import OutcomeKind as NoteKind
from desk.domain.outcome import OutcomeSource
from desk.domain.roles import Role
from desk.ports import CoveredCase, ReportFilter, ReportState, Store
from tests.contracts.samples import NOW, add_case, new_filing, person

DAY = timedelta(days=1)


def furnish(store: Store) -> list[int]:
    """Five filings a day apart (the newest last), two reports made elsewhere; the filings' ids."""
    made = []
    with store.write() as unit:
        by, other = person(unit), unit.people.add("Blair Example", frozenset({Role.MODERATOR}))
        for n in range(5):
            number = add_case(unit, f"case-{n}")
            new = new_filing(
                number,
                by if n % 2 == 0 else other,
                identities=frozenset({f"uid:{n}"}),
                confirmed_at=NOW + n * DAY,
                account_id=f"Account-{n}",
                escalated=n == 1,
                completeness=10 * n,
                incident_type="Child Sex Trafficking" if n < 4 else "Child Sex Tourism",
                others=(CoveredCase(1, 1, "u-else"),) if n == 3 else (),
            )
            made.append(unit.filings.add(new).id)
        for filing_id, state in ((made[4], FilingState.FILED), (made[3], FilingState.WITHDRAWN)):
            leased = unit.filings.take("desk", NOW + 9 * DAY, NOW + 10 * DAY)
            while leased is not None and leased.filing.id != filing_id:
                leased = unit.filings.take("desk", NOW + 9 * DAY, NOW + 10 * DAY)
            assert leased is not None
            ended = replace(leased.filing, state=state, report_id=f"R{state.value}", ended_at=NOW + 8 * DAY)
            unit.filings.save(ended, leased.fence, give_back=True)
            unit.filings.give_back(filing_id, leased.fence)
            with_lease_back(unit, made)
        entry = unit.filings.intend(unit.filings.get(made[0]), Call.SUBMIT, None, "http://x", b"", NOW)
        unit.filings.settle(entry, Reply(OutcomeKind.TRY_AGAIN, NOW, request_id="Req-7"))
        unit.outcomes.add(
            made[4], OutcomeSource.NCMEC, NoteKind.RECEIVED, "", "", date(2026, 12, 1), by.id, NOW
        )
        web = Stated("ncmec", NOW + 2 * DAY, "Robin Example", ("c1",), reference="555001")
        first = unit.elsewhere.add(1, 1, web, "Account-web", (), NOW, by.id)
        unit.elsewhere.correct(
            first.id, Correction(NOW, by.id, "a digit", reference="555002"), date(2027, 11, 22)
        )
        gone = unit.elsewhere.add(2, 1, replace(web, reference="777"), None, (), NOW, by.id)
        unit.elsewhere.correct(gone.id, Correction(NOW, by.id, "a mistake", withdrawn=True), None)
    return made


def with_lease_back(unit: object, made: list[int]) -> None:
    """Whatever was leased on the way is free again."""
    filings = unit.filings  # type: ignore[attr-defined]
    for filing_id in made:
        for fence in range(1, 6):
            filings.give_back(filing_id, fence)


def found(store: Store, **wanted: object) -> list[int]:
    """Filing ids, and the negative ids of reports made elsewhere."""
    with store.read() as unit:
        rows = unit.reports.rows(ReportFilter(**wanted))  # type: ignore[arg-type]
    return [row.filing.id if row.filing else -(row.elsewhere.id if row.elsewhere else 0) for row in rows]


def test_everything_is_listed_the_newest_first_and_read_on_by_place(store: Store) -> None:
    made = furnish(store)
    whole = [made[4], made[3], -1, made[2], made[1], made[0]]
    assert found(store) == whole
    seen: list[int] = []
    with store.read() as unit:
        after = None
        while page := unit.reports.rows(ReportFilter(), after=after, limit=2):
            seen += [row.filing.id if row.filing else -1 for row in page]
            after = page[-1].place
    assert seen == whole


def test_each_filter_narrows(store: Store) -> None:
    made = furnish(store)
    assert found(store, state=ReportState.FILED) == [made[4]]
    assert found(store, state=ReportState.TAKEN_BACK) == [made[3]]
    assert found(store, state=ReportState.REFUSED) == []
    assert found(store, state=ReportState.ON_ITS_WAY) == [made[2], made[1], made[0]]
    assert found(store, state=ReportState.ELSEWHERE) == [-1]
    assert found(store, incident_type="Child Sex Tourism") == [made[4]]
    assert found(store, confirmed_by=2) == [made[3], made[1]]
    assert found(store, escalated=True) == [made[1]]
    assert found(store, below=20) == [made[1], made[0]]
    assert found(store, noted=True) == [made[4]]
    assert found(store, noted=False, state=ReportState.FILED) == []
    assert found(store, batched=True) == [made[3]]
    day = NOW.date()
    assert found(store, since=day + DAY, until=day + 2 * DAY) == [-1, made[2], made[1]]


def test_search_finds_every_name_a_report_has(store: Store) -> None:
    made = furnish(store)
    assert found(store, text="rFILED") == [made[4]]
    assert found(store, text="case-2") == [made[2]]
    assert found(store, text="account-1") == [made[1]]
    assert found(store, text="u-else") == [made[3]]
    assert found(store, text="Req-7") == [made[0]]
    assert found(store, text="req") == []
    assert found(store, text="#2") == [made[1]]
    assert found(store, text="555002") == [-1]
    assert found(store, text="555001") == []
    assert found(store, text="account-web") == [-1]
    assert found(store, text="blair") == [made[3], made[1]]
    assert found(store, text="%") == []


def test_counts_types_and_rows(store: Store) -> None:
    made = furnish(store)
    with store.read() as unit:
        counts = unit.reports.counts(ReportFilter(state=ReportState.FILED))
        assert dict(counts) == {
            ReportState.ON_ITS_WAY: 3,
            ReportState.FILED: 1,
            ReportState.TAKEN_BACK: 1,
            ReportState.REFUSED: 0,
            ReportState.ELSEWHERE: 1,
        }
        narrowed = unit.reports.counts(ReportFilter(escalated=True))
        assert (narrowed[ReportState.ON_ITS_WAY], narrowed[ReportState.ELSEWHERE]) == (1, 0)
        assert unit.reports.types() == ("Child Sex Tourism", "Child Sex Trafficking")
        assert unit.reports.revisions(1) == ((1, NOW),)
        newest, second, by_hand = unit.reports.rows(ReportFilter(), limit=3)
    assert (newest.report_id, newest.notes, newest.others) == ("Rfiled", 1, 0)
    assert (second.others, second.person, second.completeness) == (1, "Blair Example", 30)
    assert newest.filing is not None
    assert (newest.filing.id, len(newest.filing.files)) == (made[4], 3)
    assert (by_hand.state, by_hand.report_id) == (ReportState.ELSEWHERE, "555002")
    assert by_hand.person == "Robin Example"
    assert newest.at == NOW + 4 * DAY
