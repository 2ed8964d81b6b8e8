"""One workspace with all its services: the real store, vault, client and stand-in, and a settable clock.

The composition root wires it as it wires a desk; but here the clock stands still and secrets lie in
memory, so that holds, leases and waits can be tested to the second.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from desk import app
from desk.domain.case import Case, Claim
from desk.domain.company import Company, Credentials, Endpoint, EndpointKind
from desk.domain.filing import Filing, FilingState
from desk.domain.incident import IncidentType
from desk.domain.policy import Policy
from desk.domain.roles import Operator, Role
from desk.domain.rules import Contact, Rule
from desk.ports import Agency, Previewer, SecretStore
from desk.practice.server import StandIn
from desk.services.configuration import DeskSettings
from desk.services.confirmation import Summary
from desk.services.desk import Desk
from desk.services.outbox import Outbox
from desk.storage import workspace
from desk.storage.engine import open_postgres
from desk.storage.unit_of_work import SqlStore
from desk.storage.workspace import Workspace
from desk.system.keyring import MemorySecretStore
from desk.system.passphrase import Costs
from desk.system.passwords import Argon2Passwords
from tests.support.clocks import SettableClock
from tests.support.many import distinct_png

KEY = bytes(range(32))
QUICK = Costs(iterations=1, lanes=1, memory_kib=8)
USER, PASSWORD = "esp-user", "practice-pässword-0451"
SETTINGS = DeskSettings(
    company=Company(name="Example Social", reporting=Contact("Robin", "Example", "trust-safety@example.com")),
    policies=(
        Policy("child-safety", "Child safety"),
        Policy("child-safety/csam", "Sexual imagery of minors", IncidentType.CSAM),
    ),
    rules=(
        Rule(1, "Imagery", ("child-safety/csam",), "imagery", Contact("Sam", "Example", "sam@example.com")),
    ),
    hold_minutes=5,
)


class Previews:
    """A previewer that outlives the world; without one any use fails."""

    def __init__(self, real: Previewer | None) -> None:
        self._real = real

    def __getattr__(self, name: str) -> Any:
        if self._real is None:
            raise AssertionError("this test has no previewer")
        return getattr(self._real, name)

    def close(self) -> None:
        return None


@dataclass
class World:
    """The parts of one open desk, and four people: an administrator, a supervisor, two moderators."""

    folder: Path
    clock: SettableClock
    opened: Workspace
    store: SqlStore
    secrets: SecretStore
    server: StandIn | None
    endpoint: Endpoint
    stack: ExitStack
    previewer: Previewer | None
    owner: str = "desk-1"

    def __post_init__(self) -> None:
        self.vault = self.opened.vault
        self.desk = desk = self._wire()
        self.intake, self.queue, self.review = desk.intake, desk.queue, desk.review
        self.drafting, self.confirmation = desk.drafting, desk.confirmation
        self.auditing, self.preservation = desk.auditing, desk.preservation
        self.people, self.configuration, self.credentials = desk.people, desk.configuration, desk.credentials
        self.schema = desk.schema
        self.agency: Callable[[], Agency] = desk.outbox._sender._agency
        self.composer = desk.outbox._sender._composer
        self.outbox = self._named(desk.outbox, self.owner)

    def _wire(self) -> Desk:
        """As the composition root does it, but for the clock and the previewer."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("desk.system.clock.SystemClock", lambda: self.clock)
            patch.setattr("desk.media.pool.PreviewPool", lambda: Previews(self.previewer))
            patch.setattr("desk.system.passwords.Argon2Passwords", lambda: Argon2Passwords(QUICK))
            return app.wire(
                self.stack,
                store=self.store,
                vault=self.vault,
                secrets=self.secrets,
                workspace_id=str(self.opened.info.id),
                place=str(self.folder),
                practice=False,
            )

    @staticmethod
    def _named(outbox: Outbox, owner: str) -> Outbox:
        outbox._sender._owner = owner
        outbox._sender._spread = lambda: 0.0
        return outbox

    def outbox_of(self, owner: str, agency: Callable[[], Any] | None = None) -> Outbox:
        """An outbox on this store under another owner's name, or with another client."""
        outbox = self._named(self._wire().outbox, owner)
        if agency is not None:
            outbox._sender._agency = agency
        return outbox

    def furnish(self) -> None:
        """People, settings, endpoint and credentials of a new workspace."""
        self.admin = self.people.first("Ada Admin", frozenset({Role.ADMINISTRATOR}), "ada@example.com").value
        roles = {
            "Mo Moderator": Role.MODERATOR,
            "Ola Other": Role.MODERATOR,
            "Sue Supervisor": Role.SUPERVISOR,
        }
        for name, role in roles.items():
            self.people.add(self.admin, name, frozenset({role}))
        self.recall()
        self.configuration.begin(self.admin, SETTINGS)
        self.configuration.set_endpoint(self.admin, self.endpoint)
        if self.server is not None:
            self.credentials.set(self.admin, self.endpoint, Credentials(USER, PASSWORD))

    def recall(self) -> None:
        """The people, as the workspace knows them."""
        named = {person.name: person for person in self.people.all()}
        self.admin, self.supervisor = named["Ada Admin"], named["Sue Supervisor"]
        self.moderator, self.other = named["Mo Moderator"], named["Ola Other"]

    @property
    def service(self) -> StandIn:
        assert self.server is not None
        return self.server

    # -- shortcuts

    def take_in(self, *paths: Path, operator: Operator | None = None) -> tuple[int, ...]:
        """Take in the packages, none of which may be refused; the numbers of the cases."""
        result = self.intake.take_in(paths, operator or self.moderator).value
        assert result.refused == ()
        return result.taken + result.revised + result.unchanged

    def case(self, name: str = "case-1", *, files: int = 2, **changes: Any) -> Case:
        """A case of so many images, taken in."""
        path = package(self.folder.parent / "packages", name, self.clock.now(), files=files, **changes)
        (number,) = self.take_in(path)
        with self.store.read() as uow:
            return uow.cases.get(number)

    def claimed(self, number: int, operator: Operator | None = None) -> Claim:
        return self.queue.claim(operator or self.moderator, number).value

    def drafted(self, number: int, operator: Operator | None = None, **changes: Any) -> None:
        """A draft that can be confirmed."""
        who = operator or self.moderator
        view = self.drafting.open(who, number)
        draft = replace(view.draft, incident_type=IncidentType.CSAM, **changes)
        self.drafting.save(who, draft, view.saved.version)

    def summed(self, number: int, operator: Operator | None = None, **changes: Any) -> tuple[Claim, Summary]:
        """Claimed, drafted and rendered."""
        who = operator or self.moderator
        claim = self.claimed(number, who)
        self.drafted(number, who, **changes)
        return claim, self.confirmation.summary(who, number)

    def confirmed(self, number: int, operator: Operator | None = None, **changes: Any) -> Filing:
        who = operator or self.moderator
        claim, summary = self.summed(number, who, **changes)
        return self.confirmation.confirm(who, claim, summary, checked=True).value

    def filing(self, filing_id: int) -> Filing:
        with self.store.read() as uow:
            return uow.filings.get(filing_id)

    def until(self, filing_id: int, *states: FilingState, outbox: Outbox | None = None) -> Filing:
        """Step the outbox until the filing is in one of the states, putting the clock forward over waits."""
        stepper = outbox or self.outbox
        for _ in range(300):
            filing = self.filing(filing_id)
            if filing.state in states:
                return filing
            stepped = stepper.step()
            if stepped.filing is None:
                assert stepped.next_due is not None, f"nothing is due any more: {filing.state} {filing.error}"
                ahead = (stepped.next_due - self.clock.now()).total_seconds()
                self.clock.forward(seconds=max(ahead, 0.001))
        raise AssertionError(f"never got to {states}: {self.filing(filing_id)}")

    def quiet(self, filing_id: int, outbox: Outbox | None = None) -> Filing:
        """Step until the filing is at an end."""
        return self.until(
            filing_id, FilingState.FILED, FilingState.WITHDRAWN, FilingState.REFUSED, outbox=outbox
        )

    def acts(self) -> list[str]:
        """The names of all acts in the audit log, in order."""
        with self.store.read() as uow:
            return [json.loads(row.entry)["act"] for row in uow.audit.rows(0, 100_000)]

    def blobs(self) -> set[str]:
        """Every file of the vault that holds media, whole or half."""
        vault = self.folder / "vault"
        return {path.name for path in vault.rglob("*") if path.is_file() and path.name != "lock"}

    def finished(self) -> list[dict[str, Any]]:
        """The reports that reached the service for good."""
        return [report for report in self.service.reports() if report["state"] == "finished"]


def package(
    folder: Path,
    name: str,
    now: datetime,
    *,
    files: int = 2,
    account: str | None = None,
    uids: bool = True,
    first: int = 0,
    **changes: Any,
) -> Path:
    """A folder package of small distinct images; ``first`` numbers the first one's picture."""
    at = (now - timedelta(hours=2)).replace(microsecond=0).isoformat()
    base = folder / name
    serial = 0
    while base.exists():
        serial += 1
        base = folder / f"{name}~{serial}"
    (base / "media").mkdir(parents=True)
    content = []
    for index in range(files):
        data = distinct_png(first + index)
        (base / "media" / f"{index}.png").write_bytes(data)
        piece = {
            "id": f"c{index + 1}",
            "kind": "image",
            "file": f"media/{index}.png",
            "name": f"IMG_{index}.png",
            "sha256": hashlib.sha256(data).hexdigest(),
            "uploaded_at": at,
        }
        if uids:
            piece["uid"] = f"uid-{name}-{index}"
        content.append(piece)
    case: dict[str, Any] = {
        "format": "desk-case/1",
        "id": name,
        "source": {"kind": "user_report", "name": "in-app report"},
        "policies": ["child-safety/csam"],
        "summary": "A practice picture",
        "incident": {
            "occurred_at": at,
            "platform": "Example Social",
            "context": {"kind": "web_page", "urls": ["https://example.com/p/1"]},
        },
        "reported": {"id": account or f"u-{name}", "screen_name": "practice-user"},
        "content": content,
    }
    case |= changes
    (base / "case.json").write_text(json.dumps(case), encoding="utf-8")
    return base


def make_template(folder: Path) -> Path:
    """A furnished workspace without a service, closed, to be copied."""
    spot = folder / "workspace"
    workspace.create(spot, KEY, unlock=workspace.Unlock.MEMORY).close()
    return spot


@contextmanager
def open_world(
    folder: Path,
    *,
    clock: SettableClock | None = None,
    server: StandIn | None = None,
    secrets: SecretStore | None = None,
    previewer: Previewer | None = None,
    postgres: str | None = None,
    owner: str = "desk-1",
) -> Iterator[World]:
    """The services on the workspace in ``folder``, which exists."""
    with ExitStack() as stack:
        opened = workspace.open(folder, KEY)
        stack.callback(opened.close)
        store = opened.store
        if postgres is not None:
            store = SqlStore(open_postgres(postgres))
            stack.callback(store.close)
        endpoint = Endpoint(EndpointKind.PRACTICE, server.url if server else "http://127.0.0.1:9/ispws")
        yield World(
            folder=folder,
            clock=clock or SettableClock(),
            opened=opened,
            store=store,
            secrets=secrets or MemorySecretStore(),
            server=server,
            endpoint=endpoint,
            stack=stack,
            previewer=previewer,
            owner=owner,
        )


@contextmanager
def new_world(
    template: Path, folder: Path, *, serve: bool = False, postgres: str | None = None, **more: Any
) -> Iterator[World]:
    """A furnished workspace of its own; with ``serve`` a stand-in service on the same clock."""
    spot = folder / "workspace"
    shutil.copytree(template, spot)
    clock = more.pop("clock", None) or SettableClock()
    with ExitStack() as stack:
        server = more.pop("server", None)
        if serve:
            server = stack.enter_context(StandIn(user=USER, password=PASSWORD, clock=clock.now))
        world = stack.enter_context(open_world(spot, clock=clock, server=server, postgres=postgres, **more))
        world.furnish()
        yield world
        if serve:
            assert world.service.errors == []
