"""A batch leaves out what Appendix E forbids, says so, and gives everything back."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desk.domain import codec
from desk.domain.account import Account
from desk.domain.batch import (
    BATCH_MARKS,
    account_ids,
    after_batch,
    as_sent,
    batched,
    covered,
    left_out,
    left_out_besides,
    left_to_report,
    remaining,
    single,
    to_batch,
)
from desk.domain.case import CaseData, LawEnforcement, Source, SourceKind
from desk.domain.completeness import assess
from desk.domain.content import Content, ContentKind, FileAnnotation, HashValue, Match, Relevance
from desk.domain.draft import Batch, BatchMember, Draft, FileChoice, begin
from desk.domain.incident import Context, ContextKind, Incident
from tests.domain.strategies import TIMES, build

SAME = "5a" * 32
FILED_AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
BYTES = st.sampled_from([SAME, "00" * 32, None])
CONTENT = st.lists(
    build(Content, sha256=BYTES),
    min_size=1,
    max_size=4,
    unique_by=lambda content: content.id,
)


@st.composite
def drafts(pick: Any) -> tuple[Draft, CaseData]:
    """A batched draft of anything, and its case."""
    content = tuple(pick(CONTENT))
    data = CaseData("x", Source(SourceKind.USER_REPORT), Incident(pick(TIMES)), content)
    files = st.builds(tuple, st.tuples(*(build(FileChoice, content_id=st.just(c.id)) for c in content)))
    marks = st.frozensets(st.sampled_from(list(FileAnnotation)))
    batch = build(Batch, content_id=st.sampled_from([c.id for c in content]), annotations=marks)
    return pick(build(Draft, files=files, batch=batch)), data


@settings(max_examples=40, deadline=None)
@given(drafts())
def test_nothing_forbidden_is_left_and_nothing_is_lost(made: tuple[Draft, CaseData]) -> None:
    draft, case = made
    sent = batched(draft, case).draft
    assert (sent.contexts, sent.recipients, sent.victims) == ((), (), ())
    assert (sent.escalate, sent.law_enforcement, sent.additional_info) == (None, None, None)
    assert sent.escalated is False
    assert sent.reported == Account(id=draft.reported.id if draft.reported else None)
    (file,) = (choice for choice in sent.files if choice.include)
    assert draft.batch is not None
    assert file.content_id == draft.batch.content_id
    assert (file.relevance, file.note) == (Relevance.REPORTED, None)
    assert file.annotations <= BATCH_MARKS
    assert batched(sent, case).draft == sent
    assert single(draft) == replace(draft, batch=None)
    assert codec.from_plain(Draft, codec.to_plain(draft)) == draft
    ids = account_ids(draft)
    assert len(ids) == len(set(ids))
    assert set(ids) >= {member.account for member in draft.batch.members}
    assert 0 <= assess(case, draft).score <= 100


FILE = Content(
    "c1",
    ContentKind.IMAGE,
    sha256=SAME,
    name="a.jpg",
    url="https://example.com/a",
    hashes=(HashValue("PDQ", "f"),),
    matches=(Match("own"),),
)
OTHER = Content("c2", ContentKind.IMAGE, sha256="00" * 32)
EXTRA = Content("c3", ContentKind.TEXT, text="a post", relevance=Relevance.SUPPLEMENTAL)


def case_of(*content: Content, **more: Any) -> CaseData:
    incident = Incident(FILED_AT, context=Context(ContextKind.WEB_PAGE, urls=("https://example.com/p",)))
    return CaseData("x", Source(SourceKind.USER_REPORT), incident, content, **more)


def test_what_is_left_out_is_said_in_words() -> None:
    data = case_of(
        FILE,
        OTHER,
        EXTRA,
        victims=(Account(id="v"),),
        recipients=(Account(id="r"),),
        law_enforcement=LawEnforcement("Example Police"),
        reported=Account(id="u"),
    )
    draft = replace(begin(1, 1, data), escalate="now", additional_info="more")
    draft = draft.with_choice(replace(draft.choice("c1"), note="n", annotations=frozenset(FileAnnotation)))
    draft = to_batch(draft, "c1", [BatchMember(2, "u-2")])
    assert draft.batch is not None
    assert draft.batch.annotations == BATCH_MARKS
    said = batched(draft, data).left_out
    assert said[0].startswith("The escalation")
    assert said[1:5] == ("The victims", "The recipients", "Where it happened", "Law enforcement")
    assert "all but its id" in said[5]
    assert said[6] == "Of the file: name, address, hashes, matches on lists, note, other annotations"
    assert said[7] == "The additional information"
    assert said[8].startswith("2 other pieces of content of this case; the case opens again")


def test_what_is_left_out_of_other_cases_only() -> None:
    own = ("The victims", "Of the file: name")
    others = [
        ("The victims", "Law enforcement"),
        ("Of the file: device", "Law enforcement", "1 piece of this case"),
    ]
    assert left_out_besides(own, others) == ("Law enforcement",)


def test_nothing_of_where_one_account_had_the_file_from() -> None:
    bare = as_sent(FILE)
    assert (bare.id, bare.sha256, bare.name, bare.url, bare.hashes) == ("c1", SAME, None, None, ())
    assert "u-2" not in repr(BatchMember(2, "u-2"))


def test_little_is_said_where_there_is_little() -> None:
    plain = replace(FILE, name=None, url=None, hashes=(), matches=())
    data = replace(case_of(plain, EXTRA), incident=Incident(FILED_AT))
    draft = replace(begin(1, 1, data), contexts=())
    assert [words.partition(":")[0] for words in left_out(draft, data, "c1")] == [
        "Of each account all but its id",
        "1 other piece of content of this case",
    ]
    assert left_out(draft, data, "gone")[-1].startswith("2 other pieces of content")
    assert batched(draft, data).left_out == ()
    assert account_ids(draft) == (None,)


def test_what_still_has_to_be_reported_afterwards() -> None:
    again = replace(FILE, id="c4")
    data = case_of(FILE, OTHER, EXTRA, again, reported=Account(id="u"))
    assert [c.id for c in covered(data, SAME)] == ["c1", "c4"]
    assert [c.id for c in remaining(data, SAME)] == ["c2"]
    draft = to_batch(begin(1, 1, data), "c1", [BatchMember(2, "u-2"), BatchMember(3, "u-2")])
    assert account_ids(draft) == ("u", "u-2")
    assert left_to_report(draft, data, SAME) == ("c2",)
    after = after_batch(draft, data, SAME)
    assert after.batch is None
    assert [c.content_id for c in after.files if c.include] == ["c2", "c3"]
    without = draft.with_choice(replace(draft.choice("c2"), include=False))
    assert left_to_report(without, data, SAME) == ()


def test_no_batch_about_what_is_not_there() -> None:
    with pytest.raises(KeyError):
        to_batch(begin(1, 1, case_of(FILE)), "c9", ())


def test_completeness_is_by_what_a_batch_can_hold() -> None:
    data = case_of(FILE, reported=Account(id="u"))
    draft = to_batch(begin(1, 1, data), "c1", [BatchMember(2, "u-2")])
    score = assess(data, draft)
    assert {part.key for part in score.parts} == {"file", "account", "truth", "time", "labels"}
    assert not score.likely_informational
    nobody = assess(data, replace(draft, reported=None))
    assert nobody.score < score.score
