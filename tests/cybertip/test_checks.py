"""Each rule of the documentation, one by one."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest

from desk.cybertip.checks import Problem, check_file, check_filing, check_report, check_value, length
from desk.cybertip.fields import at, in_words, is_record, table
from desk.cybertip.forms import email, repeats_calling_code
from desk.cybertip.model import Report
from desk.cybertip.model_files import (
    Details,
    FileAnnotations,
    FileDetails,
    FileHash,
    FileRelevance,
    NameValue,
)
from desk.cybertip.model_incident import (
    BatchedReport,
    BatchReason,
    CellPhoneIncident,
    EmailIncident,
    InternetDetails,
    LawEnforcement,
    NewsgroupIncident,
    Peer2PeerIncident,
    Reporter,
    ServedInternational,
    WebPageIncident,
)
from desk.cybertip.model_people import (
    AssociatedAccount,
    IntendedRecipient,
    PersonOrUserReported,
    Victim,
)
from desk.cybertip.model_shared import (
    AccountPermanentlyDisabled,
    AccountTemporarilyDisabled,
    Address,
    DeviceId,
    Email,
    EstimatedLocation,
    IpCaptureEvent,
    Person,
    Phone,
)
from desk.domain.account import AssociationKind
from desk.domain.content import Classification
from tests.cybertip.documents import NOW, minimal_report

BASE = minimal_report()
HOUR = timedelta(hours=1)
LATER = NOW + HOUR
EARLIER = NOW - HOUR
NAIVE = datetime(2026, 1, 1)  # noqa: DTZ001
WHO = "personOrUserReported[1]"


def found(report: Report) -> list[tuple[str, str]]:
    problems = check_report(report, NOW)
    for problem in problems:
        assert problem.message.endswith(".")
        if problem.path:
            assert in_words(Report, problem.path)
    return [(p.code, p.path) for p in problems]


def summary(**changes: Any) -> Report:
    return replace(BASE, summary=replace(BASE.summary, **changes))


def reported(**values: Any) -> Report:
    return replace(BASE, reported=(PersonOrUserReported(**values),))


def person(**values: Any) -> Report:
    return replace(BASE, victims=(Victim(person=Person(**values)),))


def place(**values: Any) -> Report:
    return replace(BASE, details=(InternetDetails(**values),))


def ip(**values: Any) -> Report:
    return reported(ip_events=(IpCaptureEvent(**{"ip": "192.0.2.7", **values}),))


def phone(number: str, **values: Any) -> Report:
    return person(phones=(Phone(number=number, **values),))


def law(**values: Any) -> Report:
    return replace(BASE, law_enforcement=LawEnforcement(**{"agency": "A", **values}))


AT = "victim[1]/victimPerson"
IPS = f"{WHO}/ipCaptureEvent[1]"

SINGLE = [
    (summary(platform=""), "blank", "incidentSummary/platform"),
    (summary(platform=" \t\u2003"), "blank", "incidentSummary/platform"),
    (summary(platform="x" * 257), "too_long", "incidentSummary/platform"),
    (summary(platform="𝄞" * 129), "too_long", "incidentSummary/platform"),
    (summary(platform=7), "type", "incidentSummary/platform"),
    (summary(escalate=""), "blank", "incidentSummary/escalateToHighPriority"),
    (summary(escalate="x" * 3001), "too_long", "incidentSummary/escalateToHighPriority"),
    (summary(time_note="x" * 3001), "too_long", "incidentSummary/incidentDateTimeDescription"),
    (summary(occurred_at=LATER), "not_past", "incidentSummary/incidentDateTime"),
    (summary(occurred_at=NAIVE), "zone", "incidentSummary/incidentDateTime"),
    (summary(occurred_at=date(2026, 1, 1)), "type", "incidentSummary/incidentDateTime"),
    (
        summary(occurred_at=EARLIER.astimezone(timezone(timedelta(hours=15)))),
        "zone",
        "incidentSummary/incidentDateTime",
    ),
    (
        summary(occurred_at=EARLIER.astimezone(timezone(timedelta(seconds=90)))),
        "zone",
        "incidentSummary/incidentDateTime",
    ),
    (summary(incident_type="Child Sex Tourism"), "type", "incidentSummary/incidentType"),
    (summary(incident_type=None), "missing", "incidentSummary/incidentType"),
    (replace(BASE, note=" "), "blank", "additionalInfo"),
    (place(web_page=WebPageIncident(urls=("x",))), "url", "internetDetails[1]/webPageIncident/url[1]"),
    (
        place(web_page=WebPageIncident(urls=("https://example.com/" + "x" * 2070,))),
        "too_long",
        "internetDetails[1]/webPageIncident/url[1]",
    ),
    (
        place(cell_phone=CellPhoneIncident(latitude=90.1)),
        "range",
        "internetDetails[1]/cellPhoneIncident/latitude",
    ),
    (
        place(cell_phone=CellPhoneIncident(longitude=float("nan"))),
        "range",
        "internetDetails[1]/cellPhoneIncident/longitude",
    ),
    (
        place(peer_to_peer=Peer2PeerIncident(client="x" * 256)),
        "too_long",
        "internetDetails[1]/peer2peerIncident/client",
    ),
    (place(), "exactly_one", "internetDetails[1]"),
    (
        place(web_page=WebPageIncident(), email=EmailIncident()),
        "exactly_one",
        "internetDetails[1]",
    ),
    (
        place(email=EmailIncident(emails=(Email(address="a@example.com"),))),
        "email_of_nobody",
        "internetDetails[1]/emailIncident/emailAddress[1]",
    ),
    (
        place(newsgroup=NewsgroupIncident(emails=(Email(address="a@example.com"),))),
        "email_of_nobody",
        "internetDetails[1]/newsgroupIncident/emailAddress[1]",
    ),
    (law(agency=" "), "blank", "lawEnforcement/agencyName"),
    (law(case_number="x" * 101), "too_long", "lawEnforcement/caseNumber"),
    (
        law(served_international=ServedInternational(served=True, country="XX")),
        "country",
        "lawEnforcement/servedLegalProcessInternational/@fleaCountry",
    ),
    (replace(BASE, reporter=Reporter(person=Person())), "reporter_email", "reporter/reportingPerson/email"),
    (replace(BASE, reporter=replace(BASE.reporter, legal_url="a b")), "url", "reporter/legalURL"),
    (
        replace(BASE, reported=(PersonOrUserReported(), PersonOrUserReported())),
        "one_reported",
        "personOrUserReported[2]",
    ),
    (reported(vehicle="x" * 301), "too_long", f"{WHO}/vehicleDescription"),
    (reported(esp_service="x" * 101), "too_long", f"{WHO}/espService"),
    (reported(profile_urls=("https://example.com", "")), "blank", f"{WHO}/profileUrl[2]"),
    (reported(prior_reports=(1, 0)), "range", f"{WHO}/priorCTReports[2]"),
    (reported(prior_reports=(2**63,)), "range", f"{WHO}/priorCTReports[1]"),
    (reported(prior_reports=(True,)), "type", f"{WHO}/priorCTReports[1]"),
    (reported(compromised="yes"), "type", f"{WHO}/compromisedAccount"),
    (ip(ip="192.0.2.256"), "ip", f"{IPS}/ipAddress"),
    (ip(ip="fe80::1%eth0"), "ip", f"{IPS}/ipAddress"),
    (ip(port=0), "range", f"{IPS}/port"),
    (ip(port=65536), "range", f"{IPS}/port"),
    (ip(at=LATER), "not_past", f"{IPS}/dateTime"),
    (reported(devices=(DeviceId(id_type="x" * 256, id_value="1"),)), "too_long", f"{WHO}/deviceId[1]/idType"),
    (reported(location=EstimatedLocation(city="A")), "missing", f"{WHO}/estimatedLocation/countryCode"),
    (reported(location=EstimatedLocation(country="EU")), "country", f"{WHO}/estimatedLocation/countryCode"),
    (
        reported(location=EstimatedLocation(country="US", city="A")),
        "region_missing",
        f"{WHO}/estimatedLocation/region",
    ),
    (
        reported(location=EstimatedLocation(country="US", region="Illinois")),
        "region",
        f"{WHO}/estimatedLocation/region",
    ),
    (
        reported(location=EstimatedLocation(country="DE", at=LATER)),
        "not_past",
        f"{WHO}/estimatedLocation/@timestamp",
    ),
    (
        reported(
            temporarily_disabled=AccountTemporarilyDisabled(
                disabled=True, at=EARLIER, notified_at=EARLIER - HOUR
            )
        ),
        "notified_before",
        f"{WHO}/accountTemporarilyDisabled/@userNotifiedDate",
    ),
    (
        reported(
            temporarily_disabled=AccountTemporarilyDisabled(disabled=True, at=EARLIER, reenabled_at=EARLIER)
        ),
        "reenabled_before",
        f"{WHO}/accountTemporarilyDisabled/@reenabledDate",
    ),
    (
        reported(
            temporarily_disabled=AccountTemporarilyDisabled(
                disabled=True, at=EARLIER, reenabled_at=EARLIER - HOUR
            )
        ),
        "reenabled_before",
        f"{WHO}/accountTemporarilyDisabled/@reenabledDate",
    ),
    (
        reported(permanently_disabled=AccountPermanentlyDisabled(disabled=True, at=LATER)),
        "not_past",
        f"{WHO}/accountPermanentlyDisabled/@disabledDate",
    ),
    (
        reported(
            associated=(
                AssociatedAccount(
                    kind=AssociationKind.OTHER, approximate_age=20, date_of_birth=date(2000, 1, 1)
                ),
            )
        ),
        "age_and_birth",
        f"{WHO}/associatedAccount[1]/approximateAge",
    ),
    (person(age=-1), "range", f"{AT}/age"),
    (person(age=151), "range", f"{AT}/age"),
    (person(date_of_birth=NOW.date()), "not_past", f"{AT}/dateOfBirth"),
    (person(date_of_birth=NOW), "type", f"{AT}/dateOfBirth"),
    (person(first_name="x" * 101), "too_long", f"{AT}/firstName"),
    (person(emails=(Email(address="nobody"),)), "email", f"{AT}/email[1]"),
    (
        person(emails=(Email(address="a@example.com", verified_at=EARLIER),)),
        "not_verified",
        f"{AT}/email[1]/@verificationDate",
    ),
    (
        phone("555-0123", verified=False, verified_at=EARLIER),
        "not_verified",
        f"{AT}/phone[1]/@verificationDate",
    ),
    (phone("555-0123", verified=True, verified_at=LATER), "not_past", f"{AT}/phone[1]/@verificationDate"),
    (phone("call me"), "phone", f"{AT}/phone[1]"),
    (phone("12"), "phone", f"{AT}/phone[1]"),
    (phone("5" * 51), "too_long", f"{AT}/phone[1]"),
    (phone("555-0123", calling_code="1"), "calling_code", f"{AT}/phone[1]/@countryCallingCode"),
    (phone("+1 555-0123", calling_code="+1"), "calling_code_twice", f"{AT}/phone[1]"),
    (phone("555-0123", extension="12a"), "extension", f"{AT}/phone[1]/@extension"),
    (phone("555-0123", extension="1" * 11), "too_long", f"{AT}/phone[1]/@extension"),
    (person(addresses=(Address(state="AS"),)), "state", f"{AT}/address[1]/state"),
    (person(addresses=(Address(country="us"),)), "country", f"{AT}/address[1]/country"),
    (person(addresses=(Address(zip_code="x" * 21),)), "too_long", f"{AT}/address[1]/zipCode"),
]


@pytest.mark.parametrize(("report", "code", "path"), SINGLE, ids=lambda v: v if isinstance(v, str) else "")
def test_a_rule_of_the_report(report: Report, code: str, path: str) -> None:
    assert found(report) == [(code, path)]


def test_a_good_report_has_no_problems() -> None:
    assert found(BASE) == []
    mine = Email(address="a@example.com", verified=True, verified_at=NOW)
    incident = EmailIncident(emails=(Email(address="a@example.com"),))
    for who in (
        {"reported": (PersonOrUserReported(person=Person(emails=(mine,))),)},
        {"recipients": (IntendedRecipient(), IntendedRecipient(person=Person(emails=(mine,))))},
        {"victims": (Victim(person=Person(emails=(mine,))),)},
    ):
        assert found(replace(BASE, details=(InternetDetails(email=incident),), **who)) == []
    for location in (
        EstimatedLocation(country="US"),
        EstimatedLocation(country="US", city="A", region="AS"),
        EstimatedLocation(country="DE", city="A"),
        EstimatedLocation(country="DE", region="Bavaria"),
    ):
        assert found(reported(location=location)) == []


def test_times_that_cannot_be_compared_are_reported_once() -> None:
    account = AccountTemporarilyDisabled(disabled=True, at=NAIVE, notified_at=EARLIER, reenabled_at=NOW)
    assert found(reported(temporarily_disabled=account)) == [
        ("zone", f"{WHO}/accountTemporarilyDisabled/@disabledDate")
    ]
    lone = AccountTemporarilyDisabled(disabled=True, notified_at=EARLIER, reenabled_at=LATER)
    assert found(reported(temporarily_disabled=lone)) == []


def test_problems_come_in_the_order_of_the_form() -> None:
    report = replace(
        summary(platform=""),
        note="",
        victims=(Victim(person=Person(age=-1)), Victim(person=Person(age=200, first_name=""))),
        reporter=Reporter(person=Person()),
    )
    assert [path for _, path in found(report)] == [
        "incidentSummary/platform",
        "reporter/reportingPerson/email",
        "victim[1]/victimPerson/age",
        "victim[2]/victimPerson/firstName",
        "victim[2]/victimPerson/age",
        "additionalInfo",
    ]


# -- batches

BATCH = Report(
    batched=BatchedReport(reason=BatchReason.VIRAL_POTENTIAL_MEME),
    summary=BASE.summary,
    reporter=BASE.reporter,
    reported=(PersonOrUserReported(esp_identifier="a"), PersonOrUserReported(esp_identifier="b")),
)


def test_what_a_batch_may_hold() -> None:
    assert found(BATCH) == []
    full = replace(
        BATCH,
        summary=replace(BATCH.summary, escalate="now"),
        details=(InternetDetails(web_page=WebPageIncident()),),
        law_enforcement=LawEnforcement(agency="A"),
        recipients=(IntendedRecipient(),),
        victims=(Victim(person=Person()),),
        note="n",
        reported=(PersonOrUserReported(), PersonOrUserReported(esp_identifier="b", screen_name="c")),
    )
    assert found(full) == [
        ("batched", "incidentSummary/escalateToHighPriority"),
        ("batched", "internetDetails[1]"),
        ("batched", "lawEnforcement"),
        ("batched_id", "personOrUserReported[1]/espIdentifier"),
        ("batched_id_alone", "personOrUserReported[2]"),
        ("batched", "intendedRecipient[1]"),
        ("batched", "victim[1]"),
        ("batched", "additionalInfo"),
    ]


VIRAL = FileDetails(report_id=1, file_id="f", annotations=FileAnnotations(viral=True))


def test_a_batch_takes_one_file() -> None:
    assert check_filing(BATCH, [VIRAL], NOW) == ()
    assert [(p.code, p.path) for p in check_filing(BATCH, [VIRAL, VIRAL], NOW)] == [
        ("batched_one_file", "files[2]")
    ]
    assert check_filing(BASE, [FileDetails(), FileDetails()], NOW) == ()
    closed = check_filing(BASE, [FileDetails()], NOW, open_ids=False)
    assert [(p.code, p.path) for p in closed] == [
        ("missing", "files[1]/reportId"),
        ("missing", "files[1]/fileId"),
    ]


def files(details: FileDetails, *, batched: bool = False) -> list[tuple[str, str]]:
    problems: tuple[Problem, ...] = check_file(details, NOW, batched=batched)
    for problem in problems:
        assert at(FileDetails, problem.path)
        assert problem.message.endswith(".")
    return [(p.code, p.path) for p in problems]


def test_what_the_file_of_a_batch_may_hold() -> None:
    good = replace(
        VIRAL,
        classification=Classification.A1,
        relevance=FileRelevance.REPORTED,
        viewed=True,
        public=True,
        uploaded_at=EARLIER,
        annotations=FileAnnotations(potential_meme=True, viral=True),
    )
    assert files(good, batched=True) == []
    full = replace(
        good,
        file_name="n",
        original_name="n",
        location="https://example.com",
        hashes=(FileHash(value="0", hash_type="MD5"),),
        ip_event=IpCaptureEvent(ip="192.0.2.7"),
        devices=(DeviceId(id_type="a", id_value="b"),),
        details=(Details(pairs=(NameValue(name="a", value="b"),)),),
        notes=("n",),
        annotations=FileAnnotations(viral=True, infant=True),
    )
    assert files(full, batched=True) == [
        ("batched", "fileName"),
        ("batched", "originalFileName"),
        ("batched", "locationOfFile"),
        ("batched", "fileAnnotations/infant"),
        ("batched", "originalFileHash[1]"),
        ("batched", "ipCaptureEvent"),
        ("batched", "deviceId[1]"),
        ("batched", "details[1]"),
        ("batched", "additionalInfo[1]"),
    ]
    none = replace(VIRAL, annotations=None, potential_meme=True)
    assert files(none, batched=True) == [("batched", "potentialMeme"), ("batched_mark", "fileAnnotations")]
    wrong = replace(VIRAL, relevance=FileRelevance.SUPPLEMENTAL)
    assert files(wrong, batched=True) == [("batched", "fileRelevance")]
    assert ("batched_mark", "fileAnnotations") in files(
        replace(VIRAL, annotations=FileAnnotations()), batched=True
    )


FILE = FileDetails(report_id=1, file_id="f")


@pytest.mark.parametrize(
    ("changes", "code", "path"),
    [
        ({"report_id": None}, "missing", "reportId"),
        ({"report_id": 0}, "range", "reportId"),
        ({"file_id": None}, "missing", "fileId"),
        ({"file_id": " f"}, "token", "fileId"),
        ({"file_id": ""}, "blank", "fileId"),
        ({"original_name": "x" * 2057}, "too_long", "originalFileName"),
        ({"uploaded_at": LATER}, "not_past", "uploadedToEspTimestamp"),
        ({"location": "example.com"}, "url", "locationOfFile"),
        ({"exif_viewed": True}, "exif_without_file", "exifViewedByEsp"),
        ({"exif_viewed": True, "viewed": False}, "exif_without_file", "exifViewedByEsp"),
        ({"potential_meme": True, "annotations": FileAnnotations()}, "meme_twice", "potentialMeme"),
        (
            {
                "relevance": FileRelevance.SUPPLEMENTAL,
                "annotations": FileAnnotations(potential_meme=True),
            },
            "supplemental_meme",
            "fileAnnotations/potentialMeme",
        ),
        (
            {"relevance": FileRelevance.SUPPLEMENTAL, "potential_meme": False},
            "supplemental_meme",
            "potentialMeme",
        ),
        (
            {"relevance": FileRelevance.SUPPLEMENTAL, "classification": Classification.B2},
            "supplemental_class",
            "industryClassification",
        ),
        ({"hashes": (FileHash(value="", hash_type="MD5"),)}, "blank", "originalFileHash[1]"),
        (
            {"hashes": (FileHash(value="0", hash_type="x" * 65),)},
            "too_long",
            "originalFileHash[1]/@hashType",
        ),
        ({"details": (Details(),)}, "too_few", "details[1]/nameValuePair"),
        (
            {"details": (Details(pairs=(NameValue(name="x" * 65, value="v"),)),)},
            "too_long",
            "details[1]/nameValuePair[1]/name",
        ),
        (
            {"details": (Details(pairs=(NameValue(name="x", value=" "),)),)},
            "blank",
            "details[1]/nameValuePair[1]/value",
        ),
    ],
)
def test_a_rule_of_the_file(changes: dict[str, Any], code: str, path: str) -> None:
    assert files(FILE) == []
    assert files(replace(FILE, **changes)) == [(code, path)]


def test_a_supplemental_file_may_carry_other_marks() -> None:
    assert (
        files(replace(FILE, relevance=FileRelevance.SUPPLEMENTAL, annotations=FileAnnotations(infant=True)))
        == []
    )


# -- the forms of single texts

GOOD = {
    "victim/victimPerson/email": [
        "a@example.com",
        "a.b+c@sub.example.org",
        "x" * 64 + "@example.com",
        "a@xn--bcher-kva.example",
    ],
    "reporter/legalURL": [
        "https://example.com",
        "HTTP://EXAMPLE.COM:8080/a?b#c",
        "https://bücher.example/ä",
        "https://user@192.0.2.7/",
        "ftp://example.com./x",
        "http://[2001:db8::1]/",
    ],
    "personOrUserReported/ipCaptureEvent/ipAddress": ["0.0.0.0", "::", "2001:DB8::1", "::ffff:192.0.2.1"],
}
BAD = {
    "victim/victimPerson/email": [
        "a@",
        "@example.com",
        "a@b",
        "a b@example.com",
        ".a@example.com",
        "a..b@example.com",
        "x" * 65 + "@example.com",
        "a@-example.com",
        "a@example.c0m1-",
        "a@[192.0.2.1]",
        "ä@example.com",
        "a@example.com\n",
        "a@" + "x" * 64 + ".com",
    ],
    "reporter/legalURL": [
        "example.com",
        "javascript:alert(1)",
        "https:example.com",
        "https://",
        "https:///x",
        "https://exa mple.com",
        "https://example.com/a b",
        "https://example.com/\x7f",
        "https://example.com/<",
        "https://example.com/%zz",
        "https://example.com:99999/",
        "https://example.com:0/",
        "https://[2001:db8::g]/",
        "https://[::1",
        "https://192.0.2.256/",
        "https://-a.example/",
        "https://" + "a" * 64 + ".example/",
        "https://" + "a." * 130 + "example/",
        "\x01https://example.com",
        "data://text",
    ],
    "personOrUserReported/ipCaptureEvent/ipAddress": [
        "192.0.2.7:80",
        "192.0.2.0/24",
        "192.0.2",
        "[::1]",
        " 192.0.2.7",
        "192.0.2.07",
    ],
}


def leaf(path: str) -> Any:
    """The line that holds the text at a path: an email's own text, not the email."""
    field = at(Report, path)
    return table(field.type).content if is_record(field.type) else field


@pytest.mark.parametrize(("path", "text"), [(p, t) for p, texts in GOOD.items() for t in texts])
def test_good_forms(path: str, text: str) -> None:
    assert check_value(leaf(path), text, NOW) == ()


@pytest.mark.parametrize(("path", "text"), [(p, t) for p, texts in BAD.items() for t in texts])
def test_bad_forms(path: str, text: str) -> None:
    field = leaf(path)
    assert [p.code for p in check_value(field, text, NOW)] == [field.form.value]


@pytest.mark.parametrize(
    ("number", "code", "repeats"),
    [
        ("2025550123", "+1", False),
        ("12025550123", "+1", True),
        ("+1 202 555 0123", "+1", True),
        ("+44 20", "+1", True),
        ("001 202 555 0123", "+1", True),
        ("7012345678", "+7", False),
        ("442079460123", "+44", True),
        ("020 7946 0123", "+44", False),
    ],
)
def test_a_calling_code_said_twice(number: str, code: str, repeats: bool) -> None:
    assert repeats_calling_code(number, code) is repeats


def test_a_domain_has_253_characters_at_most() -> None:
    assert email("a@" + "x." * 125 + "com") is None
    assert email("a@" + "x." * 126 + "com") is not None


def test_lengths_are_the_services() -> None:
    assert [length(text) for text in ("abc", "äöü", "𝄞x")] == [3, 3, 3]


def test_midnight_elsewhere_is_still_the_past() -> None:
    ahead = NOW.astimezone(timezone(timedelta(hours=14)))
    assert found(summary(occurred_at=ahead)) == []
    assert check_report(person(date_of_birth=date(2026, 11, 19)), datetime(2026, 11, 20, tzinfo=UTC)) == ()
