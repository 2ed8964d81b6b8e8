"""Hooks against a real server on this computer, faults included: asked, told, retried, never in the way."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

import httpx
import pytest

from desk.domain.account import Email
from desk.domain.case import CaseState
from desk.domain.decision import DecisionKind
from desk.domain.errors import NotAllowed, UserError
from desk.domain.filing import FilingState
from desk.domain.hooks import MOST_TRIES, HookKind, HookSettings, HookState
from desk.domain.preservation import preserve_until
from desk.services.changes import Change
from desk.system import hooks as client
from tests.services import test_likeness as likeness
from tests.support.hooked import SECRET, Platform, answer, platform
from tests.support.world import World

PEOPLE = {
    "reported": {
        "id": "u-case-1",
        "screen_name": "another name",
        "first_name": "A.",
        "emails": [{"address": "a@example.com"}],
        "ip_events": [{"ip": "192.0.2.7", "port": 51812, "at": "2026-01-02T03:04:05Z", "event": "Upload"}],
    },
    "victims": [{"id": "v-1", "age": 12}],
    "content": [{"id": "c1", "ip_event": {"ip": "192.0.2.8", "port": 9}}],
}


@pytest.fixture
def hooked() -> Iterator[Platform]:
    with platform() as made:
        yield made
        assert made.wrong == []


def on(world: World, hooked: Platform, **what: bool) -> None:
    world.desk.hooks.save(
        world.admin, HookSettings(hooked.url, **({"enrich": True, "filed": True} | what)), SECRET
    )


def call_of(world: World, number: int, kind: HookKind = HookKind.ENRICH) -> tuple[HookState, int, str]:
    with world.store.read() as uow:
        found = uow.hooks.of_case(number, kind)
    assert found is not None
    return found.state, found.tries, found.words


def ask(world: World, number: int) -> bool:
    return world.desk.hooks.ask(world.moderator, number).value


def test_people_are_filled_in_and_nothing_is_overwritten(world: World, hooked: Platform) -> None:
    hooked.answers = [answer(**PEOPLE)]
    number = world.case().number
    assert not ask(world, number)  # no hook is set
    on(world, hooked)
    assert ask(world, number)
    assert not ask(world, number)
    changes = world.desk.hooks.run().changes
    assert Change.CASE in changes
    case = world.review.open(world.moderator, number).case
    assert case.revision == 2
    reported = case.data.reported
    assert reported is not None
    assert (reported.screen_name, reported.first_name) == ("practice-user", "A.")  # its own name stays
    assert reported.emails == (Email("a@example.com"),)
    assert [event.port for event in reported.ip_events] == [51812]
    assert case.data.victims[0].age == 12
    assert case.data.content[0].ip_event is not None
    (told,) = case.data.extra["desk_enrichment"]
    assert told["from"] == "127.0.0.1"
    assert "reported.first_name" in told["added"]
    assert "case.enriched" in world.acts()
    assert world.desk.accounts.find(world.moderator, "a@example.com") == ("u-case-1",)
    (asked,) = hooked.calls
    assert asked["reported"] == "u-case-1"
    assert asked["content"][0] == {"id": "c1", "uid": "uid-case-1-0"}
    assert not ask(world, number)  # its own answer asks for nothing further
    draft = world.drafting.open(world.moderator, number).draft
    assert draft.reported == reported
    assert world.intake.take_in(
        [world.folder.parent / "packages" / "case-1"], world.moderator
    ).value.unchanged
    assert call_of(world, number) == (HookState.DONE, 1, "5 added.")


def test_a_draft_that_was_begun_takes_it_in(world: World, hooked: Platform) -> None:
    hooked.answers = [answer(**PEOPLE)]
    number = world.case().number
    on(world, hooked)
    world.drafted(number)
    ask(world, number)
    world.desk.hooks.run()
    draft = world.drafting.open(world.moderator, number).draft
    assert draft.reported is not None
    assert draft.reported.first_name == "A."
    assert draft.incident_type is not None


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ((500, b""), "HTTP 500"),
        ((302, b""), "redirect"),
        ("drop", "connection was lost"),
        ((200, b"<html>"), "not JSON"),
        (answer(reported={"id": "u-case-1", "surname": "x"}), "surname"),
        (answer(reported={"id": "somebody-else"}), "another account"),
        ((200, b"[" * 100_000), "can't be used"),
        ((200, b" " * 1_000_001), "too large"),
    ],
)
def test_faults_are_seen_and_tried_again(world: World, hooked: Platform, fault: object, words: str) -> None:
    hooked.answers = [fault, answer(**PEOPLE)]
    number = world.case().number
    on(world, hooked)
    ask(world, number)
    world.desk.hooks.run()
    state, tries, said = call_of(world, number)
    assert (state, tries) == (HookState.WAITING, 1)
    assert words in said
    assert world.review.open(world.moderator, number).case.revision == 1
    assert world.desk.hooks.run().value == 0  # not before its time
    (trouble,) = world.desk.hooks.view(world.admin).troubled
    assert trouble.words == said
    world.clock.forward(seconds=10)
    assert world.desk.hooks.run().value == 1
    assert call_of(world, number)[0] is HookState.DONE
    assert len({call["call"] for call in hooked.calls}) == 1  # the platform can tell a repeat
    assert world.desk.hooks.view(world.admin).troubled == ()


def test_silence_ends(world: World, hooked: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "TIMES", httpx.Timeout(0.2))
    hooked.answers = ["silent"]
    number = world.case().number
    on(world, hooked)
    ask(world, number)
    world.desk.hooks.run()
    assert "did not answer in time" in call_of(world, number)[2]


def test_an_enrichment_is_given_up_and_can_be_asked_for_again(world: World, hooked: Platform) -> None:
    hooked.answers = [(503, b"")]
    number = world.case().number
    on(world, hooked)
    ask(world, number)
    for _ in range(MOST_TRIES):
        world.desk.hooks.run()
        world.clock.forward(seconds=3600)
    assert call_of(world, number)[:2] == (HookState.FAILED, MOST_TRIES)
    hooked.answers = [(404, b"")]
    found = world.desk.hooks.state(world.moderator, number)
    assert found is not None
    world.desk.hooks.again(world.moderator, found.id)
    world.desk.hooks.run()
    assert call_of(world, number) == (HookState.DONE, 1, "The platform knows nothing further.")
    with pytest.raises(UserError):
        world.desk.hooks.again(world.admin, found.id)


def test_what_is_decided_meanwhile_is_left_alone(world: World, hooked: Platform) -> None:
    number = world.case().number
    on(world, hooked)
    ask(world, number)
    world.review.decide(world.moderator, world.claimed(number), DecisionKind.NO_VIOLATION)
    world.desk.hooks.run()
    assert hooked.calls == []
    assert call_of(world, number)[0] is HookState.DROPPED
    assert not ask(world, number)


def test_the_platform_is_told_what_was_filed(served: World, hooked: Platform) -> None:
    world = served
    before = world.case("before", files=1)
    world.quiet(world.confirmed(before.number).id)
    world.clock.forward(seconds=5)
    on(world, hooked, enrich=False)
    hooked.answers = ["drop", (500, b""), (200, b"")]
    number = world.case("told", files=2, first=3).number
    filing = world.quiet(world.confirmed(number).id)
    assert filing.state is FilingState.FILED  # whatever the hook does
    for _ in range(4):
        world.desk.hooks.run()
        world.clock.forward(seconds=60)
    assert call_of(world, number, HookKind.FILED)[0] is HookState.DONE
    told = hooked.calls[-1]
    assert told["report_id"] == filing.report_id
    (case,) = told["cases"]
    assert (case["case"], case["account"]) == ("told", "u-told")
    assert [piece["uid"] for piece in case["content"]] == ["uid-told-0", "uid-told-1"]
    with world.store.read() as uow:
        receipt = uow.filings.receipt(filing.id)
    assert receipt is not None
    assert told["preserve_until"] == preserve_until(receipt.at).isoformat()
    assert len(hooked.calls) == 3  # not of what was filed before, and once
    assert not ask(world, number)


def test_a_batch_is_told_with_all_its_cases(served: World, hooked: Platform) -> None:
    numbers = likeness.spread(served)
    likeness.agree(served, numbers[0], numbers[2])
    on(served, hooked)
    hooked.answers = [(200, b"{}")]
    served.quiet(likeness.confirm(served, likeness.batch(served, numbers[0])).id)
    served.desk.hooks.run()
    told = hooked.calls[-1]
    assert [case["account"] for case in told["cases"]] == ["u-lead", "u-same", "u-near", "u-near-2"]
    assert [len(case["content"]) for case in told["cases"]] == [1, 1, 1, 1]


def test_settings_keep_the_secret_to_the_keyring(world: World, hooked: Platform) -> None:
    hooks = world.desk.hooks
    with pytest.raises(NotAllowed):
        hooks.save(world.moderator, HookSettings(hooked.url), SECRET)
    for url in (
        "http://hooks.example.com/",
        "https://me:pw@example.com/",
        "no url",
        "https://example.com/#x",
    ):
        with pytest.raises(UserError):
            hooks.save(world.admin, HookSettings(url, enrich=True), SECRET)
    with pytest.raises(UserError, match="no secret"):
        hooks.save(world.admin, HookSettings(hooked.url, enrich=True))
    with pytest.raises(UserError, match="characters"):
        hooks.save(world.admin, HookSettings(hooked.url, enrich=True), "short")
    with pytest.raises(UserError, match="No hook"):
        hooks.test(world.admin)
    on(world, hooked)
    assert "answered" in hooks.test(world.admin)
    assert hooked.calls[0]["kind"] == "test"
    hooked.answers = [(401, b"")]
    with pytest.raises(UserError, match="HTTP 401"):
        hooks.test(world.admin)
    view = hooks.view(world.admin)
    assert (view.secret, view.settings.since) == (True, world.clock.now())
    with world.store.read() as uow:
        kept = json.dumps(uow.settings.get("hooks"))
        entries = b"".join(row.entry for row in uow.audit.rows(0, 1000))
    assert SECRET not in kept
    assert SECRET.encode() not in entries
    hooks.save(world.admin, replace(view.settings, enrich=False, filed=False))
    assert hooks.run().value == 0


def test_a_second_revision_of_the_platform_is_asked_about_again(world: World, hooked: Platform) -> None:
    hooked.answers = [answer(**PEOPLE)]
    number = world.case().number
    on(world, hooked)
    ask(world, number)
    world.desk.hooks.run()
    assert world.case(summary="more is known").revision == 3
    assert ask(world, number)
    world.desk.hooks.run()
    case = world.review.open(world.moderator, number).case
    assert case.data.reported is not None
    assert (case.revision, case.data.reported.first_name, case.state) == (4, "A.", CaseState.OPEN)
    assert not ask(world, number)
