"""Nothing that a report carries stays unsaid: every field of every value shows in the words."""

from __future__ import annotations

import dataclasses
import enum
import types
import typing
from datetime import UTC, date, datetime
from typing import Any

import pytest

from desk.domain.account import Account, Associated, Email, IpEvent, Phone
from desk.domain.case import LawEnforcement
from desk.domain.company import Company, Endpoint, EndpointKind
from desk.domain.content import Content, ContentKind, Relevance
from desk.domain.draft import Draft, FileChoice
from desk.domain.incident import Context, IncidentType, ReportAnnotation
from desk.domain.rules import Contact
from desk.domain.viewing import Viewed
from desk.gui.confirm import said
from desk.ports import Occurrence
from desk.services.confirmation import FileLine


class Maker:
    """Makes values in which every text, number and time is unlike any other."""

    def __init__(self) -> None:
        self.count = 0
        self.made: list[tuple[str, str]] = []

    def value(self, kind: Any, path: str) -> Any:
        origin = typing.get_origin(kind)
        arguments = typing.get_args(kind)
        if origin in (typing.Union, types.UnionType):
            return self.value(next(one for one in arguments if one is not type(None)), path)
        if origin is tuple:
            return (self.value(arguments[0], path),)
        self.count += 1
        if kind is str:
            return self._note(path, f"word{self.count}x")
        if kind is bool:
            return True
        if kind is int:
            self._note(path, str(30_000 + self.count))
            return 30_000 + self.count
        if kind is date:
            self._note(path, f"{1900 + self.count}-01-01")
            return date(1900 + self.count, 1, 1)
        if kind is datetime:
            made = datetime(1000 + self.count, 6, 15, 12, 0, tzinfo=UTC)
            self._note(path, f"{1000 + self.count}-06-15")
            return made
        if isinstance(kind, type) and issubclass(kind, enum.Enum):
            return next(iter(kind))
        if dataclasses.is_dataclass(kind):
            hints = typing.get_type_hints(kind)
            values = {
                field.name: self.value(hints[field.name], f"{path}.{field.name}")
                for field in dataclasses.fields(kind)
            }
            return kind(**values)  # type: ignore[operator]
        raise TypeError(kind)

    def _note(self, path: str, text: str) -> str:
        self.made.append((path, text))
        return text


@pytest.mark.parametrize(
    ("kind", "words", "unsaid"),
    [
        (Account, said.account, set()),
        (Context, said.context, set()),
        (LawEnforcement, said.law_enforcement, set()),
        (Company, said.reporter, {"Company.name"}),  # shown beside, it is no part of the report itself
    ],
)
def test_every_field_is_said(kind: type, words: Any, unsaid: set[str]) -> None:
    maker = Maker()
    made = maker.value(kind, kind.__name__)
    text = "\n".join(value for _, value in words(made))
    missing = [path for path, expected in maker.made if expected not in text and path not in unsaid]
    assert missing == []


def test_yes_and_no_are_both_said() -> None:
    for flag, word in ((True, "yes"), (False, "no")):
        facts = dict(said.account(Account(compromised=flag, third_party=flag, all_emails=flag)))
        assert facts == {"Taken over": word, "Third party": word, "All emails given": word}
    assert said.account(Account()) == []


def test_an_ip_address_with_all_that_makes_it_useful() -> None:
    event = IpEvent("192.0.2.7", 51812, datetime(2026, 5, 4, 12, 2, 31, tzinfo=UTC), None, False)
    text = said.ip_event(event)
    assert text.startswith("192.0.2.7 · port 51812 · ")
    assert text.endswith(" · no proxy")


def test_verified_is_said_with_its_time() -> None:
    at = datetime(2026, 5, 4, 12, 2, 31, tzinfo=UTC)
    assert "verified 2026-05-04" in said.email(Email("a@example.com", verified=True, verified_at=at))
    assert said.phone(Phone("555-0100", "+1", "12", verified=False)) == "+1 555-0100 ext. 12 · not verified"


def test_another_account_keeps_its_lines() -> None:
    from desk.domain.account import AssociationKind

    text = said.associated(Associated(AssociationKind.BILLING, id="u-2", note="same card"))
    assert text == "Billing\nu-2\nsame card"


def test_the_incident_says_type_time_and_urgency() -> None:
    draft = Draft(
        1,
        1,
        datetime(2026, 5, 4, tzinfo=UTC),
        IncidentType.ENTICEMENT,
        frozenset(ReportAnnotation),
        time_note="of the upload",
        platform="Example Social",
        escalate="A meeting was arranged.",
    )
    facts = dict(said.incident(draft))
    assert facts["Incident type"] == IncidentType.ENTICEMENT.value
    assert facts["What the time is"] == "of the upload"
    assert facts["Urgent, because"] == "A meeting was arranged."
    assert facts["Annotations"].count(",") == len(ReportAnnotation) - 1


def test_every_endpoint_has_its_words() -> None:
    acts = {kind: said.act(Endpoint(kind, "https://example.com")) for kind in EndpointKind}
    assert acts[EndpointKind.PRODUCTION] == "File with NCMEC"
    assert acts[EndpointKind.TEST] == "File with NCMEC's test service"
    assert acts[EndpointKind.PRACTICE] == "File in practice"
    assert all(said.endpoint(Endpoint(kind, "https://example.com")) for kind in EndpointKind)
    assert said.contact(Contact("Robin", "Example", "a@example.com")) == "Robin Example · a@example.com"


def a_line(seen: Viewed, *, claimed: bool, **more: Any) -> FileLine:
    content = Content("c1", ContentKind.IMAGE, name="a.jpg", sha256="0" * 64, size=10)
    return FileLine(content, FileChoice("c1", **more), "a.jpg", seen, claimed, ())


def test_viewing_is_said_as_it_was() -> None:
    whole, part, none = (
        Viewed(True, 1.0, False, 2.0),
        Viewed(False, 0.4, False, 2.0),
        Viewed(False, 0.0, False, 0.0),
    )
    assert said.viewed(a_line(whole, claimed=True))[1] == "ok"
    assert "taken back" in said.viewed(a_line(whole, claimed=False))[0]
    assert "40 %" in said.viewed(a_line(part, claimed=False))[0]
    assert said.viewed(a_line(none, claimed=False))[0] == "Not viewed. The report says so."


def test_a_file_says_what_is_not_said_of_it() -> None:
    facts = dict(said.file(a_line(Viewed(False, 0.0, False, 0.0), claimed=False)))
    assert facts["Classification"] == "none"
    assert facts["Annotations"] == "none"
    assert facts["Public"] == "not known; nothing is said"
    more = dict(
        said.file(a_line(Viewed(False, 0.0, False, 0.0), claimed=False, relevance=Relevance.SUPPLEMENTAL))
    )
    assert more["Relevance"] == "supplemental"


def test_the_same_bytes_elsewhere_are_named() -> None:
    from desk.domain.filing import FilingState

    places = (
        Occurrence(3, "c1", "u", None, None, None),
        Occurrence(4, "c1", "u", 7, FilingState.HELD, "9"),
        Occurrence(5, "c1", "u", 8, FilingState.FILED, "9008"),
        *(Occurrence(n, "c1", "u", None, None, None) for n in range(6, 12)),
    )
    line = dataclasses.replace(a_line(Viewed(False, 0.0, False, 0.0), claimed=False), elsewhere=places)
    text = said.elsewhere(line)
    assert "case 3\ncase 4, in filing 7\ncase 5, reported as 9008" in text
    assert text.endswith("and 4 more")


def test_what_is_left_out_is_counted_and_named() -> None:
    files = tuple(Content(f"c{n}", ContentKind.IMAGE, name=f"{n}.jpg") for n in range(8))
    assert said.left_out(()) == ""
    assert said.left_out(files[:1]) == "1 file is not included: 0.jpg."
    assert said.left_out(files).startswith("8 files are not included: 0.jpg, 1.jpg")
    assert "and 2 more" in said.left_out(files)
    assert said.left_out((Content("c9", ContentKind.URL),)) == "1 piece is not included: c9."
