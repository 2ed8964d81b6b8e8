"""Who else holds a file, and which near files were said to be the same picture."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Select, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from desk.domain.errors import UserError
from desk.domain.filing import FilingState
from desk.domain.likeness import Agreement, Side
from desk.domain.roles import Operator
from desk.ports import NearFile
from desk.storage.repositories.base import Record, Repository
from desk.storage.tables import case_media, filings, operators
from desk.storage.tables_batches import filing_near_files, picture_agreements

_A, _N = picture_agreements.c, filing_near_files.c
FREE = (FilingState.WITHDRAWN.value, FilingState.REFUSED.value)


class SqlBatches(Repository):
    """The Batches port."""

    def holding(self, sha256: str, *, but_case: int, after: int = 0, limit: int = 200) -> tuple[int, ...]:
        number = case_media.c.case_number
        query = (
            select(number)
            .where(case_media.c.sha256 == sha256, number > after, number != but_case)
            .distinct()
            .order_by(number)
            .limit(limit)
        )
        return tuple(self._db.execute(query).scalars())

    def agree(self, one: Side, other: Side, distance: int, operator: Operator, at: datetime) -> Agreement:
        first, second = sorted((one, other), key=lambda side: side.sha256)
        values = {
            "sha256": first.sha256,
            "case_number": first.case_number,
            "content_id": first.content_id,
            "share": first.share,
            "near_sha256": second.sha256,
            "near_case": second.case_number,
            "near_content_id": second.content_id,
            "near_share": second.share,
            "distance": distance,
            "operator_id": operator.id,
            "at": at,
        }
        try:
            with self._db.begin_nested():
                added = insert(picture_agreements).values(values).returning(_A.id)
                number = self._db.execute(added).scalar_one()
        except IntegrityError:
            raise UserError("Somebody said already that these two are the same picture.") from None
        return self.agreement(number)

    def agreement(self, agreement_id: int) -> Agreement:
        row = self._db.execute(_query().where(_A.id == agreement_id)).one_or_none()
        if row is None:
            raise UserError("There is no such agreement.")
        return _agreement(row)

    def agreements(self, sha256: str) -> tuple[Agreement, ...]:
        either = or_(_A.sha256 == sha256, _A.near_sha256 == sha256)
        query = _query().where(either, _A.withdrawn_at.is_(None)).order_by(_A.id)
        return tuple(_agreement(row) for row in self._db.execute(query))

    def withdraw(self, agreement_id: int, operator: Operator, at: datetime) -> Agreement:
        done = self._db.execute(
            update(picture_agreements)
            .where(_A.id == agreement_id, _A.withdrawn_at.is_(None))
            .values(withdrawn_by=operator.id, withdrawn_at=at)
        )
        found = self.agreement(agreement_id)
        if not done.rowcount:
            raise UserError("This was withdrawn already.")
        return found

    def resting_on(self, agreement_id: int) -> tuple[int, ...]:
        query = (
            select(filings.c.id)
            .join(filing_near_files, _N.filing_id == filings.c.id)
            .where(_N.agreement_id == agreement_id, filings.c.state.not_in(FREE))
            .distinct()
            .order_by(filings.c.id)
        )
        return tuple(self._db.execute(query).scalars())

    def rest(self, filing_id: int, files: Iterable[NearFile]) -> None:
        rows = [
            {
                "filing_id": filing_id,
                "case_number": file.case_number,
                "sha256": file.sha256,
                "agreement_id": file.agreement_id,
            }
            for file in files
        ]
        if rows:
            self._db.execute(insert(filing_near_files), rows)

    def near_files(self, filing_id: int) -> tuple[NearFile, ...]:
        query = select(filing_near_files).where(_N.filing_id == filing_id).order_by(_N.case_number)
        return tuple(
            NearFile(row.case_number, row.sha256, row.agreement_id) for row in self._db.execute(query)
        )


def _query() -> Select[Any]:
    return select(picture_agreements, operators.c.name).join(operators, operators.c.id == _A.operator_id)


def _agreement(row: Record) -> Agreement:
    return Agreement(
        id=row.id,
        one=Side(row.sha256, row.case_number, row.content_id, row.share),
        other=Side(row.near_sha256, row.near_case, row.near_content_id, row.near_share),
        distance=row.distance,
        operator_id=row.operator_id,
        operator_name=row.name,
        at=row.at,
        withdrawn_at=row.withdrawn_at,
    )
