"""The log's tree against a plain reading of RFC 6962 section 2.1, and Certificate Transparency's vectors."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.domain.merkle import (
    EMPTY_ROOT,
    Frontier,
    Tree,
    consistent,
    frontier_of,
    included,
    leaf_hash,
    link_hash,
    node_hash,
)

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


def split(count: int) -> int:
    k = 1
    while k * 2 < count:
        k *= 2
    return k


def path(m: int, entries: list[bytes]) -> list[bytes]:
    """PATH(m, D[n]) by its definition (RFC 6962, 2.1.1)."""
    if len(entries) == 1:
        return []
    k = split(len(entries))
    if m < k:
        return [*path(m, entries[:k]), tree_hash(entries[k:])]
    return [*path(m - k, entries[k:]), tree_hash(entries[:k])]


def subproof(m: int, entries: list[bytes], whole: bool = True) -> list[bytes]:
    """SUBPROOF(m, D[n], b) by its definition (RFC 6962, 2.1.2)."""
    if m == len(entries):
        return [] if whole else [tree_hash(entries)]
    k = split(len(entries))
    if m <= k:
        return [*subproof(m, entries[:k], whole), tree_hash(entries[k:])]
    return [*subproof(m - k, entries[k:], False), tree_hash(entries[:k])]


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


@given(st.integers(1, 64), st.data())
def test_proofs_agree_with_the_definition(size: int, data: st.DataObject) -> None:
    entries = [bytes([n]) for n in range(size)]
    tree = Tree(leaf_hash(entry) for entry in entries)
    assert tree.root() == tree_hash(entries)
    index = data.draw(st.integers(0, size - 1))
    made = tree.inclusion(index)
    assert list(made) == path(index, entries)
    assert included(leaf_hash(entries[index]), index, size, made, tree.root())
    first = data.draw(st.integers(1, size))
    between = tree.consistency(first)
    assert list(between) == subproof(first, entries)
    assert tree.root(first) == tree_hash(entries[:first])
    assert consistent(first, size, between, tree.root(first), tree.root())
    assert tree.inclusion(min(index, first - 1), first) == tuple(path(min(index, first - 1), entries[:first]))


@given(st.integers(2, 40), st.data())
def test_no_changed_proof_is_believed(size: int, data: st.DataObject) -> None:
    tree = Tree(leaf_hash(bytes([n])) for n in range(size))
    index = data.draw(st.integers(0, size - 1))
    leaf, made, root = leaf_hash(bytes([index])), list(tree.inclusion(index)), tree.root()
    assert not included(leaf_hash(b"other"), index, size, made, root)
    assert not included(leaf, index, size, [*made, root], root)
    assert not included(leaf, index, size, made[:-1], root)
    assert not included(leaf, (index + 1) % size, size, made, root)
    at = data.draw(st.integers(0, len(made) - 1))
    assert not included(leaf, index, size, [*made[:at], b"\0" * 32, *made[at + 1 :]], root)
    first = data.draw(st.integers(1, size - 1))
    old, between = tree.root(first), list(tree.consistency(first))
    assert not consistent(first, size, between, leaf_hash(b"other"), root)
    assert not consistent(first, size, between, old, leaf_hash(b"other"))
    assert not consistent(first, size, [*between, root], old, root)
    assert not consistent(first, size, between[:-1], old, root)


def test_what_can_not_be_proved() -> None:
    tree = Tree(leaf_hash(bytes([n])) for n in range(5))
    for index, size in ((5, 5), (-1, 5), (2, 2), (0, 6)):
        with pytest.raises(ValueError):
            tree.inclusion(index, size)
    for first, second in ((0, 5), (4, 3), (1, 6)):
        with pytest.raises(ValueError):
            tree.consistency(first, second)
    assert tree.root(0) == EMPTY_ROOT
    assert Tree([]).root() == EMPTY_ROOT
    leaf = leaf_hash(b"\0")
    assert not included(leaf, 1, 1, (), leaf)
    assert included(leaf, 0, 1, (), leaf)
    assert not consistent(0, 1, (), EMPTY_ROOT, leaf)
    assert not consistent(2, 1, (), leaf, leaf)
    assert consistent(1, 1, (), leaf, leaf)
    assert not consistent(1, 1, (leaf,), leaf, leaf)
    assert not consistent(3, 5, (), leaf, leaf)


def test_the_proofs_of_certificate_transparency() -> None:
    """Published with the vectors of the roots above: paths in the tree of eight, seven and five."""
    tree = Tree(leaf_hash(bytes.fromhex(entry)) for entry in ENTRIES)
    assert [step.hex() for step in tree.inclusion(0, 8)] == [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ]
    assert [step.hex() for step in tree.consistency(6, 8)] == [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ]


def test_a_link_is_neither_leaf_nor_node() -> None:
    left, right = leaf_hash(b"a"), leaf_hash(b"b")
    assert len({link_hash(left, right), node_hash(left, right), leaf_hash(left + right)}) == 3
