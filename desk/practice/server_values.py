"""The forms of single values: dates, numbers, URLs, email and IP addresses, lengths, enumerations.

The two functions say in a few words what is wrong with a value, or nothing. They never repeat the value.
"""

from __future__ import annotations

import ipaddress
import re
from datetime import UTC, date, datetime, timedelta, timezone
from urllib.parse import urlsplit

from desk.practice.server_table import Simple

_ZONE = r"(Z|[+-](?:0\d|1[0-3]):[0-5]\d|[+-]14:00)?"
_MOMENT = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d+))?" + _ZONE, re.ASCII)
_DAY = re.compile(r"(\d{4})-(\d\d)-(\d\d)" + _ZONE, re.ASCII)
_WHOLE = re.compile(r"[+-]?\d+", re.ASCII)
_DECIMAL = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?|-?INF|NaN", re.ASCII)
_LOCAL = re.compile(r"[^\s@<>()\[\],;:\\\"]+")
_LABEL = re.compile(r"[^\W_]([^\W_]|-)*(?<!-)")
_SCHEMES = ("http", "https", "ftp")
_RANGES = {"int": 2**31, "long": 2**63}


def moment(text: str) -> datetime | None:
    """The moment that a text names, in UTC; None where it is no date and time or names no zone."""
    found = _MOMENT.fullmatch(text.strip())
    if found is None or found[8] is None:
        return None
    return _moment(found)


def _moment(found: re.Match[str]) -> datetime | None:
    zone = found[8] or "Z"
    offset = timedelta()
    if zone != "Z":
        offset = timedelta(hours=int(zone[1:3]), minutes=int(zone[4:6])) * (-1 if zone[0] == "-" else 1)
    numbers = [int(found[index]) for index in range(1, 7)]
    try:
        fraction = int(((found[7] or "") + "000000")[:6])
        return datetime(*numbers, fraction, tzinfo=timezone(offset)).astimezone(UTC)  # type: ignore[misc,arg-type]
    except (ValueError, OverflowError):
        return None


def day(text: str) -> date | None:
    """The day that a text names, or None."""
    found = _DAY.fullmatch(text.strip())
    try:
        return date(int(found[1]), int(found[2]), int(found[3])) if found else None
    except ValueError:
        return None


def true(text: str) -> bool:
    """Whether a boolean's text says true."""
    return text.strip() in ("true", "1")


def schema_problem(text: str, kind: Simple) -> str:
    """What the schema has against a value, in words; empty where nothing."""
    if kind.flag:
        return "" if text in ("", "true") else "the only value is true; leave out a flag that is not set"
    if kind.values and text not in kind.values:
        return "the value is not one of the listed ones"
    if kind.pattern and not re.fullmatch(kind.pattern, text, re.ASCII):
        return f"the value does not follow the pattern {kind.pattern}"
    text = text.strip(" \t\r\n")
    if kind.base == "boolean":
        return "" if text in ("true", "false", "1", "0") else "the value is not true or false"
    if kind.base == "double":
        return "" if _DECIMAL.fullmatch(text) else "the value is not a number"
    if kind.base in _RANGES:
        limit = _RANGES[kind.base]
        good = len(text) <= 30 and _WHOLE.fullmatch(text) and -limit <= int(text) < limit
        return "" if good else "the value is not a whole number of the allowed size"
    if kind.base == "date":
        return "" if day(text) else "the value is not a date in the form YYYY-MM-DD"
    if kind.base == "dateTime":
        found = _MOMENT.fullmatch(text)
        good = found is not None and _moment(found) is not None
        return "" if good else "the value is not a date and time as in 2026-01-31T23:59:59Z"
    return ""


def documentation_problem(text: str, kind: Simple, now: datetime) -> str:
    """What the documentation has against a value that the schema accepts; empty where nothing."""
    if kind.flag or kind.base in ("boolean", "double"):
        return ""
    if kind.base in _RANGES:
        return _ranged(int(text), kind)
    if not text.strip():
        return "" if kind.blank else "the value is blank"
    if kind.maximum is not None and len(text) > kind.maximum:
        return f"the value is longer than {kind.maximum} characters"
    if kind.base == "date":
        born = day(text)
        return "the date is not in the past" if kind.past and born and born > now.date() else ""
    if kind.base == "dateTime":
        at = moment(text)
        if at is None:
            return "the date and time has no explicit offset or Z"
        return "the date and time is not in the past" if kind.past and at > now else ""
    return _formed(text, kind.form)


def _ranged(number: int, kind: Simple) -> str:
    if kind.low is not None and number < kind.low:
        return f"the value is less than {kind.low}"
    return f"the value is more than {kind.high}" if kind.high is not None and number > kind.high else ""


def _formed(text: str, form: str) -> str:
    if form == "url":
        return "" if _is_url(text) else "the value is not a valid URL"
    if form == "email":
        return _email(text)
    if form == "ip":
        return "" if _is_ip(text) else "the value is not an IPv4 or IPv6 address"
    return ""


def _is_url(text: str) -> bool:
    if any(letter.isspace() or ord(letter) < 32 or 127 <= ord(letter) < 160 for letter in text):
        return False
    try:
        parts = urlsplit(text)
        return parts.scheme.lower() in _SCHEMES and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _email(text: str) -> str:
    local, at, domain = text.rpartition("@")
    if len(local) > 64:
        return "the part of the email address before the @ is longer than 64 characters"
    dots = local.startswith(".") or local.endswith(".") or ".." in local
    labels = domain.split(".")
    if not at or dots or not _LOCAL.fullmatch(local) or len(labels) < 2:
        return "the value is not a well-formed email address"
    good = all(len(label) <= 63 and _LABEL.fullmatch(label) for label in labels)
    return "" if good else "the value is not a well-formed email address"


def _is_ip(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return "%" not in text
