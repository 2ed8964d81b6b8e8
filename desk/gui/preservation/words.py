"""Preservation in words: how a report's media stand, how long, by what order. Pure; no widget here."""

from __future__ import annotations

from datetime import date

from desk.domain.preservation import SOON_DAYS, Basis, Order, OrderKind, Preservation, Standing
from desk.gui import words
from desk.gui.words import joined, plural, tr


def standing_words(item: Preservation, today: date) -> tuple[str, str, str]:
    """(words, colour, icon) of how it stands."""
    standing = item.standing(today)
    if standing is Standing.KEPT and item.days_left(today) <= SOON_DAYS:
        return tr("Ends soon"), "warn", "clock"
    return {
        Standing.KEPT: (tr("Kept"), "ok", "shield-check"),
        Standing.HELD: (tr("Legal hold"), "accent", "scale"),
        Standing.OVER: (tr("Duty over"), "warn", "hourglass"),
        Standing.DESTROYED: (tr("Destroyed"), "muted", "trash-2"),
    }[standing]


def left_words(item: Preservation, today: date) -> str:
    """'364 days', 'last day', '3 days ago'; nothing once it is destroyed."""
    left = item.days_left(today)
    if item.destroyed_at is not None:
        return ""
    if left == 0:
        return tr("last day")
    if left < 0:
        return plural(-left, "{n} day ago", "{n} days ago")
    return plural(left, "{n} day", "{n} days")


def until_words(item: Preservation) -> str:
    return item.until.isoformat()


def made_words(item: Preservation) -> str:
    """Whether the desk filed it, or it is on record as made elsewhere."""
    return tr("with us") if item.filing_id is not None else tr("by hand")


def order_words(order: Order) -> tuple[str, str, str]:
    """(words, colour, icon) of an order."""
    if order.kind is OrderKind.EXTENSION:
        until = order.until.isoformat() if order.until else ""
        return tr("Extended until {day}", day=until), "text", "calendar"
    if order.standing:
        return tr("Legal hold"), "accent", "scale"
    return tr("Legal hold, released"), "muted", "lock-open"


def order_history(order: Order, names: dict[int, str]) -> list[str]:
    """Who ordered it and when, and who released it."""
    unknown = tr("somebody")
    lines = [
        joined([order.reference, order.note]),
        tr("ordered by {name}, {when}", name=names.get(order.by, unknown), when=words.moment(order.at)),
    ]
    if order.released_at is not None:
        by = names.get(order.released_by or 0, unknown)
        lines.append(tr("released by {name}, {when}", name=by, when=words.moment(order.released_at)))
    return lines


def basis_words(basis: Basis) -> str:
    return {
        Basis.DUTY_OVER: tr("The duty is over"),
        Basis.LAW_ENFORCEMENT: tr("Law enforcement asked for it in writing"),
    }[basis]


def month_words(month: str) -> str:
    """'2027-11' as 'Nov 2027', in the person's language."""
    year, number = month.split("-")
    return tr("{month} {year}", month=month_name(int(number)), year=year)


def month_name(number: int) -> str:
    """The short name of a month, 1 to 12."""
    return [
        tr("Jan"), tr("Feb"), tr("Mar"), tr("Apr"), tr("May"), tr("Jun"),
        tr("Jul"), tr("Aug"), tr("Sep"), tr("Oct"), tr("Nov"), tr("Dec"),
    ][number - 1]  # fmt: skip
