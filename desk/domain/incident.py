"""The incident of a case and the eight CyberTipline incident types, each in words."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime

from desk.domain.account import Address, IpEvent


class IncidentType(enum.StrEnum):
    """The CyberTipline's incident types, by the exact words its API takes."""

    CSAM = "Child Pornography (possession, manufacture, and distribution)"
    TRAFFICKING = "Child Sex Trafficking"
    TOURISM = "Child Sex Tourism"
    MOLESTATION = "Child Sexual Molestation"
    MISLEADING_DOMAIN = "Misleading Domain Name"
    MISLEADING_WORDS = "Misleading Words or Digital Images on the Internet"
    ENTICEMENT = "Online Enticement of Children for Sexual Acts"
    OBSCENE_TO_CHILD = "Unsolicited Obscene Material Sent to a Child"


@dataclass(frozen=True, slots=True)
class TypeHelp:
    """Words for one incident type: when to use it, when not, and what looks alike."""

    use: str
    not_for: str
    look_alike: str


TYPE_HELP: dict[IncidentType, TypeHelp] = {
    IncidentType.CSAM: TypeHelp(
        "Sexual imagery of a minor, or somebody offering, trading or asking for it.",
        "Drawings or obscenity alone: they are not on the list of what must be reported. Pictures of adults, "
        "and a family's own harmless pictures of its children.",
        "Sexual material that was sent to a child: Unsolicited Obscene Material Sent to a Child. A child who "
        "is pressed for pictures: Online Enticement, marked as sextortion where there are threats.",
    ),
    IncidentType.TRAFFICKING: TypeHelp(
        "Somebody offers, advertises or arranges the sale or exchange of a child for sex.",
        "Selling imagery: that is the imagery's own type. Adults who offer themselves.",
        "Travel arranged for abuse: Child Sex Tourism.",
    ),
    IncidentType.TOURISM: TypeHelp(
        "Somebody promotes, plans or arranges travel in order to abuse a child.",
        "Travel without a sign that abuse is its purpose; a person's own talk of a place.",
        "A child offered for sale without travel: Child Sex Trafficking.",
    ),
    IncidentType.MOLESTATION: TypeHelp(
        "An admission or evidence of the abuse of a particular child, without imagery as the main finding.",
        "A survivor telling of their own past, fiction, news or research.",
        "Contact with a child online: Online Enticement. Pictures of the abuse: Child Pornography, with what "
        "is known of the child in the circumstances.",
    ),
    IncidentType.MISLEADING_DOMAIN: TypeHelp(
        "A domain name chosen so that minors come upon explicit content.",
        "An adult site with an honest name.",
        "Words or pictures on a page that mislead: Misleading Words or Digital Images.",
    ),
    IncidentType.MISLEADING_WORDS: TypeHelp(
        "Words or images on the internet that lead minors to explicit content.",
        "Explicit content that is labelled as such.",
        "The address itself misleads: Misleading Domain Name.",
    ),
    IncidentType.ENTICEMENT: TypeHelp(
        "Sexual contact with a minor online or soliciting it, sextortion included, or coaching others to it.",
        "Argument or ideology without contact, solicitation or coaching; an adult's fiction or role play "
        "with adults.",
        "Imagery was exchanged as well: choose what matters most and say the rest in the circumstances.",
    ),
    IncidentType.OBSCENE_TO_CHILD: TypeHelp(
        "Sexual material sent to a child who did not ask for it.",
        "Material exchanged between adults; what a child went to look for.",
        "The sender asks the child for contact or images: Online Enticement.",
    ),
}


class ReportAnnotation(enum.StrEnum):
    """Annotations of the whole report (API: reportAnnotations), by their element names."""

    SEXTORTION = "sextortion"
    CSAM_SOLICITATION = "csamSolicitation"
    MINOR_TO_MINOR = "minorToMinorInteraction"
    SPAM = "spam"
    SADISTIC = "sadisticOnlineExploitation"


class ContextKind(enum.StrEnum):
    """Where it happened: one for each kind of CyberTipline incident detail."""

    WEB_PAGE = "web_page"
    EMAIL = "email"
    NEWSGROUP = "newsgroup"
    CHAT = "chat"
    GAMING = "gaming"
    CELL_PHONE = "cell_phone"
    PEER_TO_PEER = "peer_to_peer"
    OFFLINE = "offline"


@dataclass(frozen=True, slots=True)
class Context:
    """Where it happened. Which fields count depends on ``kind``; the others stay unset.

    web_page: urls, third_party_hosted · email, newsgroup: emails, content, name ·
    chat: client, room, content · gaming: game, console, content · cell_phone: phone,
    latitude, longitude · peer_to_peer: client, ip_events, file_names ·
    offline: place, addresses. ``note`` goes with every kind. ``words_of`` names the
    conversations and texts of the case whose words stand in it when it is sent.
    """

    kind: ContextKind
    urls: tuple[str, ...] = ()
    third_party_hosted: bool | None = None
    emails: tuple[str, ...] = ()
    name: str | None = None
    client: str | None = None
    room: str | None = None
    game: str | None = None
    console: str | None = None
    phone: str | None = None
    latitude: str | None = None
    longitude: str | None = None
    file_names: str | None = None
    place: str | None = None
    content: str | None = None
    note: str | None = None
    ip_events: tuple[IpEvent, ...] = ()
    addresses: tuple[Address, ...] = ()
    words_of: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"Context(kind={self.kind.value})"


@dataclass(frozen=True, slots=True)
class Incident:
    """When, where and how it was found."""

    occurred_at: datetime
    time_note: str | None = None
    platform: str | None = None
    context: Context | None = None

    def __repr__(self) -> str:  # what it holds stays out of tracebacks and logs
        return "Incident(…)"
