"""Words, numbers and times as a person reads them.

``tr`` is the only door through which a text reaches the screen. Numbers carry
units and times carry zones; the reader's zone first, UTC beside it.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, tzinfo

from PySide6.QtCore import QCoreApplication, QLocale

CONTEXT = "Desk"


def tr(text: str, n: int | None = None, /, **fields: object) -> str:
    """``text`` in the person's language, with its ``{fields}`` filled in.

    With ``n`` the translation picks the plural form; ``{n}`` is filled in
    as a grouped number. Use ``plural`` where English needs two forms.
    """
    found = QCoreApplication.translate(CONTEXT, text, "", -1 if n is None else n)
    if n is not None:
        fields.setdefault("n", number(n))
    return found.format(**fields) if fields else found


def plural(n: int, one: str, many: str, **fields: object) -> str:
    """``plural(3, "{n} file", "{n} files")``: '3 files'. ``n`` is grouped by the locale."""
    return tr(one if n == 1 else many, n, **fields)


def number(value: int) -> str:
    """1204 as '1,204', by the locale."""
    return QLocale().toString(value)


def size(octets: int) -> str:
    """Bytes as '512 B', '1.2 MB', in powers of 1000."""
    if octets < 1000:
        return tr("{n} B", octets)
    value = float(octets)
    for unit in ("kB", "MB", "GB", "TB"):
        value /= 1000
        if value < 999.5 or unit == "TB":
            digits = 0 if value >= 99.5 else 1
            return f"{QLocale().toString(value, 'f', digits)} {unit}"
    raise AssertionError


def duration(length: timedelta) -> str:
    """A length in its two largest units: '45 s', '3 min 20 s', '2 h 5 min', '3 days 4 h'."""
    seconds = max(0, round(length.total_seconds()))
    if seconds < 60:
        return tr("{n} s", seconds)
    minutes, seconds = divmod(seconds, 60)
    if minutes < 60:
        return _two(tr("{n} min", minutes), seconds, tr("{n} s", seconds))
    hours, minutes = divmod(minutes, 60)
    if hours < 24:
        return _two(tr("{n} h", hours), minutes, tr("{n} min", minutes))
    days, hours = divmod(hours, 24)
    return _two(plural(days, "{n} day", "{n} days"), hours, tr("{n} h", hours))


def _two(first: str, rest: int, second: str) -> str:
    return f"{first} {second}" if rest else first


def age(when: datetime, now: datetime) -> str:
    """How long ago, in one unit: 'now', '5 min', '2 h', '3 days'. Both aware; a future time is 'now'."""
    seconds = (now - when).total_seconds()
    if seconds < 60:
        return tr("now")
    if seconds < 3600:
        return tr("{n} min", int(seconds // 60))
    if seconds < 86400:
        return tr("{n} h", int(seconds // 3600))
    return plural(int(seconds // 86400), "{n} day", "{n} days")


def countdown(left: timedelta) -> str:
    """Time left as 'mm:ss', 'h:mm:ss' from an hour on; never below 00:00. Rounds up: 0:00 means over."""
    seconds = max(0, -int(-left.total_seconds() // 1))
    minutes, seconds = divmod(seconds, 60)
    if minutes < 60:
        return f"{minutes:02d}:{seconds:02d}"
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{seconds:02d}"


def offset(when: datetime) -> str:
    """The offset of an aware time: 'UTC', 'UTC+02:00', 'UTC−05:30' (a real minus sign)."""
    shift = when.utcoffset()
    if shift is None:
        raise ValueError("A time without a zone cannot be shown")
    minutes = round(shift.total_seconds() / 60)
    if minutes == 0:
        return "UTC"
    sign = "+" if minutes > 0 else "−"
    hours, minutes = divmod(abs(minutes), 60)
    return f"UTC{sign}{hours:02d}:{minutes:02d}"


def local(when: datetime, zone: tzinfo | None = None) -> datetime:
    """The same moment in the reader's zone (by default the system's). Raises ValueError if naive."""
    if when.tzinfo is None:
        raise ValueError("A time without a zone cannot be shown")
    return when.astimezone(zone)


def moment(when: datetime, zone: tzinfo | None = None) -> str:
    """'2026-05-04 14:02 UTC+02:00': a date and time with its offset."""
    here = local(when, zone)
    return f"{here:%Y-%m-%d %H:%M} {offset(here)}"


def moment_exact(when: datetime, zone: tzinfo | None = None) -> str:
    """As ``moment``, with seconds."""
    here = local(when, zone)
    return f"{here:%Y-%m-%d %H:%M:%S} {offset(here)}"


def utc(when: datetime) -> str:
    """'2026-05-04 12:02:31 UTC', for the tooltip of every shown time."""
    return f"{local(when, UTC):%Y-%m-%d %H:%M:%S} UTC"


def clock(when: datetime, zone: tzinfo | None = None) -> str:
    """'14:02' in the reader's zone, for times of today; give ``utc`` as its tooltip."""
    return f"{local(when, zone):%H:%M}"


def clock_or_moment(when: datetime, now: datetime, zone: tzinfo | None = None) -> str:
    """The clock for a time of today, the date with it for any other day's."""
    same = local(when, zone).date() == local(now, zone).date()
    return clock(when, zone) if same else moment(when, zone)


_OVERRIDES = {0x202D: "\u200e‹LRO›\u200e", 0x202E: "\u200e‹RLO›\u200e"}
"""Between marks that keep the sign itself from being turned by the letters beside it."""


def seen(text: str) -> str:
    """The text with what turns its direction by force made visible.

    A name such as 'photo‹RLO›gpj.exe' is read as one that ends in '.jpg' otherwise. Right-to-left
    writing needs no overrides: its letters have a direction of their own.
    """
    return text.translate(_OVERRIDES) if "\u202d" in text or "\u202e" in text else text


_NO_BLANK = re.compile(r"\S{500}")
PIECE = "\u200b"


def in_pieces(text: str) -> str:
    """For views that are read only: words of thousands of letters with invisible places to break.

    Qt's time to lay out one unbroken word grows with the square of its length: 200,000 letters held the
    window up for seconds. A text that has such places of its own stays as it is.
    """
    return text if PIECE in text else _NO_BLANK.sub(lambda found: found[0] + PIECE, text)


def joined(parts: list[str]) -> str:
    """Parts of a line, set apart by middle dots; empty ones left out."""
    return " · ".join(part for part in parts if part)
