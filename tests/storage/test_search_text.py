"""What a case is found by, and that the log is found by case."""

from __future__ import annotations

from pathlib import Path

from desk.domain.account import Account, Associated, AssociationKind, Phone
from desk.domain.audit import AuditEntry
from desk.domain.content import Content, ContentKind
from desk.domain.incident import Context, ContextKind, Incident
from desk.storage.repositories.search_text import LIMIT, search_text
from tests.contracts.samples import NOW, add_case, case_data
from tests.contracts.stores import SqliteStores


def test_ids_names_addresses_links() -> None:
    data = case_data(
        incident=Incident(
            NOW, context=Context(ContextKind.WEB_PAGE, urls=("https://example.com/Page",), emails=("x@example.com",))
        ),
        recipients=(Account(id="R-1", phones=(Phone("2025550123"),), display_names=("Display Name",)),),
        victims=(
            Account(associated=(Associated(AssociationKind.LINKED, id="other-9", screen_name="Linked"),)),
        ),
        content=(Content("c1", ContentKind.URL, url="https://example.com/Media", name="IMG_1.jpg"),),
    )  # fmt: skip
    text = search_text(data)
    for word in (
        "https://example.com/page", "x@example.com", "r-1", "2025550123", "display name", "other-9", "linked",
        "https://example.com/media", "img_1.jpg", "192.0.2.7",
    ):  # fmt: skip
        assert word in text.split("\n")


def test_bounded() -> None:
    many = tuple(Account(id=f"account-{n}") for n in range(5000))
    assert len(search_text(case_data(recipients=many))) == LIMIT


def test_the_log_of_one_case(sqlite_stores: SqliteStores, tmp_path: Path) -> None:
    with sqlite_stores.fresh(tmp_path) as store, store.write() as unit:
        number = add_case(unit)
        for case in (None, number, number + 1, number):
            unit.audit.append(AuditEntry("test.wrote", NOW, None, case_number=case))
        assert [row.index for row in unit.audit.for_case(number)] == [1, 3]


def test_the_key_of_a_case_can_be_destroyed(sqlite_stores: SqliteStores, tmp_path: Path) -> None:
    with sqlite_stores.fresh(tmp_path) as store, store.write() as unit:
        number = add_case(unit)
        unit.cases.forget_key(number)
        assert unit.cases.media(number, "c1") is None
        assert unit.cases.get(number).data == case_data()
