"""Frozen dataclasses to and from plain JSON values, by their annotations.

One place for the form in which drafts and settings are kept. Unknown keys are
ignored when reading (an older desk may read what a newer one wrote); missing
keys take the field's default. Canonical text (:func:`canonical`) has sorted keys and no
spare white space, so that equal values give equal bytes.
"""

from __future__ import annotations

import dataclasses
import enum
import json
import types
import typing
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any, TypeVar, Union

T = TypeVar("T")


def to_plain(value: Any) -> Any:
    """JSON-ready form of dataclasses, enums, dates, tuples and frozensets; a span of time in seconds.

    Raises TypeError for others.
    """
    if value is None or (isinstance(value, str | int | float | bool) and not isinstance(value, enum.Enum)):
        return value
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        plain = {}
        for field in dataclasses.fields(value):
            item = getattr(value, field.name)
            if _is_default(field, item):
                continue
            plain[field.name] = to_plain(item)
        return plain
    if isinstance(value, tuple | list):
        return [to_plain(item) for item in value]
    if isinstance(value, frozenset):
        return sorted(to_plain(item) for item in value)
    if isinstance(value, dict):
        return {str(key): to_plain(item) for key, item in value.items()}
    raise TypeError(f"{type(value).__name__} has no plain form")


def from_plain(kind: type[T], plain: Any) -> T:
    """The value of ``kind`` that :func:`to_plain` gave as ``plain``. Raises ValueError or TypeError."""
    return typing.cast(T, _read(kind, plain))


def canonical(value: Any) -> bytes:
    """UTF-8 JSON with sorted keys and no white space: equal values, equal bytes."""
    return json.dumps(
        to_plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    ).encode()


def _is_default(field: dataclasses.Field[Any], item: Any) -> bool:
    if field.default is not dataclasses.MISSING:
        return bool(item == field.default and type(item) is type(field.default))
    if field.default_factory is not dataclasses.MISSING:
        return bool(item == field.default_factory())
    return False


@cache
def _hints(kind: type) -> dict[str, Any]:
    return typing.get_type_hints(kind)


def _read(kind: Any, plain: Any) -> Any:
    origin = typing.get_origin(kind)
    if origin in (Union, types.UnionType):
        options = [arg for arg in typing.get_args(kind) if arg is not type(None)]
        if plain is None and len(options) < len(typing.get_args(kind)):
            return None
        if len(options) == 1:
            return _read(options[0], plain)
        for option in options:
            if isinstance(plain, option):
                return plain
        raise ValueError(f"{plain.__class__.__name__} fits none of the kinds")
    if origin is tuple:
        item_kind = typing.get_args(kind)[0]
        _expect(list, plain)
        return tuple(_read(item_kind, item) for item in plain)
    if origin is frozenset:
        item_kind = typing.get_args(kind)[0]
        _expect(list, plain)
        return frozenset(_read(item_kind, item) for item in plain)
    if origin is dict:
        item_kind = typing.get_args(kind)[1]
        _expect(dict, plain)
        return {str(key): _read(item_kind, item) for key, item in plain.items()}
    if kind is Any:
        return plain
    if isinstance(kind, type):
        if issubclass(kind, enum.Enum):
            return kind(plain)
        if issubclass(kind, datetime):
            return datetime.fromisoformat(plain)
        if issubclass(kind, date):
            return date.fromisoformat(plain)
        if issubclass(kind, timedelta):
            return timedelta(seconds=plain)
        if dataclasses.is_dataclass(kind):
            _expect(dict, plain)
            hints = _hints(kind)
            return kind(**{name: _read(hints[name], item) for name, item in plain.items() if name in hints})
        if kind is float and isinstance(plain, int) and not isinstance(plain, bool):
            return float(plain)
        if isinstance(plain, bool) is not (kind is bool):
            raise ValueError(f"expected {kind.__name__}, found {type(plain).__name__}")
        return _expect(kind, plain)
    raise ValueError(f"no value of the kind {kind} can be read")


def _expect(kind: type, plain: Any) -> Any:
    if not isinstance(plain, kind):
        raise ValueError(f"expected {kind.__name__}, found {type(plain).__name__}")
    return plain
