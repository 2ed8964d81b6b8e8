"""The workspace's settings: company, endpoint, policies, rules, hold, rest."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

from desk.domain.codec import from_plain, to_plain
from desk.domain.company import Company, Endpoint
from desk.domain.endpoint import proxy_url
from desk.domain.errors import UserError
from desk.domain.exposure import RestPolicy
from desk.domain.policy import Policy
from desk.domain.roles import Operator, Permission, require
from desk.domain.rules import Rule
from desk.ports import Clock, Store, UnitOfWork
from desk.services.auditing import note
from desk.services.changes import Change, Done, done

HOLD_MINUTES = 5
MAX_HOLD_MINUTES = 60
DEFAULT_QUEUE = "general"


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


class Configuration:
    def __init__(self, store: Store, clock: Clock, on_endpoint: Callable[[], None] | None = None) -> None:
        """``on_endpoint`` is called when another endpoint, or another way to it, was set."""
        self._store = store
        self._clock = clock
        self._on_endpoint = on_endpoint or (lambda: None)

    def settings(self) -> DeskSettings:
        with self._store.read() as uow:
            return settings_of(uow)

    def endpoint(self) -> Endpoint | None:
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

    def save(self, by: Operator, settings: DeskSettings) -> Done[DeskSettings]:
        """Keep the settings. Raises NotAllowed, UserError naming the field."""
        require(by, Permission.SETTINGS)
        _check(settings)
        with self._store.write() as uow:
            before = settings_of(uow)
            uow.settings.set("desk", to_plain(settings))
            changed = [
                name
                for name in ("company", "policies", "rules", "hold_minutes", "rest", "network")
                if getattr(before, name) != getattr(settings, name)
            ]
            note(uow, "settings.saved", self._clock.now(), by, changed=",".join(changed))
        if "network" in changed:
            self._on_endpoint()
        return done(settings, Change.SETTINGS, Change.QUEUE)

    def set_rule_enabled(self, by: Operator, rule_id: int, enabled: bool) -> Done[DeskSettings]:
        """Pause a rule or let it run again; nothing already sent is touched."""
        settings = self.settings()
        rules = tuple(replace(r, enabled=enabled) if r.id == rule_id else r for r in settings.rules)
        return self.save(by, replace(settings, rules=rules))


def settings_of(uow: UnitOfWork) -> DeskSettings:
    plain = uow.settings.get("desk")
    return from_plain(DeskSettings, plain) if plain is not None else DeskSettings()


def endpoint_set(uow: UnitOfWork) -> Endpoint | None:
    plain = uow.settings.get("endpoint")
    return from_plain(Endpoint, plain) if plain is not None else None


def _check(settings: DeskSettings) -> None:
    if not 0 <= settings.hold_minutes <= MAX_HOLD_MINUTES:
        raise UserError("The hold is between 0 and 60 minutes.", "Choose a value in that range.")
    if settings.network.proxy and urlsplit(proxy_url(settings.network.proxy)).username:
        raise UserError(
            "A proxy that asks for a password is not supported.", "Name one that knows this computer."
        )
    paths = [policy.path for policy in settings.policies]
    if len(set(paths)) != len(paths):
        raise UserError("A policy stands twice in the tree.", "Give each policy a path of its own.")
    for rule in settings.rules:
        if not rule.name.strip():
            raise UserError("A rule has no name.", "Name it.")
        if not rule.policies:
            raise UserError(f"The rule “{rule.name}” names no policy.", "Choose at least one.")
