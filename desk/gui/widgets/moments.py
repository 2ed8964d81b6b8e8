"""A field for a moment in time, with its zone. Reads what people paste from logs."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from desk.gui import theme
from desk.gui.widgets.fields import Choice
from desk.gui.words import offset, tr, utc

_SHAPE = re.compile(
    r"(?P<date>\d{4}-\d{2}-\d{2})(?:[T\s]+(?P<time>\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d{1,6})?)?))?"
    r"\s*(?P<zone>Z|UTC|GMT|(?:UTC|GMT)?[+\-−]\d{2}:?\d{2})?",
    re.IGNORECASE,
)


def parse(words: str, zone: tzinfo) -> datetime:
    """An aware time from '2026-05-04 14:02', '2026-05-04T14:02:31.5Z', '… +02:00'.

    ``zone`` counts where the text names none. Raises ValueError with words for a person.
    """
    found = _SHAPE.fullmatch(words.strip())
    if found is None:
        raise ValueError(tr("Write it as 2026-05-04 14:02:31, in 24 hours."))
    if found["time"] is None:
        raise ValueError(tr("The time of day is missing."))
    time = found["time"].replace(",", ".")
    if time.index(":") == 1:
        time = f"0{time}"
    if "." in time:
        whole, part = time.split(".")
        time = f"{whole}.{part:0<6}"
    try:
        naive = datetime.fromisoformat(f"{found['date']}T{time}")
    except ValueError:
        raise ValueError(tr("There is no such date or time.")) from None
    if found["zone"]:
        zone = _zone(found["zone"])
    return naive.replace(tzinfo=zone)


def _zone(words: str) -> tzinfo:
    digits = re.sub(r"[^0-9]", "", words)
    if not digits:
        return UTC
    sign = -1 if re.search(r"[-−]", words) else 1
    hours, minutes = int(digits[:2]), int(digits[2:])
    if hours > 14 or minutes > 59:
        raise ValueError(tr("There is no such time zone."))
    return timezone(sign * timedelta(hours=hours, minutes=minutes))


class _Local(tzinfo):
    """The zone of this computer, by its rules for each date."""

    def utcoffset(self, dt: datetime | None) -> timedelta | None:
        return None if dt is None else dt.replace(tzinfo=None).astimezone().utcoffset()

    def dst(self, dt: datetime | None) -> timedelta | None:  # noqa: ARG002
        return None

    def tzname(self, dt: datetime | None) -> str | None:  # noqa: ARG002
        return None


LOCAL: tzinfo = _Local()
_MINUTES = (
    *range(-720, -570, 60), -570, *range(-540, -180, 60), -210, *range(-180, 181, 60),
    210, 240, 270, 300, 330, 345, 360, 390, 420, 480, 525, 540, 570, 600, 630, 660, 720, 765, 780, 840,
)  # fmt: skip


def _zones() -> list[tuple[object, str]]:
    zones: list[tuple[object, str]] = [("utc", tr("UTC")), ("local", tr("This computer's zone"))]
    for minutes in _MINUTES:
        if minutes:
            zone = timezone(timedelta(minutes=minutes))
            zones.append((minutes, offset(datetime(2000, 1, 1, tzinfo=zone))))
    return zones


class DateTimeField(QWidget):
    """Date, time and zone. ``value()`` is an aware UTC datetime, or None while empty or not readable.

    Under it stands what the moment is in UTC, so that a wrong zone is seen.
    """

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._text = QLineEdit()
        self._text.setPlaceholderText(tr("2026-05-04 14:02:31"))
        self._text.setFont(theme.sans(tabular=True))
        self._text.setMinimumWidth(180)
        self._text.textEdited.connect(self._edited)
        self._text.editingFinished.connect(self._tidy)
        self._zone = Choice(_zones())
        self._zone.set_value("utc")
        self._zone.setAccessibleName(tr("Time zone"))
        self._zone.setMinimumWidth(150)
        self._zone.changed.connect(self._edited)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.S2)
        row.addWidget(self._text, 3)
        row.addWidget(self._zone, 2)
        self.setFocusProxy(self._text)
        self._error = ""

    def setAccessibleName(self, name: str) -> None:
        super().setAccessibleName(name)
        self._text.setAccessibleName(name)

    def zone(self) -> tzinfo:
        chosen = self._zone.value()
        if isinstance(chosen, int):
            return timezone(timedelta(minutes=chosen))
        return LOCAL if chosen == "local" else UTC

    def text(self) -> str:
        return self._text.text()

    def is_empty(self) -> bool:
        return not self._text.text().strip()

    def problem(self) -> str:
        """Why the text can't be read; empty when it can, or when nothing is written."""
        return self._error

    def value(self) -> datetime | None:
        if self.is_empty():
            return None
        try:
            return parse(self._text.text(), self.zone()).astimezone(UTC)
        except (ValueError, OverflowError):
            return None

    def set_value(self, when: datetime | None) -> None:
        """Show a moment in the chosen zone. Raises ValueError for a time without a zone."""
        self._error = ""
        if when is None:
            self._text.clear()
            return
        if when.tzinfo is None:
            raise ValueError("A time without a zone")
        zone = self.zone()
        here = when.astimezone() if zone is LOCAL else when.astimezone(zone)
        pattern = "%Y-%m-%d %H:%M:%S.%f" if here.microsecond else "%Y-%m-%d %H:%M:%S"
        self._text.setText(here.strftime(pattern))
        self._text.setToolTip(utc(when))

    def set_zone(self, zone: object) -> None:
        """'utc', 'local', or minutes east of UTC. The moment shown stays the same moment."""
        when = self.value()
        self._zone.set_value(zone)
        if when is not None:
            self.set_value(when)

    def _edited(self) -> None:
        self._error = ""
        if not self.is_empty():
            try:
                when = parse(self._text.text(), self.zone())
                self._text.setToolTip(utc(when))
            except (ValueError, OverflowError) as error:
                self._error = str(error)
                self._text.setToolTip("")
        self.changed.emit()

    def _tidy(self) -> None:
        """A pasted zone goes into the zone's own field, so that there are never two."""
        found = _SHAPE.fullmatch(self._text.text().strip())
        when = self.value()
        if found is None or not found["zone"] or when is None:
            return
        shift = parse(self._text.text(), UTC).utcoffset() or timedelta(0)
        minutes = int(shift.total_seconds() // 60)
        self._zone.set_value(minutes if minutes in _MINUTES and minutes else "utc")
        self.set_value(when)
