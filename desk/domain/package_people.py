"""The people of a case package: accounts and all that is known of them."""

from __future__ import annotations

from desk.domain import account as a
from desk.domain.reader import Reader


def optional_account(reader: Reader | None) -> a.Account | None:
    return None if reader is None else account(reader)


def account(reader: Reader) -> a.Account:
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
        addresses=addresses(reader),
        ip_events=ip_events(reader),
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
        third_party=reader.flag("third_party"),
        middle_name=reader.text("middle_name"),
        age=reader.whole("age", low=0, high=150),
        date_of_birth=reader.day("date_of_birth"),
        addresses=addresses(reader),
        display_names=reader.texts("display_names"),
        bio=reader.text("bio"),
        group=reader.text("group"),
        compromised=reader.flag("compromised"),
        disabled=_disabled(reader.child("disabled")),
        ip_events=ip_events(reader),
        devices=tuple(_device(item) for item in reader.children("devices")),
        prior_reports=reader.wholes("prior_reports"),
        all_emails=reader.flag("all_emails"),
    )
    reader.finish()
    return associated


def optional_ip(reader: Reader | None) -> a.IpEvent | None:
    return None if reader is None else _ip_event(reader)


def optional_device(reader: Reader | None) -> a.Device | None:
    return None if reader is None else _device(reader)


def ip_events(reader: Reader) -> tuple[a.IpEvent, ...]:
    return tuple(_ip_event(item) for item in reader.children("ip_events"))


def addresses(reader: Reader) -> tuple[a.Address, ...]:
    return tuple(_address(item) for item in reader.children("addresses"))
