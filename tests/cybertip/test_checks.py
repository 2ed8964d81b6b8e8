"""Each rule of the documentation, one by one."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from typing import Any

import pytest

from desk.cybertip.checks import check_report
from desk.cybertip.fields import in_words
from desk.cybertip.model import Report
from desk.cybertip.model_incident import (
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
