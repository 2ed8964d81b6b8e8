"""The agency: its calls, its schema, and the composer of its documents."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from desk.domain.case import CaseData
from desk.domain.company import Company, Credentials, Endpoint
from desk.domain.draft import Draft
from desk.domain.filing import Call, FieldProblem, Reply
from desk.domain.viewing import Viewed


class Begun(Protocol):
    """A call that was sent and whose answer is awaited, by whoever waits for several."""

    until: float
    """By when more must have come, on the monotonic clock: give it up then."""

    def fileno(self) -> int:
        """What to wait for until it can be read."""
        ...

    def look(self) -> Reply | None:
        """Read what has come, without waiting; None where it is not the whole answer."""
        ...

    def give_up(self) -> Reply: ...


class Asking(Protocol):
    """A call that is to be made once: by ``run``, or by ``begin`` where that gives something."""

    def run(self) -> Reply:
        """Make it, and wait for its answer."""
        ...

    def begin(self) -> Begun | Reply | None:
        """Send it without waiting; None where that can't be done: nothing was sent then."""
        ...


class Agency(Protocol):
    """The CyberTipline's calls. None of them retries; each answers with a Reply and raises for bugs only."""

    @property
    def endpoint(self) -> str: ...

    def status(self) -> Reply: ...

    def schema(self) -> Reply: ...

    def asking(self, call: Call, report_id: str, document: bytes) -> Asking:
        """A call other than an upload; ``document`` is what /submit and /fileinfo send."""
        ...

    def asking_upload(
        self,
        report_id: str,
        name: str,
        size: int,
        chunks: Iterable[bytes],
        *,
        progress: Callable[[int], None] | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> Asking: ...

    def form(self, report_id: str) -> bytes:
        """The exact bytes that finish and retract send for this report: the same each time."""
        ...

    def close(self) -> None: ...


class AgencyFactory(Protocol):
    def __call__(self, endpoint: Endpoint, credentials: Credentials) -> Agency: ...


class Difference(Protocol):
    """A part that only one of the service's schema and the desk's model has."""

    def in_words(self) -> str: ...


class ServiceSchema(Protocol):
    """One edition of the service's schema."""

    def validate(self, xml: bytes) -> tuple[FieldProblem, ...]:
        """Why the document is not valid, with paths in the document's terms; empty where it is."""
        ...

    def differences(self) -> Sequence[Difference]: ...


class SchemaReader(Protocol):
    def __call__(self, data: bytes) -> ServiceSchema:
        """Raises UserError where the bytes are no usable schema."""
        ...


@dataclass(frozen=True, slots=True)
class ComposedFile:
    """``data``: the bytes of a file that the desk made itself, such as a transcript; else in the vault."""

    content_id: str
    name: str
    details_xml: bytes = field(repr=False)
    data: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Composed:
    """The exact bytes of a report. File details have report and file id left open."""

    report_xml: bytes = field(repr=False)
    files: tuple[ComposedFile, ...] = ()


@dataclass(frozen=True, slots=True)
class FieldInfo:
    """Words of one field, from the protocol's one field table."""

    label: str
    help: str
    max_length: int | None = None


class Composer(Protocol):
    """Turns a draft into the agency's XML and checks it by the agency's rules.

    Problem paths are in the draft's terms: ``incident_type``, ``occurred_at``,
    ``reported.emails[0].address``, ``files[c1].classification``,
    ``contexts[0].urls[0]``, ``company.reporting.email``.
    """

    def check(
        self, draft: Draft, case: CaseData, company: Company, viewed: Mapping[str, Viewed], now: datetime
    ) -> tuple[FieldProblem, ...]: ...

    def compose(
        self, draft: Draft, case: CaseData, company: Company, viewed: Mapping[str, Viewed], now: datetime
    ) -> Composed:
        """Raises NotReady with the problems that :meth:`check` gives."""
        ...

    def replaced(
        self, draft: Draft, case: CaseData, company: Company, viewed: Mapping[str, Viewed]
    ) -> tuple[FieldProblem, ...]:
        """Texts whose characters XML forbids: they are sent with U+FFFD in their place. No refusal."""
        ...

    def in_draft(self, problem: FieldProblem, content_id: str | None = None) -> FieldProblem:
        """A problem of the sent document, led back to the draft's field (of this content's file details)."""
        ...

    def explain(self, reply: Reply) -> str:
        """What a reply means for a person, and what to do."""
        ...

    def details(self, details_xml: bytes, report_id: str, file_id: str) -> bytes:
        """The file details with the two open ids filled in; nothing else changes."""
        ...

    def field(self, path: str) -> FieldInfo | None:
        """Label, help and length of the field at a draft path, None where it has no counterpart."""
        ...
