"""The same content in other cases: files by their bytes, texts and conversations by their words."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select

from desk.domain.case import CaseData
from desk.domain.content import identity
from desk.domain.filing import FilingState
from desk.ports import Occurrence
from desk.storage.repositories.base import Repository, insert_or_skip
from desk.storage.tables import case_media, cases, filing_cases, filing_files, filings, reported_identity
from desk.storage.tables_batches import filing_near_files
from desk.storage.tables_texts import case_texts

OCCURRENCES = 100
_T, _I = case_texts.c, reported_identity.c


class Occurrences(Repository):
    """Part of the Cases port."""

    def occurrences(self, sha256: str, *, but_case: int) -> tuple[Occurrence, ...]:
        """By case number; with the latest filing of that content, where there is one."""
        found = (
            select(case_media.c.case_number, case_media.c.content_id, cases.c.account)
            .join(cases, cases.c.number == case_media.c.case_number)
            .where(case_media.c.sha256 == sha256, case_media.c.case_number != but_case)
            .distinct()
            .order_by(case_media.c.case_number, case_media.c.content_id)
            .limit(OCCURRENCES)
        ).subquery()
        query = (
            select(found, filings.c.id, filings.c.state, filings.c.report_id, filing_files.c.position)
            .outerjoin(filings, filings.c.case_number == found.c.case_number)
            .outerjoin(
                filing_files,
                (filing_files.c.filing_id == filings.c.id)
                & (filing_files.c.content_id == found.c.content_id),
            )
            .order_by(found.c.case_number, found.c.content_id, filings.c.id)
        )
        latest: dict[tuple[int, str], Occurrence] = {}
        for row in self._db.execute(query):
            key = (row.case_number, row.content_id)
            if row.position is not None:
                state = FilingState(row.state)
                latest[key] = Occurrence(*key, row.account, row.id, state, row.report_id)
            else:
                latest.setdefault(key, Occurrence(*key, row.account, None, None, None))
        for row in self._db.execute(self._in_batches(sha256, {number for number, _ in latest})):
            for key in (key for key in latest if key[0] == row.case_number):
                before = latest[key].filing_id
                if before is None or before < row.id:
                    state = FilingState(row.state)
                    latest[key] = Occurrence(*key, latest[key].account, row.id, state, row.report_id)
        return tuple(latest.values())

    @staticmethod
    def _in_batches(sha256: str, numbers: set[int]) -> Any:
        """Batched filings of these bytes that cover other cases than their own, the oldest first."""
        return (
            select(filing_cases.c.case_number, filings.c.id, filings.c.state, filings.c.report_id)
            .join(filings, filings.c.id == filing_cases.c.filing_id)
            .join(filing_files, filing_files.c.filing_id == filings.c.id)
            .outerjoin(
                filing_near_files,
                (filing_near_files.c.filing_id == filings.c.id)
                & (filing_near_files.c.case_number == filing_cases.c.case_number),
            )
            .where(
                filing_cases.c.case_number.in_(numbers),
                func.coalesce(filing_near_files.c.sha256, filing_files.c.sha256) == sha256,
            )
            .order_by(filings.c.id)
        )

    def same_texts(self, digest: str, *, agency: str, but_case: int) -> tuple[Occurrence, ...]:
        """By case number; with the filing that holds that piece of content, where there is one."""
        query = (
            select(
                _T.case_number,
                _T.content_id,
                cases.c.account,
                filings.c.id,
                filings.c.state,
                filings.c.report_id,
            )
            .join(cases, cases.c.number == _T.case_number)
            .outerjoin(reported_identity, (_I.identity == _T.identity) & (_I.agency == agency))
            .outerjoin(filings, filings.c.id == _I.filing_id)
            .where(_T.sha256 == digest, _T.case_number != but_case)
            .order_by(_T.case_number, _T.content_id)
            .limit(OCCURRENCES)
        )
        return tuple(
            Occurrence(
                row.case_number,
                row.content_id,
                row.account,
                row.id,
                None if row.state is None else FilingState(row.state),
                row.report_id,
            )
            for row in self._db.execute(query)
        )

    def _keep_texts(self, number: int, data: CaseData) -> None:
        account = data.reported.id if data.reported else None
        rows = [
            {
                "sha256": digest,
                "case_number": number,
                "content_id": content.id,
                "identity": identity(content, account),
            }
            for content in data.content
            if (digest := content.text_digest()) is not None
        ]
        if rows:
            self._db.execute(insert_or_skip(self._db, case_texts), rows)
