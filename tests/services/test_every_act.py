"""Every public method of every service against every role, from one table that must be complete.

A window that hides a button is no guard: each service asks for the role itself, before it looks at anything
else. A NEW METHOD NEEDS A ROW in ``TABLE`` below, under ``service.method`` as it is reached from Desk:

* a text of the letters M, S, A: the roles that may (moderator, supervisor, administrator), for methods that
  take an Operator (their parameter is annotated so); or
* ``Open("why")`` for methods that ask nobody's role, with the reason why that is safe.

The test calls the method with an operator of one role and a placeholder for everything else. NotAllowed is a
refusal; any other end means that the role was let through. So the check has to come first.
"""

from __future__ import annotations

import dataclasses
import inspect
import typing
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from desk.domain.errors import NotAllowed
from desk.domain.roles import Operator, Role
from desk.services.desk import Desk
from tests.support.world import World, new_world

LETTERS = {"M": Role.MODERATOR, "S": Role.SUPERVISOR, "A": Role.ADMINISTRATOR}


@dataclass(frozen=True)
class Open:
    """No role is asked; ``why`` that is safe. ``everybody``: it takes an operator, and any may."""

    why: str
    everybody: bool = False


READ_ONLY_NUMBER = Open("a number or a state of the machine; nothing of a case, nobody's name")
INSIDE = Open("a part of the desk's own work on what a person confirmed, without a person's wish in it")
PURE = Open("works on what the caller holds already; reads and writes nothing")
OWN = Open("one's own sign-in, with one's own password", everybody=True)
BEFORE = Open("before anybody is signed in: it is how one becomes an operator")
SETTINGS_SHOWN = Open("settings that every page needs; they hold no secret")

TABLE: dict[str, str | Open] = {
    # intake: None stands for the desk itself, whoever started it holds the workspace's key
    "intake.take_in": "MSA",
    "intake.sweep": INSIDE,
    "intake.one": INSIDE,
    "queue.page": "MS",
    "queue.counts": "MS",
    "queue.claim": "MS",
    "queue.next_case": "MS",
    "queue.renew": "MS",
    "queue.release": "MS",
    "queue.snooze": "MS",
    "review.open": "MS",
    "review.preview": "MS",
    "review.stills": "MS",
    "review.facts": "MS",
    "review.metadata": "MS",
    "review.reveal": "MS",
    "review.play": "MS",
    "review.listen": "MS",
    "review.speaker": Open("the sound device of this computer; what it plays comes from review.listen"),
    "review.waveform": "MS",
    "review.keyframes": "MS",
    "review.shown": "MS",
    "review.rest": Open("one's own time of viewing", everybody=True),
    "review.decide": "MS",
    "review.reopen": "MS",
    "drafting.open": "MS",
    "drafting.save": "MS",
    "drafting.batch_candidates": "MS",
    "drafting.check": PURE,
    "drafting.field": PURE,
    "drafting.discard": "MS",
    "drafting.saved_at": READ_ONLY_NUMBER,
    "confirmation.summary": "MS",
    "confirmation.confirm": "MS",
    "outbox.rows": "MSA",
    "outbox.filed": "MS",
    "outbox.waiting": READ_ONLY_NUMBER,
    "outbox.story": "MS",
    "outbox.progress": READ_ONLY_NUMBER,
    "outbox.connection": READ_ONLY_NUMBER,
    "outbox.take_back": "MS",
    "outbox.file_now": "MS",
    "outbox.try_now": "MS",
    "outbox.next_due": READ_ONLY_NUMBER,
    "outbox.step": INSIDE,
    "outbox.run": INSIDE,
    "outbox.drain": INSIDE,
    "auditing.head": "S",
    "auditing.entries": "S",
    "auditing.verify": "S",
    "auditing.export": "S",
    "preservation.list": "MS",
    "people.all": Open("names and roles, which every page shows beside acts"),
    "people.first": Open("only while there is nobody"),
    "people.add": "A",
    "people.change": "A",
    "people.set_active": "A",
    "configuration.settings": "MSA",
    "configuration.network": Open("the way to the service, for the one who makes its client"),
    "configuration.begin": "A",
    "configuration.weakens": "A",
    "configuration.endpoint": SETTINGS_SHOWN,
    "configuration.set_endpoint": "A",
    "configuration.save": "A",
    "rules.view": "MSA",
    "rules.problems": "A",
    "rules.usage": "A",
    "rules.ask": "A",
    "rules.ask_removal": "A",
    "rules.pause": "A",
    "rules.enable": "A",
    "rules.moves": "A",
    "rules.apply": "A",
    "violations.standing": "MS",
    "violations.confirm": "MS",
    "credentials.get": Open("for the outbox; pages and commands only reach credentials.state"),
    "credentials.set": "A",
    "credentials.remove": "A",
    "credentials.state": Open("whether there are any and when they were checked; never the credentials"),
    "credentials.check": "A",
    "schema.keep": INSIDE,
    "schema.refresh": INSIDE,
    "schema.problems": PURE,
    "schema.state": SETTINGS_SHOWN,
    "hashing.catch_up": INSIDE,
    "hashing.near": "MS",
    "signin.passwords": PURE,
    "signin.standing": BEFORE,
    "signin.begin": BEFORE,
    "signin.begin_by_account": BEFORE,
    "signin.sign_in": BEFORE,
    "signin.sign_in_by_account": BEFORE,
    "signin.recognised": BEFORE,
    "signin.current": Open("oneself as one is known now", everybody=True),
    "signin.locked": OWN,
    "signin.ended": OWN,
    "signin.policy": SETTINGS_SHOWN,
    "signin.set_policy": "A",
    "signin.check_own": OWN,
    "signin.secret": Open(
        "opens what was wrapped; the wrapped key is in the store, behind the other methods"
    ),
    "signin.new_secret": PURE,
    "access.own": OWN,
    "access.change_password": OWN,
    "access.begin_code": OWN,
    "access.confirm_code": OWN,
    "access.remove_code": OWN,
    "access.new_recovery": OWN,
    "access.all": "A",
    "access.reset": "A",
    "access.bind": "A",
    "access.reset_by_key": Open("for whoever opened the workspace with its key, and is in the log as such"),
}

HOW = (
    "Add a row to TABLE in tests/services/test_every_act.py: the letters of the roles that may (such as 'MS'), "
    "or Open('why it is safe that no role is asked')."
)


def services() -> dict[str, type]:
    """The services of Desk by name: its fields whose type is a class of desk.services."""
    hints = typing.get_type_hints(Desk)
    return {
        field.name: hints[field.name]
        for field in dataclasses.fields(Desk)
        if getattr(hints[field.name], "__module__", "").startswith("desk.services.")
    }


def acts() -> dict[str, Any]:
    """``service.method``: the function, inherited ones included."""
    return {
        f"{name}.{method}": function
        for name, kind in services().items()
        for method, function in inspect.getmembers(kind, inspect.isfunction)
        if not method.startswith("_")
    }


def operator_parameter(function: Any) -> str | None:
    for name, parameter in inspect.signature(function).parameters.items():
        if "Operator" in str(parameter.annotation).replace(" ", "").split("|"):
            return name
    return None


class Anything:
    """Stands for every other argument. Whoever looks at it first has not asked for the role yet."""


def call(desk: Desk, act: str, operator: Operator) -> bool:
    """Whether the act lets this operator through."""
    service, method = act.split(".")
    bound = getattr(getattr(desk, service), method)
    whose = operator_parameter(bound)
    arguments: dict[str, Any] = {}
    for name, parameter in inspect.signature(bound).parameters.items():
        if name == whose:
            arguments[name] = operator
        elif parameter.default is inspect.Parameter.empty and parameter.kind not in (
            inspect.Parameter.VAR_POSITIONAL,
            inspect.Parameter.VAR_KEYWORD,
        ):
            arguments[name] = Anything()
    positional = [
        arguments.pop(name)
        for name, parameter in inspect.signature(bound).parameters.items()
        if name in arguments and parameter.kind is inspect.Parameter.POSITIONAL_ONLY
    ]
    try:
        result = bound(*positional, **arguments)
        if isinstance(result, AbstractContextManager):
            with result:
                pass
        elif inspect.isgenerator(result):
            next(result, None)
    except NotAllowed:
        return False
    except Exception:
        return True
    return True


@pytest.fixture(scope="module")
def small_world(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with new_world(template, tmp_path_factory.mktemp("acts")) as made:
        yield made


def test_the_table_has_every_act() -> None:
    known = set(acts()) | {"signin.passwords"}
    missing, gone = sorted(known - set(TABLE)), sorted(set(TABLE) - known)
    assert not missing, f"No row for {', '.join(missing)}. {HOW}"
    assert not gone, f"Rows for what is no longer there: {', '.join(gone)}."


@pytest.mark.parametrize("role", list(Role), ids=lambda role: role.value)
def test_every_act_against_every_role(small_world: World, role: Role) -> None:
    operator = {
        Role.MODERATOR: small_world.other,
        Role.SUPERVISOR: small_world.supervisor,
        Role.ADMINISTRATOR: small_world.admin,
    }[role]
    wrong = []
    for act, function in acts().items():
        row = TABLE.get(act)
        if row is None or (isinstance(row, Open) and not row.everybody):
            continue
        if operator_parameter(function) is None:
            wrong.append(f"{act}: the row names roles, but the method takes no Operator")
            continue
        allowed = True if isinstance(row, Open) else role in {LETTERS[letter] for letter in row}
        if call(small_world.desk, act, operator) is not allowed:
            words = "refuses" if allowed else "lets through"
            wrong.append(f"{act} {words} the {role.value}")
    assert not wrong, (
        "; ".join(wrong) + ". Either the row is wrong, or the service does not call require() first. " + HOW
    )


def test_a_disabled_person_may_nothing(small_world: World) -> None:
    """Whatever roles they had, also where a window still holds them."""
    everything = replace(small_world.admin, roles=frozenset(Role), active=False)
    through = [
        act for act, row in TABLE.items() if isinstance(row, str) and call(small_world.desk, act, everything)
    ]
    assert not through


def test_rows_that_ask_no_role_take_no_operator() -> None:
    """An operator that is handed over and never asked for their role is a hole or a mistake."""
    wrong = [
        act
        for act, function in acts().items()
        if isinstance(row := TABLE.get(act), Open)
        and (operator_parameter(function) is not None) is not row.everybody
    ]
    assert not wrong, f"{', '.join(wrong)}: an Open row takes an operator only with everybody=True. {HOW}"
