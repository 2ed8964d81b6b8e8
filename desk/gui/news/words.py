"""A note on a report in words."""

from __future__ import annotations

from desk.domain.outcome import OutcomeKind, OutcomeSource
from desk.gui.words import plural, tr


def source(value: OutcomeSource) -> str:
    return {
        OutcomeSource.NCMEC: tr("NCMEC"),
        OutcomeSource.LAW_ENFORCEMENT: tr("Law enforcement"),
        OutcomeSource.OTHER: tr("Somebody else"),
    }[value]


def kind(value: OutcomeKind) -> str:
    return {
        OutcomeKind.RECEIVED: tr("It was received, or handed on to law enforcement."),
        OutcomeKind.INFORMATIONAL: tr(
            "It was marked informational: investigators lacked something to act on."
        ),
        OutcomeKind.ASKED: tr("There was a question about it, or legal process."),
        OutcomeKind.CHILD_SAFE: tr("A child was identified or protected."),
        OutcomeKind.PERSON_FOUND: tr("The reported person was identified or arrested."),
        OutcomeKind.NO_ACTION: tr("No action followed."),
        OutcomeKind.OTHER: tr("There is a note on it."),
    }[value]


def icon(value: OutcomeKind) -> tuple[str, str]:
    """(icon, colour)."""
    return {
        OutcomeKind.CHILD_SAFE: ("circle-check", "ok"),
        OutcomeKind.PERSON_FOUND: ("circle-check", "ok"),
        OutcomeKind.INFORMATIONAL: ("info", "warn"),
        OutcomeKind.ASKED: ("circle-question-mark", "accent"),
    }.get(value, ("info", "muted"))


def count(n: int) -> str:
    return plural(n, "{n} note on a report of yours", "{n} notes on reports of yours")
