"""The Cases port, on both databases."""

from __future__ import annotations

from dataclasses import replace

import pytest

from desk.domain.case import CaseState, Source, SourceKind
from desk.domain.content import Content, ContentKind
from desk.domain.decision import Decision, DecisionKind
from desk.domain.errors import Bug, ClaimLost, UserError
from desk.domain.filing import FilingState
from desk.ports import CaseFilter, QueueCounts, Store
from tests.contracts.samples import (
    MINUTE,
    NOW,
    WRAPPED,
    add_case,
    case_data,
    digest,
    known,
    new_filing,
    person,
    revision,
    stored,
    urgent,
)


class TestCases:
    def test_a_case_comes_back_as_it_was_given(self, store: Store) -> None:
        new = revision(case_data("case-ä"))
        with store.write() as unit:
            added = unit.cases.add(new)
        with store.read() as unit:
            case = unit.cases.get(added.number)
            assert case == added
            assert case.data == new.data
            assert (case.revision, case.state, case.received_at) == (1, CaseState.OPEN, NOW)
            assert case.claim is None
            assert unit.cases.by_platform_id("case-ä") == (case, new.digest)
            assert unit.cases.by_platform_id("other") is None
            assert unit.cases.wrapped_key(case.number) == WRAPPED
            assert unit.cases.digests("case-ä") == {new.digest}
            assert unit.cases.digests("other") == frozenset()

    def test_what_does_not_exist_is_said(self, store: Store) -> None:
        with store.write() as unit:
            for act in (
                lambda: unit.cases.get(7),
                lambda: unit.cases.revision(7, 1),
                lambda: unit.cases.wrapped_key(7),
                lambda: unit.cases.add_revision(7, revision(case_data())),
                lambda: unit.cases.set_state(7, CaseState.CLOSED),
                lambda: unit.cases.set_completeness(7, 1),
                lambda: unit.cases.claim(7, person(unit), NOW, NOW),
            ):
                with pytest.raises(UserError, match="no "):
                    act()
            assert unit.cases.media(7, "c1") is None

    def test_revisions_add_and_rewrite_nothing(self, store: Store) -> None:
        first = revision(case_data())
        grown = replace(
            first.data,
            summary="More of it",
            content=(*first.data.content, Content("c2", ContentKind.IMAGE, uid="uid-2")),
            urgency=urgent(),
        )
        second = revision(grown, media={"c2": stored("two")}, received=NOW + MINUTE, completeness=70)
        with store.write() as unit:
            number = unit.cases.add(first).number
            unit.cases.set_state(number, CaseState.ESCALATED)
        with store.write() as unit:
            case = unit.cases.add_revision(number, second)
        assert (case.revision, case.state, case.received_at) == (2, CaseState.ESCALATED, NOW)
        assert case.data == grown
        with store.read() as unit:
            assert unit.cases.revision(number, 1) == first.data
            assert unit.cases.revision(number, 2) == grown
            assert unit.cases.digests("case-1") == {first.digest, second.digest}
            row = unit.cases.rows(CaseFilter("escalated"), NOW)[0]
            assert (row.urgent, row.content_count, row.completeness) == (True, 2, 70)
            assert row.summary == "More of it"
            assert unit.cases.media(number, "c1") == stored("case-1")  # only the first revision holds it
            assert unit.cases.media(number, "c2") == stored("two")
            assert unit.cases.blob_known(stored("two").blob)
            assert not unit.cases.blob_known("0" * 32)

    def test_a_platform_id_is_taken_once(self, store: Store) -> None:
        with store.write() as unit:
            add_case(unit)
            with pytest.raises(UserError, match="already"):
                add_case(unit)

    def test_a_revision_under_another_key_is_a_bug(self, store: Store) -> None:
        with store.write() as unit:
            number = add_case(unit)
            with pytest.raises(Bug):
                unit.cases.add_revision(number, revision(case_data(), wrapped_key=b"x" * 60))

    def test_text_that_a_database_cannot_hold_is_kept_in_the_document(self, store: Store) -> None:
        with store.write() as unit:
            number = add_case(unit, summary="a\x00b")
        with store.read() as unit:
            assert unit.cases.get(number).data.summary == "a\x00b"
            assert unit.cases.rows(CaseFilter(), NOW)[0].summary == "a\ufffdb"

    def test_decisions_in_order(self, store: Store) -> None:
        with store.write() as unit:
            number, operator = add_case(unit), person(unit)
            made = [
                Decision(number, 1, DecisionKind.ESCALATE, operator.id, NOW, note="unsure"),
                Decision(number, 1, DecisionKind.REPORT, operator.id, NOW - MINUTE, "child-safety/csam"),
            ]
            for decision in made:
                unit.cases.decide(decision)
        with store.read() as unit:
            assert unit.cases.decisions(number) == tuple(made)


class TestOccurrences:
    def test_the_same_bytes_in_other_cases_with_their_filings(self, store: Store) -> None:
        same = digest("viral")
        with store.write() as unit:
            operator = person(unit)
            numbers = [
                unit.cases.add(revision(case_data(name), media={"c1": stored(name, bytes_of="viral")})).number
                for name in ("a", "b", "c")
            ]
            filing = unit.filings.add(new_filing(numbers[1], operator))
            leased = unit.filings.take("here", NOW, NOW + MINUTE)
            assert leased is not None
            unit.filings.save(
                replace(leased.filing, state=FilingState.FILED, report_id="900", ended_at=NOW), leased.fence
            )
        with store.read() as unit:
            found = unit.cases.occurrences(same, but_case=numbers[0])
            assert [o.case_number for o in found] == numbers[1:]
            assert found[0].filing_id == filing.id
            assert (found[0].filing_state, found[0].report_id) == (FilingState.FILED, "900")
            assert found[0].account == "Screen-b"
            assert found[1].filing_id is None
            assert unit.cases.occurrences(digest("other"), but_case=0) == ()

    def test_at_most_a_hundred(self, store: Store) -> None:
        with store.write() as unit:
            for n in range(103):
                unit.cases.add(revision(case_data(f"v{n}"), media={"c1": stored(f"v{n}", bytes_of="viral")}))
            assert len(unit.cases.occurrences(digest("viral"), but_case=0)) == 100


class TestQueue:
    def test_urgent_first_then_the_oldest(self, store: Store) -> None:
        with store.write() as unit:
            old = add_case(unit, "old", received=NOW + MINUTE)  # the order in which they came, not a clock's
            young = add_case(unit, "young", received=NOW - MINUTE)
            pressing = add_case(unit, "pressing", received=NOW + 2 * MINUTE, urgency=urgent())
            rows = unit.cases.rows(CaseFilter(), NOW)
            assert [row.number for row in rows] == [pressing, old, young]
            assert [row.urgent for row in rows] == [True, False, False]
            assert rows[1].first_content == "c1"
            assert rows[1].policy == "child-safety/csam"
            page = unit.cases.rows(CaseFilter(), NOW, offset=1, limit=1)
            assert [row.number for row in page] == [old]

    def test_views_and_their_counts(self, store: Store) -> None:
        with store.write() as unit:
            operator = person(unit)
            names = {}
            for name, state in (
                ("open", CaseState.OPEN),
                ("escalated", CaseState.ESCALATED),
                ("reporting", CaseState.REPORTING),
                ("reported", CaseState.REPORTED),
                ("closed", CaseState.CLOSED),
                ("snoozed", CaseState.SNOOZED),
                ("forever", CaseState.SNOOZED),
                ("woken", CaseState.SNOOZED),
            ):
                names[name] = add_case(unit, name)
                until = {"snoozed": NOW + MINUTE, "woken": NOW}.get(name)
                unit.cases.set_state(names[name], state, snoozed_until=until)
            names["ai"] = add_case(
                unit, "ai", source=Source(SourceKind.AI_DETECTION), urgency=urgent(), content=(known(),)
            )
            names["hash"] = add_case(unit, "hash", source=Source(SourceKind.HASH_MATCH))
            unit.cases.claim(names["closed"], operator, NOW + MINUTE, NOW)
            unit.cases.claim(names["hash"], operator, NOW, NOW - MINUTE)  # ended

            def view(name: str, **more: object) -> set[str]:
                wanted = CaseFilter(name, operator_id=operator.id, **more)  # type: ignore[arg-type]
                rows = unit.cases.rows(wanted, NOW)
                assert len(rows) == unit.cases.count(wanted, NOW)
                return {row.platform_id for row in rows}

            assert view("all") == {"open", "woken", "ai", "hash"}
            assert view("urgent") == {"ai"}
            assert view("ai") == {"ai", "hash"}
            assert view("snoozed") == {"snoozed", "forever"}
            assert view("escalated") == {"escalated"}
            assert view("closed") == {"closed", "reported", "reporting"}
            assert view("mine") == {"closed"}
            assert view("all", source=SourceKind.HASH_MATCH) == {"hash"}
            assert unit.cases.counts(operator.id, NOW) == QueueCounts(
                all=4, mine=1, urgent=1, ai=2, snoozed=2, escalated=1
            )
            assert unit.cases.rows(CaseFilter("ai"), NOW)[0].known_match
            with pytest.raises(Bug):
                unit.cases.rows(CaseFilter("everything"), NOW)

    def test_found_by_its_words(self, store: Store) -> None:
        with store.write() as unit:
            number = add_case(unit, "Größe_100%")
            add_case(unit, "other")
            for text in (
                "größe",
                "SCREEN-GRÖSSE",
                "u-größe_100",
                "100%",
                "größe_100%@example.com",
                "192.0.2.7",
                "scre grösse",
                "pract of",
                str(number),
                f"#{number}",
            ):
                found = [row.number for row in unit.cases.rows(CaseFilter(text=text), NOW)]
                assert number in found, text
            assert len(unit.cases.rows(CaseFilter(text="192.0.2.7"), NOW)) == 2
            for text in (
                "e_100",
                "x%y",
                "o%r",
                "creen",
                "größe other",
                "practice.of",
                "192.0.2.77",
                "%",
                '"*',
            ):
                assert not unit.cases.rows(CaseFilter(text=text), NOW), text

    def test_by_policy_and_what_is_below_it(self, store: Store) -> None:
        with store.write() as unit:
            add_case(unit, "a", policies=("child-safety",))
            add_case(unit, "b", policies=("child-safety/csam",))
            add_case(unit, "c", policies=("child-safety-other",))
            rows = unit.cases.rows(CaseFilter(policy="child-safety"), NOW)
            assert {row.platform_id for row in rows} == {"a", "b"}


class TestClaims:
    def test_one_at_a_time(self, store: Store) -> None:
        with store.write() as unit:
            number, first, second = add_case(unit), person(unit, "First"), person(unit, "Second")
            claim = unit.cases.claim(number, first, NOW + MINUTE, NOW)
            with pytest.raises(ClaimLost, match="First"):
                unit.cases.claim(number, second, NOW + MINUTE, NOW)
            again = unit.cases.claim(number, first, NOW + 2 * MINUTE, NOW)
            assert again.token == claim.token
            assert unit.cases.get(number).claim == again
            row = unit.cases.rows(CaseFilter(), NOW)[0]
            assert (row.claimed_by, row.claimed_until) == ("First", NOW + 2 * MINUTE)
            assert unit.cases.rows(CaseFilter(), NOW + 2 * MINUTE)[0].claimed_by is None

    def test_an_ended_claim_goes_to_whoever_takes_it(self, store: Store) -> None:
        with store.write() as unit:
            number, first, second = add_case(unit), person(unit, "First"), person(unit, "Second")
            claim = unit.cases.claim(number, first, NOW + MINUTE, NOW)
            renewed = unit.cases.renew(claim, NOW + 2 * MINUTE, NOW + MINUTE)
            taken = unit.cases.claim(number, second, NOW + 9 * MINUTE, NOW + 2 * MINUTE)
            assert taken.token == claim.token + 1
            with pytest.raises(ClaimLost):
                unit.cases.renew(renewed, NOW + 9 * MINUTE, NOW)
            unit.cases.release(renewed)  # not its any more: nothing happens
            assert unit.cases.get(number).claim == taken
            unit.cases.release(taken)
            assert unit.cases.get(number).claim is None
            with pytest.raises(ClaimLost):
                unit.cases.renew(taken, NOW + 9 * MINUTE, NOW)
            assert unit.cases.claim(number, first, NOW + MINUTE, NOW).token == taken.token + 1

    def test_the_next_case_is_the_best_that_nobody_holds(self, store: Store) -> None:
        with store.write() as unit:
            operator = person(unit)
            asleep = add_case(unit, "asleep", received=NOW - MINUTE)
            later = add_case(unit, "later", received=NOW + MINUTE)
            pressing = add_case(unit, "pressing", urgency=urgent())
            unit.cases.set_state(asleep, CaseState.SNOOZED, snoozed_until=NOW)
            got = []
            while claim := unit.cases.claim_next(CaseFilter(), operator, NOW + MINUTE, NOW):
                got.append(claim.case_id)
            assert got == [pressing, asleep, later]
            woken = unit.cases.get(asleep)
            assert (woken.state, woken.snoozed_until) == (CaseState.OPEN, None)
            expired = unit.cases.claim_next(CaseFilter("urgent"), operator, NOW + 9 * MINUTE, NOW + MINUTE)
            assert expired is not None
            assert expired.case_id == pressing
