"""Reports in words: where they stand, what they are called, what a note says. Pure; no widget here."""

from __future__ import annotations

from desk.domain.channels import channel
from desk.domain.outcome import OutcomeKind, OutcomeSource
from desk.gui.outbox.states import word
from desk.gui.words import tr
from desk.ports import ReportRow, ReportState


def state_words(state: ReportState | None) -> str:
    """The heading over the reports of a state; None for all."""
    return {
        None: tr("All"),
        ReportState.ON_ITS_WAY: tr("On their way"),
        ReportState.FILED: tr("Filed"),
        ReportState.TAKEN_BACK: tr("Taken back"),
        ReportState.REFUSED: tr("Refused"),
        ReportState.ELSEWHERE: tr("Made elsewhere"),
    }[state]


def body_name(code: str) -> str:
    try:
        return tr(channel(code).name)
    except KeyError:
        return code


def row_state(row: ReportRow) -> tuple[str, str, str]:
    """A row's state as a word, its role and icon."""
    if row.filing is not None:
        return word(row.filing)
    return tr("Made elsewhere"), "muted", "external-link"


def row_name(row: ReportRow) -> str:
    """What the report is called: its id, or the filing's number before there is one."""
    if row.report_id:
        return row.report_id
    if row.filing is not None:
        return tr("Filing {id}", id=row.filing.id)
    return body_name(row.elsewhere.first.body) if row.elsewhere else ""


def source_words(source: OutcomeSource) -> str:
    return {
        OutcomeSource.NCMEC: tr("NCMEC"),
        OutcomeSource.LAW_ENFORCEMENT: tr("Law enforcement"),
        OutcomeSource.OTHER: tr("Somebody else"),
    }[source]


def kind_words(kind: OutcomeKind) -> str:
    return {
        OutcomeKind.RECEIVED: tr("Received, or handed on"),
        OutcomeKind.INFORMATIONAL: tr("Informational: it lacked what investigators need"),
        OutcomeKind.ASKED: tr("They asked for more"),
        OutcomeKind.CHILD_SAFE: tr("A child was found or protected"),
        OutcomeKind.PERSON_FOUND: tr("The reported person was identified or arrested"),
        OutcomeKind.NO_ACTION: tr("No action was taken"),
        OutcomeKind.OTHER: tr("Something else"),
    }[kind]
