"""Checking a log row by row: for each kind of tampering the first wrong entry is named."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from desk.domain import audit
from desk.domain.audit import AuditEntry, digest_key, keyed_bytes, keyed_digest
from desk.domain.logcheck import LogCheck, first_between
from desk.domain.merkle import Frontier, Tree, leaf_hash, link_hash

NOW = datetime(2026, 1, 5, 9, 30, tzinfo=UTC)


def made(count: int = 12, *, linked_from: int = 0) -> tuple[list[list[Any]], Frontier, bytes | None]:
    head, link = Frontier(), None
    rows: list[list[Any]] = []
    for index in range(count):
        entry = AuditEntry(
            "test.wrote", NOW, 1, index % 3 or None, index % 2 or None, {"n": index, "case": 9}
        )
        raw = entry.canonical()
        if index < linked_from:
            raw = raw.replace(b'"v":2}', b'"v":1}')
        leaf = leaf_hash(raw)
        if index >= linked_from:
            link = link_hash(head.root() if link is None else link, leaf)
        head = head.append(leaf)
        rows.append([index, raw, leaf, link, entry.case_number, entry.filing_id])
    return rows, head, link


def check(rows: list[list[Any]], head: Frontier, link: bytes | None, sizes: Any = ()) -> LogCheck:
    found = LogCheck(sizes)
    found.take(rows[:5])
    found.take(rows[5:])
    found.end(head.size, head.root(), link)
    return found


@pytest.mark.parametrize("linked_from", [0, 1, 5, 12])
def test_a_whole_log_fits(linked_from: int) -> None:
    rows, head, link = made(linked_from=linked_from)
    found = check(rows, head, link, (0, 1, 7, 12))
    assert (found.wrong, found.why, found.size, found.root()) == (None, "", 12, head.root())
    tree = Tree(row[2] for row in rows)
    assert found.roots == {size: tree.root(size) for size in (0, 1, 7, 12)}
    assert check([], Frontier(), None).why == ""


def swap(rows: list[list[Any]], a: int, b: int) -> None:
    for column in range(1, 6):
        rows[a][column], rows[b][column] = rows[b][column], rows[a][column]


def forge(rows: list[list[Any]], index: int) -> None:
    rows[index][1] = rows[index][1].replace(b"wrote", b"forged")
    rows[index][2] = leaf_hash(rows[index][1])


def put_in(rows: list[list[Any]], index: int) -> None:
    for row in rows[index:]:
        row[0] += 1
    rows.insert(index, list(rows[index]))
    rows[index][0] = index
    forge(rows, index)


@pytest.mark.parametrize(
    ("tamper", "wrong"),
    [
        (lambda rows: rows[4].__setitem__(1, rows[4][1].replace(b"wrote", b"never")), 4),
        (lambda rows: rows[4].__setitem__(1, "text"), 4),
        (lambda rows: rows[4].__setitem__(2, b"\0" * 32), 4),
        (lambda rows: rows[4].__setitem__(3, b"\0" * 32), 4),
        (lambda rows: rows[4].__setitem__(3, None), 4),
        (lambda rows: rows[0].__setitem__(3, None), 0),
        (lambda rows: rows[4].__setitem__(4, 77), 4),
        (lambda rows: rows[4].__setitem__(4, None), 4),
        (lambda rows: rows[3].__setitem__(4, "x"), 3),
        (lambda rows: rows[3].__setitem__(4, 9), 3),
        (lambda rows: rows[3].__setitem__(5, None), 3),
        (lambda rows: forge(rows, 6), 6),
        (lambda rows: forge(rows, 7), 7),
        (lambda rows: swap(rows, 4, 6), 4),
        (lambda rows: swap(rows, 3, 9), 3),
        (lambda rows: rows.pop(8), 8),
        (lambda rows: rows.pop(11), 11),
        (lambda rows: put_in(rows, 4), 4),
        (lambda rows: put_in(rows, 5), 5),
        (lambda rows: rows.insert(0, [-1, *rows[0][1:]]), 0),
        (lambda rows: rows.append([12, *rows[11][1:]]), 12),
    ],
)
def test_the_first_wrong_entry_is_named(tamper: Callable[[list[list[Any]]], object], wrong: int) -> None:
    rows, head, link = made()
    tamper(rows)
    found = check(rows, head, link)
    assert found.wrong == wrong
    assert f"Entry {wrong} " in found.why


def test_an_entry_behind_the_head() -> None:
    rows, _, _ = made(13)
    _, head, link = made(12)
    found = check(rows, head, link)
    assert (found.wrong, "behind" in found.why) == (12, True)


def test_bytes_that_are_not_canonical() -> None:
    rows, head, link = made()
    rows[2][1] = json.dumps(json.loads(rows[2][1])).encode()
    rows[2][2] = leaf_hash(rows[2][1])
    found = check(rows, head, link)
    assert (found.wrong, "canonical" in found.why) == (2, True)


def test_a_head_that_was_rewritten() -> None:
    rows, head, link = made()
    for other in (check(rows, made(12, linked_from=3)[1], link), check(rows, head, b"\0" * 32)):
        assert other.wrong is None
        assert "head" in other.why


def test_entries_of_the_log_about_itself_are_collected() -> None:
    entry = AuditEntry("audit.checkpoint", NOW, None, facts={"size": 1})
    raw = entry.canonical()
    leaf = leaf_hash(raw)
    found = LogCheck()
    assert found.take([[0, raw, leaf, link_hash(Frontier().root(), leaf), None, None]])
    assert found.own == [(0, raw)]


def test_where_a_log_departs_from_what_was_known_of_it() -> None:
    old = Tree(row[2] for row in made()[0])
    rows, _, _ = made()
    forge(rows, 6)
    new = Tree(row[2] for row in rows)
    known = [(size, old.root(size)) for size in (10, 2, 6)]
    assert first_between(new.root, known) == (6, 10)
    assert first_between(old.root, known) is None
    assert first_between(new.root, known[:1]) == (0, 10)


def test_digests_under_a_cases_key() -> None:
    key = digest_key(b"wrapped")
    assert len(key) == 32
    assert keyed_bytes(key, b"abc") == keyed_digest(
        key, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    )
    assert keyed_bytes(digest_key(b"other"), b"abc") != keyed_bytes(key, b"abc")
    assert audit.VERSION == 2
