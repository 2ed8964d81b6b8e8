"""The workspace's settings: company, endpoint, policies, rules, hold, rest.

What weakens a policy waits for a second person (desk.domain.weakening), and so does every change of a
reporting rule (desk.services.rules); all else takes effect when it is saved.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit

from desk.domain.approval import Approval, ApprovalKind
from desk.domain.codec import from_plain, to_plain
from desk.domain.company import Company, Endpoint
from desk.domain.endpoint import proxy_url
from desk.domain.errors import UserError
from desk.domain.exposure import RestPolicy
from desk.domain.policy import Policy, find, tree_problem
from desk.domain.roles import Operator, Permission, require
from desk.domain.rules import Rule, lost
from desk.domain.weakening import Figure, Weaker, weaker
from desk.ports import Clock, Store, UnitOfWork
from desk.services.approvals import Approvals
from desk.services.auditing import note
from desk.services.changes import Change, Done, done

HOLD_MINUTES = 5
MAX_HOLD_MINUTES = 60
DEFAULT_QUEUE = "general"
PARTS = ("company", "policies", "rules", "hold_minutes", "rest", "network")


@dataclass(frozen=True, slots=True)
class Network:
    """How the service is reached. ``proxy`` is a URL without user and password, ``ca_file`` a PEM path."""

    proxy: str = ""
    ca_file: str = ""


@dataclass(frozen=True, slots=True)
class DeskSettings:
    """Everything an administrator sets for a workspace. ``hold_minutes`` in 0 to 60."""

    company: Company = field(default_factory=Company)
    policies: tuple[Policy, ...] = ()
    rules: tuple[Rule, ...] = ()
    hold_minutes: int = HOLD_MINUTES
    rest: RestPolicy = field(default_factory=RestPolicy)
    network: Network = field(default_factory=Network)


@dataclass(frozen=True, slots=True)
class Weakening:
    """What of a change needs a second person: figures, and policies whose violations no rule would report."""

    figures: tuple[Weaker, ...] = ()
    uncovered: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.figures or self.uncovered)


@dataclass(frozen=True, slots=True)
class Saved:
    """The settings as they are now, and what waits for a second person."""

    settings: DeskSettings
    asked: Approval | None = None


class Configuration:
    def __init__(
        self,
        store: Store,
        clock: Clock,
        on_endpoint: Callable[[], None] | None = None,
        approvals: Approvals | None = None,
    ) -> None:
        """``on_endpoint`` is called when another endpoint, or another way to it, was set."""
        self._store = store
        self._clock = clock
        self._on_endpoint = on_endpoint or (lambda: None)
        self._approvals = approvals or Approvals(store, clock)
        self._approvals.register(ApprovalKind.POLICY, self._agreed)

    def settings(self, by: Operator) -> DeskSettings:
        """Raises NotAllowed."""
        require(by, Permission.SEE_SETTINGS)
        with self._store.read() as uow:
            return settings_of(uow)

    def network(self) -> Network:
        """The way to the service; for the one who makes its client, before anybody signs in."""
        with self._store.read() as uow:
            return settings_of(uow).network

    def endpoint(self) -> Endpoint | None:
        """The endpoint that is set: the window's band says it to everybody."""
        with self._store.read() as uow:
            return endpoint_set(uow)

    def set_endpoint(self, by: Operator, endpoint: Endpoint) -> Done[Endpoint]:
        """Raises UserError while filings are on their way to another endpoint."""
        require(by, Permission.SETTINGS)
        with self._store.write() as uow:
            before = endpoint_set(uow)
            if before is not None and before.url != endpoint.url and uow.filings.next_due(self._clock.now()):
                raise UserError(
                    "Filings are still on their way to the endpoint that is set now.",
                    "Wait until the outbox is empty, or take them back, then change the endpoint.",
                )
            uow.settings.set("endpoint", to_plain(endpoint))
            note(uow, "settings.endpoint", self._clock.now(), by, kind=endpoint.kind.value)
        self._on_endpoint()
        return done(endpoint, Change.SETTINGS)

    def begin(self, by: Operator, settings: DeskSettings) -> Done[DeskSettings]:
        """The first settings of a new workspace, rules included. Raises UserError where there are some.

        There is nothing yet that could be weakened. Nobody reaches this from a screen.
        """
        require(by, Permission.SETTINGS)
        _check(settings)
        with self._store.write() as uow:
            if uow.settings.get("desk") is not None:
                raise UserError("This workspace has settings already.", "Change them in Settings.")
            keep(uow, settings)
            note(uow, "settings.begun", self._clock.now(), by, rules=len(settings.rules))
        return done(settings, Change.SETTINGS, Change.QUEUE)

    def weakens(self, by: Operator, wanted: DeskSettings) -> Weakening:
        """What of these settings would need a second person and a reason."""
        require(by, Permission.SETTINGS)
        with self._store.read() as uow:
            return weakening(settings_of(uow), wanted)

    def save(self, by: Operator, settings: DeskSettings, reason: str = "") -> Done[Saved]:
        """Keep the settings; what of them is weaker waits for a second person, with the reason.

        Raises NotAllowed, UserError naming the field or asking for the reason; then nothing is kept.
        """
        require(by, Permission.SETTINGS)
        _check(settings)
        with self._store.write() as uow:
            before = settings_of(uow)
            if settings.rules != before.rules:
                raise UserError(
                    "Reporting rules are not saved with the other settings.",
                    "Each change of a rule is asked for on its own.",
                )
            weak = weakening(before, settings)
            now = _without(before, settings, weak)
            keep(uow, now)
            changed = [name for name in PARTS if getattr(before, name) != getattr(now, name)]
            if changed:
                note(uow, "settings.saved", self._clock.now(), by, changed=",".join(changed))
            asked = self._ask(uow, by, before, settings, weak, reason) if weak else None
        if "network" in changed:
            self._on_endpoint()
        waits = (Change.APPROVALS,) if asked else ()
        return done(Saved(now, asked), Change.SETTINGS, Change.QUEUE, *waits)

    def _ask(
        self,
        uow: UnitOfWork,
        by: Operator,
        before: DeskSettings,
        wanted: DeskSettings,
        weak: Weakening,
        reason: str,
    ) -> Approval:
        subject: dict[str, Any] = {
            "figures": {one.name: [one.before, one.after] for one in weak.figures},
        }
        if weak.uncovered:
            subject |= {
                "before": to_plain(before.policies),
                "after": to_plain(wanted.policies),
                "uncovered": list(weak.uncovered),
            }
        title = "Change the policy tree" if weak.uncovered else "Change hold and rest"
        return self._approvals.ask_in(uow, by, ApprovalKind.POLICY, title, subject, reason)

    def _agreed(self, uow: UnitOfWork, approval: Approval, by: Operator) -> tuple[Change, ...]:
        """A second person agreed: the change is made if what it was asked on still stands."""
        before = settings_of(uow)
        flat = figures(before)
        wanted: Mapping[str, list[Any]] = approval.subject["figures"]
        if any(flat.get(name) != was for name, (was, _) in wanted.items()):
            raise _changed_meanwhile()
        settings = _with_figures(before, {name: now for name, (_, now) in wanted.items()})
        if "after" in approval.subject:
            if to_plain(before.policies) != approval.subject["before"]:
                raise _changed_meanwhile()
            settings = replace(settings, policies=from_plain(tuple[Policy, ...], approval.subject["after"]))
        _check(settings)
        keep(uow, settings)
        changed = [name for name in PARTS if getattr(before, name) != getattr(settings, name)]
        note(
            uow,
            "settings.saved",
            self._clock.now(),
            by,
            changed=",".join(changed),
            approval=approval.id,
        )
        return (Change.SETTINGS, Change.QUEUE)


def _changed_meanwhile() -> UserError:
    return UserError(
        "The settings were changed since this was asked for.",
        "Decline it; where it is still wanted it is asked for anew, on the settings as they are now.",
    )


def settings_of(uow: UnitOfWork) -> DeskSettings:
    plain = uow.settings.get("desk")
    return from_plain(DeskSettings, plain) if plain is not None else DeskSettings()


def keep(uow: UnitOfWork, settings: DeskSettings) -> None:
    """Within the caller's unit of work, which has checked who may."""
    uow.settings.set("desk", to_plain(settings))


def endpoint_set(uow: UnitOfWork) -> Endpoint | None:
    plain = uow.settings.get("endpoint")
    return from_plain(Endpoint, plain) if plain is not None else None


def figures(settings: DeskSettings) -> dict[str, Figure]:
    """The figures that can be weakened, by name."""
    rest = {name: to_plain(getattr(settings.rest, name)) for name in RestPolicy.__dataclass_fields__}
    return {"hold_minutes": settings.hold_minutes} | {f"rest.{name}": value for name, value in rest.items()}


def weakening(before: DeskSettings, wanted: DeskSettings) -> Weakening:
    """What of ``wanted`` is weaker than ``before``."""
    return Weakening(
        weaker(figures(before), figures(wanted)), lost(before.policies, wanted.policies, before.rules)
    )


def _without(before: DeskSettings, wanted: DeskSettings, weak: Weakening) -> DeskSettings:
    """``wanted``, but for what is weaker. A tree that takes policies out of a rule waits as a whole."""
    now = _with_figures(wanted, {one.name: one.before for one in weak.figures})
    return replace(now, policies=before.policies) if weak.uncovered else now


def _with_figures(settings: DeskSettings, wanted: Mapping[str, Any]) -> DeskSettings:
    rest = {name.removeprefix("rest."): value for name, value in wanted.items() if name.startswith("rest.")}
    return replace(
        settings,
        hold_minutes=wanted.get("hold_minutes", settings.hold_minutes),
        rest=from_plain(RestPolicy, to_plain(settings.rest) | rest),
    )


def _check(settings: DeskSettings) -> None:
    if not 0 <= settings.hold_minutes <= MAX_HOLD_MINUTES:
        raise UserError("The hold is between 0 and 60 minutes.", "Choose a value in that range.")
    if settings.network.proxy and urlsplit(proxy_url(settings.network.proxy)).username:
        raise UserError(
            "A proxy that asks for a password is not supported.", "Name one that knows this computer."
        )
    problem = tree_problem(settings.policies)
    if problem:
        raise UserError(problem, "Give each policy a path and a title of its own.")
    for rule in settings.rules:
        if not rule.name.strip():
            raise UserError("A rule has no name.", "Name it.")
        gone = [path for path in rule.policies if settings.policies and find(settings.policies, path) is None]
        if gone:
            raise UserError(
                f"The rule “{rule.name}” names a policy that is not in the tree.",
                "Change or remove the rule first; then the policy can go.",
            )
        if not rule.policies:
            raise UserError(f"The rule “{rule.name}” names no policy.", "Choose at least one.")
