"""The service's own schema, as /xsd serves it: validating against it, and comparing it with our model.

The schema grows. It is fetched when credentials are checked and once a day;
each document is validated against what was fetched before it is sent, and what
the service knows and we do not, or the other way round, is named for an
administrator. No schema is part of the product.
"""

from __future__ import annotations

import enum
import hashlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lxml import etree

from desk.cybertip.fields import Form, Kind, Place, join, table
from desk.cybertip.model import ROOTS
from desk.cybertip.places import COUNTRIES, SCHEMA_ONLY_COUNTRIES, SCHEMA_ONLY_STATES, STATES
from desk.cybertip.xml import Unreadable, local_name, locate, parse
from desk.domain.errors import UserError
from desk.domain.filing import FieldProblem

_XS = "{http://www.w3.org/2001/XMLSchema}"
_EXTERNAL = ("import", "include", "redefine", "override")
MAX_DEPTH = 24


class SchemaUnusable(UserError):
    """What /xsd answered is not a schema that documents can be validated against."""


class Side(enum.StrEnum):
    """Who knows a part that the other does not."""

    SERVICE = "service"
    DESK = "desk"


class PartKind(enum.StrEnum):
    ELEMENT = "element"
    ATTRIBUTE = "attribute"
    VALUE = "value"


@dataclass(frozen=True, slots=True)
class Difference:
    """A part that one side only has: its kind, its name, and the paths where it stands."""

    side: Side
    kind: PartKind
    name: str
    paths: tuple[str, ...]

    def in_words(self) -> str:
        who = "The service knows" if self.side is Side.SERVICE else "Only the desk knows"
        return f"{who} the {self.kind.value} {self.name or '(blank)'}, at {', '.join(self.paths)}."


Part = tuple[str, PartKind, str]
"""The path it stands at, what it is, its name."""


_ONE_AT_A_TIME = threading.Lock()
"""libxml2 sets up its built-in types at the first schema, unguarded: two threads that made or used
their first ones together have crashed the process. One lock for all schemas, held for a millisecond."""


class ServiceSchema:
    """One edition of the schema. Safe to use from several threads."""

    def __init__(self, data: bytes) -> None:
        """``data``: the bytes as served. Raises SchemaUnusable."""
        self.data = data
        self.sha256 = hashlib.sha256(data).hexdigest()
        try:
            self._root = parse(data)
        except Unreadable as error:
            raise SchemaUnusable(f"The schema can't be read. {error.message}") from None
        if self._root.tag != f"{_XS}schema":
            raise SchemaUnusable("What the service sent is no XML schema.")
        if any(self._root.find(f"{_XS}{name}") is not None for name in _EXTERNAL):
            raise SchemaUnusable("The schema refers to other files, which are never fetched.")
        try:
            with _ONE_AT_A_TIME:
                self._schema = etree.XMLSchema(self._root)
        except etree.XMLSchemaParseError as error:
            raise SchemaUnusable(f"The schema contradicts itself (line {_line(error)}).") from None

    def validate(self, xml: bytes) -> tuple[FieldProblem, ...]:
        """Why this document is not valid; empty where it is.

        The root must be one of the documents: the schema alone would take any
        of its global elements as a root. Raises Unreadable.
        """
        root = parse(xml)
        if root.tag not in ROOTS:
            return (FieldProblem("", "schema_root", "The root element is none of the service's documents."),)
        with _ONE_AT_A_TIME:
            if self._schema.validate(root):
                return ()
            log: Any = self._schema.error_log
            entries = list(log)
        return tuple(
            FieldProblem(locate(xml, entry.line), "schema", f"The service's schema: {_without_value(entry)}")
            for entry in entries
        )

    def differences(self) -> tuple[Difference, ...]:
        """What this schema has that the desk's model lacks, and the other way round, by name."""
        theirs, ours = set(parts_of_schema(self._root)), set(parts_of_model())
        return (
            *_grouped(Side.SERVICE, theirs - ours),
            *_grouped(Side.DESK, ours - theirs),
        )


def _line(error: etree.LxmlError) -> int:
    log: Any = error.error_log
    return int(log[0].line) if len(log) else 1


def _without_value(entry: Any) -> str:
    """libxml2's words, without the quoted value: that may be content."""
    text = str(entry.message)
    kind = str(entry.type_name)
    if "ELEMENT_CONTENT" in kind:
        return text
    return f"{text.split(':')[0]}: the value or attribute is not allowed here ({kind.lower()})."


def _grouped(side: Side, only: set[Part]) -> Iterator[Difference]:
    """Differences by name. What stands below a part that is itself missing is not listed again."""
    missing = {join(path, name) for path, kind, name in only if kind is PartKind.ELEMENT}
    groups: dict[tuple[str, str], list[str]] = {}
    for path, kind, name in sorted(only):
        if not any(path == gone or path.startswith(gone + "/") for gone in missing):
            groups.setdefault((kind.value, name), []).append(path)
    for (kind_value, name), paths in sorted(groups.items()):
        yield Difference(side, PartKind(kind_value), name, tuple(paths))


# -- the parts of our model


def parts_of_model() -> Iterator[Part]:
    """Each element, attribute and value that the field table knows, with the path of its parent."""
    for name, cls in ROOTS.items():
        yield "", PartKind.ELEMENT, name
        yield from _model_parts(cls, name)


def _model_parts(cls: Any, path: str) -> Iterator[Part]:
    for field in table(cls).fields:
        here = path
        if field.place is Place.ATTRIBUTE:
            yield path, PartKind.ATTRIBUTE, field.xml
            here = f"{path}/@{field.xml}"
        elif field.place is Place.ELEMENT:
            yield path, PartKind.ELEMENT, field.xml
            here = f"{path}/{field.xml}"
        for value in field.choices or _LISTS.get(field.form, ()):
            yield here, PartKind.VALUE, value
        if field.kind is Kind.RECORD:
            yield from _model_parts(field.type, here)


_LISTS: dict[Form, tuple[str, ...]] = {
    Form.COUNTRY: (*COUNTRIES, *SCHEMA_ONLY_COUNTRIES),
    Form.STATE: (*STATES, *SCHEMA_ONLY_STATES),
}


# -- the parts of a schema


def parts_of_schema(root: etree._Element) -> Iterator[Part]:
    """The same of an XML schema, below the roots that are documents."""
    types = {
        str(child.get("name")): child
        for child in root
        if child.tag in (f"{_XS}complexType", f"{_XS}simpleType")
    }
    elements = {str(child.get("name")): child for child in root if child.tag == f"{_XS}element"}
    walker = _SchemaWalker(types, elements)
    for name in ROOTS:
        if name in elements:
            yield "", PartKind.ELEMENT, name
            yield from walker.below(elements[name], name)


class _SchemaWalker:
    """Follows references and named types; stops where a schema nests without end."""

    def __init__(self, types: dict[str, etree._Element], elements: dict[str, etree._Element]) -> None:
        self._types = types
        self._elements = elements

    def below(self, node: etree._Element, path: str) -> Iterator[Part]:
        """All parts below an element or attribute declaration that stands at ``path``."""
        if path.count("/") > MAX_DEPTH:
            return
        named = node.get("type") or node.get("base")
        if named is not None and (known := self._types.get(_bare(named))) is not None:
            yield from self.below(known, path)
        for child in node:
            kind = local_name(child)
            if kind == "element":
                ref = child.get("ref")
                target = self._elements.get(_bare(ref), child) if ref else child
                name = _bare(ref or str(child.get("name")))
                yield path, PartKind.ELEMENT, name
                yield from self.below(target, f"{path}/{name}")
            elif kind == "attribute":
                name = str(child.get("name"))
                yield path, PartKind.ATTRIBUTE, name
                yield from self.below(child, f"{path}/@{name}")
            elif kind == "enumeration":
                yield path, PartKind.VALUE, str(child.get("value"))
            elif kind not in ("annotation", "pattern"):
                yield from self.below(child, path)


def _bare(name: str) -> str:
    """A reference's name without its prefix."""
    return name.rpartition(":")[2]
