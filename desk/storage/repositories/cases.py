"""Cases with their revisions, decisions and media."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update

from desk.domain import codec
from desk.domain.case import Case, CaseData, CaseState, Claim, marks_of_case, platform_keeps_until
from desk.domain.decision import Decision, DecisionKind
from desk.domain.errors import Bug, UserError
from desk.ports import NewRevision, Stored, StoredMedia
from desk.storage.repositories.base import Record, batched, insert_or_skip, no_case
from desk.storage.repositories.facets import FOLD_AT
from desk.storage.repositories.occurrences import Occurrences
from desk.storage.repositories.prepared import Prepared
from desk.storage.repositories.queue import Queue
from desk.storage.repositories.search_text import search_text, tokens, ts_vector
from desk.storage.tables import (
    case_keys,
    case_media,
    case_revisions,
    cases,
    decisions,
)
from desk.storage.tables_queue import case_marks, case_words

_LOOKS_EVERY = 16
"""Intake looks so often, in cases, whether the queue's bits are due."""

_MEDIA = Prepared(
    select(case_media, case_keys.c.wrapped)
    .join(case_keys, case_keys.c.case_number == case_media.c.case_number)
    .where(
        case_media.c.case_number == bindparam("b_number"), case_media.c.content_id == bindparam("b_content")
    )
    .order_by(case_media.c.revision.desc())
    .limit(1)
)
_WRAPPED = Prepared(select(case_keys.c.wrapped).where(case_keys.c.case_number == bindparam("b_number")))
_LATEST = Prepared(select(cases.c.revision).where(cases.c.number == bindparam("b_number")))
_SET_STATE = Prepared(
    update(cases).where(cases.c.number == bindparam("b_number")), ("state", "snoozed_until")
)
"""Made once: an outbox runs them at every step."""


class SqlCases(Queue, Occurrences):
    """The Cases port; lists and claims are in :class:`Queue`."""

    def by_platform_id(self, platform_id: str) -> tuple[Case, str] | None:
        row = self._find(cases.c.platform_id == platform_id)
        return None if row is None else (_case(row), row.digest)

    def digests(self, platform_id: str) -> frozenset[str]:
        query = (
            select(case_revisions.c.digest)
            .join(cases, cases.c.number == case_revisions.c.case_number)
            .where(cases.c.platform_id == platform_id)
        )
        return frozenset(self._db.execute(query).scalars())

    def add(self, revision: NewRevision) -> Case:
        """Raises UserError where a case with this platform id was taken in meanwhile."""
        values = _columns(revision) | {
            "platform_id": revision.data.id,
            "revision": 1,
            "state": CaseState.OPEN.value,
            "received_at": revision.received_at,
            "claim_token": 0,
        }
        added = insert_or_skip(self._db, cases).values(values).returning(cases.c.number)
        number = self._db.execute(added).scalar_one_or_none()
        if number is None:
            raise UserError("A case with this id is here already.", "Take it in again: it adds to that case.")
        self._db.execute(insert(case_keys).values(case_number=number, wrapped=revision.wrapped_key))
        self._db.execute(insert(case_words).values(case_number=number, words=self._words(revision.data)))
        self._mark(number, revision.data)
        self._keep_revision(number, 1, revision)
        if number % _LOOKS_EVERY == 0:
            self._facets.fold(at_least=FOLD_AT)
        return self.get(number)

    def add_revision(self, number: int, revision: NewRevision) -> Case:
        """State, claim and the time of receipt stay as they are."""
        row = self._db.execute(
            select(cases.c.revision, cases.c.platform_id, case_keys.c.wrapped)
            .join(case_keys, case_keys.c.case_number == cases.c.number)
            .where(cases.c.number == number)
            .with_for_update(key_share=True, of=cases)
        ).one_or_none()
        if row is None:
            raise no_case()
        if row.wrapped != revision.wrapped_key:
            raise Bug("A revision must be kept under its case's own key.")
        latest = row.revision + 1
        self._db.execute(
            update(cases).where(cases.c.number == number).values(_columns(revision) | {"revision": latest})
        )
        self._db.execute(
            update(case_words)
            .where(case_words.c.case_number == number)
            .values(words=self._words(revision.data))
        )
        self._db.execute(delete(case_marks).where(case_marks.c.case_number == number))
        self._mark(number, revision.data)
        self._keep_revision(number, latest, revision)
        return self.get(number)

    def mark(self, number: int, told: frozenset[str]) -> None:
        wanted = marks_of_case(self.get(number).data) | told
        of_case = case_marks.c.case_number == number
        kept = set(self._db.execute(select(case_marks.c.mark).where(of_case)).scalars())
        if kept - wanted:
            self._db.execute(delete(case_marks).where(of_case, case_marks.c.mark.in_(kept - wanted)))
        fresh = [{"case_number": number, "mark": mark} for mark in sorted(wanted - kept)]
        if fresh:
            self._db.execute(insert(case_marks), fresh)

    def wrapped_key(self, number: int) -> bytes:
        row = _WRAPPED.one(self._db, {"b_number": number})
        if row is None:
            raise no_case()
        return bytes(row.wrapped)

    def get(self, number: int) -> Case:
        row = self._find(cases.c.number == number)
        if row is None:
            raise no_case()
        return _case(row)

    def latest_revision(self, number: int) -> int:
        row = _LATEST.one(self._db, {"b_number": number})
        if row is None:
            raise no_case()
        return int(row.revision)

    def state(self, number: int) -> CaseState:
        found = self._db.execute(select(cases.c.state).where(cases.c.number == number)).scalar_one_or_none()
        if found is None:
            raise no_case()
        return CaseState(found)

    def holder(self, number: int) -> int | None:
        query = select(cases.c.claim_operator).where(cases.c.number == number)
        return self._db.execute(query).scalar_one_or_none()

    def platform_ids(self, numbers: Iterable[int]) -> dict[int, str]:
        found: dict[int, str] = {}
        for some in batched(sorted(set(numbers))):
            query = select(cases.c.number, cases.c.platform_id).where(cases.c.number.in_(some))
            found |= {row.number: row.platform_id for row in self._db.execute(query)}
        return found

    def revision(self, number: int, revision: int) -> CaseData:
        query = select(case_revisions.c.document).where(
            case_revisions.c.case_number == number, case_revisions.c.revision == revision
        )
        document = self._db.execute(query).scalar_one_or_none()
        if document is None:
            raise UserError("There is no such revision of this case.")
        return _data(document)

    def set_state(self, number: int, state: CaseState, *, snoozed_until: datetime | None = None) -> None:
        until = snoozed_until if state is CaseState.SNOOZED else None
        values = {"b_number": number, "state": state.value, "snoozed_until": until}
        if not _SET_STATE.run(self._db, values):
            raise no_case()

    def set_completeness(self, number: int, score: int) -> None:
        self._set(number, {"completeness": score})

    def decide(self, decision: Decision) -> None:
        self._db.execute(
            insert(decisions).values(
                case_number=decision.case_number,
                revision=decision.revision,
                kind=decision.kind.value,
                operator_id=decision.operator_id,
                at=decision.at,
                policy=decision.policy,
                note=decision.note,
            )
        )

    def decisions(self, number: int) -> tuple[Decision, ...]:
        """The oldest first."""
        query = select(decisions).where(decisions.c.case_number == number).order_by(decisions.c.id)
        return tuple(
            Decision(
                case_number=row.case_number,
                revision=row.revision,
                kind=DecisionKind(row.kind),
                operator_id=row.operator_id,
                at=row.at,
                policy=row.policy,
                note=row.note,
            )
            for row in self._db.execute(query)
        )

    def media(self, number: int, content_id: str) -> StoredMedia | None:
        row = _MEDIA.one(self._db, {"b_number": number, "b_content": content_id})
        if row is None:
            return None
        return StoredMedia(row.blob, bytes(row.wrapped), row.size, row.sha256, row.md5, row.sha1)

    def add_made(self, number: int, revision: int, content_id: str, stored: StoredMedia) -> None:
        self._db.execute(insert(case_media), [_media_row(number, revision, content_id, stored)])

    def stored(self, *, after: str = "", limit: int = 1000) -> tuple[Stored, ...]:
        query = (
            select(case_media, case_keys.c.wrapped)
            .join(case_keys, case_keys.c.case_number == case_media.c.case_number)
            .where(case_media.c.blob > after)
            .order_by(case_media.c.blob)
            .limit(limit)
        )
        return tuple(
            Stored(
                row.case_number,
                row.content_id,
                StoredMedia(row.blob, bytes(row.wrapped), row.size, row.sha256, row.md5, row.sha1),
            )
            for row in self._db.execute(query)
        )

    def blob_known(self, blob: str) -> bool:
        query = select(case_media.c.blob).where(case_media.c.blob == blob).limit(1)
        return self._db.execute(query).first() is not None

    def forget_key(self, number: int) -> bool:
        """Destroy the case's media by destroying its key (NIST SP 800-88). There is no way back."""
        gone = self._db.execute(delete(case_keys).where(case_keys.c.case_number == number))
        return bool(gone.rowcount)

    def has_key(self, number: int) -> bool:
        query = (
            select(case_keys.c.case_number)
            .select_from(cases.outerjoin(case_keys, case_keys.c.case_number == cases.c.number))
            .where(cases.c.number == number)
        )
        row = self._db.execute(query).one_or_none()
        if row is None:
            raise no_case()
        return row[0] is not None

    def blobs(self, number: int) -> tuple[str, ...]:
        query = select(case_media.c.blob).where(case_media.c.case_number == number).distinct()
        return tuple(self._db.execute(query.order_by(case_media.c.blob)).scalars())

    def held(self, number: int) -> tuple[tuple[str, str, int], ...]:
        columns = (case_media.c.content_id, case_media.c.sha256, case_media.c.size)
        query = select(*columns).where(case_media.c.case_number == number).distinct().order_by(*columns)
        return tuple((row.content_id, row.sha256, row.size) for row in self._db.execute(query))

    def _find(self, condition: Any) -> Record | None:
        query = (
            select(cases, case_revisions.c.document, case_revisions.c.digest)
            .join(
                case_revisions,
                (case_revisions.c.case_number == cases.c.number)
                & (case_revisions.c.revision == cases.c.revision),
            )
            .where(condition)
        )
        return self._db.execute(query).one_or_none()

    def _set(self, number: int, values: dict[str, Any]) -> None:
        done = self._db.execute(update(cases).where(cases.c.number == number).values(values))
        if not done.rowcount:
            raise no_case()
        self._facets.fold(at_least=FOLD_AT)

    def _words(self, data: CaseData) -> str:
        found = tokens(search_text(data))
        return " ".join(found) if self._db.dialect.name == "sqlite" else ts_vector(found)

    def _mark(self, number: int, data: CaseData) -> None:
        marks = [{"case_number": number, "mark": mark} for mark in sorted(marks_of_case(data))]
        if marks:
            self._db.execute(insert(case_marks), marks)

    def _keep_revision(self, number: int, revision: int, new: NewRevision) -> None:
        self._db.execute(
            insert(case_revisions).values(
                case_number=number,
                revision=revision,
                document=codec.canonical(new.data),
                digest=new.digest,
                at=new.received_at,
            )
        )
        media = [_media_row(number, revision, *item) for item in new.media.items()]
        if media:
            self._db.execute(insert(case_media), media)
        self._keep_texts(number, new.data)


def _media_row(number: int, revision: int, content_id: str, stored: StoredMedia) -> dict[str, Any]:
    return {
        "case_number": number,
        "revision": revision,
        "content_id": content_id,
        "blob": stored.blob,
        "size": stored.size,
        "sha256": stored.sha256,
        "md5": stored.md5,
        "sha1": stored.sha1,
    }


def _columns(revision: NewRevision) -> dict[str, Any]:
    """What the queue shows and finds, copied from the document."""
    data = revision.data
    return {
        "rank": 0 if data.urgency.escalate else 1,
        "occurred_at": data.incident.occurred_at,
        "source": data.source.kind.value,
        "policy": data.policies[0] if data.policies else "",
        "queue": revision.queue,
        "summary": data.summary or "",
        "known_match": data.known_match,
        "completeness": revision.completeness,
        "content_count": len(data.content),
        "first_content": data.content[0].id if data.content else None,
        "account": data.reported.label() if data.reported else None,
        "kept_until": platform_keeps_until(data, revision.received_at),
    }


def _data(document: bytes) -> CaseData:
    return codec.from_plain(CaseData, json.loads(document))


def _case(row: Record) -> Case:
    claim = None
    if row.claim_operator is not None:
        claim = Claim(row.number, row.claim_operator, row.claim_name, row.claim_until, row.claim_token)
    return Case(
        number=row.number,
        revision=row.revision,
        data=_data(row.document),
        state=CaseState(row.state),
        received_at=row.received_at,
        claim=claim,
        snoozed_until=row.snoozed_until,
        queue=row.queue,
    )
