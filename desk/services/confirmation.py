"""Confirmation: the report rendered once, shown whole, and bound to a person's act.

What was confirmed is what is sent: the bytes stored here are the bytes that go
out; only report and file ids are filled into the file details later.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from desk.domain.batch import as_sent, batched, left_out_besides
from desk.domain.case import Case, CaseState, Claim
from desk.domain.circumstances import relinked
from desk.domain.company import Company, Endpoint
from desk.domain.completeness import Completeness, assess
from desk.domain.content import Content, ContentKind, Relevance, identity
from desk.domain.conversation import MEDIA_TYPE, Transcript
from desk.domain.decision import Decision, DecisionKind
from desk.domain.draft import Draft, FileChoice
from desk.domain.errors import AlreadyReported, NotReady, StaleDraft
from desk.domain.filing import FileState, Filing
from desk.domain.likeness import Agreement
from desk.domain.roles import Operator, Permission, require
from desk.domain.rules import Rule, prompting
from desk.domain.spoken import spoken, transcripts
from desk.domain.viewing import Viewed
from desk.ports import (
    Clock,
    Composed,
    Composer,
    FilingDocument,
    NewFiling,
    Occurrence,
    Store,
    UnitOfWork,
    Vault,
)
from desk.services import batches
from desk.services.auditing import keyed, note
from desk.services.batches import AGENCY, OtherCase
from desk.services.changes import Change, Done, done
from desk.services.configuration import endpoint_set, settings_of
from desk.services.keeping import refusal_name
from desk.services.made_files import Narrowed, kept, narrowed, put_on_record
from desk.services.proposals import Proposed, differing
from desk.services.queue import require_own
from desk.services.same import same_elsewhere
from desk.services.second_review import CHANCE, draw_filing
from desk.services.viewings import viewed_map


@dataclass(frozen=True, slots=True)
class FileLine:
    """One file of the report in words: what is claimed of it and why."""

    content: Content
    choice: FileChoice
    name: str
    viewed: Viewed
    claimed_viewed: bool
    elsewhere: tuple[Occurrence, ...]
    transcript: Transcript | None = None
    """Of a file that the desk made from a conversation."""


@dataclass(frozen=True, slots=True)
class Summary:
    """Everything that will be sent, to whom, as whom, and until when it can be taken back.

    ``composed`` holds the exact bytes; confirming this summary stores them. Of a
    batch ``draft`` is what is sent, ``others`` are the other cases that it reports;
    in words, ``not_said`` is what is left out, ``besides`` what of the others only.
    """

    case: Case
    draft: Draft
    version: int
    company: Company
    rule: Rule | None
    endpoint: Endpoint
    operator: Operator
    files: tuple[FileLine, ...]
    left_out: tuple[Content, ...]
    composed: Composed
    completeness: Completeness
    identities: frozenset[str]
    already: Mapping[str, int]
    prior_reports: tuple[tuple[str, datetime], ...]
    hold: timedelta
    made_at: datetime
    warnings: tuple[str, ...] = field(default=())
    others: tuple[OtherCase, ...] = ()
    by_hand: Mapping[str, int] = field(default_factory=dict)
    """What was filed with the agency on its web form, by identity, with the id of its record."""
    not_said: tuple[str, ...] = ()
    besides: tuple[str, ...] = ()
    narrowed: tuple[Narrowed, ...] = ()
    """Conversations of which messages are left out."""
    proposed: tuple[Proposed, ...] = ()
    """Types that the policy or the guide proposed, where the report says another."""

    @property
    def transcripts(self) -> tuple[Transcript, ...]:
        """The files that the desk made for this report; their bytes are a part of what is confirmed."""
        return tuple(line.transcript for line in self.files if line.transcript is not None)

    @property
    def agreements(self) -> tuple[Agreement, ...]:
        """What people said of near files that a batch rests on."""
        return batches.agreements_of(self.others)

    @property
    def report_sha256(self) -> str:
        return hashlib.sha256(self.composed.report_xml).hexdigest()


class Confirmation:
    def __init__(
        self,
        store: Store,
        composer: Composer,
        clock: Clock,
        chance: Callable[[], float] = CHANCE,
        *,
        vault: Vault,
    ) -> None:
        """``chance``: in [0, 1), draws what a second person looks at again."""
        self._vault = vault
        self._chance = chance
        self._store = store
        self._composer = composer
        self._clock = clock

    def summary(self, operator: Operator, number: int) -> Summary:
        """Render the draft once. Raises NotReady with the problems, UserError where there is no draft."""
        require(operator, Permission.CONFIRM)
        now = self._clock.now()
        with self._store.read() as uow:
            case = uow.cases.get(number)
            saved = uow.drafts.get(number)
            if saved is None:
                raise NotReady("There is no report to confirm yet.", "Write the report first.")
            return self._summary(uow, operator, case, saved.draft, saved.version, now)

    def _summary(
        self, uow: UnitOfWork, operator: Operator, case: Case, draft: Draft, version: int, now: datetime
    ) -> Summary:
        settings = settings_of(uow)
        endpoint = endpoint_set(uow)
        if endpoint is None:
            raise NotReady("No endpoint is set.", "An administrator sets one in Settings.")
        violated = (draft.policy,) if draft.policy else case.data.policies
        rule = prompting(settings.rules, violated, settings.policies)
        company = _with_contact(settings.company, rule)
        viewed = viewed_map(uow, case)
        draft = replace(draft, contexts=relinked(draft.contexts, case.data.content))
        score = assess(case.data, draft, viewed)
        composed = self._composer.compose(draft, case.data, company, viewed, now)
        others = batches.others_of(uow, operator, draft, case, now)
        draft, not_said = (whole := batched(draft, case.data)).draft, whole.left_out
        made = transcripts(draft, case.data)
        draft = spoken(draft, case.data)
        account = draft.reported.id if draft.reported else None
        included = [c for c in case.data.content if draft.choice(c.id).include]
        names = {file.content_id: file.name for file in composed.files}
        chats = {c.id: c for c in included}
        identities = frozenset(
            name for name in (identity(c, account) for c in included if _counts(c, draft)) if name
        )
        identities |= batches.identities_of(draft, case, others)
        hold = timedelta(0) if draft.escalated else timedelta(minutes=settings.hold_minutes)
        return Summary(
            case=case,
            draft=draft,
            version=version,
            company=company,
            rule=rule,
            endpoint=endpoint,
            operator=operator,
            files=tuple(
                FileLine(
                    content=c if draft.batch is None else as_sent(c),
                    choice=draft.choice(c.id),
                    name=names[c.id],
                    viewed=viewed[c.id],
                    claimed_viewed=viewed[c.id].viewed and not draft.choice(c.id).lowered,
                    elsewhere=same_elsewhere(uow, c, case.number),
                )
                for c in included
                if c.id in names
            )
            + tuple(
                _line_of(
                    one, choice, viewed[one.chat_id], same_elsewhere(uow, chats[one.chat_id], case.number)
                )
                for one, choice in made
            ),
            left_out=tuple(c for c in case.data.content if not draft.choice(c.id).include),
            composed=composed,
            completeness=score,
            identities=identities,
            already=uow.filings.holders(AGENCY, identities),
            by_hand=uow.elsewhere.holders(AGENCY, identities),
            prior_reports=uow.filings.prior_reports(account) if account else (),
            hold=hold,
            made_at=now,
            warnings=_warnings(score),
            others=others,
            not_said=not_said,
            besides=left_out_besides(not_said, (other.left_out() for other in others)),
            narrowed=() if draft.batch is not None else narrowed(draft, included),
            proposed=differing(uow, settings, case, draft),
        )

    def confirm(self, operator: Operator, claim: Claim, summary: Summary, *, checked: bool) -> Done[Filing]:
        """A person's confirmation: the summary's exact bytes become a filing.

        Raises NotReady without the tick or when something changed since it was
        shown, AlreadyReported, ClaimLost, StaleDraft, NotAllowed.
        """
        require(operator, Permission.CONFIRM)
        if not checked:
            raise NotReady(
                "The report is not marked as checked.", "Read it, then tick “I have checked this report”."
            )
        require_own(operator, claim)
        if operator.id != summary.operator.id:
            raise NotReady("Somebody else was shown this report.", "Open the confirmation again and read it.")
        now = self._clock.now()
        made, number = summary.transcripts, summary.case.number
        with kept(self._store, self._vault, number, made) as written, self._store.write() as uow:
            batches.take(uow, operator, claim, summary.others, now)
            self._unchanged(uow, summary, claim)
            put_on_record(uow, summary.case, made, written, operator, now)
            filing = uow.filings.add(new := _new_filing(uow, summary, now))
            uow.cases.decide(
                Decision(
                    summary.case.number,
                    summary.case.revision,
                    DecisionKind.REPORT,
                    operator.id,
                    now,
                    violated_policy(summary.draft, summary.case),
                )
            )
            uow.cases.set_state(summary.case.number, CaseState.REPORTING)
            uow.settings.set(refusal_name(summary.case.number), None)
            uow.cases.release(claim)
            batches.report(uow, operator, filing, summary.others, now)
            note(
                uow,
                "filing.confirmed",
                now,
                operator,
                case_number=summary.case.number,
                filing_id=filing.id,
                revision=summary.case.revision,
                report=keyed(uow, summary.case.number, summary.report_sha256),
                files=len(summary.files),
                endpoint=summary.endpoint.url,
                escalated=summary.draft.escalated,
                viewed=sum(1 for line in summary.files if line.claimed_viewed),
                **({"batched_cases": len(summary.others)} if summary.others else {}),
                **({"same_pictures": len(summary.agreements)} if summary.agreements else {}),
            )
            drawn = draw_filing(uow, operator, filing, new.incident_type, new.completeness, self._chance)
            if drawn is not None and drawn.required:
                filing = replace(filing, awaiting=True)
        return done(filing, Change.QUEUE, Change.CASE, Change.OUTBOX, Change.DRAFT)

    @staticmethod
    def _unchanged(uow: UnitOfWork, summary: Summary, claim: Claim) -> None:
        number = summary.case.number
        if claim.case_id != number:
            raise NotReady("The claim is on another case.", "Open the case again.")
        case = uow.cases.get(number)
        saved = uow.drafts.get(number)
        if case.revision != summary.case.revision:
            raise StaleDraft("The platform added to this case since it was shown.", "Read the report again.")
        if saved is None or saved.version != summary.version:
            raise StaleDraft("The report was changed since it was shown.", "Read the report again.")
        if case.state in (CaseState.REPORTING, CaseState.REPORTED):
            raise AlreadyReported(
                "A report on this case is on its way or filed.", "See it in the outbox or the reports."
            )
        endpoint = endpoint_set(uow)
        if endpoint is None or endpoint.url != summary.endpoint.url:
            raise NotReady("The endpoint was changed since it was shown.", "Read the report again.")


def _line_of(
    one: Transcript, choice: FileChoice, viewed: Viewed, elsewhere: tuple[Occurrence, ...]
) -> FileLine:
    """A transcript as a file of the report: supplemental, and viewed where the conversation was read."""
    content = Content(
        one.content_id,
        ContentKind.TEXT,
        sha256=one.sha256,
        md5=one.md5,
        sha1=one.sha1,
        size=len(one.data),
        name=one.name,
        media_type=MEDIA_TYPE,
        relevance=Relevance.SUPPLEMENTAL,
    )
    said = FileChoice(one.content_id, relevance=Relevance.SUPPLEMENTAL, public=choice.public, note=one.note)
    claimed = viewed.viewed and not choice.lowered
    return FileLine(content, said, one.name, viewed, claimed, elsewhere, one)


def _counts(content: Content, draft: Draft) -> bool:
    """Supplemental files do not make a second report of the same content: only what is reported counts."""
    return draft.choice(content.id).relevance.value == "reported"


def violated_policy(draft: Draft, case: Case) -> str | None:
    """The policy that was confirmed as violated; where nobody said which, the first that the case names."""
    return draft.policy or next(iter(case.data.policies), None)


def _with_contact(company: Company, rule: Rule | None) -> Company:
    """The rule's reporting contact stands in the report where the rule names one."""
    if rule is None or not rule.contact.email:
        return company
    return replace(company, contact=rule.contact)


def _new_filing(uow: UnitOfWork, summary: Summary, now: datetime) -> NewFiling:
    documents = []
    account = summary.draft.reported.id if summary.draft.reported else None
    made = {one.content_id: one for one in summary.transcripts}
    for index, composed in enumerate(summary.composed.files):
        stored = uow.cases.media(summary.case.number, composed.content_id)
        transcript = made.get(composed.content_id)
        # A transcript is no piece of content of its own: the conversation counts once.
        content = summary.case.data.piece(composed.content_id) if transcript is None else None
        expected = content.sha256 if content is not None else transcript.sha256 if transcript else None
        if stored is None or stored.sha256 != expected:
            raise NotReady(
                "A file of this report is missing or changed.", "Import the case again from the platform."
            )
        documents.append(
            FilingDocument(
                FileState(index, composed.content_id, composed.name, stored.sha256, stored.md5, stored.size),
                composed.details_xml,
                identity(content, account) if content is not None else None,
            )
        )
    return NewFiling(
        case_number=summary.case.number,
        revision=summary.case.revision,
        agency=AGENCY,
        endpoint=summary.endpoint.url,
        report_xml=summary.composed.report_xml,
        report_sha256=summary.report_sha256,
        files=tuple(documents),
        identities=summary.identities,
        account_id=account,
        incident_type=summary.draft.incident_type.value if summary.draft.incident_type else "",
        completeness=summary.completeness.score,
        escalated=summary.draft.escalated,
        hold=summary.hold,
        confirmed_at=now,
        confirmed_by=summary.operator.id,
        draft=summary.draft,
        others=batches.covered_cases(summary.others),
        summary_json=json.dumps(
            {
                "score": summary.completeness.score,
                "warnings": list(summary.warnings),
                "claimed_viewed": {line.content.id: line.claimed_viewed for line in summary.files},
                "prior_reports": [report_id for report_id, _ in summary.prior_reports],
                "same_pictures": [_said(agreement) for agreement in summary.agreements],
            },
            sort_keys=True,
        ).encode(),
    )


def _said(agreement: Agreement) -> dict[str, object]:
    return {
        "agreement": agreement.id,
        "sha256": [agreement.one.sha256, agreement.other.sha256],
        "viewed": [agreement.one.share, agreement.other.share],
        "distance": agreement.distance,
        "operator": agreement.operator_id,
        "at": agreement.at.isoformat(),
    }


def _warnings(score: Completeness) -> tuple[str, ...]:
    if score.likely_informational:
        return ("This tip is likely to be informational: it lacks what investigators need to act on it.",)
    return ()
