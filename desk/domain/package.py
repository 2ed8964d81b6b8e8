"""Reading a case package, version 1: plain JSON values in, one :class:`CaseData` out.

Every refusal names the key and the reason. Unknown keys are refused by name (a
typo must not lose evidence), except below ``extra``.
"""

from __future__ import annotations

import re
from typing import Any

from desk.domain import account as a
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
        reported=_optional_account(top.child("reported")),
        recipients=tuple(_account(item) for item in top.children("recipients")),
        victims=tuple(_account(item) for item in top.children("victims")),
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
    ContextKind.PEER_TO_PEER: frozenset({"client", "file_names"}),
    ContextKind.OFFLINE: frozenset({"place"}),
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
    )
    reader.finish()
    return context


def _optional_account(reader: Reader | None) -> a.Account | None:
    return None if reader is None else _account(reader)


def _account(reader: Reader) -> a.Account:
    account = a.Account(
        id=reader.text("id"),
        service=reader.text("service"),
        screen_name=reader.text("screen_name"),
        display_names=reader.texts("display_names"),
        profile_urls=reader.texts("profile_urls"),
        bio=reader.text("bio"),
        first_name=reader.text("first_name"),
        last_name=reader.text("last_name"),
        age=reader.whole("age", low=0, high=150),
        date_of_birth=reader.day("date_of_birth"),
        emails=tuple(_email(item) for item in reader.children("emails")),
        phones=tuple(_phone(item) for item in reader.children("phones")),
        addresses=tuple(_address(item) for item in reader.children("addresses")),
        ip_events=tuple(_ip_event(item) for item in reader.children("ip_events")),
        devices=tuple(_device(item) for item in reader.children("devices")),
        location=_location(reader.child("location")),
        compromised=reader.flag("compromised"),
        third_party=reader.flag("third_party"),
        group=reader.text("group"),
        disabled=_disabled(reader.child("disabled")),
        associated=tuple(_associated(item) for item in reader.children("associated")),
        prior_reports=reader.wholes("prior_reports"),
        all_emails=reader.flag("all_emails"),
        vehicle=reader.text("vehicle"),
        school=reader.text("school"),
        note=reader.text("note"),
    )
    reader.finish()
    return account


def _email(reader: Reader) -> a.Email:
    email = a.Email(
        address=reader.required_text("address"),
        kind=reader.choice("kind", a.EmailKind),
        verified=reader.flag("verified"),
        verified_at=reader.time("verified_at"),
    )
    reader.finish()
    return email


def _phone(reader: Reader) -> a.Phone:
    phone = a.Phone(
        number=reader.required_text("number"),
        calling_code=reader.text("calling_code"),
        extension=reader.text("extension"),
        kind=reader.choice("kind", a.PhoneKind),
        verified=reader.flag("verified"),
        verified_at=reader.time("verified_at"),
    )
    reader.finish()
    return phone


def _address(reader: Reader) -> a.Address:
    address = a.Address(
        address=reader.text("address"),
        city=reader.text("city"),
        zip_code=reader.text("zip_code"),
        state=reader.text("state"),
        non_usa_state=reader.text("non_usa_state"),
        country=reader.text("country"),
        kind=reader.choice("kind", a.AddressKind),
    )
    reader.finish()
    return address


def _ip_event(reader: Reader) -> a.IpEvent:
    event = a.IpEvent(
        ip=reader.required_text("ip"),
        port=reader.whole("port", low=1, high=65535),
        at=reader.time("at"),
        event=reader.choice("event", a.EventName),
        possible_proxy=reader.flag("possible_proxy"),
    )
    reader.finish()
    return event


def _device(reader: Reader) -> a.Device:
    device = a.Device(
        kind=reader.required_text("kind"),
        value=reader.required_text("value"),
        event=reader.choice("event", a.EventName),
        at=reader.time("at"),
    )
    reader.finish()
    return device


def _location(reader: Reader | None) -> a.Location | None:
    if reader is None:
        return None
    location = a.Location(
        city=reader.text("city"),
        region=reader.text("region"),
        country=reader.text("country"),
        verified=reader.flag("verified"),
        at=reader.time("at"),
    )
    reader.finish()
    return location


def _disabled(reader: Reader | None) -> a.Disabled | None:
    if reader is None:
        return None
    disabled = a.Disabled(
        permanent=reader.flag("permanent") or False,
        at=reader.time("at"),
        notified=reader.flag("notified"),
        notified_at=reader.time("notified_at"),
        reenabled_at=reader.time("reenabled_at"),
    )
    reader.finish()
    return disabled


def _associated(reader: Reader) -> a.Associated:
    associated = a.Associated(
        kind=reader.required_choice("kind", a.AssociationKind),
        platform=reader.text("platform"),
        id=reader.text("id"),
        service=reader.text("service"),
        screen_name=reader.text("screen_name"),
        first_name=reader.text("first_name"),
        last_name=reader.text("last_name"),
        emails=tuple(_email(item) for item in reader.children("emails")),
        phones=tuple(_phone(item) for item in reader.children("phones")),
        profile_urls=reader.texts("profile_urls"),
        note=reader.text("note"),
    )
    reader.finish()
    return associated


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
        ip_event=_optional_ip(reader.child("ip_event")),
        device=_optional_device(reader.child("device")),
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


def _optional_ip(reader: Reader | None) -> a.IpEvent | None:
    return None if reader is None else _ip_event(reader)


def _optional_device(reader: Reader | None) -> a.Device | None:
    return None if reader is None else _device(reader)


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
