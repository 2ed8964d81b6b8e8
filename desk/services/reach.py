"""Whether the agency's service can be reached: learned from calls, asked again by /status with backoff.

While it can't be reached no filing is tried: a thousand filings do not run into a
thousand time-outs. Drafting, confirming and queueing go on.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import datetime

from desk.domain.filing import OutcomeKind, Reply, backoff


@dataclass(frozen=True, slots=True)
class Connection:
    """What is known of the way to the service. ``ok`` None: nothing was tried yet."""

    ok: bool | None = None
    words: str = ""
    since: datetime | None = None
    next_try: datetime | None = None
    answers: bool = True
    """Whether what came last was an answer of the service: no web page of a proxy, no failure of its own."""


def unreachable(reply: Reply) -> bool:
    """No HTTP answer came at all: it is the way there that is broken, not this report."""
    return reply.http_status is None and reply.kind in (OutcomeKind.TRY_AGAIN, OutcomeKind.UNKNOWN)


class Reach:
    """Shared by everything in this process that calls the service. Safe for several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._now = Connection()
        self._tries = 0
        self._probing = False

    @property
    def connection(self) -> Connection:
        with self._lock:
            return self._now

    def note(self, reply: Reply, spread: float) -> bool:
        """Learn from an answer; True where the service has just come back."""
        with self._lock:
            self._probing = False
            back = self._now.ok is False
            if not unreachable(reply):
                answers = reply.kind not in (OutcomeKind.TRY_AGAIN, OutcomeKind.UNKNOWN)
                if self._now.ok is not True or self._now.answers is not answers:
                    self._now = Connection(True, "", reply.at, answers=answers)
                self._tries = 0
                return back
            next_try = reply.at + backoff(self._tries, spread)
            since = self._now.since if back else reply.at
            self._now = Connection(False, reply.description, since, next_try)
            self._tries += 1
            return False

    def blocked_until(self) -> datetime | None:
        """When the service is asked again; None where calls may be made now."""
        with self._lock:
            return self._now.next_try if self._now.ok is False else None

    def begin_probe(self, now: datetime) -> bool:
        """Whether the caller shall ask /status now: only one does."""
        with self._lock:
            if not self._due(now):
                return False
            self._probing = True
            return True

    def probe_due(self, now: datetime) -> bool:
        """Whether ``begin_probe`` would say yes."""
        with self._lock:
            return self._due(now)

    def _due(self, now: datetime) -> bool:
        due = self._now.ok is False and (self._now.next_try is None or self._now.next_try <= now)
        return due and not self._probing

    def try_now(self, now: datetime) -> None:
        """A person does not want to wait."""
        with self._lock:
            if self._now.ok is False:
                self._now = Connection(False, self._now.words, self._now.since, now)
                self._tries = 0

    def end_probe(self) -> None:
        """The question could not be asked."""
        with self._lock:
            self._probing = False
