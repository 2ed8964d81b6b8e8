from __future__ import annotations

import hashlib
import threading
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from desk.domain.case import CaseState
from desk.domain.company import Company, Endpoint, EndpointKind
from desk.domain.content import Relevance
from desk.domain.decision import DecisionKind
from desk.domain.errors import AlreadyReported, ClaimLost, NotAllowed, NotReady, StaleDraft
from desk.domain.filing import Filing, FilingState
from desk.domain.roles import Operator
from desk.practice.server_faults import Fault, Kind
from tests.support.clocks import START
from tests.support.settings import put
from tests.support.world import SETTINGS, World, package


def confirm(world: World, number: int, operator: Operator | None = None) -> Filing:
    return world.confirmed(number, operator)


def test_the_bytes_stored_are_the_bytes_shown(world_on_both: World) -> None:
    world = world_on_both
    number = world.case().number
    claim, summary = world.summed(number)
    assert summary.report_sha256 == hashlib.sha256(summary.composed.report_xml).hexdigest()
    world.clock.forward(minutes=3)
    filing = world.confirmation.confirm(world.moderator, claim, summary, checked=True).value
    with world.store.read() as uow:
        kept = uow.filings.confirmed(filing.id)
        assert uow.filings.report_xml(filing.id) == summary.composed.report_xml
        assert [document.details_xml for document in kept.files] == [
            file.details_xml for file in summary.composed.files
        ]
        assert kept.report_sha256 == summary.report_sha256
        assert (kept.endpoint, kept.confirmed_by) == (world.endpoint.url, world.moderator.id)
        assert kept.hold == timedelta(minutes=5)
        assert b'"claimed_viewed"' in kept.summary_json
        case = uow.cases.get(number)
        assert (case.state, case.claim) == (CaseState.REPORTING, None)
        assert uow.cases.decisions(number)[-1].kind is DecisionKind.REPORT
    assert world.acts()[-1] == "filing.confirmed"


def test_what_is_claimed_as_viewed_comes_from_viewings(world: World) -> None:
    number = world.case(files=3).number
    for content_id in ("c1", "c2"):
        world.review.shown(world.moderator, number, content_id, at=world.clock.now(), seconds=1)
    world.drafted(number)
    view = world.drafting.open(world.moderator, number)
    lowered = view.draft.with_choice(replace(view.draft.choice("c2"), lowered=True))
    world.drafting.save(world.moderator, lowered, view.saved.version)
    summary = world.confirmation.summary(world.moderator, number)
    assert [line.claimed_viewed for line in summary.files] == [True, False, False]
    says = [b"<fileViewedByEsp>true<" in file.details_xml for file in summary.composed.files]
    assert says == [True, False, False]


def test_without_the_tick_nothing_is_confirmed(world: World) -> None:
    claim, summary = world.summed(world.case().number)
    with pytest.raises(NotReady, match="checked"):
        world.confirmation.confirm(world.moderator, claim, summary, checked=False)
    assert world.outbox.waiting() == 0


def test_nobody_confirms_what_another_was_shown(world: World) -> None:
    claim, summary = world.summed(world.case().number)
    with pytest.raises(ClaimLost):
        world.confirmation.confirm(world.other, claim, summary, checked=True)
    world.queue.release(world.moderator, claim)
    own = world.claimed(summary.case.number, world.other)
    with pytest.raises(NotReady, match="Somebody else"):
        world.confirmation.confirm(world.other, own, summary, checked=True)
    with pytest.raises(ClaimLost):
        world.confirmation.confirm(world.moderator, claim, summary, checked=True)
    assert world.outbox.waiting() == 0


def change_draft(world: World, summary: Any, tmp_path: Path) -> None:
    changed = replace(summary.draft, additional_info="typed in another window")
    world.drafting.save(world.moderator, changed, summary.version)


def change_case(world: World, summary: Any, tmp_path: Path) -> None:
    world.take_in(package(tmp_path / "b", "case-1", START, files=3))


def change_endpoint(world: World, summary: Any, tmp_path: Path) -> None:
    world.configuration.set_endpoint(
        world.admin, Endpoint(EndpointKind.CUSTOM, "https://proxy.example.com/ispws")
    )


def throw_away(world: World, summary: Any, tmp_path: Path) -> None:
    world.drafting.discard(world.moderator, summary.case.number)


def lose_media(world: World, summary: Any, tmp_path: Path) -> None:
    real = world.store.write

    def without() -> Any:
        entered = real()

        class Unit:
            def __enter__(self) -> Any:
                uow = entered.__enter__()
                uow.cases.media = lambda *_: None  # type: ignore[method-assign]
                return uow

            def __exit__(self, *trouble: Any) -> Any:
                return entered.__exit__(*trouble)

        return Unit()

    world.store.write = without  # type: ignore[method-assign]


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        (change_draft, StaleDraft),
        (change_case, StaleDraft),
        (change_endpoint, NotReady),
        (throw_away, StaleDraft),
        (lose_media, NotReady),
    ],
)
def test_what_changed_since_it_was_shown_is_not_confirmed(
    world: World, tmp_path: Path, change: Any, kind: type[Exception]
) -> None:
    number = world.case().number
    claim, summary = world.summed(number)
    change(world, summary, tmp_path)
    before = world.acts()
    with pytest.raises(kind):
        world.confirmation.confirm(world.moderator, claim, summary, checked=True)
    assert world.outbox.waiting() == 0
    assert world.acts() == before
    with world.store.read() as uow:
        assert uow.cases.get(number).state is CaseState.OPEN


def test_a_claim_on_another_case(world: World) -> None:
    _, summary = world.summed(world.case("case-1").number)
    other = world.claimed(world.case("case-2", first=10).number)
    with pytest.raises(NotReady, match="another case"):
        world.confirmation.confirm(world.moderator, other, summary, checked=True)


def test_what_is_missing_for_a_summary(world: World) -> None:
    number = world.case().number
    with pytest.raises(NotReady, match="no report"):
        world.confirmation.summary(world.moderator, number)
    world.drafting.open(world.moderator, number)
    with pytest.raises(NotReady) as told:
        world.confirmation.summary(world.moderator, number)
    assert "incident_type" in [path for path, _, _ in told.value.problems]
    world.drafted(number)
    with world.store.write() as uow:
        uow.settings.set("endpoint", None)
    with pytest.raises(NotReady, match="endpoint"):
        world.confirmation.summary(world.moderator, number)


def test_one_case_twice(world: World) -> None:
    number = world.case().number
    claim, summary = world.summed(number)
    world.confirmation.confirm(world.moderator, claim, summary, checked=True)
    claim = world.claimed(number)
    with pytest.raises(AlreadyReported):
        world.confirmation.confirm(world.moderator, claim, summary, checked=True)
    assert world.outbox.waiting() == 1


# -- the identity of a piece of content


SAME = {
    "uid": ({"uids": True, "account": "u-1"}, {"uids": True, "account": "u-2"}),
    "account and bytes": ({"uids": False, "account": "u-1"}, {"uids": False, "account": "u-1"}),
}


def twins(world: World, by: str) -> tuple[int, int]:
    if by == "url":
        content = [{"id": "c1", "kind": "url", "url": "https://example.com/p/9"}]
        first = world.case("case-1", files=0, content=content, reported=None)
        second = world.case("case-2", files=0, content=content, reported=None)
        return first.number, second.number
    one, two = SAME[by]
    first = world.case("case-1", files=1, **one)
    second = world.case("case-2", files=1, **two)
    if by == "uid":  # the platform handed the same upload over in another case
        path = package(world.folder.parent / "again", "case-3", world.clock.now(), files=1, **two)
        text = (path / "case.json").read_text().replace("uid-case-3-0", "uid-case-1-0")
        (path / "case.json").write_text(text)
        return first.number, world.take_in(path)[0]
    return first.number, second.number


def include_all(world: World, number: int) -> None:
    """A person insists on what the draft left out because it is reported already."""
    view = world.drafting.open(world.moderator, number)
    files = tuple(replace(choice, include=True) for choice in view.draft.files)
    world.drafting.save(world.moderator, replace(view.draft, files=files), view.saved.version)


@pytest.mark.parametrize("by", ["uid", "account and bytes", "url"])
def test_one_piece_of_content_is_reported_once(served: World, by: str) -> None:
    first, second = twins(served, by)
    filing = confirm(served, first)
    claim, offered = served.summed(second)
    assert offered.files == ()  # what is reported already is left out until a person insists
    include_all(served, second)
    summary = served.confirmation.summary(served.moderator, second)
    assert set(summary.already.values()) == {filing.id}
    for _ in range(2):  # on its way, then filed
        with pytest.raises(AlreadyReported) as told:
            served.confirmation.confirm(served.moderator, claim, summary, checked=True)
        assert told.value.filing_ids == (filing.id,)
        served.quiet(filing.id)
    assert len(served.finished()) == 1
    with served.store.read() as uow:
        assert uow.cases.get(second).state is CaseState.OPEN


@pytest.mark.parametrize("end", [FilingState.WITHDRAWN, FilingState.REFUSED])
def test_free_again_after_it_came_to_nothing(served: World, end: FilingState) -> None:
    first, second = twins(served, "account and bytes")
    filing = confirm(served, first)
    if end is FilingState.WITHDRAWN:
        served.outbox.take_back(served.moderator, filing.id)
    else:
        served.service.set_faults(Fault(kind=Kind.CODE, endpoint="submit", code=4100))
    assert served.quiet(filing.id).state is end
    again = confirm(served, second)
    assert served.quiet(again.id).state is FilingState.FILED
    with pytest.raises(AlreadyReported):
        confirm(served, first)


def test_the_same_bytes_from_another_account_are_another_piece(served: World) -> None:
    first = served.case("case-1", files=1, uids=False, account="u-1")
    second = served.case("case-2", files=1, uids=False, account="u-2")
    one, two = confirm(served, first.number), confirm(served, second.number)
    assert {served.quiet(one.id).state, served.quiet(two.id).state} == {FilingState.FILED}
    assert len(served.finished()) == 2


def test_supplemental_content_blocks_nothing(world: World) -> None:
    first = world.case("case-1", files=2, uids=False, account="u-1")
    world.drafted(first.number)
    view = world.drafting.open(world.moderator, first.number)
    draft = view.draft.with_choice(replace(view.draft.choice("c2"), relevance=Relevance.SUPPLEMENTAL))
    world.drafting.save(world.moderator, draft, view.saved.version)
    summary = world.confirmation.summary(world.moderator, first.number)
    assert len(summary.identities) == 1
    world.confirmation.confirm(world.moderator, world.claimed(first.number), summary, checked=True)
    second = world.case("case-2", files=1, first=1, uids=False, account="u-1")
    assert confirm(world, second.number).state is FilingState.CONFIRMED


def test_two_people_confirm_the_same_content_at_once(world_on_both: World) -> None:
    """The database says that there is one, not a check."""
    world = world_on_both
    pairs = []
    for name, person in (("case-1", world.moderator), ("case-2", world.other)):
        number = world.case(name, files=1, uids=False, account="u-1").number
        pairs.append((person, *world.summed(number, person)))
    barrier = threading.Barrier(2)
    ends: list[str] = []

    def run(person: Operator, claim: Any, summary: Any) -> None:
        barrier.wait(20)
        try:
            world.confirmation.confirm(person, claim, summary, checked=True)
            ends.append("confirmed")
        except AlreadyReported:
            ends.append("already")

    threads = [threading.Thread(target=run, args=pair) for pair in pairs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(ends) == ["already", "confirmed"]
    assert world.outbox.waiting() == 1
    assert world.acts().count("filing.confirmed") == 1


# -- who and how


def test_the_rules_contact_hold_and_warning_are_shown(world: World) -> None:
    number = world.case(
        files=0, content=[{"id": "u", "kind": "url", "url": "https://example.com/"}], reported=None
    ).number
    _, summary = world.summed(number)
    assert summary.rule is not None
    assert summary.rule.name == "Imagery"
    assert b"sam@example.com" in summary.composed.report_xml
    assert (summary.hold, summary.made_at) == (timedelta(minutes=5), world.clock.now())
    assert any("informational" in words for words in summary.warnings)
    put(world.configuration, replace(SETTINGS, rules=()))
    assert world.confirmation.summary(world.moderator, number).company.contact is None


def test_what_is_left_out_is_said(world: World) -> None:
    number = world.case(files=2).number
    world.drafted(number)
    view = world.drafting.open(world.moderator, number)
    draft = view.draft.with_choice(replace(view.draft.choice("c2"), include=False))
    world.drafting.save(world.moderator, draft, view.saved.version)
    summary = world.confirmation.summary(world.moderator, number)
    assert [content.id for content in summary.left_out] == ["c2"]
    assert [line.content.id for line in summary.files] == ["c1"]


def test_a_reported_case_that_grew_can_be_reported_for_what_is_new(served: World) -> None:
    number = served.case("case-1", files=1).number
    served.quiet(confirm(served, number).id)
    served.case("case-1", files=2)  # the platform adds c2
    served.drafted(number)
    include_all(served, number)
    insisting = served.confirmation.summary(served.moderator, number)
    claim = served.claimed(number)
    with pytest.raises(AlreadyReported):
        served.confirmation.confirm(served.moderator, claim, insisting, checked=True)
    view = served.drafting.open(served.moderator, number)
    draft = view.draft.with_choice(replace(view.draft.choice("c1"), include=False))
    served.drafting.save(served.moderator, draft, view.saved.version)
    summary = served.confirmation.summary(served.moderator, number)
    filing = served.confirmation.confirm(
        served.moderator, served.claimed(number), summary, checked=True
    ).value
    assert served.quiet(filing.id).state is FilingState.FILED


def test_what_is_added_while_the_report_is_on_its_way_waits_for_a_person(served: World) -> None:
    number = served.case("case-1", files=1).number
    filing = confirm(served, number)
    served.until(filing.id, FilingState.HELD)
    served.case("case-1", files=2)
    assert served.quiet(filing.id).state is FilingState.FILED
    with served.store.read() as uow:
        assert uow.cases.get(number).state is CaseState.OPEN


def test_roles_and_a_company_without_email(world: World) -> None:
    number = world.case().number
    claim, summary = world.summed(number)
    for act in (
        lambda: world.confirmation.summary(world.admin, number),
        lambda: world.confirmation.confirm(world.admin, claim, summary, checked=True),
    ):
        with pytest.raises(NotAllowed):
            act()
    world.configuration.save(world.admin, replace(SETTINGS, company=Company(name="Example Social")))
    with pytest.raises(NotReady) as told:
        world.confirmation.summary(world.moderator, number)
    assert any("company" in path for path, _, _ in told.value.problems)
