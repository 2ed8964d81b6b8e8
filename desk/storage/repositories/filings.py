"""Filings: confirmed bytes, identities, lists, journal and receipts."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, func, insert, or_, select

from desk.domain import codec
from desk.domain.draft import Draft
from desk.domain.errors import AlreadyReported
from desk.domain.filing import Filing, FilingState
from desk.ports import CoveredCase, FilingDocument, FilingRow, NewFiling, Reported
from desk.storage.repositories.base import batched, contains, insert_or_skip, no_case, no_filing
from desk.storage.repositories.filing_rows import FILING_COLUMNS, file_state, read_filings, standing
from desk.storage.repositories.leases import Leases, file_standing
from desk.storage.repositories.prepared import Prepared
from desk.storage.repositories.records import Records
from desk.storage.tables import (
    cases,
    filing_cases,
    filing_files,
    filings,
    operators,
    reported_identity,
)

_F, _I, _O = filings.c, reported_identity.c, filing_cases.c

_REPORT = Prepared(select(_F.report_xml).where(_F.id == bindparam("b_id")))
_DOCUMENTS = Prepared(select(_F.endpoint, _F.report_xml).where(_F.id == bindparam("b_id")))
_ALL_DETAILS = Prepared(
    select(filing_files.c.details_xml)
    .where(filing_files.c.filing_id == bindparam("b_id"))
    .order_by(filing_files.c.position)
)
_DETAILS = Prepared(
    select(filing_files.c.details_xml).where(
        filing_files.c.filing_id == bindparam("b_id"), filing_files.c.position == bindparam("b_position")
    )
)
_COVERED = Prepared(select(filing_cases).where(_O.filing_id == bindparam("b_id")).order_by(_O.case_number))
_REPORTED = Prepared(select(_F.case_number, _F.revision, _F.draft).where(_F.id == bindparam("b_id")))
"""Made once: an outbox runs them at every step."""


class SqlFilings(Leases, Records):
    """The Filings port; the outbox's leases are in :class:`Leases`."""

    def add(self, new: NewFiling) -> Filing:
        with self._db.begin_nested():  # a caller that goes on after AlreadyReported keeps no half
            filing_id = self._insert(new)
            self._hold_identities(new, filing_id)
        return self.get(filing_id)

    def report_xml(self, filing_id: int) -> bytes:
        found = _REPORT.one(self._db, {"b_id": filing_id})
        if found is None:
            raise no_filing()
        return bytes(found.report_xml)

    def details_xml(self, filing_id: int, index: int) -> bytes:
        found = _DETAILS.one(self._db, {"b_id": filing_id, "b_position": index})
        if found is None:
            raise no_filing()
        return bytes(found.details_xml)

    def documents(self, filing_id: int) -> tuple[str, bytes, tuple[bytes, ...]]:
        found = _DOCUMENTS.one(self._db, {"b_id": filing_id})
        if found is None:
            raise no_filing()
        details = tuple(bytes(row.details_xml) for row in _ALL_DETAILS.all(self._db, {"b_id": filing_id}))
        return str(found.endpoint), bytes(found.report_xml), details

    def confirmed(self, filing_id: int) -> NewFiling:
        row = self._db.execute(select(filings).where(_F.id == filing_id)).one_or_none()
        if row is None:
            raise no_filing()
        query = (
            select(filing_files)
            .where(filing_files.c.filing_id == filing_id)
            .order_by(filing_files.c.position)
        )
        return NewFiling(
            case_number=row.case_number,
            revision=row.revision,
            agency=row.agency,
            endpoint=row.endpoint,
            report_xml=bytes(row.report_xml),
            report_sha256=row.report_sha256,
            files=tuple(
                FilingDocument(file_state(file).fresh(), bytes(file.details_xml), file.identity)
                for file in self._db.execute(query)
            ),
            identities=frozenset(json.loads(row.identities)),
            account_id=row.account_id,
            incident_type=row.incident_type,
            completeness=row.completeness,
            escalated=row.escalated,
            hold=row.hold,
            confirmed_at=row.confirmed_at,
            confirmed_by=row.confirmed_by,
            draft=codec.from_plain(Draft, json.loads(row.draft)),
            summary_json=bytes(row.summary_json),
            others=self.covered(filing_id),
        )

    def covered(self, filing_id: int) -> tuple[CoveredCase, ...]:
        rows = _COVERED.all(self._db, {"b_id": filing_id})
        return tuple(CoveredCase(row.case_number, row.revision, row.account_id) for row in rows)

    def reported(self, filing_id: int) -> Reported:
        row = _REPORTED.one(self._db, {"b_id": filing_id})
        if row is None:
            raise no_filing()
        revisions = {row.case_number: int(row.revision)}
        batched_report = json.loads(row.draft).get("batch") is not None
        if batched_report:  # no other report covers other cases
            revisions |= {other.case_number: other.revision for other in self.covered(filing_id)}
        return Reported(revisions, batched_report)

    def free(self, filing_id: int) -> None:
        self._db.execute(delete(reported_identity).where(_I.filing_id == filing_id))

    def holders(self, agency: str, identities: Iterable[str]) -> dict[str, int]:
        held: dict[str, int] = {}
        for batch in batched(sorted(set(identities))):
            query = select(_I.identity, _I.filing_id).where(
                _I.agency == agency, _I.identity.in_(batch), _I.filing_id.is_not(None)
            )
            held.update({row.identity: row.filing_id for row in self._db.execute(query)})
        return held

    def prior_reports(self, account_id: str) -> tuple[tuple[str, datetime], ...]:
        """The oldest first."""
        query = (
            select(_F.report_id, _F.ended_at)
            .where(
                or_(
                    _F.account_id == account_id,
                    _F.id.in_(select(_O.filing_id).where(_O.account_id == account_id)),
                ),
                _F.state == FilingState.FILED.value,
                _F.report_id.is_not(None),
            )
            .order_by(_F.ended_at, _F.id)
        )
        return tuple((row.report_id, row.ended_at) for row in self._db.execute(query))

    def for_case(self, case_number: int) -> tuple[Filing, ...]:
        """The oldest first."""
        covering = select(_O.filing_id).where(_O.case_number == case_number)
        query = (
            select(*FILING_COLUMNS)
            .where(or_(_F.case_number == case_number, _F.id.in_(covering)))
            .order_by(_F.id)
        )
        return tuple(read_filings(self._db, self._db.execute(query)))

    def rows(
        self, states: Sequence[FilingState], *, text: str = "", offset: int = 0, limit: int = 200
    ) -> list[FilingRow]:
        query = (
            select(
                *FILING_COLUMNS,
                cases.c.platform_id,
                _F.incident_type,
                operators.c.name.label("operator_name"),
                _F.endpoint,
            )
            .join(cases, cases.c.number == _F.case_number)
            .join(operators, operators.c.id == _F.confirmed_by)
            .where(_F.state.in_([state.value for state in states]))
            .order_by(_F.confirmed_at.desc(), _F.id.desc())
            .offset(offset)
            .limit(limit)
        )
        if text.strip():
            pattern = contains(text)
            query = query.where(
                or_(
                    _F.search.like(pattern, escape="\\"),
                    func.lower(_F.report_id).like(pattern, escape="\\"),
                )
            )
        found = self._db.execute(query).all()
        return [
            FilingRow(filing, row.platform_id, row.incident_type, row.operator_name, row.endpoint)
            for filing, row in zip(read_filings(self._db, found), found, strict=True)
        ]

    def count(self, states: Sequence[FilingState]) -> int:
        query = select(func.count()).where(_F.state.in_([state.value for state in states]))
        return int(self._db.execute(query).scalar_one())

    # -- the journal -----------------------------------------------------------------

    def _insert(self, new: NewFiling) -> int:
        first = Filing(
            id=0,
            case_number=new.case_number,
            state=FilingState.CONFIRMED,
            files=tuple(document.file.fresh() for document in new.files),
            hold=new.hold,
            confirmed_at=new.confirmed_at,
            confirmed_by=new.confirmed_by,
            escalated=new.escalated,
        )
        values: dict[str, Any] = standing(first) | {
            "case_number": new.case_number,
            "revision": new.revision,
            "agency": new.agency,
            "endpoint": new.endpoint,
            "report_xml": new.report_xml,
            "report_sha256": new.report_sha256,
            "identities": codec.canonical(new.identities),
            "account_id": new.account_id,
            "incident_type": new.incident_type,
            "completeness": new.completeness,
            "escalated": new.escalated,
            "hold": new.hold,
            "confirmed_at": new.confirmed_at,
            "confirmed_by": new.confirmed_by,
            "draft": codec.canonical(new.draft),
            "summary_json": new.summary_json,
            "search": self._search(new),
            "fence": 0,
        }
        query = insert(filings).values(values).returning(_F.id)
        filing_id = int(self._db.execute(query).scalar_one())
        rows = [
            {
                "filing_id": filing_id,
                "position": file.index,
                "content_id": file.content_id,
                "name": file.name,
                "sha256": file.sha256,
                "md5": file.md5,
                "size": file.size,
                "details_xml": document.details_xml,
                "identity": document.identity,
                **file_standing(replace(file).fresh()),
            }
            for document in new.files
            for file in (document.file,)
        ]
        if rows:
            self._db.execute(insert(filing_files), rows)
        if new.others:
            others = [
                {
                    "filing_id": filing_id,
                    "case_number": other.case_number,
                    "revision": other.revision,
                    "account_id": other.account_id,
                }
                for other in new.others
            ]
            self._db.execute(insert(filing_cases), others)
        return filing_id

    def _search(self, new: NewFiling) -> str:
        row = self._db.execute(
            select(cases.c.platform_id, operators.c.name)
            .join(operators, operators.c.id == new.confirmed_by)
            .where(cases.c.number == new.case_number)
        ).one_or_none()
        if row is None:
            raise no_case()
        words = [row.platform_id, row.name, new.incident_type, new.account_id or ""]
        for batch in batched(other.case_number for other in new.others):
            words += self._db.execute(select(cases.c.platform_id).where(cases.c.number.in_(batch))).scalars()
        words += (other.account_id for other in new.others)
        return "\n".join(words).casefold()

    def _hold_identities(self, new: NewFiling, filing_id: int) -> None:
        """Sorted, so that two desks filing the same pieces wait for each other and never in a ring."""
        wanted = sorted(new.identities)
        kept = 0
        for batch in batched(wanted):
            rows = [{"agency": new.agency, "identity": one, "filing_id": filing_id} for one in batch]
            query = insert_or_skip(self._db, reported_identity).values(rows).returning(_I.identity)
            kept += len(self._db.execute(query).all())
        if kept == len(wanted):
            return
        held = set(self.holders(new.agency, wanted).values()) - {filing_id}
        if not held:
            raise AlreadyReported(
                "The same content was filed with the agency by hand.",
                "See the record under the other channels.",
            )
        raise AlreadyReported(
            "The same content is already on its way to the agency, or filed there.",
            "Open the existing report instead.",
            filing_ids=tuple(sorted(held)),
        )
