"""Near hashes share a probe, whatever they are: none can be missed."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from desk.domain.hashing import LEAST_QUALITY, NEAR, MediaHash, blocks, distance, probes

VALUE = bytes(range(32))


@given(st.binary(min_size=32, max_size=32), st.sets(st.integers(0, 255), max_size=NEAR))
def test_whatever_is_near_shares_a_probe(value: bytes, bits: set[int]) -> None:
    other = (int.from_bytes(value, "big") ^ sum(1 << bit for bit in bits)).to_bytes(32, "big")
    assert distance(value, other) == len(bits)
    assert set(probes(value)) & set(blocks(other))


def test_there_are_as_many_probes_as_promised() -> None:
    assert len(set(probes(VALUE))) == 272
    assert max(probes(b"\xff" * 32)) < 1 << 20


def test_a_hash_of_too_low_a_quality_is_not_used() -> None:
    assert MediaHash(VALUE, LEAST_QUALITY).usable
    assert not MediaHash(VALUE, LEAST_QUALITY - 1).usable
    assert "value" not in repr(MediaHash(VALUE, 80))
