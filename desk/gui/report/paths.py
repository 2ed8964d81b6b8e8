"""Places in a draft, as problems name them: ``reported.emails[0].address``, ``files[c1].note``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from desk.domain.codec import to_plain
from desk.domain.draft import Draft

Token = tuple[str, str | None]
"""A name, and the key that stood in brackets behind it."""

SECTIONS = ("incident", "files", "people", "circumstances", "urgency", "completeness")

# The key of a file is the platform's id and may hold dots and brackets itself:
# it ends at the last bracket before a dot or the end.
_TOKEN = re.compile(r"\.?([A-Za-z_]\w*)(?:\[(.*?)\](?=\.[A-Za-z_]|\[|$))?")

_SECTION = {
    "batch": "incident",  # it stands above the first section
    "incident_type": "incident",
    "annotations": "incident",
    "files": "files",
    "reported": "people",
    "recipients": "people",
    "victims": "people",
    "escalate": "urgency",
    "company": "completeness",
}


def parse(path: str) -> tuple[Token, ...]:
    """The steps of a path; what does not look like one ends it."""
    tokens: list[Token] = []
    at = 0
    while at < len(path):
        found = _TOKEN.match(path, at)
        if found is None or found.end() == at:
            break
        tokens.append((found[1], found[2]))
        at = found.end()
    return tuple(tokens)


def section_of(path: str) -> str:
    """The section in which a path stands; what nobody knows belongs to the circumstances."""
    tokens = parse(path)
    if not tokens:
        return "incident"
    return _SECTION.get(tokens[0][0], "circumstances")


def changed_text(before: Draft, after: Draft) -> str:
    """What was typed between two states of a draft, a field a line: 'additional_info: …'.

    For the clipboard, where a draft that was changed elsewhere has to be loaded again.
    """
    lines: list[str] = []
    _compare(to_plain(before), to_plain(after), "", lines)
    return "\n".join(lines)


def _compare(before: Any, after: Any, path: str, lines: list[str]) -> None:
    if before == after or after is None:
        return
    if isinstance(after, Mapping):
        known = before if isinstance(before, Mapping) else {}
        for key, value in after.items():
            _compare(known.get(key), value, f"{path}.{key}" if path else str(key), lines)
    elif isinstance(after, list):
        old = before if isinstance(before, list) else []
        for index, value in enumerate(after):
            _compare(old[index] if index < len(old) else None, value, f"{path}[{index}]", lines)
    else:
        lines.append(f"{path}: {after}")
