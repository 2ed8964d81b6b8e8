"""What bars a report from being filed now: reported before, on its way, or not this person's case.

The services refuse all of it too; here it is said before anybody tries.
"""

from __future__ import annotations

from dataclasses import dataclass

from desk.domain.case import CaseState
from desk.domain.roles import Operator
from desk.gui import words
from desk.gui.words import tr
from desk.services.confirmation import Summary


@dataclass(frozen=True, slots=True)
class Barred:
    """In short beside the button, whole above the report, and the way to what helps."""

    short: str
    words: str
    act: str
    to: tuple[str, dict[str, object]] | None
    """A page with its arguments; None where claiming the case is what helps."""


def bar_of(summary: Summary, operator: Operator, *, claimed: bool) -> Barred | None:
    """The first thing that bars it; None where this person may file it now."""
    if summary.already:
        ids = ", ".join(str(one) for one in sorted(set(summary.already.values())))
        return Barred(
            tr("Already reported in filing {ids}.", ids=ids),
            tr("This content is already reported in filing {ids}; it can't be filed twice.", ids=ids),
            tr("See it"),
            ("reports", {"filing_id": min(summary.already.values())}),
        )
    if summary.by_hand:
        return Barred(
            tr("Filed by hand already."),
            tr("Some of this content was filed with NCMEC by hand. It can't go twice: leave it out."),
            tr("See the record"),
            ("channels", {"number": summary.case.number}),
        )
    if summary.case.state in (CaseState.REPORTING, CaseState.REPORTED):
        told = tr("A report on this case is on its way or filed.")
        return Barred(told, told, tr("See the outbox"), ("outbox", {}))
    if claimed:
        return None
    holder = summary.case.claim
    if holder is not None and holder.operator_id != operator.id:
        text = tr(
            "{name} works on this case until {time}. Only who holds it can file its report.",
            name=holder.operator_name,
            time=words.clock(holder.until),
        )
    else:
        text = tr("You do not hold this case. Claim it to file its report.")
    return Barred(tr("Claim the case first."), text, tr("Claim"), None)
