"""The field table: one line for each element and attribute of the CyberTipline's documents.

A record class declares its fields in the order of the schema, each line with its
XML name, type, cardinality, limits, label and help::

    @record("deviceId")
    class DeviceId:
        id_type: Annotated[str, F("idType", "Kind of identifier", "For example IMEI.", max=255)]
        at: Annotated[datetime | None, F("dateTime", "When", past=True)] = None

XML writing and reading, the checks, the comparison with the service's schema,
and the labels and help of the form are all driven by :func:`table`. The
cardinality follows from the type: ``X`` exactly one, ``X | None`` at most one,
``tuple[X, ...]`` any number.
"""

from __future__ import annotations

import enum
import functools
import re
import types
import typing
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Annotated, Any, TypeVar, Union, dataclass_transform

T = TypeVar("T")


class Place(enum.Enum):
    """Where a field stands: a child element, an attribute, or the text of the element itself."""

    ELEMENT = "element"
    ATTRIBUTE = "attribute"
    CONTENT = "content"


class Kind(enum.Enum):
    """The type of a value. A FLAG is written as ``true`` or not at all (fixed in the schema)."""

    TEXT = "text"
    BOOL = "bool"
    FLAG = "flag"
    INT = "int"
    FLOAT = "float"
    DATETIME = "datetime"
    DATE = "date"
    ENUM = "enum"
    RECORD = "record"

    __hash__ = object.__hash__  # members are single objects; the enum's own hash goes by way of the name


class Form(enum.Enum):
    """The form that a text must have, beyond not being blank."""

    ANY = "any"
    LINES = "lines"  # free text of several lines
    EMAIL = "email"
    URL = "url"
    IP = "ip"
    PHONE = "phone"
    CALLING_CODE = "calling_code"
    EXTENSION = "extension"
    COUNTRY = "country"
    STATE = "state"
    TOKEN = "token"  # noqa: S105 - the schema's word for unpadded text

    __hash__ = object.__hash__


@dataclass(frozen=True, slots=True)
class F:
    """What a declaration says about its field.

    ``max`` counts characters, ``low`` and ``high`` bound a number inclusively,
    ``past`` asks for a time before now, ``at_least`` for that many of a repeated
    element. ``required`` marks what must be sent although it may be unset here.
    """

    xml: str
    label: str
    help: str = ""
    max: int | None = None
    form: Form = Form.ANY
    past: bool = False
    low: float | None = None
    high: float | None = None
    at_least: int = 0
    place: Place = Place.ELEMENT
    required: bool = False


@dataclass(frozen=True, slots=True)
class Field:
    """One line of the table, resolved: ``name`` is the Python attribute, ``type`` the bare type."""

    name: str
    xml: str
    kind: Kind
    type: Any
    many: bool
    required: bool
    label: str
    help: str
    max: int | None
    form: Form
    past: bool
    low: float | None
    high: float | None
    at_least: int
    place: Place

    @property
    def choices(self) -> tuple[str, ...]:
        """The values an enumeration offers, in the documentation's order; else empty."""
        return tuple(str(member.value) for member in self.type) if self.kind is Kind.ENUM else ()


@dataclass(frozen=True, slots=True)
class Table:
    """All fields of one record class, whole and by place."""

    name: str
    fields: tuple[Field, ...]
    attributes: tuple[Field, ...]
    elements: tuple[Field, ...]
    content: Field | None
    by_element: dict[str, Field]


_NAMES: dict[type, str] = {}


def _hidden(self: object) -> str:
    """Reports hold content and personal data: their reprs show neither."""
    return f"{type(self).__name__}(…)"


@dataclass_transform(frozen_default=True, kw_only_default=True)
def record(name: str) -> Callable[[type[T]], type[T]]:
    """Make a frozen, keyword-only dataclass whose annotations are lines of the field table."""

    def made(cls: type[T]) -> type[T]:
        cls.__repr__ = _hidden  # type: ignore[method-assign]
        new = dataclass(frozen=True, slots=True, kw_only=True, repr=False)(cls)
        _NAMES[new] = name
        return new

    return made


def is_record(value: object) -> bool:
    """Whether this class was declared with :func:`record`."""
    return value in _NAMES


_KINDS: dict[Any, Kind] = {
    str: Kind.TEXT,
    int: Kind.INT,
    float: Kind.FLOAT,
    datetime: Kind.DATETIME,
    date: Kind.DATE,
}


_TABLES: dict[type, Table] = {}


def table(cls: type) -> Table:
    """The fields of a record class in the order of its declaration, which is the schema's order."""
    made = _TABLES.get(cls)
    if made is None:
        made = _TABLES[cls] = _make_table(cls)
    return made


def _make_table(cls: type) -> Table:
    hints = typing.get_type_hints(cls, include_extras=True)
    lines = tuple(_resolve(f.name, hints[f.name]) for f in fields(cls))
    elements = tuple(f for f in lines if f.place is Place.ELEMENT)
    return Table(
        name=_NAMES[cls],
        fields=lines,
        attributes=tuple(f for f in lines if f.place is Place.ATTRIBUTE),
        elements=elements,
        content=next((f for f in lines if f.place is Place.CONTENT), None),
        by_element={f.xml: f for f in elements},
    )


def _resolve(name: str, hint: Any) -> Field:
    bare, line = typing.get_args(hint)
    optional, many = False, False
    if typing.get_origin(bare) in (Union, types.UnionType):
        bare = next(part for part in typing.get_args(bare) if part is not types.NoneType)
        optional = True
    elif typing.get_origin(bare) is tuple:
        bare = typing.get_args(bare)[0]
        many = True
    if bare is bool:
        kind = Kind.BOOL if optional or line.place is Place.CONTENT else Kind.FLAG
    elif is_record(bare):
        kind = Kind.RECORD
    elif issubclass(bare, enum.Enum):
        kind = Kind.ENUM
    else:
        kind = _KINDS[bare]
    return Field(
        name=name,
        xml=line.xml,
        kind=kind,
        type=bare,
        many=many,
        required=line.required or not (optional or many or kind is Kind.FLAG),
        label=line.label,
        help=line.help,
        max=line.max,
        form=line.form,
        past=line.past,
        low=line.low,
        high=line.high,
        at_least=line.at_least,
        place=line.place,
    )


def step(field: Field, index: int | None = None) -> str:
    """One step of a path: ``name``, ``name[2]`` for the second of several, ``@name``; empty for own text."""
    if field.place is Place.ATTRIBUTE:
        return f"@{field.xml}"
    if field.place is Place.CONTENT:
        return ""
    return field.xml if index is None else f"{field.xml}[{index + 1}]"


def join(path: str, tail: str) -> str:
    """Two parts of a path put together; either may be empty."""
    return f"{path}/{tail}" if path and tail else path or tail


_STEP = re.compile(r"(@?[^\[\]/]+)(?:\[(\d+)\])?")


def at(cls: type, path: str) -> Field:
    """The line of the table that a path leads to, from the record class ``cls``. Raises KeyError.

    For an element that holds text of its own beside attributes (an email, a
    phone), the path to the element leads to the element's line.
    """
    found: Field | None = None
    here: Any = cls
    for part in path.split("/"):
        match = _STEP.fullmatch(part)
        if match is None or not is_record(here):
            raise KeyError(path)
        want = match.group(1)
        found = next((f for f in table(here).fields if step(f) == want), None)
        if found is None:
            raise KeyError(path)
        here = found.type
    assert found is not None  # split always yields a part
    return found


def in_words(cls: type, path: str) -> str:
    """A path as a person reads it: ``Victim 2 › Person › Phone 1 › Kind``. Raises KeyError."""
    words: list[str] = []
    done = ""
    for part in path.split("/"):
        done = join(done, part)
        field = at(cls, done)
        number = _STEP.fullmatch(part)
        index = number.group(2) if number else None
        words.append(f"{field.label} {index}" if index else field.label)
    return " › ".join(words)


def walk(cls: type, path: str = "") -> Iterator[tuple[str, Field]]:
    """Every element and attribute below a record class, depth first, with its path (without numbers)."""
    for field in table(cls).fields:
        here = join(path, step(field))
        yield here, field
        if field.kind is Kind.RECORD:
            yield from walk(field.type, here)


Attr = functools.partial(F, place=Place.ATTRIBUTE)
"""A line for an attribute."""

Text = functools.partial(F, "", place=Place.CONTENT)
"""A line for the text of the element itself."""

__all__ = ["Annotated", "Attr", "F", "Field", "Form", "Kind", "Place", "Table", "Text"]
__all__ += ["at", "in_words", "is_record", "join", "record", "step", "table", "walk"]
