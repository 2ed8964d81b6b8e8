"""The parts of the report form that need no desk: paths, history, forms over records, and words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from datetime import UTC, datetime
from typing import Any

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from desk.cybertip.draft_paths import document_path
from desk.cybertip.fields import table
from desk.cybertip.model_people import IntendedRecipient, PersonOrUserReported, Victim
from desk.domain.account import Account, Associated, AssociationKind, Disabled, Email, IpEvent, Location
from desk.domain.completeness import Completeness, Part
from desk.domain.content import Content, ContentKind, FileAnnotation
from desk.domain.draft import Draft, FileChoice
from desk.domain.incident import IncidentType, ReportAnnotation
from desk.domain.viewing import Viewed
from desk.gui.report.associated import associated_form
from desk.gui.report.completeness import help_path
from desk.gui.report.editors import GrowingText, PartsRow
from desk.gui.report.history import History
from desk.gui.report.incident import IncidentSection
from desk.gui.report.paths import changed_text, parse, section_of
from desk.gui.report.records import account_form
from desk.gui.report.rows import email_row
from desk.gui.report.side import SidePanel
from desk.gui.report.words import viewed_words

AT = datetime(2026, 5, 4, 12, 2, 31, tzinfo=UTC)
DRAFT = Draft(1, 1, AT)


@pytest.mark.parametrize(
    ("path", "tokens"),
    [
        ("incident_type", (("incident_type", None),)),
        ("reported.emails[0].address", (("reported", None), ("emails", "0"), ("address", None))),
        ("files[c1].note", (("files", "c1"), ("note", None))),
        ("files[a.b[2]].note", (("files", "a.b[2]"), ("note", None))),
        ("files[c1]", (("files", "c1"),)),
        ("", ()),
    ],
)
def test_a_path_in_steps(path: str, tokens: tuple[tuple[str, str | None], ...]) -> None:
    assert parse(path) == tokens


@pytest.mark.parametrize(
    ("path", "section"),
    [
        ("incident_type", "incident"),
        ("files[x].public", "files"),
        ("victims[0].age", "people"),
        ("contexts[0].urls[0]", "circumstances"),
        ("escalate", "urgency"),
        ("company.reporting.email", "completeness"),
        ("something.new", "circumstances"),
    ],
)
def test_every_path_has_a_section(path: str, section: str) -> None:
    assert section_of(path) == section


def test_typed_text_as_lines() -> None:
    after = replace(DRAFT, additional_info="new", reported=Account(bio="text"))
    assert changed_text(DRAFT, after).splitlines() == ["reported.bio: text", "additional_info: new"]


def test_typing_in_one_field_is_one_step() -> None:
    history = History()
    history.note(DRAFT, "field", 0.0)
    history.note(replace(DRAFT, platform="a"), "field", 0.5)
    history.note(replace(DRAFT, platform="ab"), "other", 1.0)
    present = replace(DRAFT, platform="ab", time_note="x")
    back = history.undo(present)
    assert back == replace(DRAFT, platform="ab")
    assert history.undo(back) == DRAFT
    assert history.undo(DRAFT) is None
    assert history.redo(DRAFT) == back


def test_a_pause_begins_a_new_step() -> None:
    history = History()
    history.note(DRAFT, "field", 0.0)
    history.note(replace(DRAFT, platform="a"), "field", 10.0)
    assert history.undo(replace(DRAFT, platform="ab")) == replace(DRAFT, platform="a")


@pytest.fixture
def account(show: Callable[[QWidget], QWidget]) -> Account:
    return Account(
        id="u-1",
        ip_events=(IpEvent("192.0.2.7", 51812, AT), IpEvent("192.0.2.8")),
        location=Location(country="US", verified=True),
        disabled=Disabled(permanent=True, notified_at=AT),
        vehicle="kept",
    )


def test_a_form_gives_back_what_it_was_given(account: Account, show: Callable[[QWidget], QWidget]) -> None:
    form = account_form(lambda _path: None, "reported")
    show(form)
    form.set_value(account)
    assert form.value() == account
    form.set_value(None)
    assert form.value() is None


def test_a_changed_row_changes_only_itself(
    account: Account, show: Callable[[QWidget], QWidget], qtbot: QtBot
) -> None:
    form = account_form(lambda _path: None, "reported")
    show(form)
    form.set_value(account)
    rows = form.field("ip_events").editor.editors()  # type: ignore[attr-defined]
    assert isinstance(rows[1], PartsRow)
    qtbot.keyClicks(rows[1]._parts["port"], "443")
    assert form.value() == replace(
        account, ip_events=(account.ip_events[0], replace(account.ip_events[1], port=443))
    )
    qtbot.keyClicks(form.field("location").editor.field("city").editor, "Springfield")  # type: ignore[attr-defined]
    changed = form.value()
    assert changed.location == Location(city="Springfield", country="US", verified=True)
    spot = form.locate(parse("ip_events[1].port"))
    assert spot is not None
    assert spot.focus is rows[1]._parts["port"]
    assert spot.prefix == "2: "


def test_an_account_that_is_not_disabled_any_more(
    account: Account, show: Callable[[QWidget], QWidget], qtbot: QtBot
) -> None:
    form = account_form(lambda _path: None, "reported")
    show(form)
    form.set_value(account)
    how = form.field("disabled").editor.field("permanent").editor  # type: ignore[attr-defined]
    how._buttons[1].click()
    assert form.value().disabled == replace(account.disabled or Disabled(), permanent=False)
    how._buttons[0].click()
    assert form.value().disabled is None


def test_a_text_grows_with_its_lines(show: Callable[[QWidget], QWidget], qtbot: QtBot) -> None:
    text = GrowingText(rows=2)
    show(text)
    small = text.height()
    text.setPlainText("\n".join("line" for _ in range(8)))
    qtbot.waitUntil(lambda: text.height() > small)
    text.setPlainText("")
    qtbot.waitUntil(lambda: text.height() == small)


@pytest.mark.parametrize(
    ("kind", "share", "viewed", "lowered", "length", "words"),
    [
        (ContentKind.IMAGE, 0.0, False, False, None, "not viewed"),
        (ContentKind.IMAGE, 1.0, True, False, None, "viewed whole"),
        (ContentKind.IMAGE, 1.0, True, True, None, "viewed whole, not claimed"),
        (ContentKind.VIDEO, 0.645, False, False, 192.0, "not viewed: 64 % of 3:12 played"),
        (ContentKind.VIDEO, 0.999, False, False, None, "not viewed: 99 % played"),
        (ContentKind.DOCUMENT, 0.4, False, False, None, "not viewed: 40 % scrolled through"),
    ],
)
def test_how_it_is_said_that_something_was_viewed(
    kind: ContentKind, share: float, viewed: bool, lowered: bool, length: float | None, words: str
) -> None:
    found, _ = viewed_words(Content("c", kind), Viewed(viewed, share, False, 1.0), lowered, length)
    assert found == words


def test_likely_to_be_informational_is_said_once(show: Callable[[QWidget], QWidget]) -> None:
    thin = Completeness((Part("file", "File", 0, 20, "Add it."),), False, False)
    whole = Completeness((Part("file", "File", 20, 20, ""),), True, True)
    side = SidePanel()
    show(side)
    note, understood = side._informational, side._understood

    def shown() -> tuple[bool, bool]:
        return note.isHidden(), understood.isHidden()

    side.show_state(thin, [], [])
    assert shown() == (False, False)
    side.show_state(whole, [], [])
    side.show_state(thin, [], [])  # it does not come and go while one types
    assert shown() == (True, True)
    side.say_anew()
    side.show_state(thin, [], [])
    assert shown() == (False, False)
    understood.click()
    side.show_state(thin, [], [])
    assert shown() == (True, True)


def test_a_type_from_the_guide_stands_as_chosen_with_its_marks(show: Callable[[QWidget], QWidget]) -> None:
    section = IncidentSection(lambda _path: None)
    show(section)
    changes: list[bool] = []
    section.changed.connect(lambda: changes.append(True))
    assert section.types.value() is None
    section.take(IncidentType.ENTICEMENT, {ReportAnnotation.SEXTORTION})
    made = section.apply(DRAFT)
    assert (made.incident_type, made.annotations) == (IncidentType.ENTICEMENT, {ReportAnnotation.SEXTORTION})
    assert changes == [True]


def test_classification_leads_to_a_file_that_has_none() -> None:
    bare = FileChoice("c2")
    draft = replace(DRAFT, files=(FileChoice("c1", annotations=frozenset({FileAnnotation.VIRAL})), bare))
    assert help_path(Part("labels", "", 0, 6, ""), draft) == "files[c2].classification"


def test_every_field_of_a_role_can_be_filled_in(qtbot: QtBot) -> None:
    """Against the protocol's records: what the agency takes of a person has an editor, or a reason not to."""
    for path, record in (
        ("reported", PersonOrUserReported),
        ("recipients[0]", IntendedRecipient),
        ("victims[0]", Victim),
    ):
        form = account_form(lambda _path: None, path)
        qtbot.addWidget(form)
        there = {document_path(f"{path}.{name}{row}") for name in form.names() for row in ("", "[0]")}
        wanted = {field.xml for field in table(record).fields if not field.xml.endswith("Person")}
        found = {place[1].split("/")[1] for place in there if place is not None and "/" in place[1]}
        # One field of the desk says both: for a time or for good.
        assert wanted - found - {"accountPermanentlyDisabled"} == set(), path
    other = associated_form()
    qtbot.addWidget(other)
    assert set(other.names()) == {field.name for field in fields(Associated)}


def test_when_an_address_was_verified_can_be_said_and_taken_back(
    qtbot: QtBot, show: Callable[[QWidget], QWidget]
) -> None:
    row = email_row()
    show(row)
    at, known = row._parts["verified_at"], row._parts["verified"]
    row.set_value(Email("a@example.com", verified=False))
    assert not at.isVisible()
    known.setCurrentIndex(1)  # verified
    known.activated.emit(1)
    assert at.isVisible()
    at._text.setFocus()
    qtbot.keyClicks(at._text, "2026-05-04 14:02:31")
    when = datetime(2026, 5, 4, 14, 2, 31, tzinfo=UTC)
    assert row.value() == Email("a@example.com", verified=True, verified_at=when)
    row.set_value(Email("a@example.com", verified=False, verified_at=when))
    assert at.isVisible()  # a date that must go can be reached
    at._text.selectAll()
    qtbot.keyClicks(at._text, "x")
    at._text.clear()
    at._edited()
    assert row.value() == Email("a@example.com", verified=False)


def test_what_is_rarely_known_is_folded_until_something_stands_in_it(qtbot: QtBot) -> None:
    form = account_form(lambda _path: None, "reported")
    qtbot.addWidget(form)
    form.show()
    form.set_value(Account(id="u-1"))
    assert not any(fold.is_open() for fold, _ in form._folds)
    friend = Associated(AssociationKind.LINKED, id="u-2", age=30)
    form.set_value(Account(id="u-1", associated=(friend,)))
    assert [fold.is_open() for fold, _ in form._folds] == [False, True]
    assert form.record() == Account(id="u-1", associated=(friend,))
    rows: Any = form.field("associated").editor
    inner = rows.editors()[0]
    assert inner._folds[0][0].is_open()  # its age stands in there
    inner.field("screen_name").editor.setText("typed")
    inner.field("screen_name").editor.changed.emit()
    assert form.record().associated == (replace(friend, screen_name="typed"),)
    spot = form.locate(parse("associated[0].age"), reveal=True)
    assert spot is not None
    assert spot.focus is inner.field("age").editor
    assert inner.problem() == ""
    vehicle = form.locate(parse("vehicle"), reveal=True)
    assert vehicle is not None
    assert form._folds[0][0].is_open()
    empty = associated_form()
    qtbot.addWidget(empty)
    assert empty.value() is None
