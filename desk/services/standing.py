"""Where a filing that is driven stands between two steps: values, passed from one to the next."""

from __future__ import annotations

from dataclasses import dataclass

from desk.domain.filing import Act, Filing, Reply
from desk.ports import Agency, Leased, StoredMedia
from desk.services.keeping import Answered
from desk.services.preflight import Papers


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the upload of one file is. Bytes."""

    filing_id: int
    file_index: int
    sent: int
    size: int


@dataclass(frozen=True, slots=True)
class Intended:
    """A call whose intent is committed."""

    act: Act
    filing: Filing
    sent: bytes
    journal_id: int
    stored: StoredMedia | None = None  # of an upload: where its file lies


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a drive stands between two commits."""

    known: Filing
    fence: int
    confirmed: Papers | None = None
    agency: Agency | None = None
    answered: Answered | None = None
    trouble: Reply | None = None
    fit: bool = False
    """Whether its files and documents were looked at: no report is opened before."""


@dataclass(frozen=True, slots=True)
class Settled:
    """What a commit holds."""

    filing: Filing
    act: Act
    wants_call: bool
    intended: Intended | None
    following: Taken | None


@dataclass(frozen=True, slots=True)
class Taken:
    """A leased filing, with its papers where a report is to be opened for it and they were quickly read."""

    leased: Leased
    papers: Papers | None = None
