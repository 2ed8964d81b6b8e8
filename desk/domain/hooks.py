"""Hooks on the platform's own side: what is asked and told, how a call is signed, what an answer may add.

Two calls, both optional: *enrich* asks what else the platform knows of the people of a case, before a
report is written; *filed* tells it that a report was filed, so that it can preserve and act. Each is a
POST of one JSON object, signed with HMAC-SHA-256 over method, path, time and body, each on a line of its
own, so that a call can neither be forged nor moved to another path or time.
"""

from __future__ import annotations

import dataclasses
import enum
import hashlib
import hmac
import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from desk.domain.account import Account, IpEvent
from desk.domain.case import Case, CaseData
from desk.domain.endpoint import is_loopback
from desk.domain.errors import IntakeRefused, UserError
from desk.domain.package_people import account, optional_account, optional_ip
from desk.domain.reader import Reader

FORMAT = "desk-hook/1"
SIGNATURE, TIME, CALL = "X-Desk-Signature", "X-Desk-Time", "X-Desk-Call"
LEAST_SECRET = 16
"""Characters of a secret that nobody guesses."""
ANSWER_LIMIT = 1_000_000
"""Bytes of an answer: far above the people of one case."""
MOST_TRIES = 8
"""An enrichment that did not come by then is given up: a person can ask again."""
LONGEST_WAIT = timedelta(hours=1)


class HookKind(enum.StrEnum):
    ENRICH = "enrich"
    FILED = "filed"
    TEST = "test"


class HookState(enum.StrEnum):
    WAITING = "waiting"  # for its time; what went wrong last stands with it
    DONE = "done"
    FAILED = "failed"  # given up; a person can ask again
    DROPPED = "dropped"  # not needed any more


@dataclass(frozen=True, slots=True)
class HookSettings:
    """``url`` empty: no hook. ``since``: reports filed before are not told."""

    url: str = ""
    enrich: bool = False
    filed: bool = False
    since: datetime | None = None

    @property
    def on(self) -> bool:
        return bool(self.url) and (self.enrich or self.filed)


def hook_url(text: str, *, practice: bool = False) -> str:
    """The URL in one spelling: HTTPS, or plain HTTP to this computer. Practice never leaves it.

    Raises UserError.
    """
    word = text.strip()
    try:
        parts = urlsplit(word)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        host, port, parts = "", None, urlsplit("")
    if parts.scheme not in ("https", "http") or not host or any(c.isspace() or ord(c) < 32 for c in word):
        raise UserError("The hook's address is not a URL.", "Write it as https://hooks.example.com/desk.")
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise UserError("The hook's address holds a user name or a fragment.", "The secret signs each call.")
    if parts.scheme == "http" and not is_loopback(host):
        raise UserError("Plain HTTP is allowed to this computer only.", "Use an https:// address.")
    if practice and not is_loopback(host):
        raise UserError(
            "Practice never leaves this computer.", "Use an address such as http://127.0.0.1:8000/."
        )
    name = f"[{host}]" if ":" in host else host
    query = f"?{parts.query}" if parts.query else ""
    return f"{parts.scheme}://{name}{f':{port}' if port is not None else ''}{parts.path or '/'}{query}"


def target(url: str) -> str:
    """Path and query, as they stand in the request's first line."""
    parts = urlsplit(url)
    return f"{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}"


def signature(secret: str, method: str, path: str, time: str, body: bytes) -> str:
    """``v1=`` and the HMAC-SHA-256 in hexadecimal over the four, with a line feed between."""
    message = b"\n".join((method.encode(), path.encode(), time.encode(), body))
    return f"v1={hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()}"


def headers(secret: str, url: str, time: datetime, body: bytes, call: str) -> dict[str, str]:
    """What goes along with a call. ``call`` is the same at every try: the platform can tell a repeat."""
    stamp = time.isoformat().replace("+00:00", "Z")
    signed = signature(secret, "POST", target(url), stamp, body)
    return {"Content-Type": "application/json", TIME: stamp, SIGNATURE: signed, CALL: call}


# what is asked and told ---------------------------------------------------------------------


def _body(kind: HookKind, **said: Any) -> bytes:
    return json.dumps({"format": FORMAT, "kind": kind.value, **said}, sort_keys=True).encode()


def test_body() -> bytes:
    return _body(HookKind.TEST)


def enrich_body(case: CaseData) -> bytes:
    """The platform's own ids and nothing else: of the case, its people and its content."""
    return _body(
        HookKind.ENRICH,
        case=case.id,
        reported=case.reported.id if case.reported else None,
        recipients=[one.id for one in case.recipients if one.id],
        victims=[one.id for one in case.victims if one.id],
        content=[{"id": piece.id, "uid": piece.uid} for piece in case.content],
    )


def filed_body(
    report_id: str, filed_at: datetime, until: date, cases: Iterable[tuple[CaseData, list[str]]]
) -> bytes:
    """What was reported, case by case, and until when it must be preserved."""
    return _body(
        HookKind.FILED,
        report_id=report_id,
        filed_at=filed_at.isoformat().replace("+00:00", "Z"),
        preserve_until=until.isoformat(),
        cases=[
            {
                "case": data.id,
                "account": data.reported.id if data.reported else None,
                "content": [{"id": p.id, "uid": p.uid} for p in data.content if p.id in reported],
            }
            for data, reported in cases
        ],
    )


# what an answer adds ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Known:
    """What the platform knows of the people of a case, as it answered."""

    reported: Account | None = None
    recipients: tuple[Account, ...] = ()
    victims: tuple[Account, ...] = ()
    uploads: tuple[tuple[str, IpEvent], ...] = ()
    """By content id, from where it was uploaded."""

    def __repr__(self) -> str:  # people stay out of tracebacks
        return "Known(…)"


def parse_answer(body: bytes) -> Known:
    """The answer to *enrich*: people in the form of a case package. Raises IntakeRefused (key, reason)."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        raise IntakeRefused("the answer is not JSON") from None
    top = Reader(document, "")
    if top.text("format", required=True) != FORMAT:
        raise IntakeRefused(f"unknown format; this desk reads {FORMAT}", key="format")
    known = Known(
        optional_account(top.child("reported")),
        tuple(account(item) for item in top.children("recipients")),
        tuple(account(item) for item in top.children("victims")),
        tuple(_upload(item) for item in top.children("content")),
    )
    top.finish()
    return known


def _upload(reader: Reader) -> tuple[str, IpEvent]:
    content_id = reader.required_text("id", limit=255)
    event = optional_ip(reader.required_child("ip_event"))
    reader.finish()
    assert event is not None
    return content_id, event


def enrich(case: Case, known: Known, source: str, at: datetime) -> tuple[CaseData, tuple[str, ...]]:
    """The case with what is new, and the names of what was added. Nothing that is there is overwritten.

    Raises IntakeRefused where the answer speaks of another account than the case does.
    """
    data, added = case.data, list[str]()
    if known.reported is not None:
        own, other = (data.reported.id if data.reported else None), known.reported.id
        if own and other and own != other:
            raise IntakeRefused("the answer is about another account than the case", key="reported.id")
        data = replace(data, reported=_filled(data.reported, known.reported, "reported", added))
    data = replace(data, recipients=_people(data.recipients, known.recipients, "recipients", added))
    data = replace(data, victims=_people(data.victims, known.victims, "victims", added))
    uploads = dict(known.uploads)
    pieces = []
    for piece in data.content:
        event = uploads.get(piece.id)
        if event is not None and piece.ip_event is None:
            added.append(f"content {piece.id}: ip_event")
            piece = replace(piece, ip_event=event)
        pieces.append(piece)
    data = replace(data, content=tuple(pieces))
    if not added:
        return case.data, ()
    before = data.extra.get(EXTRA)
    told = [*(before if isinstance(before, list) else []), _told(source, at, added)]
    return replace(data, extra=data.extra | {EXTRA: told}), tuple(added)


EXTRA = "desk_enrichment"
"""Where a case says what a hook added to it, from where and when; kept and shown, never sent."""


def _told(source: str, at: datetime, added: list[str]) -> dict[str, Any]:
    return {"from": source, "at": at.isoformat().replace("+00:00", "Z"), "added": list(added)}


def _people(
    before: tuple[Account, ...], new: tuple[Account, ...], path: str, added: list[str]
) -> tuple[Account, ...]:
    people = list(before)
    for one in new:
        at = next((i for i, held in enumerate(people) if one.id and held.id == one.id), None)
        if at is not None:
            people[at] = _filled(people[at], one, f"{path}[{at}]", added)
        elif one not in people:
            added.append(f"{path}[{len(people)}]")
            people.append(one)
    return tuple(people)


def _filled(before: Account | None, new: Account, path: str, added: list[str]) -> Account:
    if before is None:
        added.append(path)
        return new
    changes: dict[str, Any] = {}
    for field in dataclasses.fields(Account):
        old, value = getattr(before, field.name), getattr(new, field.name)
        if isinstance(old, tuple):
            more = tuple(item for item in value if item not in old)
            if more:
                changes[field.name] = old + more
        elif old is None and value is not None:
            changes[field.name] = value
    added.extend(f"{path}.{name}" for name in changes)
    return replace(before, **changes)
