"""The documentation's rules between fields (CyberTipline Reporting API: report, file details, shared types,
and its Appendix E on batched reports). No schema expresses them; the service refuses with code 4100.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from desk.practice.server_lists import POSTAL_STATES
from desk.practice.server_values import moment, true
from desk.practice.server_xml import Node

_NOT_IN_BATCH = ("internetDetails", "lawEnforcement", "intendedRecipient", "victim", "additionalInfo")
_NOT_IN_BATCH_FILE = (
    "originalFileName",
    "locationOfFile",
    "originalFileHash",
    "ipCaptureEvent",
    "deviceId",
    "details",
    "additionalInfo",
)
_BATCH_FLAGS = {"viral", "potentialMeme"}


@dataclass(frozen=True, slots=True)
class Fault:
    """A broken rule: the element it is about, and the rule in words."""

    node: Node
    words: str


def is_batched(report: Node) -> bool:
    """Whether a report is a batched one."""
    return report.first("batchedReport") is not None


def _report(report: Node) -> Iterator[Fault]:
    reported = list(report.all("personOrUserReported"))
    if is_batched(report):
        yield from _batched(report, reported)
        return
    for extra in reported[1:]:
        yield Fault(extra, "only one reported person is allowed unless the report is batched")
    known = set(_emails_of_people(report))
    for kind in ("emailIncident", "newsgroupIncident"):
        for address in report.all("internetDetails", kind, "emailAddress"):
            if address.text.strip().casefold() not in known:
                yield Fault(
                    address,
                    "the address must also stand as an email of the reported person, a recipient or a victim",
                )


def _emails_of_people(report: Node) -> Iterator[str]:
    for holder, person in (
        ("personOrUserReported", "personOrUserReportedPerson"),
        ("intendedRecipient", "intendedRecipientPerson"),
        ("victim", "victimPerson"),
    ):
        for email in report.all(holder, person, "email"):
            yield email.text.strip().casefold()


def _batched(report: Node, reported: list[Node]) -> Iterator[Fault]:
    for name in _NOT_IN_BATCH:
        for extra in report.all(name):
            yield Fault(extra, f"a batched report may not hold {name}")
    for extra in report.all("incidentSummary", "escalateToHighPriority"):
        yield Fault(extra, "a batched report may not be escalated")
    for person in reported:
        if [child.name for child in person.children] != ["espIdentifier"]:
            yield Fault(person, "in a batched report a reported person holds espIdentifier alone")


def _reporter(reporter: Node) -> Iterator[Fault]:
    if reporter.first("reportingPerson", "email") is None:
        yield Fault(reporter, "the reporting person needs at least one email")


def _verified(node: Node) -> Iterator[Fault]:
    if "verificationDate" in node.attributes and not true(node.attributes.get("verified", "")):
        yield Fault(node, "verificationDate requires verified to be true")


def _phone(phone: Node) -> Iterator[Fault]:
    yield from _verified(phone)
    code = phone.attributes.get("countryCallingCode", "")
    if code:
        digits = re.sub(r"[^0-9+]", "", phone.text)
        if digits.startswith((code, "00" + code[1:])):
            yield Fault(phone, "the number must not repeat the countryCallingCode")


def _location(location: Node) -> Iterator[Fault]:
    country, region = location.value("countryCode"), location.value("region")
    if not country:
        yield Fault(location, "countryCode is required")
    if country == "US":
        if region and region not in POSTAL_STATES:
            yield Fault(location, "within US the region must be a US postal abbreviation")
        if not region and location.value("city"):
            yield Fault(location, "within US a city needs its region")


def _disabled(account: Node) -> Iterator[Fault]:
    at = {name: moment(value) for name, value in account.attributes.items() if name.endswith("Date")}
    disabled, notified, enabled = at.get("disabledDate"), at.get("userNotifiedDate"), at.get("reenabledDate")
    if disabled and notified and notified < disabled:
        yield Fault(account, "userNotifiedDate is before disabledDate")
    if disabled and enabled and enabled <= disabled:
        yield Fault(account, "reenabledDate is not after disabledDate")


def _associated(account: Node) -> Iterator[Fault]:
    if account.first("approximateAge") is not None and account.first("dateOfBirth") is not None:
        yield Fault(account, "approximateAge and dateOfBirth may not stand beside each other")


def annotations_of(details: Node) -> set[str]:
    """The annotations of file details; the old place of potentialMeme counts where it is true."""
    flags = {child.name for holder in details.all("fileAnnotations") for child in holder.children}
    if true(details.value("potentialMeme")):
        flags.add("potentialMeme")
    return flags


def _file(details: Node) -> Iterator[Fault]:
    if true(details.value("exifViewedByEsp")) and not true(details.value("fileViewedByEsp")):
        yield Fault(details, "exifViewedByEsp true requires fileViewedByEsp true")
    if details.value("fileRelevance") == "Supplemental Reported":
        if "potentialMeme" in annotations_of(details):
            yield Fault(details, "a supplemental file may not be annotated potentialMeme")
        if details.first("industryClassification") is not None:
            yield Fault(details, "a supplemental file may not carry an industryClassification")


def batched_file(details: Node) -> Iterator[Fault]:
    """What Appendix E has against the details of a batched report's file."""
    flags = annotations_of(details)
    if not flags & _BATCH_FLAGS or flags - _BATCH_FLAGS:
        yield Fault(details, "a batched report's file must carry viral or potentialMeme and nothing else")
    if details.value("fileRelevance") not in ("", "Reported"):
        yield Fault(details, "a batched report's file must have fileRelevance Reported")
    for name in _NOT_IN_BATCH_FILE:
        for extra in details.all(name):
            yield Fault(extra, f"the details of a batched report's file may not hold {name}")


RELATIONS: Mapping[str, Callable[[Node], Iterator[Fault]]] = {
    "report": _report,
    "reporter": _reporter,
    "phone": _phone,
    "email": _verified,
    "estimatedLocation": _location,
    "accountTemporarilyDisabled": _disabled,
    "accountPermanentlyDisabled": _disabled,
    "associatedAccount": _associated,
    "fileDetails": _file,
}
