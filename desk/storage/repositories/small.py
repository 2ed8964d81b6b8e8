"""Drafts, viewings, people, settings."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from sqlalchemy import Select, bindparam, delete, insert, select, update

from desk.domain import codec
from desk.domain.draft import Draft
from desk.domain.errors import StaleDraft, UserError
from desk.domain.roles import Operator, Role
from desk.domain.viewing import Viewing, ViewingKind
from desk.ports import SavedDraft
from desk.storage.repositories.base import Record, Repository, insert_or_replace, insert_or_skip
from desk.storage.repositories.prepared import Prepared
from desk.storage.tables import drafts, operators, settings, viewings
from desk.storage.tables_signin import operator_access

_DISCARD = Prepared(delete(drafts).where(drafts.c.case_number == bindparam("b_number")))


class SqlDrafts(Repository):
    """The Drafts port: one draft for each case, with a version against lost changes."""

    def get(self, case_number: int) -> SavedDraft | None:
        row = self._db.execute(select(drafts).where(drafts.c.case_number == case_number)).one_or_none()
        if row is None:
            return None
        return SavedDraft(codec.from_plain(Draft, json.loads(row.document)), row.version, row.saved_at)

    def save(self, draft: Draft, expected_version: int, at: datetime, operator_id: int) -> SavedDraft:
        version = expected_version + 1
        values = {
            "version": version,
            "saved_at": at,
            "operator_id": operator_id,
            "document": codec.canonical(draft),
        }
        if expected_version == 0:
            values["case_number"] = draft.case_number
            added = insert_or_skip(self._db, drafts).values(values).returning(drafts.c.version)
            done = self._db.execute(added).first() is not None
        else:
            changed = self._db.execute(
                update(drafts)
                .where(drafts.c.case_number == draft.case_number, drafts.c.version == expected_version)
                .values(values)
            )
            done = bool(changed.rowcount)
        if not done:
            raise StaleDraft(
                "This draft was changed elsewhere since you opened it.",
                "Open the case again to see what is kept, then add what is missing.",
            )
        return SavedDraft(draft, version, at)

    def discard(self, case_number: int) -> None:
        _DISCARD.run(self._db, {"b_number": case_number})


class SqlViewings(Repository):
    """The Viewings port. Rows are never changed: the claims in a report rest on them."""

    def add(self, viewing: Viewing) -> None:
        self._db.execute(
            insert(viewings).values(
                case_number=viewing.case_number,
                content_id=viewing.content_id,
                sha256=viewing.sha256,
                operator_id=viewing.operator_id,
                kind=viewing.kind.value,
                at=viewing.at,
                seconds=viewing.seconds,
                start_share=viewing.start,
                end_share=viewing.end,
                speed=viewing.speed,
            )
        )

    def for_case(self, case_number: int) -> tuple[Viewing, ...]:
        """In the order in which they were recorded."""
        query = select(viewings).where(viewings.c.case_number == case_number).order_by(viewings.c.id)
        return tuple(_viewing(row) for row in self._db.execute(query))

    def displays(self, operator_id: int, since: datetime) -> tuple[tuple[datetime, float], ...]:
        """The metadata panel is no display of content and does not count."""
        query = (
            select(viewings.c.at, viewings.c.seconds)
            .where(
                viewings.c.operator_id == operator_id,
                viewings.c.at >= since,
                viewings.c.kind.not_in((ViewingKind.METADATA.value, ViewingKind.READ.value)),
            )
            .order_by(viewings.c.at, viewings.c.id)
        )
        return tuple((row.at, row.seconds) for row in self._db.execute(query))


def _viewing(row: Record) -> Viewing:
    return Viewing(
        case_number=row.case_number,
        content_id=row.content_id,
        sha256=row.sha256,
        operator_id=row.operator_id,
        kind=ViewingKind(row.kind),
        at=row.at,
        seconds=row.seconds,
        start=row.start_share,
        end=row.end_share,
        speed=row.speed,
    )


class SqlPeople(Repository):
    """The People port."""

    def add(self, name: str, roles: frozenset[Role], email: str = "") -> Operator:
        words = " ".join(sorted(role.value for role in roles))
        query = insert(operators).values(name=name, roles=words, email=email).returning(operators.c.id)
        return Operator(self._db.execute(query).scalar_one(), name, roles, email)

    def get(self, operator_id: int) -> Operator:
        """Raises UserError where there is nobody with this id."""
        row = self._db.execute(self._people().where(operators.c.id == operator_id)).one_or_none()
        if row is None:
            raise UserError("There is nobody with this id at this desk.")
        return _operator(row)

    def all(self) -> tuple[Operator, ...]:
        return tuple(_operator(row) for row in self._db.execute(self._people().order_by(operators.c.id)))

    def change(self, operator_id: int, name: str, roles: frozenset[Role], email: str) -> Operator:
        """Raises UserError where there is nobody with this id."""
        words = " ".join(sorted(role.value for role in roles))
        self._db.execute(
            update(operators).where(operators.c.id == operator_id).values(name=name, roles=words, email=email)
        )
        return self.get(operator_id)

    @staticmethod
    def _people() -> Select[Any]:
        """With whether they are active: those without a row of access are."""
        joined = operators.outerjoin(operator_access, operator_access.c.operator_id == operators.c.id)
        return select(operators, operator_access.c.active).select_from(joined)


def _operator(row: Record) -> Operator:
    roles = frozenset(Role(word) for word in row.roles.split())
    return Operator(row.id, row.name, roles, row.email, row.active is not False)


class SqlSettings(Repository):
    """The SettingsTable port."""

    def get(self, name: str) -> Any:
        """None where nothing was set."""
        query = select(settings.c.value).where(settings.c.name == name)
        value = self._db.execute(query).scalar_one_or_none()
        return None if value is None else json.loads(value)

    def set(self, name: str, value: Any) -> None:
        """Raises TypeError or ValueError where the value has no plain form."""
        row = {"name": name, "value": codec.canonical(value)}
        self._db.execute(insert_or_replace(self._db, settings, row))
