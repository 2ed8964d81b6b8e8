"""Where it happened: a draft's contexts as the eight kinds of internetDetails.

What a kind of place has no field for is said in its further information.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from desk.cybertip.compose_people import address, address_words, event_words, ip_event, text
from desk.cybertip.model_incident import (
    CellPhoneIncident,
    ChatImIncident,
    EmailIncident,
    InternetDetails,
    NewsgroupIncident,
    NonInternetIncident,
    OnlineGamingIncident,
    Peer2PeerIncident,
    WebPageIncident,
)
from desk.cybertip.model_shared import Email, Phone
from desk.domain.account import Address, IpEvent
from desk.domain.filing import FieldProblem
from desk.domain.incident import Context, ContextKind

_CARRIED: dict[ContextKind, tuple[str, ...]] = {
    ContextKind.WEB_PAGE: ("urls", "third_party_hosted"),
    ContextKind.EMAIL: ("emails", "content"),
    ContextKind.NEWSGROUP: ("name", "emails", "content"),
    ContextKind.CHAT: ("client", "room", "content"),
    ContextKind.GAMING: ("game", "console", "content"),
    ContextKind.CELL_PHONE: ("phone", "latitude", "longitude"),
    ContextKind.PEER_TO_PEER: ("client", "ip_events", "file_names"),
    ContextKind.OFFLINE: ("place", "addresses"),
}
"""The fields of a context that its element has; ``note`` goes with all."""

_LABELS: dict[str, str] = {
    "urls": "URL",
    "third_party_hosted": "Hosted by another company",
    "emails": "Email",
    "name": "Name",
    "client": "Program",
    "room": "Room",
    "game": "Game",
    "console": "Console",
    "phone": "Phone",
    "latitude": "Latitude",
    "longitude": "Longitude",
    "file_names": "File names",
    "place": "Place",
    "content": "Content",
    "ip_events": "IP address",
    "addresses": "Address",
}


def _context_note(context: Context) -> str | None:
    """The note, and what else was filled in that this kind of place has no field for."""
    lines = [text(context.note) or ""]
    for name, label in _LABELS.items():
        held = getattr(context, name)
        if name in _CARRIED[context.kind] or held in (None, "", ()):
            continue
        items = held if isinstance(held, tuple) else (held,)
        lines += [f"{label}: {_in_words(item)}" for item in items]
    return text("\n".join(line for line in lines if line))


def _in_words(item: object) -> str:
    if isinstance(item, bool):
        return "yes" if item else "no"
    if isinstance(item, IpEvent):
        return event_words(item.ip, item.port, item.at)
    return address_words(item) if isinstance(item, Address) else str(item)


def place_of(context: Context) -> InternetDetails:
    """One context as the element of its kind."""
    note = _context_note(context)
    emails = tuple(Email(address=address.strip()) for address in context.emails)
    content = text(context.content)
    match context.kind:
        case ContextKind.WEB_PAGE:
            urls = tuple(url.strip() for url in context.urls)
            page = WebPageIncident(third_party_hosted=context.third_party_hosted, urls=urls, note=note)
            return InternetDetails(web_page=page)
        case ContextKind.EMAIL:
            return InternetDetails(email=EmailIncident(emails=emails, content=content, note=note))
        case ContextKind.NEWSGROUP:
            name = text(context.name)
            group = NewsgroupIncident(name=name, emails=emails, content=content, note=note)
            return InternetDetails(newsgroup=group)
        case ContextKind.CHAT:
            client, room = text(context.client), text(context.room)
            chat = ChatImIncident(client=client, room=room, content=content, note=note)
            return InternetDetails(chat=chat)
        case ContextKind.GAMING:
            game, console = text(context.game), text(context.console)
            gaming = OnlineGamingIncident(game=game, console=console, content=content, note=note)
            return InternetDetails(gaming=gaming)
        case ContextKind.CELL_PHONE:
            number = text(context.phone)
            cell = CellPhoneIncident(
                phone=Phone(number=number.strip()) if number else None,
                latitude=_degrees(context.latitude),
                longitude=_degrees(context.longitude),
                note=note,
            )
            return InternetDetails(cell_phone=cell)
        case ContextKind.PEER_TO_PEER:
            names = text(context.file_names)
            sharing = Peer2PeerIncident(
                client=text(context.client),
                ip_events=tuple(ip_event(item) for item in context.ip_events),
                file_names=names,
                note=note,
            )
            return InternetDetails(peer_to_peer=sharing)
        case _:
            addresses = tuple(address(item) for item in context.addresses)
            offline = NonInternetIncident(place=text(context.place), addresses=addresses, note=note)
            return InternetDetails(offline=offline)


def _degrees(value: str | None) -> float | None:
    """A number of degrees; None where there is none that can be read."""
    try:
        number = float(value or "")
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def unreadable_coordinates(contexts: Sequence[Context]) -> list[FieldProblem]:
    """Problems for coordinates that are no numbers: the document could not even hold them."""
    words = "Write the coordinate in degrees as a number with a point, such as 39.78 or -89.65."
    return [
        FieldProblem(f"contexts[{index}].{name}", "number", words)
        for index, context in enumerate(contexts)
        if context.kind is ContextKind.CELL_PHONE
        for name in ("latitude", "longitude")
        if text(getattr(context, name)) and _degrees(getattr(context, name)) is None
    ]
