"""The guide's table: every path ends, every type is reached, and no mere opinion leads to a report."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desk.domain.guidance import (
    NOT_A_REASON,
    QUESTIONS,
    STEP_WORDS,
    Outcome,
    Question,
    Result,
    Step,
    asked,
    at,
    paths,
    read,
    written,
)
from desk.domain.incident import IncidentType, ReportAnnotation

ALL = tuple(paths())


def result(*path: str) -> Result:
    found = at(path)
    assert isinstance(found, Result)
    return found


@given(st.data())
@settings(max_examples=60)
def test_any_walk_ends_and_can_be_kept(data: st.DataObject) -> None:
    path: tuple[str, ...] = ()
    while isinstance(here := at(path), Question):
        assert len(path) <= len(QUESTIONS)
        path = (*path, data.draw(st.sampled_from(here.answers)).code)
    assert read(written(path)) == path
    assert path in ALL
    assert [answer.code for _, answer in asked(path)] == list(path)


def test_every_question_and_every_type_is_reached() -> None:
    assert {question.code for path in ALL for question, _ in asked(path)} == set(QUESTIONS)
    required = {result(*path).type for path in ALL if result(*path).outcome is Outcome.REPORT}
    assert required == set(IncidentType)
    assert {result(*path).outcome for path in ALL} == set(Outcome)
    assert set(STEP_WORDS) == set(Step)


def test_what_is_no_reason_never_leads_to_a_report() -> None:
    codes = {code for code, _ in NOT_A_REASON} | {"other"}
    seen = set()
    for path in ALL:
        given_ = {question.code: answer.code for question, answer in asked(path)}
        if given_.get("only") in codes:
            seen.add(given_["only"])
            found = result(*path)
            assert (found.outcome, found.type, found.annotations) == (Outcome.NOT_HERE, None, frozenset())
            assert {Step.POLICY, Step.RECORD, Step.LOOK_AGAIN} <= set(found.steps)
            assert (Step.POLICE in found.steps) is (given_["threat"] == "yes" or given_["danger"] == "yes")
    assert seen == codes


def test_a_report_needs_a_sign_of_an_offence_on_its_path() -> None:
    for path in ALL:
        found = result(*path)
        last_question, last_answer = asked(path)[-1]
        if found.outcome is Outcome.REPORT:
            assert found.type is not None
            assert last_answer.code != "no"
        if found.outcome is Outcome.MAY_REPORT:
            assert last_question.code == "plan"


def test_danger_now_puts_the_police_first_whatever_else_is_answered() -> None:
    for path in ALL:
        found = result(*path)
        threat = path[-1] == "yes" and asked(path)[-1][0].code == "threat"
        assert found.danger is (path[0] == "yes" or threat)
        assert (found.steps[:1] == (Step.POLICE,)) is found.danger


def test_some_rows_of_the_table() -> None:
    no = ("no",) * 8
    assert result("no", "asked").annotations == {ReportAnnotation.CSAM_SOLICITATION}
    assert result("no", "there").type is IncidentType.CSAM
    assert result("no", "no", "sextortion").annotations == {ReportAnnotation.SEXTORTION}
    assert result(*no, "yes", "unclear").type is None
    assert result(*no, "no", "unsure").steps == (Step.OPINION,)
    assert Step.SUPPORT in result(*no, "no", "help", "no").steps
    assert Step.SUPPORT not in result(*no, "no", "news", "no").steps


@pytest.mark.parametrize("path", [("perhaps",), ("no", "there", "no"), ("no", "")])
def test_a_path_that_is_none_is_refused(path: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="path"):
        at(path)


@pytest.mark.parametrize("text", ["nowhere.no", "danger.perhaps", "imagery.no", "danger no"])
def test_a_kept_text_that_is_no_path_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="path"):
        read(text)
