"""The reporting workflow end to end, one promise after another, on a real desk with the practice service."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from desk.domain.case import SourceKind
from desk.domain.decision import DecisionKind
from desk.domain.errors import AlreadyReported, NotReady, UserError
from desk.domain.filing import FilingState
from desk.domain.incident import TYPE_HELP, IncidentType
from desk.domain.policy import added
from desk.domain.rules import AGENCIES, Contact, Rule
from desk.practice.server_faults import Fault, Kind
from tests.support.settings import kept, put
from tests.support.world import SETTINGS, World, make_template, new_world

CONTACT = Contact("Kim", "Example", "kim@example.com")
RULE = Rule(0, "Child safety, automatic", ("child-safety",), "child-safety-review", CONTACT)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_template(tmp_path_factory.mktemp("workflow-template"))


@pytest.fixture
def desk(made: Path, tmp_path: Path) -> Iterator[World]:
    """A desk with credentials and a policy tree, and no rule yet."""
    with new_world(made, tmp_path, serve=True) as world:
        put(world.configuration, replace(SETTINGS, rules=()))
        yield world


def ruled(desk: World, rule: Rule = RULE) -> Rule:
    """The rule asked for by an administrator and agreed to by a supervisor."""
    asked = desk.desk.rules.ask(desk.admin, rule, "set up").value
    desk.desk.approvals.agree(desk.supervisor, asked.id)
    return kept(desk.configuration).rules[-1]


def confirmed_in_the_queue(desk: World, number: int, policy: str = "child-safety/csam") -> int:
    """As the case page does it from the rule's queue: the violation, the confirmation, and nothing else."""
    claim = desk.claimed(number)
    line = desk.desk.violations.standing(desk.moderator, number).line(policy)
    assert line is not None
    prepared = desk.desk.violations.confirm(desk.moderator, claim, policy, line.proposes).value
    assert prepared.ready
    summary = desk.confirmation.summary(desk.moderator, number)
    return desk.confirmation.confirm(desk.moderator, claim, summary, checked=True).value.id


def sent(desk: World) -> str:
    """Everything that reached the service for good, as text."""
    return json.dumps(desk.finished(), default=str, ensure_ascii=False)


# -- setting it up


def test_the_agency_is_there_and_nothing_has_to_be_added() -> None:
    assert AGENCIES["ncmec"].startswith("NCMEC")


def test_without_credentials_nothing_is_sent_and_the_rest_can_wait(desk: World) -> None:
    desk.credentials.remove(desk.admin, desk.endpoint)
    ruled(desk)
    with pytest.raises(NotReady, match="credentials"):
        desk.agency()


def test_a_rule_holds_name_agency_policies_queue_and_contact(desk: World) -> None:
    found = desk.desk.rules.problems(desk.admin, Rule(0, "", (), "", Contact(), agency=""))
    assert set(found) == {"name", "agency", "policies", "queue", "first_name", "last_name", "email"}
    rule = ruled(desk, replace(RULE, policies=("child-safety", "child-safety/csam")))
    assert (rule.name, rule.agency, len(rule.policies)) == (RULE.name, "ncmec", 2)
    assert (rule.queue, rule.contact, rule.enabled) == (RULE.queue, CONTACT, True)


# -- found by a machine


@pytest.mark.parametrize("source", [SourceKind.AI_DETECTION, SourceKind.HASH_MATCH])
def test_what_a_machine_found_waits_in_the_rules_queue_for_a_person(desk: World, source: SourceKind) -> None:
    rule = ruled(desk)
    case = desk.case("found", files=1, source={"kind": source.value})
    assert case.queue == rule.queue
    assert desk.outbox.step().filing is None
    assert desk.service.reports() == []


def test_confirmed_there_it_is_filed_with_everything_the_case_holds(desk: World) -> None:
    ruled(desk)
    person = {
        "id": "u-4711",
        "screen_name": "practice-user",
        "first_name": "Practice",
        "emails": [{"address": "practice-user@example.com"}],
    }
    case = desk.case("found", files=3, source={"kind": "ai_detection"}, reported=person)
    filing = confirmed_in_the_queue(desk, case.number)
    assert desk.quiet(filing).state is FilingState.FILED
    (report,) = desk.finished()
    assert len(report["files"]) == 3, "media go along by themselves"
    text = sent(desk)
    for part in ("u-4711", "practice-user@example.com", "practice-user", "https://example.com/p/1"):
        assert part in text, part
    assert case.data.incident.occurred_at.strftime("%Y-%m-%dT%H:%M:%S") in text
    assert IncidentType.CSAM.value in text, "the type of the policy that was confirmed"
    assert "kim@example.com" in text, "the rule's contact"


def test_nothing_is_filed_without_a_persons_tick(desk: World) -> None:
    ruled(desk)
    number = desk.case("found", files=1, source={"kind": "ai_detection"}).number
    claim = desk.claimed(number)
    desk.desk.violations.confirm(desk.moderator, claim, "child-safety/csam", IncidentType.CSAM)
    summary = desk.confirmation.summary(desk.moderator, number)
    with pytest.raises(NotReady, match="checked"):
        desk.confirmation.confirm(desk.moderator, claim, summary, checked=False)
    assert desk.service.reports() == []


# -- confirmed by a person anywhere else


@pytest.mark.parametrize("source", ["user_report", "trusted_flagger", "law_enforcement_request",
                                    "proactive_detection"])  # fmt: skip
def test_a_violation_confirmed_in_any_queue_asks_for_its_report(desk: World, source: str) -> None:
    rule = ruled(desk)
    number = desk.case("told", files=1, source={"kind": source}, queue="moderators").number
    standing = desk.desk.violations.standing(desk.moderator, number)
    assert not standing.files_from_here
    asked = standing.line("child-safety/csam")
    assert asked is not None
    assert (asked.rule, asked.proposes) == (rule, IncidentType.CSAM)


def test_the_person_completes_that_report_at_the_desk(desk: World) -> None:
    ruled(desk)
    number = desk.case("told", files=1, queue="moderators").number
    claim = desk.claimed(number)
    desk.desk.violations.confirm(desk.moderator, claim, "child-safety/csam", None)
    view = desk.drafting.open(desk.moderator, number)
    assert view.draft.incident_type is None, "asked to choose; proposed, never chosen for them"
    assert view.proposal is IncidentType.CSAM
    desk.drafting.save(
        desk.moderator, replace(view.draft, incident_type=IncidentType.MOLESTATION), view.saved.version
    )
    summary = desk.confirmation.summary(desk.moderator, number)
    filing = desk.confirmation.confirm(desk.moderator, claim, summary, checked=True).value
    assert desk.quiet(filing.id).state is FilingState.FILED
    assert IncidentType.MOLESTATION.value in sent(desk)


def test_not_reporting_takes_a_reason_that_is_kept(desk: World) -> None:
    ruled(desk)
    number = desk.case("told", files=1).number
    claim = desk.claimed(number)
    with pytest.raises(UserError, match="reason"):
        desk.review.decide(desk.moderator, claim, DecisionKind.VIOLATION_NO_REPORT, policy="child-safety")
    decision = desk.review.decide(
        desk.moderator, claim, DecisionKind.VIOLATION_NO_REPORT, policy="child-safety", reason="[why]"
    ).value
    assert decision.note == "[why]"
    assert "report.declined" in desk.acts()


def test_each_incident_type_says_when_to_use_it() -> None:
    assert len(IncidentType) == 8
    assert all(TYPE_HELP[kind].use for kind in IncidentType)


# -- what a rule covers, and pausing it


def test_a_parent_covers_all_below_it_and_what_is_added_later(desk: World) -> None:
    rule = ruled(desk)
    settings = kept(desk.configuration)
    tree, path = added(settings.policies, "child-safety/csam", "Added later")
    desk.configuration.save(desk.admin, replace(settings, policies=tree))
    case = desk.case("later", files=1, policies=[path], source={"kind": "ai_detection"})
    assert case.queue == rule.queue
    assert desk.quiet(confirmed_in_the_queue(desk, case.number, path)).state is FilingState.FILED
    assert IncidentType.CSAM.value in sent(desk)


def test_a_rule_is_paused_at_any_time_and_what_was_sent_stays(desk: World) -> None:
    rule = ruled(desk)
    done = confirmed_in_the_queue(desk, desk.case("one", files=1, source={"kind": "ai_detection"}).number)
    desk.quiet(done)
    on_its_way = confirmed_in_the_queue(
        desk, desk.case("two", files=1, first=5, source={"kind": "ai_detection"}).number
    )
    before = sent(desk)
    desk.desk.rules.pause(desk.admin, rule.id, "for a while")
    assert sent(desk) == before
    assert desk.quiet(on_its_way).state is FilingState.FILED
    assert desk.filing(done).state is FilingState.FILED
    assert desk.case("three", files=1, first=9, source={"kind": "ai_detection"}).queue == "general"
    desk.desk.rules.enable(desk.admin, rule.id, "")
    four = desk.case("four", files=1, first=13, source={"kind": "ai_detection"})
    assert four.queue == rule.queue


# -- what can't be undone, and never twice


def test_an_accepted_report_can_not_be_taken_back(desk: World) -> None:
    ruled(desk)
    filing = confirmed_in_the_queue(desk, desk.case("found", files=1, source={"kind": "ai_detection"}).number)
    desk.quiet(filing)
    with pytest.raises(UserError):
        desk.outbox.take_back(desk.moderator, filing)


def test_one_who_is_unsure_can_have_it_looked_at_or_take_it_back_before(desk: World) -> None:
    ruled(desk)
    filing = confirmed_in_the_queue(desk, desk.case("found", files=1, source={"kind": "ai_detection"}).number)
    desk.until(filing, FilingState.HELD)
    desk.outbox.take_back(desk.moderator, filing)
    assert desk.quiet(filing).state is FilingState.WITHDRAWN
    assert desk.finished() == []


def test_the_same_content_is_never_reported_twice(desk: World) -> None:
    ruled(desk)
    number = desk.case("found", files=1, source={"kind": "ai_detection"}).number
    desk.quiet(confirmed_in_the_queue(desk, number))
    with pytest.raises(UserError, match="decided already"):
        confirmed_in_the_queue(desk, number)
    again = desk.case("again", files=1, uids=False, account="u-found", queue="moderators")
    twin = desk.case("twin", files=1, uids=False, account="u-found", source={"kind": "hash_match"})
    desk.quiet(confirmed_in_the_queue(desk, twin.number))
    claim = desk.claimed(again.number)
    desk.drafted(again.number, files=tuple(
        replace(choice, include=True) for choice in desk.drafting.open(desk.moderator, again.number).draft.files
    ))  # fmt: skip
    summary = desk.confirmation.summary(desk.moderator, again.number)
    with pytest.raises(AlreadyReported):
        desk.confirmation.confirm(desk.moderator, claim, summary, checked=True)
    assert len(desk.finished()) == 2


@pytest.mark.parametrize("kind", [Kind.HTTP_503, Kind.DROP_AFTER])
def test_a_retry_after_a_failure_files_once(desk: World, kind: Kind) -> None:
    ruled(desk)
    filing = confirmed_in_the_queue(desk, desk.case("found", files=1, source={"kind": "ai_detection"}).number)
    desk.service.set_faults(Fault(kind=kind, endpoint="finish"))
    assert desk.quiet(filing).state is FilingState.FILED
    assert len(desk.finished()) == 1
