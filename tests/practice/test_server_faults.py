"""Every fault of the stand-in service, on real connections, and the control path that sets them."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import httpx
import pytest
from lxml import etree

from desk.practice.server import StandIn
from desk.practice.server_faults import ENDPOINTS, Fault, Faults, Kind
from tests.practice.server_documents import NOW, details, report

XML = {"Content-Type": "text/xml; charset=utf-8"}


@pytest.fixture
def stand_in() -> Iterator[StandIn]:
    with StandIn(user="name", password="word", clock=lambda: NOW, control=True) as service:
        yield service
        assert service.errors == []


@pytest.fixture
def client(stand_in: StandIn) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=stand_in.url, auth=("name", "word"), trust_env=False, timeout=30) as http:
        yield http


def submit(http: httpx.Client) -> httpx.Response:
    return http.post("/submit", content=report().encode(), headers=XML)


def code(response: httpx.Response) -> str | None:
    return etree.fromstring(response.content).findtext("responseCode")


def report_id(response: httpx.Response) -> str:
    return etree.fromstring(response.content).findtext("reportId") or ""


def upload(http: httpx.Client, number: str, data: bytes = b"PRACTICE") -> httpx.Response:
    return http.post("/upload", data={"id": number}, files={"file": ("a", data)})


def call(http: httpx.Client, endpoint: str, number: str, file_id: str) -> httpx.Response:
    if endpoint in ("status", "xsd"):
        return http.get(f"/{endpoint}")
    if endpoint == "submit":
        return submit(http)
    if endpoint == "upload":
        return upload(http, number)
    if endpoint == "fileinfo":
        return http.post("/fileinfo", content=details(number, file_id).encode(), headers=XML)
    return http.post(f"/{endpoint}", files={"id": (None, number)})


def marks(service: StandIn) -> object:
    """What the service knows, without times."""
    return [
        (item["id"], item["state"], [(f["md5"], bool(f["details"])) for f in item["files"]])
        for item in service.reports()
    ]


@pytest.mark.parametrize("endpoint", ENDPOINTS)
@pytest.mark.parametrize("kind", ["drop_before", "drop_midway", "drop_after"])
@pytest.mark.parametrize("reset", [False, True])
def test_dropped(endpoint: str, kind: str, reset: bool, stand_in: StandIn, client: httpx.Client) -> None:
    number = report_id(submit(client))
    file_id = etree.fromstring(upload(client, number).content).findtext("fileId") or ""
    before = marks(stand_in)
    stand_in.set_faults(Fault(kind=Kind(kind), endpoint=endpoint, reset=reset))
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError)):
        call(client, endpoint, number, file_id)
    changes = endpoint not in ("status", "xsd") and kind == "drop_after"
    assert (marks(stand_in) != before) is changes
    last = stand_in.requests()[-1]
    assert (last.endpoint, last.fault, last.status, last.processed) == (
        endpoint,
        kind,
        None,
        kind == "drop_after",
    )
    assert stand_in.pending_faults() == []
    again = call(client, endpoint, number, file_id)
    twice = {"fileinfo": "4000", "finish": "5102", "retract": "5101"}
    if endpoint != "xsd":
        assert code(again) == (twice.get(endpoint, "0") if kind == "drop_after" else "0")


def test_a_large_upload_dropped_midway(stand_in: StandIn, client: httpx.Client) -> None:
    number = report_id(submit(client))
    stand_in.set_faults(Fault(kind=Kind.DROP_MIDWAY, endpoint="upload"))
    with pytest.raises(httpx.TransportError):
        upload(client, number, b"x" * 8_000_000)
    assert stand_in.reports()[0]["files"] == []


MADE = {
    "http_500": (500, "1000"),
    "unauthorised": (401, "1000"),
    "code": (400, "1000"),
    "done_code": (400, "1000"),
}


@pytest.mark.parametrize("kind", MADE)
@pytest.mark.parametrize("after", [None, True])
def test_made_answers(kind: str, after: bool | None, stand_in: StandIn, client: httpx.Client) -> None:
    stand_in.set_faults(Fault(kind=Kind(kind), after=after))
    response = submit(client)
    assert (response.status_code, code(response)) == MADE[kind]
    assert response.headers["Request-ID"]
    assert len(stand_in.reports()) == (1 if after else 0)
    assert code(submit(client)) == "0"


def test_a_code_of_ones_own(stand_in: StandIn, client: httpx.Client) -> None:
    stand_in.set_faults(
        Fault(kind=Kind.CODE, endpoint="finish", code=1001, status=200, description="cvc & more"),
        Fault(kind=Kind.DONE_CODE, endpoint="finish", code=5102, status=409),
    )
    first = call(client, "finish", "77", "")
    assert (first.status_code, code(first)) == (200, "1001")
    assert etree.fromstring(first.content).findtext("responseDescription") == "cvc & more"
    second = call(client, "finish", "77", "")
    root = etree.fromstring(second.content)
    assert (second.status_code, root.tag, code(second), report_id(second)) == (
        409,
        "reportDoneResponse",
        "5102",
        "77",
    )
    assert root.find("responseDescription") is None


@pytest.mark.parametrize(("kind", "status"), [("html", 200), ("http_503", 503)])
def test_pages_of_a_proxy(kind: str, status: int, stand_in: StandIn, client: httpx.Client) -> None:
    stand_in.set_faults(Fault(kind=Kind(kind)), Fault(kind=Kind(kind), status=502, after=True))
    response = submit(client)
    assert (response.status_code, response.headers["Content-Type"]) == (status, "text/html; charset=utf-8")
    assert response.text.startswith("<!DOCTYPE html>")
    assert stand_in.reports() == []
    assert submit(client).status_code == 502
    assert len(stand_in.reports()) == 1


def test_a_redirect(stand_in: StandIn, client: httpx.Client) -> None:
    stand_in.set_faults(Fault(kind=Kind.REDIRECT))
    response = submit(client)
    assert (response.status_code, response.headers["Location"]) == (302, "/ispws/elsewhere")
    assert stand_in.reports() == []


def test_empty_answers(stand_in: StandIn, client: httpx.Client) -> None:
    stand_in.set_faults(Fault(kind=Kind.EMPTY), Fault(kind=Kind.EMPTY, status=401, after=False))
    for status in (200, 401):
        response = submit(client)
        assert (response.status_code, response.content) == (status, b"")
        assert "Content-Type" not in response.headers
    assert len(stand_in.reports()) == 1


@pytest.mark.parametrize("after", [None, False])
def test_truncated(after: bool | None, stand_in: StandIn, client: httpx.Client) -> None:
    stand_in.set_faults(Fault(kind=Kind.TRUNCATED, after=after))
    with pytest.raises(httpx.RemoteProtocolError, match="without sending complete"):
        submit(client)
    assert len(stand_in.reports()) == (1 if after is None else 0)


def test_xml_cut(stand_in: StandIn, client: httpx.Client) -> None:
    stand_in.set_faults(Fault(kind=Kind.CUT_XML))
    response = submit(client)
    assert response.status_code == 200
    with pytest.raises(etree.XMLSyntaxError):
        etree.fromstring(response.content)
    assert len(stand_in.reports()) == 1


def test_wrong_md5(stand_in: StandIn, client: httpx.Client) -> None:
    number = report_id(submit(client))
    stand_in.set_faults(Fault(kind=Kind.WRONG_MD5, endpoint="upload"))
    right = hashlib.md5(b"PRACTICE").hexdigest()
    got = etree.fromstring(upload(client, number).content).findtext("hash") or ""
    assert len(got) == 32
    assert got != right
    assert stand_in.reports()[0]["files"][0]["md5"] == right
    assert etree.fromstring(upload(client, number).content).findtext("hash") == right


def test_odd_headers(stand_in: StandIn, client: httpx.Client) -> None:
    stand_in.set_faults(Fault(kind=Kind.ODD_HEADERS))
    response = client.get("/status")
    assert len(response.headers.get_list("Request-ID")) == 2
    assert len(response.headers.get_list("X-Practice")) == 2
    assert response.headers["Content-Type"] == "text/xml;charset=ISO-8859-1"
    assert code(response) == "0"


def test_odd_xml(stand_in: StandIn, client: httpx.Client) -> None:
    number = report_id(submit(client))
    file_id = etree.fromstring(upload(client, number).content).findtext("fileId")
    stand_in.set_faults(Fault(kind=Kind.ODD_XML, times=None))
    root = etree.fromstring(client.get("/status").content)
    assert [item.tag for item in root] == [
        "supportNote",
        "responseDescription",
        "supportNote",
        "responseCode",
    ]
    assert not root.findtext("responseDescription")
    done = etree.fromstring(call(client, "finish", number, "").content)
    assert [item.text for item in done.iterfind("files/fileId")] == [file_id]
    assert done.findtext("responseCode") == "0"
    assert etree.fromstring(client.get("/xsd").content).tag.endswith("schema")


def timed(http: httpx.Client) -> float:
    started = time.monotonic()
    assert code(submit(http)) == "0"
    return time.monotonic() - started


@pytest.mark.parametrize("kind", ["delay", "slow_read", "slow_answer"])
def test_slow(kind: str, stand_in: StandIn, client: httpx.Client) -> None:
    assert code(client.get("/status")) == "0"
    stand_in.set_faults(Fault(kind=Kind(kind), seconds=0.3))
    assert timed(client) >= 0.25
    assert len(stand_in.reports()) == 1


def test_a_delay_after_processing_outlasts_the_client(stand_in: StandIn, client: httpx.Client) -> None:
    stand_in.set_faults(Fault(kind=Kind.DELAY, seconds=60, after=True))
    impatient = httpx.Timeout(30, read=0.2)
    with pytest.raises(httpx.ReadTimeout):
        client.post("/submit", content=report().encode(), headers=XML, timeout=impatient)
    begun = time.monotonic()
    while not stand_in.reports() and time.monotonic() < begun + 30:
        time.sleep(0.005)  # the client is gone before a busy server has seen to it
    assert len(stand_in.reports()) == 1
    stand_in.clear_faults()
    stand_in.set_faults(Fault(kind=Kind.DELAY, seconds=60))
    with pytest.raises(httpx.ReadTimeout):
        client.post("/submit", content=report().encode(), headers=XML, timeout=impatient)
    assert len(stand_in.reports()) == 1


@pytest.mark.parametrize("kind", ["delay", "slow_read", "slow_answer"])
def test_stopping_ends_a_slow_call(kind: str, stand_in: StandIn, client: httpx.Client) -> None:
    stand_in.set_faults(Fault(kind=Kind(kind), seconds=100))
    failed: list[Exception] = []

    def ask() -> None:
        try:
            submit(client)
        except httpx.TransportError as error:
            failed.append(error)

    thread = threading.Thread(target=ask)
    thread.start()
    while not stand_in.requests():
        time.sleep(0.005)
    started = time.monotonic()
    stand_in.stop()
    assert time.monotonic() - started < 10  # far from the 100 s of the fault
    thread.join()
    assert len(failed) == 1


# Choosing calls.


def test_for_the_next_calls_of_one_endpoint(stand_in: StandIn, client: httpx.Client) -> None:
    stand_in.set_faults(Fault(kind=Kind.HTTP_500, endpoint="status", times=2, skip=1))
    assert code(submit(client)) == "0"
    assert [client.get("/status").status_code for _ in range(5)] == [200, 500, 500, 200, 200]


def test_until_cleared(stand_in: StandIn, client: httpx.Client) -> None:
    stand_in.set_faults(Fault(kind=Kind.HTTP_500, times=None))
    assert [client.get("/status").status_code for _ in range(4)] == [500] * 4
    assert stand_in.pending_faults()[0]["times"] is None
    stand_in.clear_faults()
    assert client.get("/status").status_code == 200


def test_by_chance_from_a_seed() -> None:
    def drawn(seed: int) -> list[bool]:
        faults = Faults()
        faults.set([Fault(kind=Kind.HTTP_500, times=None, probability=0.3, seed=seed)])
        return [faults.draw("submit") is not None for _ in range(1000)]

    assert drawn(1) == drawn(1)
    assert drawn(1) != drawn(2)
    assert 240 < sum(drawn(1)) < 360


def test_the_first_fault_that_fires_wins() -> None:
    faults = Faults()
    faults.set(
        [Fault(kind=Kind.HTML, endpoint="finish"), Fault(kind=Kind.EMPTY), Fault(kind=Kind.CODE, times=0)]
    )
    drawn = [faults.draw(name) for name in ("finish", "finish", "finish")]
    assert [item.kind if item else None for item in drawn] == [Kind.HTML, Kind.EMPTY, None]


WRONG: list[tuple[dict[str, Any], str]] = [
    ({}, "kind: missing"),
    ({"kind": "explode"}, "kind: not one of"),
    ({"kind": "html", "endpoint": "nowhere"}, "endpoint: not"),
    ({"kind": "html", "mystery": 1}, "mystery: unknown key"),
    ({"kind": "html", "times": -1}, "times: less than 0"),
    ({"kind": "html", "times": "two"}, "times: a value of the wrong type"),
    ({"kind": "html", "times": True}, "times: a value of the wrong type"),
    ({"kind": "code", "code": None}, "code: a value of the wrong type"),
    ({"kind": "html", "probability": 2}, "probability: not between"),
    ({"kind": "html", "status": 99}, "status: not between"),
    ({"kind": "drop_before", "after": True}, "after: drop_before comes before"),
    ({"kind": "delay"}, "seconds: delay needs a time"),
]


@pytest.mark.parametrize(("values", "words"), WRONG)
def test_faults_that_make_no_sense(values: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Fault.from_json(values)


def test_every_key_of_a_fault_can_be_set_in_json() -> None:
    fault = Fault(
        kind=Kind.CODE, endpoint="finish", times=3, skip=1, probability=0.5, seed=4, status=409, code=5102
    )
    assert Fault.from_json({**asdict(fault), "kind": "code"}) == fault


# The control path.


@pytest.fixture
def control(stand_in: StandIn) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=stand_in.url.replace("/ispws", "/_practice"), trust_env=False) as http:
        yield http


def test_faults_over_http(stand_in: StandIn, client: httpx.Client, control: httpx.Client) -> None:
    first = control.post("/faults", json={"kind": "http_500", "endpoint": "status"})
    assert first.json()["faults"][0]["kind"] == "http_500"
    control.post("/faults", json=[{"kind": "empty"}, {"kind": "html", "times": 3}])
    assert [item["kind"] for item in control.get("/faults").json()["faults"]] == ["http_500", "empty", "html"]
    assert client.get("/status").status_code == 500
    assert control.delete("/faults").json() == {"faults": []}
    assert client.get("/status").status_code == 200


def test_state_over_http(stand_in: StandIn, client: httpx.Client, control: httpx.Client) -> None:
    number = report_id(submit(client))
    upload(client, number)
    shown = control.get("/state").json()
    assert shown == stand_in.snapshot()
    assert set(shown) == {"now", "url", "reports", "requests", "faults", "errors"}
    assert set(shown["reports"][0]) == {
        "id", "state", "batched", "opened_at", "changed_at", "expires_at", "ended_at", "xml", "xml_sha256", "files",
    }  # fmt: skip
    assert set(shown["reports"][0]["files"][0]) == {
        "id",
        "md5",
        "size",
        "name",
        "uploaded_at",
        "details",
        "detailed_at",
    }
    assert set(shown["requests"][0]) == {
        "at",
        "method",
        "endpoint",
        "request_id",
        "fault",
        "status",
        "code",
        "processed",
    }


def test_the_clock_over_http(stand_in: StandIn, client: httpx.Client, control: httpx.Client) -> None:
    number = report_id(submit(client))
    assert control.post("/clock", json={"advance": 86400}).json() == {"now": "2026-11-21T12:00:00+00:00"}
    assert code(call(client, "finish", number, "")) == "5001"


@pytest.mark.parametrize(
    ("path", "body", "words"),
    [
        ("/faults", '{"kind": "explode"}', "kind: not one of"),
        ("/faults", "[1]", "faults: an object"),
        ("/faults", "words", "Expecting value"),
        ("/clock", '{"advance": "far"}', "advance: a number"),
        ("/clock", "[]", "advance: a number"),
    ],
)
def test_control_refuses_nonsense(path: str, body: str, words: str, control: httpx.Client) -> None:
    response = control.post(path, content=body)
    assert response.status_code == 400
    assert words in response.json()["error"]


def test_control_is_for_this_computer_and_only_where_asked_for(control: httpx.Client) -> None:
    assert control.get("/none").status_code == 404
    assert control.put("/state").status_code == 501
    assert control.get("/state", headers={"Host": "example.com:80"}).status_code == 403
    with StandIn(user="name", password="word") as other:
        response = httpx.get(
            other.url.replace("/ispws", "/_practice/state"), auth=("name", "word"), trust_env=False
        )
        assert response.status_code == 404
