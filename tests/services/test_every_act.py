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

from desk.domain.approval import ApprovalKind
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


@dataclass(frozen=True)
class Given:
    """Letters as above, for a method whose rights depend on an argument: called with ``arguments``."""

    letters: str
    arguments: dict[str, Any]


READ_ONLY_NUMBER = Open("a number or a state of the machine; nothing of a case, nobody's name")
INSIDE = Open("a part of the desk's own work on what a person confirmed, without a person's wish in it")
PURE = Open("works on what the caller holds already; reads and writes nothing")
OWN = Open("only what is one's own", everybody=True)
BEFORE = Open("before anybody is signed in: it is how one becomes an operator")
BY_KEY = Open("offline, for whoever opened the workspace with its key")
SETTINGS_SHOWN = Open("settings that every page needs; they hold no secret")

TABLE: dict[str, str | Given | Open] = {
    # intake: None stands for the desk itself, whoever started it holds the workspace's key
    "intake.take_in": "MSA",
    "intake.sweep": INSIDE,
    "intake.one": Open("one package of intake.take_in, which everybody may", everybody=True),
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
    "reports.rows": "MS",
    "reports.counts": "MS",
    "reports.choices": "MS",
    "reports.whole": "MS",
    "reports.export_list": "S",
    "reports.export_story": "MS",
    "reports.save_document": "MS",
    "others.look": Open("kinds of what changed elsewhere, for whoever works at the window", everybody=True),
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
    "outbox.flow": INSIDE,
    "outbox.together": INSIDE,
    "outbox.drain": INSIDE,
    "outbox.set_right": INSIDE,
    "auditing.head": "S",
    "auditing.entries": "S",
    "auditing.verify": "S",
    "auditing.record": "S",
    "auditing.export": "S",
    "auditing.find": "S",
    "auditing.people": "S",
    "auditing.prove": "S",
    "auditing.last_verified": "S",
    "checkpoints.after_drive": INSIDE,
    "checkpoints.keep_up": INSIDE,
    "checkpoints.after_command": INSIDE,
    "checkpoints.prepare": INSIDE,
    "checkpoints.own_key": Open("the public key of this desk's checkpoints: it is there to be given away"),
    "checkpoints.sign": "S",
    "checkpoints.sign_in": "S",
    "checkpoints.rotate": "A",
    "checkpoints.set_policy": "A",
    "checkpoints.state": "S",
    "checkpoints.policy": "A",
    "checkpoints.trouble": Open("by whoever looks over this computer; it names a path, nothing of the log"),
    "checkpoints.newest": "S",
    "evidence.standing": "S",
    "evidence.ask": "S",
    "evidence.make": "S",
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
    "routing.moves": "A",
    "routing.apply": "A",
    "violations.standing": "MS",
    "violations.confirm": "MS",
    "credentials.get": Open("for the outbox; pages and commands only reach credentials.state"),
    "credentials.set": "A",
    "credentials.remove": "A",
    "credentials.state": Open("whether there are any and when they were checked; never the credentials"),
    "credentials.check": "A",
    "schema.keep": INSIDE,
    "schema.fresh": READ_ONLY_NUMBER,
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
    "accounts.find": "MS",
    "accounts.more_cases": "MS",
    "accounts.open": "MS",
    "accounts.other_cases": "MS",
    "approvals.register": Open("wiring: which service does what was agreed to"),
    "approvals.ask": Given("A", {"kind": ApprovalKind.RULES}),
    "approvals.ask_in": Given("S", {"kind": ApprovalKind.EVIDENCE}),
    "approvals.agree": "SA",
    "approvals.decline": "SA",
    "approvals.withdraw": "SA",
    "approvals.pending": "SA",
    "approvals.recent": "SA",
    "backup.state": SETTINGS_SHOWN,
    "backup.set_passphrase": "A",
    "backup.take": "A",
    "backup.mark_restored": BY_KEY,
    "backup.restoring": SETTINGS_SHOWN,
    "backup.resume": "S",
    "soundness.look": BY_KEY,
    "channels.case": "MS",
    "channels.rows": "MS",
    "channels.count": "MS",
    "channels.record": "MS",
    "channels.packet_saved": "MS",
    "channels.correct": "S",
    "channels.withdraw": "S",
    "drafting.batch_problems": "MS",
    "drafting.more_candidates": "MS",
    "drafting.spread": "MS",
    "figures.exported": "S",
    "figures.show": "S",
    "guide.take": "MS",
    "likeness.agree": "MS",
    "likeness.viewed": "MS",
    "likeness.withdraw": "MS",
    "outcomes.add": "S",
    "outcomes.for_filing": "MS",
    "outcomes.news": "MS",
    "outcomes.seen": "MS",
    "preservation.today": READ_ONLY_NUMBER,
    "preservation.calendar": "MS",
    "preservation.kept": "MS",
    "preservation.certificate": "MS",
    "preservation.certificate_saved": "MS",
    "preservation.extend": "S",
    "preservation.hold": "S",
    "preservation.ask_release": "S",
    "preservation.ask_destruction": "S",
    "preservation.finish_clearing": INSIDE,
    "queue.choices": "MS",
    "queue.skip": "MS",
    "queue.escalate": "MS",
    "guide.escalate": "MS",
    "queue.send_back": "S",
    "queue.hand_over": "MS",
    "queue.take_over": "S",
    "queue.ask_opinion": "MS",
    "queue.give_opinion": "MS",
    "queue.opinions": "MS",
    "queue.history": "MS",
    "queue.others": "MS",
    "filters.all": "MS",
    "filters.save": "MS",
    "filters.remove": "MS",
    "filters.rename": "MS",
    "filters.may_change": Open(
        "of a filter that the caller holds: whether its acts are offered", everybody=True
    ),
    "resting.own": OWN,
    "resting.opt_out": OWN,
    "resting.left_out": OWN,
    "resting.lift": "S",
    "resting.lifted": "S",
    "resting.weeks": "S",
    "second_review.agreement": "S",
    "second_review.for_case": "MS",
    "second_review.give": "S",
    "second_review.open": "S",
    "second_review.pending": "S",
    "second_review.reviewed": "S",
    "second_review.rules": "S",
    "second_review.set_rules": "S",
    "hooks.view": "A",
    "hooks.save": "A",
    "hooks.test": "A",
    "hooks.ask": "MS",
    "hooks.state": "MS",
    "hooks.again": "MSA",
    "hooks.run": INSIDE,
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


PLAIN: dict[str, Any] = {"str": "words", "int": 0, "bool": False}
"""Arguments that are looked at on the way in; nothing has the number 0."""


def call(desk: Desk, act: str, operator: Operator) -> bool:
    """Whether the act lets this operator through."""
    row = TABLE.get(act)
    given = row.arguments if isinstance(row, Given) else {}
    service, method = act.split(".")
    bound = getattr(getattr(desk, service), method)
    whose = operator_parameter(bound)
    arguments: dict[str, Any] = {}
    for name, parameter in inspect.signature(bound).parameters.items():
        if name == whose:
            arguments[name] = operator
        elif name in given:
            arguments[name] = given[name]
        elif parameter.default is inspect.Parameter.empty and parameter.kind not in (
            inspect.Parameter.VAR_POSITIONAL,
            inspect.Parameter.VAR_KEYWORD,
        ):
            arguments[name] = PLAIN.get(str(parameter.annotation), Anything())
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
        letters = row.letters if isinstance(row, Given) else row
        allowed = isinstance(letters, Open) or role in {LETTERS[letter] for letter in letters}
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
        act
        for act, row in TABLE.items()
        if not isinstance(row, Open) and call(small_world.desk, act, everything)
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
