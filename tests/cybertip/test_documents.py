"""Properties over thousands of documents, against the service's own schema."""

from __future__ import annotations

import contextlib
import os
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from desk.cybertip import xml
from desk.cybertip.checks import check_file, check_filing, check_report
from desk.cybertip.fields import Kind, table
from desk.cybertip.model import Document, Report, ReportDoneResponse, ReportResponse
from desk.cybertip.model_files import FileDetails
from desk.cybertip.schema import PartKind, ServiceSchema, parts_of_schema
from tests.cybertip.documents import (
    NOW,
    Maker,
    accepted_documents,
    batched_details,
    maximal_report,
    minimal_report,
    schema_bytes,
    schema_only_documents,
)

FACTOR = int(os.environ.get("DESK_EXAMPLES_FACTOR", "1"))
"""For a long run by hand: multiplies the number of examples."""


def examples(count: int) -> settings:
    return settings(
        max_examples=count * FACTOR,
        deadline=None,
        database=None,
        suppress_health_check=[HealthCheck.too_slow],
    )


SEEDS = st.integers(0, 2**32)
BATCH = next(d for d in accepted_documents() if isinstance(d, Report) and d.batched is not None)


@pytest.fixture(scope="module")
def service() -> ServiceSchema:
    return ServiceSchema(schema_bytes())


def problems(document: Document) -> tuple[Any, ...]:
    if isinstance(document, Report):
        return check_report(document, NOW)
    assert isinstance(document, FileDetails)
    return check_file(document, NOW)


def same(document: Any, other: Any) -> bool:
    """Whether two records hold the same, field by field (times by instant)."""
    return bool(document == other)


@pytest.mark.parametrize("cls", [Report, FileDetails, ReportResponse, ReportDoneResponse])
@examples(250)
@given(seed=SEEDS, density=st.sampled_from([0.05, 0.2, 0.5]))
def test_write_read_write_is_the_identity(cls: type, seed: int, density: float) -> None:
    document = Maker(seed, density).record(cls)
    once = xml.write(document)
    again = xml.read(once)
    assert same(again, document)
    assert xml.write(again) == once


@examples(1000)
@given(seed=SEEDS, density=st.sampled_from([0.05, 0.2, 0.5]), cls=st.sampled_from([Report, FileDetails]))
def test_generated_documents_are_accepted_and_valid(
    service: ServiceSchema, seed: int, density: float, cls: type
) -> None:
    document = Maker(seed, density).record(cls)
    assert problems(document) == ()
    assert service.validate(xml.write(document)) == ()


WILD: dict[Kind, st.SearchStrategy[Any]] = {
    Kind.TEXT: st.text(max_size=60)
    | st.characters()
    | st.sampled_from(["", " ", "x" * 3001, "\x00", "\u200b"]),
    Kind.BOOL: st.booleans(),
    Kind.FLAG: st.booleans(),
    Kind.INT: st.integers(),
    Kind.FLOAT: st.floats(),
    Kind.DATETIME: st.datetimes(timezones=st.none() | st.timezones()),
    Kind.DATE: st.dates(),
}


def leaves(value: Any) -> list[tuple[Any, Any]]:
    """Every settable leaf: (the chain of owners, the field)."""
    found: list[tuple[Any, Any]] = []

    def go(here: Any, chain: tuple[Any, ...]) -> None:
        for field in table(type(here)).fields:
            held = getattr(here, field.name)
            if field.kind is Kind.RECORD:
                for index, item in enumerate(held if field.many else ((held,) if held is not None else ())):
                    go(item, (*chain, (field, index)))
            elif held is not None and field.kind in WILD:
                found.append((chain, field))

    go(value, ())
    return found


def put(here: Any, chain: tuple[Any, ...], field: Any, new: Any) -> Any:
    """A copy with one leaf replaced (all items of a repeated one)."""
    if not chain:
        held = getattr(here, field.name)
        return replace(here, **{field.name: tuple(new for _ in held) if field.many else new})
    (step, index), *rest = chain
    held = getattr(here, step.name)
    if not step.many:
        return replace(here, **{step.name: put(held, tuple(rest), field, new)})
    items = list(held)
    items[index] = put(items[index], tuple(rest), field, new)
    return replace(here, **{step.name: tuple(items)})


@examples(300)
@given(data=st.data(), seed=SEEDS, cls=st.sampled_from([Report, FileDetails]))
def test_whatever_is_typed_the_accepted_is_valid(
    service: ServiceSchema, data: st.DataObject, seed: int, cls: type
) -> None:
    """One or two leaves of a good document are replaced by anything at all."""
    document = Maker(seed, 0.25).record(cls)
    for _ in range(data.draw(st.integers(1, 2))):
        chain, field = data.draw(st.sampled_from(leaves(document)))
        document = put(document, chain, field, data.draw(WILD[field.kind]))
    written = xml.write(document)
    assert xml.write(xml.read(written)) == written
    if not problems(document):
        assert service.validate(written) == ()


@examples(200)
@given(seed=SEEDS, data=st.binary(max_size=40), at=st.integers(0, 4000))
def test_damaged_bytes_are_read_or_refused_never_worse(seed: int, data: bytes, at: int) -> None:
    whole = xml.write(Maker(seed, 0.1).record(Report))
    at %= len(whole)
    with contextlib.suppress(xml.Unreadable):
        xml.read(whole[:at] + data + whole[at + len(data) :])


def test_the_maximal_documents_are_accepted_valid_and_use_everything(service: ServiceSchema) -> None:
    accepted = list(accepted_documents())
    for document in accepted:
        assert problems(document) == ()
    used: set[tuple[str, str, str]] = set()
    texts: dict[str, set[str]] = {}
    for whole in (*accepted, *schema_only_documents()):
        written = xml.write(whole)
        assert service.validate(written) == ()
        collect(etree.fromstring(written), "", used, texts)

    values: dict[str, set[str]] = {}
    wanted: set[tuple[str, str, str]] = set()
    for path, kind, name in parts_of_schema(etree.fromstring(schema_bytes())):
        if kind is PartKind.VALUE:
            values.setdefault(path, set()).add(name)
        else:
            wanted.add((path, kind.value, name))
    assert wanted - used == set()
    # A list of values is declared once and stands in many places: all of it must be used in one of them or another.
    by_list: dict[frozenset[str], set[str]] = {}
    for path, names in values.items():
        by_list.setdefault(frozenset(names), set()).update(texts.get(path, set()))
    assert len(by_list) == 12
    missing = {name for names, seen in by_list.items() for name in names - seen}
    assert missing == set()


def collect(element: Any, path: str, used: set[tuple[str, str, str]], texts: dict[str, set[str]]) -> None:
    used.add((path, "element", element.tag))
    here = f"{path}/{element.tag}" if path else element.tag
    texts.setdefault(here, set()).add(element.text or "")
    for name, value in element.attrib.items():
        used.add((here, "attribute", name))
        texts.setdefault(f"{here}/@{name}", set()).add(value)
    for child in element:
        collect(child, here, used, texts)


def test_the_minimal_documents_are_accepted_and_valid(service: ServiceSchema) -> None:
    for document in (minimal_report(), FileDetails(report_id=1, file_id="f")):
        assert problems(document) == ()
        assert service.validate(xml.write(document)) == ()


@given(seed=SEEDS)
@examples(50)
def test_a_batch_with_its_one_file_is_accepted(seed: int) -> None:
    batch = BATCH
    file = batched_details(Maker(seed, 0.5).record(FileDetails))
    assert check_filing(batch, [file], NOW) == ()


def test_the_maximal_report_is_maximal() -> None:
    assert len(xml.write(maximal_report())) > 35_000
