"""Notes on what became of reports; each reaches the one who filed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from desk.domain.errors import UserError
from desk.domain.filing import FilingState
from desk.domain.outcome import Outcome, OutcomeKind, OutcomeSource, check_outcome
from desk.domain.roles import Operator, Permission, require
from desk.ports import Clock, Store
from desk.services.auditing import note
from desk.services.changes import Change, Done, done


@dataclass(frozen=True, slots=True)
class News:
    """A note that its reader has not seen yet, with the report it is about."""

    outcome: Outcome
    report_id: str
    case_number: int


class OutcomeService:
    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def add(
        self,
        operator: Operator,
        filing_id: int,
        source: OutcomeSource,
        kind: OutcomeKind,
        words: str = "",
        reference: str = "",
        day: date | None = None,
    ) -> Done[Outcome]:
        """Note what became of a filed report. Raises NotAllowed, UserError."""
        require(operator, Permission.OUTCOMES)
        now = self._clock.now()
        wanted = day or now.date()
        check_outcome(kind, words, wanted, now.date())
        with self._store.write() as uow:
            if uow.filings.get(filing_id).state is not FilingState.FILED:
                raise UserError("This report is not filed.", "A note belongs to a report with a receipt.")
            outcome = uow.outcomes.add(
                filing_id, source, kind, words.strip(), reference.strip(), wanted, operator.id, now
            )
            note(
                uow,
                "outcome.noted",
                now,
                operator,
                filing_id=filing_id,
                source=source.value,
                kind=kind.value,
            )
        return done(outcome, Change.REPORTS)

    def for_filing(self, operator: Operator, filing_id: int) -> tuple[Outcome, ...]:
        """All notes on a report, the oldest first."""
        require(operator, Permission.SEE_REPORTS)
        with self._store.read() as uow:
            return uow.outcomes.for_filing(filing_id)

    def news(self, operator: Operator) -> tuple[News, ...]:
        """What this person has not read yet about the reports they filed themselves."""
        require(operator, Permission.SEE_REPORTS)
        with self._store.read() as uow:
            found = []
            for outcome in uow.outcomes.unseen(operator.id):
                filing = uow.filings.get(outcome.filing_id)
                found.append(News(outcome, filing.report_id or "", filing.case_number))
        return tuple(found)

    def seen(self, operator: Operator, outcome_id: int) -> Done[bool]:
        """The reader has read it; False where it is not theirs or was read before."""
        require(operator, Permission.SEE_REPORTS)
        with self._store.write() as uow:
            return done(uow.outcomes.seen(outcome_id, operator.id, self._clock.now()), Change.REPORTS)
