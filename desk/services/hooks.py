"""The platform's own hooks: asked before a report is written, told after one was filed; never in its way.

Calls are kept and made beside all other work; what fails is tried again with growing waits, and seen.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from desk.domain import codec
from desk.domain.account_links import account_value, links_of
from desk.domain.case import Case, CaseData, CaseState
from desk.domain.completeness import assess
from desk.domain.content import Relevance
from desk.domain.errors import DeskError, IntakeRefused, UserError
from desk.domain.filing import backoff
from desk.domain.hooks import (
    EXTRA,
    LEAST_SECRET,
    LONGEST_WAIT,
    MOST_TRIES,
    HookKind,
    HookSettings,
    HookState,
    enrich,
    enrich_body,
    filed_body,
    headers,
    hook_url,
    parse_answer,
    test_body,
)
from desk.domain.preservation import preserve_until
from desk.domain.roles import Operator, Permission, require
from desk.ports import Clock, HookCall, HookClient, HookReply, NewRevision, SecretStore, Store, UnitOfWork
from desk.services.auditing import note
from desk.services.changes import Change, Done, done

LEASE = timedelta(minutes=2)
"""Longer than a call can take; a desk that died in one leaves it to the others after that."""
NAME = "hooks"
AT_ONCE = 50
"""Calls made in one go: the others follow at the next look."""
PENDING = (CaseState.OPEN, CaseState.SNOOZED, CaseState.ESCALATED)


@dataclass(frozen=True, slots=True)
class HooksView:
    """What Settings shows: the settings, whether there is a secret, and what does not come through."""

    settings: HookSettings
    secret: bool
    waiting: int
    troubled: tuple[HookCall, ...]


class Hooks:
    def __init__(
        self,
        store: Store,
        secrets: SecretStore,
        client: HookClient,
        clock: Clock,
        workspace_id: str,
        spread: Callable[[], float],
        *,
        practice: bool,
    ) -> None:
        """``spread`` gives numbers in 0..1 for the jitter of waits."""
        self._store = store
        self._secrets = secrets
        self._client = client
        self._clock = clock
        self._name = f"hooks/{workspace_id}"
        self._spread = spread
        self._practice = practice
        self._reached = True
        """Whether the last call came to anybody; a hook that is down is not asked fifty times in a row."""

    # settings ---------------------------------------------------------------------------

    def view(self, by: Operator) -> HooksView:
        """Raises NotAllowed, NoKeyring, KeyringLocked."""
        require(by, Permission.SETTINGS)
        secret = self._secrets.get(self._name) is not None
        with self._store.read() as uow:
            return HooksView(_settings(uow), secret, uow.hooks.waiting(), uow.hooks.troubled())

    def save(self, by: Operator, wanted: HookSettings, secret: str | None = None) -> Done[HookSettings]:
        """Keep the settings; ``secret`` None leaves the one that is there. It goes into the keyring alone.

        Raises NotAllowed, UserError, NoKeyring, KeyringLocked; then nothing is kept.
        """
        require(by, Permission.SETTINGS)
        now = self._clock.now()
        url = hook_url(wanted.url, practice=self._practice) if wanted.url.strip() else ""
        if secret is not None and len(secret) < LEAST_SECRET:
            raise UserError(f"The secret needs {LEAST_SECRET} characters at least.", "Use a generated one.")
        if (
            url
            and (wanted.enrich or wanted.filed)
            and secret is None
            and self._secrets.get(self._name) is None
        ):
            raise UserError("The hook has no secret yet.", "Set the secret that both sides know.")
        if secret is not None:
            self._secrets.set(self._name, secret.encode())
        with self._store.write() as uow:
            before = _settings(uow)
            since = before.since if before.filed and before.url else now
            kept = replace(wanted, url=url, since=since if wanted.filed and url else None)
            uow.settings.set(NAME, codec.to_plain(kept))
            note(
                uow,
                "settings.hooks",
                now,
                by,
                url=url,
                enrich=kept.enrich,
                filed=kept.filed,
                new_secret=secret is not None,
            )
        return done(kept, Change.SETTINGS)

    def test(self, by: Operator) -> str:
        """Make a call of the kind *test* now; what came of it, in words. Raises NotAllowed, UserError."""
        require(by, Permission.SETTINGS)
        with self._store.read() as uow:
            url = _settings(uow).url
        if not url:
            raise UserError("No hook is set.", "Give its address and save it first.")
        reply = self._post(url, test_body(), "test")
        if _took(reply):
            return "The hook answered. It can verify the desk's signature with the secret."
        raise UserError(f"The hook did not take the call. {_wrong(reply)}", "See its own log for why.")

    # asking ------------------------------------------------------------------------------

    def ask(self, operator: Operator, number: int) -> Done[bool]:
        """Have the platform asked about a case that somebody opens; once for each revision it hands over."""
        require(operator, Permission.SEE_QUEUE)
        with self._store.read() as uow:
            settings = _settings(uow)
            if not (settings.url and settings.enrich):
                return Done(False, frozenset())  # nothing was written
            case = uow.cases.get(number)
            key = f"{number}:{_handed_over(case)}"
            if case.state not in PENDING or uow.hooks.known(HookKind.ENRICH, key):
                return Done(False, frozenset())  # nothing was written
        with self._store.write() as uow:
            new = uow.hooks.ask(HookKind.ENRICH, number, key, self._clock.now())
        return done(new, *((Change.HOOKS,) if new else ()))

    def state(self, operator: Operator, number: int) -> HookCall | None:
        """How far the platform was asked about this case; None where it was not."""
        require(operator, Permission.SEE_QUEUE)
        with self._store.read() as uow:
            return uow.hooks.of_case(number, HookKind.ENRICH)

    def again(self, operator: Operator, call_id: int) -> Done[HookCall]:
        """Try a call now that failed or waits. Raises UserError where it is done."""
        if not operator.may(Permission.SETTINGS):
            require(operator, Permission.SEE_QUEUE)
        with self._store.write() as uow:
            call = uow.hooks.again(call_id, self._clock.now())
        return done(call, Change.HOOKS, Change.SETTINGS)

    # making the calls ----------------------------------------------------------------------

    def run(self, *, cancelled: Callable[[], bool] = lambda: False) -> Done[int]:
        """Make the calls that are due; how many were made. Call it off the GUI thread."""
        changes: set[Change] = set()
        made, self._reached = 0, True
        with self._store.read() as uow:
            settings = _settings(uow)
            untold = (
                uow.hooks.untold(settings.since)
                if settings.url and settings.filed and settings.since is not None
                else ()
            )
        if not settings.on:
            return done(0)
        if untold:
            with self._store.write() as uow:
                for filing_id, number in untold:
                    now = self._clock.now()
                    uow.hooks.ask(HookKind.FILED, number, str(filing_id), now, filing_id=filing_id)
        while made < AT_ONCE and not cancelled():
            now = self._clock.now()
            with self._store.read() as uow:
                due = uow.hooks.due(now)
            if not due:
                break
            with self._store.write() as uow:
                call = uow.hooks.take(now, now + LEASE)
            if call is None:
                break
            changes |= self._make(settings, call)
            made += 1
            if not self._reached:
                break  # the others would wait in vain as well: at the next look
        return done(made, *changes)

    def _make(self, settings: HookSettings, call: HookCall) -> set[Change]:
        """One call, and what becomes of it."""
        with self._store.read() as uow:
            wanted = settings.enrich if call.kind is HookKind.ENRICH else settings.filed
            case = uow.cases.get(call.case_number)
            needed = call.kind is HookKind.FILED or case.state in PENDING
            body = _body(uow, call, case) if wanted and needed else None
        if body is None:
            return self._settle(call, HookState.DROPPED, "It is not needed any more.")
        try:
            reply = self._post(settings.url, body, f"{call.kind.value}-{call.id}")
        except DeskError as problem:  # no secret, or a keyring that is locked
            return self._later(call, problem.words())
        if call.kind is HookKind.ENRICH and reply.status in (204, 404):
            return self._settle(call, HookState.DONE, "The platform knows nothing further.")
        if not _took(reply):
            self._reached = reply.status is not None
            return self._later(call, _wrong(reply))
        if call.kind is HookKind.FILED:
            return self._settle(call, HookState.DONE, "The platform was told.")
        return self._add(call, settings, reply)

    def _add(self, call: HookCall, settings: HookSettings, reply: HookReply) -> set[Change]:
        """What the platform answered becomes a revision of its own, with its source said."""
        now = self._clock.now()
        try:
            known = parse_answer(reply.body)
            with self._store.write() as uow:
                case = uow.cases.get(call.case_number)
                if case.state not in PENDING or not uow.cases.has_key(case.number):
                    uow.hooks.settle(call.id, HookState.DROPPED, "It is not needed any more.", now)
                    return {Change.HOOKS}
                data, added = enrich(case, known, urlsplit(settings.url).hostname or "", now)
                if added:
                    case = uow.cases.add_revision(case.number, _revision(uow, case, data, now))
                    account = data.reported.id if data.reported else None
                    uow.accounts.keep(case.number, account_value(account or ""), links_of(data))
                words = f"{len(added)} added." if added else "The platform knows nothing further."
                uow.hooks.settle(call.id, HookState.DONE, words, now)
                note(
                    uow,
                    "case.enriched",
                    now,
                    None,
                    case_number=case.number,
                    revision=case.revision,
                    added=len(added),
                    call=call.id,
                )
        except IntakeRefused as refused:
            return self._later(call, f"Its answer can't be used: {refused.words()}")
        return {Change.HOOKS, *((Change.CASE, Change.QUEUE, Change.AUDIT) if added else ())}

    def _later(self, call: HookCall, words: str) -> set[Change]:
        """Again after a while; an enrichment that never comes is given up, what was filed is told at last."""
        if call.kind is HookKind.ENRICH and call.tries >= MOST_TRIES:
            return self._settle(call, HookState.FAILED, words)
        wait = min(LONGEST_WAIT, backoff(call.tries, self._spread()) * (1 + max(0, call.tries - 8)))
        now = self._clock.now()
        with self._store.write() as uow:
            uow.hooks.settle(call.id, HookState.WAITING, words, now, next_at=now + wait)
        return {Change.HOOKS}

    def _settle(self, call: HookCall, state: HookState, words: str) -> set[Change]:
        with self._store.write() as uow:
            uow.hooks.settle(call.id, state, words, self._clock.now())
        return {Change.HOOKS}

    def _post(self, url: str, body: bytes, call: str) -> HookReply:
        """Raises UserError without a secret, NoKeyring, KeyringLocked."""
        secret = self._secrets.get(self._name)
        if secret is None:
            raise UserError("The hook has no secret.", "An administrator sets it in Settings.")
        if self._practice:
            hook_url(url, practice=True)
        return self._client.post(url, body, headers(secret.decode(), url, self._clock.now(), body, call))


def _settings(uow: UnitOfWork) -> HookSettings:
    plain = uow.settings.get(NAME)
    return codec.from_plain(HookSettings, plain) if plain else HookSettings()


def _handed_over(case: Case) -> int:
    """The platform's own revision: those that the desk made of its answers ask for nothing further."""
    told = case.data.extra.get(EXTRA)
    return case.revision - (len(told) if isinstance(told, list) else 0)


def _took(reply: HookReply) -> bool:
    return reply.status is not None and 200 <= reply.status < 300 and not reply.words


def _wrong(reply: HookReply) -> str:
    return reply.words or f"It answered with HTTP {reply.status}."


def _revision(uow: UnitOfWork, case: Case, data: CaseData, now: datetime) -> NewRevision:
    return NewRevision(
        data=data,
        digest=hashlib.sha256(codec.canonical(data)).hexdigest(),
        media={},
        wrapped_key=uow.cases.wrapped_key(case.number),
        completeness=assess(data).score,
        queue=case.queue,
        received_at=now,
    )


def _body(uow: UnitOfWork, call: HookCall, case: Case) -> bytes:
    if call.kind is HookKind.ENRICH or call.filing_id is None:
        return enrich_body(case.data)
    receipt = uow.filings.receipt(call.filing_id)
    confirmed = uow.filings.confirmed(call.filing_id)
    assert receipt is not None
    near = {file.case_number: file.sha256 for file in uow.batches.near_files(call.filing_id)}
    own = uow.cases.revision(confirmed.case_number, confirmed.revision)
    chosen = confirmed.draft.files
    cases = [(own, [c.content_id for c in chosen if c.include and c.relevance is Relevance.REPORTED])]
    sha256 = confirmed.files[0].file.sha256 if confirmed.files else ""
    for other in confirmed.others:
        data = uow.cases.revision(other.case_number, other.revision)
        wanted = near.get(other.case_number, sha256)
        cases.append((data, [piece.id for piece in data.content if piece.sha256 == wanted]))
    return filed_body(receipt.report_id, receipt.at, preserve_until(receipt.at), cases)
