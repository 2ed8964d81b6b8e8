"""Every rule of the documentation, each broken once and sent over real HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import httpx
import pytest
from lxml import etree

from desk.practice.server import StandIn
from desk.practice.server_rules import rules
from desk.practice.server_xsd import schema
from tests.practice.server_documents import BATCHED, NOW, PERSON, REPORTER, SUMMARY, details, report

XML = {"Content-Type": "text/xml; charset=utf-8"}
LATER = (NOW + timedelta(seconds=1)).isoformat()


@pytest.fixture(scope="module")
def stand_in() -> Iterator[StandIn]:
    with StandIn(user="name", password="word", clock=lambda: NOW) as service:
        yield service
        assert service.errors == []


@pytest.fixture(scope="module")
def client(stand_in: StandIn) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=stand_in.url, auth=("name", "word"), trust_env=False) as http:
        yield http


@pytest.fixture(scope="module")
def open_file(client: httpx.Client) -> tuple[str, str]:
    """A report and a file of it, whose details have not been sent."""
    return opened(client, report())


def opened(client: httpx.Client, text: str) -> tuple[str, str]:
    report_id = answer(client.post("/submit", content=text.encode(), headers=XML), 200, "0")["reportId"]
    sent = client.post("/upload", data={"id": report_id}, files={"file": ("a.bin", b"PRACTICE")})
    return report_id, answer(sent, 200, "0")["fileId"]


def answer(response: httpx.Response, status: int, code: str) -> dict[str, str]:
    root = etree.fromstring(response.content)
    values = {str(child.tag): child.text or "" for child in root}
    assert (response.status_code, values["responseCode"]) == (status, code), values
    assert response.headers["Request-ID"]
    return values


def person(inner: str) -> str:
    return f"<personOrUserReported>{inner}</personOrUserReported>"


def named(inner: str) -> str:
    return person(f"<personOrUserReportedPerson>{inner}</personOrUserReportedPerson>")


def internet(inner: str) -> str:
    return f"<internetDetails>{inner}</internetDetails>"


def summary(
    more: str = "", *, kind: str = "Child Sex Tourism", at: str = "2026-11-20T08:59:41Z", end: str = ""
) -> str:
    return (
        f"<incidentSummary><incidentType>{kind}</incidentType>{more}"
        f"<incidentDateTime>{at}</incidentDateTime>{end}</incidentSummary>"
    )


def associated(inner: str, kind: str = "type='Linked'") -> str:
    return person(f"<associatedAccount {kind}>{inner}</associatedAccount>")


def event(inner: str) -> str:
    return person(f"<ipCaptureEvent>{inner}</ipCaptureEvent>")


def place(inner: str) -> str:
    return person(f"<estimatedLocation>{inner}</estimatedLocation>")


def law(inner: str) -> str:
    return f"<lawEnforcement>{inner}</lawEnforcement>"


def reporter(person_inner: str, more: str = "") -> str:
    return f"<reporter><reportingPerson>{person_inner}</reportingPerson>{more}</reporter>"


def mail(text: str, attributes: str = "") -> str:
    return named(f"<email {attributes}>{text}</email>")


def phone(text: str, attributes: str = "") -> str:
    return named(f"<phone {attributes}>{text}</phone>")


def off(attributes: str, kind: str = "accountTemporarilyDisabled") -> str:
    return person(f"<{kind} {attributes}>true</{kind}>")


E255 = "a" * 64 + "@" + ".".join(["b" * 60] * 3) + "." + "c" * 7
BLANK, MANY = "the value is blank", "the value is longer than {} characters"
UNKNOWN, MISSING, LISTED = "unknown here, out of order", "is incomplete; missing", "not one of the listed"

BAD_REPORTS: dict[str, tuple[str, str]] = {
    # Structure and order.
    "no summary": (report(summary=""), "expected: batchedReport, incidentSummary"),
    "no reporter": (report(reporter=""), MISSING),
    "out of order": (report(summary="", end=SUMMARY), UNKNOWN),
    "a second reporter": (report(reporter=REPORTER * 2), UNKNOWN),
    "an unknown element": (report(end="<mystery/>"), "'mystery' is unknown here"),
    "an unknown attribute": (report(batched='<batchedReport reason="VIRAL_POTENTIAL_MEME" x="1"/>'), "'x' is not allowed"),
    "text between elements": (report(end="stray"), "holds text where only elements may stand"),
    "an element inside a value": (report(summary=summary("<platform><b/></platform>")), "'b' is not allowed"),
    "a default namespace": (report().replace("<report>", '<report xmlns="urn:example">'), "no element of this API has a namespace"),
    "another root": ("<incidentSummary/>", "the root element is not 'report'"),
    "file details": (details(), "the root element is not 'report'"),
    "no incident type": (report(summary=summary().replace("<incidentType>Child Sex Tourism</incidentType>", "")), "expected: incidentType"),
    "no incident time": (report(summary="<incidentSummary><incidentType>Child Sex Tourism</incidentType></incidentSummary>"), MISSING),
    "no batch reason": (report(batched="<batchedReport/>"), "attribute 'reason' must appear"),
    "another batch reason": (report(batched='<batchedReport reason="OTHER"/>'), LISTED),
    "an unknown incident type": (report(summary=summary(kind="Something else")), LISTED),
    "a padded incident type": (report(summary=summary(kind=" Child Sex Tourism")), LISTED),
    "two incidents in one": (report(middle=internet("<webPageIncident/><chatImIncident/>")), UNKNOWN),
    "no incident in the details": (report(middle=internet("")), MISSING),
    "no agency": (report(middle=law("<caseNumber>1</caseNumber>")), "expected: agencyName"),
    "no victim person": (report(end="<victim/>"), MISSING),
    "no idValue": (report(end=person("<deviceId><idType>IMEI</idType></deviceId>")), MISSING),
    "no ipAddress": (report(end=event("<port>1</port>")), "expected: ipAddress"),
    "no account type": (report(end=associated("", "")), "attribute 'type' must appear"),
    "account type by its old name": (report(end=associated("", "accountType='Linked'")), "'accountType' is not allowed"),
    "plural prior reports of an account": (report(end=associated("<priorCTReports>1</priorCTReports>")), UNKNOWN),
    "allEmailsReported too early": (report(end="<victim><victimPerson/><allEmailsReported>true</allEmailsReported><estimatedLocation><countryCode>US</countryCode></estimatedLocation></victim>"), UNKNOWN),
    "a contact's age": (report(reporter=REPORTER.replace("</reporter>", "<contactPerson><age>3</age></contactPerson></reporter>")), UNKNOWN),
    # Flags and lexical forms.
    "a false flag": (report(summary=summary("<reportAnnotations><spam>false</spam></reportAnnotations>")), "the only value is true"),
    "a numeric flag": (report(summary=summary("<reportAnnotations><spam>1</spam></reportAnnotations>")), "the only value is true"),
    "a padded flag": (report(summary=summary("<reportAnnotations><spam> true </spam></reportAnnotations>")), "the only value is true"),
    "a flag twice": (report(summary=summary("<reportAnnotations><spam/><spam/></reportAnnotations>")), UNKNOWN),
    "an unknown flag": (report(summary=summary("<reportAnnotations><viral/></reportAnnotations>")), UNKNOWN),
    "no boolean": (report(end=person("<compromisedAccount>yes</compromisedAccount>")), "not true or false"),
    "no number": (report(end=named("<age>twelve</age>")), "not a whole number"),
    "a huge number": (report(end=person(f"<priorCTReports>{'9' * 40}</priorCTReports>")), "not a whole number"),
    "no latitude": (report(middle=internet("<cellPhoneIncident><latitude>north</latitude></cellPhoneIncident>")), "not a number"),
    "no date": (report(end=named("<dateOfBirth>2014-02-30</dateOfBirth>")), "not a date"),
    "no time": (report(summary=summary(at="2026-11-20")), "not a date and time"),
    "hour 25": (report(summary=summary(at="2026-11-20T25:00:00Z")), "not a date and time"),
    # Times.
    "no zone": (report(summary=summary(at="2026-11-20T08:59:41")), "no explicit offset or Z"),
    "the future": (report(summary=summary(at=LATER)), "not in the past"),
    "the future by its offset": (report(summary=summary(at="2026-11-20T11:59:59-01:00")), "not in the past"),
    "born tomorrow": (report(end=named("<dateOfBirth>2026-11-21</dateOfBirth>")), "not in the past"),
    "an account born tomorrow": (report(end=associated("<dateOfBirth>2026-11-21</dateOfBirth>")), "not in the past"),
    "a capture to come": (report(end=event(f"<ipAddress>192.0.2.7</ipAddress><dateTime>{LATER}</dateTime>")), "not in the past"),
    "a device's event to come": (report(end=person(f"<deviceId><idType>a</idType><idValue>b</idValue><dateTime>{LATER}</dateTime></deviceId>")), "not in the past"),
    "a location to come": (report(end=person(f"<estimatedLocation timestamp='{LATER}'><countryCode>FR</countryCode></estimatedLocation>")), "not in the past"),
    # Lengths and blanks.
    "a long platform": (report(summary=summary(f"<platform>{'a' * 257}</platform>")), MANY.format(256)),
    "a blank platform": (report(summary=summary("<platform> \n</platform>")), BLANK),
    "a blank escalation": (report(summary=summary("<escalateToHighPriority/>")), BLANK),
    "a long escalation": (report(summary=summary(f"<escalateToHighPriority>{'a' * 3001}</escalateToHighPriority>")), MANY.format(3000)),
    "a long time note": (report(summary=summary(end=f"<incidentDateTimeDescription>{'a' * 3001}</incidentDateTimeDescription>")), MANY.format(3000)),
    "a blank note": (report(end="<additionalInfo></additionalInfo>"), BLANK),
    "a long group name": (report(middle=internet(f"<newsgroupIncident><name>{'a' * 256}</name></newsgroupIncident>")), MANY.format(255)),
    "a long chat client": (report(middle=internet(f"<chatImIncident><chatClient>{'a' * 256}</chatClient></chatImIncident>")), MANY.format(255)),
    "a long chat room": (report(middle=internet(f"<chatImIncident><chatRoomName>{'a' * 256}</chatRoomName></chatImIncident>")), MANY.format(255)),
    "a long game": (report(middle=internet(f"<onlineGamingIncident><gameName>{'a' * 256}</gameName></onlineGamingIncident>")), MANY.format(255)),
    "a long console": (report(middle=internet(f"<onlineGamingIncident><console>{'a' * 256}</console></onlineGamingIncident>")), MANY.format(255)),
    "a long place": (report(middle=internet(f"<nonInternetIncident><locationName>{'a' * 256}</locationName></nonInternetIncident>")), MANY.format(255)),
    "a long p2p client": (report(middle=internet(f"<peer2peerIncident><client>{'a' * 256}</client></peer2peerIncident>")), MANY.format(255)),
    "a long agency": (report(middle=law(f"<agencyName>{'a' * 256}</agencyName>")), MANY.format(255)),
    "a long case number": (report(middle=law(f"<agencyName>a</agencyName><caseNumber>{'a' * 101}</caseNumber>")), MANY.format(100)),
    "an unknown country": (report(middle=law("<agencyName>a</agencyName><servedLegalProcessInternational fleaCountry='XX'>true</servedLegalProcessInternational>")), LISTED),
    "a long vehicle": (report(end=person(f"<vehicleDescription>{'a' * 301}</vehicleDescription>")), MANY.format(300)),
    "a long identifier": (report(end=person(f"<espIdentifier>{'a' * 256}</espIdentifier>")), MANY.format(255)),
    "a long service": (report(end=person(f"<espService>{'a' * 101}</espService>")), MANY.format(100)),
    "a long screen name": (report(end=person(f"<screenName>{'a' * 257}</screenName>")), MANY.format(256)),
    "a long display name": (report(end=person(f"<displayName>{'a' * 256}</displayName>")), MANY.format(255)),
    "a long group": (report(end=person(f"<groupIdentifier>{'a' * 256}</groupIdentifier>")), MANY.format(255)),
    "a long school": (report(end=f"<victim><victimPerson/><schoolName>{'a' * 256}</schoolName></victim>"), MANY.format(255)),
    "a recipient's long identifier": (report(end=f"<intendedRecipient><espIdentifier>{'a' * 256}</espIdentifier></intendedRecipient>"), MANY.format(255)),
    "a long first name": (report(end=named(f"<firstName>{'a' * 101}</firstName>")), MANY.format(100)),
    "a long last name": (report(end=named(f"<lastName>{'a' * 101}</lastName>")), MANY.format(100)),
    "an account's long middle name": (report(end=associated(f"<middleName>{'a' * 257}</middleName>")), MANY.format(256)),
    "an account's long platform": (report(end=associated(f"<platform thirdPartyUser='true'>{'a' * 257}</platform>")), MANY.format(256)),
    "a long street": (report(end=named(f"<address><address>{'a' * 256}</address></address>")), MANY.format(255)),
    "a long city": (report(end=named(f"<address><city>{'a' * 101}</city></address>")), MANY.format(100)),
    "a long zip": (report(end=named(f"<address><zipCode>{'1' * 21}</zipCode></address>")), MANY.format(20)),
    "a long foreign state": (report(end=named(f"<address><nonUsaState>{'a' * 101}</nonUsaState></address>")), MANY.format(100)),
    "an unknown state": (report(end=named("<address><state>ZZ</state></address>")), LISTED),
    "an unknown address type": (report(end=named("<address type='Holiday'/>")), LISTED),
    "a long device type": (report(end=person(f"<deviceId><idType>{'a' * 256}</idType><idValue>1</idValue></deviceId>")), MANY.format(255)),
    "a long device": (report(end=person(f"<deviceId><idType>a</idType><idValue>{'1' * 2084}</idValue></deviceId>")), MANY.format(2083)),
    "an unknown event": (report(end=event("<ipAddress>192.0.2.7</ipAddress><eventName>Sneeze</eventName>")), LISTED),
    # Numbers' ranges.
    "age 151": (report(end=named("<age>151</age>")), "more than 150"),
    "age -1": (report(end=named("<age>-1</age>")), "less than 0"),
    "approximate age 151": (report(end=associated("<approximateAge>151</approximateAge>")), "more than 150"),
    "port 0": (report(end=event("<ipAddress>192.0.2.7</ipAddress><port>0</port>")), "less than 1"),
    "port 65536": (report(end=event("<ipAddress>192.0.2.7</ipAddress><port>65536</port>")), "more than 65535"),
    "prior report 0": (report(end=person("<priorCTReports>0</priorCTReports>")), "less than 1"),
    # Forms.
    **{f"ip {value}": (report(end=event(f"<ipAddress>{value}</ipAddress>")), "not an IPv4 or IPv6 address")
       for value in ("192.0.2.256", "192.0.2", "fe80::1%eth0", "example.com", "192.0.2.7:80")},
    "a blank ip": (report(end=event("<ipAddress/>")), BLANK),
    **{f"url {value!r}": (report(middle=internet(f"<webPageIncident><url>{value}</url></webPageIncident>")), "not a valid URL")
       for value in ("example.com", "https://", "https://example.com/a b", "https://example.com/\u0085", "mailto:a@example.com",
                     "https://example.com:99999/", "https://[::1", "javascript://example.com/", "https://example.com/\n")},
    "a long url": (report(middle=internet(f"<webPageIncident><url>https://example.com/{'a' * 2064}</url></webPageIncident>")), MANY.format(2083)),
    "a profile that is no url": (report(end=person("<profileUrl>user5521</profileUrl>")), "not a valid URL"),
    "a legal page that is no url": (report(reporter=reporter("<email>a@example.com</email>", "<legalURL>law</legalURL>")), "not a valid URL"),
    **{f"email {value!r}": (report(end=mail(value)), "not a well-formed email")
       for value in ("plain", "@example.com", "a@", "a@b", "a..b@example.com", ".a@example.com", "a.@example.com",
                     "a b@example.com", "a@exa mple.com", "a@-example.com", "a@example-.com", "a@example..com", "a@b@example.com",
                     f"a@{'b' * 64}.com", "a@exa_mple.com")},
    "a long email": (report(end=mail(E255 + "c")), MANY.format(255)),
    "a long local part": (report(end=mail("a" * 65 + "@example.com")), "longer than 64"),
    "an email's unknown type": (report(end=mail("a@example.com", "type='Secret'")), LISTED),
    "a long phone": (report(end=phone("1" * 51)), MANY.format(50)),
    "a phone's unknown type": (report(end=phone("1", "type='Secret'")), LISTED),
    "a calling code without plus": (report(end=phone("1", "countryCallingCode='1'")), "pattern"),
    "a long calling code": (report(end=phone("1", "countryCallingCode='+1234'")), "pattern"),
    "an extension with letters": (report(end=phone("1", "extension='x1'")), "pattern"),
    "a long extension": (report(end=phone("1", "extension='12345678901'")), MANY.format(10)),
    # Rules between fields.
    "a repeated calling code": (report(end=phone("+1 202 555 0123", "countryCallingCode='+1'")), "must not repeat"),
    "a repeated calling code with zeros": (report(end=phone("0044 555 0123", "countryCallingCode='+44'")), "must not repeat"),
    "verified without verified": (report(end=mail("a@example.com", "verificationDate='2026-01-01T00:00:00Z'")), "requires verified"),
    "verified false with a date": (report(end=phone("1", "verified='false' verificationDate='2026-01-01T00:00:00Z'")), "requires verified"),
    "verified in the future": (report(end=mail("a@example.com", f"verified='true' verificationDate='{LATER}'")), "not in the past"),
    "no reporter's email": (report(reporter=reporter("<firstName>A</firstName>")), "at least one email"),
    "two reported persons": (report(end=PERSON * 2), "only one reported person"),
    "an unknown incident email": (report(middle=internet("<emailIncident><emailAddress>b@example.com</emailAddress></emailIncident>"), end=PERSON), "must also stand as an email"),
    "an unknown newsgroup email": (report(middle=internet("<newsgroupIncident><emailAddress>b@example.com</emailAddress></newsgroupIncident>")), "must also stand as an email"),
    "a location without country": (report(end=place("<city>Springfield</city>")), "countryCode is required"),
    "an empty country of a location": (report(end=place("<countryCode/>")), "countryCode is required"),
    "a US region in words": (report(end=place("<region>Illinois</region><countryCode>US</countryCode>")), "US postal abbreviation"),
    "a US city without region": (report(end=place("<city>Springfield</city><countryCode>US</countryCode>")), "a city needs its region"),
    "disabled in the future": (report(end=off(f"disabledDate='{LATER}'")), "not in the past"),
    "notified in the future": (report(end=off(f"userNotifiedDate='{LATER}'", "accountPermanentlyDisabled")), "not in the past"),
    "notified before disabled": (report(end=off("disabledDate='2026-01-02T00:00:00Z' userNotifiedDate='2026-01-01T00:00:00Z'")), "before disabledDate"),
    "notified before disabled for good": (report(end=off("disabledDate='2026-01-02T00:00:00Z' userNotifiedDate='2026-01-01T00:00:00Z'", "accountPermanentlyDisabled")), "before disabledDate"),
    "reenabled when disabled": (report(end=off("disabledDate='2026-01-02T00:00:00Z' reenabledDate='2026-01-02T00:00:00Z'")), "not after disabledDate"),
    "reenabled for good": (report(end=off("reenabledDate='2026-01-02T00:00:00Z'", "accountPermanentlyDisabled")), "'reenabledDate' is not allowed"),
    "age and birth of an account": (report(end=associated("<approximateAge>30</approximateAge><dateOfBirth>1996-01-01</dateOfBirth>")), "may not stand beside"),
    # Appendix E.
    "a batch with details": (report(batched=BATCHED, middle=internet("<webPageIncident/>")), "may not hold internetDetails"),
    "a batch with police": (report(batched=BATCHED, middle=law("<agencyName>a</agencyName>")), "may not hold lawEnforcement"),
    "a batch with a recipient": (report(batched=BATCHED, end="<intendedRecipient/>"), "may not hold intendedRecipient"),
    "a batch with a victim": (report(batched=BATCHED, end="<victim><victimPerson/></victim>"), "may not hold victim"),
    "a batch with a note": (report(batched=BATCHED, end="<additionalInfo>a</additionalInfo>"), "may not hold additionalInfo"),
    "an escalated batch": (report(batched=BATCHED, summary=summary("<escalateToHighPriority>now</escalateToHighPriority>")), "may not be escalated"),
    "a batch with a named person": (report(batched=BATCHED, end=PERSON), "espIdentifier alone"),
    "a batch with more of a person": (report(batched=BATCHED, end=person("<espIdentifier>u</espIdentifier><screenName>u</screenName>")), "espIdentifier alone"),
    "a batch with an empty person": (report(batched=BATCHED, end=person("")), "espIdentifier alone"),
}  # fmt: skip

GOOD_REPORTS = {
    "lengths at their limits": report(
        summary=summary(f"<platform>{'é' * 256}</platform><escalateToHighPriority>{'a' * 3000}</escalateToHighPriority>"),
        end=named(f"<email>{E255}</email>"),
    ),
    "now is past enough": report(summary=summary(at=NOW.isoformat())),
    "padded numbers": report(end=named("<age> +12\n</age>")),
    "flags empty and true": report(summary=summary("<reportAnnotations><spam/><sextortion>true</sextortion></reportAnnotations>")),
    "comments and instructions": report(end="<!-- one --><?two?>"),
    "schema location": report().replace("<report>", '<report xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:noNamespaceSchemaLocation="x.xsd">'),
    "a victim's email of the incident": report(
        middle=internet("<emailIncident><emailAddress>v@example.com</emailAddress></emailIncident>"),
        end="<victim><victimPerson><email>v@example.com</email></victimPerson></victim>",
    ),
    "a territory as region": report(end=place("<region>MP</region><countryCode>US</countryCode>")),
    "a region elsewhere": report(end=place("<city>Paris</city><countryCode>FR</countryCode>")),
    "the schema's own countries": report(end=named("<address><state/><country>XK</country></address>")),
    "notified as disabled": report(end=off("disabledDate='2026-01-02T00:00:00Z' userNotified='1' userNotifiedDate='2026-01-02T01:00:00+01:00' reenabledDate='2030-01-01T00:00:00Z'")),
    "a phone beside its code": report(end=phone("202 555 0123", "countryCallingCode='+1' verified='1' verificationDate='2026-01-01T00:00:00Z'")),
    "an international address": report(end=mail("grün@bücher.example")),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD_REPORTS)
def test_a_bad_report_is_refused(name: str, client: httpx.Client) -> None:
    text, words = BAD_REPORTS[name]
    values = answer(client.post("/submit", content=text.encode(), headers=XML), 400, "4100")
    assert values["responseDescription"].startswith("Validation failed [")
    assert words in values["responseDescription"]
    assert "reportId" not in values


@pytest.mark.parametrize("name", GOOD_REPORTS)
def test_a_good_report_is_accepted(name: str, client: httpx.Client) -> None:
    body = GOOD_REPORTS[name].encode()
    answer(client.post("/submit", content=body, headers=XML), 200, "0")
    etree.XMLSchema(etree.fromstring(schema(rules()))).assertValid(etree.fromstring(body))


def test_a_refusal_names_line_and_column(client: httpx.Client) -> None:
    text = report().replace("<reporter>", "\n  <mystery/>\n<reporter>")
    values = answer(client.post("/submit", content=text.encode(), headers=XML), 400, "4100")
    assert values["responseDescription"].startswith(
        "Validation failed [2,3] - report/mystery: cvc-complex-type"
    )


FLAGS = "<fileAnnotations>{}</fileAnnotations>"
SUPPLEMENTAL = "<fileRelevance>Supplemental Reported</fileRelevance>"
HASHED = "<originalFileHash hashType='{}'>{}</originalFileHash>"
PAIR = "<nameValuePair><name>{}</name><value>{}</value></nameValuePair>"
BAD_DETAILS: dict[str, tuple[str, str]] = {
    "a long name": (f"<originalFileName>{'a' * 2057}</originalFileName>", MANY.format(2056)),
    "a blank name": ("<originalFileName> </originalFileName>", BLANK),
    "uploaded in the future": (f"<uploadedToEspTimestamp>{LATER}</uploadedToEspTimestamp>", "not in the past"),
    "uploaded without a zone": ("<uploadedToEspTimestamp>2026-11-20T08:59:41</uploadedToEspTimestamp>", "no explicit offset"),
    "no url": ("<locationOfFile>file</locationOfFile>", "not a valid URL"),
    "another relevance": ("<fileRelevance>Other</fileRelevance>", LISTED),
    "another class": ("<industryClassification>C1</industryClassification>", LISTED),
    "both places of the meme": ("<potentialMeme>true</potentialMeme><fileAnnotations/>", UNKNOWN),
    "a false annotation": (FLAGS.format("<viral>false</viral>"), "the only value is true"),
    "an unknown annotation": (FLAGS.format("<odd/>"), UNKNOWN),
    "no hash type": ("<originalFileHash>00</originalFileHash>", "attribute 'hashType' must appear"),
    "a blank hash type": (HASHED.format(" ", "00"), BLANK),
    "a long hash type": (HASHED.format("a" * 65, "00"), MANY.format(64)),
    "a blank hash": (HASHED.format("MD5", ""), BLANK),
    "two captures": ("<ipCaptureEvent><ipAddress>192.0.2.7</ipAddress></ipCaptureEvent>" * 2, UNKNOWN),
    "empty details": ("<details type='EXIF'/>", MISSING),
    "unknown details": (f"<details type='TIFF'>{PAIR.format('a', 'b')}</details>", LISTED),
    "a long pair name": (f"<details>{PAIR.format('a' * 65, 'b')}</details>", MANY.format(64)),
    "a blank pair value": (f"<details>{PAIR.format('a', '')}</details>", BLANK),
    "metadata viewed alone": ("<exifViewedByEsp>true</exifViewedByEsp>", "requires fileViewedByEsp true"),
    "metadata viewed, file not": ("<fileViewedByEsp>false</fileViewedByEsp><exifViewedByEsp>1</exifViewedByEsp>", "requires fileViewedByEsp true"),
    "a supplemental meme": (SUPPLEMENTAL + FLAGS.format("<potentialMeme/>"), "may not be annotated potentialMeme"),
    "a supplemental meme, old place": (SUPPLEMENTAL + "<potentialMeme>true</potentialMeme>", "may not be annotated potentialMeme"),
    "a supplemental class": (SUPPLEMENTAL + "<industryClassification>A1</industryClassification>", "may not carry an industryClassification"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD_DETAILS)
def test_bad_file_details_are_refused(name: str, client: httpx.Client, open_file: tuple[str, str]) -> None:
    inner, words = BAD_DETAILS[name]
    body = details(*open_file, inner).encode()
    values = answer(client.post("/fileinfo", content=body, headers=XML), 400, "4100")
    assert words in values["responseDescription"]


def test_a_bad_report_id_in_file_details_is_refused(client: httpx.Client) -> None:
    for report_id, words in (("-1", "less than 1"), ("x", "not a whole number"), ("", "not a whole number")):
        body = details(report_id).encode()
        assert (
            words
            in answer(client.post("/fileinfo", content=body, headers=XML), 400, "4100")["responseDescription"]
        )
    body = details(1, " ").encode()
    assert (
        BLANK
        in answer(client.post("/fileinfo", content=body, headers=XML), 400, "4100")["responseDescription"]
    )


def test_a_supplemental_file_may_carry_other_annotations(client: httpx.Client) -> None:
    body = details(*opened(client, report()), SUPPLEMENTAL + FLAGS.format("<generativeAi/>")).encode()
    answer(client.post("/fileinfo", content=body, headers=XML), 200, "0")


VIRAL = FLAGS.format("<viral/>")
BAD_BATCHED = {
    "nothing": ("", "must carry viral or potentialMeme"),
    "another annotation": (FLAGS.format("<infant/>"), "must carry viral or potentialMeme"),
    "one more annotation": (FLAGS.format("<viral/><infant/>"), "must carry viral or potentialMeme"),
    "supplemental": (SUPPLEMENTAL + VIRAL, "must have fileRelevance Reported"),
    "a name": ("<originalFileName>a</originalFileName>" + VIRAL, "may not hold originalFileName"),
    "a location": ("<locationOfFile>https://example.com/</locationOfFile>" + VIRAL, "may not hold locationOfFile"),
    "a hash": (VIRAL + HASHED.format("MD5", "00"), "may not hold originalFileHash"),
    "a capture": (VIRAL + "<ipCaptureEvent><ipAddress>192.0.2.7</ipAddress></ipCaptureEvent>", "may not hold ipCaptureEvent"),
    "a device": (VIRAL + "<deviceId><idType>a</idType><idValue>b</idValue></deviceId>", "may not hold deviceId"),
    "metadata": (VIRAL + f"<details>{PAIR.format('a', 'b')}</details>", "may not hold details"),
    "a note": (VIRAL + "<additionalInfo>a</additionalInfo>", "may not hold additionalInfo"),
}  # fmt: skip
PEOPLE = person("<espIdentifier>u-1</espIdentifier>") + person("<espIdentifier>u-2</espIdentifier>")


def test_a_batched_file_keeps_to_appendix_e(client: httpx.Client) -> None:
    ids = opened(client, report(batched=BATCHED, end=PEOPLE))
    for inner, words in BAD_BATCHED.values():
        body = details(*ids, inner).encode()
        values = answer(client.post("/fileinfo", content=body, headers=XML), 400, "4100")
        assert words in values["responseDescription"]
    good = VIRAL + "<industryClassification>B2</industryClassification>"
    answer(client.post("/fileinfo", content=details(*ids, good).encode(), headers=XML), 200, "0")
    answer(client.post("/finish", files={"id": (None, ids[0])}), 200, "0")


def test_the_old_place_of_the_meme_counts_in_a_batch(client: httpx.Client) -> None:
    ids = opened(client, report(batched=BATCHED, end=PEOPLE))
    body = details(*ids, "<potentialMeme>true</potentialMeme>").encode()
    answer(client.post("/fileinfo", content=body, headers=XML), 200, "0")


def test_a_batched_report_with_two_files_cannot_be_finished(client: httpx.Client, stand_in: StandIn) -> None:
    report_id, _ = opened(client, report(batched=BATCHED, end=PEOPLE))
    again = client.post("/upload", data={"id": report_id}, files={"file": ("b.bin", b"PRACTICE")})
    answer(again, 200, "0")
    values = answer(client.post("/finish", files={"id": (None, report_id)}), 400, "4100")
    assert "one file at most" in values["responseDescription"]
    assert [item["state"] for item in stand_in.reports() if item["id"] == int(report_id)] == ["open"]
    answer(client.post("/retract", files={"id": (None, report_id)}), 200, "0")


MALFORMED = {
    "nothing": b"",
    "no xml": b"Hello",
    "cut": report().encode()[:-3],
    "a control character": report(end="<additionalInfo>a\x01</additionalInfo>").encode(),
    "wrong bytes": report(end="<additionalInfo>\xe9</additionalInfo>").encode("latin-1"),
    "an unknown encoding": report().replace("UTF-8", "EXAMPLE-9").encode(),
    "a doctype": report().replace("<report>", "<!DOCTYPE report [<!ENTITY a 'b'>]><report>").encode(),
    "two roots": report().encode() + b"<report/>",
    "too deep": b"<a>" * 80 + b"</a>" * 80,
    "an undeclared prefix": b"<x:report/>",
}


@pytest.mark.parametrize("name", MALFORMED)
def test_malformed_xml(name: str, client: httpx.Client) -> None:
    values = answer(client.post("/submit", content=MALFORMED[name], headers=XML), 400, "4110")
    assert values["responseDescription"].startswith("Malformed XML [")


def test_the_xml_declaration_is_trusted_over_the_header(client: httpx.Client, stand_in: StandIn) -> None:
    wrong = {"Content-Type": "text/xml; charset=ISO-8859-1"}
    text = report(end="<additionalInfo>é</additionalInfo>")
    for body in (
        text.encode(),
        text.replace("UTF-8", "ISO-8859-1").encode("latin-1"),
        text.replace("UTF-8", "UTF-16").encode("utf-16"),
    ):
        answer(client.post("/submit", content=body, headers=wrong), 200, "0")
        assert "<additionalInfo>é</additionalInfo>" in stand_in.reports()[-1]["xml"]
    without = text.removeprefix('<?xml version="1.0" encoding="UTF-8"?>').encode()
    answer(client.post("/submit", content=without, headers=wrong), 200, "0")
    assert stand_in.reports()[-1]["xml"] == without.decode()
