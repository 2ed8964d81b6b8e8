"""A deleted key is nowhere in the database's files: looked for in every page, decrypted here by hand."""

from __future__ import annotations

import random
import secrets
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from sqlalchemy import insert

from desk.storage.engine import WRITES
from desk.storage.tables import case_keys
from desk.storage.unit_of_work import SqlUnitOfWork
from tests.contracts.fixtures import sqlite_stores
from tests.contracts.samples import add_case
from tests.contracts.stores import KEY, SqliteStores

__all__ = ["sqlite_stores"]

PAGE, RESERVED, IV = 4096, 80, 16


def _page(raw: bytes, first: bool) -> bytes:
    """SQLCipher 4 with a raw key: AES-256-CBC, the initialisation vector in the reserved end of the page."""
    start = 16 if first else 0  # the salt, in the clear
    iv = raw[PAGE - RESERVED : PAGE - RESERVED + IV]
    decryptor = Cipher(algorithms.AES(KEY), modes.CBC(iv)).decryptor()
    return decryptor.update(raw[start : PAGE - RESERVED]) + decryptor.finalize()


def pages(folder: Path) -> bytes:
    """Every byte that the database and its write-ahead log hold, in the clear."""
    found = b""
    data = (folder / "desk.db").read_bytes()
    for at in range(0, len(data) - PAGE + 1, PAGE):
        found += _page(data[at : at + PAGE], at == 0)
    log = folder / "desk.db-wal"
    frames = log.read_bytes()[32:] if log.exists() else b""
    for at in range(0, len(frames) - PAGE - 23, PAGE + 24):
        number = int.from_bytes(frames[at : at + 4], "big")
        found += _page(frames[at + 24 : at + 24 + PAGE], number == 1)
    return found


def test_deleted_keys_are_in_no_page_and_in_no_log(sqlite_stores: SqliteStores, tmp_path: Path) -> None:
    rng = random.Random(5)
    with sqlite_stores.fresh(tmp_path) as store:
        wrapped: dict[int, bytes] = {}
        with store.engine.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
            unit = SqlUnitOfWork(connection)
            numbers = [add_case(unit, f"case-{index}") for index in range(300)]
            connection.execute(case_keys.delete())
            shuffled = rng.sample(numbers, len(numbers))
            for number in shuffled:
                wrapped[number] = secrets.token_bytes(60)
                connection.execute(insert(case_keys).values(case_number=number, wrapped=wrapped[number]))
        (tmp_path / "desk.db.0002.copy").write_bytes(b"an older copy with its keys")
        before = pages(tmp_path)
        assert all(value in before for value in wrapped.values()), "or this test looks in the wrong place"
        gone = rng.sample(numbers, 120)
        for number in gone:
            with store.write() as uow:
                assert uow.cases.forget_key(number)
        assert store.scrub()
        after = pages(tmp_path)
        assert [number for number in gone if wrapped[number] in after] == []
        assert [number for number in gone if wrapped[number][:24] in after] == []
        with store.read() as uow:
            for number in set(numbers) - set(gone):
                assert uow.cases.wrapped_key(number) == wrapped[number]
        assert (tmp_path / "desk.db-wal").stat().st_size == 0
        assert not (tmp_path / "desk.db.0002.copy").exists()
    assert [number for number in gone if wrapped[number] in pages(tmp_path)] == []


def test_a_reader_in_the_way_is_said(
    sqlite_stores: SqliteStores, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("desk.storage.engine.BUSY_MS", 50)
    with sqlite_stores.fresh(tmp_path) as store:
        with store.write() as uow:
            number = add_case(uow)
        with store.read() as reading:
            assert reading.cases.has_key(number)
            with store.write() as uow:
                uow.cases.forget_key(number)
            assert not store.scrub()
        assert store.scrub()
