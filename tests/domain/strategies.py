"""Values of the domain's dataclasses, made from their annotations."""

from __future__ import annotations

import dataclasses
import enum
import types
import typing
from datetime import UTC, date, datetime, timedelta
from typing import Any, Union

from hypothesis import strategies as st

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)
TIMES = st.integers(0, 4_000_000_000_000_000).map(
    lambda us: datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=us)
)
PLAIN: dict[Any, st.SearchStrategy[Any]] = {
    str: TEXT,
    int: st.integers(-(2**63), 2**63),
    bool: st.booleans(),
    float: st.floats(allow_nan=False, allow_infinity=False),
    datetime: TIMES,
    date: st.dates(),
    timedelta: st.timedeltas(timedelta(0), timedelta(days=400)),
    Any: JSON,
}


def of(kind: Any) -> st.SearchStrategy[Any]:
    """A strategy for values of this annotation."""
    if kind in PLAIN:
        return PLAIN[kind]
    origin, args = typing.get_origin(kind), typing.get_args(kind)
    if origin in (Union, types.UnionType):
        return st.one_of([st.none() if arg is type(None) else of(arg) for arg in args])
    if origin is tuple:
        return st.lists(of(args[0]), max_size=2).map(tuple)
    if origin is frozenset:
        return st.frozensets(of(args[0]), max_size=3)
    if origin is dict:
        return st.dictionaries(of(args[0]), of(args[1]), max_size=3)
    if issubclass(kind, enum.Enum):
        return st.sampled_from(list(kind))
    return build(kind)


def build(kind: type, **fixed: Any) -> st.SearchStrategy[Any]:
    """A strategy for this dataclass; ``fixed`` gives some of its fields."""
    hints = typing.get_type_hints(kind)
    fields = {f.name: of(hints[f.name]) for f in dataclasses.fields(kind) if f.name not in fixed}
    return st.builds(kind, **fields, **fixed)
