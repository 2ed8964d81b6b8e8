"""Other accounts of the same person, each a small form of its own."""

from __future__ import annotations

from desk.domain.account import Associated, AssociationKind
from desk.gui.report import words
from desk.gui.report.editors import Day, GrowingText, Rows, TriState, WholeNumber
from desk.gui.report.form import Line, RecordForm
from desk.gui.report.rows import (
    DisabledForm,
    address_row,
    device_row,
    email_row,
    ip_row,
    no_words,
    phone_row,
)
from desk.gui.widgets.fields import Choice, TextField
from desk.gui.words import tr


def associated_rows() -> Rows:
    return Rows(associated_form, tr("other account"), most=50)


def _kind() -> Choice:
    """How it belongs must be said (schema); 'other' stands there until a person knows better."""
    return Choice(words.association_kinds())


def associated_form() -> RecordForm:
    """The fields of an associatedAccount; what is rarely known is folded."""
    lines = [
        Line("kind", tr("How it belongs"), _kind, span=4),
        Line("platform", tr("Platform"), TextField, span=4),
        Line("id", tr("Account id there"), lambda: TextField(mono=True), span=4),
        Line("screen_name", tr("Screen name"), TextField, span=4),
        Line("first_name", tr("First name"), TextField, span=4),
        Line("last_name", tr("Last name"), TextField, span=4),
        Line("emails", tr("Email addresses"), lambda: Rows(email_row, tr("email address")), span=12),
        Line("phones", tr("Phone numbers"), lambda: Rows(phone_row, tr("phone number")), span=12),
        Line(
            "profile_urls",
            tr("Profile URLs"),
            lambda: Rows(lambda: TextField(tr("https://…")), tr("profile URL")),
            span=12,
        ),
        Line("note", tr("Anything else about this account"), GrowingText, span=12),
    ]
    more = [
        Line("service", tr("Service"), TextField, span=6),
        Line("middle_name", tr("Middle name"), TextField, span=6),
        Line("age", tr("Age, about"), WholeNumber, span=6),
        Line("date_of_birth", tr("or date of birth"), Day, span=6),
        Line(
            "display_names",
            tr("Display names"),
            lambda: Rows(TextField, tr("display name")),
            span=6,
        ),
        Line("group", tr("Group"), TextField, span=6),
        Line("bio", tr("Biography"), GrowingText, span=12),
        Line("third_party", tr("Another company's user"), TriState, span=6),
        Line("compromised", tr("Account is compromised"), TriState, span=6),
        Line("all_emails", tr("All emails are given"), TriState, span=6),
        Line("addresses", tr("Addresses"), lambda: Rows(address_row, tr("address")), span=12),
        Line("ip_events", tr("IP addresses"), lambda: Rows(ip_row, tr("IP address")), span=12),
        Line("devices", tr("Devices"), lambda: Rows(device_row, tr("device")), span=12),
        Line("disabled", tr("Account disabled"), DisabledForm, span=12, plain=True, own=True),
        Line(
            "prior_reports",
            tr("Earlier CyberTipline reports"),
            lambda: Rows(lambda: WholeNumber(tr("Report number")), tr("report number")),
            span=12,
        ),
    ]
    folded = [(tr("More about this account"), more)]
    form = RecordForm(Associated(AssociationKind.OTHER), lines, no_words, "", folded=folded)
    form.set_value(None)  # so that the kind says what it is from the start
    return form
