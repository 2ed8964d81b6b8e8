"""The service's own schema: fetched from /xsd when credentials are checked and once a day, and kept.

Every document is validated against it before a report is opened. What it has that
the desk does not know, and the other way round, is shown to an administrator by name.
"""

from __future__ import annotations

import base64
import hashlib
import logging
import threading
from dataclasses import dataclass
from datetime import datetime, timedelta

from desk.domain.errors import DeskError
from desk.domain.filing import FieldProblem, OutcomeKind
from desk.ports import Agency, Clock, SchemaReader, ServiceSchema, Store
from desk.services.auditing import note

log = logging.getLogger(__name__)
FRESH_FOR = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class SchemaState:
    """What may be shown of the kept schema: when it was fetched, and how it differs from the desk's model."""

    fetched_at: datetime | None
    sha256: str = ""
    differences: tuple[str, ...] = ()


class SchemaKeeper:
    """Keeps one schema for each endpoint. Safe for several threads."""

    def __init__(self, store: Store, reader: SchemaReader, clock: Clock) -> None:
        self._store = store
        self._reader = reader
        self._clock = clock
        self._lock = threading.Lock()
        self._reading = threading.Lock()
        self._known: dict[str, tuple[datetime, str, ServiceSchema | None]] = {}

    def keep(self, endpoint: str, data: bytes) -> None:
        """Keep what the service served. One that can't be read is noted and the older one stays."""
        now = self._clock.now()
        digest = hashlib.sha256(data).hexdigest()
        try:
            schema = self._reader(data)
        except DeskError as problem:
            log.warning("The service's schema can't be used: %s", type(problem).__name__)
            before = self._held(endpoint)
            with self._lock:
                # Asked again tomorrow, not at every report.
                self._known[endpoint] = (now, before[1], before[2]) if before else (now, "", None)
            return
        before = self._held(endpoint)
        with self._store.write() as uow:
            uow.settings.set(
                _name(endpoint),
                {"at": now.isoformat(), "sha256": digest, "data": base64.b64encode(data).decode()},
            )
            if before is None or before[1] != digest:
                note(uow, "schema.kept", now, None, sha256=digest, differences=len(schema.differences()))
        with self._lock:
            self._known[endpoint] = (now, digest, schema)

    def _held(self, endpoint: str) -> tuple[datetime, str, ServiceSchema | None] | None:
        with self._lock:
            if endpoint in self._known:
                return self._known[endpoint]
        with self._reading:
            # The other lanes wait for the one that reads it, instead of reading it again.
            return self._known.get(endpoint) or self._read(endpoint)

    def _read(self, endpoint: str) -> tuple[datetime, str, ServiceSchema | None] | None:
        with self._store.read() as uow:
            plain = uow.settings.get(_name(endpoint))
        if plain is None:
            return None
        try:
            schema: ServiceSchema | None = self._reader(base64.b64decode(plain["data"]))
        except DeskError:
            schema = None
        held = (datetime.fromisoformat(plain["at"]), str(plain["sha256"]), schema)
        with self._lock:
            return self._known.setdefault(endpoint, held)

    def fresh(self, endpoint: str) -> bool:
        """Whether it was fetched within a day, and is at hand."""
        with self._lock:
            held = self._known.get(endpoint)
        return held is not None and self._clock.now() - held[0] < FRESH_FOR

    def refresh(self, agency: Agency) -> None:
        """Fetch it where it is a day old or was never fetched. A fetch that fails leaves the older one."""
        held = self._held(agency.endpoint)
        if held is not None and self._clock.now() - held[0] < FRESH_FOR:
            return
        reply = agency.schema()
        if reply.kind is OutcomeKind.ACCEPTED:
            self.keep(agency.endpoint, reply.body)

    def problems(self, endpoint: str, xml: bytes) -> tuple[FieldProblem, ...]:
        """Why the service's schema would not take this document; empty where it would, or none is kept."""
        held = self._held(endpoint)
        return held[2].validate(xml) if held is not None and held[2] is not None else ()

    def state(self, endpoint: str) -> SchemaState:
        held = self._held(endpoint)
        if held is None:
            return SchemaState(None)
        differences = held[2].differences() if held[2] is not None else ()
        return SchemaState(held[0], held[1], tuple(item.in_words() for item in differences))


def _name(endpoint: str) -> str:
    return f"schema:{endpoint}"
