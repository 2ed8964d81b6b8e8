"""Rows of the report form: emails, phones, addresses, IP events, devices; and how an account is disabled."""

from __future__ import annotations

from typing import Any

from desk.domain.account import Address, Device, Disabled, Email, IpEvent, Phone
from desk.gui.report import words
from desk.gui.report.editors import Further, PartsRow, TriState, WholeNumber, choice, verified
from desk.gui.report.form import Line, RecordForm
from desk.gui.widgets.choices import Segmented
from desk.gui.widgets.fields import Choice, TextField
from desk.gui.widgets.moments import DateTimeField
from desk.gui.words import tr


def email_row() -> PartsRow:
    known = verified()
    return PartsRow(
        Email(""),
        [
            ("address", TextField(tr("name@example.com")), 5),
            ("kind", choice(words.email_kinds(), tr("Kind of email address")), 2),
            ("verified", known, 2),
        ],
        further=_verified_at(known),
    )


def phone_row() -> PartsRow:
    code = TextField(tr("+1"))
    code.setAccessibleName(tr("Calling code"))
    known = verified()
    return PartsRow(
        Phone(""),
        [
            ("calling_code", code, 1),
            ("number", TextField(tr("Number")), 4),
            ("extension", TextField(tr("Extension")), 2),
            ("kind", choice(words.phone_kinds(), tr("Kind of phone")), 2),
            ("verified", known, 2),
        ],
        further=_verified_at(known),
    )


def _verified_at(known: Choice) -> Further:
    """When it was verified: asked for where it was, and shown wherever a date stands."""
    at = DateTimeField()
    at.setAccessibleName(tr("Verified at"))
    return Further("verified_at", tr("Verified at"), at, lambda: known.value() is True or not at.is_empty())


def address_row() -> PartsRow:
    return PartsRow(
        Address(),
        [
            ("address", TextField(tr("Street and number")), 5),
            ("city", TextField(tr("City")), 3),
            ("kind", choice(words.address_kinds(), tr("Kind of address")), 2),
            ("zip_code", TextField(tr("Postal code")), 2),
            ("state", TextField(tr("State (US), as CA")), 2),
            ("non_usa_state", TextField(tr("Region elsewhere")), 2),
            ("country", TextField(tr("Country, as US")), 2),
        ],
        lines=2,
    )


def ip_row() -> PartsRow:
    proxy = choice(
        [(None, tr("Proxy?")), (True, tr("Possible proxy")), (False, tr("No proxy"))], tr("Possible proxy")
    )
    at = DateTimeField()
    at.setAccessibleName(tr("Time with its zone"))
    return PartsRow(
        IpEvent(""),
        [
            ("ip", TextField(tr("IP address"), mono=True), 4),
            ("port", WholeNumber(tr("Port")), 1),
            ("event", choice(words.events(), tr("Event")), 2),
            ("at", at, 4),
            ("possible_proxy", proxy, 2),
        ],
        lines=2,
    )


def device_row() -> PartsRow:
    at = DateTimeField()
    at.setAccessibleName(tr("Time with its zone"))
    return PartsRow(
        Device("", ""),
        [
            ("kind", TextField(tr("Kind, as IMEI")), 2),
            ("value", TextField(tr("Identifier"), mono=True), 4),
            ("event", choice(words.events(), tr("Event")), 2),
            ("at", at, 4),
        ],
        lines=2,
    )


class DisabledForm(RecordForm):
    """Not disabled, for a time, or for good; and when."""

    def __init__(self) -> None:
        super().__init__(
            Disabled(),
            [
                Line("permanent", "", _permanence, span=12),
                Line("at", tr("When"), DateTimeField, span=12),
                Line("notified", tr("The person was told"), TriState, span=12),
                Line("notified_at", tr("When they were told"), DateTimeField, span=12),
                Line("reenabled_at", tr("Enabled again"), DateTimeField, span=12),
            ],
            no_words,
            "",
        )
        self._is = False
        self.field("permanent").editor.setAccessibleName(tr("Account disabled"))
        self._show()
        self.changed.connect(self._show)

    def value(self) -> Disabled | None:
        made: Disabled = self.record()
        return made if self._is else None

    def set_value(self, value: Any) -> None:
        super().set_value(value)
        self._is = value is not None
        how: Any = self.field("permanent").editor
        how.set_value(("good" if value.permanent else "time") if value is not None else "no")
        self._show()

    def _read(self, name: str) -> Any:
        if name == "permanent":
            how: Any = self.field("permanent").editor
            self._is = how.value() != "no"
            return how.value() == "good"
        return super()._read(name)

    def _show(self) -> None:
        how: Any = self.field("permanent").editor
        told: Any = self.field("notified").editor
        on = how.value() not in (None, "no")
        for name in ("at", "notified", "reenabled_at"):
            self.field(name).setVisible(on)
        self.field("notified_at").setVisible(on and told.value() is True)


def _permanence() -> Segmented:
    return Segmented(
        [("no", tr("Not disabled")), ("time", tr("For a time")), ("good", tr("For good"))], clearable=False
    )


def no_words(_path: str) -> None:
    return None
