"""A report's whole story on paper: plain HTML for desk.gui.paper. Words and digests, never a picture."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from desk.gui import words
from desk.gui.confirm.xmlview import readable
from desk.gui.outbox.states import word
from desk.gui.paper import Paper, mono, text
from desk.gui.reports import story as stories
from desk.gui.reports import timeline
from desk.gui.reports.sections import claim_words, digests_words, listed_words, viewing_words
from desk.gui.reports.states import kind_words, source_words
from desk.gui.words import joined, tr
from desk.services.whole_story import WholeStory

MOST_XML = 60_000
"""Characters of one document that are printed; the JSON file has all of it."""


def paper(whole: WholeStory, *, made_at: datetime, by: str) -> Paper:
    """The document. Raises nothing; what is long is cut and says so."""
    row, filing, confirmed = whole.story.row, whole.story.row.filing, whole.story.confirmed
    title = tr("Report {id}", id=filing.report_id) if filing.report_id else tr("Filing {id}", id=filing.id)
    kept = whole.preservation.until.isoformat() if whole.preservation else tr("no duty yet")
    body = [
        f"<h1>{text(title)}</h1>",
        f"<p>{text(tr('Made {when} by {name}.', when=words.utc(made_at), name=by))}</p>",
        _table(
            [
                (tr("State"), text(word(filing)[0])),
                (tr("Case"), text(row.platform_id)),
                (tr("Also about"), text(stories.also_about(whole.story))),
                (tr("Incident type"), text(row.incident_type)),
                (tr("Endpoint"), text(row.endpoint)),
                (tr("Completeness"), text(tr("{score} of 100", score=confirmed.completeness))),
                (tr("Escalated"), text(tr("yes") if confirmed.escalated else tr("no"))),
                (tr("Kept until"), text(kept)),
                (tr("SHA-256"), mono(confirmed.report_sha256)),
            ]
        ),
        _head(tr("What was confirmed")),
        _table([(name, text(value)) for name, value in stories.shown_at_confirmation(whole.story)]),
        _table([(tr("Left out"), text(", ".join(whole.withheld)))]),
        _head(tr("What happened")),
        _table(
            [
                (
                    words.utc(entry.when),
                    f"{text(entry.title)}<br>{text(entry.detail)}" if entry.detail else text(entry.title),
                )
                for entry in timeline.entries(whole)
            ]
        ),
        _head(tr("Files")),
    ]
    for one in whole.files:
        body.append(f"<h3>{text(joined([one.file.name, words.size(one.file.size)]))}</h3>")
        body.append(
            _table(
                [
                    (tr("File ID"), mono(one.file.file_id or "")),
                    (tr("MD5"), mono(one.file.md5)),
                    (tr("Answered MD5"), mono(one.their_md5 or "")),
                    (tr("SHA-256"), mono(one.file.sha256)),
                    (tr("Compared"), text(f"{digests_words(one)[0]}. {listed_words(one)[0]}.")),
                ]
            )
        )
    body.append(_head(tr("Viewings")))
    body.append(_table([(line.name, text(claim_words(line)[0])) for line in whole.claims]))
    body.append(
        _table(
            [
                (words.utc(one.viewing.at), text(joined([one.name, one.person, viewing_words(one)])))
                for one in whole.viewings
            ]
        )
    )
    if whole.notes:
        body.append(_head(tr("What became of it")))
        body.append(
            _table(
                [
                    (
                        line.outcome.day.isoformat(),
                        text(
                            joined(
                                [
                                    source_words(line.outcome.source),
                                    kind_words(line.outcome.kind),
                                    line.outcome.reference,
                                    line.outcome.words,
                                ]
                            )
                        ),
                    )
                    for line in whole.notes
                ]
            )
        )
    body.append(_head(tr("What was sent")))
    body.append(_xml(confirmed.report_xml))
    if whole.story.receipt is not None:
        body.append(_head(tr("The receipt")))
        body.append(_table([(tr("SHA-256"), mono(whole.story.receipt.sha256))]))
        body.append(_xml(whole.story.receipt.body))
    return Paper(title, tr("CONFIDENTIAL"), "".join(body), tr("Personal data. Made by Tipline Desk."))


def _head(title: str) -> str:
    return f"<h2>{text(title)}</h2>"


def _table(lines: Iterable[tuple[str, str]]) -> str:
    """(name, safe HTML) in lines; those without a value are left out."""
    rows = "".join(
        f'<tr><td class="name" width="26%">{text(name)}</td><td>{value}</td></tr>'
        for name, value in lines
        if value
    )
    return f'<table width="100%" cellspacing="0" cellpadding="0">{rows}</table>' if rows else ""


def _xml(document: bytes) -> str:
    whole = readable(document)
    shown = whole[:MOST_XML]
    lines = "<br>".join(mono(line).replace("  ", "&nbsp;&nbsp;") for line in shown.split("\n"))
    cut = f"<p>{text(tr('The rest is left out here.'))}</p>" if len(whole) > MOST_XML else ""
    return f"<p>{lines}</p>{cut}"
