"""The log's tree against a plain reading of RFC 6962 section 2.1, and Certificate Transparency's vectors."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.domain.merkle import EMPTY_ROOT, Frontier, frontier_of, leaf_hash, node_hash

ENTRIES = [
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
]  # fmt: skip
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def tree_hash(entries: list[bytes]) -> bytes:
    """MTH(D[n]) by its definition: split at the largest power of two below n."""
    if not entries:
        return hashlib.sha256(b"").digest()
    if len(entries) == 1:
        return hashlib.sha256(b"\x00" + entries[0]).digest()
    k = 1
    while k * 2 < len(entries):
        k *= 2
    return hashlib.sha256(b"\x01" + tree_hash(entries[:k]) + tree_hash(entries[k:])).digest()


def test_the_vectors_of_certificate_transparency() -> None:
    entries = [bytes.fromhex(entry) for entry in ENTRIES]
    head = Frontier()
    assert head.root().hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert head.root() == EMPTY_ROOT
    for entry, root in zip(entries, ROOTS, strict=True):
        head = head.append(leaf_hash(entry))
        assert head.root().hex() == root


@given(st.lists(st.binary(max_size=6), max_size=70))
def test_every_size_agrees_with_the_definition(entries: list[bytes]) -> None:
    head = frontier_of(leaf_hash(entry) for entry in entries)
    assert head.root() == tree_hash(entries)
    assert head.size == len(entries)
    assert len(head.roots) == len(entries).bit_count()
    assert Frontier.from_bytes(head.size, head.to_bytes()) == head


def test_a_node_is_no_leaf() -> None:
    left, right = leaf_hash(b"a"), leaf_hash(b"b")
    assert node_hash(left, right) != leaf_hash(left + right)
    assert node_hash(left, right) != node_hash(right, left)


@pytest.mark.parametrize(
    ("size", "raw"), [(0, b"x"), (1, b""), (3, b"x" * 32), (2, b"x" * 31), (-1, b"x" * 32)]
)
def test_a_head_that_does_not_fit_its_size_is_refused(size: int, raw: bytes) -> None:
    with pytest.raises(ValueError, match="does not fit"):
        Frontier.from_bytes(size, raw)
