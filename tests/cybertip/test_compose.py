"""From a draft to the exact bytes, and back from a problem to the draft's field."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desk.cybertip import xml
from desk.cybertip.compose import CyberTipComposer, report_of
from desk.cybertip.compose_files import details_of, template_of
from desk.cybertip.draft_paths import document_path, draft_path, file_path
from desk.cybertip.model import Report
from desk.cybertip.model_files import FileDetails, FileRelevance
from desk.cybertip.schema import ServiceSchema
from desk.domain.account import (
    Account,
    Address,
    Associated,
    AssociationKind,
    Device,
    Disabled,
    Email,
    EmailKind,
    EventName,
    IpEvent,
    Location,
    Phone,
)
from desk.domain.case import CaseData, LawEnforcement, Source, SourceKind
from desk.domain.company import Company
from desk.domain.content import (
    Classification,
    Content,
    ContentKind,
    FileAnnotation,
    HashValue,
    Match,
    Message,
    Relevance,
)
from desk.domain.conversation import transcript_file
from desk.domain.draft import Draft, begin
from desk.domain.errors import Bug, NotReady
from desk.domain.incident import Context, ContextKind, Incident, IncidentType, ReportAnnotation
from desk.domain.rules import Contact
from desk.domain.viewing import Viewed
from tests.cybertip.documents import Maker, schema_bytes

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
THEN = NOW - timedelta(days=1)
COMPOSER = CyberTipComposer()
COMPANY = Company(
    name="Example Social",
    reporting=Contact("Ada", "Example", "ada@example.com"),
    contact=Contact(email="legal@example.com"),
    company_template="Who we are.",
    terms_of_service="No.",
    legal_url="https://example.com/legal",
    esp_service="Example Social",
)
SEEN = Viewed(viewed=True, share=1.0, metadata=True, seconds=3.0)

IP = IpEvent("192.0.2.7", 51812, THEN, EventName.UPLOAD, False)
EVERYTHING = Account(
    id="u-1",
    screen_name="user1",
    display_names=("A. Person",),
    profile_urls=(" https://example.com/u/1 ",),
    bio="Hello.",
    first_name="A",
    last_name="Person",
    age=40,
    date_of_birth=date(1986, 1, 1),
    emails=(Email(" a@example.com ", EmailKind.HOME, True, THEN),),
    phones=(Phone("202-555-0123", "+1", "12"),),
    addresses=(Address("1 Example Street", "Springfield", "62701", "IL", None, "US"),),
    ip_events=(IP,),
    devices=(Device("IMEI", "356938035643809", EventName.LOGIN, THEN),),
    location=Location("Springfield", "IL", "US", False, THEN),
    compromised=False,
    third_party=True,
    group="Group",
    disabled=Disabled(True, THEN, True, THEN, reenabled_at=THEN + timedelta(hours=1)),
    associated=(
        Associated(
            AssociationKind.LINKED,
            "Other App",
            "o-1",
            "Other",
            "other",
            "O",
            "Ther",
            (Email("o@example.com"),),
            (Phone("555-0100", "+1"), Phone("555-0101")),
            ("https://example.org/o",),
            "Seen there.",
        ),
        Associated(AssociationKind.OTHER),
    ),
    prior_reports=(4564654,),
    all_emails=True,
    vehicle="A blue car",
    school="Example School",
    note="Note.",
)
PHOTO = Content(
    "c1",
    ContentKind.IMAGE,
    file="media/1.jpg",
    sha256="00",
    name="IMG_1.jpg",
    url="https://example.com/m/1.jpg",
    uploaded_at=THEN,
    ip_event=IP,
    device=Device("IMEI", "1"),
    public=True,
    hashes=(HashValue("PDQ", "f" * 64),),
    matches=(Match("industry", "A1", "PDQ", 4), Match("own")),
)
FILM = Content("c2", ContentKind.VIDEO, file="media/2.mp4", relevance=Relevance.SUPPLEMENTAL)
CHAT = Content("c3", ContentKind.CHAT, client="Messages", messages=(Message("u-1", "Hello", at=THEN),))
CASE = CaseData(
    id="p-1",
    source=Source(SourceKind.USER_REPORT),
    incident=Incident(
        THEN,
        "time of upload",
        "Example Social",
        Context(ContextKind.WEB_PAGE, urls=("https://example.com/p",)),
    ),
    content=(PHOTO, FILM, CHAT),
    reported=EVERYTHING,
    recipients=(EVERYTHING,),
    victims=(EVERYTHING,),
    law_enforcement=LawEnforcement(
        "Example Police", "7", "O", "Fficer", "o@example.org", "555-0102", True, False, True, "DE"
    ),
)
DRAFT = replace(
    begin(1, 1, CASE),
    incident_type=IncidentType.CSAM,
    annotations=frozenset({ReportAnnotation.SEXTORTION, ReportAnnotation.SADISTIC}),
    escalate="A child is at risk.",
    additional_info="More.",
)
DRAFT = DRAFT.with_choice(
    replace(
        DRAFT.choice("c1"),
        classification=Classification.A2,
        annotations=frozenset({FileAnnotation.VIRAL, FileAnnotation.GENERATIVE_AI}),
        note="About the file.",
    )
).with_choice(replace(DRAFT.choice("c3"), note="About the chat."))


def report(draft: Draft = DRAFT, case: CaseData = CASE, company: Company = COMPANY) -> Report:
    return report_of(draft, case, company)


def paths(draft: Draft, company: Company = COMPANY, case: CaseData = CASE) -> list[tuple[str, str]]:
    return [(p.path, p.code) for p in COMPOSER.check(draft, case, company, {}, NOW)]


def test_a_full_draft_becomes_valid_documents() -> None:
    service = ServiceSchema(schema_bytes())
    composed = COMPOSER.compose(DRAFT, CASE, COMPANY, {"c1": SEEN}, NOW)
    assert service.validate(composed.report_xml) == ()
    assert [(f.content_id, f.name) for f in composed.files[:2]] == [("c1", "IMG_1.jpg"), ("c2", "c2")]
    chat = transcript_file(CASE.piece("c3"))
    assert [(f.content_id, f.name, f.data) for f in composed.files[2:]] == [
        (chat.content_id, chat.name, chat.data)
    ]
    for file in composed.files:
        assert b"<reportId/>" in file.details_xml
        assert service.validate(COMPOSER.details(file.details_xml, "42", "0a1b")) == ()
    again = COMPOSER.compose(DRAFT, CASE, COMPANY, {"c1": SEEN}, NOW)
    assert again == composed


def test_what_is_said_of_people() -> None:
    made = report()
    who = made.reported[0]
    assert who.person is not None
    assert who.person.emails[0].address == "a@example.com"
    assert who.profile_urls == ("https://example.com/u/1",)
    assert who.esp_service is None  # another company's user
    assert who.permanently_disabled is not None
    assert who.permanently_disabled.notified_at == THEN
    assert who.temporarily_disabled is None
    assert [a.kind for a in who.associated] == [AssociationKind.LINKED, AssociationKind.OTHER]
    assert who.note == "Note.\nSchool: Example School\nAccount enabled again at: 2026-11-19T13:00:00+00:00"
    assert made.recipients[0].notes == (
        (
            "Note.\nSchool: Example School\nVehicle: A blue car\nThe account is another company's user\n"
            "Associated account (Linked): Other App, Other, o-1, other, O, Ther, o@example.com, "
            "+1 555-0100, 555-0101, https://example.org/o, Seen there.\n"
            "Account enabled again at: 2026-11-19T13:00:00+00:00"
        ),
    )
    assert made.victims[0].school == "Example School"
    assert "Organised group: Group" in (made.victims[0].note or "")
    assert made.law_enforcement is not None
    assert made.law_enforcement.served_international is not None
    assert made.law_enforcement.served_international.country == "DE"


def test_what_is_absent_stays_absent() -> None:
    bare = Draft(
        1,
        1,
        THEN,
        IncidentType.ENTICEMENT,
        reported=Account(id="u", location=Location()),
        recipients=(Account(note=" "),),
        victims=(Account(),),
    )
    company = Company(reporting=Contact(email="a@example.com"), contact=Contact(), esp_service="S")
    made = report(bare, company=company)
    text = xml.write(made).decode()
    for name in (
        "reportAnnotations",
        "internetDetails",
        "lawEnforcement",
        "contactPerson",
        "estimatedLocation",
    ):
        assert name not in text
    assert "<intendedRecipient/>" in text
    assert made.reported[0].esp_service == "S"
    assert made.reported[0].person is None
    assert COMPOSER.check(bare, CASE, company, {}, NOW) == ()
    nobody = replace(bare, reported=None, recipients=(), victims=())
    assert report(nobody).reported == ()


def test_a_block_for_a_time() -> None:
    disabled = Disabled(False, THEN, False, None, THEN + timedelta(hours=2))
    who = report(replace(DRAFT, reported=Account(id="u", disabled=disabled))).reported[0]
    assert who.temporarily_disabled is not None
    assert who.temporarily_disabled.reenabled_at == THEN + timedelta(hours=2)
    assert who.note is None


def test_the_agencys_country_without_an_answer_about_process_is_not_lost() -> None:
    agency = LawEnforcement("Example Police", country="DE")
    made = report(replace(DRAFT, law_enforcement=agency, additional_info=None))
    assert made.law_enforcement is not None
    assert made.law_enforcement.served_international is None
    assert made.law_enforcement.officer is None
    assert made.note == "Country of the law enforcement agency: DE\nOn chat c3: About the chat."


@pytest.mark.parametrize("kind", list(ContextKind))
def test_each_kind_of_place_loses_nothing(kind: ContextKind) -> None:
    full = Context(
        kind,
        urls=("https://example.com/a", "https://example.com/b"),
        third_party_hosted=False,
        emails=("a@example.com",),
        name="name-1",
        client="client-1",
        room="room-1",
        game="game-1",
        console="console-1",
        phone="555-0177",
        latitude="39.5",
        longitude="-89.25",
        file_names="files-1",
        place="place-1",
        content="content-1",
        note="note-1",
    )
    draft = replace(DRAFT, contexts=(full, Context(kind)))
    assert paths(draft) == []
    written = xml.write(report(draft)).decode()
    for said in (
        "example.com/b",
        "a@example.com",
        "name-1",
        "client-1",
        "room-1",
        "game-1",
        "console-1",
        "555-0177",
    ):
        assert written.count(said) >= 1, said
    for said in ("39.5", "-89.25", "files-1", "place-1", "content-1", "note-1"):
        assert written.count(said) == 1, said
    third = "thirdPartyHostedContent" if kind is ContextKind.WEB_PAGE else "Hosted by another company: no"
    assert third in written


def test_files_say_what_was_recorded_and_chosen() -> None:
    made = details_of(PHOTO, DRAFT.choice("c1"), SEEN)
    assert (made.viewed, made.exif_viewed, made.public) == (True, True, True)
    assert (made.relevance, made.classification) == (FileRelevance.REPORTED, Classification.A2)
    assert made.annotations is not None
    assert (made.annotations.viral, made.annotations.generative_ai, made.annotations.infant) == (
        True,
        True,
        False,
    )
    assert made.notes == (
        "About the file.",
        "Matched the list industry as A1 by PDQ at distance 4.",
        "Matched the list own.",
    )
    lowered = details_of(PHOTO, replace(DRAFT.choice("c1"), lowered=True), SEEN)
    assert (lowered.viewed, lowered.exif_viewed) == (False, False)
    blind = details_of(FILM, DRAFT.choice("c2"), replace(SEEN, viewed=False))
    assert (blind.viewed, blind.exif_viewed, blind.public, blind.annotations) == (False, False, None, None)
    assert blind.relevance is FileRelevance.SUPPLEMENTAL


def test_only_included_files_are_sent() -> None:
    draft = DRAFT.with_choice(replace(DRAFT.choice("c1"), include=False))
    draft = replace(draft, files=draft.files[:1])
    composed = COMPOSER.compose(draft, CASE, COMPANY, {}, NOW)
    assert composed.files == ()


# -- problems in the draft's words


def test_problems_stand_at_the_drafts_fields() -> None:
    assert paths(replace(DRAFT, incident_type=None)) == [("incident_type", "missing")]
    draft = replace(
        DRAFT,
        platform="x" * 257,
        occurred_at=NOW + timedelta(days=1),
        contexts=(
            Context(ContextKind.WEB_PAGE, urls=("https://example.com", "no url")),
            Context(ContextKind.EMAIL, emails=("z@example.com",), content=""),
            Context(ContextKind.CELL_PHONE, phone="x", latitude="north", longitude="inf"),
            Context(ContextKind.PEER_TO_PEER, client="x" * 256),
        ),
        reported=replace(
            EVERYTHING,
            emails=(Email("nobody"),),
            phones=(Phone("555-0100", extension="x"),),
            disabled=Disabled(True, THEN, True, THEN - timedelta(days=1)),
        ),
        recipients=(Account(), replace(EVERYTHING, location=Location(city="A"), associated=())),
        victims=(replace(EVERYTHING, age=200, school="x" * 256),),
        law_enforcement=LawEnforcement("", officer_email="x"),
    )
    assert paths(draft, Company(legal_url="x")) == [
        ("platform", "too_long"),
        ("occurred_at", "not_past"),
        ("contexts[0].urls[1]", "url"),
        ("contexts[1].emails[0]", "email_of_nobody"),
        ("contexts[2].phone", "phone"),
        ("contexts[3].client", "too_long"),
        ("law_enforcement.agency", "blank"),
        ("law_enforcement.officer_email", "email"),
        ("company.reporting.email", "reporter_email"),
        ("company.legal_url", "url"),
        ("reported.phones[0].extension", "extension"),
        ("reported.emails[0].address", "email"),
        ("reported.disabled.notified_at", "notified_before"),
        ("recipients[1].location.country", "missing"),
        ("victims[0].age", "range"),
        ("victims[0].school", "too_long"),
        ("contexts[2].latitude", "number"),
        ("contexts[2].longitude", "number"),
    ]


def test_problems_of_files_name_the_content() -> None:
    draft = DRAFT.with_choice(replace(DRAFT.choice("c2"), classification=Classification.B1))
    case = replace(
        CASE, content=(replace(PHOTO, uploaded_at=NOW + timedelta(1), ip_event=IpEvent("x")), FILM)
    )
    assert paths(draft, case=case) == [
        ("files[c1].uploaded_at", "not_past"),
        ("files[c1].ip_event.ip", "ip"),
        ("files[c2].classification", "supplemental_class"),
    ]
    with pytest.raises(NotReady) as caught:
        COMPOSER.compose(draft, case, COMPANY, {}, NOW)
    assert caught.value.problems[0][:2] == ("files[c1].uploaded_at", "not_past")


def test_paths_without_a_field_of_their_own_lead_to_the_nearest() -> None:
    assert draft_path("internetDetails[2]/webPageIncident/url[1]") == "contexts[1].urls[0]"
    assert draft_path("internetDetails[1]") == "contexts[0]"
    assert (
        draft_path("personOrUserReported[1]/associatedAccount[2]/phone[1]/@type")
        == "reported.associated[1].phones[0].kind"
    )
    assert draft_path("incidentSummary/reportAnnotations/spam") == "annotations"
    assert draft_path("batchedReport/@reason") == ""
    assert file_path("details[1]/nameValuePair[1]/name", "c9") == "files[c9]"
    assert file_path("fileAnnotations/viral", "c9") == "files[c9].annotations"


def test_what_cannot_be_sent_is_shown_at_its_field() -> None:
    draft = replace(DRAFT, additional_info="a\x00b\x01").with_choice(replace(DRAFT.choice("c2"), note="\x02"))
    shown = COMPOSER.replaced(draft, CASE, COMPANY, {})
    assert [(p.path, p.code, p.message) for p in shown] == [
        ("additional_info", "replaced", "2 characters can't be sent; \ufffd will stand there."),
        ("files[c2].note", "replaced", "1 character can't be sent; \ufffd will stand there."),
    ]
    assert COMPOSER.check(draft, CASE, COMPANY, {}, NOW) == ()
    assert "a\ufffdb\ufffd".encode() in COMPOSER.compose(draft, CASE, COMPANY, {}, NOW).report_xml


def test_labels_and_lengths_by_the_drafts_paths() -> None:
    email = COMPOSER.field("reported.emails[0].address")
    assert email is not None
    assert (email.label, email.max_length) == ("Email", 255)
    city = COMPOSER.field("victims[3].location.city")
    assert city is not None
    assert (city.label, city.max_length) == ("City", 255)
    name = COMPOSER.field("files[c.1].name")
    assert name is not None
    assert name.max_length == 2056
    assert COMPOSER.field("incident_type") is not None
    for nowhere in (
        "nothing",
        "recipients[0].vehicle",
        "victims[0].group",
        "recipients[0].associated[0].id",
        "files[c1].x",
    ):
        assert COMPOSER.field(nowhere) is None
    assert document_path("contexts[1].urls[4]") == (False, "internetDetails/webPageIncident/url")


# -- the open IDs


@settings(max_examples=100, deadline=None, database=None)
@given(
    seed=st.integers(0, 2**32),
    report_id=st.integers(1, 2**63 - 1),
    file_id=st.text("0123456789abcdef", min_size=1, max_size=32),
)
def test_filling_in_the_ids_changes_nothing_else(seed: int, report_id: int, file_id: str) -> None:
    details: FileDetails = Maker(seed, 0.3).record(FileDetails)
    filled = COMPOSER.details(template_of(details), str(report_id), file_id)
    assert filled == xml.write(replace(details, report_id=report_id, file_id=file_id))


def test_ids_and_bytes_that_cannot_be_are_bugs() -> None:
    template = template_of(FileDetails())
    assert COMPOSER.details(template, "1", "a").count(b"\n") == 5
    for report_id, file_id in (
        ("", "a"),
        ("x", "a"),
        ("0", "a"),
        ("٣", "a"),
        (str(2**63), "a"),
        ("1", ""),
        ("1", "a b"),
        ("1", "a\n"),
    ):
        with pytest.raises(Bug):
            COMPOSER.details(template, report_id, file_id)
    for other in (b"", COMPOSER.details(template, "1", "a"), xml.write(FileDetails(public=True))):
        with pytest.raises(Bug):
            COMPOSER.details(other, "1", "a")


WHOLE_FRIEND = replace(
    EVERYTHING.associated[0],
    third_party=True,
    middle_name="Mid",
    age=41,
    addresses=EVERYTHING.addresses,
    display_names=("Shown",),
    bio="About.",
    group="Ring",
    compromised=True,
    disabled=EVERYTHING.disabled,
    ip_events=(IP,),
    devices=EVERYTHING.devices,
    prior_reports=(77,),
    all_emails=False,
)


def test_an_associated_account_goes_whole_and_in_words_where_there_is_no_element() -> None:
    who = replace(EVERYTHING, associated=(WHOLE_FRIEND,))
    draft = replace(DRAFT, reported=who, recipients=(who,), victims=(who,))
    service = ServiceSchema(schema_bytes())
    assert service.validate(xml.write(report(draft))) == ()
    made = report(draft)
    other = made.reported[0].associated[0]
    assert other.platform is not None
    assert (other.platform.third_party, other.middle_name, other.approximate_age) == (True, "Mid", 41)
    assert (other.group, other.compromised, other.prior_reports) == ("Ring", True, (77,))
    assert other.permanently_disabled is not None
    assert other.note == "Seen there.\nAccount enabled again at: 2026-11-19T13:00:00+00:00"
    assert other.addresses[0].city == "Springfield"
    assert other.ip_events == made.reported[0].ip_events
    said = made.recipients[0].notes[0]
    for words in ("Mid", "41", "1 Example Street 62701 Springfield IL US", "Shown", "About.", "Ring"):
        assert words in said
    for words in ("192.0.2.7 port 51812 at ", "IMEI 356938035643809 at", "report 77", "compromised"):
        assert words in said
    nameless = replace(WHOLE_FRIEND, platform=None, disabled=None, note=None, date_of_birth=date(1990, 1, 2))
    lone = report(replace(DRAFT, reported=replace(EVERYTHING, associated=(nameless,))))
    assert lone.reported[0].associated[0].platform is None
    assert lone.reported[0].associated[0].note == "The account is another company's user"


def test_places_have_their_ip_events_and_addresses() -> None:
    sharing = Context(ContextKind.PEER_TO_PEER, client="Sharer", ip_events=(IP,), file_names="a\nb")
    somewhere = Context(ContextKind.OFFLINE, place="A park", addresses=EVERYTHING.addresses)
    elsewhere = Context(ContextKind.WEB_PAGE, urls=("https://example.com/x",), ip_events=(IP,))
    draft = replace(DRAFT, contexts=(sharing, somewhere, elsewhere))
    made = report(draft)
    assert ServiceSchema(schema_bytes()).validate(xml.write(made)) == ()
    assert made.details[0].peer_to_peer is not None
    assert made.details[0].peer_to_peer.ip_events[0].port == 51812
    assert made.details[1].offline is not None
    assert made.details[1].offline.addresses[0].city == "Springfield"
    assert made.details[2].web_page is not None
    assert (made.details[2].web_page.note or "").startswith("IP address: 192.0.2.7 port 51812 at ")
    bad = replace(sharing, ip_events=(replace(IP, port=70_000),))
    found = [path for path, _ in paths(replace(draft, contexts=(elsewhere, bad)))]
    assert "contexts[1].ip_events[0].port" in found


def test_problems_stand_at_the_draft_s_own_context() -> None:
    """A conversation that is left out has no place in the report; those after it are still found."""
    draft = replace(
        DRAFT,
        contexts=(
            Context(ContextKind.CHAT, words_of=("c3",)),
            Context(ContextKind.WEB_PAGE, urls=("no address",)),
        ),
    )
    draft = draft.with_choice(replace(draft.choice("c3"), include=False))
    assert [path for path, _ in paths(draft)] == ["contexts[1].urls[0]"]
    none = draft.with_choice(replace(draft.choice("c3"), include=True, messages=()))
    assert "files[c3].messages" in [path for path, _ in paths(none)]
