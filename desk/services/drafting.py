"""Drafting: the report form's state, kept at every change and checked as it is typed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from desk.domain.case import Case
from desk.domain.circumstances import relinked
from desk.domain.codec import from_plain
from desk.domain.company import Company
from desk.domain.completeness import Completeness, assess
from desk.domain.content import identity
from desk.domain.draft import Draft, begin, grow
from desk.domain.errors import NotReady
from desk.domain.filing import FieldProblem, FilingState
from desk.domain.incident import IncidentType
from desk.domain.roles import Operator, Permission, require
from desk.domain.viewing import Viewed
from desk.ports import Clock, Composer, FieldInfo, SavedDraft, Store, UnitOfWork
from desk.services import labels
from desk.services.auditing import note
from desk.services.batches import others_of
from desk.services.candidates import Candidate, Candidates, Spread, candidates, page, spread
from desk.services.changes import Change, Done, done
from desk.services.configuration import settings_of
from desk.services.keeping import refusal_name
from desk.services.proposals import of_policy
from desk.services.viewings import viewed_map


@dataclass(frozen=True, slots=True)
class DraftView:
    """A draft with all that its form needs. ``version`` must be given back when it is saved."""

    saved: SavedDraft
    case: Case
    viewed: Mapping[str, Viewed]
    proposal: IncidentType | None
    proposal_policy: str | None
    company: Company
    prior_reports: tuple[int, ...]
    refused_words: str = ""
    """What the service said when it refused the last filing of this case."""
    refused_at: tuple[FieldProblem, ...] = ()
    """At which fields it stands, in the draft's terms."""

    @property
    def draft(self) -> Draft:
        return self.saved.draft


@dataclass(frozen=True, slots=True)
class Checked:
    """A draft's problems (paths in the draft's terms) and its completeness."""

    problems: tuple[FieldProblem, ...]
    completeness: Completeness
    replaced: tuple[FieldProblem, ...] = ()
    """Texts with characters that XML forbids: sent with a mark in their place. To be seen, not mended."""


class Drafting:
    def __init__(self, store: Store, composer: Composer, clock: Clock) -> None:
        self._store = store
        self._composer = composer
        self._clock = clock

    def open(self, operator: Operator, number: int) -> DraftView:
        """The case's draft; begun from the case where there is none, grown where the case has grown."""
        require(operator, Permission.DRAFT)
        now = self._clock.now()
        with self._store.write() as uow:
            case = uow.cases.get(number)
            saved = uow.drafts.get(number)
            account = case.data.reported.id if case.data.reported else None
            prior = uow.filings.prior_reports(account) if account else ()
            prior += uow.elsewhere.prior_reports(account, "ncmec") if account else ()
            earlier = tuple(int(report_id) for report_id, _ in prior if report_id.isdigit())
            if saved is None:
                fresh = _with_earlier(begin(number, case.revision, case.data), earlier)
                fresh = _without_reported(uow, fresh, case)
                saved = uow.drafts.save(fresh, 0, now, operator.id)
                note(uow, "draft.begun", now, operator, case_number=number, revision=case.revision)
            elif saved.draft.revision != case.revision:
                before = uow.cases.revision(number, saved.draft.revision)
                grown = grow(saved.draft, case.revision, case.data, before)
                saved = uow.drafts.save(grown, saved.version, now, operator.id)
                note(uow, "draft.grown", now, operator, case_number=number, revision=case.revision)
            linked = replace(saved.draft, contexts=relinked(saved.draft.contexts, case.data.content))
            if linked != saved.draft:  # an older desk copied the words of conversations into it
                saved = uow.drafts.save(linked, saved.version, now, operator.id)
            # Filed since the draft was last kept: what a person took out before stays out.
            since = tuple(int(name) for name, at in prior if at > saved.saved_at and name.isdigit())
            if (joined := _with_earlier(saved.draft, since)) != saved.draft:
                saved = uow.drafts.save(joined, saved.version, now, operator.id)
                note(uow, "draft.grown", now, operator, case_number=number, prior_reports=len(since))
            settings = settings_of(uow)
            last = max(uow.filings.for_case(number), key=lambda filing: filing.id, default=None)
            refused = last is not None and last.state is FilingState.REFUSED
            at = uow.settings.get(refusal_name(number)) if refused else None
            viewed = viewed_map(uow, case)
        proposal, policy = of_policy(settings, case, saved.draft.policy)
        return DraftView(
            saved,
            case,
            viewed,
            proposal,
            policy,
            settings.company,
            earlier,
            last.error if last is not None and refused else "",
            from_plain(tuple[FieldProblem, ...], at) if at else (),
        )

    def save(self, operator: Operator, draft: Draft, version: int) -> Done[SavedDraft]:
        """Keep the draft. Raises StaleDraft where another window changed it since ``version``."""
        require(operator, Permission.DRAFT)
        now = self._clock.now()
        with self._store.write() as uow:
            before = uow.drafts.get(draft.case_number)
            saved = uow.drafts.save(draft, version, now, operator.id)
            labels.follow(uow, draft.case_number, before.draft if before else None, draft)
        return Done(saved, frozenset({Change.DRAFT}))

    def batch_candidates(self, operator: Operator, number: int) -> tuple[Candidates, ...]:
        """Files of this case that other accounts posted too, with the open cases that say so."""
        require(operator, Permission.DRAFT)
        with self._store.read() as uow:
            return candidates(uow, operator, uow.cases.get(number), self._clock.now())

    def spread(self, operator: Operator, number: int) -> Spread:
        """In which other cases the files of this one are, the same or near."""
        require(operator, Permission.SEE_QUEUE)
        with self._store.read() as uow:
            return spread(uow, operator, uow.cases.get(number), self._clock.now())

    def more_candidates(
        self, operator: Operator, number: int, content_id: str, after: int, *, near: str | None = None
    ) -> tuple[tuple[Candidate, ...], int | None]:
        """The page of cases above number ``after`` that hold this file, or the ``near`` one, and its next."""
        require(operator, Permission.DRAFT)
        with self._store.read() as uow:
            case = uow.cases.get(number)
            piece = case.data.piece(content_id)
            return page(uow, operator, case, piece, near, after, self._clock.now())

    def batch_problems(self, operator: Operator, draft: Draft) -> Mapping[int, str]:
        """By case number, why a case of this batch can't go along now, and what mends it."""
        require(operator, Permission.DRAFT)
        if draft.batch is None:
            return {}
        with self._store.read() as uow:
            try:
                others_of(uow, operator, draft, uow.cases.get(draft.case_number), self._clock.now())
            except NotReady as problem:
                places = {f"batch.members[{at}]": one for at, one in enumerate(draft.batch.members)}
                return {places[path].case_number: words for path, _, words in problem.problems}
        return {}

    def check(self, draft: Draft, view: DraftView, viewed: Mapping[str, Viewed] | None = None) -> Checked:
        """Problems by the agency's rules and the completeness. Pure; fit for every keystroke."""
        seen = view.viewed if viewed is None else viewed
        problems = self._composer.check(draft, view.case.data, view.company, seen, self._clock.now())
        replaced = self._composer.replaced(draft, view.case.data, view.company, seen)
        return Checked(problems, assess(view.case.data, draft, seen), replaced)

    def field(self, path: str) -> FieldInfo | None:
        """Label, help and longest length of a field, from the protocol's own table."""
        return self._composer.field(path)

    def discard(self, operator: Operator, number: int) -> Done[None]:
        """Throw the draft away."""
        require(operator, Permission.DRAFT)
        with self._store.write() as uow:
            before = uow.drafts.get(number)
            uow.drafts.discard(number)
            labels.follow(uow, number, before.draft if before else None, None)
            note(uow, "draft.discarded", self._clock.now(), operator, case_number=number)
        return done(None, Change.DRAFT)

    def saved_at(self, number: int) -> datetime | None:
        with self._store.read() as uow:
            saved = uow.drafts.get(number)
        return saved.saved_at if saved else None


def _with_earlier(draft: Draft, earlier: tuple[int, ...]) -> Draft:
    """Earlier filed reports about the person go along (API: priorCTReports)."""
    if draft.reported is None or not earlier:
        return draft
    known = tuple(dict.fromkeys((*draft.reported.prior_reports, *earlier)))
    return replace(draft, reported=replace(draft.reported, prior_reports=known))


def _without_reported(uow: UnitOfWork, draft: Draft, case: Case) -> Draft:
    """What is on its way or filed already is left out of a further report on the same case."""
    account = draft.reported.id if draft.reported else None
    names = {content.id: identity(content, account) for content in case.data.content}
    held = uow.filings.holders("ncmec", [name for name in names.values() if name])
    held |= uow.elsewhere.holders("ncmec", [name for name in names.values() if name])
    for content_id, name in names.items():
        if name in held:
            draft = draft.with_choice(replace(draft.choice(content_id), include=False))
    return draft
