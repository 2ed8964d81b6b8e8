"""Paths of policies that were moved, and moved again."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from desk.domain.policy import Policy, resolve

_paths = st.lists(st.sampled_from("abc"), min_size=1, max_size=4).map("/".join)


def test_every_move_of_a_path_is_followed() -> None:
    tree = (Policy("p", "P", former=("a", "p/b", "p/c", "p/d")),)
    assert resolve(tree, "a/b/c/d") == "p"
    assert resolve(tree, "a/b/x") == "p/x"


@given(st.lists(st.tuples(_paths, st.lists(_paths, max_size=3)), max_size=4), _paths)
def test_it_comes_to_an_end_whatever_the_tree(nodes: list[tuple[str, list[str]]], path: str) -> None:
    tree = tuple(Policy(own, own, former=tuple(former)) for own, former in nodes)
    found = resolve(tree, path)
    assert resolve(tree, found) == found
