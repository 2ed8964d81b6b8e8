"""The building blocks of the stand-in's rule table: simple values, attributes, fields and complex types.

One table (`server_rules`) written with these blocks serves three ends: the validation of what a client
sends, the schema that /xsd serves, and the help in the refusals. The blocks tell apart what the schema
can express (names, order, counts, enumerations, patterns, base types) and what only the documentation
says (lengths, ranges, past dates, forms of URLs, email and IP addresses, blank values).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Simple:
    """A value without children.

    base: the XML Schema type without prefix (string, token, boolean, int, long, double, date, dateTime).
    name: the schema's name for it where it is an enumeration or a pattern.
    values: the enumeration. pattern: a regular expression for the whole value.
    flag: a boolean fixed to true (CyberTipline Reporting API, schema: the annotation flags).
    Documentation only: maximum (characters), low and high (inclusive), past, form (url, email, ip), and
    blank, which lets the empty string stand where the schema lists it.
    """

    base: str = "string"
    name: str = ""
    values: tuple[str, ...] = ()
    pattern: str = ""
    flag: bool = False
    maximum: int | None = None
    low: int | None = None
    high: int | None = None
    past: bool = False
    form: str = ""
    blank: bool = False


@dataclass(frozen=True, slots=True)
class Attribute:
    """An attribute of a complex type."""

    name: str
    kind: Simple
    required: bool = False


@dataclass(frozen=True, slots=True)
class Field:
    """A child element: its name and its type."""

    name: str
    kind: Simple | Complex


@dataclass(frozen=True, slots=True)
class Slot:
    """A place in a sequence: one field, or several of which one is chosen; low..high times (None: any)."""

    fields: tuple[Field, ...]
    low: int = 0
    high: int | None = 1

    def find(self, name: str) -> Field | None:
        """The field of that name, or None."""
        return next((field for field in self.fields if field.name == name), None)


@dataclass(frozen=True, slots=True)
class Complex:
    """An element with children or attributes.

    content: the text's type for an element that holds text and attributes. unordered: children in any
    order. is_global: the schema declares it as an element of its own, so that it would validate as a root.
    """

    name: str
    slots: tuple[Slot, ...] = ()
    attributes: tuple[Attribute, ...] = ()
    content: Simple | None = None
    unordered: bool = False
    is_global: bool = False

    def attribute(self, name: str) -> Attribute | None:
        """The attribute of that name, or None."""
        return next((attribute for attribute in self.attributes if attribute.name == name), None)


def one(name: str, kind: Simple | Complex) -> Slot:
    """Exactly one."""
    return Slot((Field(name, kind),), 1, 1)


def maybe(name: str, kind: Simple | Complex) -> Slot:
    """None or one."""
    return Slot((Field(name, kind),), 0, 1)


def many(name: str, kind: Simple | Complex, low: int = 0) -> Slot:
    """Any number, at least `low`."""
    return Slot((Field(name, kind),), low, None)


def types_of(*roots: Complex) -> Iterator[Complex | Simple]:
    """Every named type reachable from the roots, each once, the roots first."""
    seen: set[tuple[type, str]] = set()
    waiting: list[Complex | Simple] = list(roots)
    while waiting:
        kind = waiting.pop(0)
        if not kind.name or (type(kind), kind.name) in seen:
            continue
        seen.add((type(kind), kind.name))
        yield kind
        if isinstance(kind, Complex):
            waiting.extend(attribute.kind for attribute in kind.attributes)
            waiting.extend(field.kind for slot in kind.slots for field in slot.fields)
            if kind.content is not None:
                waiting.append(kind.content)
