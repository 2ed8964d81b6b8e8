"""The desk's accounts as the people of a report.

Nothing is invented and nothing is lost: what an element has no field for is
said in its further information, with the field's name.
"""

from __future__ import annotations

from desk.cybertip.model_people import (
    AccountPlatform,
    AssociatedAccount,
    IntendedRecipient,
    PersonOrUserReported,
    Victim,
)
from desk.cybertip.model_shared import (
    AccountPermanentlyDisabled,
    AccountTemporarilyDisabled,
    Address,
    DeviceId,
    Email,
    EstimatedLocation,
    IpCaptureEvent,
    Person,
    Phone,
)
from desk.domain import account as domain


def text(value: str | None) -> str | None:
    """A text that says something, else None: a blank one is as good as unset."""
    return value if value and not value.isspace() else None


def email(value: domain.Email) -> Email:
    return Email(
        address=value.address.strip(),
        kind=value.kind,
        verified=value.verified,
        verified_at=value.verified_at,
    )


def phone(value: domain.Phone) -> Phone:
    return Phone(
        number=value.number.strip(),
        kind=value.kind,
        verified=value.verified,
        verified_at=value.verified_at,
        calling_code=text(value.calling_code),
        extension=text(value.extension),
    )


def address(value: domain.Address) -> Address:
    return Address(
        kind=value.kind,
        address=text(value.address),
        city=text(value.city),
        zip_code=text(value.zip_code),
        state=text(value.state),
        non_usa_state=text(value.non_usa_state),
        country=text(value.country),
    )


def ip_event(value: domain.IpEvent) -> IpCaptureEvent:
    return IpCaptureEvent(
        ip=value.ip.strip(),
        event=value.event,
        at=value.at,
        possible_proxy=value.possible_proxy,
        port=value.port,
    )


def device(value: domain.Device) -> DeviceId:
    return DeviceId(id_type=value.kind, id_value=value.value, event=value.event, at=value.at)


def _location(value: domain.Location | None) -> EstimatedLocation | None:
    if value is None:
        return None
    made = EstimatedLocation(
        verified=value.verified,
        at=value.at,
        city=text(value.city),
        region=text(value.region),
        country=text(value.country),
    )
    return None if made == EstimatedLocation() else made


def _temporarily(value: domain.Disabled | None) -> AccountTemporarilyDisabled | None:
    if value is None or value.permanent:
        return None
    return AccountTemporarilyDisabled(
        disabled=True,
        at=value.at,
        notified=value.notified,
        notified_at=value.notified_at,
        reenabled_at=value.reenabled_at,
    )


def _permanently(value: domain.Disabled | None) -> AccountPermanentlyDisabled | None:
    if value is None or not value.permanent:
        return None
    return AccountPermanentlyDisabled(
        disabled=True, at=value.at, notified=value.notified, notified_at=value.notified_at
    )


def _person(value: domain.Account) -> Person:
    return Person(
        first_name=text(value.first_name),
        last_name=text(value.last_name),
        phones=tuple(phone(item) for item in value.phones),
        emails=tuple(email(item) for item in value.emails),
        addresses=tuple(address(item) for item in value.addresses),
        age=value.age,
        date_of_birth=value.date_of_birth,
    )


def _known_person(value: domain.Account) -> Person | None:
    made = _person(value)
    return None if made == Person() else made


def associated(value: domain.Associated) -> AssociatedAccount:
    platform = text(value.platform)
    return AssociatedAccount(
        kind=value.kind,
        platform=AccountPlatform(name=platform) if platform else None,
        first_name=text(value.first_name),
        last_name=text(value.last_name),
        phones=tuple(phone(item) for item in value.phones),
        emails=tuple(email(item) for item in value.emails),
        esp_service=text(value.service),
        esp_identifier=text(value.id),
        profile_urls=tuple(url.strip() for url in value.profile_urls),
        screen_name=text(value.screen_name),
        note=text(value.note),
    )


def _service(value: domain.Account, company_service: str | None) -> str | None:
    """The account's service; the company's own for an account that is the company's own."""
    ours = bool(text(value.id)) and not value.third_party
    return text(value.service) or (text(company_service) if ours else None)


def _note(value: domain.Account, *elsewhere: tuple[str, object]) -> str | None:
    """The note, and a line for each field that this role's element lacks."""
    lines = [text(value.note) or ""]
    for label, held in elsewhere:
        if held is None or held is False or held == "":
            continue
        lines.append(label if held is True else f"{label}: {held}")
    return text("\n".join(line for line in lines if line))


def _reenabled(value: domain.Account) -> tuple[str, object]:
    """A lasting block has no field for the time at which it ended after all."""
    held = value.disabled
    at = held.reenabled_at if held is not None and held.permanent else None
    return "Account enabled again at", at.isoformat() if at else None


def _others(value: domain.Account) -> tuple[tuple[str, object], ...]:
    """Associated accounts in words, for a role that has no field for them."""
    said = []
    for other in value.associated:
        parts = (
            *(other.platform, other.service, other.id, other.screen_name),
            *(other.first_name, other.last_name),
            *(item.address for item in other.emails),
            *(f"{item.calling_code or ''} {item.number}".strip() for item in other.phones),
            *other.profile_urls,
            other.note,
        )
        said.append((f"Associated account ({other.kind.value})", ", ".join(part for part in parts if part)))
    return tuple(said)


def reported(value: domain.Account, company_service: str | None) -> PersonOrUserReported:
    return PersonOrUserReported(
        person=_known_person(value),
        vehicle=text(value.vehicle),
        esp_identifier=text(value.id),
        esp_service=_service(value, company_service),
        compromised=value.compromised,
        screen_name=text(value.screen_name),
        display_names=value.display_names,
        profile_urls=tuple(url.strip() for url in value.profile_urls),
        profile_bio=text(value.bio),
        ip_events=tuple(ip_event(item) for item in value.ip_events),
        devices=tuple(device(item) for item in value.devices),
        third_party=value.third_party,
        prior_reports=value.prior_reports,
        group=text(value.group),
        temporarily_disabled=_temporarily(value.disabled),
        permanently_disabled=_permanently(value.disabled),
        location=_location(value.location),
        all_emails=value.all_emails,
        associated=tuple(associated(item) for item in value.associated),
        note=_note(value, ("School", value.school), _reenabled(value)),
    )


def recipient(value: domain.Account, company_service: str | None) -> IntendedRecipient:
    note = _note(
        value,
        ("School", value.school),
        ("Vehicle", value.vehicle),
        ("The account is another company's user", value.third_party),
        *_others(value),
        _reenabled(value),
    )
    return IntendedRecipient(
        person=_known_person(value),
        esp_identifier=text(value.id),
        esp_service=_service(value, company_service),
        compromised=value.compromised,
        screen_name=text(value.screen_name),
        display_names=value.display_names,
        profile_urls=tuple(url.strip() for url in value.profile_urls),
        profile_bio=text(value.bio),
        ip_events=tuple(ip_event(item) for item in value.ip_events),
        devices=tuple(device(item) for item in value.devices),
        prior_reports=value.prior_reports,
        group=text(value.group),
        temporarily_disabled=_temporarily(value.disabled),
        permanently_disabled=_permanently(value.disabled),
        location=_location(value.location),
        all_emails=value.all_emails,
        notes=(note,) if note else (),
    )


def victim(value: domain.Account, company_service: str | None) -> Victim:
    return Victim(
        person=_person(value),
        esp_identifier=text(value.id),
        esp_service=_service(value, company_service),
        compromised=value.compromised,
        screen_name=text(value.screen_name),
        display_names=value.display_names,
        profile_urls=tuple(url.strip() for url in value.profile_urls),
        profile_bio=text(value.bio),
        ip_events=tuple(ip_event(item) for item in value.ip_events),
        devices=tuple(device(item) for item in value.devices),
        school=text(value.school),
        prior_reports=value.prior_reports,
        temporarily_disabled=_temporarily(value.disabled),
        permanently_disabled=_permanently(value.disabled),
        location=_location(value.location),
        all_emails=value.all_emails,
        associated=tuple(associated(item) for item in value.associated),
        note=_note(
            value,
            ("Vehicle", value.vehicle),
            ("Organised group", value.group),
            ("The account is another company's user", value.third_party),
            _reenabled(value),
        ),
    )
