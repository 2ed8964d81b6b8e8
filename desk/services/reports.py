"""Reports: every filing and what was made elsewhere, by filters and search; one as a file; files of them.

What leaves the desk is written to a private file and put on record before it stands in its place. One
report's story is for everybody who may see reports; the list holds many people's data, and is for
supervisors.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from desk.domain.errors import Cancelled
from desk.domain.roles import Operator, Permission, require
from desk.ports import Clock, ReportFilter, ReportPlace, ReportRow, ReportState, Store
from desk.services import report_files
from desk.services.auditing import note
from desk.services.changes import Done, done
from desk.services.outbox import Outbox
from desk.services.second_review import SecondReviewing
from desk.services.whole_story import Told, WholeStory, gather

PAGE = 500
Progress = Callable[[int, int], None]
"""(done, all)."""


class ExportForm(enum.StrEnum):
    CSV = "csv"
    JSON = "json"
    PDF = "pdf"


@dataclass(frozen=True, slots=True)
class ReportChoices:
    """What there is to filter by: incident types, and (id, name) of people."""

    types: tuple[str, ...]
    people: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class Exported:
    """``reports``: how many are in the file; ``size`` in bytes."""

    file: Path
    reports: int
    size: int


class ReportService:
    def __init__(
        self, store: Store, clock: Clock, outbox: Outbox, reviewing: SecondReviewing, told: Told
    ) -> None:
        """``told`` reads what an answer's bytes say."""
        self._store = store
        self._clock = clock
        self._outbox = outbox
        self._reviewing = reviewing
        self._told = told

    # -- the list -------------------------------------------------------------------------

    def rows(
        self,
        operator: Operator,
        wanted: ReportFilter,
        *,
        after: ReportPlace | None = None,
        limit: int = 200,
    ) -> Sequence[ReportRow]:
        """The newest first, those after the place. Fewer than ``limit``: that is all."""
        require(operator, Permission.SEE_REPORTS)
        with self._store.read() as uow:
            return uow.reports.rows(wanted, after=after, limit=limit)

    def counts(self, operator: Operator, wanted: ReportFilter) -> Mapping[ReportState, int]:
        """How many fit in each state, whatever state the filter names."""
        require(operator, Permission.SEE_REPORTS)
        with self._store.read() as uow:
            return uow.reports.counts(wanted)

    def choices(self, operator: Operator) -> ReportChoices:
        require(operator, Permission.SEE_REPORTS)
        with self._store.read() as uow:
            return ReportChoices(
                uow.reports.types(), tuple((person.id, person.name) for person in uow.people.all())
            )

    # -- one report -----------------------------------------------------------------------

    def whole(self, operator: Operator, filing_id: int) -> WholeStory:
        """Everything on record about one filing. Raises UserError where there is none."""
        require(operator, Permission.SEE_REPORTS)
        story = self._outbox.story(operator, filing_id)
        reviews = self._reviewing.for_case(operator, story.row.filing.case_number)
        with self._store.read() as uow:
            return gather(uow, story, self._told, reviews)

    # -- files ----------------------------------------------------------------------------

    def export_list(
        self,
        operator: Operator,
        wanted: ReportFilter,
        form: ExportForm,
        file: Path,
        *,
        progress: Progress = lambda _done, _all: None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Done[Exported]:
        """Every report that fits the filter, as CSV or JSON, from one moment's state of the store.

        Raises NotAllowed, UserError (the file), Cancelled; then nothing is there.
        """
        require(operator, Permission.EXPORT_REPORTS)
        if form is ExportForm.PDF:
            raise ValueError("a list is no document")
        with report_files.private_file(file) as out:
            with self._store.read() as uow:
                counts = uow.reports.counts(wanted)
                total = sum(counts.values()) if wanted.state is None else counts[wanted.state]
                out.write(report_files.csv_head() if form is ExportForm.CSV else b"[")
                count, after = 0, None
                while page := uow.reports.rows(wanted, after=after, limit=PAGE):
                    for one in page:
                        if form is ExportForm.CSV:
                            out.write(report_files.csv_row(one))
                        else:
                            out.write((b",\n" if count else b"\n") + report_files.json_row(one))
                        count += 1
                    after = page[-1].place
                    progress(count, total)
                    if cancelled():
                        raise Cancelled("Cancelled.", "No file was left.")
                if form is ExportForm.JSON:
                    out.write(b"\n]\n")
            size = out.tell()
            with self._store.write() as uow:
                note(
                    uow,
                    "report.exported",
                    self._clock.now(),
                    operator,
                    kind=form.value,
                    scope="list",
                    reports=count,
                )
        return done(Exported(file, count, size))

    def export_story(self, operator: Operator, filing_id: int, file: Path) -> Done[Exported]:
        """One report's whole story as JSON. Raises NotAllowed, UserError."""
        whole = self.whole(operator, filing_id)
        return self._save(operator, filing_id, ExportForm.JSON, report_files.story_json(whole), file)

    def save_document(self, operator: Operator, filing_id: int, pdf: bytes, file: Path) -> Done[Exported]:
        """One report's story as a document that was set from :meth:`whole`. Raises NotAllowed, UserError."""
        require(operator, Permission.SEE_REPORTS)
        return self._save(operator, filing_id, ExportForm.PDF, pdf, file)

    def _save(
        self, operator: Operator, filing_id: int, form: ExportForm, data: bytes, file: Path
    ) -> Done[Exported]:
        with report_files.private_file(file) as out:
            out.write(data)
            with self._store.write() as uow:
                filing = uow.filings.get(filing_id)
                note(
                    uow,
                    "report.exported",
                    self._clock.now(),
                    operator,
                    case_number=filing.case_number,
                    filing_id=filing_id,
                    kind=form.value,
                    scope="story",
                    reports=1,
                )
        return done(Exported(file, 1, len(data)))
