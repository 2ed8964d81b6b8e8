"""Typed reading of one JSON object: every refusal names its key, every key left unread is refused."""

from __future__ import annotations

import enum
import math
import re
from datetime import UTC, date, datetime
from typing import Any, TypeVar

from desk.domain.errors import IntakeRefused

E = TypeVar("E", bound=enum.Enum)
MAX_TEXT = 4_000_000
"""Characters in one text value: far above any message, far below what would hurt."""
MAX_ITEMS = 10_000
MAX_DEPTH = 50
"""Levels below ``extra``."""
_NOT_TEXT = re.compile("[\x00\ud800-\udfff]")
"""What no store and no report can hold: NUL and halves of surrogate pairs."""


class Reader:
    """One object of the document at ``path`` (``content[0]``). Raises IntakeRefused."""

    def __init__(self, value: Any, path: str) -> None:
        if not isinstance(value, dict):
            raise IntakeRefused(f"expected an object, found {kind_of(value)}", key=path)
        self.path = path
        self._values: dict[str, Any] = value
        self._read: set[str] = set()

    def _key(self, name: str) -> str:
        return f"{self.path}.{name}" if self.path else name

    def _take(self, name: str, *, required: bool = False) -> Any:
        self._read.add(name)
        value = self._values.get(name)
        if value is None and required:
            reason = "this key is required" if name not in self._values else "this key may not be null"
            raise IntakeRefused(reason, key=self._key(name))
        return value

    def _wrong(self, name: str, expected: str, value: Any) -> IntakeRefused:
        return IntakeRefused(f"expected {expected}, found {kind_of(value)}", key=self._key(name))

    def text(
        self, name: str, *, required: bool = False, blank: bool = False, limit: int = MAX_TEXT
    ) -> str | None:
        value = self._take(name, required=required)
        if value is None:
            return None
        if not isinstance(value, str):
            raise self._wrong(name, "a text", value)
        if len(value) > limit:
            raise IntakeRefused(f"longer than {limit} characters", key=self._key(name))
        check_text(value, self._key(name))
        if not blank and not value.strip():
            raise IntakeRefused("is blank; leave the key out instead", key=self._key(name))
        return value

    def required_text(self, name: str, *, limit: int = MAX_TEXT) -> str:
        value = self.text(name, required=True, limit=limit)
        return value or ""

    def texts(self, name: str) -> tuple[str, ...]:
        out = []
        for index, value in enumerate(self._list(name)):
            out.append(Reader({"": value}, f"{self._key(name)}[{index}]").own_text())
        return tuple(out)

    def own_text(self) -> str:
        """The text of a list's item: the path is the item's own."""
        value = self._values[""]
        if not isinstance(value, str) or not value.strip():
            raise IntakeRefused(f"expected a text, found {kind_of(value)}", key=self.path)
        if len(value) > MAX_TEXT:
            raise IntakeRefused(f"longer than {MAX_TEXT} characters", key=self.path)
        check_text(value, self.path)
        return value

    def flag(self, name: str) -> bool | None:
        value = self._take(name)
        if value is not None and not isinstance(value, bool):
            raise self._wrong(name, "true or false", value)
        return value

    def whole(self, name: str, *, low: int, high: int) -> int | None:
        value = self._take(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int):
            raise self._wrong(name, "a whole number", value)
        if not low <= value <= high:
            raise IntakeRefused(f"must be between {low} and {high}", key=self._key(name))
        return value

    def wholes(self, name: str) -> tuple[int, ...]:
        out = []
        for index, value in enumerate(self._list(name)):
            if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < 2**63:
                raise IntakeRefused("expected a positive whole number", key=f"{self._key(name)}[{index}]")
            out.append(value)
        return tuple(out)

    def number(self, name: str, *, low: float, high: float) -> float | None:
        value = self._take(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self._wrong(name, "a number", value)
        if not low <= value <= high:
            raise IntakeRefused(f"must be between {low:g} and {high:g}", key=self._key(name))
        return float(value)

    def time(self, name: str, *, required: bool = False) -> datetime | None:
        value = self._take(name, required=required)
        if value is None:
            return None
        if not isinstance(value, str):
            raise self._wrong(name, "a time", value)
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            raise IntakeRefused("is no ISO 8601 time", key=self._key(name)) from None
        if moment.tzinfo is None or "T" not in value.upper():
            raise IntakeRefused("a time needs its date, its clock time and its offset", key=self._key(name))
        try:
            return moment.astimezone(UTC)
        except OverflowError:
            raise IntakeRefused("lies outside the calendar", key=self._key(name)) from None

    def required_time(self, name: str) -> datetime:
        value = self.time(name, required=True)
        if value is None:  # pragma: no cover - required above
            raise IntakeRefused("this key is required", key=self._key(name))
        return value

    def day(self, name: str) -> date | None:
        value = self._take(name)
        if value is None:
            return None
        try:
            return date.fromisoformat(value)
        except (TypeError, ValueError):
            raise IntakeRefused("is no ISO 8601 date", key=self._key(name)) from None

    def choice(self, name: str, kind: type[E], *, required: bool = False) -> E | None:
        value = self._take(name, required=required)
        if value is None:
            return None
        try:
            return kind(value)
        except ValueError:
            known = ", ".join(str(member.value) for member in kind)
            raise IntakeRefused(f"unknown value; known are {known}", key=self._key(name)) from None

    def required_choice(self, name: str, kind: type[E]) -> E:
        value = self.choice(name, kind, required=True)
        if value is None:  # pragma: no cover - required above
            raise IntakeRefused("this key is required", key=self._key(name))
        return value

    def child(self, name: str, *, required: bool = False) -> Reader | None:
        value = self._take(name, required=required)
        return None if value is None else Reader(value, self._key(name))

    def required_child(self, name: str) -> Reader:
        return Reader(self._take(name, required=True), self._key(name))

    def children(self, name: str, *, limit: int = MAX_ITEMS) -> list[Reader]:
        values = self._list(name, limit)
        return [Reader(value, f"{self._key(name)}[{index}]") for index, value in enumerate(values)]

    def anything(self, name: str) -> dict[str, Any]:
        """An object of any shape that can be kept: JSON values, at most MAX_DEPTH levels deep."""
        value = self._take(name)
        if value is None:
            return {}
        if not isinstance(value, dict):
            raise self._wrong(name, "an object", value)
        check_value(value, self._key(name))
        return value

    def _list(self, name: str, limit: int = MAX_ITEMS) -> list[Any]:
        value = self._take(name)
        if value is None:
            return []
        if not isinstance(value, list):
            raise self._wrong(name, "a list", value)
        if len(value) > limit:
            raise IntakeRefused(f"more than {limit} items", key=self._key(name))
        return value

    def finish(self) -> None:
        """Refuse whatever was not read."""
        unknown = sorted(set(self._values) - self._read)
        if unknown:
            raise IntakeRefused(
                "unknown key; what is not in the format goes below extra", key=self._key(shown(unknown[0]))
            )


def check_text(value: str, key: str) -> None:
    """Raise IntakeRefused where the text holds what cannot be stored or sent."""
    found = _NOT_TEXT.search(value)
    if found is not None:
        what = "a NUL character" if found.group() == "\0" else "half of a surrogate pair"
        raise IntakeRefused(f"holds {what}: not a text", key=key)


def check_value(value: Any, key: str, depth: int = 0) -> None:
    """Raise IntakeRefused where the JSON value, or one in it, cannot be kept."""
    if depth > MAX_DEPTH:
        raise IntakeRefused(f"nested more than {MAX_DEPTH} levels deep", key=key)
    if isinstance(value, str):
        check_text(value, key)
    elif isinstance(value, float) and not math.isfinite(value):
        raise IntakeRefused("is no finite number", key=key)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            check_value(item, f"{key}[{index}]", depth + 1)
    elif isinstance(value, dict):
        for name, item in value.items():
            check_text(name, key)
            check_value(item, f"{key}.{shown(name)}", depth + 1)


def shown(name: str) -> str:
    """A key of the document as it can be shown: printable, at most 80 characters."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in name[:80]) + ("…" if name[80:] else "")


def kind_of(value: Any) -> str:
    """The JSON kind of a value in words."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, int | float):
        return "a number"
    if isinstance(value, str):
        return "a text" if value.strip() else "a blank text"
    return "a list" if isinstance(value, list) else "an object"
