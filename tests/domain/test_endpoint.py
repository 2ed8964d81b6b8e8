"""Which endpoints are allowed."""

from __future__ import annotations

import pytest

from desk.domain.company import PRODUCTION_URL, TEST_URL, Endpoint, EndpointKind
from desk.domain.endpoint import checked, endpoint, is_loopback, proxy_url
from desk.domain.errors import UserError


def test_kinds_by_name() -> None:
    assert endpoint(" production ") == Endpoint(EndpointKind.PRODUCTION, PRODUCTION_URL)
    assert endpoint("test") == Endpoint(EndpointKind.TEST, TEST_URL)
    practice = endpoint("practice", practice_url="http://127.0.0.1:8/ispws/")
    assert practice == Endpoint(EndpointKind.PRACTICE, "http://127.0.0.1:8/ispws")
    with pytest.raises(UserError, match="not running"):
        endpoint("practice")
    with pytest.raises(UserError, match="never leaves"):
        endpoint("practice", practice_url="https://reports.example.com")


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("https://Reports.Example.com/ispws/", "https://reports.example.com/ispws"),
        ("http://localhost:80", "http://localhost:80"),
        ("http://[::1]:9/x", "http://[::1]:9/x"),
    ],
)
def test_urls_in_one_spelling(text: str, url: str) -> None:
    assert endpoint(text) == Endpoint(EndpointKind.CUSTOM, url)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "reports.example.com",
        "ftp://reports.example.com",
        "http://reports.example.com",
        "http://192.0.2.7",
        "https://user@reports.example.com",
        "https://user:pw@reports.example.com",
        "https://reports.example.com/?q=1",
        "https://reports.example.com/#f",
        "https://reports.example.com:port",
        "https://[",
        "https:///path",
        "https://reports.example.com/a b",
    ],
)
def test_other_urls_are_refused(text: str) -> None:
    with pytest.raises(UserError) as caught:
        checked(Endpoint(EndpointKind.CUSTOM, text))
    assert caught.value.remedy


def test_loopback() -> None:
    assert is_loopback("127.8.8.8")
    assert is_loopback("::1")
    assert not is_loopback("example.com")
    assert not is_loopback("0.0.0.0")


def test_a_proxy_url_is_kept_as_it_came() -> None:
    assert proxy_url("http://u:p@proxy.example.com:8080") == "http://u:p@proxy.example.com:8080"
