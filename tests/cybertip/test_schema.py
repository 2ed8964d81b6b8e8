"""The service's schema: validating, and what differs from the model."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from desk.cybertip import xml
from desk.cybertip.model_files import FileDetails
from desk.cybertip.schema import MAX_DEPTH, SchemaUnusable, ServiceSchema, Side
from tests.cybertip.documents import minimal_report, schema_bytes

XS = 'xmlns:xs="http://www.w3.org/2001/XMLSchema"'


def test_our_model_and_the_schema_know_the_same() -> None:
    assert ServiceSchema(schema_bytes()).differences() == ()


def test_new_and_lost_parts_are_named_with_their_places() -> None:
    data = schema_bytes()
    old = b'<xs:element name="dateOfBirth"'
    data = data.replace(old, b'<xs:element name="ageAssertionDiscrepancy" type="note"/>' + old, 1)
    data = data.replace(b'<xs:attribute name="userNotified"', b'<xs:attribute name="userTold"')
    data = data.replace(b'value="EXIF"', b'value="XMP"')
    data = data.replace(
        b"</xs:schema>",
        b'<xs:complexType name="note"><xs:sequence><xs:element name="deep" type="xs:string"/></xs:sequence></xs:complexType></xs:schema>',
    )
    found = ServiceSchema(data).differences()
    said = [d.in_words() for d in found]
    new = [d for d in found if d.name == "ageAssertionDiscrepancy"]
    assert len(new) == 1
    assert "report/victim/victimPerson" in new[0].paths
    assert not any(d.name == "deep" for d in found)
    assert {(d.side, d.name) for d in found} == {
        (Side.SERVICE, "ageAssertionDiscrepancy"),
        (Side.SERVICE, "userTold"),
        (Side.DESK, "userNotified"),
        (Side.SERVICE, "XMP"),
        (Side.DESK, "EXIF"),
    }
    assert "The service knows the value XMP, at fileDetails/details/@type." in said


def test_whole_documents_may_be_missing_or_nest_without_end() -> None:
    endless = f"""<xs:schema {XS}>
      <xs:element name="report" type="again"/>
      <xs:complexType name="again"><xs:sequence>
        <xs:element name="x" type="again" minOccurs="0"/><xs:element ref="side" minOccurs="0"/>
      </xs:sequence></xs:complexType>
      <xs:element name="side"/>
    </xs:schema>"""
    found = ServiceSchema(endless.encode()).differences()
    names = {d.name for d in found if d.side is Side.SERVICE}
    assert names == {"x", "side"}
    assert max(path.count("/") for d in found for path in d.paths) <= MAX_DEPTH + 1
    assert {"fileDetails", "incidentSummary"} <= {d.name for d in found if d.side is Side.DESK}


def test_a_document_is_validated_with_the_place_and_without_the_value() -> None:
    service = ServiceSchema(schema_bytes())
    good = xml.write(minimal_report())
    assert service.validate(good) == ()
    bad = good.replace(b"2026-11-19T12", b"my-secret-value")
    (problem, *_) = service.validate(bad)
    assert problem.path == "incidentSummary/incidentDateTime"
    assert problem.code == "schema"
    assert "secret" not in problem.message
    extra = service.validate(good.replace(b"<reporter>", b"<zzz/><reporter>"))
    assert "zzz" in extra[0].message
    assert service.validate(b"<reporter/>")[0].code == "schema_root"
    assert service.validate(good.replace(b"<report>", b'<report xmlns="urn:x">'))[0].code == "schema_root"
    assert len(service.sha256) == 64


def test_many_threads_share_one_schema() -> None:
    service = ServiceSchema(schema_bytes())
    good, bad = xml.write(minimal_report()), xml.write(FileDetails())
    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(service.validate, [good, bad] * 50))
    assert [bool(r) for r in results] == [False, True] * 50


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<html/>",
        b"<!DOCTYPE x><x/>",
        f'<xs:schema {XS}><xs:import namespace="urn:x" schemaLocation="http://127.0.0.1:1/x"/></xs:schema>'.encode(),
        f'<xs:schema {XS}><xs:include schemaLocation="file:///dev/null"/></xs:schema>'.encode(),
        f'<xs:schema {XS}><xs:element name="a" type="nowhere"/></xs:schema>'.encode(),
    ],
)
def test_what_is_no_usable_schema_is_refused(data: bytes) -> None:
    with pytest.raises(SchemaUnusable):
        ServiceSchema(data)


def test_the_same_bytes_have_the_same_digest() -> None:
    data = schema_bytes()
    assert ServiceSchema(data).sha256 == ServiceSchema(data).sha256
    assert replace(minimal_report(), note="x") != minimal_report()


TOGETHER = """
import sys, threading
from desk.cybertip.schema import ServiceSchema

data = sys.stdin.buffer.read()
begin = threading.Barrier(6)

def use() -> None:
    begin.wait()
    for _ in range(5):
        ServiceSchema(data).validate(b"<report><a>1</a></report>")

threads = [threading.Thread(target=use) for _ in range(6)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
"""


def test_first_schemas_made_by_many_threads_at_once() -> None:
    """In a process that has made none before: libxml2 guards its first steps by nothing."""
    data = b"""<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><xs:element name="report"><xs:complexType>
    <xs:sequence><xs:element name="a" type="xs:int"/></xs:sequence></xs:complexType></xs:element></xs:schema>"""
    for _ in range(3):
        subprocess.run([sys.executable, "-c", TOGETHER], input=data, check=True, timeout=200)
