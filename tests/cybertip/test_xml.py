"""Writing and reading, case by case."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from desk.cybertip import xml
from desk.cybertip.model import Report, ReportDoneResponse, ReportResponse
from desk.cybertip.model_files import Details, FileAnnotations, FileDetails, FileHash, NameValue
from desk.cybertip.model_incident import InternetDetails, ReportAnnotations, WebPageIncident
from desk.cybertip.model_people import Victim
from desk.cybertip.model_shared import Person
from desk.cybertip.xml import Unreadable
from tests.cybertip.documents import minimal_report

BASE = minimal_report()


def test_the_canonical_form() -> None:
    details = FileDetails(
        report_id=7,
        file_id="f",
        original_name='a<b>&"c"',
        uploaded_at=datetime(2026, 1, 2, 3, 4, 5, 600000, tzinfo=timezone(timedelta(hours=-5))),
        viewed=False,
        annotations=FileAnnotations(viral=True),
        hashes=(FileHash(value="00ff", hash_type='P"\t\n\r<'),),
        details=(Details(pairs=(NameValue(name="n", value="v\r\n"),)), Details()),
    )
    text = xml.write(details).decode()
    assert text == (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        "<fileDetails>\n"
        "  <reportId>7</reportId>\n"
        "  <fileId>f</fileId>\n"
        '  <originalFileName>a&lt;b&gt;&amp;"c"</originalFileName>\n'
        "  <uploadedToEspTimestamp>2026-01-02T03:04:05.600000-05:00</uploadedToEspTimestamp>\n"
        "  <fileViewedByEsp>false</fileViewedByEsp>\n"
        "  <fileAnnotations>\n"
        "    <viral>true</viral>\n"
        "  </fileAnnotations>\n"
        '  <originalFileHash hashType="P&quot;&#9;&#10;&#13;&lt;">00ff</originalFileHash>\n'
        "  <details>\n"
        "    <nameValuePair>\n"
        "      <name>n</name>\n"
        "      <value>v&#13;\n</value>\n"
        "    </nameValuePair>\n"
        "  </details>\n"
        "  <details/>\n"
        "</fileDetails>\n"
    )
    assert xml.read(text.encode()) == details


def test_forbidden_characters_are_replaced_visibly_and_listed() -> None:
    page = InternetDetails(web_page=WebPageIncident(urls=("https://example.com", "a\x00b\ud800c\ufffe")))
    report = replace(BASE, note="ok\t\r\n𝄞", details=(page,))
    assert xml.replaced(BASE) == ()
    assert xml.replaced(report) == (xml.Replaced("internetDetails[1]/webPageIncident/url[2]", (1, 3, 5)),)
    assert "a\ufffdb\ufffdc\ufffd" in xml.write(report).decode()
    assert xml.clean("a\x1b") == "a\ufffd"
    named = FileDetails(file_id="a\x01", hashes=(FileHash(value="x", hash_type="\x02"),))
    assert [r.path for r in xml.replaced(named)] == ["fileId", "originalFileHash[1]/@hashType"]


def test_reading_goes_by_name_whatever_order_and_neighbours() -> None:
    data = b"""
    <ns:reportResponse xmlns:ns="urn:x" new="1">
      <hash>h</hash><!-- c --><?pi x?><unknown><responseCode>9</responseCode></unknown>
      <ns:responseDescription><![CDATA[a<b]]></ns:responseDescription>
      <responseCode> +5 </responseCode>
    </ns:reportResponse>"""
    assert xml.read(data) == ReportResponse(code=5, description="a<b", hash="h")
    assert xml.read_as(
        b"<reportDoneResponse><responseCode>0</responseCode></reportDoneResponse>", ReportDoneResponse
    )


def test_the_declaration_is_believed() -> None:
    text = '<?xml version="1.0" encoding="ISO-8859-1"?><reportResponse><responseCode>1</responseCode><responseDescription>é</responseDescription></reportResponse>'
    assert xml.read_as(text.encode("latin-1"), ReportResponse).description == "é"
    utf16 = text.replace("ISO-8859-1", "UTF-16").encode("utf-16")
    assert xml.read_as(utf16, ReportResponse).description == "é"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"   ",
        b"<html>",
        b"<other/>",
        b"<reportResponse/>",
        b"<reportResponse><responseCode>x</responseCode></reportResponse>",
        b"<reportResponse><responseCode>1</responseCode><responseCode>1</responseCode></reportResponse>",
        b"<reportResponse><responseCode>1</responseCode>",
        b"<!DOCTYPE reportResponse><reportResponse><responseCode>1</responseCode></reportResponse>",
        b'<!DOCTYPE r [<!ENTITY a "1">]><reportResponse><responseCode>&a;</responseCode></reportResponse>',
        b'<!DOCTYPE r SYSTEM "file:///dev/null"><reportResponse><responseCode>1</responseCode></reportResponse>',
        b'<?xml version="1.0" encoding="none-such"?><reportResponse/>',
        b"<reportDoneResponse><responseCode>1</responseCode><reportId>"
        + b"9" * 60
        + b"</reportId></reportDoneResponse>",
    ],
)
def test_what_is_no_document_is_refused(data: bytes) -> None:
    with pytest.raises(Unreadable):
        xml.read(data)


def test_an_entity_bomb_does_not_expand() -> None:
    levels = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
    bomb = f'<!DOCTYPE r [<!ENTITY e0 "x">{levels}]><reportResponse a="&e11;"><responseDescription>&e11;</responseDescription></reportResponse>'
    with pytest.raises(Unreadable):
        xml.read(bomb.encode())


def test_another_document_than_expected() -> None:
    with pytest.raises(Unreadable, match="This is a report, not a fileDetails"):
        xml.read_as(xml.write(BASE), FileDetails)


def report_with(old: str, new: str) -> Report:
    text = xml.write(
        replace(
            BASE,
            victims=(Victim(person=Person(age=3)),),
            summary=replace(BASE.summary, annotations=ReportAnnotations(spam=True)),
        )
    ).decode()
    assert old in text
    return xml.read_as(text.replace(old, new).encode(), Report)


AGE, SPAM, WHEN = "<age>3</age>", "<spam>true</spam>", "2026-11-19T12:00:00Z"


@pytest.mark.parametrize("new", ["<spam/>", "<spam> 1 </spam>", "<spam>true</spam>"])
def test_flags_that_are_set(new: str) -> None:
    assert report_with(SPAM, new).summary.annotations == ReportAnnotations(spam=True)


def test_a_flag_that_says_false_is_not_set() -> None:
    assert report_with(SPAM, "<spam>false</spam>").summary.annotations == ReportAnnotations()


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2026-11-19T12:00:00.1234567+05:30", datetime(2026, 11, 19, 6, 30, 0, 123456, tzinfo=UTC)),
        ("2026-11-19T24:00:00Z", datetime(2026, 11, 20, tzinfo=UTC)),
        (" 2026-11-19T12:00:00-00:00 ", datetime(2026, 11, 19, 12, tzinfo=UTC)),
    ],
)
def test_times(text: str, value: datetime) -> None:
    read = report_with(WHEN, text).summary.occurred_at
    assert read == value
    assert xml.read_datetime(text.strip()) == value


def test_a_time_without_a_zone_is_read_as_such() -> None:
    assert report_with(WHEN, "2026-11-19T12:00:00").summary.occurred_at == datetime(2026, 11, 19, 12)  # noqa: DTZ001
    assert xml.write_datetime(datetime(2026, 1, 1)) == "2026-01-01T00:00:00"  # noqa: DTZ001


def test_dates_lose_their_zone() -> None:
    victim = report_with(AGE, "<dateOfBirth>2010-02-03+01:00</dateOfBirth>").victims[0]
    assert victim.person.date_of_birth == date(2010, 2, 3)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (WHEN, "yesterday"),
        (WHEN, "2026-02-30T12:00:00Z"),
        (WHEN, "9999-12-31T24:00:00Z"),
        (AGE, "<age>3.5</age>"),
        (AGE, "<dateOfBirth>2010</dateOfBirth>"),
        (AGE, "<address type='Boat'/>"),
        (SPAM, "<spam>perhaps</spam>"),
        ("<incidentSummary>", "<incidentSummary><platform>a</platform><platform>b</platform>"),
        ("<incidentType>", "<incidentType>x"),
        (
            "<reporter>",
            "<internetDetails><cellPhoneIncident><latitude>1,5</latitude></cellPhoneIncident></internetDetails><reporter>",
        ),
        ("incidentDateTime>", "incidentDate>"),
    ],
)
def test_values_that_are_none_are_refused_by_place(old: str, new: str) -> None:
    with pytest.raises(Unreadable) as caught:
        report_with(old, new)
    assert "yesterday" not in caught.value.message


def test_numbers_beyond_the_finite_are_kept_for_the_checks() -> None:
    inside = "<internetDetails><cellPhoneIncident><latitude>{}</latitude></cellPhoneIncident></internetDetails><reporter>"
    for text in ("INF", "-INF", "NaN", "12.5", "-90.0", "1e-07"):
        report = report_with("<reporter>", inside.format(text))
        assert f"<latitude>{text}</latitude>" in xml.write(report).decode()


def test_a_line_leads_back_to_its_field() -> None:
    people = (Victim(person=Person(age=1)), Victim(person=Person(age=2)))
    data = xml.write(replace(BASE, victims=people))
    lines = data.decode().splitlines()
    where = [n for n, line in enumerate(lines, 1) if "<age>" in line]
    assert [xml.locate(data, n) for n in where] == [
        "victim[1]/victimPerson/age",
        "victim[2]/victimPerson/age",
    ]
    assert xml.locate(data, 2) == ""
    assert xml.locate(data, 9999) == ""
    assert xml.locate(b"<", 1) == ""
