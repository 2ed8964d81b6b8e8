from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from desk.domain.errors import NotAllowed, StaleDraft
from desk.domain.incident import IncidentType
from desk.domain.roles import Operator
from desk.services.changes import Change
from tests.support.clocks import START
from tests.support.world import World, package


def test_every_change_is_kept_as_a_version(world_on_both: World) -> None:
    world = world_on_both
    number = world.case().number
    view = world.drafting.open(world.moderator, number)
    assert (view.saved.version, view.draft.revision) == (1, 1)
    assert world.drafting.saved_at(number) == world.clock.now()
    draft, version = view.draft, view.saved.version
    for text in ("a", "ab", "abc"):
        world.clock.forward(seconds=1)
        draft = replace(draft, additional_info=text)
        done = world.drafting.save(world.moderator, draft, version)
        assert done.changes == {Change.DRAFT}
        assert (done.value.version, done.value.saved_at) == (version + 1, world.clock.now())
        version = done.value.version
    again = world.drafting.open(world.other, number)
    assert (again.draft, again.saved.version) == (draft, version)
    assert world.acts().count("draft.begun") == 1


def test_what_another_window_changed_is_not_overwritten(world_on_both: World) -> None:
    world = world_on_both
    number = world.case().number
    view = world.drafting.open(world.moderator, number)
    mine, theirs = replace(view.draft, additional_info="mine"), replace(view.draft, additional_info="theirs")
    world.drafting.save(world.other, theirs, view.saved.version)
    with pytest.raises(StaleDraft):
        world.drafting.save(world.moderator, mine, view.saved.version)
    assert world.drafting.open(world.moderator, number).draft == theirs


def test_the_type_is_proposed_and_never_chosen(world: World) -> None:
    view = world.drafting.open(world.moderator, world.case(policies=["child-safety/csam/known"]).number)
    assert (view.proposal, view.proposal_policy) == (IncidentType.CSAM, "child-safety/csam/known")
    assert view.draft.incident_type is None
    assert "incident_type" in [problem.path for problem in world.drafting.check(view.draft, view).problems]
    other = world.drafting.open(world.moderator, world.case("other", policies=["spam"]).number)
    assert (other.proposal, other.proposal_policy) == (None, None)


def test_checked_as_it_is_typed(world: World) -> None:
    view = world.drafting.open(world.moderator, world.case().number)
    good = replace(view.draft, incident_type=IncidentType.CSAM)
    checked = world.drafting.check(good, view)
    assert checked.problems == ()
    bad = world.drafting.check(replace(good, platform="x" * 300), view)
    assert [problem.path for problem in bad.problems] == ["platform"]
    seen = {key: replace(value, viewed=True) for key, value in view.viewed.items()}
    assert world.drafting.check(good, view, seen).completeness.score >= checked.completeness.score
    info = world.drafting.field("platform")
    assert info is not None
    assert info.max_length == 256
    assert world.drafting.field("no_such_field") is None


def test_a_draft_grows_with_its_case(world: World, tmp_path: Path) -> None:
    number = world.case("case-1", files=1).number
    view = world.drafting.open(world.moderator, number)
    typed = replace(view.draft, incident_type=IncidentType.CSAM, platform="What somebody typed")
    world.drafting.save(world.moderator, typed, view.saved.version)
    world.take_in(
        package(
            tmp_path / "b",
            "case-1",
            START,
            files=3,
            incident={"occurred_at": START.isoformat().replace("12:00", "09:00"), "platform": "Renamed"},
        )
    )
    grown = world.drafting.open(world.moderator, number)
    assert (grown.draft.revision, grown.saved.version) == (2, 3)
    assert [choice.content_id for choice in grown.draft.files] == ["c1", "c2", "c3"]
    assert (grown.draft.incident_type, grown.draft.platform) == (IncidentType.CSAM, "What somebody typed")
    assert grown.draft.occurred_at.hour == 9  # nobody had touched it: it follows the platform
    assert "draft.grown" in world.acts()
    assert world.drafting.open(world.moderator, number).saved.version == 3


def test_thrown_away(world: World) -> None:
    number = world.case().number
    world.drafting.open(world.moderator, number)
    world.drafting.discard(world.moderator, number)
    assert world.drafting.saved_at(number) is None
    assert not world.review.open(world.moderator, number).has_draft
    assert world.drafting.open(world.moderator, number).saved.version >= 1


def test_earlier_reports_about_the_account_are_offered(served: World) -> None:
    filing = served.quiet(served.confirmed(served.case("case-1", account="u-1").number).id)
    view = served.drafting.open(served.moderator, served.case("case-2", account="u-1").number)
    assert view.prior_reports == (int(filing.report_id or 0),)


def test_roles(world: World) -> None:
    number = world.case().number
    view = world.drafting.open(world.moderator, number)
    acts: list[Callable[[Operator], object]] = [
        lambda who: world.drafting.open(who, number),
        lambda who: world.drafting.save(who, view.draft, view.saved.version),
        lambda who: world.drafting.discard(who, number),
    ]
    before = world.acts()
    for act in acts:
        with pytest.raises(NotAllowed):
            act(world.admin)
    assert world.acts() == before


def test_a_further_report_leaves_out_what_is_filed_and_names_the_earlier_one(served: World) -> None:
    number = served.case().number
    filed = served.quiet(served.confirmed(number).id)
    grown = package(served.folder.parent / "later", "case-1", served.clock.now(), files=3)
    served.intake.take_in([grown], served.admin)
    view = served.drafting.open(served.moderator, number)
    assert {choice.content_id: choice.include for choice in view.draft.files} == {
        "c1": False,
        "c2": False,
        "c3": True,
    }
    assert view.draft.reported is not None
    assert filed.report_id is not None
    assert int(filed.report_id) in view.draft.reported.prior_reports
