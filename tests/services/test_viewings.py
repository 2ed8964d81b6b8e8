"""What recorded viewings say of a case's content."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from desk.services.viewings import joined


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)).map(lambda p: (min(p), max(p))), max_size=12))
def test_joined_stretches_are_in_order_apart_and_cover_the_same(some: list[tuple[float, float]]) -> None:
    made = joined(some)
    assert all(a[1] < b[0] for a, b in pairwise(made))
    for start, end in some:
        assert any(a <= start and end <= b for a, b in made)
    for edge in (value for pair in made for value in pair):
        assert any(edge in pair for pair in some)
