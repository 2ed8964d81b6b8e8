"""The directory of other channels: whole, searchable, and nothing in it that a report can't go to."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desk.domain.channels import (
    CHANNELS,
    COUNTRIES,
    EU_STATES,
    LOCAL_POLICE,
    NCMEC,
    ChannelKind,
    Reporter,
    channel,
    countries,
    directory,
    find,
)

ROWS = {
    "ncmec": "report.cybertip.org",
    "know2protect": "know2protect.gov",
    "fbi": "tips.fbi.gov",
    "iwf": "report.iwf.org.uk",
    "cybertip-ca": "cybertip.ca",
    "esafety": "esafety.gov.au/report",
    "accce": "accce.gov.au/report",
    "inhope": "inhope.org/EN/our-members",
    "reporting-portal": "iwf.org.uk",
    "take-it-down": "takeitdown.ncmec.org",
    "report-remove": "childline.org.uk",
}
HOTLINES = ["IE", "NZ", "DE", "FR", "ES", "NL", "MX", "BR", "PH", "JP", "ZA", "AT", "BE", "PL", "GR", "SE"]


def test_every_row_is_there() -> None:
    assert {code: channel(code).addresses[0] for code in ROWS} == ROWS
    assert channel("nca").takes_from == channel("eu-dsa").takes_from == (Reporter.COMPANIES,)
    assert channel(NCMEC).number == "1-800-843-5678"
    assert channel("know2protect").number == "833-591-5669"
    assert [one.country for one in CHANNELS if one.code.startswith("hotline-")] == HOTLINES
    assert len(channel("hotline-de").addresses) == 2
    with pytest.raises(KeyError):
        channel("nobody")


def test_each_code_is_one_body_and_each_address_a_bare_one() -> None:
    codes = [one.code for one in directory()]
    assert len(codes) == len(set(codes))
    for one in directory():
        assert one.country in COUNTRIES
        assert all(re.fullmatch(r"[a-z0-9.-]+\.[a-z]{2,}(/[\w/-]+)?", address) for address in one.addresses)
        assert one.takes_reports is bool(one.takes_from)


def test_who_only_refers_takes_no_reports() -> None:
    referring = [one for one in directory() if one.kind is ChannelKind.REFERRAL]
    assert len(referring) == 6
    assert not any(one.takes_reports or one.addresses or one.number for one in referring)


def test_search_by_words_country_and_reporter() -> None:
    assert [one.code for one in find("nederland")] == []
    assert [one.code for one in find("netherlands hotline")] == ["hotline-nl"]
    assert [one.code for one in find("18008435678")] == [NCMEC]
    assert [one.code for one in find("POLICE federal")] == ["accce"]
    assert {one.code for one in find(reporter=Reporter.YOUNG_PERSON)} == {
        "police", "take-it-down", "report-remove",
    }  # fmt: skip
    german = [one.code for one in find(country="DE")]
    assert german[:3] == ["police", "hotline-de", "eu-dsa"]
    assert "inhope" in german
    assert "hotline-fr" not in german
    assert [one.code for one in find("nothing like this")] == []


def test_countries_are_those_with_a_row() -> None:
    codes = [code for code, _ in countries()]
    assert codes[-1] == ""
    assert set(codes) == {one.country for one in directory()}
    assert set(codes) >= EU_STATES


@given(st.sampled_from([code for code, _ in countries()]), st.sampled_from(["", "report", "police"]))
@settings(max_examples=30)
def test_a_narrower_search_finds_no_more(country: str, text: str) -> None:
    found = find(text, country)
    assert set(found) <= set(find(text)) & set(find("", country))
    assert LOCAL_POLICE not in found or found[0] is LOCAL_POLICE
