"""The documents of the CyberTipline: ``report``, ``fileDetails`` and the two answers.

The records live by area in the ``model_*`` modules; this one holds the roots.
"""

from __future__ import annotations

from typing import Annotated

from desk.cybertip.fields import F, record, table
from desk.cybertip.model_files import FileDetails
from desk.cybertip.model_incident import (
    BatchedReport,
    IncidentSummary,
    InternetDetails,
    LawEnforcement,
    Reporter,
)
from desk.cybertip.model_people import IntendedRecipient, PersonOrUserReported, Victim
from desk.cybertip.model_shared import Note


@record("report")
class Report:
    """One report, as /submit takes it."""

    batched: Annotated[BatchedReport | None, F("batchedReport", "Batch")] = None
    summary: Annotated[IncidentSummary, F("incidentSummary", "Incident")]
    details: Annotated[tuple[InternetDetails, ...], F("internetDetails", "Where it happened")] = ()
    law_enforcement: Annotated[LawEnforcement | None, F("lawEnforcement", "Law enforcement")] = None
    reporter: Annotated[Reporter, F("reporter", "Reporter")]
    reported: Annotated[
        tuple[PersonOrUserReported, ...], F("personOrUserReported", "Reported person or user")
    ] = ()
    recipients: Annotated[tuple[IntendedRecipient, ...], F("intendedRecipient", "Intended recipient")] = ()
    victims: Annotated[tuple[Victim, ...], F("victim", "Victim")] = ()
    note: Note = None


@record("reportResponse")
class ReportResponse:
    """The answer to every call but a successful /finish. Code 0 is success."""

    code: Annotated[int, F("responseCode", "Code")]
    description: Annotated[str, F("responseDescription", "Description", required=True)] = ""
    report_id: Annotated[int | None, F("reportId", "Report ID")] = None
    file_id: Annotated[str | None, F("fileId", "File ID")] = None
    hash: Annotated[str | None, F("hash", "MD5")] = None


@record("files")
class DoneFiles:
    ids: Annotated[tuple[str, ...], F("fileId", "File ID")] = ()


@record("reportDoneResponse")
class ReportDoneResponse:
    """The answer to /finish. Its bytes are the receipt: they start the preservation period."""

    code: Annotated[int, F("responseCode", "Code")]
    report_id: Annotated[int | None, F("reportId", "Report ID", required=True)] = None
    files: Annotated[DoneFiles, F("files", "Files", required=True)] = DoneFiles()


Document = Report | FileDetails | ReportResponse | ReportDoneResponse

ROOTS: dict[str, type[Document]] = {
    table(cls).name: cls for cls in (Report, FileDetails, ReportResponse, ReportDoneResponse)
}
"""The record class of each root element."""
