"""Batched reports (Appendix E): what is composed passes every check, the schema's and the stand-in's."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from xml.etree import ElementTree

from hypothesis import given, settings
from hypothesis import strategies as st

from desk.cybertip.draft_paths import batch_path
from desk.cybertip.schema import ServiceSchema
from desk.domain.account import Account
from desk.domain.batch import BATCH_MARKS, to_batch
from desk.domain.draft import Batch, BatchMember, Draft, begin
from desk.domain.incident import IncidentType
from desk.practice.server_checks import check
from desk.practice.server_relations import batched_file
from desk.practice.server_rules import rules
from desk.practice.server_xml import parse
from tests.cybertip.documents import schema_bytes
from tests.cybertip.test_compose import (
    CASE,
    CHAT,
    COMPANY,
    COMPOSER,
    DRAFT,
    EVERYTHING,
    FILM,
    NOW,
    PHOTO,
    SEEN,
    paths,
)

BATCH = to_batch(DRAFT, "c1", [BatchMember(2, "u-2"), BatchMember(3, "u-3"), BatchMember(4, "u-2")])


def _made(base: Draft, marks: Any, ids: list[str], reported: Account) -> Draft:
    members = tuple(BatchMember(number, one) for number, one in enumerate(ids, 2))
    return replace(base, reported=replace(reported, id="u-1"), batch=Batch("c1", members, marks))


ANY = st.builds(
    _made,
    st.sampled_from([DRAFT, replace(begin(1, 1, CASE), incident_type=IncidentType.CSAM)]),
    st.frozensets(st.sampled_from(sorted(BATCH_MARKS)), min_size=1),
    st.lists(st.from_regex(r"u-[0-9a-z]{1,200}", fullmatch=True), min_size=1, max_size=20, unique=True),
    st.sampled_from([EVERYTHING, Account()]),
)


@settings(max_examples=15, deadline=None)
@given(ANY)
def test_every_batch_passes_every_check_and_says_nothing_forbidden(draft: Draft) -> None:
    assert COMPOSER.check(draft, CASE, COMPANY, {"c1": SEEN}, NOW) == ()
    composed = COMPOSER.compose(draft, CASE, COMPANY, {"c1": SEEN}, NOW)
    (file,) = composed.files
    details = COMPOSER.details(file.details_xml, "42", "0a1b")
    assert check(parse(composed.report_xml), rules().report, NOW) == []
    about = parse(details)
    assert check(about, rules().file_details, NOW) == []
    assert list(batched_file(about)) == []
    assert b"IMG_1" not in composed.report_xml + details
    assert file.name == "file.jpg"


def test_a_batch_is_valid_against_the_schema() -> None:
    schema = ServiceSchema(schema_bytes())
    composed = COMPOSER.compose(BATCH, CASE, COMPANY, {"c1": SEEN}, NOW)
    assert schema.validate(composed.report_xml) == ()
    assert schema.validate(COMPOSER.details(composed.files[0].details_xml, "42", "0a1b")) == ()


def test_a_batch_names_every_account_once_and_no_more() -> None:
    made = COMPOSER.compose(BATCH, CASE, COMPANY, {}, NOW).report_xml
    assert b'<batchedReport reason="VIRAL_POTENTIAL_MEME"/>' in made
    ids = [
        [(child.tag, child.text) for child in person]
        for person in ElementTree.fromstring(made).iter("personOrUserReported")
    ]
    assert ids == [[("espIdentifier", one)] for one in ("u-1", "u-2", "u-3")]
    assert COMPOSER.replaced(BATCH, CASE, COMPANY, {}) == ()


def test_what_a_batch_lacks_is_said_at_its_fields() -> None:
    batch, reported = BATCH.batch, BATCH.reported
    assert batch is not None
    assert reported is not None
    assert paths(replace(BATCH, batch=replace(batch, members=()))) == [("batch.members", "missing")]
    unmarked = replace(BATCH, batch=replace(batch, annotations=frozenset()))
    assert paths(unmarked) == [("batch.annotations", "batched_mark")]
    assert paths(replace(BATCH, batch=replace(batch, content_id="c3"))) == [("batch", "missing")]
    nameless = replace(BATCH, reported=replace(reported, id=None))
    assert paths(nameless) == [("reported.id", "batched_id")]
    long = replace(batch, members=(BatchMember(2, "u"), BatchMember(3, "x" * 256)))
    assert paths(replace(BATCH, batch=long)) == [("batch.members[1]", "too_long")]
    assert batch_path("incidentSummary/platform") == "platform"


def test_a_batched_file_has_a_name_that_says_nothing() -> None:
    for name, said in ((None, "file"), ("a.JPG", "file.jpg"), ("a.b c", "file"), ("x" * 90, "file")):
        case = replace(CASE, content=(replace(PHOTO, name=name), FILM, CHAT))
        assert COMPOSER.compose(BATCH, case, COMPANY, {}, NOW).files[0].name == said
