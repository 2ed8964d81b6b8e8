"""The whole time line of a report: the case, the people, the calls, and what came after. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from desk.domain.decision import DecisionKind
from desk.domain.second_review import ReviewState
from desk.gui import words
from desk.gui.reports import story as stories
from desk.gui.reports.states import kind_words, source_words
from desk.gui.widgets.progress import TimeLineEntry
from desk.gui.words import joined, plural, tr
from desk.services.whole_story import Event, Looked, WholeStory


def act_words(act: str) -> tuple[str, str]:
    """An act of the log in words, and its icon; one that has no words yet is told by its own name."""
    known = {
        "case.claimed": (tr("Case claimed"), "user"),
        "case.released": (tr("Case given back"), "log-out"),
        "case.snoozed": (tr("Case put off"), "clock"),
        "case.taken_over": (tr("Case taken over"), "users"),
        "case.handed_over": (tr("Case handed over"), "users"),
        "case.escalated": (tr("Case given to a supervisor"), "flag"),
        "case.sent_back": (tr("Case sent back"), "undo-2"),
        "case.opinion_asked": (tr("Second opinion asked for"), "users"),
        "case.opinion_given": (tr("Second opinion given"), "users"),
        "case.reopened": (tr("Case open again"), "folder-open"),
        "case.enriched": (tr("Asked the platform for more"), "server"),
        "case.erased": (tr("Media destroyed for good"), "trash-2"),
        "draft.begun": (tr("Report begun"), "file"),
        "draft.grown": (tr("The case grew while the report was written"), "plus"),
        "draft.discarded": (tr("Draft discarded"), "trash-2"),
        "report.declined": (tr("A report was proposed and declined"), "minus"),
        "filing.take_back": (tr("Asked to take it back"), "undo-2"),
        "filing.file_now": (tr("Asked to file it now"), "send"),
        "filing.try_now": (tr("Asked to try at once"), "refresh-cw"),
        "filing.clock": (tr("Times counted anew: the clock was far ahead"), "clock"),
        "report.exported": (tr("Saved as a file"), "download"),
        "packet.saved": (tr("Packet for another body saved"), "download"),
        "evidence.made": (tr("Evidence bundle made"), "archive"),
        "evidence.written": (tr("Evidence bundle written"), "archive"),
        "preservation.held": (tr("Legal hold put on the case"), "lock"),
        "preservation.released": (tr("Legal hold released"), "lock-open"),
        "preservation.extended": (tr("To be kept longer"), "calendar"),
        "preservation.destroyed": (tr("Destroyed, as two people agreed"), "trash-2"),
        "preservation.certificate": (tr("Certificate of destruction saved"), "download"),
        "approval.asked": (tr("A second person was asked to agree"), "users"),
        "approval.approved": (tr("A second person agreed"), "users"),
        "approval.declined": (tr("A second person declined"), "users"),
        "approval.withdrawn": (tr("The question was taken back"), "users"),
    }
    return known.get(act, (act, "circle-dot"))


def decision_words(kind: DecisionKind) -> str:
    return {
        DecisionKind.NO_VIOLATION: tr("no violation"),
        DecisionKind.VIOLATION_NO_REPORT: tr("a violation, no report"),
        DecisionKind.REPORT: tr("to be reported"),
        DecisionKind.ESCALATE: tr("for a supervisor"),
        DecisionKind.ELSEWHERE: tr("reported elsewhere"),
    }[kind]


def review_words(state: ReviewState) -> str:
    return {
        ReviewState.PENDING: tr("Second review waits"),
        ReviewState.AGREED: tr("Second review: agreed"),
        ReviewState.DISAGREED: tr("Second review: disagreed"),
        ReviewState.DROPPED: tr("Second review dropped"),
    }[state]


def entries(whole: WholeStory) -> list[TimeLineEntry]:
    """Everything in order, the oldest first."""
    made = stories.entries(whole.story)
    for number, at in whole.revisions:
        first = number == 1
        title = tr("Case received") if first else tr("The platform added to the case")
        detail = "" if first else tr("revision {number}", number=number)
        made.append(TimeLineEntry(at, title, detail, "muted", "inbox"))
    for decision in whole.decisions:
        made.append(
            TimeLineEntry(
                decision.at,
                tr("Decided: {what}", what=decision_words(decision.kind)),
                joined([whole.name(decision.operator_id), decision.policy or ""]),
                "muted",
                "scale",
            )
        )
    made.extend(_event(event) for event in whole.events)
    for line in whole.reviews:
        at = line.review.reviewed_at or line.review.made_at
        made.append(TimeLineEntry(at, review_words(line.review.state), line.reviewer, "muted", "list-checks"))
    for note in whole.notes:
        detail = joined([source_words(note.outcome.source), note.by])
        title = tr("Note: {what}", what=kind_words(note.outcome.kind))
        made.append(TimeLineEntry(note.outcome.at, title, detail, "accent", "info"))
    others = sorted(made, key=lambda entry: entry.when)
    return sorted([*others, *_viewings(whole.viewings, others)], key=lambda entry: entry.when)


def _event(event: Event) -> TimeLineEntry:
    title, icon = act_words(event.act)
    kind = event.facts.get("kind")
    form = str(kind).upper() if event.act == "report.exported" and kind else ""
    return TimeLineEntry(
        event.at, title, joined([event.person or tr("the desk itself"), form]), "muted", icon
    )


def _viewings(viewings: Sequence[Looked], others: Sequence[TimeLineEntry]) -> list[TimeLineEntry]:
    """One entry for what a person looked at in a row; each display stands in the list of viewings."""
    made: list[TimeLineEntry] = []
    run: list[Looked] = []

    def close() -> None:
        if not run:
            return
        files = len({one.viewing.content_id for one in run})
        seconds = sum(one.viewing.seconds for one in run)
        count = plural(files, "{n} file viewed", "{n} files viewed")
        length = words.duration(timedelta(seconds=seconds))
        made.append(TimeLineEntry(run[0].viewing.at, count, joined([run[0].person, length]), "muted", "eye"))
        run.clear()

    times = [entry.when for entry in others]
    for one in sorted(viewings, key=lambda look: look.viewing.at):
        if run:
            start, here = run[-1].viewing.at, one.viewing.at
            if run[-1].viewing.operator_id != one.viewing.operator_id or any(
                start < time <= here for time in times
            ):
                close()
        run.append(one)
    close()
    return made
