"""The ports Drafts, Viewings, People, SettingsTable, Audit and Store itself, on both databases."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import pytest

from desk.domain import merkle
from desk.domain.audit import AuditEntry
from desk.domain.draft import begin
from desk.domain.errors import Bug, StaleDraft, UserError
from desk.domain.roles import Role
from desk.domain.viewing import Viewing, ViewingKind
from desk.ports import Store, UnitOfWork
from tests.contracts.samples import MINUTE, NOW, add_case, case_data, digest, person


class TestTogether:
    def test_each_stands_or_falls_alone(self, store: Store) -> None:
        def put(name: str) -> Callable[[UnitOfWork], str]:
            def body(unit: UnitOfWork) -> str:
                unit.settings.set(name, True)
                return name

            return body

        def fails(unit: UnitOfWork) -> None:
            unit.settings.set("b", True)
            raise UserError("It could not be done.")

        assert list(store.together([])) == []
        assert [value for value, _ in store.together([put("one"), put("two")])] == ["one", "two"]
        made = store.together([put("a"), fails, put("c")])
        assert [value for value, _ in made] == ["a", None, "c"]
        assert [type(problem) for _, problem in made] == [type(None), UserError, type(None)]
        with store.read() as unit:
            kept = [name for name in ("one", "two", "a", "b", "c") if unit.settings.get(name)]
        assert kept == ["one", "two", "a", "c"]


class TestDrafts:
    def test_kept_at_every_change(self, store: Store) -> None:
        with store.write() as unit:
            number, operator = add_case(unit), person(unit)
            draft = begin(number, 1, case_data())
            assert unit.drafts.get(number) is None
            first = unit.drafts.save(draft, 0, NOW, operator.id)
            assert (first.version, first.saved_at) == (1, NOW)
            changed = replace(draft, additional_info="typed: \x00 ü")
            second = unit.drafts.save(changed, first.version, NOW + MINUTE, operator.id)
        with store.read() as unit:
            assert unit.drafts.get(number) == second
            assert second.draft == changed

    def test_a_change_elsewhere_is_never_overwritten(self, store: Store) -> None:
        with store.write() as unit:
            number, operator = add_case(unit), person(unit)
            draft = begin(number, 1, case_data())
            unit.drafts.save(draft, 0, NOW, operator.id)
            unit.drafts.save(draft, 1, NOW, operator.id)
            for version in (0, 1, 3):
                with pytest.raises(StaleDraft):
                    unit.drafts.save(draft, version, NOW, operator.id)
            unit.drafts.discard(number)
            unit.drafts.discard(number)
            assert unit.drafts.get(number) is None
            with pytest.raises(StaleDraft):
                unit.drafts.save(draft, 2, NOW, operator.id)


class TestViewings:
    def test_recorded_as_they_were(self, store: Store) -> None:
        with store.write() as unit:
            number, operator, other = add_case(unit), person(unit), person(unit)

            def viewing(kind: ViewingKind, at: datetime, who: int) -> Viewing:
                return Viewing(number, "c1", digest("c1"), who, kind, at, 2.5, 0.25, 0.75, 1.5)

            made = [
                viewing(ViewingKind.PLAY, NOW + MINUTE, operator.id),
                viewing(ViewingKind.REVEAL, NOW, operator.id),
                viewing(ViewingKind.METADATA, NOW, operator.id),
                viewing(ViewingKind.REVEAL, NOW, other.id),
            ]
            for one in made:
                unit.viewings.add(one)
        with store.read() as unit:
            assert unit.viewings.for_case(number) == tuple(made)
            assert unit.viewings.displays(operator.id, NOW) == ((NOW, 2.5), (NOW + MINUTE, 2.5))
            assert unit.viewings.displays(operator.id, NOW + MINUTE) == ((NOW + MINUTE, 2.5),)
            assert unit.viewings.for_case(99) == ()


class TestPeopleAndSettings:
    def test_people(self, store: Store) -> None:
        with store.write() as unit:
            first = unit.people.add("Ada", frozenset({Role.MODERATOR, Role.SUPERVISOR}), "ada@example.com")
            second = unit.people.add("Ben", frozenset())
        with store.read() as unit:
            assert unit.people.get(first.id) == first
            assert unit.people.all() == (first, second)
            with pytest.raises(UserError):
                unit.people.get(99)

    def test_settings(self, store: Store) -> None:
        with store.write() as unit:
            assert unit.settings.get("hold") is None
            unit.settings.set("hold", {"minutes": 5, "words": "\x00ü", "list": [1, None, True]})
            unit.settings.set("hold", {"minutes": 6})
            unit.settings.set("none", None)
            assert unit.settings.get("hold") == {"minutes": 6}
            assert unit.settings.get("none") is None


class TestAudit:
    def test_the_head_is_the_tree_of_its_entries(self, store: Store) -> None:
        entries = [
            AuditEntry("case.claimed", NOW + n * MINUTE, None, case_number=n, facts={"n": n})
            for n in range(7)
        ]
        with store.write() as unit:
            assert unit.audit.head().size == 0
            assert unit.audit.head().root == merkle.EMPTY_ROOT
            rows = [unit.audit.append(entry) for entry in entries]
        with store.read() as unit:
            assert unit.audit.rows() == rows
            assert [row.index for row in rows] == list(range(7))
            assert [row.entry for row in rows] == [entry.canonical() for entry in entries]
            assert unit.audit.rows(5, 1) == [rows[5]]
            head = unit.audit.head()
            assert (head.size, head.root) == (7, merkle.frontier_of(row.leaf for row in rows).root())

    def test_several_at_once_are_as_one_after_the_other(self, store: Store) -> None:
        entries = [AuditEntry(f"filing.{number}", NOW, None) for number in range(5)]
        with store.write() as unit:
            assert unit.audit.append_all(()) == ()
            rows = (unit.audit.append(entries[0]), *unit.audit.append_all(entries[1:4]))
        with store.write() as unit:
            rows += unit.audit.append_all(entries[4:])
        with store.read() as unit:
            assert tuple(unit.audit.rows()) == rows
            assert [row.entry for row in rows] == [entry.canonical() for entry in entries]
            head = unit.audit.head()
            assert (head.size, head.root) == (5, merkle.frontier_of(row.leaf for row in rows).root())

    def test_nothing_of_an_undone_act_is_logged(self, store: Store) -> None:
        def undone() -> None:
            with store.write() as unit:
                unit.audit.append(AuditEntry("case.claimed", NOW, None))
                raise UserError("changed my mind")

        with pytest.raises(UserError):
            undone()
        with store.read() as unit:
            assert unit.audit.head().size == 0


class TestStore:
    def test_everything_or_nothing(self, store: Store) -> None:
        def undone() -> None:
            with store.write() as unit:
                add_case(unit)
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            undone()
        with store.read() as unit:
            assert unit.cases.by_platform_id("case-1") is None

    def test_writing_while_reading_is_refused(self, store: Store) -> None:
        with pytest.raises(Bug), store.read() as unit:
            unit.people.add("Ada", frozenset())

    def test_a_write_within_a_write_is_a_bug(self, store: Store) -> None:
        with store.write() as unit:
            unit.settings.set("a", 1)
            with pytest.raises(Bug, match="within"), store.write():
                pass
        with store.write() as unit:  # and the next one is free
            assert unit.settings.get("a") == 1

    def test_a_read_is_one_snapshot(self, store: Store) -> None:
        with store.write() as unit:
            unit.settings.set("a", 1)
        with store.read() as before:
            assert before.settings.get("a") == 1
            with store.write() as unit:
                unit.settings.set("a", 2)
                unit.settings.set("b", 2)
            assert before.settings.get("a") == 1
            assert before.settings.get("b") is None
        with store.read() as after:
            assert after.settings.get("a") == 2

    def test_a_time_without_a_zone_is_refused(self, store: Store) -> None:
        with pytest.raises(Bug), store.write() as unit:
            add_case(unit, received=datetime(2026, 1, 1))  # noqa: DTZ001
