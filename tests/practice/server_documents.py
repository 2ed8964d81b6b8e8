"""Documents for the tests of the stand-in service: written by hand, and generated from its rule table."""

from __future__ import annotations

from datetime import UTC, datetime
from xml.sax.saxutils import escape, quoteattr

from desk.practice.server_table import Complex, Field, Simple

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
HEAD = '<?xml version="1.0" encoding="UTF-8"?>'
SUMMARY = (
    "<incidentSummary><incidentType>Online Enticement of Children for Sexual Acts</incidentType>"
    "<incidentDateTime>2026-11-20T08:59:41Z</incidentDateTime></incidentSummary>"
)
REPORTER = "<reporter><reportingPerson><email>desk@example.com</email></reportingPerson></reporter>"
BATCHED = '<batchedReport reason="VIRAL_POTENTIAL_MEME"/>'
PERSON = (
    "<personOrUserReported><personOrUserReportedPerson><email>a@example.com</email>"
    "</personOrUserReportedPerson></personOrUserReported>"
)

INCIDENTS = {
    "webPageIncident": '<webPageIncident thirdPartyHostedContent="false"><url>https://example.com/p/1</url></webPageIncident>',
    "emailIncident": "<emailIncident><emailAddress>a@example.com</emailAddress><content>Words.</content></emailIncident>",
    "newsgroupIncident": "<newsgroupIncident><name>example.group</name><emailAddress type='Home'>A@example.com</emailAddress></newsgroupIncident>",
    "chatImIncident": "<chatImIncident><chatClient>Direct messages</chatClient><content>Line one\nline two</content></chatImIncident>",
    "onlineGamingIncident": "<onlineGamingIncident><gameName>Example Game</gameName><console>Example</console></onlineGamingIncident>",
    "cellPhoneIncident": "<cellPhoneIncident><phoneNumber countryCallingCode='+1'>2025550123</phoneNumber><latitude>38.9</latitude><longitude>-77.0</longitude></cellPhoneIncident>",
    "nonInternetIncident": "<nonInternetIncident><locationName>Example Hall</locationName><incidentAddress type='Business'><city>Springfield</city><state>IL</state><country>US</country></incidentAddress></nonInternetIncident>",
    "peer2peerIncident": "<peer2peerIncident><client>Example</client><ipCaptureEvent><ipAddress>2001:db8::7</ipAddress><port>65535</port></ipCaptureEvent><fileNames>a.bin</fileNames></peer2peerIncident>",
}


def report(
    *, batched: str = "", summary: str = SUMMARY, middle: str = "", reporter: str = REPORTER, end: str = ""
) -> str:
    """A report of these parts; the smallest one by default."""
    return f"{HEAD}<report>{batched}{summary}{middle}{reporter}{end}</report>"


def details(report_id: int | str = 900000001, file_id: str = "0" * 32, inner: str = "") -> str:
    """File details with these children after the two IDs."""
    return (
        f"{HEAD}<fileDetails><reportId>{report_id}</reportId><fileId>{file_id}</fileId>{inner}</fileDetails>"
    )


_SAMPLES = {
    "ipAddress": "::ffff:192.0.2.7",
    "region": "IL",
    "countryCode": "US",
    "state": "IL",
    "country": "US",
    "phone": "2025550123",
    "phoneNumber": "2025550123",
    "countryCallingCode": "+1",
    "extension": "12",
    "reenabledDate": "2027-01-01T00:00:00Z",
}


def sample(name: str, kind: Simple) -> str:
    """A value that the documentation allows."""
    if name in _SAMPLES:
        return _SAMPLES[name]
    if kind.values:
        return next(value for value in kind.values if value)
    if kind.form:
        return {"url": "https://example.com/x?y=1#z", "email": "a@example.com"}[kind.form]
    bases = {"boolean": "true", "int": "42", "long": "4564654", "double": "-1.5e1", "date": "2012-02-29"}
    bases |= {"dateTime": "2026-11-19T23:59:59.5+02:00", "token": "0" * 32}
    return bases.get(kind.base, f"Text & {name}"[: kind.maximum])


_NOT_TOGETHER = {"approximateAge"}


def maximal(field: Field, *, leave_out: frozenset[str] = frozenset(), choice: int = 0) -> str:
    """An element with everything that its type allows, repeatable children twice."""
    kind = field.kind
    if isinstance(kind, Simple):
        return f"<{field.name}>{escape(sample(field.name, kind))}</{field.name}>"
    attributes = "".join(
        f" {item.name}={quoteattr(sample(item.name, item.kind))}" for item in kind.attributes
    )
    inner = escape(sample(field.name, kind.content)) if kind.content is not None else ""
    for slot in kind.slots:
        chosen = [slot.fields[choice % len(slot.fields)]] if len(slot.fields) > 1 else list(slot.fields)
        for child in chosen:
            if child.name in leave_out | _NOT_TOGETHER:
                continue
            once = child.name == "personOrUserReported" or slot.high is not None
            inner += maximal(child, leave_out=leave_out, choice=choice) * (1 if once else 2)
    return f"<{field.name}{attributes}>{inner}</{field.name}>"


def maximal_document(kind: Complex, *, leave_out: frozenset[str] = frozenset(), choice: int = 0) -> str:
    """A document with everything, but for what cannot stand beside the rest."""
    return HEAD + maximal(Field(kind.name, kind), leave_out=leave_out, choice=choice)
