"""What makes two pieces of content the same (case package, version 1)."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.domain.content import (
    SUGGESTED_ANNOTATIONS,
    Content,
    ContentKind,
    FileAnnotation,
    Match,
    Message,
    identity,
)

SHA = "ab" * 32
FILE = Content("c", ContentKind.IMAGE, file="1.jpg", sha256=SHA, url="https://example.com/1")
TEXT = Content("c", ContentKind.TEXT, text="a post", url="https://example.com/2")
CHAT = Content("c", ContentKind.CHAT, messages=(Message("a", "b"),))


def test_the_platforms_own_id_comes_first() -> None:
    one, two = replace(FILE, uid="m-1"), replace(TEXT, uid="m-1")
    assert identity(one, "u-1") == identity(two, "u-2") == identity(one, None) == "uid:m-1"
    assert identity(replace(FILE, uid="m-2"), "u-1") != identity(one, "u-1")


def test_then_the_account_with_the_bytes_or_the_text() -> None:
    assert identity(FILE, "u-1") == identity(replace(FILE, id="d", name="n", url=None), "u-1")
    assert identity(FILE, "u-1") != identity(
        FILE, "u-2"
    )  # the same bytes of another account are another piece
    assert identity(FILE, "u-1") != identity(replace(FILE, sha256="cd" * 32), "u-1")
    assert identity(TEXT, "u-1") != identity(replace(TEXT, text="another"), "u-1")
    assert identity(TEXT, "u-1") == identity(replace(TEXT, sha256=SHA), "u-1")  # the text's own digest counts
    assert identity(CHAT, "u-1") is not None


def test_then_the_url_and_else_nothing() -> None:
    assert identity(FILE, None) == identity(FILE, "") == "url:https://example.com/1"
    assert (
        identity(Content("c", ContentKind.URL, url="https://example.com/3"), "u-1")
        == "url:https://example.com/3"
    )
    assert identity(replace(FILE, url=None), None) is None
    assert identity(replace(FILE, sha256=None), "u-1") == "url:https://example.com/1"


def test_an_account_id_does_not_stand_in_the_key() -> None:
    assert "someone" not in (identity(FILE, "someone") or "")


@given(st.text(max_size=9), st.text(max_size=9), st.text(max_size=9), st.text(max_size=9))
def test_identities_of_different_things_never_meet(uid: str, url: str, account: str, sha: str) -> None:
    keys = [
        identity(Content("c", ContentKind.IMAGE, uid=f"u{uid}"), None),
        identity(Content("c", ContentKind.URL, url=f"u{url}"), None),
        identity(Content("c", ContentKind.IMAGE, sha256=f"s{sha}"), f"a{account}"),
    ]
    assert len(set(keys)) == 3


def test_digests_of_talk_cover_who_said_what_when() -> None:
    at = datetime(2026, 3, 2, tzinfo=UTC)
    message = Message("a", "b", "c", at)
    others = [
        (Message("ab", "", "c", at),), (Message("a", "b", None, at),), (Message("a", "b", "c"),),
        (message, message), (Message("a", "x", "c", at),), (),
    ]  # fmt: skip
    digests = [replace(CHAT, messages=m).text_digest() for m in ((message,), *others)]
    assert len(set(digests)) == len(digests)
    assert TEXT.text_digest() == hashlib.sha256(b"a post").hexdigest()
    assert FILE.text_digest() is None
    assert replace(TEXT, text=None).text_digest() is None


def test_kinds_matches_and_names() -> None:
    assert {k for k in ContentKind if k.has_file} == {"image", "video", "audio", "document"}
    assert not FILE.known_match
    assert replace(FILE, matches=(Match("industry"),)).known_match
    assert set(SUGGESTED_ANNOTATIONS.values()) == set(FileAnnotation)
    assert all(SUGGESTED_ANNOTATIONS[a.value] is a for a in FileAnnotation)


@pytest.mark.parametrize("value", [FILE, TEXT, CHAT, CHAT.messages[0]], ids=lambda v: type(v).__name__)
def test_content_stays_out_of_reprs(value: object) -> None:
    assert "post" not in repr(value)
    assert "example" not in repr(value)
