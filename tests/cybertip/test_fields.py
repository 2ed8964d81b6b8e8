"""The field table."""

from __future__ import annotations

import pytest

from desk.cybertip.fields import Form, Kind, at, in_words, table, walk
from desk.cybertip.model import Report, ReportResponse
from desk.cybertip.model_files import FileDetails
from desk.cybertip.model_people import AssociatedAccount
from desk.cybertip.model_shared import Email, Phone


def test_lines_are_resolved_from_their_types() -> None:
    lines = {field.xml: field for field in table(AssociatedAccount).fields}
    assert lines["type"].required
    assert lines["type"].choices == ("Billing", "Linked", "Business", "Creator", "Parent/Guardian", "Other")
    assert lines["profileUrl"].many
    assert (lines["profileUrl"].form, lines["profileUrl"].max) == (Form.URL, 2083)
    assert lines["dateOfBirth"].kind is Kind.DATE
    assert lines["firstName"].choices == ()
    assert table(AssociatedAccount) is table(AssociatedAccount)


def test_every_line_has_a_label_and_names_are_unique() -> None:
    for root in (Report, FileDetails):
        for path, field in walk(root):
            assert field.label, path
            assert not field.label.endswith("."), path
            assert not field.help or field.help.endswith("."), f"{path}: {field.help}"


def test_a_path_leads_to_its_line() -> None:
    assert at(Report, "victim[2]/victimPerson/phone[1]/@type").label == "Kind"
    assert at(Report, "victim[2]/victimPerson/phone[1]").label == "Phone"
    assert at(Report, "additionalInfo").form is Form.LINES
    for wrong in ("", "victims", "victim[2]/x", "additionalInfo/x", "victim[/", "a b/[3]"):
        with pytest.raises(KeyError):
            at(Report, wrong)


def test_a_path_in_words() -> None:
    assert in_words(Report, "victim[2]/victimPerson/phone[1]/@type") == "Victim 2 › Person › Phone 1 › Kind"
    assert in_words(FileDetails, "fileAnnotations/viral") == "Annotations › Viral"


def test_reprs_show_no_content() -> None:
    assert repr(Email(address="a@example.com")) == "Email(…)"
    assert repr(Phone(number="555-0123")) == "Phone(…)"
    assert "secret" not in repr(ReportResponse(code=1, description="secret"))
