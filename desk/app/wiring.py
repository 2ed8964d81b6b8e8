"""Wires the services of one open workspace to the world.

Heavy parts are imported inside the functions that need them: the window is painted, and
``desk --help`` answers, before a database library is loaded.
"""

from __future__ import annotations

import os
import random
import threading
import time
import uuid
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from desk.domain.company import Credentials, Endpoint
from desk.domain.errors import NotReady

if TYPE_CHECKING:
    from desk.ports import Agency, Backups, Clock, Previewer, SecretStore, Store, Vault
    from desk.services.desk import Desk


class _Agencies:
    """One client for the endpoint that is set, kept as long as its credentials stay the same.

    The keyring is asked again after KEPT seconds, or when credentials were set, removed or
    refused: not for each of a thousand calls.
    """

    KEPT = 30.0

    def __init__(self, desk: Callable[[], Desk], clock: Clock) -> None:
        self._desk = desk
        self._clock = clock
        self._held: tuple[Endpoint, Credentials, Agency] | None = None
        self._until = 0.0
        self._lock = threading.Lock()
        self._old: list[Agency] = []

    def at_hand(self) -> bool:
        """Whether ``current`` has nothing to ask the keyring for, which may be locked and ask a person."""
        return self._held is not None and time.monotonic() < self._until

    def forget(self) -> None:
        """Ask the keyring again at the next call."""
        self._until = 0.0

    def current(self) -> Agency:
        """Raises NotReady without endpoint or credentials, NoKeyring, KeyringLocked."""
        with self._lock:
            if self._held is not None and time.monotonic() < self._until:
                return self._held[2]
            agency = self._asked()
            self._until = time.monotonic() + self.KEPT
            return agency

    def _asked(self) -> Agency:
        desk = self._desk()
        endpoint = desk.configuration.endpoint()
        if endpoint is None:
            raise NotReady("No endpoint is set.", "An administrator sets one in Settings.")
        credentials = desk.credentials.get(endpoint)
        if credentials is None:
            raise NotReady(
                "There are no credentials for the endpoint.",
                "An administrator sets them in Settings, or with “desk credentials set”.",
            )
        if self._held is not None and self._held[:2] == (endpoint, credentials):
            return self._held[2]
        # The old client may be in a call on another lane: it is closed with the workspace.
        if self._held is not None:
            self._old.append(self._held[2])
        agency = self.make(endpoint, credentials)
        self._held = (endpoint, credentials, agency)
        return agency

    def make(self, endpoint: Endpoint, credentials: Credentials) -> Agency:
        from desk.cybertip.client import ClientOptions, CyberTipClient

        network = self._desk().configuration.network()
        ca_file = Path(network.ca_file) if network.ca_file else None
        options = ClientOptions(proxy=network.proxy or None, ca_file=ca_file)
        return CyberTipClient(endpoint, credentials, self._clock, options)

    def close(self) -> None:
        for agency in (*self._old, *((self._held[2],) if self._held else ())):
            agency.close()
        self._old.clear()
        self._held = None


def wire(
    stack: ExitStack,
    *,
    store: Store,
    vault: Vault,
    secrets: SecretStore,
    workspace_id: str,
    place: str,
    practice: bool,
    backups: Backups | None = None,
) -> Desk:
    from desk.cybertip.answers import answered
    from desk.cybertip.compose import CyberTipComposer
    from desk.cybertip.schema import ServiceSchema
    from desk.gui import resources
    from desk.media.pool import PreviewPool
    from desk.services.access import AccessService
    from desk.services.accounts import Accounts
    from desk.services.approvals import Approvals
    from desk.services.auditing import Auditing
    from desk.services.backup import BackupService
    from desk.services.channels import ChannelService
    from desk.services.checkpoints import Checkpoints
    from desk.services.configuration import Configuration
    from desk.services.confirmation import Confirmation
    from desk.services.credentials import CredentialService
    from desk.services.desk import Desk
    from desk.services.drafting import Drafting
    from desk.services.evidence import EvidenceService
    from desk.services.figures import FigureService
    from desk.services.guidance import GuideService
    from desk.services.hashing import Hashing
    from desk.services.hooks import Hooks
    from desk.services.intake import Intake
    from desk.services.likeness import Likeness
    from desk.services.others import Others
    from desk.services.outbox import Outbox
    from desk.services.outcomes import OutcomeService
    from desk.services.people import PeopleService
    from desk.services.preservation import PreservationService
    from desk.services.queue import Queue
    from desk.services.reports import ReportService
    from desk.services.resting import Resting
    from desk.services.review import Review
    from desk.services.routing import Routing
    from desk.services.rules import ReportingRules
    from desk.services.saved_filters import SavedFilters
    from desk.services.schema import SchemaKeeper
    from desk.services.second_review import SecondReviewing
    from desk.services.signin import SignIn
    from desk.services.soundness import Soundness
    from desk.services.violations import Violations
    from desk.system.account import os_account
    from desk.system.clock import SystemClock
    from desk.system.hooks import HttpHooks
    from desk.system.passwords import Argon2Passwords
    from desk.system.signing import Ed25519Signer

    clock = SystemClock()
    composer = CyberTipComposer()
    schema = SchemaKeeper(store, ServiceSchema, clock)
    previewer: Previewer = PreviewPool()
    stack.callback(previewer.close)
    box: list[Desk] = []
    agencies = _Agencies(lambda: box[0], clock)
    stack.callback(agencies.close)
    approvals = Approvals(store, clock)
    reviewing, resting = SecondReviewing(store, clock, approvals), Resting(store, clock)
    drafting = Drafting(store, composer, clock)
    signer = Ed25519Signer()
    checkpoints = Checkpoints(store, secrets, signer, clock, workspace_id, approvals)
    owner = f"{os.getpid()}-{uuid.uuid4().hex[:12]}"
    signin = SignIn(store, vault, Argon2Passwords, clock, os_account(), approvals)
    outbox = Outbox(
        store,
        vault,
        composer,
        agencies.current,
        clock,
        owner,
        random.SystemRandom().random,
        schema,
        checkpoints.after_drive,
        agencies.at_hand,
    )
    desk = Desk(
        clock=clock,
        workspace_id=workspace_id,
        place=place,
        practice=practice,
        intake=Intake(store, vault, clock),
        queue=Queue(store, clock),
        filters=SavedFilters(store, clock),
        review=Review(store, vault, previewer, clock),
        drafting=drafting,
        violations=Violations(store, drafting, clock),
        rules=ReportingRules(store, clock, approvals),
        routing=Routing(store, clock),
        confirmation=Confirmation(store, composer, clock, vault=vault),
        outbox=outbox,
        auditing=Auditing(store, clock, signer, checkpoints.own_key),
        checkpoints=checkpoints,
        evidence=EvidenceService(
            store, clock, approvals, checkpoints, lambda: resources.text("evidence", "verify.py")
        ),
        preservation=PreservationService(store, vault, clock, approvals, workspace_id),
        people=PeopleService(store, clock),
        configuration=Configuration(store, clock, agencies.forget, approvals),
        credentials=CredentialService(
            store, secrets, agencies.make, clock, workspace_id, schema.keep, agencies.forget
        ),
        schema=schema,
        hashing=Hashing(store, vault, previewer),
        channels=ChannelService(store, clock),
        guide=GuideService(store, clock),
        likeness=Likeness(store, clock),
        accounts=Accounts(store),
        hooks=Hooks(
            store,
            secrets,
            HttpHooks(lambda: box[0].configuration.network().ca_file),
            clock,
            workspace_id,
            random.SystemRandom().random,
            practice=practice,
        ),
        resting=resting,
        approvals=approvals,
        soundness=Soundness(store, vault, random.SystemRandom().random),
        backup=BackupService(store, clock, backups, practice=practice),
        second_review=reviewing,
        outcomes=OutcomeService(store, clock),
        reports=ReportService(store, clock, outbox, reviewing, answered),
        figures=FigureService(store, clock, reviewing, resting),
        signin=signin,
        access=AccessService(store, signin, clock),
        others=Others(store),
    )
    box.append(desk)
    return desk
