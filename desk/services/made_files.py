"""Files that the desk makes for a report: transcripts of conversations.

They lie in the vault under their case's key like every other file, so they go through the same preflight,
upload and journal, and are destroyed with the case.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from desk.domain.case import Case
from desk.domain.content import Content, ContentKind
from desk.domain.conversation import Transcript, numbers_of
from desk.domain.draft import Draft
from desk.domain.errors import NotReady
from desk.domain.roles import Operator
from desk.ports import Store, StoredMedia, UnitOfWork, Vault
from desk.services.auditing import keyed, note


@contextmanager
def kept(
    store: Store, vault: Vault, number: int, made: Sequence[Transcript]
) -> Iterator[Mapping[str, StoredMedia]]:
    """Encrypt what the vault does not hold yet, by content id; a blob nobody put on record is discarded.

    Raises NotReady where the case's media were destroyed.
    """
    if not made:
        yield {}
        return
    with store.read() as uow:
        if not uow.cases.has_key(number):
            raise NotReady(
                "The media of this case were destroyed, so no transcript can be kept.",
                "Leave the conversation out of the report.",
            )
        key = vault.open_key(uow.cases.wrapped_key(number))
        missing = [one for one in made if not _there(uow, number, one)]
    written: dict[str, StoredMedia] = {}
    try:
        for one in missing:
            blob = vault.write(key, (one.data,))
            written[one.content_id] = StoredMedia(
                blob, key.wrapped, len(one.data), one.sha256, one.md5, one.sha1
            )
        yield written
    finally:
        if written:
            # Ask the store, not the exception: a commit may have taken though its answer was lost.
            with store.read() as uow:
                unknown = [s.blob for s in written.values() if not uow.cases.blob_known(s.blob)]
            for blob in unknown:
                vault.discard(blob)


def put_on_record(
    uow: UnitOfWork,
    case: Case,
    made: Sequence[Transcript],
    written: Mapping[str, StoredMedia],
    operator: Operator,
    now: datetime,
) -> None:
    """In the confirmation's own transaction: what was written belongs to the case. Raises NotReady."""
    for one in made:
        if _there(uow, case.number, one):
            continue  # kept before, or by another desk meanwhile; then this blob is discarded
        stored = written.get(one.content_id)
        if stored is None or stored.wrapped_key != uow.cases.wrapped_key(case.number):
            raise NotReady("A transcript of this report is missing.", "Open the confirmation again.")
        uow.cases.add_made(case.number, case.revision, one.content_id, stored)
        note(
            uow,
            "media.made",
            now,
            operator,
            case_number=case.number,
            media=keyed(uow, case.number, one.sha256),
            size=len(one.data),
            messages=one.kept,
            left_out=one.total - one.kept,
        )


def _there(uow: UnitOfWork, number: int, one: Transcript) -> bool:
    stored = uow.cases.media(number, one.content_id)
    return stored is not None and stored.sha256 == one.sha256


@dataclass(frozen=True, slots=True)
class Narrowed:
    """A conversation of which only a part is reported."""

    content: Content
    kept: int

    @property
    def left_out(self) -> int:
        return len(self.content.messages) - self.kept


def narrowed(draft: Draft, included: Sequence[Content]) -> tuple[Narrowed, ...]:
    found = []
    for content in included:
        if content.kind is ContentKind.CHAT:
            count = len(content.messages)
            of_it = len(numbers_of(draft.choice(content.id).messages, count))
            if of_it < count:
                found.append(Narrowed(content, of_it))
    return tuple(found)
