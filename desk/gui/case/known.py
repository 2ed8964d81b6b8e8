"""Marks of one content: where else the same one is, and whether it was reported already."""

from __future__ import annotations

from collections.abc import Sequence

from desk.domain.content import Content, ContentKind
from desk.gui.widgets.chips import Badge
from desk.gui.words import tr
from desk.ports import Occurrence

NAMED = 3
"""Cases that a badge names; its tooltip has more."""


def known_badges(content: Content, occurrences: Sequence[Occurrence], reported_in: int | None) -> list[Badge]:
    """The filing that reported it; other cases with the same bytes, text or conversation."""
    badges = []
    if reported_in is not None:
        badges.append(Badge(tr("already reported in filing {n}", n=reported_in), "warn", "history"))
    cases = sorted({found.case_number for found in occurrences})
    if cases:
        listed = ", ".join(str(number) for number in cases[:NAMED])
        more = tr(" and {n} more", len(cases) - NAMED) if len(cases) > NAMED else ""
        badge = Badge(_same(content.kind, listed, more), "muted", "layers")
        badge.setToolTip("\n".join(_where(found) for found in occurrences[:20]))
        badges.append(badge)
    return badges


def _same(kind: ContentKind, listed: str, more: str) -> str:
    if kind is ContentKind.CHAT:
        return tr("same conversation in case {list}{more}", list=listed, more=more)
    if kind is ContentKind.TEXT:
        return tr("same text in case {list}{more}", list=listed, more=more)
    return tr("same file in case {list}{more}", list=listed, more=more)


def _where(found: Occurrence) -> str:
    """'Case 12, account u-1, filing 3: filed, report 4564654'."""
    parts = [tr("Case {n}", n=found.case_number)]
    if found.account:
        parts.append(tr("account {id}", id=found.account))
    if found.filing_id is not None:
        state = found.filing_state.value if found.filing_state is not None else ""
        parts.append(tr("filing {n} {state}", n=found.filing_id, state=state).strip())
    if found.report_id:
        parts.append(tr("report {id}", id=found.report_id))
    return ", ".join(parts)
