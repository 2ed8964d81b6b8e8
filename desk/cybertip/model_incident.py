"""The incident of a report: summary, where it happened, law enforcement, the reporter, batches."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Annotated

from desk.cybertip.fields import Attr, F, Form, Text, record
from desk.cybertip.model_shared import (
    URL_LENGTH,
    Address,
    ContactPerson,
    IpEvents,
    Note,
    Person,
    Phone,
)
from desk.cybertip.model_shared import Email as Email
from desk.domain.incident import IncidentType


class BatchReason(enum.StrEnum):
    """Why reports were put into one batch (documentation, Appendix E)."""

    VIRAL_POTENTIAL_MEME = "VIRAL_POTENTIAL_MEME"


@record("batchedReport")
class BatchedReport:
    """One file that many users pass on, reported once for all of them."""

    reason: Annotated[BatchReason, Attr("reason", "Reason")]


@record("reportAnnotations")
class ReportAnnotations:
    """Tags for the whole report."""

    sextortion: Annotated[bool, F("sextortion", "Sextortion", "Threats in order to get images or money.")] = (
        False
    )
    csam_solicitation: Annotated[
        bool, F("csamSolicitation", "Solicitation", "Somebody asked for sexual imagery of a child.")
    ] = False
    minor_to_minor: Annotated[
        bool, F("minorToMinorInteraction", "Between minors", "All who took part are minors.")
    ] = False
    spam: Annotated[bool, F("spam", "Spam", "It was spread as spam.")] = False
    sadistic: Annotated[
        bool,
        F(
            "sadisticOnlineExploitation",
            "Sadistic online exploitation",
            "Somebody made a child harm itself or others.",
        ),
    ] = False


@record("incidentSummary")
class IncidentSummary:
    """What happened, when and where, and how urgent it is."""

    incident_type: Annotated[IncidentType, F("incidentType", "Incident type", "The type that fits best.")]
    platform: Annotated[
        str | None, F("platform", "Platform", "The application's full name where it happened.", max=256)
    ] = None
    escalate: Annotated[
        str | None,
        F(
            "escalateToHighPriority",
            "Reason for high priority",
            "Only for an immediate risk to a child: any text here escalates the report.",
            max=3000,
            form=Form.LINES,
        ),
    ] = None
    annotations: Annotated[ReportAnnotations | None, F("reportAnnotations", "Annotations")] = None
    occurred_at: Annotated[
        datetime, F("incidentDateTime", "When", "The time of the incident, with its zone.", past=True)
    ]
    time_note: Annotated[
        str | None,
        F(
            "incidentDateTimeDescription",
            "What the time stands for",
            "For example the time of the upload.",
            max=3000,
            form=Form.LINES,
        ),
    ] = None


Emails = Annotated[
    tuple[Email, ...],
    F("emailAddress", "Email address", "Must also stand as an email of a person of the report."),
]
Content = Annotated[
    str | None, F("content", "Content", "What was said, with headers and subject.", form=Form.LINES)
]


@record("webPageIncident")
class WebPageIncident:
    third_party_hosted: Annotated[
        bool | None,
        Attr("thirdPartyHostedContent", "Hosted elsewhere", "By another company; nothing more is known."),
    ] = None
    urls: Annotated[
        tuple[str, ...], F("url", "URL", "Where it was seen.", max=URL_LENGTH, form=Form.URL)
    ] = ()
    note: Note = None


@record("emailIncident")
class EmailIncident:
    emails: Emails = ()
    content: Content = None
    note: Note = None


@record("newsgroupIncident")
class NewsgroupIncident:
    name: Annotated[str | None, F("name", "Newsgroup", max=255)] = None
    emails: Emails = ()
    content: Content = None
    note: Note = None


@record("chatImIncident")
class ChatImIncident:
    client: Annotated[str | None, F("chatClient", "Chat program", max=255)] = None
    room: Annotated[str | None, F("chatRoomName", "Chat room", max=255)] = None
    content: Content = None
    note: Note = None


@record("onlineGamingIncident")
class OnlineGamingIncident:
    game: Annotated[str | None, F("gameName", "Game", max=255)] = None
    console: Annotated[str | None, F("console", "Console", max=255)] = None
    content: Content = None
    note: Note = None


@record("cellPhoneIncident")
class CellPhoneIncident:
    phone: Annotated[Phone | None, F("phoneNumber", "Phone number")] = None
    latitude: Annotated[
        float | None, F("latitude", "Latitude", "Degrees, north is positive.", low=-90, high=90)
    ] = None
    longitude: Annotated[
        float | None, F("longitude", "Longitude", "Degrees, east is positive.", low=-180, high=180)
    ] = None
    note: Note = None


@record("nonInternetIncident")
class NonInternetIncident:
    place: Annotated[str | None, F("locationName", "Place", max=255)] = None
    addresses: Annotated[tuple[Address, ...], F("incidentAddress", "Address of the incident")] = ()
    note: Note = None


@record("peer2peerIncident")
class Peer2PeerIncident:
    client: Annotated[str | None, F("client", "Program", max=255)] = None
    ip_events: IpEvents = ()
    file_names: Annotated[str | None, F("fileNames", "File names", form=Form.LINES)] = None
    note: Note = None


@record("internetDetails")
class InternetDetails:
    """Where it happened: exactly one of the eight kinds is set."""

    web_page: Annotated[WebPageIncident | None, F("webPageIncident", "Web page")] = None
    email: Annotated[EmailIncident | None, F("emailIncident", "Email")] = None
    newsgroup: Annotated[NewsgroupIncident | None, F("newsgroupIncident", "Newsgroup")] = None
    chat: Annotated[ChatImIncident | None, F("chatImIncident", "Chat")] = None
    gaming: Annotated[OnlineGamingIncident | None, F("onlineGamingIncident", "Online game")] = None
    cell_phone: Annotated[CellPhoneIncident | None, F("cellPhoneIncident", "Mobile phone")] = None
    offline: Annotated[NonInternetIncident | None, F("nonInternetIncident", "Not online")] = None
    peer_to_peer: Annotated[Peer2PeerIncident | None, F("peer2peerIncident", "File sharing")] = None


@record("servedLegalProcessInternational")
class ServedInternational:
    """Legal process from abroad, and from which country."""

    served: Annotated[bool, Text("Served legal process from abroad")]
    country: Annotated[
        str | None, Attr("fleaCountry", "Country of the agency", "Two letters.", form=Form.COUNTRY)
    ] = None


@record("lawEnforcement")
class LawEnforcement:
    """The agency that asked, or that was told already."""

    agency: Annotated[str, F("agencyName", "Agency", max=255)]
    case_number: Annotated[str | None, F("caseNumber", "Case number", max=100)] = None
    officer: Annotated[ContactPerson | None, F("officerContact", "Officer")] = None
    reported_to: Annotated[bool | None, F("reportedToLe", "Reported to this agency")] = None
    served_domestic: Annotated[
        bool | None, F("servedLegalProcessDomestic", "Served legal process within the country")
    ] = None
    served_international: Annotated[
        ServedInternational | None, F("servedLegalProcessInternational", "Served legal process from abroad")
    ] = None


@record("reporter")
class Reporter:
    """The platform that reports. The reporting person needs an email address."""

    person: Annotated[Person, F("reportingPerson", "Reporting person", "At least one email is needed.")]
    contact: Annotated[ContactPerson | None, F("contactPerson", "Contact for law enforcement")] = None
    company_template: Annotated[
        str | None,
        F("companyTemplate", "Company's standing text", "Goes with every report.", form=Form.LINES),
    ] = None
    terms_of_service: Annotated[
        str | None, F("termsOfService", "Terms of service", "The part that applies.", form=Form.LINES)
    ] = None
    legal_url: Annotated[
        str | None, F("legalURL", "Legal page", "A page for law enforcement.", max=URL_LENGTH, form=Form.URL)
    ] = None
