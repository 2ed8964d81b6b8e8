"""The schema that the stand-in's /xsd serves, generated from its own rule table.

As in the real service (CyberTipline Reporting API, schema) it has no target namespace, declares the larger
parts as global elements, and says nothing of lengths, ranges, past dates, time zones or rules between
fields: those are the documentation's, and the stand-in refuses them with code 4100 all the same.
"""

from __future__ import annotations

from xml.sax.saxutils import quoteattr

from desk.practice.server_rules import Rules
from desk.practice.server_table import Complex, Field, Simple, types_of


def schema(table: Rules) -> bytes:
    """The schema for the table, as UTF-8 text with an XML declaration."""
    lines = ['<?xml version="1.0" encoding="UTF-8"?>']
    lines.append('<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" elementFormDefault="qualified">')
    for kind in types_of(table.report, table.file_details, *table.answers):
        if isinstance(kind, Simple):
            lines.extend(_simple_type(kind))
        elif kind.is_global:
            lines.append(f"<xs:element name={quoteattr(kind.name)}>")
            lines.extend(_complex_type(kind, named=False))
            lines.append("</xs:element>")
        else:
            lines.extend(_complex_type(kind, named=True))
    lines.append("</xs:schema>")
    return ("\n".join(lines) + "\n").encode()


def _simple_type(kind: Simple) -> list[str]:
    lines = [f"<xs:simpleType name={quoteattr(kind.name)}>", f'<xs:restriction base="xs:{kind.base}">']
    lines.extend(f"<xs:enumeration value={quoteattr(value)}/>" for value in kind.values)
    if kind.pattern:
        lines.append(f"<xs:pattern value={quoteattr(kind.pattern)}/>")
    return [*lines, "</xs:restriction>", "</xs:simpleType>"]


def _type_name(kind: Simple | Complex) -> str:
    return kind.name or f"xs:{kind.base}" if isinstance(kind, Simple) else kind.name


def _complex_type(kind: Complex, *, named: bool) -> list[str]:
    lines = [f"<xs:complexType name={quoteattr(kind.name)}>" if named else "<xs:complexType>"]
    if kind.content is not None:
        lines += ["<xs:simpleContent>", f"<xs:extension base={quoteattr(_type_name(kind.content))}>"]
    elif kind.slots:
        group = "xs:all" if kind.unordered else "xs:sequence"
        lines.append(f"<{group}>")
        for slot in kind.slots:
            choice = len(slot.fields) > 1
            if choice:
                lines.append(f"<xs:choice{_counts(slot.low, slot.high)}>")
            counts = "" if choice else _counts(slot.low, slot.high)
            lines.extend(_element(field, counts) for field in slot.fields)
            if choice:
                lines.append("</xs:choice>")
        lines.append(f"</{group}>")
    for attribute in kind.attributes:
        use = ' use="required"' if attribute.required else ""
        kind_name = _type_name(attribute.kind)
        lines.append(f'<xs:attribute name={quoteattr(attribute.name)} type="{kind_name}"{use}/>')
    if kind.content is not None:
        lines += ["</xs:extension>", "</xs:simpleContent>"]
    return [*lines, "</xs:complexType>"]


def _counts(low: int, high: int | None) -> str:
    least = "" if low == 1 else f' minOccurs="{low}"'
    most = ' maxOccurs="unbounded"' if high is None else ""
    return least + most


def _element(field: Field, counts: str) -> str:
    if isinstance(field.kind, Complex) and field.kind.is_global:
        return f'<xs:element ref="{field.kind.name}"{counts}/>'
    fixed = ' fixed="true"' if isinstance(field.kind, Simple) and field.kind.flag else ""
    return f'<xs:element name="{field.name}" type="{_type_name(field.kind)}"{fixed}{counts}/>'
