"""What a report says, as (name, value) pairs in plain words: every field that has something in it.

Pure: no widget here. A test goes through the fields of each value, so that one that
is added to the domain cannot stay unsaid in the confirmation.
"""

from __future__ import annotations

from datetime import datetime

from desk.domain.account import (
    Account,
    Address,
    Associated,
    Device,
    Disabled,
    Email,
    IpEvent,
    Location,
    Phone,
)
from desk.domain.case import LawEnforcement
from desk.domain.company import Company, Endpoint, EndpointKind
from desk.domain.content import Content, Relevance
from desk.domain.draft import Draft
from desk.domain.incident import Context, ReportAnnotation
from desk.domain.rules import Contact
from desk.gui import words
from desk.gui.case import phrases
from desk.gui.report.words import agreement_words
from desk.gui.words import joined, number, plural, tr
from desk.services.confirmation import FileLine, Summary

Facts = list[tuple[str, str]]


def _told(name: str, facts: Facts, value: str | None) -> None:
    if value:
        facts.append((name, value))


def yes_no(value: bool | None) -> str:
    return "" if value is None else tr("yes") if value else tr("no")


def _at(when: datetime | None) -> str:
    return words.moment_exact(when) if when is not None else ""


def both_times(when: datetime) -> str:
    """A moment in the reader's zone and in UTC; once where they are the same."""
    here, there = words.moment_exact(when), words.utc(when)
    return here if here == there else joined([here, there])


def endpoint(found: Endpoint) -> str:
    """To whom, in words."""
    return {
        EndpointKind.PRODUCTION: tr("NCMEC, the CyberTipline"),
        EndpointKind.TEST: tr("NCMEC's test service"),
        EndpointKind.PRACTICE: tr("A stand-in on this computer. Nothing leaves it."),
        EndpointKind.CUSTOM: tr("An address of your own: a proxy or a test server"),
    }[found.kind]


def act(found: Endpoint) -> str:
    """What the one button says."""
    return {
        EndpointKind.PRODUCTION: tr("File with NCMEC"),
        EndpointKind.TEST: tr("File with NCMEC's test service"),
        EndpointKind.PRACTICE: tr("File in practice"),
        EndpointKind.CUSTOM: tr("File with this service"),
    }[found.kind]


def contact(found: Contact) -> str:
    name = " ".join(part for part in (found.first_name, found.last_name) if part)
    return joined([name, found.email])


def annotation(found: ReportAnnotation) -> str:
    return {
        ReportAnnotation.SEXTORTION: tr("sextortion"),
        ReportAnnotation.CSAM_SOLICITATION: tr("asking for imagery"),
        ReportAnnotation.MINOR_TO_MINOR: tr("between minors"),
        ReportAnnotation.SPAM: tr("spam"),
        ReportAnnotation.SADISTIC: tr("sadistic exploitation"),
    }[found]


def incident(draft: Draft) -> Facts:
    """Type, time and what the time is, platform, annotations, urgency."""
    facts: Facts = []
    _told(tr("Incident type"), facts, draft.incident_type.value if draft.incident_type else None)
    _told(tr("When"), facts, both_times(draft.occurred_at))
    _told(tr("What the time is"), facts, draft.time_note)
    _told(tr("Platform"), facts, draft.platform)
    _told(
        tr("Annotations"), facts, ", ".join(annotation(a) for a in ReportAnnotation if a in draft.annotations)
    )
    if draft.escalated:
        _told(tr("Urgent, because"), facts, draft.escalate)
    return facts


def context(found: Context) -> Facts:
    """Where it happened, with the texts and conversations that are sent."""
    facts: Facts = []
    _told(tr("Addresses"), facts, "\n".join(found.urls))
    _told(tr("Hosted elsewhere"), facts, yes_no(found.third_party_hosted))
    _told(tr("Email addresses"), facts, "\n".join(found.emails))
    _told(tr("Name"), facts, found.name)
    _told(tr("Program"), facts, found.client)
    _told(tr("Room"), facts, found.room)
    _told(tr("Game"), facts, found.game)
    _told(tr("Console"), facts, found.console)
    _told(tr("Phone"), facts, found.phone)
    _told(tr("Latitude"), facts, found.latitude)
    _told(tr("Longitude"), facts, found.longitude)
    _told(tr("File names"), facts, found.file_names)
    _told(tr("IP addresses"), facts, "\n".join(ip_event(one) for one in found.ip_events))
    _told(tr("Place"), facts, found.place)
    _told(tr("Address"), facts, "\n".join(address(one) for one in found.addresses))
    _told(tr("Text"), facts, found.content)
    _told(tr("Words of"), facts, ", ".join(found.words_of))
    _told(tr("Note"), facts, found.note)
    return facts


def account(found: Account) -> Facts:
    """Everything that is said of one person or user."""
    facts: Facts = []
    _told(tr("Account id"), facts, found.id)
    _told(tr("Service"), facts, found.service)
    _told(tr("Screen name"), facts, found.screen_name)
    _told(tr("Shown names"), facts, "\n".join(found.display_names))
    _told(tr("Profile"), facts, "\n".join(found.profile_urls))
    _told(tr("Bio"), facts, found.bio)
    _told(tr("Name"), facts, " ".join(part for part in (found.first_name, found.last_name) if part))
    _told(tr("Age"), facts, str(found.age) if found.age is not None else None)
    _told(tr("Born"), facts, found.date_of_birth.isoformat() if found.date_of_birth else None)
    _told(tr("Email"), facts, "\n".join(email(one) for one in found.emails))
    _told(tr("All emails given"), facts, yes_no(found.all_emails))
    _told(tr("Phone"), facts, "\n".join(phone(one) for one in found.phones))
    _told(tr("Address"), facts, "\n".join(address(one) for one in found.addresses))
    _told(tr("IP addresses"), facts, "\n".join(ip_event(one) for one in found.ip_events))
    _told(tr("Devices"), facts, "\n".join(device(one) for one in found.devices))
    _told(tr("Location"), facts, location(found.location) if found.location else None)
    _told(tr("Group"), facts, found.group)
    _told(tr("Vehicle"), facts, found.vehicle)
    _told(tr("School"), facts, found.school)
    _told(tr("Taken over"), facts, yes_no(found.compromised))
    _told(tr("Third party"), facts, yes_no(found.third_party))
    _told(tr("Account disabled"), facts, disabled(found.disabled) if found.disabled else None)
    _told(tr("Earlier reports"), facts, ", ".join(str(one) for one in found.prior_reports))
    _told(tr("Note"), facts, found.note)
    for other in found.associated:
        _told(tr("Another account"), facts, associated(other))
    return facts


def _verified(value: bool | None, at: datetime | None) -> str:
    said = phrases.yes_no(value, tr("verified"), tr("not verified"))
    return f"{said} {_at(at)}" if said and at else said


def email(one: Email) -> str:
    return joined([one.address, one.kind.value if one.kind else "", _verified(one.verified, one.verified_at)])


def phone(one: Phone) -> str:
    called = " ".join(part for part in (one.calling_code, one.number) if part)
    if one.extension:
        called = tr("{number} ext. {extension}", number=called, extension=one.extension)
    return joined([called, one.kind.value if one.kind else "", _verified(one.verified, one.verified_at)])


def address(one: Address) -> str:
    parts = (one.address, one.city, one.state, one.non_usa_state, one.zip_code, one.country)
    return joined([", ".join(part for part in parts if part), one.kind.value if one.kind else ""])


def ip_event(one: IpEvent) -> str:
    """'192.0.2.7 · port 51812 · Upload · 2026-05-04 14:02:31 UTC+02:00'."""
    return joined(
        [
            one.ip,
            tr("port {port}", port=one.port) if one.port is not None else "",
            one.event.value if one.event else "",
            _at(one.at),
            phrases.yes_no(one.possible_proxy, tr("perhaps a proxy"), tr("no proxy")),
        ]
    )


def device(one: Device) -> str:
    return joined([one.kind, one.value, one.event.value if one.event else "", _at(one.at)])


def location(one: Location) -> str:
    place = ", ".join(part for part in (one.city, one.region, one.country) if part)
    return joined([place, phrases.yes_no(one.verified, tr("verified"), tr("not verified")), _at(one.at)])


def disabled(one: Disabled) -> str:
    told = phrases.yes_no(one.notified, tr("the person was told"), tr("the person was not told"))
    if told and one.notified_at:
        told = f"{told} {_at(one.notified_at)}"
    back = tr("enabled again {when}", when=_at(one.reenabled_at)) if one.reenabled_at else ""
    return joined([tr("for good") if one.permanent else tr("for a time"), _at(one.at), told, back])


def associated(one: Associated) -> str:
    """One other account as a paragraph."""
    name = " ".join(part for part in (one.first_name, one.middle_name, one.last_name) if part)
    age = tr("age {age}", age=one.age) if one.age is not None else ""
    born = tr("born {day}", day=one.date_of_birth.isoformat()) if one.date_of_birth else ""
    flags = (
        (one.third_party, tr("another company's user: {answer}")),
        (one.compromised, tr("taken over: {answer}")),
        (one.all_emails, tr("all emails given: {answer}")),
    )
    lines = [
        joined([one.kind.value, one.platform or "", one.service or ""]),
        joined([one.id or "", one.screen_name or "", *one.display_names]),
        joined([name, age, born]),
        *(email(item) for item in one.emails),
        *(phone(item) for item in one.phones),
        *(address(item) for item in one.addresses),
        *one.profile_urls,
        *(ip_event(item) for item in one.ip_events),
        *(device(item) for item in one.devices),
        one.bio or "",
        one.group or "",
        disabled(one.disabled) if one.disabled else "",
        joined([words_.replace("{answer}", yes_no(flag)) for flag, words_ in flags if flag is not None]),
        ", ".join(str(report) for report in one.prior_reports),
        one.note or "",
    ]
    return "\n".join(line for line in lines if line)


def law_enforcement(found: LawEnforcement) -> Facts:
    facts: Facts = []
    _told(tr("Agency"), facts, found.agency)
    _told(tr("Its case number"), facts, found.case_number)
    officer = " ".join(part for part in (found.officer_first_name, found.officer_last_name) if part)
    _told(tr("Officer"), facts, joined([officer, found.officer_email or "", found.officer_phone or ""]))
    _told(tr("Reported to them"), facts, yes_no(found.reported_to))
    _told(tr("Served in the USA"), facts, yes_no(found.served_domestic))
    _told(tr("Served from abroad"), facts, yes_no(found.served_international))
    _told(tr("Country"), facts, found.country)
    return facts


def reporter(found: Company) -> Facts:
    """What the report says of the platform itself."""
    facts: Facts = []
    _told(tr("Reported by"), facts, contact(found.reporting))
    _told(tr("Contact"), facts, contact(found.contact) if found.contact else None)
    _told(tr("Company text"), facts, found.company_template)
    _told(tr("Terms of service"), facts, found.terms_of_service)
    _told(tr("Legal page"), facts, found.legal_url)
    _told(tr("Service"), facts, found.esp_service)
    return facts


def viewed(line: FileLine) -> tuple[str, str, str]:
    """Whether it was viewed and what the report says of it: words, state, icon."""
    if line.transcript is not None and line.claimed_viewed:
        return tr("The conversation was read to its end, so its transcript counts as viewed."), "ok", "eye"
    if line.claimed_viewed:
        return tr("Viewed whole. The report says so."), "ok", "eye"
    if line.viewed.viewed:
        return tr("Viewed, but the claim was taken back: the report says not viewed."), "warn", "eye-off"
    share = int(line.viewed.share * 100)
    if share:
        return tr("Viewed in part ({share} %). The report says not viewed.", share=share), "warn", "eye-off"
    return tr("Not viewed. The report says so."), "warn", "eye-off"


def file(line: FileLine) -> Facts:
    """What is said of one file besides its name, size and viewing."""
    choice, content = line.choice, line.content
    facts: Facts = []
    supplemental = choice.relevance is Relevance.SUPPLEMENTAL
    _told(tr("Relevance"), facts, tr("supplemental") if supplemental else tr("reported"))
    label = phrases.classification(choice.classification) if choice.classification else tr("none")
    _told(tr("Classification"), facts, label)
    marks = ", ".join(
        phrases.annotation(one) for one in sorted(choice.annotations, key=lambda one: one.value)
    )
    _told(tr("Annotations"), facts, marks or tr("none"))
    _told(tr("Public"), facts, yes_no(choice.public) or tr("not known; nothing is said"))
    _told(tr("Note"), facts, choice.note)
    _told(tr("Uploaded"), facts, _at(content.uploaded_at))
    _told(tr("Where"), facts, content.url)
    _told(tr("IP address"), facts, ip_event(content.ip_event) if content.ip_event else None)
    _told(tr("Device"), facts, device(content.device) if content.device else None)
    _told(tr("Hashes"), facts, "\n".join(f"{one.kind} {one.value}" for one in content.hashes))
    _told(tr("SHA-256"), facts, content.sha256)
    _told(tr("Same bytes") if line.transcript is None else tr("Same conversation"), facts, elsewhere(line))
    return facts


def narrowed(summary: Summary) -> Facts:
    """Of each conversation that is reported in part, how much of it."""
    return [
        (
            one.content.client or one.content.room or one.content.id,
            joined(
                [
                    tr(
                        "{kept} of {all} are reported",
                        kept=number(one.kept),
                        all=plural(len(one.content.messages), "{n} message", "{n} messages"),
                    ),
                    tr("{count} left out", count=number(one.left_out)),
                ]
            ),
        )
        for one in summary.narrowed
    ]


def batch(summary: Summary) -> Facts:
    """The accounts of a batched report, each with its cases; the report's own first."""
    own = summary.draft.reported.id if summary.draft.reported else None
    cases: dict[str, list[str]] = {
        own or tr("no account id"): [tr("Case {number}", number=summary.case.number)]
    }
    for other in summary.others:
        cases.setdefault(other.account, []).append(tr("Case {number}", number=other.case.number))
    return [(", ".join(numbers), account_id) for account_id, numbers in cases.items()]


def same_pictures(summary: Summary) -> list[str]:
    """What people said of near files in a batch: who, when, on what distance, having viewed what."""
    found = []
    for said in summary.agreements:
        digests = [side.sha256[:12] for side in (said.one, said.other)]
        found.append(
            tr(
                "{words} {n} of 256 bits of their hashes differ. SHA-256 {one}… and {other}…",
                said.distance,
                words=agreement_words(said),
                one=digests[0],
                other=digests[1],
            )
        )
    return found


def opens_again(summary: Summary) -> str:
    """Which other cases of a batch hold more that has to be reported; empty where none does."""
    found = [other.case.number for other in summary.others if other.rest]
    if not found:
        return ""
    return words.plural(
        len(found),
        "Case {list} holds more that is to be reported: it opens again for it.",
        "Cases {list} hold more that is to be reported: they open again for it.",
        list=", ".join(str(number) for number in found),
    )


def elsewhere(line: FileLine) -> str:
    """Other cases that hold the same bytes, and what became of them there."""
    found = []
    for other in line.elsewhere[:5]:
        where = tr("case {number}", number=other.case_number)
        if other.report_id and other.filing_state is not None and other.filing_state.value == "filed":
            where = tr("{case}, reported as {id}", case=where, id=other.report_id)
        elif other.filing_id is not None and other.filing_state is not None:
            where = tr("{case}, in filing {id}", case=where, id=other.filing_id)
        found.append(where)
    if len(line.elsewhere) > 5:
        found.append(tr("and {n} more", len(line.elsewhere) - 5))
    return "\n".join(found)


def left_out(pieces: tuple[Content, ...]) -> str:
    """'2 files are not included: a.jpg, b.jpg.'; empty where nothing is left out."""
    if not pieces:
        return ""
    names = ", ".join(phrases.file_name(piece) for piece in pieces[:6])
    if len(pieces) > 6:
        names = tr("{names} and {n} more", len(pieces) - 6, names=names)
    files = all(piece.kind.has_file for piece in pieces)
    if files:
        said = words.plural(len(pieces), "{n} file is not included", "{n} files are not included")
    else:
        said = words.plural(len(pieces), "{n} piece is not included", "{n} pieces are not included")
    return f"{said}: {names}."
