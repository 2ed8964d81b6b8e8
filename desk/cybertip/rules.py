"""The rules between fields, which neither a type nor a single field's limits can say.

Source: CyberTipline Reporting API, the documentation's notes at each element,
and its Appendix E for batched reports. Each rule appends its problems, with the
path of the field where a person would mend it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from desk.cybertip.fields import Kind, join, step, table
from desk.cybertip.forms import repeats_calling_code
from desk.cybertip.model import Report
from desk.cybertip.model_files import FileDetails, FileRelevance
from desk.cybertip.model_incident import InternetDetails, Reporter
from desk.cybertip.model_people import AssociatedAccount, PersonOrUserReported
from desk.cybertip.model_shared import (
    AccountPermanentlyDisabled,
    AccountTemporarilyDisabled,
    Email,
    EstimatedLocation,
    Person,
    Phone,
)
from desk.cybertip.places import REGIONS
from desk.domain.filing import FieldProblem

Found = list[FieldProblem]


def between_fields(value: Any, found: Found, path: str = "") -> None:
    """Apply each record's own rule to this record and to all below it."""
    rule = _RULES.get(type(value))
    if rule is not None:
        rule(value, path, found)
    for field in table(type(value)).elements:
        if field.kind is not Kind.RECORD:
            continue
        held = getattr(value, field.name)
        if field.many:
            for index, item in enumerate(held):
                between_fields(item, found, join(path, step(field, index)))
        elif held is not None:
            between_fields(held, found, join(path, step(field)))


def _add(found: Found, path: str, tail: str, code: str, words: str) -> None:
    found.append(FieldProblem(join(path, tail), code, words))


# -- the report


def _report(report: Report, path: str, found: Found) -> None:
    if report.batched is not None:
        _batched(report, path, found)
    elif len(report.reported) > 1:
        words = "Only one reported person or user is allowed. Report the others by themselves."
        _add(found, path, "personOrUserReported[2]", "one_reported", words)
    known = _emails_of_people(report)
    for index, details in enumerate(report.details):
        for kind, incident in (("emailIncident", details.email), ("newsgroupIncident", details.newsgroup)):
            for number, email in enumerate(incident.emails if incident else ()):
                if email.address not in known:
                    place = f"internetDetails[{index + 1}]/{kind}/emailAddress[{number + 1}]"
                    words = (
                        "This address must also stand, written the same way, as an email of the reported "
                        "person, a recipient or a victim. Add it there."
                    )
                    _add(found, path, place, "email_of_nobody", words)


def _emails_of_people(report: Report) -> set[str]:
    people: Iterable[Person | None] = (
        *(reported.person for reported in report.reported),
        *(recipient.person for recipient in report.recipients),
        *(victim.person for victim in report.victims),
    )
    return {email.address for person in people if person is not None for email in person.emails}


_NOT_IN_BATCH = (
    ("internetDetails", "details"),
    ("lawEnforcement", "law_enforcement"),
    ("intendedRecipient", "recipients"),
    ("victim", "victims"),
    ("additionalInfo", "note"),
)


def _batched(report: Report, path: str, found: Found) -> None:
    """Appendix E: a batch says what happened and who passed it on, and no more."""
    words = "A batched report can't hold this. Leave it out, or file an ordinary report."
    if report.summary.escalate is not None:
        _add(found, path, "incidentSummary/escalateToHighPriority", "batched", words)
    for xml, name in _NOT_IN_BATCH:
        if getattr(report, name):
            many = table(Report).by_element[xml].many
            _add(found, path, f"{xml}[1]" if many else xml, "batched", words)
    for index, reported in enumerate(report.reported):
        place = f"personOrUserReported[{index + 1}]"
        if reported.esp_identifier is None:
            need = "In a batched report each reported user needs the platform ID. Fill it in."
            _add(found, path, f"{place}/espIdentifier", "batched_id", need)
        if reported != PersonOrUserReported(esp_identifier=reported.esp_identifier):
            only = "In a batched report a reported user holds the platform ID alone. Leave out the rest."
            _add(found, path, place, "batched_id_alone", only)


def _internet_details(details: InternetDetails, path: str, found: Found) -> None:
    count = sum(getattr(details, field.name) is not None for field in table(InternetDetails).fields)
    if count != 1:
        words = f"Exactly one kind of place is needed here; there are {count}. Give each its own entry."
        _add(found, path, "", "exactly_one", words)


def _reporter(reporter: Reporter, path: str, found: Found) -> None:
    if not reporter.person.emails:
        words = "The reporting person needs an email address. An administrator adds it in Settings."
        _add(found, path, "reportingPerson/email", "reporter_email", words)


# -- shared records


def _verified(value: Email | Phone, path: str, found: Found) -> None:
    if value.verified_at is not None and value.verified is not True:
        words = "A date of verification needs Verified to be yes. Set it, or remove the date."
        _add(found, path, "@verificationDate", "not_verified", words)


def _phone(phone: Phone, path: str, found: Found) -> None:
    _verified(phone, path, found)
    if phone.calling_code is not None and repeats_calling_code(phone.number, phone.calling_code):
        words = "The number repeats the calling code. Write it without, since the code has its own field."
        _add(found, path, "", "calling_code_twice", words)


def _location(location: EstimatedLocation, path: str, found: Found) -> None:
    if location.country != "US":
        return
    if location.region is None:
        if location.city is not None:
            words = "A city in the United States needs its state as well. Fill in the region."
            _add(found, path, "region", "region_missing", words)
    elif location.region not in REGIONS:
        words = "In the United States the region is a postal abbreviation, such as IL. Choose it."
        _add(found, path, "region", "region", words)


def _before(one: datetime | None, other: datetime | None) -> bool:
    """Whether ``one`` lies before ``other``; False where they can't be compared."""
    if one is None or other is None or one.utcoffset() is None or other.utcoffset() is None:
        return False
    return one < other


def _disabled(
    account: AccountPermanentlyDisabled | AccountTemporarilyDisabled, path: str, found: Found
) -> None:
    if _before(account.notified_at, account.at):
        words = "The user can't have been told before the account was disabled. Correct one of the times."
        _add(found, path, "@userNotifiedDate", "notified_before", words)
    if isinstance(account, AccountTemporarilyDisabled):
        again, at = account.reenabled_at, account.at
        if _before(again, at) or (again is not None and again == at):
            words = "The account can't be enabled again before it was disabled. Correct one of the times."
            _add(found, path, "@reenabledDate", "reenabled_before", words)


def _associated(account: AssociatedAccount, path: str, found: Found) -> None:
    if account.approximate_age is not None and account.date_of_birth is not None:
        words = "Either an approximate age or a date of birth is allowed. Remove one of them."
        _add(found, path, "approximateAge", "age_and_birth", words)


# -- files


def _file(details: FileDetails, path: str, found: Found) -> None:
    if details.exif_viewed and details.viewed is not True:
        words = "Metadata counts as viewed only where the file was viewed in full. Set both, or neither."
        _add(found, path, "exifViewedByEsp", "exif_without_file", words)
    if details.potential_meme is not None and details.annotations is not None:
        words = "A potential meme is said among the annotations. Remove it from the old place."
        _add(found, path, "potentialMeme", "meme_twice", words)
    if details.relevance is FileRelevance.SUPPLEMENTAL:
        if details.annotations is not None and details.annotations.potential_meme:
            words = "A supplemental file can't be a potential meme. Remove the mark, or report the file."
            _add(found, path, "fileAnnotations/potentialMeme", "supplemental_meme", words)
        if details.potential_meme is not None:
            words = "A supplemental file can't say whether it is a meme. Remove the mark."
            _add(found, path, "potentialMeme", "supplemental_meme", words)
        if details.classification is not None:
            words = "A supplemental file can't be classified. Remove the class, or report the file itself."
            _add(found, path, "industryClassification", "supplemental_class", words)


_NOT_IN_BATCHED_FILE = (
    ("fileName", "file_name"),
    ("originalFileName", "original_name"),
    ("locationOfFile", "location"),
    ("originalFileHash", "hashes"),
    ("ipCaptureEvent", "ip_event"),
    ("deviceId", "devices"),
    ("details", "details"),
    ("additionalInfo", "notes"),
)


def batched_file(details: FileDetails, found: Found) -> None:
    """Appendix E: the one file of a batch is viral or a potential meme, and says little else."""
    words = "The file of a batched report can't hold this. Leave it out."
    for xml, name in _NOT_IN_BATCHED_FILE:
        if getattr(details, name):
            many = table(FileDetails).by_element[xml].many
            _add(found, "", f"{xml}[1]" if many else xml, "batched", words)
    if details.relevance is FileRelevance.SUPPLEMENTAL:
        _add(found, "", "fileRelevance", "batched", "The file of a batched report is the reported one.")
    marks = details.annotations
    if marks is None or not (marks.viral or marks.potential_meme):
        need = "The file of a batched report must be marked viral, a potential meme, or both."
        _add(found, "", "fileAnnotations", "batched_mark", need)
    if marks is not None:
        for field in table(type(marks)).fields:
            if getattr(marks, field.name) and field.xml not in ("viral", "potentialMeme"):
                only = "In a batched report only viral and potential meme are allowed. Remove this mark."
                _add(found, "", f"fileAnnotations/{field.xml}", "batched", only)
    if details.potential_meme is not None:
        old = "Say it among the annotations instead."
        _add(found, "", "potentialMeme", "batched", old)


_RULES: dict[type, Callable[[Any, str, Found], None]] = {
    Report: _report,
    InternetDetails: _internet_details,
    Reporter: _reporter,
    Email: _verified,
    Phone: _phone,
    EstimatedLocation: _location,
    AccountTemporarilyDisabled: _disabled,
    AccountPermanentlyDisabled: _disabled,
    AssociatedAccount: _associated,
    FileDetails: _file,
}
