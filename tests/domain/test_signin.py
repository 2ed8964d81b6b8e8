"""Passwords, throttling and codes: the RFC's own vectors, and an independent implementation."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from hypothesis import given, settings
from hypothesis import strategies as st

from desk.domain.errors import UserError
from desk.domain.signin import (
    FORGOTTEN_AFTER,
    FREE,
    LONGEST,
    MIN_CHARACTERS,
    Access,
    Attempts,
    TooSoon,
    account_matches,
    check_password,
    code_text,
    code_uri,
    groups,
    looks_like_recovery,
    matching_step,
    name_digest,
    recovery_digest,
    step_of,
    totp,
)

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


# -- passwords


def test_a_password_is_long_and_otherwise_as_people_like_it() -> None:
    for fine in ("four words of it", "            ", "aaaaaaaaaaaa", "pässwörd-ünd-so", "1" * 256):
        check_password(fine, "Ada")
    for short in ("", "elevenchars", "e\u0301" * 11):
        with pytest.raises(UserError, match=f"at least {MIN_CHARACTERS}") as told:
            check_password(short)
        assert short == "" or short not in told.value.words()
    with pytest.raises(UserError, match="longer than 256"):
        check_password("1" * 257)
    with pytest.raises(UserError, match="is the name"):
        check_password(" ADA Lovelace ", "Ada Lovelace")


def test_names_are_compared_as_people_read_them() -> None:
    assert name_digest("Ada ") == name_digest("ＡＤＡ") != name_digest("Ade")


# -- throttling


def test_waits_grow_and_end() -> None:
    attempts, waits = Attempts(), []
    now = NOW
    for _ in range(16):
        attempts = attempts.counted(now)
        waits.append(attempts.wait(now).total_seconds())
        now += attempts.wait(now)
    assert waits[:FREE] == [0] * FREE
    assert waits[FREE : FREE + 4] == [2, 4, 8, 16]
    assert waits[-1] == LONGEST.total_seconds()
    assert attempts.wait(now) == timedelta(0)
    assert attempts.counted(now + FORGOTTEN_AFTER) == Attempts(1, now + FORGOTTEN_AFTER)


@settings(max_examples=60)
@given(st.integers(0, 10_000), st.integers(-(10**9), 10**9))
def test_never_longer_than_the_longest_whatever_the_clock_says(failures: int, seconds: int) -> None:
    wait = Attempts(failures, NOW).wait(NOW + seconds * SECOND)
    assert timedelta(0) <= wait <= LONGEST


def test_too_soon_says_whole_seconds() -> None:
    assert "in 2 s" in TooSoon(timedelta(seconds=1.2)).words()
    assert "in 1 s" in TooSoon(timedelta(microseconds=1)).words()


# -- codes


@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (59, "94287082"),
        (1111111109, "07081804"),
        (1111111111, "14050471"),
        (1234567890, "89005924"),
        (2000000000, "69279037"),
        (20000000000, "65353130"),
    ],
)
def test_the_vectors_of_rfc_6238(seconds: int, code: str) -> None:
    """Appendix B has eight digits; six are the last six of them."""
    assert totp(b"12345678901234567890", seconds // 30) == code[-6:]


@settings(max_examples=40)
@given(st.binary(min_size=20, max_size=20), st.integers(0, 2**40))
def test_the_same_as_another_implementation(secret: bytes, step: int) -> None:
    other = TOTP(secret, 6, SHA1(), 30)
    assert other.generate(step * 30).decode() == totp(secret, step)


def test_a_code_works_once_and_a_step_to_either_side() -> None:
    secret, now = bytes(20), step_of(NOW)
    for step in (now - 1, now, now + 1):
        assert matching_step(secret, totp(secret, step), NOW, 0) == step
    assert matching_step(secret, " 123 456", NOW, 0) is None
    for step in (now - 2, now + 2):
        assert matching_step(secret, totp(secret, step), NOW, 0) is None
    assert matching_step(secret, totp(secret, now), NOW, now) is None
    assert matching_step(secret, totp(secret, now - 1), NOW, now) is None
    spaced = totp(secret, now)
    assert matching_step(secret, f"{spaced[:3]} {spaced[3:]}", NOW, now - 1) == now
    assert matching_step(secret, "\ud800", NOW, 0) is None


def test_a_secret_as_text_and_as_uri() -> None:
    secret = b"12345678901234567890"
    assert code_text(secret) == "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ"
    uri = urlsplit(code_uri(secret, "Ada & Co"))
    assert (uri.scheme, uri.netloc, unquote(uri.path)) == ("otpauth", "totp", "/Tipline Desk:Ada & Co")
    asked = parse_qs(uri.query)
    assert asked == {"secret": ["GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"], "issuer": ["Tipline Desk"]}


def test_recovery_codes_are_read_as_they_are_written() -> None:
    code = groups(bytes(range(10)))
    assert looks_like_recovery(code)
    assert not looks_like_recovery("123 456")
    assert recovery_digest(1, code) == recovery_digest(1, code.upper().replace("-", " "))
    assert recovery_digest(1, code) != recovery_digest(2, code)


# -- accounts of the system


def test_an_account_by_both_parts_or_by_the_user() -> None:
    assert account_matches("ada", "ada@desk-1")
    assert account_matches("Ada@desk-1", "ada@desk-1")
    assert not account_matches("ada@desk-2", "ada@desk-1")
    assert not account_matches("ad", "ada@desk-1")
    assert not account_matches("", "")
    assert not account_matches("", "@desk-1")


def test_what_is_kept_shows_no_secret() -> None:
    shown = repr(Access(1, password="$argon2id$secret", code_key=b"secret"))
    assert "secret" not in shown
    assert Access(1, account="ada").can_sign_in
    assert not Access(1).can_sign_in
    assert not Access(1, active=False, account="ada").can_sign_in
