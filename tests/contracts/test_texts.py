"""Texts and conversations that are the same in several cases, on both databases."""

from __future__ import annotations

from dataclasses import replace

from alembic import command
from sqlalchemy import text

from desk.domain.account import Account
from desk.domain.content import Content, ContentKind, Message, identity
from desk.ports import Occurrence
from desk.storage import schema
from desk.storage.engine import WRITES
from desk.storage.unit_of_work import SqlStore
from tests.contracts.samples import MINUTE, NOW, case_data, revision

SAID = (
    Message("u-1", "practice words \x00 مرحبا", "u-2", NOW),
    Message("u-2", "and an answer", at=NOW + MINUTE),
)
CHAT = Content("talk", ContentKind.CHAT, messages=SAID)
NOTE = Content("note", ContentKind.TEXT, text="a practice text, posted everywhere")


def fill(store: SqlStore) -> list[int]:
    numbers = []
    with store.write() as unit:
        for name, content in {
            "a": (CHAT, NOTE),
            "b": (replace(CHAT, id="other", uid="uid-9"),),
            "c": (NOTE, replace(NOTE, id="again")),
            "d": (
                replace(CHAT, messages=SAID[:1]),
                Content("u", ContentKind.URL, url="https://example.com/1"),
            ),
        }.items():
            data = case_data(name, content=content)
            if name == "c":
                data = replace(data, reported=None)
            numbers.append(unit.cases.add(revision(data, media={})).number)
        changed = case_data("a", content=(replace(NOTE, text="taken back"),), reported=Account("u-a"))
        unit.cases.add_revision(numbers[0], revision(changed, media={}))
    return numbers


def same(store: SqlStore, content: Content, but_case: int) -> tuple[Occurrence, ...]:
    with store.read() as unit:
        return unit.cases.same_texts(content.text_digest() or "", agency="ncmec", but_case=but_case)


def places(store: SqlStore, numbers: list[int]) -> list[list[tuple[int, str]]]:
    return [
        [(one.case_number - numbers[0], one.content_id) for one in same(store, content, but)]
        for content in (CHAT, NOTE, replace(NOTE, text="taken back"))
        for but in (0, numbers[0])
    ]


def test_the_same_words_are_found_in_any_revision_and_after_an_upgrade(store: SqlStore) -> None:
    numbers = fill(store)
    assert places(store, numbers) == [
        [(0, "talk"), (1, "other")],
        [(1, "other")],
        [(0, "note"), (2, "again"), (2, "note")],
        [(2, "again"), (2, "note")],
        [(0, "note")],
        [],
    ]
    with store.read() as unit:
        connection = unit.connection
        kept = connection.execute(text("SELECT * FROM case_texts ORDER BY 1, 2, 3")).all()
    assert {row.identity for row in kept if row.case_number == numbers[1]} == {"uid:uid-9"}
    assert {row.identity for row in kept if row.case_number == numbers[2]} == {None}
    assert identity(CHAT, "u-a") in {row.identity for row in kept}
    with store.engine.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
        connection.execute(text("DROP TABLE case_texts"))
        connection.execute(text("UPDATE alembic_version SET version_num = '0017'"))
    with store.engine.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
        command.upgrade(schema._config(connection), "0018")
    with store.read() as unit:
        assert unit.connection.execute(text("SELECT * FROM case_texts ORDER BY 1, 2, 3")).all() == kept
