"""The schema that the stand-in makes from its rule table, against documents and against the real one."""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from lxml import etree

from desk.practice.server_checks import check
from desk.practice.server_rules import Rules, rules
from desk.practice.server_table import Complex, Simple, types_of
from desk.practice.server_values import documentation_problem, schema_problem
from desk.practice.server_xml import parse
from desk.practice.server_xsd import schema
from tests.practice.server_documents import BATCHED, INCIDENTS, NOW, PERSON, details, maximal_document, report

REAL = Path(__file__).parents[3] / "shared" / "cybertip" / "cybertip.xsd"
XS = "{http://www.w3.org/2001/XMLSchema}"
TABLE = rules()


def own_schema(table: Rules = TABLE) -> etree.XMLSchema:
    return etree.XMLSchema(etree.fromstring(schema(table)))


@pytest.fixture(scope="module")
def real() -> etree._Element:
    if not REAL.exists():
        pytest.skip("the service's own schema is not beside this checkout")
    return etree.parse(REAL).getroot()


def kind_of(text: str) -> Complex:
    return TABLE.report if "<report>" in text else TABLE.file_details


def hand_made() -> dict[str, str]:
    documents = {f"incident {name}": report(middle=f"<internetDetails>{inner}</internetDetails>", end=PERSON)
                 for name, inner in INCIDENTS.items()}  # fmt: skip
    one, two = (
        f"<personOrUserReported><espIdentifier>u-{n}</espIdentifier></personOrUserReported>" for n in "12"
    )
    return documents | {
        "minimal": report(),
        "batched": report(batched=BATCHED, end=one + two),
        "all incident kinds": report(
            middle="".join(f"<internetDetails>{inner}</internetDetails>" for inner in INCIDENTS.values()),
            end=PERSON,
        ),
        "file": details(),
        "file of a batched report": details(inner="<fileAnnotations><viral/></fileAnnotations>"),
        **{
            f"maximal report {choice}": maximal_document(
                TABLE.report, leave_out=frozenset({"batchedReport"}), choice=choice
            )
            for choice in (0, 7)
        },
        "maximal file, old place": maximal_document(TABLE.file_details),
        "maximal file": maximal_document(TABLE.file_details, choice=1),
    }


@pytest.mark.parametrize("name", hand_made())
def test_good_documents_are_accepted_and_valid(name: str) -> None:
    text = hand_made()[name]
    assert [str(item) for item in check(parse(text.encode()), kind_of(text), NOW)] == []
    own_schema().assertValid(etree.fromstring(text.encode()))


@pytest.mark.parametrize("name", hand_made())
def test_good_documents_are_valid_by_the_real_schema(name: str, real: etree._Element) -> None:
    etree.XMLSchema(real).assertValid(etree.fromstring(hand_made()[name].encode()))


@pytest.mark.parametrize(
    ("tag", "key"), [("element", "name"), ("attribute", "name"), ("enumeration", "value")]
)
def test_names_are_those_of_the_real_schema(tag: str, key: str, real: etree._Element) -> None:
    def names(root: etree._Element) -> set[str]:
        return {item.attrib[key] for item in root.iter(XS + tag) if key in item.attrib}

    assert names(etree.fromstring(schema(TABLE))) == names(real)


def test_the_global_elements_are_those_of_the_real_schema(real: etree._Element) -> None:
    own = etree.fromstring(schema(TABLE))
    assert {item.get("name") for item in own.findall(XS + "element")} == {
        item.get("name") for item in real.findall(XS + "element")
    }


def test_every_enumeration_value_is_accepted() -> None:
    for kind in types_of(TABLE.report, TABLE.file_details):
        if isinstance(kind, Simple):
            for value in kind.values:
                assert not schema_problem(value, kind)
                assert not documentation_problem(value, kind, NOW)


def mutations(text: str, seed: int, count: int) -> Iterator[bytes]:
    """The document with one thing changed in its structure or in a value's lexical form."""
    dice = random.Random(seed)
    root = etree.fromstring(text.encode())
    for _ in range(count):
        other = copy.deepcopy(root)
        items = [item for item in other.iter() if item.getparent() is not None]
        item = dice.choice(items)
        parent = item.getparent()
        assert parent is not None
        act = dice.randrange(8)
        if act == 0:
            parent.remove(item)
        elif act == 1:
            item.addnext(copy.deepcopy(item))
        elif act == 2:
            item.tag = dice.choice(["unknownThing", dice.choice(items).tag])
        elif act == 3:
            parent.insert(dice.randrange(len(parent)), item)
        elif act == 4:
            item.set(dice.choice(["type", "unknown", "verified"]), dice.choice(["true", "Home", "nonsense"]))
        elif act == 5 and item.attrib:
            del item.attrib[dice.choice(list(item.attrib))]
        elif act == 6:
            item.text = dice.choice(
                ["true", "false", "", " ", "12", "2026-11-19T01:02:03", "US", "Nonsense", "99999999999"]
            )
        else:
            item.append(copy.deepcopy(dice.choice(items)))
        yield etree.tostring(other)


def count(text: str) -> int:
    """How often to change a document: the large ones take their time."""
    return 12 if len(text) > 4000 else 50


def refused_by_structure(body: bytes, kind: Complex) -> bool:
    return any(item.structural for item in check(parse(body), kind, NOW))


@pytest.mark.parametrize("seed", range(2))
def test_walker_and_schema_agree_on_structure(seed: int) -> None:
    """Two implementations of the table, ours and libxml2 on the schema made from it, never disagree."""
    valid = own_schema()
    refused = 0
    for text in hand_made().values():
        for body in mutations(text, seed, count(text)):
            verdict = refused_by_structure(body, kind_of(text))
            assert verdict is not valid.validate(etree.fromstring(body)), body
            refused += verdict
    assert refused > 100


def test_walker_and_the_real_schema_agree_on_structure(real: etree._Element) -> None:
    valid = etree.XMLSchema(real)
    for text in hand_made().values():
        for body in mutations(text, 99, count(text)):
            assert refused_by_structure(body, kind_of(text)) is not valid.validate(etree.fromstring(body)), (
                body
            )


def test_a_newer_schema_has_the_new_field() -> None:
    newer = rules(newer=True)
    text = report(
        end="<victim><victimPerson><age>12</age><ageAssertionDiscrepancy>true</ageAssertionDiscrepancy></victimPerson></victim>"
    )
    assert check(parse(text.encode()), newer.report, NOW) == []
    own_schema(newer).assertValid(etree.fromstring(text.encode()))
    assert refused_by_structure(text.encode(), TABLE.report)
    assert not own_schema().validate(etree.fromstring(text.encode()))
