"""Reporting rules: asked for by an administrator, agreed to by a supervisor; weaker settings likewise."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from desk.domain.approval import Approval, ApprovalKind
from desk.domain.codec import to_plain
from desk.domain.errors import NotAllowed, NotReady, UserError
from desk.domain.filing import FilingState
from desk.domain.policy import Policy, moved
from desk.domain.roles import Role
from desk.domain.rules import Contact, Rule
from desk.services.changes import Change
from desk.services.configuration import DeskSettings
from desk.services.rules import ReportingRules
from tests.support.settings import kept, put
from tests.support.world import SETTINGS, World

CONTACT = Contact("Kim", "Example", "kim@example.com")
NEW = Rule(0, "Contact", ("child-safety",), "contact", CONTACT)


def rules(world: World) -> ReportingRules:
    return world.desk.rules


def settings(world: World) -> DeskSettings:
    return kept(world.configuration)


def agree(world: World, asked: Approval | None) -> None:
    assert asked is not None
    world.desk.approvals.agree(world.supervisor, asked.id)


def last_facts(world: World) -> tuple[str, dict[str, Any]]:
    entry = world.auditing.entries(world.supervisor, limit=1000)[-1]
    return entry.act, entry.facts


# -- changes of rules


def test_a_new_rule_works_only_when_a_supervisor_agrees(world: World) -> None:
    done = rules(world).ask(world.admin, replace(NEW, name=" Contact "), "wanted")
    assert Change.APPROVALS in done.changes
    assert settings(world) == SETTINGS
    (_, waiting) = rules(world).view(world.admin).lines
    assert (waiting.rule.id, waiting.rule.name, waiting.waits) == (0, "Contact", (done.value,))
    with pytest.raises(NotAllowed):
        world.desk.approvals.agree(world.admin, done.value.id)
    agree(world, done.value)
    added = settings(world).rules[1]
    assert added == replace(NEW, id=2)
    act, facts = last_facts(world)
    assert (act, facts["rule"], facts["approval"]) == ("rule.added", 2, done.value.id)
    assert "kim" not in str(facts).casefold()
    removal = rules(world).ask_removal(world.admin, 2, "not needed").value
    assert len(settings(world).rules) == 2
    agree(world, removal)
    assert settings(world) == SETTINGS
    assert last_facts(world)[0] == "rule.removed"
    agree(world, rules(world).ask(world.admin, NEW, "again").value)
    assert settings(world).rules[1].id == 3, "an id is never given twice: the log speaks of rules by it"


def test_a_changed_rule_waits_and_a_declined_one_changes_nothing(world: World) -> None:
    wanted = replace(SETTINGS.rules[0], queue="other", enabled=False)
    asked = rules(world).ask(world.admin, wanted, "another queue").value
    assert asked.subject["before"]["queue"] == "imagery"
    assert asked.subject["after"]["queue"] == "other"
    assert asked.subject["titles"] == {"child-safety/csam": "Sexual imagery of minors"}
    with pytest.raises(UserError, match="already"):
        rules(world).ask(world.admin, wanted, "once more")
    declined = world.desk.approvals.decline(world.supervisor, asked.id, "not that one").value
    assert declined.note == "not that one"
    assert settings(world) == SETTINGS
    agree(world, rules(world).ask(world.admin, wanted, "another queue").value)
    assert settings(world).rules == (replace(SETTINGS.rules[0], queue="other"),), "whether it runs stays"
    with pytest.raises(UserError, match="Nothing"):
        rules(world).ask(world.admin, settings(world).rules[0], "no change")
    with pytest.raises(UserError, match="reason"):
        rules(world).ask(world.admin, replace(wanted, queue="third"), " ")
    with pytest.raises(UserError, match="no such rule"):
        rules(world).ask_removal(world.admin, 9, "gone")


def test_what_was_asked_on_another_state_is_refused(world: World) -> None:
    before = SETTINGS.rules[0]
    change = rules(world).ask(world.admin, replace(before, queue="other"), "a").value
    removal = rules(world).ask_removal(world.admin, 1, "b").value
    put(world.configuration, replace(SETTINGS, rules=(replace(before, name="Meanwhile"),)))
    for asked in (change, removal):
        with pytest.raises(UserError, match="changed since"):
            agree(world, asked)
    assert [one.approval.id for one in world.desk.approvals.pending(world.supervisor)] == [
        change.id,
        removal.id,
    ]
    put(world.configuration, replace(SETTINGS, rules=()))
    with pytest.raises(UserError, match="changed since"):
        agree(world, change)


def test_a_rule_is_refused_where_its_policy_went_meanwhile(world: World) -> None:
    asked = rules(world).ask(world.admin, NEW, "a").value
    put(world.configuration, replace(SETTINGS, policies=(Policy("other", "Other"),)))
    with pytest.raises(UserError, match="not in the tree"):
        agree(world, asked)


def test_problems_are_said_by_field(world: World) -> None:
    bad = Rule(0, "imagery", ("nowhere",), " ", Contact("", "", "kim.example"), agency="none")
    found = rules(world).problems(world.admin, bad)
    assert set(found) == {"name", "agency", "policies", "queue", "first_name", "last_name", "email"}
    with pytest.raises(NotReady) as told:
        rules(world).ask(world.admin, bad, "why")
    assert {field for field, _, _ in told.value.problems} == set(found)
    rules(world).ask(world.admin, NEW, "first")
    assert "name" in rules(world).problems(world.admin, NEW), "one that waits has its name too"


# -- pausing


def test_a_pause_stops_at_once_and_asks_a_supervisor_to_agree(served: World) -> None:
    sent = served.confirmed(served.case("before", source={"kind": "ai_detection"}).number)
    asked = rules(served).pause(served.admin, 1, "sends cases astray").value
    (rule,) = settings(served).rules
    assert (rule.enabled, rule.stopping, rule.prompts) == (False, True, True)
    assert served.acts()[-1] == "rule.stopped"
    with pytest.raises(UserError, match="paused already"):
        rules(served).pause(served.admin, 1, "again")
    assert served.case("after", first=5, source={"kind": "ai_detection"}).queue == "general"
    agree(served, asked)
    (rule,) = settings(served).rules
    assert (rule.enabled, rule.stopping, rule.prompts) == (False, False, False)
    before = served.filing(sent.id)
    assert before.state is FilingState.CONFIRMED
    filed = served.quiet(sent.id)
    assert filed.state is FilingState.FILED, "what was on its way is not touched"
    (report,) = served.finished()
    assert b"sam@example.com" in str(report).encode()
    enabling = rules(served).enable(served.admin, 1, "mended").value
    assert not settings(served).rules[0].enabled
    agree(served, enabling)
    assert settings(served) == SETTINGS
    with pytest.raises(UserError, match="enabled already"):
        rules(served).enable(served.admin, 1, "again")


@pytest.mark.parametrize("how", ["declined", "withdrawn", "enabled again"])
def test_a_pause_that_is_not_agreed_to_ends(world: World, how: str) -> None:
    asked = rules(world).pause(world.admin, 1, "why").value
    if how == "declined":
        world.desk.approvals.decline(world.supervisor, asked.id, "it has to run")
    elif how == "withdrawn":
        world.desk.approvals.withdraw(world.admin, asked.id)
    else:
        assert rules(world).enable(world.admin, 1, "").value is None
    assert settings(world) == SETTINGS
    assert "rule.resumed" in world.acts()[-3:]
    assert world.desk.approvals.pending(world.supervisor) == ()


def test_declining_anything_else_leaves_the_rule_alone(world: World) -> None:
    asked = rules(world).ask_removal(world.admin, 1, "why").value
    pause = rules(world).pause(world.admin, 1, "why").value
    world.desk.approvals.decline(world.supervisor, asked.id, "no")
    assert settings(world).rules[0].stopping
    put(world.configuration, replace(SETTINGS, rules=()))
    with pytest.raises(UserError, match="changed since"):
        agree(world, pause)
    world.desk.approvals.decline(world.supervisor, pause.id, "gone")
    assert settings(world).rules == ()


def test_stale_pauses_and_enablings(world: World) -> None:
    pause = rules(world).pause(world.admin, 1, "why").value
    put(world.configuration, SETTINGS)
    with pytest.raises(UserError, match="changed since"):
        agree(world, pause)
    put(world.configuration, replace(SETTINGS, rules=(replace(SETTINGS.rules[0], enabled=False),)))
    enabling = rules(world).enable(world.admin, 1, "why").value
    put(world.configuration, SETTINGS)
    with pytest.raises(UserError, match="changed since"):
        agree(world, enabling)


def test_whether_anybody_could_agree_is_told(world: World) -> None:
    assert rules(world).view(world.admin).second_person
    assert not rules(world).view(world.supervisor).second_person
    assert rules(world).view(world.moderator).queues == ("general", "imagery")


# -- weaker settings


def test_what_is_weaker_waits_and_the_rest_is_kept(world: World) -> None:
    wanted = replace(
        SETTINGS,
        hold_minutes=0,
        rest=replace(SETTINGS.rest, daily_cap=5 * 3600.0, break_for=1200.0),
        company=replace(SETTINGS.company, legal_url="https://example.com/legal"),
    )
    assert {one.name for one in world.configuration.weakens(world.admin, wanted).figures} == {
        "hold_minutes",
        "rest.daily_cap",
    }
    with pytest.raises(UserError, match="reason"):
        world.configuration.save(world.admin, wanted)
    assert settings(world) == SETTINGS
    saved = world.configuration.save(world.admin, wanted, "a trial").value
    asked = saved.asked
    assert asked is not None
    assert asked.kind is ApprovalKind.POLICY
    assert asked.subject["figures"] == {"hold_minutes": [5, 0], "rest.daily_cap": [14400.0, 18000.0]}
    assert saved.settings == settings(world)
    assert (settings(world).hold_minutes, settings(world).rest.break_for) == (5, 1200.0)
    assert settings(world).company == wanted.company
    agree(world, asked)
    assert settings(world) == wanted
    assert last_facts(world)[0] == "settings.saved"


def test_stronger_settings_take_effect_at_once(world: World) -> None:
    wanted = replace(SETTINGS, hold_minutes=30, rest=replace(SETTINGS.rest, daily_cap=3600.0))
    assert world.configuration.save(world.admin, wanted).value.asked is None
    assert settings(world) == wanted


def test_a_weaker_setting_asked_for_on_other_ones_is_refused(world: World) -> None:
    asked = world.configuration.save(world.admin, replace(SETTINGS, hold_minutes=0), "why").value.asked
    world.configuration.save(world.admin, replace(SETTINGS, hold_minutes=20))
    with pytest.raises(UserError, match="changed since"):
        agree(world, asked)
    assert settings(world).hold_minutes == 20


def test_a_tree_that_takes_policies_out_of_a_rule_waits(world: World) -> None:
    tree = (*SETTINGS.policies, Policy("spam", "Spam"))
    put(world.configuration, replace(SETTINGS, policies=tree, rules=(replace(NEW, id=1),)))
    before = settings(world)
    moved_away, _ = moved(tree, "child-safety/csam", "spam")
    wanted = replace(before, policies=moved_away)
    assert world.configuration.weakens(world.admin, wanted).uncovered == ("child-safety/csam",)
    asked = world.configuration.save(world.admin, wanted, "they sort it there").value.asked
    assert settings(world) == before
    assert asked is not None
    assert asked.subject["before"] == to_plain(tree)
    agree(world, asked)
    assert settings(world).policies == moved_away
    put(world.configuration, before)
    again = world.configuration.save(world.admin, wanted, "once more").value.asked
    put(world.configuration, replace(before, policies=(*tree, Policy("more", "More"))))
    with pytest.raises(UserError, match="changed since"):
        agree(world, again)


def test_the_first_settings_need_nobody_and_come_once(world: World) -> None:
    with pytest.raises(UserError, match="already"):
        world.configuration.begin(world.admin, SETTINGS)


# -- waiting cases


def test_a_moved_policy_keeps_its_cases_in_the_rule(world: World) -> None:
    tree, path = moved(SETTINGS.policies, "child-safety/csam", None)
    assert path == "csam"
    world.configuration.save(world.admin, replace(SETTINGS, policies=tree))
    found = world.case("by-machine", source={"kind": "hash_match"})
    assert found.data.policies == ("child-safety/csam",)
    assert found.queue == "imagery"


# -- roles


def test_who_may_change_rules(world: World) -> None:
    for who in (world.moderator, world.supervisor):
        for act in (
            lambda: rules(world).ask(who, NEW, "why"),  # noqa: B023
            lambda: rules(world).ask_removal(who, 1, "why"),  # noqa: B023
            lambda: rules(world).pause(who, 1, "why"),  # noqa: B023
            lambda: rules(world).enable(who, 1, "why"),  # noqa: B023
            lambda: rules(world).problems(who, NEW),  # noqa: B023
        ):
            with pytest.raises(NotAllowed):
                act()
    both = world.people.add(world.admin, "Both", frozenset({Role.ADMINISTRATOR, Role.SUPERVISOR})).value
    asked = rules(world).ask(both, NEW, "why").value
    with pytest.raises(NotAllowed, match="yourself"):
        world.desk.approvals.agree(both, asked.id)
