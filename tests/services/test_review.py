"""Review with the real sandboxed previews."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from desk.domain.case import CaseState
from desk.domain.decision import DecisionKind
from desk.domain.errors import ClaimLost, NotAllowed, NotReady, UserError, WorkspaceProblem
from desk.domain.exposure import RestPolicy, RestState
from desk.domain.preview import Blurred, MediaFacts, Metadata, NoPreview, NoPreviewReason, Revealed
from desk.domain.roles import Operator
from desk.domain.viewing import ViewingKind
from desk.media.pool import PreviewPool
from desk.services.viewings import digest_of
from tests.support.settings import put
from tests.support.world import SETTINGS, World, new_world


@pytest.fixture(scope="module")
def pool() -> Iterator[PreviewPool]:
    with PreviewPool(1) as made:
        yield made


@pytest.fixture
def seen(template: Path, tmp_path: Path, pool: PreviewPool) -> Iterator[World]:
    with new_world(template, tmp_path, previewer=pool) as made:
        yield made


def test_blurred_until_a_person_asks(seen: World) -> None:
    number = seen.case().number
    blurred = seen.review.preview(seen.moderator, number, "c1", edge=128)
    assert isinstance(blurred, Blurred)
    facts = seen.review.facts(seen.moderator, number, "c1")
    assert isinstance(facts, MediaFacts)
    claim = seen.claimed(number)
    revealed = seen.review.reveal(seen.moderator, claim, "c1", edge=128)
    assert isinstance(revealed, Revealed)
    # Nothing of it counts as viewed: only what was on the screen does.
    assert not seen.review.open(seen.moderator, number).viewed["c1"].viewed
    seen.review.shown(seen.moderator, number, "c1", at=seen.clock.now(), seconds=1.5)
    view = seen.review.open(seen.moderator, number)
    assert (view.viewed["c1"].viewed, view.viewed["c2"].viewed) == (True, False)
    assert "content.viewed" in seen.acts()


def test_a_display_of_no_time_is_none(world: World) -> None:
    number = world.case().number
    before = world.acts()
    world.review.shown(world.moderator, number, "c1", at=world.clock.now(), seconds=0)
    assert world.acts() == before
    assert not world.review.open(world.moderator, number).viewed["c1"].viewed


def test_a_film_is_viewed_when_all_of_it_was_played(world: World) -> None:
    text = [{"id": "t", "kind": "text", "text": "[practice text]"}]
    number = world.case(files=0, content=text).number
    for start, end in ((0.5, 1.0), (0.0, 0.4)):
        world.review.shown(
            world.moderator,
            number,
            "t",
            at=world.clock.now(),
            seconds=3,
            kind=ViewingKind.READ,
            start=start,
            end=end,
        )
        assert not world.review.open(world.moderator, number).viewed["t"].viewed
    world.review.shown(
        world.other, number, "t", at=world.clock.now(), seconds=3, kind=ViewingKind.READ, start=0.4, end=0.5
    )
    assert world.review.open(world.moderator, number).viewed["t"].viewed


def test_metadata_is_recorded_when_it_is_opened(seen: World) -> None:
    number = seen.case().number
    found = seen.review.metadata(seen.moderator, number, "c1")
    assert isinstance(found, Metadata)
    viewed = seen.review.open(seen.moderator, number).viewed["c1"]
    assert (viewed.metadata, viewed.exif) == (True, False)
    seen.review.shown(seen.moderator, number, "c1", at=seen.clock.now(), seconds=1)
    assert seen.review.open(seen.moderator, number).viewed["c1"].exif


def test_content_without_a_file_has_no_preview(seen: World) -> None:
    text = [{"id": "t", "kind": "text", "text": "[practice text]"}]
    case = seen.case(files=0, content=text)
    who, number = seen.moderator, case.number
    none = NoPreview(NoPreviewReason.NO_FILE, format="text")
    claim = seen.claimed(number)
    assert seen.review.preview(who, number, "t", edge=64) == none
    assert seen.review.stills(who, number, "t", edge=64) == none
    assert seen.review.facts(who, number, "t") == none
    assert seen.review.metadata(who, number, "t") == none
    assert seen.review.reveal(who, claim, "t", edge=64) == none
    assert digest_of(case.data.piece("t"))


def test_a_still_picture_has_no_stills(seen: World) -> None:
    number = seen.case(files=1).number
    assert isinstance(seen.review.stills(seen.moderator, number, "c1", edge=64), tuple | NoPreview)


def test_a_missing_blob_is_said(seen: World) -> None:
    case = seen.case(files=1)
    with seen.store.read() as uow:
        stored = uow.cases.media(case.number, "c1")
    assert stored is not None
    (seen.folder / "vault" / stored.blob[:2] / stored.blob).unlink()
    with pytest.raises(WorkspaceProblem, match="missing from the vault"):
        seen.review.preview(seen.moderator, case.number, "c1", edge=64)


def test_reveal_needs_ones_own_claim(seen: World) -> None:
    number = seen.case(files=1).number
    claim = seen.claimed(number)
    with pytest.raises(ClaimLost):
        seen.review.reveal(seen.other, claim, "c1", edge=64)
    seen.queue.release(seen.moderator, claim)
    with pytest.raises(ClaimLost):
        seen.review.reveal(seen.moderator, claim, "c1", edge=64)


def show(world: World, number: int, seconds: float) -> None:
    world.review.shown(world.moderator, number, "c1", at=world.clock.now(), seconds=seconds)
    world.clock.forward(seconds=seconds)


def test_media_lock_for_a_break_and_open_again(seen: World) -> None:
    policy = RestPolicy(prompt_after=20, break_after=50, break_for=600, daily_cap=200)
    put(seen.configuration, _with_rest(policy))
    number = seen.case(files=1).number
    claim = seen.claimed(number)
    assert seen.review.rest(seen.moderator).state is RestState.CLEAR
    show(seen, number, 20)
    assert seen.review.rest(seen.moderator).state is RestState.PROMPT
    show(seen, number, 30)
    assert seen.review.rest(seen.moderator).state is RestState.BREAK
    with pytest.raises(NotReady, match="break") as told:
        seen.review.reveal(seen.moderator, claim, "c1", edge=64)
    assert "10 min" in told.value.remedy
    assert seen.review.rest(seen.other).state is RestState.CLEAR  # one's own, nobody else's
    assert isinstance(seen.review.preview(seen.moderator, number, "c1", edge=64), Blurred)
    seen.clock.forward(minutes=10)
    assert isinstance(seen.review.reveal(seen.moderator, claim, "c1", edge=64), Revealed)


def test_media_lock_for_the_day(seen: World) -> None:
    policy = RestPolicy(prompt_after=500, break_after=500, break_for=60, daily_cap=100)
    put(seen.configuration, _with_rest(policy))
    number = seen.case(files=1).number
    claim = seen.claimed(number)
    show(seen, number, 100)
    state = seen.review.rest(seen.moderator)
    assert (state.state, state.today) == (RestState.CAPPED, 100)
    with pytest.raises(NotReady, match="limit"):
        seen.review.reveal(seen.moderator, claim, "c1", edge=64)
    seen.clock.forward(hours=36)
    assert seen.review.rest(seen.moderator).state is RestState.CLEAR


def _with_rest(policy: RestPolicy) -> object:
    from dataclasses import replace

    return replace(SETTINGS, rest=policy)


# -- decisions


def test_decided_and_opened_again(world: World) -> None:
    number = world.case().number
    claim = world.claimed(number)
    made = world.review.decide(world.moderator, claim, DecisionKind.NO_VIOLATION, reason="news").value
    assert (made.operator_id, made.revision, made.at) == (world.moderator.id, 1, world.clock.now())
    view = world.review.open(world.moderator, number)
    assert (view.case.state, view.case.claim, view.decisions) == (CaseState.CLOSED, None, (made,))
    world.review.reopen(world.supervisor, number)
    view = world.review.open(world.moderator, number)
    assert (view.case.state, view.decisions) == (CaseState.OPEN, (made,))
    with pytest.raises(UserError):
        world.review.reopen(world.supervisor, number)
    assert world.acts()[-2:] == ["case.decided", "case.reopened"]


def test_escalated_to_a_supervisor(world: World) -> None:
    number = world.case().number
    claim = world.claimed(number)
    with pytest.raises(UserError, match="no decision"):
        world.review.decide(world.moderator, claim, DecisionKind.ESCALATE)
    world.queue.escalate(world.moderator, claim, "is this a parody?")
    assert world.review.open(world.supervisor, number).case.state is CaseState.ESCALATED
    assert world.queue.counts(world.supervisor).escalated == 1
    with pytest.raises(NotAllowed, match="supervisors"):
        world.review.reopen(world.moderator, number)
    world.review.reopen(world.supervisor, number)


def test_decisions_that_are_refused(world: World) -> None:
    number = world.case().number
    claim = world.claimed(number)
    before = world.acts()
    with pytest.raises(UserError, match="confirming"):
        world.review.decide(world.moderator, claim, DecisionKind.REPORT)
    for reason in (None, "  "):
        with pytest.raises(UserError, match="reason"):
            world.review.decide(world.moderator, claim, DecisionKind.VIOLATION_NO_REPORT, reason=reason)
    with pytest.raises(ClaimLost):
        world.review.decide(world.other, claim, DecisionKind.NO_VIOLATION)
    for state in (CaseState.REPORTING, CaseState.REPORTED):
        with world.store.write() as uow:
            uow.cases.set_state(number, state)
        with pytest.raises(UserError):
            world.review.decide(world.moderator, claim, DecisionKind.NO_VIOLATION)
        with pytest.raises(UserError):
            world.review.reopen(world.moderator, number)
    with pytest.raises(UserError):
        world.review.open(world.moderator, 999)
    assert (world.acts(), world.review.open(world.moderator, number).decisions) == (before, ())


def test_the_same_bytes_elsewhere_and_earlier_reports_are_shown(served: World) -> None:
    first = served.case("case-1", files=1)
    filing = served.confirmed(first.number)
    served.quiet(filing.id)
    twin = served.case("case-2", files=1, account="u-case-1")
    view = served.review.open(served.moderator, twin.number)
    (there,) = view.elsewhere["c1"]
    assert (there.case_number, there.filing_id) == (first.number, filing.id)
    done = served.filing(filing.id)
    assert [report_id for report_id, _ in view.prior_reports] == [done.report_id]
    assert view.reported_in == {}  # another upload of the same bytes is not blocked
    own = served.review.open(served.moderator, first.number)
    assert own.reported_in == {"c1": filing.id}
    assert [kept.id for kept in own.filings] == [filing.id]


def test_roles(world: World) -> None:
    number = world.case().number
    claim = world.claimed(number)
    now = world.clock.now()
    acts: list[Callable[[Operator], object]] = [
        lambda who: world.review.open(who, number),
        lambda who: world.review.preview(who, number, "c1", edge=64),
        lambda who: world.review.stills(who, number, "c1", edge=64),
        lambda who: world.review.facts(who, number, "c1"),
        lambda who: world.review.metadata(who, number, "c1"),
        lambda who: world.review.reveal(who, claim, "c1", edge=64),
        lambda who: world.review.shown(who, number, "c1", at=now, seconds=1),
        lambda who: world.review.decide(who, claim, DecisionKind.NO_VIOLATION),
        lambda who: world.review.reopen(who, number),
    ]
    before = world.acts()
    for act in acts:
        with pytest.raises(NotAllowed):
            act(world.admin)
    assert world.acts() == before
