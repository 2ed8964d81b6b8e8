"""The checks before a report is opened: every rule of the documentation and of the schema.

What passes here is valid against the schema, and keeps what the documentation
asks beyond it: lengths, times in the past with a zone, no blank values, the
forms of addresses, and the rules between fields. The rules of single fields
come from the field table; those between fields are in ``rules``.

Each problem has a ``code``, the ``path`` to the field (as ``fields.at`` takes
it) and words that say how to mend it. ``now`` is an aware datetime.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from desk.cybertip import rules
from desk.cybertip.fields import Field, Kind, join, step, table
from desk.cybertip.forms import FORMS
from desk.cybertip.model import Document, Report
from desk.cybertip.model_files import FileDetails
from desk.domain.filing import FieldProblem

Problem = FieldProblem

MAX_OFFSET = timedelta(hours=14)
OPEN_PLACES = ("reportId", "fileId")


def check_report(report: Report, now: datetime) -> tuple[Problem, ...]:
    """All problems of a report, in the order of its fields; empty where it may be sent."""
    found = _fields(report, now)
    return _in_order(found, Report)


def check_file(
    details: FileDetails, now: datetime, *, batched: bool = False, open_ids: bool = False
) -> tuple[Problem, ...]:
    """All problems of one file's details.

    ``batched`` where its report is a batch. ``open_ids`` where the service has
    not yet given the report and file IDs: they may then be unset.
    """
    found = _fields(details, now)
    if batched:
        rules.batched_file(details, found)
    if open_ids:
        found = [p for p in found if not (p.path in OPEN_PLACES and p.code == "missing")]
    return _in_order(found, FileDetails)


def check_filing(
    report: Report, files: Sequence[FileDetails], now: datetime, *, open_ids: bool = True
) -> tuple[Problem, ...]:
    """All problems of a report together with its files. Paths into a file begin with ``files[n]``."""
    found = list(check_report(report, now))
    batched = report.batched is not None
    for index, details in enumerate(files):
        problems = check_file(details, now, batched=batched, open_ids=open_ids)
        found += [replace(problem, path=join(f"files[{index + 1}]", problem.path)) for problem in problems]
    if batched and len(files) > 1:
        found.append(
            Problem(
                "files[2]",
                "batched_one_file",
                "A batched report takes one file at most. Keep one; report the others by themselves.",
            )
        )
    return tuple(found)


def check_value(field: Field, value: Any, now: datetime) -> tuple[Problem, ...]:
    """The problems of one value for one line of the table, for a form that checks as one types."""
    check = _CHECKS[field.kind]
    return tuple(Problem("", code, words) for code, words in check(field, value, now))


Wrong = Sequence[tuple[str, str]]
"""Codes and words of what is wrong with one value."""

Check = Callable[[Field, Any, datetime], Wrong]

_PLANS: dict[type, tuple[tuple[Field, Check | None], ...]] = {}


def _plan(cls: type) -> tuple[tuple[Field, Check | None], ...]:
    """The fields of a record with the check of each; None where the field holds records."""
    plan = _PLANS.get(cls)
    if plan is None:
        plan = _PLANS[cls] = tuple((field, _CHECKS.get(field.kind)) for field in table(cls).fields)
    return plan


def _fields(document: Document, now: datetime) -> list[Problem]:
    found: list[Problem] = []
    _record(document, "", now, found)
    if not any(problem.code == "type" for problem in found):  # else the fields can't be compared
        rules.between_fields(document, found)
    return found


def _record(value: Any, path: str, now: datetime, found: list[Problem]) -> None:
    for field, check in _plan(type(value)):
        held = getattr(value, field.name)
        if held is None:
            if field.required:
                words = f"{field.label} is required. Fill it in."
                found.append(Problem(join(path, step(field)), "missing", words))
        elif field.many:
            if len(held) < field.at_least:
                words = f"{field.label}: at least {field.at_least} is needed. Add it, or leave out the whole."
                found.append(Problem(join(path, step(field)), "too_few", words))
            for index, item in enumerate(held):
                if check is None:
                    _record(item, join(path, step(field, index)), now, found)
                elif wrong := check(field, item, now):
                    here = join(path, step(field, index))
                    found += [Problem(here, code, words) for code, words in wrong]
        elif check is None:
            _record(held, join(path, step(field)), now, found)
        elif wrong := check(field, held, now):
            here = join(path, step(field))
            found += [Problem(here, code, words) for code, words in wrong]


def _type(field: Field) -> Wrong:
    return (("type", f"{field.label} does not hold what it should. Enter it again."),)


def _bool(field: Field, value: Any, _now: datetime) -> Wrong:
    return () if value is True or value is False else _type(field)


def _enum(field: Field, value: Any, _now: datetime) -> Wrong:
    return () if isinstance(value, field.type) else _type(field)


def length(text: str) -> int:
    """The length as the service counts it: UTF-16 units, where an emoji counts for two."""
    return len(text) if text.isascii() else len(text) + sum(1 for char in text if char > "\uffff")


def _text(field: Field, value: Any, _now: datetime) -> Wrong:
    if not isinstance(value, str):
        return _type(field)
    if not value or value.isspace():
        return (("blank", f"{field.label} is blank. Fill it in, or leave it out."),)
    wrong: list[tuple[str, str]] = []
    if field.max is not None and (held := length(value)) > field.max:
        words = f"{field.label} may have {field.max} characters at most; this has {held}. Shorten it."
        wrong.append(("too_long", words))
    form = FORMS.get(field.form)
    if form is not None and (words := form(value) or ""):
        wrong.append((field.form.value, words))
    return wrong


def _number(field: Field, value: Any, _now: datetime) -> Wrong:
    fit = int if field.kind is Kind.INT else int | float
    if not isinstance(value, fit) or isinstance(value, bool):
        return _type(field)
    low, high = field.low, field.high
    if not math.isfinite(value) or (low is not None and value < low) or (high is not None and value > high):
        words = f"{field.label} must be a number from {low:.0f} to {high:.0f}. Correct it."
        return (("range", words),)
    return ()


def _datetime(field: Field, value: Any, now: datetime) -> Wrong:
    if not isinstance(value, datetime):
        return _type(field)
    offset = value.utcoffset()
    if offset is None:
        words = f"{field.label} needs its time zone: an offset such as +01:00, or Z for UTC. Add it."
        return (("zone", words),)
    if abs(offset) > MAX_OFFSET or offset.seconds % 60 or offset.microseconds:
        words = f"{field.label}: the offset must be whole minutes, at most 14 hours. Correct the time zone."
        return (("zone", words),)
    if field.past and value > now:
        words = f"{field.label} must lie in the past. Correct the date, the time or the time zone."
        return (("not_past", words),)
    return ()


def _date(field: Field, value: Any, now: datetime) -> Wrong:
    if not isinstance(value, date) or isinstance(value, datetime):
        return _type(field)
    if field.past and value >= now.astimezone(UTC).date():
        return (("not_past", f"{field.label} must lie in the past. Correct the date."),)
    return ()


_CHECKS: dict[Kind, Check] = {
    Kind.TEXT: _text,
    Kind.BOOL: _bool,
    Kind.FLAG: _bool,
    Kind.INT: _number,
    Kind.FLOAT: _number,
    Kind.DATETIME: _datetime,
    Kind.DATE: _date,
    Kind.ENUM: _enum,
}


def _in_order(found: list[Problem], cls: type) -> tuple[Problem, ...]:
    """The problems in the order of the fields they stand at: what a form shows from top to bottom."""
    return tuple(sorted(found, key=lambda problem: _position(cls, problem.path)))


def _position(cls: Any, path: str) -> tuple[int, ...]:
    places: list[int] = []
    here: Any = cls
    for part in path.split("/") if path else ():
        name, _, number = part.partition("[")
        lines = table(here)
        index = next(i for i, f in enumerate(lines.fields) if step(f) == name)
        places += (index, int(number.rstrip("]") or 0))
        here = lines.fields[index].type
    return tuple(places)


__all__ = ["Problem", "check_file", "check_filing", "check_report", "check_value", "length"]
