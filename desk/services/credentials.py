"""Credentials for the agency's endpoints: in the OS keyring and nowhere else, each endpoint apart.

The workspace keeps only when they were last checked, and that they were accepted.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from desk.domain.company import Credentials, Endpoint
from desk.domain.errors import NotReady, ServiceRefused, UserError
from desk.domain.filing import OutcomeKind, Reply
from desk.domain.roles import Operator, Permission, require
from desk.ports import AgencyFactory, Clock, SecretStore, Store
from desk.services.auditing import note
from desk.services.changes import Change, Done, done


@dataclass(frozen=True, slots=True)
class CredentialState:
    """What may be shown: whether there are credentials, and how the last check ended."""

    there: bool
    checked_at: datetime | None = None
    accepted: bool | None = None
    checked_as: str = ""
    words: str = ""


class CredentialService:
    def __init__(
        self,
        store: Store,
        secrets: SecretStore,
        agency: AgencyFactory,
        clock: Clock,
        workspace_id: str,
        on_schema: Callable[[str, bytes], None] | None = None,
        on_changed: Callable[[], None] | None = None,
    ) -> None:
        """``on_changed`` is called when credentials were set or removed: whoever keeps them asks again."""
        self._store = store
        self._secrets = secrets
        self._agency = agency
        self._clock = clock
        self._workspace = workspace_id
        self._on_schema = on_schema
        self._on_changed = on_changed or (lambda: None)

    def _name(self, endpoint: Endpoint) -> str:
        digest = hashlib.sha256(endpoint.url.encode()).hexdigest()[:16]
        return f"endpoint/{self._workspace}/{digest}"

    def get(self, endpoint: Endpoint) -> Credentials | None:
        """For the outbox only. Raises NoKeyring, KeyringLocked."""
        raw = self._secrets.get(self._name(endpoint))
        if raw is None:
            return None
        try:
            plain = json.loads(raw)
            return Credentials(plain["user"], plain["password"])
        except (ValueError, KeyError, TypeError):
            # Not chained: the parser's error would carry the password.
            raise UserError("The keyring's entry for this endpoint is damaged.", "Set it again.") from None

    def set(self, by: Operator, endpoint: Endpoint, credentials: Credentials) -> Done[CredentialState]:
        """Store them in the keyring. Raises NotAllowed, UserError, NoKeyring, KeyringLocked."""
        require(by, Permission.CREDENTIALS)
        if not credentials.user.strip() or not credentials.password:
            raise UserError("User name and password are both needed.", "Fill in both, as NCMEC gave them.")
        raw = json.dumps({"user": credentials.user, "password": credentials.password}).encode()
        self._secrets.set(self._name(endpoint), raw)
        self._on_changed()
        with self._store.write() as uow:
            uow.settings.set(self._checked(endpoint), None)
            note(uow, "credentials.set", self._clock.now(), by, endpoint=endpoint.url)
        return done(CredentialState(True), Change.SETTINGS)

    def remove(self, by: Operator, endpoint: Endpoint) -> Done[None]:
        require(by, Permission.CREDENTIALS)
        self._secrets.delete(self._name(endpoint))
        self._on_changed()
        with self._store.write() as uow:
            uow.settings.set(self._checked(endpoint), None)
            note(uow, "credentials.removed", self._clock.now(), by, endpoint=endpoint.url)
        return done(None, Change.SETTINGS)

    def state(self, endpoint: Endpoint) -> CredentialState:
        """Whether there are credentials and how the last check ended. Raises NoKeyring, KeyringLocked."""
        there = self._secrets.get(self._name(endpoint)) is not None
        with self._store.read() as uow:
            plain = uow.settings.get(self._checked(endpoint))
        if not there or plain is None:
            return CredentialState(there)
        return CredentialState(
            True, datetime.fromisoformat(plain["at"]), plain["accepted"], plain["as"], plain["words"]
        )

    def check(self, by: Operator, endpoint: Endpoint) -> Done[CredentialState]:
        """Ask GET /status with the stored credentials; keep when and as whom they were accepted.

        Raises NotReady where there are none, ServiceRefused where the service said no.
        """
        require(by, Permission.CREDENTIALS)
        credentials = self.get(endpoint)
        if credentials is None:
            raise NotReady(
                "There are no credentials for this endpoint.",
                "An administrator sets them under Settings, or with “desk credentials set”.",
            )
        agency = self._agency(endpoint, credentials)
        try:
            reply = agency.status()
            if reply.kind is OutcomeKind.ACCEPTED and self._on_schema is not None:
                schema = agency.schema()
                if schema.kind is OutcomeKind.ACCEPTED:
                    self._on_schema(endpoint.url, schema.body)
        finally:
            agency.close()
        return done(self._keep(by, endpoint, credentials, reply), Change.SETTINGS)

    def _keep(
        self, by: Operator, endpoint: Endpoint, credentials: Credentials, reply: Reply
    ) -> CredentialState:
        accepted = reply.kind is OutcomeKind.ACCEPTED
        now = self._clock.now()
        state = CredentialState(
            True, now, accepted, credentials.user if accepted else "", _safe(reply.description, credentials)
        )
        with self._store.write() as uow:
            uow.settings.set(
                self._checked(endpoint),
                {"at": now.isoformat(), "accepted": accepted, "as": state.checked_as, "words": state.words},
            )
            note(
                uow, "credentials.checked", now, by, endpoint=endpoint.url, accepted=accepted, code=reply.code
            )
        if not accepted and reply.kind is OutcomeKind.REFUSED:
            raise ServiceRefused(
                "The service did not accept these credentials.",
                "Set the user name and password again as NCMEC gave them for this endpoint.",
                code=reply.code,
                request_id=reply.request_id,
            )
        return state

    def _checked(self, endpoint: Endpoint) -> str:
        return f"credentials_checked:{endpoint.url}"


def _safe(words: str, credentials: Credentials) -> str:
    """The service's words, should they ever repeat the password, without it."""
    return words.replace(credentials.password, "…")
