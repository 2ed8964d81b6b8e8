"""The forms of single texts: what the service takes and what it does not."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest

from desk.cybertip.checks import check_report, check_value, length
from desk.cybertip.fields import at, is_record, table
from desk.cybertip.forms import email, repeats_calling_code
from desk.cybertip.model import Report
from tests.cybertip.documents import NOW
from tests.cybertip.test_checks import found, person, summary

GOOD = {
    "victim/victimPerson/email": [
        "a@example.com",
        "a.b+c@sub.example.org",
        "x" * 64 + "@example.com",
        "a@xn--bcher-kva.example",
    ],
    "reporter/legalURL": [
        "https://example.com",
        "HTTP://EXAMPLE.COM:8080/a?b#c",
        "https://bücher.example/ä",
        "https://user@192.0.2.7/",
        "ftp://example.com./x",
        "http://[2001:db8::1]/",
    ],
    "personOrUserReported/ipCaptureEvent/ipAddress": ["0.0.0.0", "::", "2001:DB8::1", "::ffff:192.0.2.1"],
}
BAD = {
    "victim/victimPerson/email": [
        "a@",
        "@example.com",
        "a@b",
        "a b@example.com",
        ".a@example.com",
        "a..b@example.com",
        "x" * 65 + "@example.com",
        "a@-example.com",
        "a@example.c0m1-",
        "a@[192.0.2.1]",
        "ä@example.com",
        "a@example.com\n",
        "a@" + "x" * 64 + ".com",
    ],
    "reporter/legalURL": [
        "example.com",
        "javascript:alert(1)",
        "https:example.com",
        "https://",
        "https:///x",
        "https://exa mple.com",
        "https://example.com/a b",
        "https://example.com/\x7f",
        "https://example.com/<",
        "https://example.com/%zz",
        "https://example.com:99999/",
        "https://example.com:0/",
        "https://[2001:db8::g]/",
        "https://[::1",
        "https://192.0.2.256/",
        "https://-a.example/",
        "https://" + "a" * 64 + ".example/",
        "https://" + "a." * 130 + "example/",
        "\x01https://example.com",
        "data://text",
    ],
    "personOrUserReported/ipCaptureEvent/ipAddress": [
        "192.0.2.7:80",
        "192.0.2.0/24",
        "192.0.2",
        "[::1]",
        " 192.0.2.7",
        "192.0.2.07",
    ],
}


def leaf(path: str) -> Any:
    """The line that holds the text at a path: an email's own text, not the email."""
    field = at(Report, path)
    return table(field.type).content if is_record(field.type) else field


@pytest.mark.parametrize(("path", "text"), [(p, t) for p, texts in GOOD.items() for t in texts])
def test_good_forms(path: str, text: str) -> None:
    assert check_value(leaf(path), text, NOW) == ()


@pytest.mark.parametrize(("path", "text"), [(p, t) for p, texts in BAD.items() for t in texts])
def test_bad_forms(path: str, text: str) -> None:
    field = leaf(path)
    assert [p.code for p in check_value(field, text, NOW)] == [field.form.value]


@pytest.mark.parametrize(
    ("number", "code", "repeats"),
    [
        ("2025550123", "+1", False),
        ("12025550123", "+1", True),
        ("+1 202 555 0123", "+1", True),
        ("+44 20", "+1", True),
        ("001 202 555 0123", "+1", True),
        ("7012345678", "+7", False),
        ("442079460123", "+44", True),
        ("020 7946 0123", "+44", False),
    ],
)
def test_a_calling_code_said_twice(number: str, code: str, repeats: bool) -> None:
    assert repeats_calling_code(number, code) is repeats


def test_a_domain_has_253_characters_at_most() -> None:
    assert email("a@" + "x." * 125 + "com") is None
    assert email("a@" + "x." * 126 + "com") is not None


def test_lengths_are_the_services() -> None:
    assert [length(text) for text in ("abc", "äöü", "𝄞x")] == [3, 3, 3]


def test_midnight_elsewhere_is_still_the_past() -> None:
    ahead = NOW.astimezone(timezone(timedelta(hours=14)))
    assert found(summary(occurred_at=ahead)) == []
    assert check_report(person(date_of_birth=date(2026, 11, 19)), datetime(2026, 11, 20, tzinfo=UTC)) == ()
