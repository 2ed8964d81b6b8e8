"""Documents for tests and benchmarks: random ones that the checks accept, and ones that use everything."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from desk.cybertip.fields import Field, Form, Kind, table
from desk.cybertip.model import DoneFiles, Report, ReportDoneResponse, ReportResponse
from desk.cybertip.model_files import FileAnnotations, FileDetails, FileRelevance, MetadataType
from desk.cybertip.model_incident import (
    BatchedReport,
    BatchReason,
    IncidentSummary,
    InternetDetails,
    Reporter,
)
from desk.cybertip.model_people import AssociatedAccount, PersonOrUserReported, Victim
from desk.cybertip.model_shared import (
    Address,
    Email,
    EstimatedLocation,
    Person,
    Phone,
)
from desk.cybertip.places import COUNTRIES, SCHEMA_ONLY_COUNTRIES, SCHEMA_ONLY_STATES, STATES
from desk.domain.account import AssociationKind
from desk.domain.incident import IncidentType

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
_XSD = Path(__file__).resolve().parents[3] / "shared" / "cybertip" / "cybertip.xsd"


def schema_bytes() -> bytes:
    """The service's schema, which is no part of this project."""
    if not _XSD.exists():
        pytest.skip("the service's schema is not beside this project (../shared/cybertip/cybertip.xsd)")
    return _XSD.read_bytes()


EMAIL = "first.last+tag@mail.example.com"
TEXTS: dict[Form, tuple[str, ...]] = {
    Form.ANY: ("A", "Ünïcode ☃ 𝄞", "a & b < c > d \"e\" 'f'", "two  spaces "),
    Form.LINES: ("line\r\nline\n\ttab ]]> end", "\ufffd", " lead"),
    Form.EMAIL: (EMAIL, "o'neil@example.com", "a@xn--bcher-kva.example"),
    Form.URL: (
        "https://example.com/a?b=c%20d#e",
        "http://[2001:db8::1]:80/",
        "ftp://192.0.2.7/ä",
        "http://a-b.example.",
    ),
    Form.IP: ("192.0.2.7", "2001:db8::7", "::ffff:192.0.2.7"),
    Form.PHONE: ("202-555-0123", "(202) 555 0123", "555-0199"),
    Form.CALLING_CODE: ("+1", "+44", "+999"),
    Form.EXTENSION: ("1", "0123456789"),
    Form.COUNTRY: tuple(COUNTRIES),
    Form.STATE: tuple(STATES),
    Form.TOKEN: ("a b", "0123456789abcdef0123456789abcdef"),
}


class Maker:
    """Random records that the checks accept. ``density`` is the chance that an optional field is set."""

    def __init__(self, seed: int, density: float = 0.3) -> None:
        self.random = random.Random(seed)
        self.density = density

    def value(self, field: Field) -> Any:
        r = self.random
        match field.kind:
            case Kind.TEXT:
                text = r.choice(TEXTS[field.form])
                return text[: field.max] if field.form is Form.ANY else text
            case Kind.BOOL | Kind.FLAG:
                return r.random() < 0.5
            case Kind.INT:
                return r.choice((int(field.low or 0), int(field.high or 9), 42))
            case Kind.FLOAT:
                return r.choice((field.low, field.high, 0.0, 12.5, -0.000012))
            case Kind.DATETIME:
                zone = timezone(timedelta(minutes=r.randrange(-840, 841)))
                at = NOW - timedelta(microseconds=r.randrange(10**15))
                return at.astimezone(zone) if r.random() < 0.5 else at.replace(microsecond=0)
            case Kind.DATE:
                return date(1900, 1, 1) + timedelta(days=r.randrange(40000))
            case Kind.ENUM:
                return r.choice(list(field.type))
            case _:
                return self.record(field.type)

    def record(self, cls: type) -> Any:
        values: dict[str, Any] = {}
        for field in table(cls).fields:
            if field.many:
                count = self.random.choice((1, 2)) if self.random.random() < self.density else 0
                values[field.name] = tuple(self.value(field) for _ in range(max(count, field.at_least)))
            elif field.required or self.random.random() < self.density:
                values[field.name] = self.value(field)
        return self.mend(cls(**values))

    def mend(self, value: Any) -> Any:
        """Make the rules between fields hold."""
        match value:
            case Email() | Phone():
                value = replace(value, verified=True) if value.verified_at else value
                if isinstance(value, Phone) and value.calling_code:
                    value = replace(value, number="555 0123")
            case EstimatedLocation(country="US"):
                value = replace(value, region=self.random.choice((*STATES, "AS", "MP")))
            case AssociatedAccount() if value.approximate_age is not None:
                spare = "date_of_birth" if self.random.random() < 0.5 else "approximate_age"
                value = replace(value, **{spare: None})
            case InternetDetails():
                line = self.random.choice(table(InternetDetails).fields)
                value = InternetDetails(**{line.name: getattr(value, line.name) or self.record(line.type)})
            case Reporter() if not value.person.emails:
                value = replace(value, person=replace(value.person, emails=(Email(address=EMAIL),)))
            case FileDetails():
                value = self._file(value)
            case Report():
                value = self._report(value)
        if hasattr(value, "notified_at") and value.at is not None:
            again = (
                {"reenabled_at": value.at + timedelta(seconds=1)} if hasattr(value, "reenabled_at") else {}
            )
            value = replace(value, notified_at=value.at, **again)
        return value

    def _file(self, value: FileDetails) -> FileDetails:
        if value.exif_viewed:
            value = replace(value, viewed=True)
        if value.annotations is not None:
            value = replace(value, potential_meme=None)
        if value.relevance is FileRelevance.SUPPLEMENTAL:
            marks = replace(value.annotations, potential_meme=False) if value.annotations else None
            value = replace(value, annotations=marks, potential_meme=None, classification=None)
        return value

    def _report(self, value: Report) -> Report:
        if value.batched is not None:
            ids = tuple(PersonOrUserReported(esp_identifier=f"u{n}") for n in range(self.random.randrange(4)))
            summary = replace(value.summary, escalate=None)
            return Report(batched=value.batched, summary=summary, reporter=value.reporter, reported=ids)
        used = {
            email.address
            for details in value.details
            for incident in (details.email, details.newsgroup)
            if incident is not None
            for email in incident.emails
        }
        people = tuple(Email(address=address) for address in sorted(used))
        victims = (*value.victims, Victim(person=Person(emails=people))) if used else value.victims
        return replace(value, reported=value.reported[:1], victims=victims)


def batched_details(file: FileDetails) -> FileDetails:
    """The same file as a batch takes it."""
    return FileDetails(
        report_id=file.report_id,
        file_id=file.file_id,
        uploaded_at=file.uploaded_at,
        viewed=file.viewed,
        exif_viewed=file.exif_viewed,
        public=file.public,
        relevance=FileRelevance.REPORTED,
        annotations=FileAnnotations(viral=True, potential_meme=True),
        classification=file.classification,
    )


# -- everything


class _Everything(Maker):
    """Sets every field, repeated ones once, and goes through the values of each enumeration in turn."""

    def __init__(self) -> None:
        super().__init__(7, density=1.1)
        self._turns: dict[Any, int] = {}

    def value(self, field: Field) -> Any:
        if field.kind in (Kind.BOOL, Kind.FLAG):
            return True
        if field.kind is not Kind.ENUM:
            return super().value(field)
        turn = self._turns[field.type] = self._turns.get(field.type, -1) + 1
        return list(field.type)[turn % len(field.type)]

    def record(self, cls: type) -> Any:
        made = super().record(cls)
        once = {field.name: getattr(made, field.name)[:1] for field in table(cls).fields if field.many}
        if cls in (PersonOrUserReported, Victim):  # one for each way in which an account belongs
            once["associated"] = tuple(self.record(AssociatedAccount) for _ in AssociationKind)
        return self.mend(replace(made, **once))


def maximal_report() -> Report:
    """One report with every element and attribute that may stand together, all eight kinds of place in it."""
    everything = _Everything()
    places = tuple(
        InternetDetails(**{line.name: everything.record(line.type)}) for line in table(InternetDetails).fields
    )
    parts = {
        line.name: everything.record(line.type)
        for line in table(Report).fields
        if line.kind is Kind.RECORD and line.name not in ("batched", "details")
    }
    for name in ("reported", "recipients", "victims"):
        parts[name] = (parts[name],)
    made: Report = everything.mend(Report(details=places, note="Note.", **parts))
    return made


def accepted_documents() -> Iterator[Report | FileDetails]:
    """Documents that together use all that the checks accept."""
    largest = maximal_report()
    addresses = tuple(Address(country=c, state=s) for c, s in zip(COUNTRIES, [*STATES] * 5, strict=False))
    person = replace(largest.victims[0].person, addresses=addresses)
    yield replace(largest, victims=(replace(largest.victims[0], person=person), *largest.victims[1:]))
    for kind in IncidentType:
        yield replace(largest, summary=replace(largest.summary, incident_type=kind))
    yield Report(
        batched=BatchedReport(reason=BatchReason.VIRAL_POTENTIAL_MEME),
        summary=replace(largest.summary, escalate=None),
        reporter=largest.reporter,
        reported=(PersonOrUserReported(esp_identifier="a"), PersonOrUserReported(esp_identifier="b")),
    )
    file: FileDetails = _Everything().record(FileDetails)
    file = replace(
        file, relevance=FileRelevance.REPORTED, annotations=FileAnnotations(**_all(FileAnnotations))
    )
    yield file
    yield replace(file, annotations=None, potential_meme=True)
    yield replace(file, details=tuple(replace(file.details[0], kind=kind) for kind in MetadataType))
    line = table(FileDetails).by_element["industryClassification"]
    for value in line.type:
        yield replace(file, classification=value)
    yield Maker(1).mend(replace(file, relevance=FileRelevance.SUPPLEMENTAL))


def schema_only_documents() -> Iterator[Report | ReportResponse | ReportDoneResponse]:
    """What only the schema takes, and the service's own documents."""
    base = minimal_report()
    addresses = tuple(
        Address(country=c, state=s)
        for c, s in zip(sorted(SCHEMA_ONLY_COUNTRIES), [*SCHEMA_ONLY_STATES] * 9, strict=True)
    )
    yield replace(base, victims=(Victim(person=Person(addresses=addresses)),))
    yield ReportResponse(code=0, description="", report_id=1, file_id="f", hash="h")
    yield ReportDoneResponse(code=0, report_id=1, files=DoneFiles(ids=("a", "b")))


def _all(cls: type) -> dict[str, bool]:
    return {field.name: True for field in table(cls).fields}


def minimal_report() -> Report:
    return Report(
        summary=IncidentSummary(incident_type=IncidentType.CSAM, occurred_at=NOW - timedelta(days=1)),
        reporter=Reporter(person=Person(emails=(Email(address=EMAIL),))),
    )
