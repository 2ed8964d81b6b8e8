"""Review: one case opened, its content looked at, a decision made.

Every display of unblurred content is recorded before the claim that it was
viewed can be made (18 U.S.C. 2258A reports; see desk.domain.viewing).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from desk.domain.case import Case, CaseState, Claim
from desk.domain.content import identity
from desk.domain.decision import Decision, DecisionKind
from desk.domain.elsewhere import ElsewhereFiling
from desk.domain.errors import UserError
from desk.domain.exposure import Rest
from desk.domain.filing import Filing
from desk.domain.guidance import Path
from desk.domain.optout import Theme, closed_in
from desk.domain.preview import (
    BLUR_FLOOR,
    Blurred,
    Cut,
    Heard,
    MediaFacts,
    Metadata,
    NoPreview,
    NoPreviewReason,
    PreviewSource,
    Revealed,
    Waveform,
)
from desk.domain.roles import Operator, Permission, require
from desk.domain.rules import prompting
from desk.domain.viewing import Viewed, Viewing, ViewingKind
from desk.ports import Clock, Occurrence, Previewer, Reel, Speaker, Store, UnitOfWork, Vault, Walk
from desk.services.auditing import keyed, note
from desk.services.changes import Change, Done, done
from desk.services.configuration import settings_of
from desk.services.erased import erased_at
from desk.services.guidance import keep_walk, look_again, told
from desk.services.queue import require_own, require_supervisor
from desk.services.resting import is_closed, opted_out, refuse_when_locked, rest_of
from desk.services.same import same_elsewhere
from desk.services.second_review import CHANCE, draw_decision
from desk.services.viewings import digest_of, played_map, viewed_map


@dataclass(frozen=True, slots=True)
class CaseView:
    """Everything the case page shows, read at one moment. Mappings are by content id."""

    case: Case
    viewed: Mapping[str, Viewed]
    elsewhere: Mapping[str, tuple[Occurrence, ...]]
    reported_in: Mapping[str, int]  # content id → filing in flight or filed
    decisions: tuple[Decision, ...]
    filings: tuple[Filing, ...]
    prior_reports: tuple[tuple[str, datetime], ...]
    has_draft: bool
    filed_elsewhere: tuple[ElsewhereFiling, ...] = ()
    """With other bodies, or with NCMEC by hand; withdrawn ones too."""
    walks: tuple[Walk, ...] = ()
    played: Mapping[str, tuple[tuple[float, float], ...]] = field(default_factory=dict)
    """By content id, the stretches of a film or sound that were played, as shares of its length."""
    closed: Mapping[str, frozenset[Theme]] = field(default_factory=dict)
    """Files that the one who opened it chose not to see, and what of their choice they show."""
    erased: datetime | None = None
    """When its media were destroyed for good."""


class Review:
    def __init__(
        self,
        store: Store,
        vault: Vault,
        previewer: Previewer,
        clock: Clock,
        chance: Callable[[], float] = CHANCE,
    ) -> None:
        """``chance``: in [0, 1), draws what a second person looks at again."""
        self._chance = chance
        self._store = store
        self._vault = vault
        self._previewer = previewer
        self._clock = clock

    def open(self, operator: Operator, number: int) -> CaseView:
        """Read a case with all that is known of it. Raises UserError where there is none."""
        require(operator, Permission.SEE_QUEUE)
        with self._store.read() as uow:
            case = uow.cases.get(number)
            data = case.data
            account = data.reported.id if data.reported else None
            names = {content.id: identity(content, account) for content in data.content}
            draft = uow.drafts.get(number)
            holders = uow.filings.holders("ncmec", [name for name in names.values() if name])
            return CaseView(
                case=case,
                viewed=viewed_map(uow, case),
                elsewhere={content.id: same_elsewhere(uow, content, number) for content in data.content},
                reported_in={key: holders[name] for key, name in names.items() if name in holders},
                decisions=uow.cases.decisions(number),
                filings=uow.filings.for_case(number),
                filed_elsewhere=uow.elsewhere.for_case(number),
                walks=uow.elsewhere.walks(number),
                prior_reports=uow.filings.prior_reports(account) if account else (),
                has_draft=draft is not None,
                played=played_map(uow, number),
                closed=closed_in(data, opted_out(uow, operator), draft.draft if draft else None),
                erased=erased_at(uow, number),
            )

    # what is shown ------------------------------------------------------------

    def _source(
        self, number: int, content_id: str, shown_to: Operator | None = None
    ) -> PreviewSource | NoPreview:
        """The bytes; none for ``shown_to`` where it is a file they chose not to see, blurred or not."""
        with self._store.read() as uow:
            if shown_to is not None and is_closed(uow, shown_to, number, content_id):
                return NoPreview(NoPreviewReason.CLOSED)
            stored = uow.cases.media(number, content_id)
            if stored is None:
                # The document of a large case takes long to read: it is not needed for what is there.
                content = uow.cases.get(number).data.piece(content_id)
                if content.file is None:
                    return NoPreview(NoPreviewReason.NO_FILE, format=content.kind.value)
                gone = erased_at(uow, number) is not None
                return NoPreview(NoPreviewReason.ERASED if gone else NoPreviewReason.UNAVAILABLE)
        return PreviewSource(
            size=stored.size,
            chunks=lambda: self._vault.read(stored.wrapped_key, stored.blob),
            read=lambda offset, length: self._vault.read_range(
                stored.wrapped_key, stored.blob, offset, length
            ),
        )

    def preview(
        self, operator: Operator, number: int, content_id: str, *, edge: int, strength: float = BLUR_FLOOR
    ) -> Blurred | NoPreview:
        """A blurred grey preview, made in the sandbox. No unblurred pixel enters this process."""
        require(operator, Permission.SEE_QUEUE)
        source = self._source(number, content_id, operator)
        if isinstance(source, NoPreview):
            return source
        return self._previewer.preview(source, edge=edge, strength=max(strength, BLUR_FLOOR))

    def stills(
        self, operator: Operator, number: int, content_id: str, *, edge: int
    ) -> tuple[Blurred, ...] | NoPreview:
        """Nine blurred stills spread over a film."""
        require(operator, Permission.SEE_QUEUE)
        source = self._source(number, content_id, operator)
        return source if isinstance(source, NoPreview) else self._previewer.stills(source, edge=edge)

    def facts(self, operator: Operator, number: int, content_id: str) -> MediaFacts | NoPreview:
        require(operator, Permission.SEE_QUEUE)
        source = self._source(number, content_id)
        return source if isinstance(source, NoPreview) else self._previewer.probe(source)

    def metadata(self, operator: Operator, number: int, content_id: str) -> Metadata | NoPreview:
        """The text inside the file. Opening it is recorded (exifViewedByEsp rests on it)."""
        require(operator, Permission.REVEAL)
        source = self._source(number, content_id)
        if isinstance(source, NoPreview):
            return source
        found = self._previewer.metadata(source)
        if isinstance(found, Metadata):
            self._record(operator, number, content_id, ViewingKind.METADATA, self._clock.now(), 0.0, 0.0, 1.0)
        return found

    def reveal(
        self,
        operator: Operator,
        claim: Claim,
        content_id: str,
        *,
        edge: int,
        position: float | None = None,
        page: int | None = None,
        cut: Cut | None = None,
    ) -> Revealed | NoPreview:
        """An unblurred picture, or a part of it, because a person holds the key. Nothing of it is kept.

        Raises NotReady while media are locked for rest, ClaimLost without a claim.
        """
        source = self._open_for(operator, claim, content_id)
        if isinstance(source, NoPreview):
            return source
        return self._previewer.reveal(source, edge=edge, position=position, page=page, cut=cut)

    def _open_for(self, operator: Operator, claim: Claim, content_id: str) -> PreviewSource | NoPreview:
        """The bytes, for unblurred use at this moment."""
        require(operator, Permission.REVEAL)
        require_own(operator, claim)
        now = self._clock.now()
        with self._store.write() as uow:
            uow.cases.renew(claim, claim.until, now)
            refuse_when_locked(uow, operator, now)
        return self._source(claim.case_id, content_id, operator)

    @contextmanager
    def play(
        self, operator: Operator, claim: Claim, content_id: str, *, edge: int, start: float, rate: float
    ) -> Iterator[Reel[Revealed] | None]:
        """A film's frames from second ``start`` on while a person holds the key; None where there is no file.

        Raises as ``reveal`` does. What was shown of it is told by ``shown`` afterwards.
        """
        source = self._open_for(operator, claim, content_id)
        if isinstance(source, NoPreview):
            yield None
            return
        with self._previewer.play(source, edge=edge, start=start, rate=rate) as reel:
            yield reel

    @contextmanager
    def listen(
        self, operator: Operator, claim: Claim, content_id: str, *, start: float, speed: float
    ) -> Iterator[Reel[Heard] | None]:
        """The sound from second ``start`` on, as ``play`` gives frames."""
        source = self._open_for(operator, claim, content_id)
        if isinstance(source, NoPreview):
            yield None
            return
        with self._previewer.listen(source, start=start, speed=speed) as reel:
            yield reel

    def speaker(self, pull: Callable[[int], bytes]) -> Speaker | None:
        """A sound device that asks for bytes on its own thread; None where this computer has none."""
        return self._previewer.speaker(pull)

    def waveform(
        self, operator: Operator, number: int, content_id: str, *, buckets: int
    ) -> Waveform | NoPreview:
        """How loud a sound is over its length: nothing of it can be understood from that."""
        require(operator, Permission.SEE_QUEUE)
        source = self._source(number, content_id)
        return source if isinstance(source, NoPreview) else self._previewer.waveform(source, buckets=buckets)

    def keyframes(self, operator: Operator, number: int, content_id: str) -> tuple[float, ...] | NoPreview:
        """The seconds of a film's keyframes."""
        require(operator, Permission.SEE_QUEUE)
        source = self._source(number, content_id)
        return source if isinstance(source, NoPreview) else self._previewer.keyframes(source)

    def shown(
        self,
        operator: Operator,
        number: int,
        content_id: str,
        *,
        at: datetime,
        seconds: float,
        kind: ViewingKind = ViewingKind.REVEAL,
        start: float = 0.0,
        end: float = 1.0,
        speed: float = 1.0,
    ) -> Done[None]:
        """Record a display of unblurred content that ended. ``seconds`` on the screen."""
        require(operator, Permission.REVEAL)
        if seconds > 0:
            self._record(operator, number, content_id, kind, at, seconds, start, end, speed)
        return done(None, Change.VIEWING, Change.CASE)

    def _record(
        self,
        operator: Operator,
        number: int,
        content_id: str,
        kind: ViewingKind,
        at: datetime,
        seconds: float,
        start: float,
        end: float,
        speed: float = 1.0,
    ) -> None:
        with self._store.write() as uow:
            case = uow.cases.get(number)
            content = case.data.piece(content_id)
            viewing = Viewing(
                number, content_id, digest_of(content), operator.id, kind, at, seconds, start, end, speed
            )
            uow.viewings.add(viewing)
            note(
                uow,
                "content.viewed",
                self._clock.now(),
                operator,
                case_number=number,
                media=keyed(uow, number, viewing.sha256),
                kind=kind.value,
                milliseconds=round(seconds * 1000),
                start=round(start, 4),
                end=round(end, 4),
            )

    # rest ---------------------------------------------------------------------

    def rest(self, operator: Operator) -> Rest:
        """One's own exposure and rest; nobody else's."""
        with self._store.read() as uow:
            return rest_of(uow, operator, self._clock.now())

    # decisions ----------------------------------------------------------------

    def decide(
        self,
        operator: Operator,
        claim: Claim,
        kind: DecisionKind,
        *,
        policy: str | None = None,
        reason: str | None = None,
        look_again_at: datetime | None = None,
        path: Path | None = None,
    ) -> Done[Decision]:
        """Record a decision and move the case on. Raises ClaimLost, UserError, NotAllowed.

        ``look_again_at``: the case comes back to the queue by itself then. ``path``: the way through the
        guide that led here. A report is not decided here but confirmed (desk.services.confirmation), and
        one that was made elsewhere is recorded (desk.services.channels).
        """
        require(operator, Permission.DECIDE)
        require_own(operator, claim)
        if kind in (DecisionKind.REPORT, DecisionKind.ELSEWHERE):
            raise UserError("A report is decided by confirming it.", "Write the report, then confirm it.")
        if kind is DecisionKind.ESCALATE:
            raise UserError("To hand a case on is no decision.", "Escalate it, or ask for a second opinion.")
        if kind is DecisionKind.VIOLATION_NO_REPORT and not (reason and reason.strip()):
            raise UserError("A violation without a report needs a reason.", "Say why it is not reported.")
        now = self._clock.now()
        look_again(kind, look_again_at, now)
        with self._store.write() as uow:
            uow.cases.renew(claim, claim.until, now)
            case = uow.cases.get(claim.case_id)
            if case.state is CaseState.REPORTING:
                raise UserError("A report on this case is on its way.", "Take it back in the outbox first.")
            if case.state is CaseState.REPORTED:
                raise UserError("This case is reported already.", "What is filed can't be decided again.")
            decision = Decision(case.number, case.revision, kind, operator.id, now, policy, reason)
            uow.cases.decide(decision)
            state = CaseState.CLOSED if look_again_at is None else CaseState.SNOOZED
            uow.cases.set_state(case.number, state, snoozed_until=look_again_at)
            keep_walk(uow, operator, case.number, kind, path, now, look_again_at)
            uow.cases.release(claim)
            note(
                uow,
                "case.decided",
                now,
                operator,
                case_number=case.number,
                revision=case.revision,
                decision=kind.value,
                policy=policy,
                **told(path, look_again_at),
            )
            if kind is DecisionKind.VIOLATION_NO_REPORT:
                _note_declined(uow, operator, case, policy, now)
            draw_decision(uow, operator, kind, case.number, now, self._chance)
        return done(decision, Change.QUEUE, Change.CASE)

    def reopen(self, operator: Operator, number: int) -> Done[None]:
        """Take a decision back: the case is open again; the decision stays on record."""
        require(operator, Permission.DECIDE)
        with self._store.write() as uow:
            case = uow.cases.get(number)
            if case.state not in (CaseState.CLOSED, CaseState.ESCALATED, CaseState.SNOOZED):
                raise UserError("This case can't be opened again.", "Only decided or put-away cases can.")
            if case.state is CaseState.ESCALATED:
                require_supervisor(operator)
            uow.cases.set_state(number, CaseState.OPEN)
            note(uow, "case.reopened", self._clock.now(), operator, case_number=number)
        return done(None, Change.QUEUE, Change.CASE)


def _note_declined(
    uow: UnitOfWork, operator: Operator, case: Case, policy: str | None, now: datetime
) -> None:
    """A rule asked for the report of this violation and a person said no; why stands in the decision."""
    settings = settings_of(uow)
    violated = (policy,) if policy else case.data.policies
    rule = prompting(settings.rules, violated, settings.policies)
    if rule is not None:
        note(uow, "report.declined", now, operator, case_number=case.number, rule=rule.id, policy=policy)
