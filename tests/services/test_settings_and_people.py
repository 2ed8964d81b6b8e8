"""Configuration, people and preservation."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from desk.domain.company import PRODUCTION_URL, TEST_URL, Endpoint, EndpointKind
from desk.domain.endpoint import endpoint as endpoint_of
from desk.domain.errors import NotAllowed, UserError
from desk.domain.filing import FilingState
from desk.domain.policy import Policy
from desk.domain.roles import Role
from desk.domain.rules import Contact, Rule
from desk.services.configuration import MAX_HOLD_MINUTES, DeskSettings
from tests.support.world import SETTINGS, World

MODERATOR = frozenset({Role.MODERATOR})


@pytest.mark.parametrize(
    ("text", "kind", "url"),
    [
        ("production", EndpointKind.PRODUCTION, PRODUCTION_URL),
        ("test", EndpointKind.TEST, TEST_URL),
        (PRODUCTION_URL + "/", EndpointKind.PRODUCTION, PRODUCTION_URL),
        (TEST_URL, EndpointKind.TEST, TEST_URL),
        ("https://proxy.example.com/ispws/", EndpointKind.CUSTOM, "https://proxy.example.com/ispws"),
        ("http://127.0.0.1:8080/ispws", EndpointKind.CUSTOM, "http://127.0.0.1:8080/ispws"),
        ("http://[::1]:8080/ispws", EndpointKind.CUSTOM, "http://[::1]:8080/ispws"),
    ],
)
def test_endpoints(text: str, kind: EndpointKind, url: str) -> None:
    assert endpoint_of(text) == Endpoint(kind, url)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "productoin",
        "http://proxy.example.com/ispws",
        "ftp://127.0.0.1/",
        "https://",
        "https://user:secret@example.com/ispws",
        "https://example.com/ispws?key=secret",
        "https://example.com/ispws#x",
        "https://[::1",
        "http://127.0.0.1:99999/ispws",
        "http://127.0.0.1.example.com/",
    ],
)
def test_no_endpoints(text: str) -> None:
    with pytest.raises(UserError) as told:
        endpoint_of(text)
    assert "secret" not in told.value.words()


def test_settings_are_kept_whole(world_on_both: World) -> None:
    world = world_on_both
    changed = replace(
        SETTINGS, hold_minutes=9, company=replace(SETTINGS.company, legal_url="https://example.com/l")
    )
    world.configuration.save(world.admin, changed)
    assert world.configuration.settings(world.moderator) == changed
    entry = world.auditing.entries(world.supervisor, limit=1000)[-1]
    assert (entry.act, entry.facts) == ("settings.saved", {"changed": "company,hold_minutes"})


@pytest.mark.parametrize(
    "bad",
    [
        replace(SETTINGS, hold_minutes=-1),
        replace(SETTINGS, hold_minutes=MAX_HOLD_MINUTES + 1),
        replace(SETTINGS, policies=(Policy("a", "A"), Policy("a", "B"))),
        replace(SETTINGS, policies=(Policy("a", " "),)),
        replace(SETTINGS, policies=(Policy("a//b", "B"),)),
        replace(SETTINGS, rules=()),
        replace(SETTINGS, rules=(Rule(1, " ", ("a",), "q", Contact()),)),
        replace(SETTINGS, rules=(Rule(1, "R", (), "q", Contact()),)),
    ],
)
def test_settings_that_are_refused(world: World, bad: DeskSettings) -> None:
    with pytest.raises(UserError):
        world.configuration.save(world.admin, bad)
    assert world.configuration.settings(world.moderator) == SETTINGS


def test_the_endpoint_changes_only_with_an_empty_outbox(served: World) -> None:
    filing = served.confirmed(served.case().number)
    other = Endpoint(EndpointKind.TEST, TEST_URL)
    with pytest.raises(UserError, match="on their way"):
        served.configuration.set_endpoint(served.admin, other)
    served.configuration.set_endpoint(served.admin, served.endpoint)  # the same again is no change
    served.until(filing.id, FilingState.HELD)
    with pytest.raises(UserError, match="on their way"):
        served.configuration.set_endpoint(served.admin, other)
    served.quiet(filing.id)
    served.configuration.set_endpoint(served.admin, other)
    assert served.configuration.endpoint() == other


def test_who_may_change_settings(world: World) -> None:
    for who in (world.moderator, world.supervisor):
        for act in (
            lambda: world.configuration.save(who, SETTINGS),  # noqa: B023
            lambda: world.configuration.weakens(who, SETTINGS),  # noqa: B023
            lambda: world.configuration.begin(who, SETTINGS),  # noqa: B023
            lambda: world.configuration.set_endpoint(who, world.endpoint),  # noqa: B023
            lambda: world.people.add(who, "New", MODERATOR),  # noqa: B023
        ):
            with pytest.raises(NotAllowed):
                act()


# -- people


def test_people(world: World) -> None:
    added = world.people.add(world.admin, "  Noor New ", MODERATOR, "noor@example.com").value
    assert (added.name, added.roles) == ("Noor New", MODERATOR)
    assert added in world.people.all()
    assert world.acts()[-1] == "people.added"
    for name, roles in ((" ", MODERATOR), ("Nobody", frozenset())):
        with pytest.raises(UserError):
            world.people.add(world.admin, name, roles)
    with pytest.raises(UserError, match="already"):
        world.people.first("Second first", frozenset(Role))
    with pytest.raises(UserError, match="name"):
        world.people.first("  ", frozenset(Role))


def test_two_people_of_one_name(world: World) -> None:
    """The command line names people: a second one of the same name could not be told apart."""
    before = len(world.people.all())
    with pytest.raises(UserError):
        world.people.add(world.admin, "Mo Moderator", MODERATOR)
    assert len(world.people.all()) == before


# -- preservation


def test_a_year_from_the_receipt(served: World) -> None:
    assert served.preservation.list(served.supervisor) == []
    for index in range(2):
        served.quiet(served.confirmed(served.case(f"case-{index}", first=9 * index).number).id)
        served.clock.forward(hours=48)
    first, second = served.preservation.list(served.moderator)
    assert (first.until, second.until) == (date(2027, 11, 20), date(2027, 11, 22))
    assert (first.case_number, first.days_left(date(2026, 11, 20))) == (1, 365)
    with pytest.raises(NotAllowed):
        served.preservation.list(served.admin)
