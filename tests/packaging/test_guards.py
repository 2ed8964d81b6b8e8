"""The guards of tests/conftest.py themselves."""

from __future__ import annotations

import socket

import psycopg
import pytest

from tests.conftest import is_beyond_loopback


@pytest.mark.parametrize(
    ("family", "address", "beyond"),
    [
        (socket.AF_INET, ("127.0.0.1", 80), False),
        (socket.AF_INET, ("127.8.9.1", 80), False),
        (socket.AF_INET, ("localhost", 80), False),
        (socket.AF_INET6, ("::1", 80, 0, 0), False),
        (socket.AF_INET, ("192.0.2.1", 80), True),
        (socket.AF_INET6, ("2001:db8::1", 80, 0, 0), True),
        (socket.AF_INET, ("example.com", 80), True),
    ],
)
def test_only_loopback_is_let_through(family: int, address: tuple[object, ...], beyond: bool) -> None:
    assert is_beyond_loopback(family, address) is beyond


@pytest.mark.postgresql
def test_each_test_gets_an_empty_database(postgres_database: str) -> None:
    with psycopg.connect(postgres_database.replace("+psycopg", "")) as connection:
        assert connection.execute("SELECT count(*) FROM pg_class WHERE relkind = 'r' AND relnamespace = "
                                  "'public'::regnamespace").fetchone() == (0,)  # fmt: skip
