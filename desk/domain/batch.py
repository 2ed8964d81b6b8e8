"""Batched reports: one file that many accounts passed on, reported once for all of them.

CyberTipline API, Appendix E (``batchedReport reason="VIRAL_POTENTIAL_MEME"``): several reported
accounts, each by its platform id alone; no escalation, no place, no law enforcement, no recipient,
no victim, no further information; one file, marked viral and/or potential meme and nothing else,
without its name, address, hashes, IP address, device, details and notes.

Texts and conversations can't be batched: their words go into internetDetails or into further
information, and a batch may have neither. Each account's is reported on its own.

A batched draft keeps everything that was written: :func:`batched` gives what of it is sent, and
:func:`single` is the way back.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from desk.domain.account import Account
from desk.domain.case import CaseData
from desk.domain.content import Content, FileAnnotation, Relevance
from desk.domain.draft import Batch, BatchMember, Draft, FileChoice

BATCH_MARKS = frozenset({FileAnnotation.VIRAL, FileAnnotation.POTENTIAL_MEME})
"""The annotations that the file of a batched report may carry; at least one of them."""

ONLY_ID = "Of each account all but its id: names, emails, phones, IP addresses, devices, places, notes"
ESCALATION = "The escalation to high priority and its reason"
OF_CASE = " of this case"


@dataclass(frozen=True, slots=True)
class Batched:
    """What is sent of a batched draft, and in words what is not."""

    draft: Draft
    left_out: tuple[str, ...]


def to_batch(draft: Draft, content_id: str, members: Iterable[BatchMember]) -> Draft:
    """The draft as a batch about this file. Marks that were set on the file and may stay are taken over.

    Raises KeyError where the draft has no such content.
    """
    choice = draft.choice(content_id)
    return replace(draft, batch=Batch(content_id, tuple(members), choice.annotations & BATCH_MARKS))


def single(draft: Draft) -> Draft:
    """The draft as it was written, for one account."""
    return replace(draft, batch=None)


def batched(draft: Draft, case: CaseData) -> Batched:
    """What Appendix E lets through of the draft; a draft that is no batch comes back as it is."""
    if draft.batch is None:
        return Batched(draft, ())
    own = draft.reported.id if draft.reported is not None else None
    sent = replace(
        draft,
        contexts=(),
        files=tuple(_sent(choice, draft.batch) for choice in draft.files),
        reported=Account(id=own),
        recipients=(),
        victims=(),
        escalate=None,
        law_enforcement=None,
        additional_info=None,
    )
    return Batched(sent, left_out(draft, case, draft.batch.content_id))


def _sent(choice: FileChoice, batch: Batch) -> FileChoice:
    if choice.content_id != batch.content_id:
        return replace(choice, include=False)
    return replace(
        choice,
        include=True,
        relevance=Relevance.REPORTED,
        annotations=batch.annotations & BATCH_MARKS,
        note=None,
    )


def as_sent(content: Content) -> Content:
    """The file of a batch with what is said of it: nothing of where one account had it from."""
    return replace(content, name=None, url=None, ip_event=None, device=None, hashes=(), matches=())


def account_ids(draft: Draft) -> tuple[str | None, ...]:
    """The ids of all accounts of a batch, each once, the draft's own first (None where it is not known)."""
    own = draft.reported.id if draft.reported is not None else None
    members = draft.batch.members if draft.batch is not None else ()
    return (own, *dict.fromkeys(m.account for m in members if m.account != own))


def covered(case: CaseData, sha256: str) -> tuple[Content, ...]:
    """The pieces of a case that hold these bytes as a file that is reported."""
    return tuple(c for c in case.reported_content if c.kind.has_file and c.sha256 == sha256)


def remaining(case: CaseData, sha256: str) -> tuple[Content, ...]:
    """What of a case is still to be reported once the file with these bytes is."""
    known = {content.id for content in covered(case, sha256)}
    return tuple(c for c in case.reported_content if c.id not in known)


def left_to_report(draft: Draft, case: CaseData, sha256: str) -> tuple[str, ...]:
    """The ids of the content that was to go into this draft's report, had it been no batch."""
    known = {content.id for content in remaining(case, sha256)} | {
        content.id for content in case.content if content.relevance is not Relevance.REPORTED
    }
    return tuple(
        choice.content_id
        for choice in draft.files
        if choice.include and choice.relevance is Relevance.REPORTED and choice.content_id in known
    )


def after_batch(draft: Draft, case: CaseData, sha256: str) -> Draft:
    """The draft for what is left to report after its batch was filed: what was filed is not included."""
    filed = {content.id for content in covered(case, sha256)}
    files = tuple(replace(c, include=c.include and c.content_id not in filed) for c in draft.files)
    return replace(single(draft), files=files)


def left_out(draft: Draft, case: CaseData, content_id: str) -> tuple[str, ...]:
    """In words what a batch about this file does not say, the gravest first."""
    parts = (
        (ESCALATION, draft.escalated),
        ("The victims", draft.victims),
        ("The recipients", draft.recipients),
        ("Where it happened", draft.contexts),
        ("Law enforcement", draft.law_enforcement),
        (ONLY_ID, True),
        (_of_file(draft, case, content_id), True),
        ("The additional information", draft.additional_info and draft.additional_info.strip()),
        (_of_rest(draft, case, content_id), True),
    )
    return tuple(words for words, there in parts if there and words)


def left_out_besides(own: Iterable[str], others: Iterable[Iterable[str]]) -> tuple[str, ...]:
    """What is left out of the other cases of a batch and not named for its own; each once, no counts."""
    known = {line.partition(":")[0] for line in own}
    lines = dict.fromkeys(line for lines in others for line in lines)
    return tuple(line for line in lines if line.partition(":")[0] not in known and OF_CASE not in line)


def _of_file(draft: Draft, case: CaseData, content_id: str) -> str:
    content = next((c for c in case.content if c.id == content_id), None)
    choice = next((c for c in draft.files if c.content_id == content_id), None)
    if content is None or choice is None:
        return ""
    parts = (
        ("name", content.name),
        ("address", content.url),
        ("hashes", content.hashes),
        ("upload IP address", content.ip_event),
        ("device", content.device),
        ("matches on lists", content.matches),
        ("note", choice.note and choice.note.strip()),
        ("other annotations", choice.annotations - BATCH_MARKS),
    )
    named = [words for words, there in parts if there]
    return f"Of the file: {', '.join(named)}" if named else ""


def _of_rest(draft: Draft, case: CaseData, content_id: str) -> str:
    known = {content.id for content in case.content}
    others = [c for c in draft.files if c.include and c.content_id != content_id and c.content_id in known]
    if not others:
        return ""
    what = "1 other piece of content" if len(others) == 1 else f"{len(others)} other pieces of content"
    if any(choice.relevance is Relevance.REPORTED for choice in others):
        return f"{what}{OF_CASE}; the case opens again for what is still to be reported"
    return what + OF_CASE
