"""The list of reports: two ordered lists, filings and reports made elsewhere, read side by side.

Each is asked by place (what comes after the last row), so that a page far down costs what the first does.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Select, and_, exists, func, or_, select

import desk.storage.tables_reports  # noqa: F401 - its indexes belong to the tables
from desk.domain.elsewhere import ElsewhereFiling
from desk.domain.filing import FilingState
from desk.ports.reports import ReportFilter, ReportPlace, ReportRow, ReportState
from desk.storage.repositories.base import Repository, batched, contains
from desk.storage.repositories.elsewhere import SqlElsewhere
from desk.storage.repositories.filing_rows import FILING_COLUMNS, read_filings
from desk.storage.tables import case_revisions, cases, filing_cases, filings, journal, operators
from desk.storage.tables_elsewhere import elsewhere_corrections, elsewhere_filings
from desk.storage.tables_reviews import outcomes

_F, _E, _C = filings.c, elsewhere_filings.c, elsewhere_corrections.c
_ENDED = (FilingState.FILED.value, FilingState.WITHDRAWN.value, FilingState.REFUSED.value)
_STATES = {
    ReportState.FILED: FilingState.FILED.value,
    ReportState.TAKEN_BACK: FilingState.WITHDRAWN.value,
    ReportState.REFUSED: FilingState.REFUSED.value,
}


def _unindexed(column: Any) -> Any:
    """The column, but by no index of its own: SQLite would else choose that one, and then read whole rows,
    with their documents, for everything else that is asked. ix_filings_listed has it all."""
    return func.coalesce(column, column)


_STATE = _unindexed(_F.state)


def _latest(column: Any) -> Any:
    """A column of a report made elsewhere as it stands after its corrections."""
    said = elsewhere_corrections.alias()
    correction = (
        select(said.c[column.name])
        .where(said.c.elsewhere_id == _E.id, said.c[column.name].is_not(None))
        .order_by(said.c.id.desc())
        .limit(1)
        .correlate(elsewhere_filings)
        .scalar_subquery()
    )
    return func.coalesce(correction, column)


class SqlReports(Repository):
    """The Reports port."""

    def rows(
        self, wanted: ReportFilter, *, after: ReportPlace | None = None, limit: int = 200
    ) -> Sequence[ReportRow]:
        found: list[tuple[datetime, bool, int]] = []
        if wanted.state is not ReportState.ELSEWHERE:
            found += self._filings(wanted, after, limit)
        if _may_be_elsewhere(wanted):
            found += self._elsewhere(wanted, after, limit)
        # Of one moment the reports made elsewhere come first: as _beyond says.
        found.sort(key=lambda key: (key[0], key[1], key[2]), reverse=True)
        found = found[:limit]
        rows = self._filing_rows([number for _, made_elsewhere, number in found if not made_elsewhere])
        rows |= self._elsewhere_rows([number for _, made_elsewhere, number in found if made_elsewhere])
        return [rows[made_elsewhere, number] for _, made_elsewhere, number in found]

    def counts(self, wanted: ReportFilter) -> Mapping[ReportState, int]:
        query = _narrowed(select(_STATE.label("state"), func.count().label("n")), wanted).group_by(_STATE)
        found = Counter(dict.fromkeys(ReportState, 0))
        names = {value: state for state, value in _STATES.items()}
        for row in self._db.execute(query):
            found[names.get(row.state, ReportState.ON_ITS_WAY)] += row.n
        if _may_be_elsewhere(wanted, whatever_state=True):
            query = _elsewhere_narrowed(select(func.count()), wanted)
            found[ReportState.ELSEWHERE] = int(self._db.execute(query).scalar_one())
        return found

    def types(self) -> tuple[str, ...]:
        query = select(_F.incident_type).distinct()
        return tuple(sorted(one for one in self._db.execute(query).scalars() if one))

    def revisions(self, case_number: int) -> tuple[tuple[int, datetime], ...]:
        table = case_revisions.c
        query = select(table.revision, table.at).where(table.case_number == case_number)
        return tuple((row.revision, row.at) for row in self._db.execute(query.order_by(table.revision)))

    # -- places -------------------------------------------------------------------------

    def _filings(
        self, wanted: ReportFilter, after: ReportPlace | None, limit: int
    ) -> list[tuple[datetime, bool, int]]:
        query = _narrowed(select(_F.confirmed_at.label("at"), _F.id), wanted)
        if wanted.state is ReportState.ON_ITS_WAY:
            query = query.where(_STATE.not_in(_ENDED))
        elif wanted.state is not None:
            query = query.where(_STATES[wanted.state] == _STATE)
        if after is not None:
            query = query.where(_beyond(_F.confirmed_at, _F.id, after, made_elsewhere=False))
        query = query.order_by(_F.confirmed_at.desc(), _F.id.desc()).limit(limit)
        return [(row.at, False, row.id) for row in self._db.execute(query)]

    def _elsewhere(
        self, wanted: ReportFilter, after: ReportPlace | None, limit: int
    ) -> list[tuple[datetime, bool, int]]:
        at = _latest(_E.filed_at)
        query = _elsewhere_narrowed(select(at.label("at"), _E.id), wanted)
        if after is not None:
            query = query.where(_beyond(at, _E.id, after, made_elsewhere=True))
        query = query.order_by(at.desc(), _E.id.desc()).limit(limit)
        return [(row.at, True, row.id) for row in self._db.execute(query)]

    # -- rows ---------------------------------------------------------------------------

    def _filing_rows(self, ids: Sequence[int]) -> dict[tuple[bool, int], ReportRow]:
        found: dict[tuple[bool, int], ReportRow] = {}
        for batch in batched(ids):
            query = (
                select(
                    *FILING_COLUMNS,
                    cases.c.platform_id,
                    _F.incident_type,
                    operators.c.name.label("person"),
                    _F.endpoint,
                    _F.completeness,
                    _F.account_id,
                )
                .join(cases, cases.c.number == _F.case_number)
                .join(operators, operators.c.id == _F.confirmed_by)
                .where(_F.id.in_(batch))
            )
            rows = self._db.execute(query).all()
            others = self._counted(filing_cases.c.filing_id, batch)
            notes = self._counted(outcomes.c.filing_id, batch)
            for filing, row in zip(read_filings(self._db, rows), rows, strict=True):
                found[False, row.id] = ReportRow(
                    at=row.confirmed_at,
                    case_number=row.case_number,
                    platform_id=row.platform_id,
                    person=row.person,
                    filing=filing,
                    incident_type=row.incident_type,
                    endpoint=row.endpoint,
                    completeness=row.completeness,
                    account_id=row.account_id,
                    others=others.get(row.id, 0),
                    notes=notes.get(row.id, 0),
                )
        return found

    def _counted(self, column: Any, ids: Sequence[int]) -> dict[int, int]:
        query = select(column, func.count()).where(column.in_(ids)).group_by(column)
        return {int(number): int(count) for number, count in self._db.execute(query)}

    def _elsewhere_rows(self, ids: Sequence[int]) -> dict[tuple[bool, int], ReportRow]:
        found: dict[tuple[bool, int], ReportRow] = {}
        whole = SqlElsewhere(self._db)
        for batch in batched(ids):
            records: dict[int, ElsewhereFiling] = {
                one.id: one for one in whole._read(select(elsewhere_filings).where(_E.id.in_(batch)))
            }
            query = (
                select(_E.id, _E.case_number, cases.c.platform_id)
                .join(cases, cases.c.number == _E.case_number)
                .where(_E.id.in_(batch))
            )
            for row in self._db.execute(query):
                record = records[row.id]
                found[True, row.id] = ReportRow(
                    at=record.stated.filed_at,
                    case_number=row.case_number,
                    platform_id=row.platform_id,
                    person=record.stated.filed_by,
                    elsewhere=record,
                    account_id=record.account_id,
                )
        return found


def _start(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _within(column: Any, wanted: ReportFilter) -> list[Any]:
    said = []
    if wanted.since is not None:
        said.append(column >= _start(wanted.since))
    if wanted.until is not None:
        said.append(column < _start(wanted.until) + timedelta(days=1))
    return said


def _beyond(at: Any, number: Any, after: ReportPlace, *, made_elsewhere: bool) -> Any:
    """What stands below the place in the order (time, elsewhere before filings, number), all descending."""
    if made_elsewhere == after.elsewhere:
        # The first bound is implied; it is what an index can begin at.
        return and_(at <= after.at, or_(at < after.at, number < after.id))
    return at < after.at if made_elsewhere else at <= after.at


def _narrowed(query: Select[Any], wanted: ReportFilter) -> Select[Any]:
    """By everything but the state."""
    said = _within(_F.confirmed_at, wanted)
    if wanted.incident_type is not None:
        said.append(_F.incident_type == wanted.incident_type)
    if wanted.confirmed_by is not None:
        said.append(_unindexed(_F.confirmed_by) == wanted.confirmed_by)
    if wanted.escalated is not None:
        said.append(_F.escalated.is_(wanted.escalated))
    if wanted.below is not None:
        said.append(_F.completeness < wanted.below)
    for flag, there in (
        (wanted.noted, exists().where(outcomes.c.filing_id == _F.id)),
        (wanted.batched, exists().where(filing_cases.c.filing_id == _F.id)),
    ):
        if flag is not None:
            said.append(there if flag else ~there)
    words = wanted.text.strip()
    if words:
        pattern = contains(words)
        found: list[Any] = [
            _F.search.like(pattern, escape="\\"),
            func.lower(_F.report_id).like(pattern, escape="\\"),
            _F.id.in_(select(journal.c.filing_id).where(journal.c.request_id == words)),
        ]
        if (number := _number(words)) is not None:
            found += [_F.id == number, _F.case_number == number]
        said.append(or_(*found))
    return query.select_from(filings).where(*said)


def _number(words: str) -> int | None:
    plain = words.removeprefix("#")
    return int(plain) if plain.isascii() and plain.isdecimal() and len(plain) < 19 else None


def _may_be_elsewhere(wanted: ReportFilter, *, whatever_state: bool = False) -> bool:
    """Whether the filter asks for nothing that only the desk's own filings have."""
    own = (wanted.incident_type, wanted.confirmed_by, wanted.escalated, wanted.below)
    if any(one is not None for one in (*own, wanted.noted, wanted.batched)):
        return False
    return whatever_state or wanted.state in (None, ReportState.ELSEWHERE)


def _elsewhere_narrowed(query: Select[Any], wanted: ReportFilter) -> Select[Any]:
    """Those that stand: one that was withdrawn does not count as reported."""
    withdrawn = exists().where(_C.elsewhere_id == _E.id, _C.withdrawn.is_(True))
    said = [~withdrawn, *_within(_latest(_E.filed_at), wanted)]
    words = wanted.text.strip()
    if words:
        pattern = contains(words)
        columns = (_latest(_E.reference), _latest(_E.filed_by), _E.account_id, cases.c.platform_id, _E.body)
        found: list[Any] = [func.lower(column).like(pattern, escape="\\") for column in columns]
        if (number := _number(words)) is not None:
            found.append(_E.case_number == number)
        said.append(or_(*found))
    joined = elsewhere_filings.join(cases, cases.c.number == _E.case_number)
    return query.select_from(joined).where(*said)
