"""The same content in other cases, whatever its kind: it is shown as identical and stays reportable."""

from __future__ import annotations

from desk.domain.content import Content
from desk.ports import Occurrence, UnitOfWork
from desk.services.batches import AGENCY


def same_elsewhere(uow: UnitOfWork, content: Content, number: int) -> tuple[Occurrence, ...]:
    """Other cases with the same bytes, text or conversation, and what became of them there; at most 100."""
    if content.sha256:
        return uow.cases.occurrences(content.sha256, but_case=number)
    digest = content.text_digest()
    return () if digest is None else uow.cases.same_texts(digest, agency=AGENCY, but_case=number)
