"""The fields of people, contexts and law enforcement, in the order of the form, with our own words.

The protocol's field table has the last word on labels; these stand where it has none.
"""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from desk.domain.account import Account, Location
from desk.domain.case import LawEnforcement
from desk.domain.incident import Context, ContextKind
from desk.gui.report.associated import associated_rows
from desk.gui.report.editors import Day, GrowingText, LongText, Rows, TriState, WholeNumber
from desk.gui.report.form import FieldWords, Line, RecordForm
from desk.gui.report.rows import DisabledForm, address_row, device_row, email_row, ip_row, phone_row
from desk.gui.widgets.fields import TextField
from desk.gui.widgets.moments import DateTimeField
from desk.gui.words import tr


def _location(field_words: FieldWords, path: str) -> QWidget:
    lines = [
        Line("city", tr("City"), TextField, span=5),
        Line("region", tr("Region or state"), TextField, span=4, plain=True),
        Line("country", tr("Country"), lambda: TextField(tr("US")), span=3, plain=True),
        Line("at", tr("As of"), DateTimeField, span=7, plain=True),
        Line("verified", tr("Verified"), TriState, span=5, plain=True),
    ]
    return RecordForm(Location(), lines, field_words, f"{path}.location")


def account_form(field_words: FieldWords, path: str) -> RecordForm:
    """What is known of one account or person."""

    def lines_of(make_placeholder: str, thing: str) -> Rows:
        return Rows(lambda: TextField(make_placeholder), thing)

    lines = [
        Line("id", tr("Account id on the platform"), lambda: TextField(mono=True), span=4),
        Line("service", tr("Service"), TextField, span=4),
        Line("screen_name", tr("Screen name"), TextField, span=4),
        Line("first_name", tr("First name"), TextField, span=4, plain=True),
        Line("last_name", tr("Last name"), TextField, span=4, plain=True),
        Line("age", tr("Age"), WholeNumber, span=2, plain=True),
        Line("date_of_birth", tr("or date of birth"), Day, span=2, plain=True),
        Line("display_names", tr("Display names"), lambda: lines_of("", tr("display name")), span=6),
        Line(
            "profile_urls",
            tr("Profile URLs"),
            lambda: lines_of(tr("https://…"), tr("profile URL")),
            span=6,
        ),
        Line("emails", tr("Email addresses"), lambda: Rows(email_row, tr("email address")), span=12),
        Line("phones", tr("Phone numbers"), lambda: Rows(phone_row, tr("phone number")), span=12),
        Line(
            "ip_events",
            tr("IP addresses"),
            lambda: Rows(ip_row, tr("IP address")),
            tr("Behind shared addresses an IP leads nowhere without its port and time."),
            span=12,
        ),
        Line("devices", tr("Devices"), lambda: Rows(device_row, tr("device")), span=12),
        Line("addresses", tr("Addresses"), lambda: Rows(address_row, tr("address")), span=12),
        Line(
            "location",
            tr("Estimated location"),
            lambda: _location(field_words, path),
            tr("Even a country alone helps, in two letters. In the United States the region is a state."),
            span=12,
        ),
        Line("bio", tr("Biography"), GrowingText, span=12),
        Line("compromised", tr("Account is compromised"), TriState, span=6),
        Line("group", tr("Group"), TextField, span=6),
        Line("disabled", tr("Account disabled"), DisabledForm, span=12, plain=True, own=True),
        Line(
            "prior_reports",
            tr("Earlier CyberTipline reports"),
            lambda: Rows(lambda: WholeNumber(tr("Report number")), tr("report number")),
            span=12,
        ),
        Line("note", tr("Anything else about this person"), GrowingText, span=12),
    ]
    role = path.partition("[")[0]
    further = {
        "vehicle": Line("vehicle", tr("Vehicle"), TextField, span=12),
        "school": Line("school", tr("School"), TextField, span=12),
        "third_party": Line("third_party", tr("Another company's user"), TriState, span=6),
        "all_emails": Line(
            "all_emails",
            tr("All emails are given"),
            TriState,
            tr("Yes where the account has no other email address than those above."),
            span=6,
        ),
    }
    names = FURTHER_FIELDS[role]
    folded = [(tr("More about this person"), [further[name] for name in names if name in further])]
    if "associated" in names:
        line = Line("associated", tr("Other accounts"), associated_rows, span=12, plain=True)
        folded.append((tr("Other accounts of the same person"), [line]))
    return RecordForm(Account(), lines, field_words, path, folded=folded)


FURTHER_FIELDS: dict[str, tuple[str, ...]] = {
    "reported": ("vehicle", "third_party", "all_emails", "associated"),
    "recipients": ("all_emails",),
    "victims": ("school", "all_emails", "associated"),
}
"""What a role's element has besides (API, section 2); the rest can be said in the note."""


ACCOUNT_FIELDS = (
    "id",
    "service",
    "screen_name",
    "first_name",
    "last_name",
    "age",
    "date_of_birth",
    "display_names",
    "profile_urls",
    "emails",
    "phones",
    "ip_events",
    "devices",
    "addresses",
    "location",
    "location.city",
    "location.region",
    "location.country",
    "bio",
    "compromised",
    "group",
    "disabled",
    "prior_reports",
    "note",
)


def context_form(field_words: FieldWords, path: str, kind: ContextKind) -> RecordForm:
    """Where it happened; only the fields that count for this kind."""
    known = {
        "urls": Line(
            "urls", tr("URLs"), lambda: Rows(lambda: TextField(tr("https://…")), tr("URL")), span=12
        ),
        "third_party_hosted": Line("third_party_hosted", tr("Hosted by a third party"), TriState, span=12),
        "emails": Line(
            "emails",
            tr("Email addresses"),
            lambda: Rows(lambda: TextField(tr("name@example.com")), tr("email address")),
            span=12,
        ),
        "name": Line("name", tr("Name"), TextField),
        "client": Line("client", tr("Program or service"), TextField),
        "room": Line("room", tr("Room or channel"), TextField),
        "game": Line("game", tr("Game"), TextField),
        "console": Line("console", tr("Console"), TextField),
        "phone": Line("phone", tr("Phone number"), TextField, span=4),
        "latitude": Line("latitude", tr("Latitude"), TextField, span=4),
        "longitude": Line("longitude", tr("Longitude"), TextField, span=4),
        "file_names": Line("file_names", tr("File names"), GrowingText, span=12),
        "ip_events": Line("ip_events", tr("IP addresses"), lambda: Rows(ip_row, tr("IP address")), span=12),
        "place": Line("place", tr("Place"), GrowingText, span=12),
        "addresses": Line("addresses", tr("Addresses"), lambda: Rows(address_row, tr("address")), span=12),
        "content": Line("content", tr("What was written"), LongText, span=12),
        "note": Line("note", tr("Note"), LongText, span=12),
    }
    return RecordForm(Context(kind), [known[name] for name in CONTEXT_FIELDS[kind]], field_words, path)


CONTEXT_FIELDS: dict[ContextKind, tuple[str, ...]] = {
    ContextKind.WEB_PAGE: ("urls", "third_party_hosted", "note"),
    ContextKind.EMAIL: ("emails", "content", "note"),
    ContextKind.NEWSGROUP: ("name", "emails", "content", "note"),
    ContextKind.CHAT: ("client", "room", "content", "note"),
    ContextKind.GAMING: ("game", "console", "content", "note"),
    ContextKind.CELL_PHONE: ("phone", "latitude", "longitude", "note"),
    ContextKind.PEER_TO_PEER: ("client", "ip_events", "file_names", "note"),
    ContextKind.OFFLINE: ("place", "addresses", "note"),
}


def law_form(field_words: FieldWords) -> RecordForm:
    """The law-enforcement agency that asked or was told."""
    lines = [
        Line("agency", tr("Agency"), TextField, span=8),
        Line("case_number", tr("Its case number"), TextField, span=4),
        Line("officer_first_name", tr("Officer's first name"), TextField, span=6),
        Line("officer_last_name", tr("Officer's last name"), TextField, span=6),
        Line("officer_email", tr("Officer's email address"), TextField, span=6),
        Line("officer_phone", tr("Officer's phone number"), TextField, span=6),
        Line("country", tr("Country"), lambda: TextField(tr("US")), span=4),
        Line("reported_to", tr("Was reported to them"), TriState, span=8),
        Line("served_domestic", tr("Served legal process from the United States"), TriState, span=12),
        Line("served_international", tr("Served legal process from another country"), TriState, span=12),
    ]
    return RecordForm(LawEnforcement(agency=""), lines, field_words, "law_enforcement")


LAW_FIELDS = (
    "agency",
    "case_number",
    "officer_first_name",
    "officer_last_name",
    "officer_email",
    "officer_phone",
    "country",
    "reported_to",
    "served_domestic",
    "served_international",
)


def all_paths() -> list[str]:
    """Every path whose words the form may ask for."""
    found = ["incident_type", "occurred_at", "time_note", "platform", "additional_info", "escalate"]
    for person in ("reported", "recipients[0]", "victims[0]"):
        further = FURTHER_FIELDS[person.partition("[")[0]]
        found += [f"{person}.{name}" for name in (*ACCOUNT_FIELDS, *further)]
    found += [f"law_enforcement.{name}" for name in LAW_FIELDS]
    return found
