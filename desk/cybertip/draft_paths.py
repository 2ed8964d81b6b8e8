"""Where a draft's fields stand in the agency's documents: one table, read in both directions.

Problems come with the document's paths (``victim[2]/victimPerson/age``); the
form speaks the draft's (``victims[1].age``). ``[*]`` marks a number that both
have, from 1 in the document and from 0 in the draft; ``[1]`` in a document's
path marks a repeated element of which the draft holds one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

Pairs = dict[str, str]

_EMAIL = {"address": "", "kind": "@type", "verified": "@verified", "verified_at": "@verificationDate"}
_PHONE = {
    "number": "",
    "calling_code": "@countryCallingCode",
    "extension": "@extension",
    "kind": "@type",
    "verified": "@verified",
    "verified_at": "@verificationDate",
}
_ADDRESS = {
    "address": "address",
    "city": "city",
    "zip_code": "zipCode",
    "state": "state",
    "non_usa_state": "nonUsaState",
    "country": "country",
    "kind": "@type",
}
_IP = {
    "ip": "ipAddress",
    "port": "port",
    "at": "dateTime",
    "event": "eventName",
    "possible_proxy": "possibleProxy",
}
_DEVICE = {"kind": "idType", "value": "idValue", "event": "eventName", "at": "dateTime"}
_LOCATION = {
    "city": "city",
    "region": "region",
    "country": "countryCode",
    "verified": "@verified",
    "at": "@timestamp",
}
_DISABLED = {"at": "@disabledDate", "notified": "@userNotified", "notified_at": "@userNotifiedDate"}


def _below(draft: str, xml: str, pairs: Pairs) -> Pairs:
    """Pairs put below a place; the place itself comes last, so that what it holds is found first."""
    joined = {f"{draft}.{name}": f"{xml}/{path}" if path else xml for name, path in pairs.items()}
    return {**joined, draft: xml}


_PERSON: Pairs = {
    "first_name": "firstName",
    "last_name": "lastName",
    **_below("phones[*]", "phone[*]", _PHONE),
    **_below("emails[*]", "email[*]", _EMAIL),
    **_below("addresses[*]", "address[*]", _ADDRESS),
    "age": "age",
    "date_of_birth": "dateOfBirth",
}
_ASSOCIATED: Pairs = {
    "kind": "@type",
    "platform": "platform",
    "id": "espIdentifier",
    "service": "espService",
    "screen_name": "screenName",
    "first_name": "firstName",
    "last_name": "lastName",
    **_below("emails[*]", "email[*]", _EMAIL),
    **_below("phones[*]", "phone[*]", _PHONE),
    "profile_urls[*]": "profileUrl[*]",
    "note": "additionalInfo",
    "third_party": "platform/@thirdPartyUser",
    "middle_name": "middleName",
    "age": "approximateAge",
    "date_of_birth": "dateOfBirth",
    **_below("addresses[*]", "address[*]", _ADDRESS),
    "display_names[*]": "displayName[*]",
    "bio": "profileBio",
    "group": "groupIdentifier",
    "compromised": "compromisedAccount",
    **_below("disabled", "accountTemporarilyDisabled", {**_DISABLED, "reenabled_at": "@reenabledDate"}),
    "disabled.permanent": "accountPermanentlyDisabled",
    **_below("ip_events[*]", "ipCaptureEvent[*]", _IP),
    **_below("devices[*]", "deviceId[*]", _DEVICE),
    "prior_reports[*]": "priorCTReport[*]",
    "all_emails": "allEmailsReported",
}
_ACCOUNT: Pairs = {
    "vehicle": "vehicleDescription",
    "id": "espIdentifier",
    "service": "espService",
    "compromised": "compromisedAccount",
    "screen_name": "screenName",
    "display_names[*]": "displayName[*]",
    "profile_urls[*]": "profileUrl[*]",
    "bio": "profileBio",
    **_below("ip_events[*]", "ipCaptureEvent[*]", _IP),
    **_below("devices[*]", "deviceId[*]", _DEVICE),
    "third_party": "thirdPartyUserReported",
    "prior_reports[*]": "priorCTReports[*]",
    "group": "groupIdentifier",
    "school": "schoolName",
    **_below("disabled", "accountTemporarilyDisabled", {**_DISABLED, "reenabled_at": "@reenabledDate"}),
    "disabled.permanent": "accountPermanentlyDisabled",
    **_below("location", "estimatedLocation", _LOCATION),
    "all_emails": "allEmailsReported",
    **_below("associated[*]", "associatedAccount[*]", _ASSOCIATED),
    "note": "additionalInfo",
}
_ONLY = {
    "personOrUserReported": frozenset({"school"}),
    "intendedRecipient": frozenset({"school", "vehicle", "third_party"}),
    "victim": frozenset({"vehicle", "third_party", "group"}),
}


def _account(draft: str, xml: str) -> Pairs:
    """The pairs of one role: what its element does not have is said in its further information."""
    element = xml.partition("[")[0]
    person = f"{xml}/{element}Person"
    pairs = _below(draft, xml, {n: p for n, p in _ACCOUNT.items() if n not in _ONLY[element]})
    if element == "intendedRecipient":
        pairs = {n: p for n, p in pairs.items() if "associated" not in n}
        pairs[f"{draft}.note"] += "[1]"
    return {**pairs, **{f"{draft}.{name}": f"{person}/{path}" for name, path in _PERSON.items()}}


_CONTACT: Pairs = {"first_name": "firstName", "last_name": "lastName", "email": "email[1]"}

_REPORT: Pairs = {
    "incident_type": "incidentSummary/incidentType",
    "platform": "incidentSummary/platform",
    "escalate": "incidentSummary/escalateToHighPriority",
    "annotations": "incidentSummary/reportAnnotations",
    "occurred_at": "incidentSummary/incidentDateTime",
    "time_note": "incidentSummary/incidentDateTimeDescription",
    "contexts[*]": "internetDetails[*]",
    "contexts[*].urls[*]": "internetDetails[*]/webPageIncident/url[*]",
    "contexts[*].third_party_hosted": "internetDetails[*]/webPageIncident/@thirdPartyHostedContent",
    "contexts[*].emails[*]": "internetDetails[*]/emailIncident/emailAddress[*]",
    "contexts[*].name": "internetDetails[*]/newsgroupIncident/name",
    "contexts[*].client": "internetDetails[*]/chatImIncident/chatClient",
    "contexts[*].room": "internetDetails[*]/chatImIncident/chatRoomName",
    "contexts[*].content": "internetDetails[*]/chatImIncident/content",
    "contexts[*].game": "internetDetails[*]/onlineGamingIncident/gameName",
    "contexts[*].console": "internetDetails[*]/onlineGamingIncident/console",
    "contexts[*].phone": "internetDetails[*]/cellPhoneIncident/phoneNumber",
    "contexts[*].latitude": "internetDetails[*]/cellPhoneIncident/latitude",
    "contexts[*].longitude": "internetDetails[*]/cellPhoneIncident/longitude",
    "contexts[*].place": "internetDetails[*]/nonInternetIncident/locationName",
    "contexts[*].file_names": "internetDetails[*]/peer2peerIncident/fileNames",
    **_below("contexts[*].ip_events[*]", "internetDetails[*]/peer2peerIncident/ipCaptureEvent[*]", _IP),
    **_below(
        "contexts[*].addresses[*]", "internetDetails[*]/nonInternetIncident/incidentAddress[*]", _ADDRESS
    ),
    "contexts[*].note": "internetDetails[*]/webPageIncident/additionalInfo",
    "law_enforcement": "lawEnforcement",
    "law_enforcement.agency": "lawEnforcement/agencyName",
    "law_enforcement.case_number": "lawEnforcement/caseNumber",
    "law_enforcement.officer_first_name": "lawEnforcement/officerContact/firstName",
    "law_enforcement.officer_last_name": "lawEnforcement/officerContact/lastName",
    "law_enforcement.officer_email": "lawEnforcement/officerContact/email[1]",
    "law_enforcement.officer_phone": "lawEnforcement/officerContact/phone[1]",
    "law_enforcement.reported_to": "lawEnforcement/reportedToLe",
    "law_enforcement.served_domestic": "lawEnforcement/servedLegalProcessDomestic",
    "law_enforcement.served_international": "lawEnforcement/servedLegalProcessInternational",
    "law_enforcement.country": "lawEnforcement/servedLegalProcessInternational/@fleaCountry",
    **_below("company.reporting", "reporter/reportingPerson", _CONTACT),
    **_below("company.contact", "reporter/contactPerson", _CONTACT),
    "company.company_template": "reporter/companyTemplate",
    "company.terms_of_service": "reporter/termsOfService",
    "company.legal_url": "reporter/legalURL",
    **_account("reported", "personOrUserReported[1]"),
    **_account("recipients[*]", "intendedRecipient[*]"),
    **_account("victims[*]", "victim[*]"),
    "additional_info": "additionalInfo",
}

_FURTHER: tuple[tuple[str, str], ...] = (
    ("contexts[*].emails[*]", "internetDetails[*]/newsgroupIncident/emailAddress[*]"),
    ("contexts[*].client", "internetDetails[*]/peer2peerIncident/client"),
    *(
        (f"contexts[*].{name}", f"internetDetails[*]/{kind}/{xml}")
        for name, xml in (("content", "content"), ("note", "additionalInfo"))
        for kind in (
            *("emailIncident", "newsgroupIncident", "chatImIncident", "onlineGamingIncident"),
            *("cellPhoneIncident", "nonInternetIncident", "peer2peerIncident"),
        )
    ),
    *(
        (f"{who}.disabled.{name}", f"{xml}/accountPermanentlyDisabled/{path}")
        for who, xml in (
            ("reported", "personOrUserReported[1]"),
            ("recipients[*]", "intendedRecipient[*]"),
            ("victims[*]", "victim[*]"),
        )
        for name, path in _DISABLED.items()
    ),
)
"""Further places of the documents that lead to the same field of a draft."""

_FILE: Pairs = {
    "name": "originalFileName",
    "uploaded_at": "uploadedToEspTimestamp",
    "url": "locationOfFile",
    "viewed": "fileViewedByEsp",
    "metadata_viewed": "exifViewedByEsp",
    "public": "publiclyAvailable",
    "relevance": "fileRelevance",
    "annotations": "fileAnnotations",
    "classification": "industryClassification",
    "hashes[*].value": "originalFileHash[*]",
    "hashes[*].kind": "originalFileHash[*]/@hashType",
    **_below("ip_event", "ipCaptureEvent", _IP),
    **_below("device", "deviceId[1]", _DEVICE),
    "note": "additionalInfo[1]",
}

_NUMBER = r"\[(\d+)\]"


def _pattern(path: str) -> re.Pattern[str]:
    """A document's path with or without the number of what the draft holds once."""
    made = re.escape(path).replace(re.escape("[*]"), _NUMBER).replace(re.escape("[1]"), r"(?:\[\d+\])?")
    return re.compile(made)


def _draft_pattern(path: str) -> re.Pattern[str]:
    return re.compile(re.escape(path).replace(re.escape("[*]"), _NUMBER))


_FROM_REPORT = tuple((_pattern(xml), draft) for draft, xml in (*_REPORT.items(), *_FURTHER))
_FROM_FILE = tuple((_pattern(xml), draft) for draft, xml in _FILE.items())
_TO_REPORT = tuple((_draft_pattern(draft), xml) for draft, xml in _REPORT.items())
_TO_FILE = tuple((_draft_pattern(draft), xml) for draft, xml in _FILE.items())
_FILE_OF_DRAFT = re.compile(r"files\[[^\]]*\]\.(.+)", re.DOTALL)


def _shorter(path: str) -> Iterator[str]:
    """The path and the places above it, nearest first."""
    while path:
        yield path
        path = path.rpartition("/")[0]


def _numbered(draft: str, numbers: tuple[str, ...]) -> str:
    parts = draft.split("[*]")
    counted = (f"[{int(number) - 1}]" for number in numbers)
    return parts[0] + "".join(number + part for number, part in zip(counted, parts[1:], strict=True))


def _found(table: tuple[tuple[re.Pattern[str], str], ...], path: str) -> str:
    for place in _shorter(path):
        for pattern, draft in table:
            match = pattern.fullmatch(place)
            if match is not None:
                return _numbered(draft, match.groups())
    return ""


def draft_path(path: str) -> str:
    """The draft's path for a path in ``report``; the nearest place above where it has none of its own."""
    return _found(_FROM_REPORT, path)


_BATCHED_ACCOUNT = re.compile(r"personOrUserReported\[(\d+)\](/.*)?")


def batch_path(path: str) -> str:
    """As :func:`draft_path`, for a batch: its first account is the draft's own, the others its members."""
    account = _BATCHED_ACCOUNT.fullmatch(path)
    if account is not None and int(account[1]) > 1:
        return f"batch.members[{int(account[1]) - 2}]"
    return "reported.id" if account is not None else draft_path(path)


def file_path(path: str, content_id: str) -> str:
    """The draft's path for a path in the ``fileDetails`` of this content."""
    inside = _found(_FROM_FILE, path)
    return f"files[{content_id}].{inside}" if inside else f"files[{content_id}]"


def document_path(path: str) -> tuple[bool, str] | None:
    """The document's path for a draft's: whether it is of ``fileDetails``, and the path without numbers."""
    file = _FILE_OF_DRAFT.fullmatch(path)
    wanted, table = (file.group(1), _TO_FILE) if file else (path, _TO_REPORT)
    for pattern, xml in table:
        if pattern.fullmatch(wanted):
            return file is not None, re.sub(r"\[[*1]\]", "", xml)
    return None
