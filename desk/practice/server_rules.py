"""The documents of the CyberTipline Reporting API as one table of rules, for the stand-in service.

Written from the public technical documentation of the CyberTipline Reporting API (edition of June 2025):
`<report>`, `<fileDetails>`, the shared types and the two answers. Where documentation and schema differ the
table follows the schema for names, order and counts, and adds the documentation's limits on top.
Nothing here is shared with the client of the product: it is a second reading of the same facts, so that
a misreading on either side shows.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

from desk.practice.server_lists import COUNTRIES, FILE_FLAGS, INCIDENT_TYPES, REPORT_FLAGS, STATES
from desk.practice.server_table import Attribute, Complex, Field, Simple, Slot, many, maybe, one

BOOL = Simple("boolean")
FLAG = Simple("boolean", flag=True)
TEXT = Simple()
MOMENT = Simple("dateTime")
PAST = Simple("dateTime", past=True)
BIRTH = Simple("date", past=True)
AGE = Simple("int", low=0, high=150)
REPORT_ID = Simple("long", low=1)
URL = Simple(form="url", maximum=2083)
COUNTRY = Simple(name="country", values=COUNTRIES, blank=True)
STATE = Simple(name="state", values=STATES, blank=True)
EVENT = Simple(
    name="ipCaptureType", values=("Login", "Registration", "Purchase", "Upload", "Other", "Unknown")
)
DOUBLE = Simple("double")


def text(maximum: int) -> Simple:
    """A text of at most so many characters."""
    return Simple(maximum=maximum)


def _choices(name: str, *values: str) -> Simple:
    return Simple(name=name, values=values)


_VERIFIED = (Attribute("verified", BOOL), Attribute("verificationDate", PAST))
_DISABLED = (
    Attribute("disabledDate", PAST),
    Attribute("userNotified", BOOL),
    Attribute("userNotifiedDate", PAST),
)

PHONE = Complex(
    "phone",
    content=text(50),
    attributes=(
        Attribute(
            "type", _choices("phoneType", "Mobile", "Home", "Business", "Work", "Fax", "Internet", "Recovery")
        ),
        *_VERIFIED,
        Attribute("countryCallingCode", Simple(name="phoneCountryCallingCode", pattern=r"\+[0-9]{1,3}")),
        Attribute("extension", Simple(name="phoneExtension", pattern="[0-9]+", maximum=10)),
    ),
)
EMAIL = Complex(
    "email",
    content=Simple(form="email", maximum=255),
    attributes=(Attribute("type", _choices("emailType", "Home", "Work", "Business", "Recovery")), *_VERIFIED),
)
ADDRESS = Complex(
    "address",
    (
        maybe("address", text(255)),
        maybe("city", text(100)),
        maybe("zipCode", text(20)),
        maybe("state", STATE),
        maybe("nonUsaState", text(100)),
        maybe("country", COUNTRY),
    ),
    (Attribute("type", _choices("addressType", "Home", "Business", "Billing", "Shipping", "Technical")),),
)
IP_EVENT = Complex(
    "ipCaptureEvent",
    (
        one("ipAddress", Simple(form="ip")),
        maybe("eventName", EVENT),
        maybe("dateTime", PAST),
        maybe("possibleProxy", BOOL),
        maybe("port", Simple("int", low=1, high=65535)),
    ),
)
DEVICE = Complex(
    "deviceId",
    (
        one("idType", text(255)),
        one("idValue", text(2083)),
        maybe("eventName", EVENT),
        maybe("dateTime", PAST),
    ),
)
LOCATION = Complex(
    "estimatedLocation",
    (maybe("city", text(255)), maybe("region", text(255)), maybe("countryCode", COUNTRY)),
    (Attribute("verified", BOOL), Attribute("timestamp", PAST)),
)
TEMPORARILY = Complex(
    "accountTemporarilyDisabled", content=BOOL, attributes=(*_DISABLED, Attribute("reenabledDate", MOMENT))
)
PERMANENTLY = Complex("accountPermanentlyDisabled", content=BOOL, attributes=_DISABLED)
_CONTACT = (
    maybe("firstName", text(100)),
    maybe("lastName", text(100)),
    many("phone", PHONE),
    many("email", EMAIL),
    many("address", ADDRESS),
)
CONTACT = Complex("contactPerson", _CONTACT)
HASH = Complex("hash", content=TEXT, attributes=(Attribute("hashType", text(64), required=True),))


def _flags(name: str, names: tuple[str, ...]) -> Complex:
    return Complex(name, tuple(maybe(flag, FLAG) for flag in names), unordered=True)


_PLATFORM = Complex("associatedPlatform", content=text(256), attributes=(Attribute("thirdPartyUser", BOOL),))
_ACCOUNT_TYPES = ("Billing", "Linked", "Business", "Creator", "Parent/Guardian", "Other")
ASSOCIATED = Complex(
    "associatedAccount",
    (
        maybe("platform", _PLATFORM),
        maybe("firstName", text(256)),
        maybe("middleName", text(256)),
        maybe("lastName", text(256)),
        maybe("approximateAge", AGE),
        maybe("dateOfBirth", BIRTH),
        many("phone", PHONE),
        many("email", EMAIL),
        maybe("allEmailsReported", BOOL),
        many("address", ADDRESS),
        maybe("espService", text(256)),
        maybe("espIdentifier", text(256)),
        many("profileUrl", URL),
        maybe("screenName", text(256)),
        many("displayName", text(255)),
        maybe("profileBio", TEXT),
        maybe("groupIdentifier", text(256)),
        maybe("compromisedAccount", BOOL),
        maybe("accountTemporarilyDisabled", TEMPORARILY),
        maybe("accountPermanentlyDisabled", PERMANENTLY),
        many("ipCaptureEvent", IP_EVENT),
        many("deviceId", DEVICE),
        many("priorCTReport", REPORT_ID),
        maybe("additionalInfo", TEXT),
    ),
    (Attribute("type", _choices("associatedAccountType", *_ACCOUNT_TYPES), required=True),),
)

_IDENTIFIER = (
    maybe("espIdentifier", text(255)),
    maybe("espService", text(100)),
    maybe("compromisedAccount", BOOL),
)
_PROFILE = (
    maybe("screenName", text(256)),
    many("displayName", text(255)),
    many("profileUrl", URL),
    maybe("profileBio", TEXT),
    many("ipCaptureEvent", IP_EVENT),
    many("deviceId", DEVICE),
)
_PRIOR = many("priorCTReports", REPORT_ID)
_GROUP = maybe("groupIdentifier", text(255))
_STANDING = (
    maybe("accountTemporarilyDisabled", TEMPORARILY),
    maybe("accountPermanentlyDisabled", PERMANENTLY),
    maybe("estimatedLocation", LOCATION),
    maybe("allEmailsReported", BOOL),
)
_NOTE = maybe("additionalInfo", TEXT)


def _global(name: str, *slots: Slot, attributes: tuple[Attribute, ...] = ()) -> Complex:
    return Complex(name, slots, attributes, is_global=True)


_INCIDENTS = (
    _global(
        "webPageIncident", many("url", URL), _NOTE, attributes=(Attribute("thirdPartyHostedContent", BOOL),)
    ),
    _global("emailIncident", many("emailAddress", EMAIL), maybe("content", TEXT), _NOTE),
    _global(
        "newsgroupIncident",
        maybe("name", text(255)),
        many("emailAddress", EMAIL),
        maybe("content", TEXT),
        _NOTE,
    ),
    _global(
        "chatImIncident",
        maybe("chatClient", text(255)),
        maybe("chatRoomName", text(255)),
        maybe("content", TEXT),
        _NOTE,
    ),
    _global(
        "onlineGamingIncident",
        maybe("gameName", text(255)),
        maybe("console", text(255)),
        maybe("content", TEXT),
        _NOTE,
    ),
    _global(
        "cellPhoneIncident",
        maybe("phoneNumber", PHONE),
        maybe("latitude", DOUBLE),
        maybe("longitude", DOUBLE),
        _NOTE,
    ),
    _global("nonInternetIncident", maybe("locationName", text(255)), many("incidentAddress", ADDRESS), _NOTE),
    _global(
        "peer2peerIncident",
        maybe("client", text(255)),
        many("ipCaptureEvent", IP_EVENT),
        maybe("fileNames", TEXT),
        _NOTE,
    ),
)

INTERNET = _global("internetDetails", Slot(tuple(Field(kind.name, kind) for kind in _INCIDENTS), 1, 1))
SUMMARY = _global(
    "incidentSummary",
    one("incidentType", _choices("incidentType", *INCIDENT_TYPES)),
    maybe("platform", text(256)),
    maybe("escalateToHighPriority", text(3000)),
    maybe("reportAnnotations", _flags("reportAnnotations", REPORT_FLAGS)),
    one("incidentDateTime", PAST),
    maybe("incidentDateTimeDescription", text(3000)),
)
_INTERNATIONAL = Complex(
    "servedLegalProcessInternational", content=BOOL, attributes=(Attribute("fleaCountry", COUNTRY),)
)
LAW = _global(
    "lawEnforcement",
    one("agencyName", text(255)),
    maybe("caseNumber", text(100)),
    maybe("officerContact", CONTACT),
    maybe("reportedToLe", BOOL),
    maybe("servedLegalProcessDomestic", BOOL),
    maybe("servedLegalProcessInternational", _INTERNATIONAL),
)
BATCHED = Complex(
    "batchedReport",
    attributes=(Attribute("reason", _choices("batchedReportReason", "VIRAL_POTENTIAL_MEME"), required=True),),
)
_PAIR = Complex("nameValue", (one("name", text(64)), one("value", TEXT)))
DETAILS = _global(
    "details",
    many("nameValuePair", _PAIR, low=1),
    attributes=(Attribute("type", _choices("metadataTypes", "EXIF", "HASH")),),
)
FILE_DETAILS = _global(
    "fileDetails",
    one("reportId", REPORT_ID),
    one("fileId", Simple("token")),
    maybe("fileName", TEXT),
    maybe("originalFileName", text(2056)),
    maybe("uploadedToEspTimestamp", PAST),
    maybe("locationOfFile", URL),
    maybe("fileViewedByEsp", BOOL),
    maybe("exifViewedByEsp", BOOL),
    maybe("publiclyAvailable", BOOL),
    maybe("fileRelevance", _choices("fileRelevance", "Reported", "Supplemental Reported")),
    Slot((Field("potentialMeme", BOOL), Field("fileAnnotations", _flags("fileAnnotations", FILE_FLAGS)))),
    maybe("industryClassification", _choices("fileClassification", "A1", "A2", "B1", "B2")),
    many("originalFileHash", HASH),
    maybe("ipCaptureEvent", IP_EVENT),
    many("deviceId", DEVICE),
    many("details", DETAILS),
    many("additionalInfo", TEXT),
)

_CODE, _WORDS = one("responseCode", Simple("int")), one("responseDescription", Simple(blank=True))
REPORT_RESPONSE = _global(
    "reportResponse",
    _CODE,
    _WORDS,
    maybe("reportId", Simple("long")),
    maybe("fileId", Simple("token")),
    maybe("hash", Simple("token")),
)
DONE_RESPONSE = _global(
    "reportDoneResponse",
    _CODE,
    one("reportId", Simple("long")),
    one("files", Complex("files", (many("fileId", TEXT),))),
)


@dataclass(frozen=True, slots=True)
class Rules:
    """The four documents: what a client sends (report, file_details), and the service's two answers."""

    report: Complex
    file_details: Complex
    answers: tuple[Complex, ...] = (REPORT_RESPONSE, DONE_RESPONSE)


@cache
def rules(newer: bool = False) -> Rules:
    """The table of rules.

    newer: as a later edition is said to have it, with ageAssertionDiscrepancy in a person, between age and
    dateOfBirth, so that a client's dealing with a schema that has grown can be tried.
    """
    extra = (maybe("ageAssertionDiscrepancy", BOOL),) if newer else ()
    person = Complex("person", (*_CONTACT, maybe("age", AGE), *extra, maybe("dateOfBirth", BIRTH)))
    reporter = _global(
        "reporter",
        one("reportingPerson", person),
        maybe("contactPerson", CONTACT),
        maybe("companyTemplate", TEXT),
        maybe("termsOfService", TEXT),
        maybe("legalURL", URL),
    )
    reported = _global(
        "personOrUserReported",
        maybe("personOrUserReportedPerson", person),
        maybe("vehicleDescription", text(300)),
        *_IDENTIFIER,
        *_PROFILE,
        maybe("thirdPartyUserReported", BOOL),
        _PRIOR,
        _GROUP,
        *_STANDING,
        many("associatedAccount", ASSOCIATED),
        _NOTE,
    )
    recipient = _global(
        "intendedRecipient",
        maybe("intendedRecipientPerson", person),
        *_IDENTIFIER,
        *_PROFILE,
        _PRIOR,
        _GROUP,
        *_STANDING,
        replace(_NOTE, high=None),
    )
    victim = _global(
        "victim",
        one("victimPerson", person),
        *_IDENTIFIER,
        *_PROFILE,
        maybe("schoolName", text(255)),
        _PRIOR,
        *_STANDING,
        many("associatedAccount", ASSOCIATED),
        _NOTE,
    )
    report = _global(
        "report",
        maybe("batchedReport", BATCHED),
        one("incidentSummary", SUMMARY),
        many("internetDetails", INTERNET),
        maybe("lawEnforcement", LAW),
        one("reporter", reporter),
        many("personOrUserReported", reported),
        many("intendedRecipient", recipient),
        many("victim", victim),
        _NOTE,
    )
    return Rules(report, FILE_DETAILS)
