"""The Filings port, on both databases."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import date, timedelta

import pytest
from alembic import command
from sqlalchemy import text

from desk.domain.errors import AlreadyReported, Bug, ClaimLost, UserError
from desk.domain.filing import Call, Filing, FilingState, OutcomeKind, Reply, RetractFor
from desk.ports import CoveredCase, Leased, Receipt, Store, UnitOfWork
from desk.storage import schema
from desk.storage.engine import WRITES
from desk.storage.unit_of_work import SqlStore
from tests.contracts.samples import (
    MINUTE,
    NOW,
    add_case,
    case_data,
    digest,
    new_filing,
    person,
    revision,
    stored,
)

UNTIL = NOW + MINUTE


def one(unit: UnitOfWork, **more: object) -> Filing:
    return unit.filings.add(new_filing(add_case(unit), person(unit), **more))  # type: ignore[arg-type]


def take(unit: UnitOfWork, owner: str = "here") -> Leased:
    leased = unit.filings.take(owner, NOW, UNTIL)
    assert leased is not None
    return leased


def test_after_an_upgrade_a_filing_that_is_being_finished_may_be_filed(store: SqlStore) -> None:
    with store.write() as unit:
        one(unit)
        leased = take(unit)
        finishing = unit.filings.save(replace(leased.filing, state=FilingState.FINISHING), leased.fence)
        second = new_filing(add_case(unit, "case-2"), person(unit, "Other"), identities=frozenset({"uid:2"}))
        third = unit.filings.add(second)
    with store.engine.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
        connection.execute(text("ALTER TABLE filings DROP COLUMN finish_unknown"))
        connection.execute(text("UPDATE alembic_version SET version_num = '0018'"))
    with store.engine.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
        command.upgrade(schema._config(connection), "0019")
    with store.read() as unit:
        assert unit.filings.get(finishing.id).finish_unknown
        assert not unit.filings.get(third.id).finish_unknown


class TestFilings:
    def test_it_comes_back_as_it_was_confirmed(self, store: Store) -> None:
        with store.write() as unit:
            new = new_filing(add_case(unit), person(unit), identities=frozenset({"uid:1", "url:é"}))
            filing = unit.filings.add(new)
            assert filing.state is FilingState.CONFIRMED
            assert filing.files == tuple(document.file for document in new.files)
            assert (filing.hold, filing.confirmed_at) == (timedelta(minutes=5), NOW)
        with store.read() as unit:
            assert unit.filings.get(filing.id) == filing
            assert unit.filings.confirmed(filing.id) == new
            assert unit.filings.confirmed(filing.id).draft.reported == case_data().reported
            assert unit.filings.report_xml(filing.id) == new.report_xml
            assert unit.filings.details_xml(filing.id, 2) == new.files[2].details_xml
            details = tuple(document.details_xml for document in new.files)
            assert unit.filings.documents(filing.id) == (new.endpoint, new.report_xml, details)
            assert unit.filings.for_case(new.case_number) == (filing,)
            for act in (
                lambda: unit.filings.get(99),
                lambda: unit.filings.documents(99),
                lambda: unit.filings.report_xml(99),
                lambda: unit.filings.details_xml(filing.id, 3),
                lambda: unit.filings.confirmed(99),
            ):
                with pytest.raises(UserError, match="no filing"):
                    act()

    def test_a_batch_is_found_from_every_case_it_covers(self, store: Store) -> None:
        with store.write() as unit:
            numbers = [add_case(unit, f"case-{n}") for n in range(4)]
            others = tuple(CoveredCase(n, 1, f"u-{n}") for n in numbers[1:3])
            new = new_filing(numbers[0], person(unit), others=others)
            filing = unit.filings.add(new)
        with store.read() as unit:
            assert unit.filings.confirmed(filing.id) == new
            assert unit.filings.covered(filing.id) == others
            found = [unit.filings.for_case(number) for number in numbers]
            assert found == [(filing,), (filing,), (filing,), ()]
            for text in ("case-2", f"U-{numbers[2]}"):
                (row,) = unit.filings.rows([FilingState.CONFIRMED], text=text)
                assert row.filing == filing
            assert unit.filings.prior_reports(f"u-{numbers[1]}") == ()
        with store.write() as unit:
            done = replace(filing, state=FilingState.FILED, report_id="4711", ended_at=NOW)
            unit.filings.save(done, take(unit).fence)
        with store.read() as unit:
            for account in ("u-1", f"u-{numbers[1]}", f"u-{numbers[2]}"):
                assert unit.filings.prior_reports(account) == (("4711", NOW),)
            assert unit.filings.prior_reports(f"u-{numbers[3]}") == ()

    def test_the_same_bytes_are_known_to_be_in_a_batch(self, store: Store) -> None:
        with store.write() as unit:
            same = digest("viral")
            numbers = []
            for name in ("a", "b", "c"):
                new = revision(case_data(name), media={"c1": stored(name, bytes_of="viral")})
                numbers.append(unit.cases.add(new).number)
            first = new_filing(numbers[0], person(unit), others=(CoveredCase(numbers[1], 1, "u-b"),))
            file = replace(first.files[0], file=replace(first.files[0].file, sha256=same))
            filing = unit.filings.add(replace(first, files=(file,)))
        with store.read() as unit:
            found = {o.case_number: o.filing_id for o in unit.cases.occurrences(same, but_case=0)}
            assert found == {numbers[0]: filing.id, numbers[1]: filing.id, numbers[2]: None}

    def test_every_field_of_its_standing_is_kept(self, store: Store) -> None:
        with store.write() as unit:
            filing = one(unit)
            leased = take(unit)
            files = (
                replace(filing.files[0], file_id="f1", detailed=True),
                replace(filing.files[1], intent=Call.UPLOAD),
                filing.files[2],
            )
            changed = replace(
                filing,
                state=FilingState.RETRACTING,
                files=files,
                report_id="4711",
                attempt=2,
                opened_at=NOW,
                changed_at=NOW + MINUTE,
                hold_until=NOW + 2 * MINUTE,
                file_now=True,
                take_back=True,
                retract_for=RetractFor.REOPEN,
                intent=Call.RETRACT,
                retry_at=NOW + 3 * MINUTE,
                tries=3,
                error="The service is busy.",
                error_code=1000,
                request_id="r-1",
            )
            unit.filings.save(changed, leased.fence)
        with store.read() as unit:
            assert unit.filings.get(filing.id) == changed

    def test_one_piece_of_content_is_reported_once(self, store: Store) -> None:
        with store.write() as unit:
            filing = one(unit, identities=frozenset({"uid:1", "uid:2"}))
            number, operator = add_case(unit, "case-2"), person(unit)
            with pytest.raises(AlreadyReported) as caught:
                unit.filings.add(new_filing(number, operator, identities=frozenset({"uid:0", "uid:2"})))
            assert caught.value.filing_ids == (filing.id,)
            # Whoever goes on after the refusal has kept nothing of it.
            assert unit.filings.for_case(number) == ()
            assert unit.filings.holders("ncmec", ["uid:0", "uid:1", "uid:2"]) == {
                "uid:1": filing.id,
                "uid:2": filing.id,
            }
            other = unit.filings.add(
                new_filing(number, operator, agency="elsewhere", identities=frozenset({"uid:2"}))
            )
            assert unit.filings.holders("elsewhere", ["uid:2"]) == {"uid:2": other.id}
            unit.filings.free(filing.id)
            assert unit.filings.holders("ncmec", ["uid:1", "uid:2"]) == {}
            assert unit.filings.add(new_filing(number, operator, identities=frozenset({"uid:2"})))

    def test_content_that_nothing_identifies_is_no_hindrance(self, store: Store) -> None:
        with store.write() as unit:
            number, operator = add_case(unit), person(unit)
            for _ in range(2):
                unit.filings.add(new_filing(number, operator, identities=frozenset(), files=()))
            assert len(unit.filings.for_case(number)) == 2

    def test_lists(self, store: Store) -> None:
        with store.write() as unit:
            operator = person(unit, "Ängström")
            ids = [
                unit.filings.add(
                    new_filing(
                        add_case(unit, f"Case-{n}"),
                        operator,
                        identities=frozenset({f"uid:{n}"}),
                        confirmed_at=NOW + n * MINUTE,
                        account_id=f"u-{n}",
                    )
                ).id
                for n in range(3)
            ]
            leased = unit.filings.take("here", NOW + 9 * MINUTE, NOW + 10 * MINUTE)
            assert leased is not None
            unit.filings.save(
                replace(leased.filing, state=FilingState.FILED, report_id="AB-77", ended_at=NOW), leased.fence
            )
            waiting, filed = [FilingState.CONFIRMED], [FilingState.FILED]
            rows = unit.filings.rows(waiting)
            assert [row.filing.id for row in rows] == [ids[2], ids[1]]
            assert rows[0].platform_id == "Case-2"
            assert rows[0].operator_name == "Ängström"
            assert rows[0].filing == unit.filings.get(ids[2])
            assert [row.filing.id for row in unit.filings.rows(waiting, offset=1, limit=5)] == [ids[1]]
            assert [row.filing.id for row in unit.filings.rows(filed, text="ab-7")] == [ids[0]]
            assert [row.filing.id for row in unit.filings.rows(waiting, text="CASE-1")] == [ids[1]]
            assert len(unit.filings.rows([*waiting, *filed], text="ängs")) == 3
            assert unit.filings.rows(waiting, text="ab-7") == []
            assert (unit.filings.count(waiting), unit.filings.count(filed)) == (2, 1)
            assert unit.filings.count([*waiting, *filed]) == 3
            assert unit.filings.prior_reports("u-0") == (("AB-77", NOW),)
            assert unit.filings.prior_reports("u-1") == ()


class TestLeases:
    def test_a_filing_is_taken_once_until_its_lease_ends(self, store: Store) -> None:
        with store.write() as unit:
            filing = one(unit)
            first = take(unit)
            assert first.filing == filing
            assert unit.filings.take("there", NOW, UNTIL) is None
            unit.filings.renew(filing.id, first.fence, UNTIL + MINUTE)
            assert unit.filings.take("there", UNTIL, UNTIL + MINUTE) is None
            assert unit.filings.next_due(NOW) == UNTIL + MINUTE
            second = unit.filings.take("there", UNTIL + MINUTE, UNTIL + 2 * MINUTE)
            assert second is not None
            assert second.fence > first.fence
            for act in (
                lambda: unit.filings.renew(filing.id, first.fence, UNTIL),
                lambda: unit.filings.save(filing, first.fence),
            ):
                with pytest.raises(ClaimLost):
                    act()
            unit.filings.give_back(filing.id, first.fence)  # lost: nothing happens
            assert unit.filings.take("here", UNTIL + MINUTE, UNTIL + 2 * MINUTE) is None
            unit.filings.give_back(filing.id, second.fence)
            assert unit.filings.take("here", NOW, UNTIL) is not None

    def test_what_its_holder_knows_is_saved_unless_a_person_wished_or_the_lease_is_lost(
        self, store: Store
    ) -> None:
        with store.write() as unit:
            filing = one(unit)
            first = take(unit)
        tried = replace(first.filing, tries=3, retry_at=NOW)
        with store.write() as unit:
            assert unit.filings.save_known(first.filing, tried, first.fence) == tried
            again = unit.filings.save_known(tried, replace(tried, tries=4), first.fence)
        assert again == replace(tried, tries=4)
        with store.write() as unit:
            asked = unit.filings.ask(filing.id, take_back=True)
        with store.write() as unit:
            assert unit.filings.save_known(again, replace(again, tries=5), first.fence) is None
            assert unit.filings.held(filing.id, first.fence) == asked
            assert unit.filings.save_known(asked, replace(asked, tries=5), first.fence, give_back=True)
        with store.write() as unit:
            second = unit.filings.take("there", NOW, UNTIL)
            assert second is not None
            assert (second.filing.take_back, second.filing.tries) == (True, 5)
        with store.write() as unit:
            assert unit.filings.save_known(second.filing, second.filing, first.fence) is None
            with pytest.raises(ClaimLost):
                unit.filings.held(filing.id, first.fence)
            opened = replace(second.filing, state=FilingState.FINISHING)
        with store.write() as unit, pytest.raises(ClaimLost):
            unit.filings.save_known(second.filing, opened, second.fence)

    def test_what_a_filing_reports_of(self, store: Store) -> None:
        with store.write() as unit:
            filing = one(unit)
            reported = unit.filings.reported(filing.id)
            confirmed = unit.filings.confirmed(filing.id)
            assert reported.revisions == {filing.case_number: confirmed.revision}
            assert reported.batched is (confirmed.draft.batch is not None)
            assert (
                unit.cases.latest_revision(filing.case_number) == unit.cases.get(filing.case_number).revision
            )
            for missing in (unit.filings.reported, unit.cases.latest_revision):
                with pytest.raises(UserError):
                    missing(99)

    def test_the_escalated_first_then_the_oldest_confirmation(self, store: Store) -> None:
        with store.write() as unit:
            number, operator = add_case(unit), person(unit)

            def add(n: int, *, escalated: bool = False) -> int:
                return unit.filings.add(
                    new_filing(
                        number,
                        operator,
                        identities=frozenset({f"uid:{n}"}),
                        confirmed_at=NOW + n * MINUTE,
                        escalated=escalated,
                    )
                ).id

            wanted = [add(3, escalated=True), add(0), add(1)]
            assert [take(unit).filing.id for _ in range(3)] == wanted
            assert unit.filings.take("here", NOW, UNTIL) is None

    def test_nothing_is_due_before_its_time(self, store: Store) -> None:
        with store.write() as unit:
            assert unit.filings.next_due(NOW) is None
            filing = one(unit)
            assert unit.filings.next_due(NOW) == NOW
            leased = take(unit)
            held = replace(
                filing,
                state=FilingState.HELD,
                report_id="1",
                opened_at=NOW,
                hold_until=NOW + 5 * MINUTE,
                files=tuple(replace(f, file_id="f", detailed=True) for f in filing.files),
            )
            unit.filings.save(held, leased.fence)
            unit.filings.give_back(filing.id, leased.fence)
            assert unit.filings.take("here", NOW + 4 * MINUTE, NOW + 9 * MINUTE) is None
            assert unit.filings.next_due(NOW) == NOW + 5 * MINUTE
            asked = unit.filings.ask(filing.id, file_now=True)
            assert asked.file_now
            leased = take(unit)
            assert leased.filing == asked
            waiting = replace(asked, state=FilingState.FINISHING, retry_at=NOW + 8 * MINUTE)
            unit.filings.save(waiting, leased.fence)
            unit.filings.give_back(filing.id, leased.fence)
            assert unit.filings.next_due(NOW) == NOW + 8 * MINUTE
            assert unit.filings.ask(filing.id, try_now=True).retry_at is None
            assert unit.filings.next_due(NOW) == NOW
            leased = take(unit)
            unit.filings.save(replace(leased.filing, state=FilingState.FILED, ended_at=NOW), leased.fence)
            unit.filings.give_back(filing.id, leased.fence)
            assert unit.filings.next_due(NOW) is None
            assert unit.filings.take("here", NOW + timedelta(days=9), NOW + timedelta(days=10)) is None


class TestWishes:
    def test_a_later_save_does_not_overwrite_them(self, store: Store) -> None:
        with store.write() as unit:
            filing = one(unit)
            leased = take(unit)
            assert unit.filings.ask(filing.id, take_back=True).take_back
            stale = replace(leased.filing, state=FilingState.OPENED, report_id="1", opened_at=NOW)
            unit.filings.save(stale, leased.fence)
            kept = unit.filings.get(filing.id)
            assert kept == replace(stale, take_back=True)

    def test_no_report_is_finished_that_was_asked_back(self, store: Store) -> None:
        with store.write() as unit:
            filing = one(unit)
            leased = take(unit)
            unit.filings.ask(filing.id, take_back=True)
            with pytest.raises(ClaimLost, match="take this report back"):
                unit.filings.save(replace(leased.filing, state=FilingState.FINISHING), leased.fence)
            assert unit.filings.get(filing.id).state is FilingState.CONFIRMED

    @pytest.mark.parametrize(
        ("state", "words"),
        [
            (FilingState.FINISHING, "too late"),
            (FilingState.FILED, "is filed"),
            (FilingState.WITHDRAWN, "at an end"),
            (FilingState.REFUSED, "at an end"),
        ],
    )
    def test_too_late_is_said(self, store: Store, state: FilingState, words: str) -> None:
        with store.write() as unit:
            filing = one(unit)
            leased = take(unit)
            unit.filings.save(replace(leased.filing, state=state), leased.fence)
            with pytest.raises(UserError, match=words):
                unit.filings.ask(filing.id, take_back=True)

    def test_what_is_being_taken_back_is_not_filed(self, store: Store) -> None:
        with store.write() as unit:
            filing = one(unit)
            unit.filings.ask(filing.id, take_back=True)
            with pytest.raises(UserError, match="taken back"):
                unit.filings.ask(filing.id, file_now=True)
            with pytest.raises(UserError, match="no filing"):
                unit.filings.ask(99, try_now=True)


class TestJournal:
    def test_intent_then_outcome_once(self, store: Store) -> None:
        with store.write() as unit:
            filing = one(unit)
            entry = unit.filings.intend(filing, Call.SUBMIT, None, "http://127.0.0.1:1", b"<x/>", NOW)
            upload = unit.filings.intend(filing, Call.UPLOAD, 1, "http://127.0.0.1:1", b"", NOW)
        with store.read() as unit:
            first, second = unit.filings.journal(filing.id)
            assert (first.id, first.call, first.sent, first.outcome) == (entry, Call.SUBMIT, b"<x/>", None)
            assert (second.file_index, second.received) == (1, None)
        reply = Reply(
            OutcomeKind.ACCEPTED,
            NOW + MINUTE,
            code=0,
            description="Success",
            http_status=200,
            request_id="r-9",
            body=b"\x00<ok/>",
        )
        lost = Reply(OutcomeKind.UNKNOWN, NOW + MINUTE)
        with store.write() as unit:
            unit.filings.settle(entry, reply)
            unit.filings.settle(upload, lost)
            with pytest.raises(Bug):
                unit.filings.settle(entry, reply)
        with store.read() as unit:
            first, second = unit.filings.journal(filing.id)
            assert (first.outcome, first.outcome_at) == ("accepted", NOW + MINUTE)
            assert (first.http_status, first.code, first.request_id) == (200, 0, "r-9")
            assert first.received == b"\x00<ok/>"
            assert (second.outcome, second.received) == ("unknown", None)


class TestReceipts:
    def test_byte_for_byte_with_its_digest(self, store: Store) -> None:
        body = b"<reportDoneResponse/>\r\n\xff"
        with store.write() as unit:
            filing = one(unit)
            unit.filings.add_receipt(Receipt(filing.id, "4711", NOW, "r-1", body, "made up"))
        with store.read() as unit:
            receipt = unit.filings.receipt(filing.id)
            assert receipt == Receipt(filing.id, "4711", NOW, "r-1", body, hashlib.sha256(body).hexdigest())
            assert unit.filings.receipt(99) is None

    def test_by_the_end_of_their_duty(self, store: Store) -> None:
        with store.write() as unit:
            operator = person(unit)
            kept = []
            for n in range(2):
                number = add_case(unit, f"case-{n}")
                filing = unit.filings.add(new_filing(number, operator, identities=frozenset({f"uid:{n}"})))
                unit.filings.add_receipt(Receipt(filing.id, str(n), NOW - timedelta(days=n), None, b"body"))
                kept.append(number)
        with store.read() as unit:
            assert [number for _, number in unit.filings.receipts()] == kept[::-1]
            early = unit.filings.receipts(until_before=date(2027, 11, 20))
            assert [number for _, number in early] == [kept[1]]
            assert unit.filings.receipts(until_before=date(2027, 11, 19)) == ()
