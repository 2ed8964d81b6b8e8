"""The Hashes port, on both databases: what waits, what is kept, what is near."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from desk.domain.errors import UserError
from desk.domain.hashing import NEAR, PDQ, MediaHash, distance
from desk.ports import Store, UnitOfWork
from tests.contracts.samples import add_case, case_data, digest, revision, stored

VALUE = bytes(range(32))


def flipped(value: bytes, count: int, seed: int = 1) -> bytes:
    bits = sum(1 << bit for bit in random.Random(seed).sample(range(256), count))
    return (int.from_bytes(value, "big") ^ bits).to_bytes(32, "big")


def held(unit: UnitOfWork, name: str, bytes_of: str) -> int:
    new = revision(case_data(name), media={"c1": stored(name, bytes_of=bytes_of)})
    return unit.cases.add(new).number


def test_each_file_waits_once(store: Store) -> None:
    with store.write() as unit:
        first = held(unit, "one", "same")
        held(unit, "two", "same")
        held(unit, "three", "other")
    with store.read() as unit:
        waiting = unit.hashes.waiting(PDQ)
        assert [(one.case_number, one.content_id) for one in waiting] == [(first, "c1"), (3, "c1")]
        assert waiting[0].media.sha256 == digest("same")
        assert [one.media.sha256 for one in unit.hashes.waiting(PDQ, skip=[digest("same")])] == [
            digest("other")
        ]
        assert len(unit.hashes.waiting(PDQ, limit=1)) == 1
    with store.write() as unit:
        unit.hashes.put(digest("same"), PDQ, [], "unsupported")
        unit.hashes.put(digest("other"), PDQ, [MediaHash(VALUE, 80)])
    with store.read() as unit:
        assert unit.hashes.waiting(PDQ) == ()
        assert len(unit.hashes.waiting("another kind")) == 2


def test_hashes_come_back_and_are_replaced(store: Store) -> None:
    film = [MediaHash(VALUE, 90, 0.5), MediaHash(flipped(VALUE, 100), 20, 1.5)]
    with store.write() as unit:
        unit.hashes.put("a", PDQ, film)
        assert unit.hashes.of("a", PDQ) == tuple(film)
        unit.hashes.put("a", PDQ, film[:1])
        assert unit.hashes.of("a", PDQ) == (film[0],)
        assert unit.hashes.of("a", "other") == ()


def test_the_near_are_found_the_nearest_first(store: Store) -> None:
    with store.write() as unit:
        for name, bits in (("me", 0), ("twin", 0), ("at 3", 3), ("at 31", 31), ("at 32", 32), ("far", 120)):
            unit.hashes.put(name, PDQ, [MediaHash(flipped(VALUE, bits), 80)])
        unit.hashes.put("poor", PDQ, [MediaHash(VALUE, 49)])
        unit.hashes.put(
            "film", PDQ, [MediaHash(flipped(VALUE, 128), 80, 0.0), MediaHash(flipped(VALUE, 9), 80, 1.0)]
        )
    with store.read() as unit:
        assert unit.hashes.near("me", PDQ) == (("twin", 0), ("at 3", 3), ("film", 9), ("at 31", 31))
        assert unit.hashes.near("me", PDQ, 1) == (("twin", 0),)
        assert unit.hashes.near("poor", PDQ) == ()
        assert unit.hashes.near("nobody", PDQ) == ()
        assert ("me", 9) in unit.hashes.near("film", PDQ)


@pytest.mark.parametrize("seed", range(5))
def test_nothing_near_is_missed_among_many(store: Store, seed: int) -> None:
    rng = random.Random(seed)
    values = {f"n{number}": rng.randbytes(32) for number in range(60)}
    values |= {
        f"near{number}": flipped(VALUE, rng.randrange(40), seed * 100 + number) for number in range(20)
    }
    with store.write() as unit:
        unit.hashes.put("me", PDQ, [MediaHash(VALUE, 80)])
        for name, value in values.items():
            unit.hashes.put(name, PDQ, [MediaHash(value, 80)])
    wanted = {
        (name, distance(value, VALUE)) for name, value in values.items() if distance(value, VALUE) <= NEAR
    }
    with store.read() as unit:
        assert set(unit.hashes.near("me", PDQ, 100)) == wanted


def test_an_erased_case_takes_along_the_hashes_that_were_its_own(store: Store) -> None:
    with store.write() as unit:
        mine = held(unit, "mine", "own")
        other = revision(case_data("shared"), media={"c1": stored("s", bytes_of="shared")})
        unit.cases.add(other)
        unit.cases.add_revision(
            mine, replace(other, data=case_data("mine", summary="more"), digest=digest("x"), media={
                "c2": stored("copy", bytes_of="shared")})
        )  # fmt: skip
        for name in ("own", "shared"):
            unit.hashes.put(digest(name), PDQ, [MediaHash(VALUE, 80)])
        unit.hashes.forget(mine)
        assert unit.hashes.of(digest("own"), PDQ) == ()
        assert unit.hashes.of(digest("shared"), PDQ) != ()
        assert unit.hashes.near(digest("shared"), PDQ) == ()


def test_keys_are_forgotten_once(store: Store) -> None:
    with store.write() as unit:
        number = add_case(unit)
        assert unit.cases.has_key(number)
        assert unit.cases.blobs(number) == (stored("case-1").blob,)
        assert unit.cases.forget_key(number)
        assert not unit.cases.has_key(number)
        assert not unit.cases.forget_key(number)
        assert unit.cases.media(number, "c1") is None
        assert unit.hashes.waiting(PDQ) == ()
        with pytest.raises(UserError, match="no case"):
            unit.cases.has_key(99)
    assert store.scrub()
