"""A filing's story in words: each call with its time, outcome and Request-ID. Pure; no widget here."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from desk.domain.filing import Call, FilingState
from desk.domain.preservation import preserve_until
from desk.gui import words
from desk.gui.confirm.said import both_times
from desk.gui.widgets.progress import TimeLineEntry
from desk.gui.words import joined, plural, tr
from desk.ports import JournalEntry
from desk.services.outbox import FilingStory

FILES_APART = 12
"""More uploads in a row than this become one entry; the text that is copied has each of them."""


def call_words(entry: JournalEntry, names: Sequence[str]) -> str:
    """What the call was for."""
    name = names[entry.file_index] if entry.file_index is not None and entry.file_index < len(names) else ""
    return {
        Call.SUBMIT: tr("Report opened"),
        Call.UPLOAD: tr("File sent: {name}", name=name),
        Call.FILEINFO: tr("File details sent: {name}", name=name),
        Call.FINISH: tr("Report finished"),
        Call.RETRACT: tr("Report retracted"),
    }[entry.call]


def also_about(story: FilingStory) -> str:
    """The other accounts and cases that a batched report covers, a line each; empty for any other."""
    others = story.confirmed.others
    return "\n".join(joined([one.account_id, tr("case {number}", number=one.case_number)]) for one in others)


def outcome_words(entry: JournalEntry) -> tuple[str, str, str]:
    """What came of it: words, role, icon."""
    return {
        None: (tr("No answer is on record"), "warn", "circle-alert"),
        "accepted": (tr("Accepted"), "ok", "circle-check"),
        "refused": (tr("Refused"), "bad", "circle-alert"),
        "try_again": (tr("Not done; tried again"), "warn", "clock"),
        "unknown": (tr("No clear answer"), "warn", "circle-alert"),
    }.get(entry.outcome, (str(entry.outcome), "muted", "circle-dot"))


def _detail(entry: JournalEntry) -> str:
    said, _, _ = outcome_words(entry)
    code = tr("code {code}", code=entry.code) if entry.code is not None else ""
    status = tr("HTTP {status}", status=entry.http_status) if entry.http_status is not None else ""
    text = entry.description if entry.outcome != "accepted" else ""
    request = tr("Request-ID {id}", id=entry.request_id) if entry.request_id else ""
    return "\n".join(part for part in (joined([said, code, status]), text, request) if part)


def entries(story: FilingStory) -> list[TimeLineEntry]:
    """The time line, oldest first."""
    names = [document.file.name for document in story.confirmed.files]
    filing = story.row.filing
    made = [
        TimeLineEntry(
            filing.confirmed_at,
            tr("Confirmed by {name}", name=story.row.operator_name),
            tr(
                "Shown before: the whole report, completeness {score} of 100",
                score=story.confirmed.completeness,
            ),
            "accent",
            "user",
        )
    ]
    made.extend(_calls(story.journal, names))
    hold = _hold(story)
    if hold is not None:
        made.append(hold)
    if filing.ended_at is not None and filing.state is not FilingState.FILED:
        refused = filing.state is FilingState.REFUSED
        made.append(
            TimeLineEntry(
                filing.ended_at,
                tr("Given back to be mended") if refused else tr("Taken back for good"),
                filing.error if refused else tr("It reached no one."),
                "bad" if refused else "muted",
                "undo-2",
            )
        )
    return sorted(made, key=lambda entry: entry.when)


def _calls(journal: Sequence[JournalEntry], names: Sequence[str]) -> list[TimeLineEntry]:
    made: list[TimeLineEntry] = []
    run: list[JournalEntry] = []

    def close() -> None:
        files = {entry.file_index for entry in run if entry.call is Call.FILEINFO}
        if len(files) > FILES_APART:
            last = run[-1]
            count = plural(len(files), "{n} file sent with its details", "{n} files sent with their details")
            said = tr("All accepted; from {start}", start=words.moment_exact(run[0].at))
            made.append(TimeLineEntry(last.outcome_at or last.at, count, said, "ok", "upload"))
        else:
            made.extend(_entry(entry, names) for entry in run)
        run.clear()

    for entry in journal:
        if entry.call in (Call.UPLOAD, Call.FILEINFO) and entry.outcome == "accepted":
            run.append(entry)
            continue
        close()
        made.append(_entry(entry, names))
    close()
    return made


def _entry(entry: JournalEntry, names: Sequence[str]) -> TimeLineEntry:
    _, role, icon = outcome_words(entry)
    title = call_words(entry, names)
    if entry.outcome != "accepted":
        title = {
            Call.SUBMIT: tr("Opening the report"),
            Call.FINISH: tr("Finishing the report"),
            Call.RETRACT: tr("Retracting the report"),
        }.get(entry.call, title)
    if entry.attempt > 1:
        title = tr("{title} (report {attempt})", title=title, attempt=entry.attempt)
    return TimeLineEntry(entry.outcome_at or entry.at, title, _detail(entry), role, icon)


def _hold(story: FilingStory) -> TimeLineEntry | None:
    """The hold, from the last upload on."""
    until = story.row.filing.hold_until
    before = [entry for entry in story.journal if entry.call not in (Call.FINISH, Call.RETRACT)]
    if until is None or not before:
        return None
    start = before[-1].outcome_at or before[-1].at
    if story.row.filing.hold.total_seconds() <= 0 or until <= start:
        return None
    return TimeLineEntry(
        start, tr("Held until {time}", time=words.moment_exact(until)), "", "muted", "hourglass"
    )


def as_text(story: FilingStory) -> str:
    """The whole story as plain text, every call with both times in UTC; to be copied."""
    names = [document.file.name for document in story.confirmed.files]
    row = story.row
    lines = [
        tr("Filing {id}, case {case}", id=row.filing.id, case=row.platform_id),
        tr("Report ID {id}", id=row.filing.report_id or tr("none")),
        tr("Endpoint {url}", url=row.endpoint),
        tr("Confirmed {time} by {name}", time=words.utc(row.filing.confirmed_at), name=row.operator_name),
        tr("SHA-256 of the report {digest}", digest=story.confirmed.report_sha256),
    ]
    for entry in story.journal:
        answered = words.utc(entry.outcome_at) if entry.outcome_at else tr("no answer")
        sent = tr("{time}: {call}", time=words.utc(entry.at), call=call_words(entry, names))
        lines.append(f"{sent} · {answered} · {_detail(entry)}".replace("\n", " · "))
    if story.receipt is not None:
        lines.append(tr("Receipt {time}", time=words.utc(story.receipt.at)))
        lines.append(tr("SHA-256 of the receipt {digest}", digest=story.receipt.sha256))
    return "\n".join(lines)


@dataclass(frozen=True)
class Document:
    """One exchange's bytes under a title."""

    title: str
    body: bytes
    shown: str = ""


def sent(story: FilingStory) -> list[Document]:
    """What went out: the report, then each file's details with the ids that were filled in."""
    names = [document.file.name for document in story.confirmed.files]
    found = [Document(tr("The report"), story.confirmed.report_xml)]
    latest = max((entry.attempt for entry in story.journal), default=0)
    details = {
        entry.file_index: entry.sent
        for entry in story.journal
        if entry.call is Call.FILEINFO and entry.attempt == latest and entry.file_index is not None
    }
    for index, document in enumerate(story.confirmed.files):
        body = details.get(index)
        if body is not None:
            found.append(Document(tr("Details of {name}", name=names[index]), body))
        else:
            title = tr("Details of {name}, not sent yet", name=names[index])
            found.append(Document(title, document.details_xml))
    return found


def received(story: FilingStory) -> list[Document]:
    """What came back: the receipt first, then every other answer, the newest first."""
    names = [document.file.name for document in story.confirmed.files]
    found = []
    if story.receipt is not None:
        found.append(Document(tr("The receipt"), story.receipt.body))
    for entry in reversed(story.journal):
        if not entry.received or (story.receipt is not None and entry.received == story.receipt.body):
            continue
        when = words.clock(entry.outcome_at) if entry.outcome_at else ""
        about = tr("Answer to: {call}", call=call_words(entry, names))
        found.append(Document(joined([about, when]), entry.received))
    return found


def shown_at_confirmation(story: FilingStory) -> list[tuple[str, str]]:
    """What the person was shown when they confirmed, as (name, value)."""
    filing = story.row.filing
    facts = [
        (tr("Confirmed by"), story.row.operator_name),
        (tr("At"), both_times(filing.confirmed_at)),
        (tr("Completeness"), tr("{score} of 100", score=story.confirmed.completeness)),
    ]
    try:
        kept = json.loads(story.confirmed.summary_json)
    except ValueError:
        kept = {}
    if not isinstance(kept, dict):
        kept = {}
    viewed = kept.get("claimed_viewed")
    if isinstance(viewed, dict) and viewed:
        seen = sum(1 for value in viewed.values() if value)
        facts.append((tr("Said to be viewed"), tr("{seen} of {all} files", seen=seen, all=len(viewed))))
    prior = kept.get("prior_reports")
    if isinstance(prior, list):
        facts.append((tr("Earlier reports"), ", ".join(str(one) for one in prior) or tr("none")))
    warnings = kept.get("warnings")
    if isinstance(warnings, list):
        facts.extend((tr("Said"), str(one)) for one in warnings)
    return facts


def preserved(story: FilingStory, now: datetime) -> str:
    """Until when the duty to preserve runs; empty where nothing is filed."""
    if story.receipt is None:
        return ""
    until = preserve_until(story.receipt.at)
    left = (until - now.date()).days
    if left < 0:
        return tr("The duty to preserve ended on {day}.", day=until.isoformat())
    return tr(
        "To be preserved until {day}: {left}.",
        day=until.isoformat(),
        left=plural(left, "{n} day", "{n} days"),
    )


def made_readable(
    documents: list[Document], most: int, readable_of: Callable[[bytes], str]
) -> list[Document]:
    """The documents, the first ``most`` with their readable text made already."""
    return [
        replace(document, shown=readable_of(document.body)) if at < most else document
        for at, document in enumerate(documents)
    ]
