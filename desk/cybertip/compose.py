"""From a draft to the agency's documents: the exact bytes that a person confirms.

The report is rendered once. File details are rendered with the report and file
IDs left open; :meth:`CyberTipComposer.details` fills in those two and touches
nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from desk.cybertip import xml
from desk.cybertip.checks import check_file, check_report
from desk.cybertip.codes import explain
from desk.cybertip.compose_files import (
    HEAD,
    NOT_VIEWED,
    OPEN,
    choice_details,
    choice_of,
    files_of,
    plain_name,
    template_of,
    transcript_details,
    upload_name,
)
from desk.cybertip.compose_people import recipient, reported, text, victim
from desk.cybertip.compose_places import place_of, unreadable_coordinates
from desk.cybertip.draft_paths import batch_path, document_path, draft_path, file_path
from desk.cybertip.fields import at, is_record, table
from desk.cybertip.model import Report
from desk.cybertip.model_files import FileDetails
from desk.cybertip.model_incident import (
    BatchedReport,
    BatchReason,
    IncidentSummary,
    LawEnforcement,
    ReportAnnotations,
    Reporter,
    ServedInternational,
)
from desk.cybertip.model_people import PersonOrUserReported
from desk.cybertip.model_shared import MAX_LONG, ContactPerson, Email, Person, Phone
from desk.domain.batch import account_ids, batched
from desk.domain.case import CaseData
from desk.domain.case import LawEnforcement as KnownAgency
from desk.domain.company import Company
from desk.domain.draft import Draft
from desk.domain.errors import Bug, NotReady
from desk.domain.filing import FieldProblem, Reply
from desk.domain.incident import IncidentType
from desk.domain.rules import Contact
from desk.domain.spoken import places_of, spoken, transcripts, unselected
from desk.domain.viewing import Viewed
from desk.ports import Composed, ComposedFile, FieldInfo

_FILE_ID = re.compile(r"[!-~]{1,200}")


class CyberTipComposer:
    """A Composer (see ports) for NCMEC's CyberTipline."""

    def check(
        self,
        draft: Draft,
        case: CaseData,
        company: Company,
        viewed: Mapping[str, Viewed],
        now: datetime,
    ) -> tuple[FieldProblem, ...]:
        """All problems, by the draft's paths; empty where the report may be confirmed."""
        draft = batched(draft, case).draft
        path_of = _path_of(draft, case)
        problems = [
            replace(problem, path=path_of(problem.path))
            for problem in check_report(report_of(draft, case, company), now)
        ]
        problems += unreadable_coordinates(draft.contexts)
        words = "Choose the messages that are reported, or leave the conversation out."
        problems += (
            FieldProblem(f"files[{one}].messages", "missing", words) for one in unselected(draft, case)
        )
        if draft.incident_type is None:
            words = "Choose the incident type that fits best."
            problems.insert(0, FieldProblem("incident_type", "missing", words))
        for content, choice in files_of(draft, case):
            details = choice_details(draft, content, choice, viewed)
            problems += (
                replace(problem, path=_file_path(draft, problem, content.id))
                for problem in check_file(details, now, open_ids=True, batched=draft.batch is not None)
            )
        problems += _of_batch(draft, case)
        return tuple(problems)

    def compose(
        self,
        draft: Draft,
        case: CaseData,
        company: Company,
        viewed: Mapping[str, Viewed],
        now: datetime,
    ) -> Composed:
        """The exact bytes. Raises NotReady with the problems that :meth:`check` gives."""
        problems = self.check(draft, case, company, viewed, now)
        if problems:
            raise NotReady(
                "The report can't be confirmed yet.",
                "Mend the fields that are marked.",
                problems=tuple((p.path, p.code, p.message) for p in problems),
            )
        draft = batched(draft, case).draft
        return Composed(
            report_xml=xml.write(report_of(draft, case, company)),
            files=(
                *(
                    ComposedFile(
                        content.id,
                        upload_name(content) if draft.batch is None else plain_name(content),
                        template_of(choice_details(draft, content, choice, viewed)),
                    )
                    for content, choice in files_of(draft, case)
                ),
                *(
                    ComposedFile(
                        one.content_id,
                        one.name,
                        template_of(transcript_details(one, choice, viewed.get(one.chat_id, NOT_VIEWED))),
                        one.data,
                    )
                    for one, choice in transcripts(draft, case)
                ),
            ),
        )

    def replaced(
        self, draft: Draft, case: CaseData, company: Company, viewed: Mapping[str, Viewed]
    ) -> tuple[FieldProblem, ...]:
        """Texts with characters that XML forbids: they are sent with U+FFFD in their place.

        No reason to refuse, but a person should see it. Paths are the draft's.
        """
        draft = batched(draft, case).draft
        path_of = _path_of(draft, case)
        found = [
            _replaced(path_of(item.path), item) for item in xml.replaced(report_of(draft, case, company))
        ]
        for content, choice in files_of(draft, case):
            details = choice_details(draft, content, choice, viewed)
            found += (_replaced(file_path(item.path, content.id), item) for item in xml.replaced(details))
        return tuple(found)

    def in_draft(self, problem: FieldProblem, content_id: str | None = None) -> FieldProblem:
        """A problem of the document as sent, at the draft's field."""
        path = draft_path(problem.path) if content_id is None else file_path(problem.path, content_id)
        return replace(problem, path=path)

    def explain(self, reply: Reply) -> str:
        """What happened and what to do, then the service's own words where they say more."""
        meaning = explain(reply)
        words = f"{meaning.title} {meaning.todo}".strip()
        said = reply.description.strip()
        return f"{words} The service said: “{said}”" if said and said not in words else words

    def details(self, details_xml: bytes, report_id: str, file_id: str) -> bytes:
        """The file details with the two open IDs filled in. Raises Bug for bytes or IDs that are none."""
        head = HEAD + OPEN
        if not details_xml.startswith(head):
            raise Bug("These are no file details with open IDs.")
        if not (report_id.isascii() and report_id.isdigit() and 0 < int(report_id) <= MAX_LONG):
            raise Bug("This is no report ID.")
        if _FILE_ID.fullmatch(file_id) is None:
            raise Bug("This is no file ID.")
        whole = xml.write(FileDetails(report_id=int(report_id), file_id=file_id))
        filled = whole[len(HEAD) : -len(b"</fileDetails>\n")]
        return HEAD + filled + details_xml[len(head) :]

    def field(self, path: str) -> FieldInfo | None:
        """Label, help and length of the field at a draft's path, None where it has no counterpart."""
        place = document_path(path)
        if place is None:
            return None
        is_file, wanted = place
        line = at(FileDetails if is_file else Report, wanted)
        content = table(line.type).content if is_record(line.type) else None
        if content is not None and path.rpartition(".")[2] in (
            "address",
            "number",
            "email",
            "phone",
            "value",
        ):
            return FieldInfo(line.label, content.help or line.help, content.max)
        return FieldInfo(line.label, line.help, (content or line).max)


_PLACE = re.compile(r"internetDetails\[(\d+)\](.*)", re.DOTALL)


def _path_of(draft: Draft, case: CaseData) -> Callable[[str], str]:
    """From the report's paths to the draft's: contexts that are left out have no number in the report."""
    if draft.batch is not None:
        return batch_path
    places: list[int] = []

    def path_of(path: str) -> str:
        found = _PLACE.fullmatch(path)
        if found is not None:
            places[:] = places or places_of(draft, case)
        if found is not None and int(found[1]) <= len(places):
            path = f"internetDetails[{places[int(found[1]) - 1] + 1}]{found[2]}"
        return draft_path(path)

    return path_of


def _replaced(path: str, item: xml.Replaced) -> FieldProblem:
    count = len(item.positions)
    what = "1 character" if count == 1 else f"{count} characters"
    return FieldProblem(path, "replaced", f"{what} can't be sent; {xml.REPLACEMENT} will stand there.")


# -- the report


def report_of(draft: Draft, case: CaseData, company: Company) -> Report:
    """The report as the draft stands. Without an incident type it takes the first one: for checks only."""
    service = company.esp_service
    marks = ReportAnnotations(
        **{line.name: line.xml in draft.annotations for line in table(ReportAnnotations).fields}
    )
    return Report(
        summary=IncidentSummary(
            incident_type=draft.incident_type or IncidentType.CSAM,
            platform=text(draft.platform),
            escalate=text(draft.escalate),
            annotations=marks if draft.annotations else None,
            occurred_at=draft.occurred_at,
            time_note=text(draft.time_note),
        ),
        details=tuple(place_of(context) for context in spoken(draft, case).contexts),
        law_enforcement=_law_enforcement(draft.law_enforcement),
        reporter=_reporter(company),
        reported=_reported(draft, service),
        recipients=tuple(recipient(account, service) for account in draft.recipients),
        victims=tuple(victim(account, service) for account in draft.victims),
        note=_further(draft, case) if draft.batch is None else None,
        batched=BatchedReport(reason=BatchReason.VIRAL_POTENTIAL_MEME) if draft.batch is not None else None,
    )


def _reported(draft: Draft, service: str | None) -> tuple[PersonOrUserReported, ...]:
    """The one reported account; of a batch all of them, each by its id alone (Appendix E)."""
    if draft.batch is not None:
        return tuple(PersonOrUserReported(esp_identifier=text(one)) for one in account_ids(draft))
    return (reported(draft.reported, service),) if draft.reported is not None else ()


def _further(draft: Draft, case: CaseData) -> str | None:
    """Further information, and what has no field of its own: notes on content that is not sent as a file."""
    lines = [text(draft.additional_info) or ""]
    agency = draft.law_enforcement
    if agency is not None and agency.served_international is None and text(agency.country):
        lines.append(f"Country of the law enforcement agency: {agency.country}")
    for content in case.content:
        choice = choice_of(draft, content.id)
        if choice is not None and choice.include and not content.kind.has_file and text(choice.note):
            lines.append(f"On {content.kind.value} {content.id}: {choice.note}")
    return text("\n".join(line for line in lines if line))


def _emails(address: str | None) -> tuple[Email, ...]:
    known = text(address)
    return (Email(address=known.strip()),) if known else ()


def _reporter(company: Company) -> Reporter:
    who, other = company.reporting, company.contact or Contact()
    contact = ContactPerson(
        first_name=text(other.first_name), last_name=text(other.last_name), emails=_emails(other.email)
    )
    return Reporter(
        person=Person(
            first_name=text(who.first_name), last_name=text(who.last_name), emails=_emails(who.email)
        ),
        contact=None if contact == ContactPerson() else contact,
        company_template=text(company.company_template),
        terms_of_service=text(company.terms_of_service),
        legal_url=text(company.legal_url),
    )


def _law_enforcement(value: KnownAgency | None) -> LawEnforcement | None:
    if value is None:
        return None
    number = text(value.officer_phone)
    officer = ContactPerson(
        first_name=text(value.officer_first_name),
        last_name=text(value.officer_last_name),
        emails=_emails(value.officer_email),
        phones=(Phone(number=number.strip()),) if number else (),
    )
    international = None
    if value.served_international is not None:
        international = ServedInternational(served=value.served_international, country=text(value.country))
    return LawEnforcement(
        agency=value.agency,
        case_number=text(value.case_number),
        officer=None if officer == ContactPerson() else officer,
        reported_to=value.reported_to,
        served_domestic=value.served_domestic,
        served_international=international,
    )


def _of_batch(draft: Draft, case: CaseData) -> list[FieldProblem]:
    """What a batch needs besides what its documents show."""
    batch = draft.batch
    if batch is None:
        return []
    found = []
    if not batch.members:
        words = "Choose at least one other account, or go back to a single report."
        found.append(FieldProblem("batch.members", "missing", words))
    content = next((c for c in case.content if c.id == batch.content_id), None)
    if content is None or not content.kind.has_file:
        words = "The file of this batch is not in the case any more. Go back to a single report."
        found.append(FieldProblem("batch", "missing", words))
    return found


def _file_path(draft: Draft, problem: FieldProblem, content_id: str) -> str:
    """Where a problem of a file stands in the form; the marks of a batch are chosen with the batch."""
    if draft.batch is not None and problem.path.startswith("fileAnnotations"):
        return "batch.annotations"
    return file_path(problem.path, content_id)
