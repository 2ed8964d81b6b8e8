"""Reading a case package, version 1: plain JSON values in, one :class:`CaseData` out.

Every refusal names the key and the reason. Unknown keys are refused by name (a
typo must not lose evidence), except below ``extra``.
"""

from __future__ import annotations

import re
from typing import Any

from desk.domain.case import CaseData, LawEnforcement, Source, SourceKind, Urgency
from desk.domain.content import (
    SUGGESTED_ANNOTATIONS,
    Classification,
    Content,
    ContentKind,
    HashValue,
    Match,
    Message,
    Relevance,
    Suggested,
)
from desk.domain.errors import IntakeRefused
from desk.domain.incident import Context, ContextKind, Incident
from desk.domain.package_people import (
    account,
    addresses,
    ip_events,
    optional_account,
    optional_device,
    optional_ip,
)
from desk.domain.reader import Reader

FORMAT = "desk-case/1"
MAX_CONTENT = 10_000
MAX_MESSAGES = 200_000
_SHA256 = re.compile(r"[0-9a-f]{64}")


def parse(document: Any) -> CaseData:
    """The case that the document describes. Raises IntakeRefused (key, reason)."""
    top = Reader(document, "")
    version = top.text("format", required=True)
    if version != FORMAT:
        raise IntakeRefused(f"unknown format; this desk reads {FORMAT}", key="format")
    case = CaseData(
        id=top.required_text("id", limit=255),
        created_at=top.time("created_at"),
        source=_source(top.required_child("source")),
        policies=top.texts("policies"),
        queue=top.text("queue"),
        summary=top.text("summary"),
        urgency=_urgency(top.child("urgency")),
        incident=_incident(top.required_child("incident")),
        reported=optional_account(top.child("reported")),
        recipients=tuple(account(item) for item in top.children("recipients")),
        victims=tuple(account(item) for item in top.children("victims")),
        content=_contents(top),
        law_enforcement=_law_enforcement(top.child("law_enforcement")),
        extra=top.anything("extra"),
    )
    top.finish()
    return case


def _source(reader: Reader) -> Source:
    source = Source(
        kind=reader.required_choice("kind", SourceKind),
        name=reader.text("name"),
        detail=reader.text("detail"),
        confidence=reader.number("confidence", low=0.0, high=1.0),
    )
    reader.finish()
    return source


def _urgency(reader: Reader | None) -> Urgency:
    if reader is None:
        return Urgency()
    urgency = Urgency(escalate=reader.flag("escalate") or False, reason=reader.text("reason", limit=3000))
    reader.finish()
    return urgency


def _incident(reader: Reader) -> Incident:
    incident = Incident(
        occurred_at=reader.required_time("occurred_at"),
        time_note=reader.text("time_note"),
        platform=reader.text("platform"),
        context=_context(reader.child("context")),
    )
    reader.finish()
    return incident


CONTEXT_FIELDS: dict[ContextKind, frozenset[str]] = {
    ContextKind.WEB_PAGE: frozenset({"urls", "third_party_hosted"}),
    ContextKind.EMAIL: frozenset({"emails", "content"}),
    ContextKind.NEWSGROUP: frozenset({"name", "emails", "content"}),
    ContextKind.CHAT: frozenset({"client", "room", "content"}),
    ContextKind.GAMING: frozenset({"game", "console", "content"}),
    ContextKind.CELL_PHONE: frozenset({"phone", "latitude", "longitude"}),
    ContextKind.PEER_TO_PEER: frozenset({"client", "ip_events", "file_names"}),
    ContextKind.OFFLINE: frozenset({"place", "addresses"}),
}
"""Which fields go with which kind of context, besides ``note``."""


def _context(reader: Reader | None) -> Context | None:
    if reader is None:
        return None
    kind = reader.required_choice("kind", ContextKind)
    allowed = CONTEXT_FIELDS[kind]

    def text(name: str) -> str | None:
        return reader.text(name) if name in allowed else None

    context = Context(
        kind=kind,
        urls=reader.texts("urls") if "urls" in allowed else (),
        third_party_hosted=reader.flag("third_party_hosted") if "third_party_hosted" in allowed else None,
        emails=reader.texts("emails") if "emails" in allowed else (),
        name=text("name"),
        client=text("client"),
        room=text("room"),
        game=text("game"),
        console=text("console"),
        phone=text("phone"),
        latitude=text("latitude"),
        longitude=text("longitude"),
        file_names=text("file_names"),
        place=text("place"),
        content=text("content"),
        note=reader.text("note"),
        ip_events=ip_events(reader) if "ip_events" in allowed else (),
        addresses=addresses(reader) if "addresses" in allowed else (),
    )
    reader.finish()
    return context


def _contents(top: Reader) -> tuple[Content, ...]:
    items = top.children("content", limit=MAX_CONTENT)
    if not items:
        raise IntakeRefused("at least one content is required", key="content")
    contents: list[Content] = []
    seen: set[str] = set()
    for item in items:
        content = _content(item)
        if content.id in seen:
            raise IntakeRefused("this id stands twice in the case", key=f"{item.path}.id")
        seen.add(content.id)
        contents.append(content)
    return tuple(contents)


def _content(reader: Reader) -> Content:
    kind = reader.required_choice("kind", ContentKind)
    sha256 = reader.text("sha256")
    if sha256 is not None and not _SHA256.fullmatch(sha256.lower()):
        raise IntakeRefused("a SHA-256 is 64 hexadecimal digits", key=f"{reader.path}.sha256")
    content = Content(
        id=reader.required_text("id", limit=255),
        kind=kind,
        uid=reader.text("uid", limit=1000),
        file=reader.text("file"),
        sha256=sha256.lower() if sha256 else None,
        name=reader.text("name", limit=2056),
        url=reader.text("url", limit=2083),
        text=reader.text("text", blank=True),
        client=reader.text("client"),
        room=reader.text("room"),
        messages=tuple(_message(item) for item in reader.children("messages", limit=MAX_MESSAGES)),
        uploaded_at=reader.time("uploaded_at"),
        ip_event=optional_ip(reader.child("ip_event")),
        device=optional_device(reader.child("device")),
        public=reader.flag("public"),
        relevance=reader.choice("relevance", Relevance) or Relevance.REPORTED,
        hashes=tuple(_hash(item) for item in reader.children("hashes")),
        matches=tuple(_match(item) for item in reader.children("matches")),
        suggested=_suggested(reader.child("suggested")),
    )
    reader.finish()
    _needs(content, reader.path)
    return content


def _needs(content: Content, path: str) -> None:
    missing = None
    if content.kind.has_file and not content.file:
        missing = "file"
    elif content.kind is ContentKind.TEXT and not content.text:
        missing = "text"
    elif content.kind is ContentKind.CHAT and not content.messages:
        missing = "messages"
    elif content.kind is ContentKind.URL and not content.url:
        missing = "url"
    if missing:
        raise IntakeRefused(f"content of the kind {content.kind.value} needs it", key=f"{path}.{missing}")
    if content.kind.has_file:
        return
    if content.file:
        raise IntakeRefused(f"content of the kind {content.kind.value} has no file", key=f"{path}.file")
    if content.sha256 and (content.kind is not ContentKind.TEXT or content.sha256 != content.text_digest()):
        reason = f"content of the kind {content.kind.value} has no file that it could be the SHA-256 of"
        if content.kind is ContentKind.TEXT:
            reason = "is not the SHA-256 of the text"
        raise IntakeRefused(reason, key=f"{path}.sha256")


def _message(reader: Reader) -> Message:
    message = Message(
        sender=reader.required_text("from"),
        to=reader.text("to"),
        at=reader.time("at"),
        text=reader.text("text", required=True, blank=True) or "",
        ip=reader.text("ip"),
    )
    reader.finish()
    return message


def _hash(reader: Reader) -> HashValue:
    value = HashValue(kind=reader.required_text("kind"), value=reader.required_text("value"))
    reader.finish()
    return value


def _match(reader: Reader) -> Match:
    match = Match(
        list=reader.required_text("list"),
        label=reader.text("label"),
        kind=reader.text("kind"),
        distance=reader.whole("distance", low=0, high=1_000_000),
    )
    reader.finish()
    return match


def _suggested(reader: Reader | None) -> Suggested:
    if reader is None:
        return Suggested()
    names = reader.texts("annotations")
    for index, name in enumerate(names):
        if name not in SUGGESTED_ANNOTATIONS:
            known = ", ".join(sorted(SUGGESTED_ANNOTATIONS))
            raise IntakeRefused(
                f"unknown annotation; known are {known}", key=f"{reader.path}.annotations[{index}]"
            )
    suggested = Suggested(
        classification=reader.choice("classification", Classification),
        annotations=tuple(SUGGESTED_ANNOTATIONS[name] for name in names),
    )
    reader.finish()
    return suggested


def _law_enforcement(reader: Reader | None) -> LawEnforcement | None:
    if reader is None:
        return None
    request = LawEnforcement(
        agency=reader.required_text("agency", limit=255),
        case_number=reader.text("case_number"),
        officer_first_name=reader.text("officer_first_name"),
        officer_last_name=reader.text("officer_last_name"),
        officer_email=reader.text("officer_email"),
        officer_phone=reader.text("officer_phone"),
        reported_to=reader.flag("reported_to"),
        served_domestic=reader.flag("served_domestic"),
        served_international=reader.flag("served_international"),
        country=reader.text("country"),
    )
    reader.finish()
    return request
