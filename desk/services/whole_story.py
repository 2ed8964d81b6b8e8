"""One report as a file: everything on record about it, put together from the store."""

from __future__ import annotations

import enum
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from desk.domain.case import CaseData
from desk.domain.content import Content
from desk.domain.decision import Decision
from desk.domain.errors import UserError
from desk.domain.filing import Call, FileState, Reply
from desk.domain.outcome import Outcome
from desk.domain.preservation import Destruction, Order, Preservation
from desk.domain.viewing import Viewed, Viewing, viewed
from desk.ports import JournalEntry, NewFiling, UnitOfWork
from desk.services.erased import erased_at
from desk.services.outbox import FilingStory
from desk.services.second_review import ReviewLine
from desk.services.viewings import digest_of

Told = Callable[[Call, bytes], Reply]
"""Reads what an answer's bytes say (desk.cybertip.answers)."""

ACTS = ("case.", "draft.", "filing.", "evidence.", "report.", "preservation.", "packet.", "approval.")
ELSEWHERE_TOLD = frozenset(
    {
        "case.decided",
        "case.taken",
        "case.revised",
        "case.skipped",
        "filing.confirmed",
        "filing.opened",
        "filing.uploading",
        "filing.held",
        "filing.finishing",
        "filing.filed",
        "filing.retracting",
        "filing.withdrawn",
        "filing.refused",
    }
)
"""What the case's, the filing's and the journal's own rows say better than the log."""


class Compared(enum.StrEnum):
    """Our digest against the one that the service answered."""

    EQUAL = "equal"
    UNEQUAL = "unequal"
    UNANSWERED = "unanswered"  # nothing came back that names one


class Listed(enum.StrEnum):
    """Whether the service's list at the end names the file."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"  # there is no such list (yet)


@dataclass(frozen=True, slots=True)
class ComparedFile:
    """One file: as we sent it, and what the service said of it."""

    file: FileState
    their_id: str | None
    their_md5: str | None
    digests: Compared
    listed: Listed


@dataclass(frozen=True, slots=True)
class Looked:
    """One recorded display. ``name`` of the content, ``person`` who looked; ``whole``: it was shown whole."""

    viewing: Viewing
    name: str
    person: str
    whole: bool
    before: bool  # the confirmation: later ones were no ground for a claim

    def __repr__(self) -> str:  # names stay out of tracebacks
        return f"Looked(kind={self.viewing.kind.value!r})"


@dataclass(frozen=True, slots=True)
class ClaimLine:
    """What the report says of one file (fileViewedByEsp), and what it rests on."""

    content_id: str
    name: str
    claimed: bool
    lowered: bool  # viewed, and the claim taken back by hand
    viewed: Viewed

    def __repr__(self) -> str:
        return f"ClaimLine(claimed={self.claimed})"


@dataclass(frozen=True, slots=True)
class Event:
    """An act of the log about the case or the filing."""

    at: datetime
    act: str
    person: str
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class NoteLine:
    """What became of the report, and who noted it."""

    outcome: Outcome
    by: str


@dataclass(frozen=True, slots=True)
class WholeStory:
    """Everything. ``unknown_ids``: files that the service's list names and we did not send."""

    story: FilingStory
    revisions: tuple[tuple[int, datetime], ...]
    decisions: tuple[Decision, ...]
    events: tuple[Event, ...]
    viewings: tuple[Looked, ...]
    claims: tuple[ClaimLine, ...]
    files: tuple[ComparedFile, ...]
    unknown_ids: tuple[str, ...]
    withheld: tuple[str, ...]
    orders: tuple[Order, ...]
    preservation: Preservation | None
    destruction: Destruction | None
    erased: datetime | None
    notes: tuple[NoteLine, ...]
    reviews: tuple[ReviewLine, ...] = ()
    names: Mapping[int, str] = field(default_factory=dict, repr=False)

    def name(self, operator_id: int | None) -> str:
        return self.names.get(operator_id or 0, "")


def gather(uow: UnitOfWork, story: FilingStory, told: Told, reviews: Sequence[ReviewLine]) -> WholeStory:
    """Put the story together within one reading of the store."""
    filing, confirmed = story.row.filing, story.confirmed
    number = filing.case_number
    names = {person.id: person.name for person in uow.people.all()}
    data = _as_reported(uow, confirmed)
    by_content = {piece.id: piece for piece in data.content} if data else {}
    viewings = uow.viewings.for_case(number)
    files, unknown = compare(story, told)
    kept = [one for one in uow.preservation.for_case(number) if one.filing_id == filing.id]
    return WholeStory(
        story=story,
        revisions=uow.reports.revisions(number),
        decisions=uow.cases.decisions(number),
        events=_events(uow, number, filing.id, names),
        viewings=tuple(_looked(one, by_content, names, filing.confirmed_at) for one in viewings),
        claims=_claims(confirmed, by_content, viewings),
        files=files,
        unknown_ids=unknown,
        withheld=tuple(
            _name(by_content[choice.content_id])
            for choice in confirmed.draft.files
            if not choice.include and choice.content_id in by_content
        ),
        orders=uow.preservation.orders(number),
        preservation=kept[0] if kept else None,
        destruction=uow.preservation.destruction(number),
        erased=erased_at(uow, number),
        notes=tuple(NoteLine(one, names.get(one.by, "")) for one in uow.outcomes.for_filing(filing.id)),
        reviews=tuple(one for one in reviews if one.review.filing_id == filing.id),
        names=names,
    )


def compare(story: FilingStory, told: Told) -> tuple[tuple[ComparedFile, ...], tuple[str, ...]]:
    """Each file against the answers to its upload and to the end of the report; and ids that are not ours."""
    last = max((entry.attempt for entry in story.journal), default=0)
    uploads: dict[int, JournalEntry] = {}
    for entry in story.journal:
        if entry.call is Call.UPLOAD and entry.attempt == last and entry.file_index is not None:
            uploads[entry.file_index] = entry
    ended = told(Call.FINISH, story.receipt.body).file_ids if story.receipt is not None else ()
    found, ours = [], set()
    for file in story.row.filing.files:
        answer = uploads.get(file.index)
        said = told(Call.UPLOAD, answer.received) if answer is not None and answer.received else None
        their_id = said.file_id if said else None
        their_md5 = said.md5 if said else None
        if their_md5 is None:
            digests = Compared.UNANSWERED
        else:
            digests = Compared.EQUAL if their_md5.lower() == file.md5.lower() else Compared.UNEQUAL
        known = file.file_id or their_id
        ours.add(known)
        listed = Listed.UNKNOWN
        if ended:
            listed = Listed.YES if known in ended else Listed.NO
        found.append(ComparedFile(file, their_id, their_md5, digests, listed))
    return tuple(found), tuple(one for one in ended if one not in ours)


def _as_reported(uow: UnitOfWork, confirmed: NewFiling) -> CaseData | None:
    try:
        return uow.cases.revision(confirmed.case_number, confirmed.revision)
    except UserError:
        return None


def _name(piece: Content) -> str:
    return piece.name or piece.id


def _looked(
    viewing: Viewing, by_content: Mapping[str, Content], names: Mapping[int, str], confirmed_at: datetime
) -> Looked:
    piece = by_content.get(viewing.content_id)
    return Looked(
        viewing,
        _name(piece) if piece else viewing.content_id,
        names.get(viewing.operator_id, ""),
        viewing.start <= 0.0 and viewing.end >= 1.0,
        viewing.at <= confirmed_at,
    )


def _claims(
    confirmed: NewFiling, by_content: Mapping[str, Content], viewings: Sequence[Viewing]
) -> tuple[ClaimLine, ...]:
    """As they were confirmed; what they rest on is reckoned from the displays up to then."""
    try:
        said = json.loads(confirmed.summary_json)["claimed_viewed"]
        claimed = {str(key): bool(value) for key, value in said.items()}
    except (ValueError, KeyError, TypeError, AttributeError):
        claimed = {}
    before = [one for one in viewings if one.at <= confirmed.confirmed_at]
    lines = []
    for content_id, value in claimed.items():
        piece = by_content.get(content_id)
        share = (
            viewed(piece.kind, digest_of(piece), before, content_id)
            if piece
            else Viewed(False, 0.0, metadata=False, seconds=0.0)
        )
        lines.append(
            ClaimLine(
                content_id,
                _name(piece) if piece else content_id,
                value,
                share.viewed and not value,
                share,
            )
        )
    return tuple(lines)


def _events(uow: UnitOfWork, number: int, filing_id: int, names: Mapping[int, str]) -> tuple[Event, ...]:
    rows = {row.index: row for row in (*uow.audit.for_case(number), *uow.audit.for_filing(filing_id))}
    found = []
    for index in sorted(rows):
        plain = json.loads(rows[index].entry)
        act, about = plain["act"], plain.get("filing")
        if not act.startswith(ACTS) or act in ELSEWHERE_TOLD or about not in (None, filing_id):
            continue
        person = names.get(plain.get("operator") or 0, "")
        found.append(Event(datetime.fromisoformat(plain["at"]), act, person, plain.get("facts") or {}))
    return tuple(found)
