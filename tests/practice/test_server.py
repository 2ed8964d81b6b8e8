"""The stand-in service over real HTTP: its calls, expiry, state, connections and life as a process."""

from __future__ import annotations

import hashlib
import io
import re
import tracemalloc
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import pytest
from lxml import etree

from desk.practice.server import StandIn
from desk.practice.server_state import FIRST_REPORT_ID
from tests.practice.server_documents import NOW, details, report

XML = {"Content-Type": "text/xml; charset=utf-8"}
ROOT = Path(__file__).parents[2]


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def stand_in() -> Iterator[StandIn]:
    with StandIn(user="näme", password="pass:wörd", clock=Clock(), control=True) as service:
        yield service
        assert service.errors == []


@pytest.fixture
def client(stand_in: StandIn) -> Iterator[httpx.Client]:
    with connect(stand_in) as http:
        yield http


def connect(service: StandIn) -> httpx.Client:
    return httpx.Client(base_url=service.url, auth=("näme", "pass:wörd"), trust_env=False)


def answer(response: httpx.Response, status: int = 200, code: int = 0) -> dict[str, str]:
    assert response.headers["Content-Type"].startswith("text/xml")
    root = etree.fromstring(response.content)
    values = {str(child.tag): child.text or "" for child in root}
    assert (response.status_code, values["responseCode"]) == (status, str(code)), values
    assert re.fullmatch("[0-9a-f]{32}", response.headers["Request-ID"])
    return values


def submit(http: httpx.Client, text: str | None = None) -> int:
    return int(answer(http.post("/submit", content=(text or report()).encode(), headers=XML))["reportId"])


def upload(http: httpx.Client, report_id: int, data: bytes = b"PRACTICE") -> httpx.Response:
    return http.post("/upload", data={"id": str(report_id)}, files={"file": ('é "1".bin', data)})


def attach(http: httpx.Client, report_id: int, data: bytes = b"PRACTICE") -> str:
    return answer(upload(http, report_id, data))["fileId"]


def describe(http: httpx.Client, report_id: int, file_id: str) -> httpx.Response:
    return http.post("/fileinfo", content=details(report_id, file_id).encode(), headers=XML)


def end(http: httpx.Client, call: str, report_id: int | str) -> httpx.Response:
    return http.post(f"/{call}", files={"id": (None, str(report_id))})


# The calls.


def test_the_whole_way(client: httpx.Client, stand_in: StandIn) -> None:
    assert answer(client.get("/status"))["responseDescription"] == "Remote User : näme, Remote Ip : 127.0.0.1"
    etree.XMLSchema(etree.fromstring(client.get("/xsd").content))
    report_id = submit(client)
    assert report_id == FIRST_REPORT_ID
    values = answer(upload(client, report_id))
    assert values["hash"] == hashlib.md5(b"PRACTICE").hexdigest()
    assert values["reportId"] == str(report_id)
    first = values["fileId"]
    second = attach(client, report_id)
    assert first != second
    assert all(re.fullmatch("[0-9a-f]{32}", file_id) for file_id in (first, second))
    answer(describe(client, report_id, first))
    done = end(client, "finish", report_id)
    root = etree.fromstring(done.content)
    assert root.tag == "reportDoneResponse"
    assert [item.text for item in root.iterfind("files/fileId")] == [first, second]
    answer(done)
    entry = stand_in.reports()[0]
    assert entry["state"] == "finished"
    assert entry["ended_at"] == NOW.isoformat()
    assert [file["size"] for file in entry["files"]] == [8, 8]
    assert entry["files"][0]["name"] == 'é "1".bin'
    assert first in entry["files"][0]["details"]
    assert entry["files"][1]["details"] is None
    assert entry["xml_sha256"] == hashlib.sha256(report().encode()).hexdigest()
    assert [(item.endpoint, item.status, item.code, item.processed) for item in stand_in.requests()][2:4] == [
        ("submit", 200, 0, True), ("upload", 200, 0, True),
    ]  # fmt: skip


def test_answers_fit_the_schema(client: httpx.Client) -> None:
    valid = etree.XMLSchema(etree.fromstring(client.get("/xsd").content))
    report_id = submit(client)
    for response in (
        client.get("/status"),
        upload(client, report_id),
        end(client, "finish", report_id),
        client.get("/none"),
    ):
        valid.assertValid(etree.fromstring(response.content))


def test_an_empty_report_can_be_finished(client: httpx.Client) -> None:
    root = etree.fromstring(end(client, "finish", submit(client)).content)
    files = root.find("files")
    assert files is not None
    assert len(files) == 0


def test_what_is_unknown(client: httpx.Client) -> None:
    report_id = submit(client)
    for response in (
        upload(client, 5),
        describe(client, 5, "0" * 32),
        end(client, "finish", 5),
        end(client, "retract", 5),
    ):
        answer(response, 400, 5001)
    answer(describe(client, report_id, "0" * 32), 400, 5002)
    other = submit(client)
    answer(describe(client, other, attach(client, report_id)), 400, 5002)


def test_details_once_only(client: httpx.Client, stand_in: StandIn) -> None:
    report_id = submit(client)
    file_id = attach(client, report_id)
    answer(describe(client, report_id, file_id))
    answer(describe(client, report_id, file_id), 400, 4000)


def test_after_finishing(client: httpx.Client, stand_in: StandIn) -> None:
    report_id = submit(client)
    file_id = attach(client, report_id)
    answer(end(client, "finish", report_id))
    for response in (
        end(client, "finish", report_id), end(client, "retract", report_id), upload(client, report_id),
        describe(client, report_id, file_id),
    ):  # fmt: skip
        answer(response, 400, 5102)
    assert len(stand_in.reports()[0]["files"]) == 1


def test_after_retracting(client: httpx.Client, stand_in: StandIn) -> None:
    report_id = submit(client)
    file_id = attach(client, report_id)
    assert answer(end(client, "retract", report_id))["reportId"] == str(report_id)
    for response in (
        end(client, "retract", report_id), end(client, "finish", report_id), upload(client, report_id),
        describe(client, report_id, file_id),
    ):  # fmt: skip
        answer(response, 400, 5101)
    assert stand_in.reports()[0]["state"] == "retracted"


# Expiry.


def test_it_expires_a_day_after_opening(client: httpx.Client, stand_in: StandIn) -> None:
    report_id = submit(client)
    attach(client, report_id)
    stand_in.advance(24 * 3600 - 1)
    assert stand_in.reports()[0]["state"] == "open"
    assert stand_in.reports()[0]["expires_at"] == (NOW + timedelta(hours=24)).isoformat()
    stand_in.advance(1)
    answer(end(client, "finish", report_id), 400, 5001)
    answer(end(client, "retract", report_id), 400, 5001)
    assert stand_in.reports()[0]["state"] == "expired"
    assert stand_in.reports()[0]["expires_at"] is None


def test_an_upload_or_details_late_in_the_day_give_another_hour(
    client: httpx.Client, stand_in: StandIn
) -> None:
    report_id = submit(client)
    stand_in.advance(23.5 * 3600)
    file_id = attach(client, report_id)
    stand_in.advance(3599)
    answer(describe(client, report_id, file_id))
    stand_in.advance(3599)
    answer(end(client, "finish", report_id))


def test_an_hour_after_the_last_change(client: httpx.Client, stand_in: StandIn) -> None:
    report_id = submit(client)
    stand_in.advance(23.5 * 3600)
    attach(client, report_id)
    stand_in.advance(3600)
    answer(end(client, "finish", report_id), 400, 5001)
    assert submit(client) == report_id + 1


def test_what_is_finished_never_expires(client: httpx.Client, stand_in: StandIn) -> None:
    report_id = submit(client)
    answer(end(client, "finish", report_id))
    stand_in.advance(10 * 24 * 3600)
    answer(end(client, "finish", report_id), 400, 5102)


# Authentication and requests that make no sense.


@pytest.mark.parametrize(
    "call", ["status", "xsd", "submit", "upload", "fileinfo", "finish", "retract", "none"]
)
def test_no_credentials(call: str, stand_in: StandIn) -> None:
    with httpx.Client(base_url=stand_in.url, trust_env=False) as http:
        for method in ("GET", "POST"):
            response = http.request(method, f"/{call}", content=b"x" * 300_000 if method == "POST" else None)
            answer(response, 401, 2000)
            assert response.headers["WWW-Authenticate"].startswith("Basic")


@pytest.mark.parametrize(
    "header", ["Basic", "Basic ###", "Basic bsOkbWU6d3Jvbmc=", "Bearer bsOkbWU6cGFzczp3w7ZyZA==", "Basic é"]
)
def test_wrong_credentials(header: str, stand_in: StandIn) -> None:
    with httpx.Client(base_url=stand_in.url, trust_env=False) as http:
        response = http.get("/status", headers=[(b"Authorization", header.encode("latin-1"))])
        answer(response, 401, 1000)


def test_wrong_paths_and_methods(client: httpx.Client, stand_in: StandIn) -> None:
    answer(client.get("/none"), 404, 1210)
    answer(client.get(stand_in.url.removesuffix("/ispws") + "/status"), 404, 1210)
    answer(client.post("/status"), 405, 4000)
    assert client.get("/finish").headers["Allow"] == "POST"
    assert client.put("/finish").status_code == 501


def test_wrong_content_types(client: httpx.Client) -> None:
    for kind in ("application/json", "application/xml", ""):
        answer(client.post("/submit", content=report().encode(), headers={"Content-Type": kind}), 400, 4000)
    answer(
        client.post(
            "/finish", content=b"id=1", headers={"Content-Type": "application/x-www-form-urlencoded"}
        ),
        400,
        4000,
    )
    answer(client.post("/upload", content=b"x", headers=XML), 400, 4200)
    answer(client.post("/upload", content=b"x", headers={"Content-Type": "multipart/form-data"}), 400, 4200)


FORMS = {
    "no file": (b'--b\r\nContent-Disposition: form-data; name="id"\r\n\r\n1\r\n--b--\r\n', 4200),
    "two files": (
        b'--b\r\nContent-Disposition: form-data; name="file"\r\n\r\n1\r\n' * 2 + b"--b--\r\n",
        4200,
    ),
    "no id": (b'--b\r\nContent-Disposition: form-data; name="file"\r\n\r\n1\r\n--b--\r\n', 4000),
    "cut short": (b'--b\r\nContent-Disposition: form-data; name="id"\r\n\r\n1', 4200),
    "malformed": (b"nonsense" * 100, 4200),
    "nameless": (b"--b\r\nContent-Disposition: form-data\r\n\r\n1\r\n--b--\r\n", 4200),
    "a long field": (
        b'--b\r\nContent-Disposition: form-data; name="id"\r\n\r\n' + b"1" * 2000 + b"\r\n--b--\r\n",
        4200,
    ),
    "empty": (b"", 4200),
}


@pytest.mark.parametrize("name", FORMS)
def test_forms_that_make_no_sense(name: str, client: httpx.Client) -> None:
    body, code = FORMS[name]
    answer(
        client.post("/upload", content=body, headers={"Content-Type": "multipart/form-data; boundary=b"}),
        400,
        code,
    )


@pytest.mark.parametrize("value", ["", "x", "-1", "1 2", "٣", "9" * 30])
def test_a_report_id_that_is_none(value: str, client: httpx.Client) -> None:
    answer(end(client, "finish", value), 400, 4000)


def test_a_document_that_is_too_large(client: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("desk.practice.server_body.MAX_DOCUMENT", 100_000)
    answer(client.post("/submit", content=b" " * 700_000, headers=XML), 400, 4000)


# Uploads.


def pieces(size: int) -> Iterator[bytes]:
    piece = b"PRACTICE" * 8192
    for _ in range(size // len(piece)):
        yield piece


def test_chunked_bodies(client: httpx.Client) -> None:
    def chunks() -> Iterator[bytes]:
        yield from (report().encode()[start : start + 50] for start in range(0, len(report()), 50))

    answer(client.post("/submit", content=chunks(), headers=XML))
    answer(client.get("/status"))


class Pattern(io.RawIOBase):
    """A large file that takes no memory."""

    def __init__(self, size: int) -> None:
        self.size, self.at = size, 0

    def read(self, amount: int = -1) -> bytes:
        amount = max(0, min(amount, self.size - self.at))
        self.at += amount
        return b"\0" * amount

    def seek(self, offset: int, whence: int = 0) -> int:
        self.at = offset if whence == 0 else self.size + offset
        return self.at

    def tell(self) -> int:
        return self.at


def test_memory_stays_flat(client: httpx.Client) -> None:
    report_id = submit(client)
    tracemalloc.start()
    try:
        with Pattern(96 * 2**20) as large:
            response = client.post(
                "/upload", data={"id": str(report_id)}, files={"file": ("a", large)}, timeout=60
            )
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert answer(response)["hash"] == hashlib.md5(bytes(96 * 2**20)).hexdigest()
    assert peak < 8 * 2**20
