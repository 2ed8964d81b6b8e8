"""Writing and reading the CyberTipline's documents, driven by the field table.

Writing is canonical: the same document gives the same bytes. UTF-8 with a
declaration, one element a line, two spaces for each level; what is not set is
not written. Characters that XML 1.0 forbids cannot be sent: they are replaced
by U+FFFD, and :func:`replaced` lists them so that a person sees it beforehand.

Reading goes by element name: any order, unknown elements and attributes
ignored, namespaces ignored. No DTD, no entities, no network. The encoding is
what the XML declaration says, whatever a header claims.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar

from lxml import etree

from desk.cybertip.fields import Field, Kind, join, step, table
from desk.cybertip.model import ROOTS, Document
from desk.domain.errors import UserError

T = TypeVar("T")

DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'
REPLACEMENT = "\ufffd"
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SPECIAL = re.compile("[&<>\r]")
_SPECIAL_ATTRIBUTE = re.compile('[&<>"\t\n\r]')
_ESCAPES = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
    "\t": "&#9;",
    "\n": "&#10;",
    "\r": "&#13;",
}


class Unreadable(UserError):
    """Bytes that are not the document they should be. The text names the place, never the content."""


@dataclass(frozen=True, slots=True)
class Replaced:
    """A text with characters that XML forbids: its path and their positions (from 0) in it."""

    path: str
    positions: tuple[int, ...]


def clean(text: str) -> str:
    """The text with each character that XML forbids replaced by U+FFFD, the same length."""
    return _FORBIDDEN.sub(REPLACEMENT, text)


def replaced(document: Document) -> tuple[Replaced, ...]:
    """Where writing this document replaces characters; empty for nearly every document."""
    found: list[Replaced] = []
    _find_forbidden(document, "", found)
    return tuple(found)


def _find_forbidden(value: Any, path: str, found: list[Replaced]) -> None:
    for field in table(type(value)).fields:
        here = getattr(value, field.name)
        if here is None or field.kind not in (Kind.TEXT, Kind.RECORD):
            continue
        for index, item in enumerate(here) if field.many else ((None, here),):
            place = join(path, step(field, index))
            if field.kind is Kind.RECORD:
                _find_forbidden(item, place, found)
            elif positions := tuple(match.start() for match in _FORBIDDEN.finditer(item)):
                found.append(Replaced(place, positions))


# -- writing


def write(document: Document) -> bytes:
    """The document as canonical XML."""
    parts = [DECLARATION]
    _write_record(document, table(type(document)).name, "", parts)
    return "".join(parts).encode()


def _escape(match: re.Match[str]) -> str:
    return _ESCAPES[match.group()]


def write_datetime(value: datetime) -> str:
    """ISO 8601; UTC as ``Z``, other offsets as they are. Without a zone it stays so: the checks refuse it."""
    text = value.isoformat()
    return text[:-6] + "Z" if text.endswith("+00:00") else text


def _write_float(value: float) -> str:
    return {"inf": "INF", "-inf": "-INF", "nan": "NaN"}.get(text := repr(float(value)), text)


_TO_TEXT: dict[Kind, Callable[[Any], str]] = {
    Kind.TEXT: clean,
    Kind.BOOL: lambda value: "true" if value else "false",
    Kind.FLAG: lambda _value: "true",
    Kind.INT: str,
    Kind.FLOAT: _write_float,
    Kind.DATETIME: write_datetime,
    Kind.DATE: date.isoformat,
    Kind.ENUM: lambda value: str(value.value),
}


def _write_record(value: Any, name: str, indent: str, parts: list[str]) -> None:
    lines = table(type(value))
    parts.append(f"{indent}<{name}")
    for field in lines.attributes:
        held = getattr(value, field.name)
        if held is not None:
            text = _SPECIAL_ATTRIBUTE.sub(_escape, _TO_TEXT[field.kind](held))
            parts.append(f' {field.xml}="{text}"')
    if lines.content is not None:
        text = _TO_TEXT[lines.content.kind](getattr(value, lines.content.name))
        parts.append(f">{_SPECIAL.sub(_escape, text)}</{name}>\n")
        return
    start = len(parts)
    parts.append(">\n")
    inner = indent + "  "
    for field in lines.elements:
        held = getattr(value, field.name)
        if held is None or (held is False and field.kind is Kind.FLAG):
            continue
        for item in held if field.many else (held,):
            if field.kind is Kind.RECORD:
                _write_record(item, field.xml, inner, parts)
            else:
                text = _SPECIAL.sub(_escape, _TO_TEXT[field.kind](item))
                parts.append(f"{inner}<{field.xml}>{text}</{field.xml}>\n")
    if len(parts) == start + 1:
        parts[start] = "/>\n"
    else:
        parts.append(f"{indent}</{name}>\n")


# -- reading


_parsers = threading.local()


def _parser() -> etree.XMLParser:
    """This thread's own: making one costs as much as reading a small answer."""
    parser: etree.XMLParser | None = getattr(_parsers, "parser", None)
    if parser is None:
        parser = _parsers.parser = etree.XMLParser(
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            dtd_validation=False,
            huge_tree=False,
            remove_comments=True,
            remove_pis=True,
        )
    return parser


def parse(data: bytes) -> etree._Element:
    """The root element of well-formed XML without a DTD. Raises Unreadable.

    White space before the declaration is tolerated: servers have sent it.
    """
    try:
        root = etree.fromstring(data.lstrip(b" \t\r\n"), _parser())
    except (etree.XMLSyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None)
        raise Unreadable(f"Not well-formed XML (line {line or 1}).") from None
    info: Any = root.getroottree().docinfo
    if info.doctype:
        raise Unreadable("The XML holds a document type, which is never accepted.")
    return root


def local_name(element: etree._Element) -> str:
    """The element's name without its namespace."""
    return str(element.tag).rpartition("}")[2]


def read(data: bytes) -> Document:
    """The document in these bytes, by the name of its root. Raises Unreadable."""
    root = parse(data)
    name = local_name(root)
    cls = ROOTS.get(name)
    if cls is None:
        raise Unreadable("The root element is none of the CyberTipline's documents.")
    return _read_record(root, cls, "")


def read_as(data: bytes, cls: type[T]) -> T:
    """Like :func:`read`, where the kind of document is known. Raises Unreadable."""
    document = read(data)
    if not isinstance(document, cls):
        raise Unreadable(f"This is a {table(type(document)).name}, not a {table(cls).name}.")
    return document


def _read_record(element: etree._Element, cls: type[T], path: str) -> T:
    lines = table(cls)
    values: dict[str, Any] = {}
    for field in lines.attributes:
        raw = element.get(field.xml)
        if raw is not None:
            values[field.name] = _value(field, str(raw), join(path, step(field)))
    if lines.content is not None:
        values[lines.content.name] = _value(lines.content, element.text or "", path)
    for child in element:
        known = lines.by_element.get(local_name(child))
        if known is None:
            continue
        here = join(path, step(known, len(values.get(known.name, ())) if known.many else None))
        item = (
            _read_record(child, known.type, here)
            if known.kind is Kind.RECORD
            else _value(known, child.text or "", here)
        )
        if known.many:
            values[known.name] = (*values.get(known.name, ()), item)
        elif known.name in values:
            raise Unreadable(f"{here} stands twice.")
        else:
            values[known.name] = item
    try:
        return cls(**values)
    except TypeError:
        missing = [f for f in lines.fields if f.required and f.name not in values]
        raise Unreadable(f"{join(path, step(missing[0]))} is missing.") from None


_DATETIME = re.compile(
    r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d+))?(Z|[+-]\d\d:\d\d(?::\d\d(?:\.\d+)?)?)?", re.ASCII
)
_DATE = re.compile(r"(\d{4}-\d\d-\d\d)(?:Z|[+-]\d\d:\d\d)?", re.ASCII)
_INT = re.compile(r"[+-]?[0-9]{1,40}")
_FLOAT = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|-?INF|NaN")
_BOOLS = {"true": True, "1": True, "false": False, "0": False}


def read_datetime(text: str) -> datetime:
    """An xs:dateTime; digits beyond microseconds are cut. Raises ValueError."""
    match = _DATETIME.fullmatch(text)
    if match is None:
        raise ValueError("not a date and time")
    whole, fraction, zone = match.groups()
    later = whole.endswith("T24:00:00")
    fraction = f".{(fraction or '')[:6]:0<6}"
    value = datetime.fromisoformat(
        (whole.replace("T24:", "T00:") if later else whole) + fraction + (zone or "")
    )
    if value.tzinfo is not None and not value.utcoffset():
        value = value.replace(tzinfo=UTC)
    return value + timedelta(days=1) if later else value


def _read_date(text: str) -> date:
    match = _DATE.fullmatch(text)
    if match is None:
        raise ValueError("not a date")
    return date.fromisoformat(match.group(1))


def _read_int(text: str) -> int:
    if _INT.fullmatch(text) is None:
        raise ValueError("not a whole number")
    return int(text)


def _read_float(text: str) -> float:
    if _FLOAT.fullmatch(text) is None:
        raise ValueError("not a number")
    return float(text)


def _read_flag(text: str) -> bool:
    return _BOOLS[text] if text else True


def _value(field: Field, raw: str, path: str) -> Any:
    if field.kind is Kind.TEXT:
        return raw
    try:
        return _FROM_TEXT[field.kind](field, raw.strip(" \t\r\n"))
    except (ValueError, KeyError, OverflowError):
        raise Unreadable(f"{path or 'The text'} is not a valid value ({field.kind.value}).") from None


_FROM_TEXT: dict[Kind, Callable[[Field, str], Any]] = {
    Kind.BOOL: lambda _field, text: _BOOLS[text],
    Kind.FLAG: lambda _field, text: _read_flag(text),
    Kind.INT: lambda _field, text: _read_int(text),
    Kind.FLOAT: lambda _field, text: _read_float(text),
    Kind.DATETIME: lambda _field, text: read_datetime(text),
    Kind.DATE: lambda _field, text: _read_date(text),
    Kind.ENUM: lambda field, text: field.type(text),
}


def locate(data: bytes, line: int) -> str:
    """The path of the element that begins in this line (from 1) of a document written by :func:`write`.

    Empty where no element begins there. Used to lead a service's refusal, which
    names a line, back to a field.
    """
    try:
        root = parse(data)
    except Unreadable:
        return ""
    for element in root.iter():
        place: Any = element.sourceline
        if place == line and element is not root:
            return _path_of(element, root)
    return ""


def _path_of(element: etree._Element, root: etree._Element) -> str:
    steps: list[str] = []
    here = element
    while here is not root:
        parent = here.getparent()
        assert parent is not None  # the loop stops at the root
        same = [child for child in parent if child.tag == here.tag]
        steps.append(f"{local_name(here)}[{same.index(here) + 1}]" if len(same) > 1 else local_name(here))
        here = parent
    return "/".join(reversed(steps))
