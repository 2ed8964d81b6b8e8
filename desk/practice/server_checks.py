"""Validation of what a client sends: first the structure, then the documentation's rules.

The first problem in the document's order becomes HTTP 400 with code 4100 and the words
`Validation failed [line,column] - …`, as the real service words it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from desk.practice.server_relations import RELATIONS
from desk.practice.server_table import Complex, Simple, Slot
from desk.practice.server_values import documentation_problem, schema_problem
from desk.practice.server_xml import Node


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong: where (line and column from 1, path of names) and what, in words without content."""

    line: int
    column: int
    path: str
    words: str
    structural: bool = False

    def __str__(self) -> str:
        return f"Validation failed [{self.line},{self.column}] - {self.path}: {self.words}"


def check(root: Node, kind: Complex, now: datetime) -> list[Problem]:
    """Everything wrong with a document; empty where it is accepted.

    Structural problems (what a schema expresses) come alone, since rules between fields make sense only in
    a document of the right shape.
    """
    if root.name != kind.name:
        words = f"cvc-elt.1: the root element is not '{kind.name}'" + _namespace(root.name)
        return [Problem(root.line, root.column, _local(root.name), words, structural=True)]
    found = list(_element(root, kind, kind.name, now))
    if any(item.structural for item in found):
        return [item for item in found if item.structural]
    found.extend(_related(root, kind, kind.name, now))
    return sorted(found, key=lambda item: (item.line, item.column))


def _local(name: str) -> str:
    return name.rpartition(" ")[2]


def _namespace(name: str) -> str:
    return "; no element of this API has a namespace" if " " in name else ""


def _element(node: Node, kind: Complex, path: str, now: datetime) -> Iterator[Problem]:
    yield from _attributes(node, kind, path, now)
    if kind.content is not None:
        yield from _leaf(node, kind.content, path, now)
        return
    if node.text.strip():
        words = f"cvc-complex-type.2.3: element '{node.name}' holds text where only elements may stand"
        yield Problem(node.line, node.column, path, words, structural=True)
    yield from _children(node, kind, path, now)


def _attributes(node: Node, kind: Complex, path: str, now: datetime) -> Iterator[Problem]:
    for name, value in node.attributes.items():
        declared = kind.attribute(name)
        where = f"{path}/@{_local(name)}"
        if declared is None:
            words = f"cvc-complex-type.3.2.2: attribute '{_local(name)}' is not allowed in '{node.name}'"
            yield Problem(node.line, node.column, where, words, structural=True)
        else:
            yield from _value(node, where, value, declared.kind, now)
    for attribute in kind.attributes:
        if attribute.required and attribute.name not in node.attributes:
            words = f"cvc-complex-type.4: attribute '{attribute.name}' must appear on '{node.name}'"
            yield Problem(node.line, node.column, f"{path}/@{attribute.name}", words, structural=True)


def _value(node: Node, path: str, text: str, kind: Simple, now: datetime) -> Iterator[Problem]:
    if words := schema_problem(text, kind):
        yield Problem(node.line, node.column, path, f"cvc-type.3.1.3: {words}", structural=True)
    elif words := documentation_problem(text, kind, now):
        yield Problem(node.line, node.column, path, words)


def _leaf(node: Node, kind: Simple, path: str, now: datetime) -> Iterator[Problem]:
    for child in node.children:
        words = f"cvc-type.3.1.2: element '{_local(child.name)}' is not allowed in '{node.name}'"
        yield Problem(child.line, child.column, path, words, structural=True)
    yield from _value(node, path, node.text, kind, now)


def _children(node: Node, kind: Complex, path: str, now: datetime) -> Iterator[Problem]:
    counts = [0] * len(kind.slots)
    position = 0
    for child in node.children:
        index = _place(child.name, kind, counts, position)
        if index is None:
            expected = ", ".join(_expected(kind, counts, position)) or "nothing more"
            words = (
                f"cvc-complex-type.2.4.a: element '{_local(child.name)}' is unknown here, out of order "
                f"or once too often; expected: {expected}{_namespace(child.name)}"
            )
            yield Problem(child.line, child.column, f"{path}/{_local(child.name)}", words, structural=True)
            return
        counts[index] += 1
        position = 0 if kind.unordered else index
        field = kind.slots[index].find(child.name)
        assert field is not None
        where = f"{path}/{child.name}"
        if isinstance(field.kind, Complex):
            yield from _element(child, field.kind, where, now)
        else:
            bare = Complex(child.name, content=field.kind)
            yield from _element(child, bare, where, now)
    missing = [slot for slot, count in zip(kind.slots, counts, strict=True) if count < slot.low]
    if missing:
        words = f"cvc-complex-type.2.4.b: '{node.name}' is incomplete; missing: {_names(missing[0])}"
        yield Problem(node.line, node.column, path, words, structural=True)


def _place(name: str, kind: Complex, counts: list[int], position: int) -> int | None:
    """The slot a child goes to, or None where it may not stand."""
    for index in range(position, len(kind.slots)):
        slot = kind.slots[index]
        if slot.find(name) is not None:
            return index if slot.high is None or counts[index] < slot.high else None
        if not kind.unordered and counts[index] < slot.low:
            return None
    return None


def _expected(kind: Complex, counts: list[int], position: int) -> Iterator[str]:
    for index in range(position, len(kind.slots)):
        slot = kind.slots[index]
        if slot.high is None or counts[index] < slot.high:
            yield _names(slot)
        if not kind.unordered and counts[index] < slot.low:
            return


def _names(slot: Slot) -> str:
    return " or ".join(field.name for field in slot.fields)


def _related(node: Node, kind: Complex, path: str, now: datetime) -> Iterator[Problem]:
    """The rules between fields, at this element and below."""
    relation = RELATIONS.get(kind.name)
    if relation is not None:
        for fault in relation(node):
            where = path if fault.node is node else f"{path}/{fault.node.name}"
            yield Problem(fault.node.line, fault.node.column, where, fault.words)
    fields = {field.name: field.kind for slot in kind.slots for field in slot.fields}
    for child in node.children:
        below = fields[child.name]
        if isinstance(below, Complex):
            yield from _related(child, below, f"{path}/{child.name}", now)
