"""Near files in a batch: only by a person's word, who looked at both; kept, shown, withdrawn, never lost."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from desk.domain.batch import to_batch
from desk.domain.case import CaseState
from desk.domain.content import ContentKind, FileAnnotation
from desk.domain.draft import BatchMember
from desk.domain.errors import NotAllowed, NotReady, StaleDraft, UserError
from desk.domain.filing import Filing, FilingState
from desk.domain.hashing import PDQ, MediaHash
from desk.domain.likeness import Agreement
from desk.services import candidates as paging
from desk.services.candidates import Candidates, NearFile
from desk.services.confirmation import Summary
from tests.contracts.test_hashes import VALUE, flipped
from tests.support.world import World

VIRAL = frozenset({FileAnnotation.VIRAL})


def near_case(world: World, name: str, first: int, bits: int) -> int:
    """A case with one picture, whose hash differs by so many bits."""
    case = world.case(name, files=1, first=first)
    with world.store.write() as uow:
        sha256 = case.data.content[0].sha256
        assert sha256
        uow.hashes.put(sha256, PDQ, [MediaHash(flipped(VALUE, bits, seed=first), 90)])
    return case.number


def offer(world: World, number: int) -> Candidates:
    (one,) = world.drafting.batch_candidates(world.moderator, number)
    return one


def look(world: World, number: int, content: str = "c1", operator: object = None, end: float = 1.0) -> None:
    who = operator or world.moderator
    world.review.shown(who, number, content, at=world.clock.now(), seconds=2.0, end=end)  # type: ignore[arg-type]


def agree(world: World, number: int, near: int) -> Agreement:
    look(world, number)
    look(world, near)
    return world.desk.likeness.agree(world.moderator, number, "c1", near, "c1").value


def batch(world: World, number: int) -> Summary:
    """Drafted as a batch with all that may go along, and rendered."""
    world.claimed(number)
    world.drafted(number)
    found = offer(world, number)
    view = world.drafting.open(world.moderator, number)
    members = [case.member for case in found.cases]
    members += [case.member for near in found.near if near.agreement for case in near.cases]
    made = to_batch(view.draft, "c1", members)
    assert made.batch is not None
    draft = replace(made, batch=replace(made.batch, annotations=VIRAL))
    world.drafting.save(world.moderator, draft, view.saved.version)
    return world.confirmation.summary(world.moderator, number)


def confirm(world: World, summary: Summary) -> Filing:
    claim = world.claimed(summary.case.number)
    return world.confirmation.confirm(world.moderator, claim, summary, checked=True).value


def spread(world: World) -> tuple[int, int, int, int]:
    """A case, one with the same file, two of one near file."""
    lead, same = near_case(world, "lead", 0, 0), world.case("same", files=1).number
    return lead, same, near_case(world, "near", 1, 7), world.case("near-2", files=1, first=1).number


def states(world: World, *numbers: int) -> list[CaseState]:
    with world.store.read() as uow:
        return [uow.cases.get(number).state for number in numbers]


def test_a_near_file_is_a_candidate_and_no_more(world: World) -> None:
    lead, same, near, near_2 = spread(world)
    found = offer(world, lead)
    assert [case.case_number for case in found.cases] == [same]
    (file,) = found.near
    assert [case.case_number for case in file.cases] == [near, near_2]
    assert (file.distance, file.agreement, file.own_share, file.near_share) == (7, None, None, None)
    assert {case.near for case in file.cases} == {file.sha256}
    world.claimed(lead)
    world.drafted(lead)
    view = world.drafting.open(world.moderator, lead)
    marked = view.draft.with_choice(replace(view.draft.choice("c1"), annotations=VIRAL))
    draft = to_batch(marked, "c1", [BatchMember(near, "u-near", file.sha256)])
    world.drafting.save(world.moderator, draft, view.saved.version)
    with pytest.raises(NotReady) as caught:
        world.confirmation.summary(world.moderator, lead)
    assert "nobody says that its file is the same picture" in caught.value.problems[0][2]


def test_who_says_so_must_have_looked_at_both(world: World) -> None:
    lead, _, near, _ = spread(world)
    agreeing = world.desk.likeness.agree
    with pytest.raises(NotAllowed):
        agreeing(world.admin, lead, "c1", near, "c1")
    look(world, lead)
    look(world, near, operator=world.other)
    with pytest.raises(NotReady, match="not looked at both"):
        agreeing(world.moderator, lead, "c1", near, "c1")
    assert offer(world, lead).near[0].own_share == 1.0
    look(world, near, end=0.0)
    made = agreeing(world.moderator, lead, "c1", near, "c1").value
    assert sorted([made.one.share, made.other.share]) == [0.0, 1.0]
    assert made.operator_name == "Mo Moderator"
    assert offer(world, lead).near[0].agreement == made
    with pytest.raises(UserError, match="already"):
        agreeing(world.moderator, lead, "c1", near, "c1")
    assert world.acts().count("batch.same_picture") == 1


def test_what_is_not_near_or_of_another_kind_is_refused(world: World) -> None:
    lead, same, near, _ = spread(world)
    far = near_case(world, "far", 3, 60)
    for other in (same, far):
        look(world, lead)
        look(world, other)
        with pytest.raises(UserError, match="not near"):
            world.desk.likeness.agree(world.moderator, lead, "c1", other, "c1")
    film = world.case("film", files=1, first=1, content=film_of(world, near))
    assert film.data.content[0].kind is ContentKind.VIDEO
    assert film.number not in [case.case_number for case in offer(world, lead).near[0].cases]


def film_of(world: World, number: int) -> list[dict[str, str]]:
    with world.store.read() as uow:
        sha256 = uow.cases.get(number).data.content[0].sha256
    assert sha256
    return [{"id": "c1", "kind": "video", "file": "media/0.png", "sha256": sha256}]


def test_a_batch_of_near_files_is_filed_once_for_all(served_on_both: World) -> None:
    world = served_on_both
    numbers = spread(world)
    lead, _same, near, _near_2 = numbers
    agreement = agree(world, lead, near)
    summary = batch(world, lead)
    assert summary.agreements == (agreement,)
    assert len(summary.identities) == 4
    filing = confirm(world, summary)
    assert states(world, *numbers) == [CaseState.REPORTING] * 4
    with world.store.read() as uow:
        kept = json.loads(uow.filings.confirmed(filing.id).summary_json)["same_pictures"]
        assert uow.filings.confirmed(filing.id).identities == summary.identities
    assert [(one["agreement"], one["distance"]) for one in kept] == [(agreement.id, 7)]
    with pytest.raises(UserError, match=f"Filing {filing.id} rests on it"):
        world.desk.likeness.withdraw(world.moderator, agreement.id)
    assert world.quiet(filing.id).state is FilingState.FILED
    assert states(world, *numbers) == [CaseState.REPORTED] * 4
    (report,) = world.finished()
    assert len(report["files"]) == 1
    view = world.review.open(world.moderator, near)
    assert view.reported_in == {"c1": filing.id}
    late = near_case(world, "late", 1, 7)
    assert all(o.filing_id == filing.id for o in world.review.open(world.moderator, late).elsewhere["c1"])
    with pytest.raises(UserError, match="rests on it"):
        world.desk.likeness.withdraw(world.moderator, agreement.id)


def test_taken_back_it_frees_all_and_the_word_can_be_withdrawn(served: World) -> None:
    numbers = spread(served)
    agreement = agree(served, numbers[0], numbers[2])
    filing = confirm(served, batch(served, numbers[0]))
    served.until(filing.id, FilingState.HELD)
    served.outbox.take_back(served.moderator, filing.id)
    assert served.quiet(filing.id).state is FilingState.WITHDRAWN
    assert states(served, *numbers) == [CaseState.OPEN] * 4
    served.desk.likeness.withdraw(served.other, agreement.id)
    assert "batch.same_picture_withdrawn" in served.acts()
    with pytest.raises(NotReady):
        served.confirmation.summary(served.moderator, numbers[0])


def test_withdrawn_between_reading_and_confirming(world: World) -> None:
    numbers = spread(world)
    agreement = agree(world, numbers[0], numbers[2])
    summary = batch(world, numbers[0])
    world.desk.likeness.withdraw(world.other, agreement.id)
    with pytest.raises(StaleDraft, match="no more"):
        confirm(world, summary)
    assert states(world, *numbers) == [CaseState.OPEN] * 4


def test_any_number_of_accounts_a_page_at_a_time(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paging, "PAGE", 3)
    lead, _, _, _ = spread(world)
    more = [world.case(f"more-{n}", files=1).number for n in range(7)]
    found = offer(world, lead)
    got = list(found.cases)
    following = found.next
    while following is not None:
        cases, following = world.drafting.more_candidates(world.moderator, lead, "c1", following)
        got += cases
    assert [case.case_number for case in got][-7:] == more
    assert len(got) == 8
    (file,) = found.near
    assert isinstance(file, NearFile)
    assert file.next is None
    near, _ = world.drafting.more_candidates(world.moderator, lead, "c1", 0, near=file.sha256)
    assert near == file.cases
