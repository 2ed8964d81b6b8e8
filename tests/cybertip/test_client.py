"""The client against a real server on loopback, with every fault a network can have."""

from __future__ import annotations

import base64
import hashlib
import os
import socket
import ssl
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from desk.cybertip import client as client_module
from desk.cybertip.asking import Asked, AskedUpload, Wire
from desk.cybertip.client import ClientOptions, CyberTipClient, Timeouts
from desk.cybertip.multipart import SMALL
from desk.cybertip.wire import NOT_CONNECTED
from desk.domain.company import Credentials, Endpoint, EndpointKind
from desk.domain.errors import Bug, UserError
from desk.domain.filing import OutcomeKind, Reply
from desk.services.flow import Flow, Work, follow
from tests.cybertip.loopback import (
    Answer,
    Request,
    Script,
    Server,
    certificate,
    done,
    response,
    serving,
    upload_md5,
)

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
A, R, T, U = OutcomeKind.ACCEPTED, OutcomeKind.REFUSED, OutcomeKind.TRY_AGAIN, OutcomeKind.UNKNOWN
QUICK = Timeouts(connect=2, write=0.3, read=0.3, upload_read=0.3, pool=2, answer=2)
PASSWORD = "pass-word-1"


class Clock:
    def now(self) -> datetime:
        return NOW


class Beginning(CyberTipClient):
    """Each small call is begun on a connection that stands, and looked at whenever something has come."""

    def asking(self, *asked: Any) -> Any:
        return Through(self._wire, super().asking(*asked))

    def asking_upload(self, *asked: Any, **more: Any) -> Any:
        return Through(self._wire, super().asking_upload(*asked, **more))


class Through:
    def __init__(self, wire: Wire, asking: Asked | AskedUpload) -> None:
        self._wire = wire
        self._asking = asking

    def run(self) -> Reply:
        pool = self._wire.pool
        if not pool._idle and pool._proxy is None:
            with suppress(*NOT_CONNECTED):
                line = pool._connect(self._wire.times(None))
                line.idle_since = time.monotonic()
                pool._idle.append(line)
        return follow(None, self._flow())  # type: ignore[arg-type]

    def _flow(self) -> Flow[Reply]:
        return (yield Work(self._asking.run, begin=self._asking.begin))


@pytest.fixture(params=[CyberTipClient, Beginning], ids=["whole", "begun"], autouse=True)
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> type[CyberTipClient]:
    """Both ways to make a call give the same replies."""
    made: type[CyberTipClient] = request.param
    monkeypatch.setattr(f"{__name__}.WAY", made)
    return made


WAY: type[CyberTipClient] = CyberTipClient


def client(url: str, **options: object) -> CyberTipClient:
    endpoint = Endpoint(EndpointKind.CUSTOM, url)
    return WAY(endpoint, Credentials("user", PASSWORD), Clock(), ClientOptions(**options))  # type: ignore[arg-type]


@contextmanager
def talking(script: Script | Answer | bytes, **options: object) -> Iterator[tuple[CyberTipClient, Server]]:
    with serving(script) as server:
        made = client(server.url, **options)
        try:
            yield made, server
        finally:
            made.close()


CALLS = {
    "submit": lambda c: c.submit(b"<report/>"),
    "upload": lambda c: c.upload("42", "a.jpg", 5, [b"hello"]),
    "fileinfo": lambda c: c.fileinfo(b"<fileDetails/>"),
    "finish": lambda c: c.finish("42"),
    "retract": lambda c: c.retract("42"),
}
QUESTIONS = {"status": lambda c: c.status(), "xsd": lambda c: c.schema()}


def good(request: Request) -> Answer:
    """A service that does everything."""
    match request.path.removeprefix("/ispws"):
        case "/submit":
            return Answer(response(0, "Success", "<reportId>42</reportId>"))
        case "/upload":
            parts = ("<reportId>42</reportId>", "<fileId>f1</fileId>")
            # The file's MD5 is known only once the body was read: see Hashing below.
            return Answer(response(0, "Success", *parts))
        case "/finish":
            return Answer(done(0, "42", ("f1", "f2")))
        case "/xsd":
            return Answer(b'<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"/>')
        case _:
            return Answer(response(0, "Remote User : user"))


def test_each_call_goes_where_it_should_with_what_it_should() -> None:
    with talking(good) as (c, server):
        assert c.status().description == "Remote User : user"
        assert c.schema().body.startswith(b"<xs:schema")
        submitted = c.submit(b"<report/>")
        assert (submitted.kind, submitted.report_id, submitted.request_id) == (A, "42", "req-1")
        assert (submitted.at, submitted.code, submitted.http_status) == (NOW, 0, 200)
        assert c.upload("42", "a.jpg", 5, [b"hello"]).file_id == "f1"
        assert c.fileinfo(b"<fileDetails/>").kind is A
        finished = c.finish("42")
        assert (finished.kind, finished.report_id, finished.file_ids) == (A, "42", ("f1", "f2"))
        assert finished.body == done(0, "42", ("f1", "f2"))
        assert c.retract("42").kind is A
        got = [(r.method, r.path) for r in server.requests]
    assert got == [
        ("GET", "/ispws/status"),
        ("GET", "/ispws/xsd"),
        ("POST", "/ispws/submit"),
        ("POST", "/ispws/upload"),
        ("POST", "/ispws/fileinfo"),
        ("POST", "/ispws/finish"),
        ("POST", "/ispws/retract"),
    ]
    basic = "Basic " + base64.b64encode(f"user:{PASSWORD}".encode()).decode()
    assert {r.headers["authorization"] for r in server.requests} == {basic}
    assert server.requests[2].headers["content-type"] == "text/xml; charset=utf-8"
    assert server.requests[2].body == b"<report/>"
    assert server.requests[5].field("id") == b"42"
    assert server.requests[6].field("id") == b"42"
    assert server.connections == 1


class Hashing:
    """Answers an upload with the MD5 of what arrived, or another."""

    def __init__(self, wrong: str | None = None, drop: bool = False) -> None:
        self.wrong, self.drop = wrong, drop

    def __call__(self, request: Request) -> Answer:
        script = self

        class Late(Answer):
            @property
            def body(self) -> bytes:  # type: ignore[override]
                md5 = script.wrong or upload_md5(request).upper()
                extra = "" if script.drop else f"<hash>{md5}</hash>"
                return response(0, "", "<reportId>42</reportId><fileId>f1</fileId>", extra)

            @body.setter
            def body(self, _value: bytes) -> None: ...

        return Late()


def test_an_upload_is_streamed_hashed_and_compared() -> None:
    data = os.urandom(700_000)
    pieces = [data[:10], data[10:300_000], data[300_000:]]
    steps: list[int] = []
    with talking(Hashing()) as (c, server):
        reply = c.upload(
            "42", 'a"\r\nb.jpg', len(data), pieces, progress=steps.append, cancelled=lambda: False
        )
    assert (reply.kind, reply.problems, reply.file_id) == (A, (), "f1")
    assert reply.md5 == reply.sent_md5 == hashlib.md5(data).hexdigest()
    assert reply.sent_sha256 == hashlib.sha256(data).hexdigest()
    assert reply.sent_size == len(data)
    assert steps == [len(data)]
    request = server.requests[0]
    assert request.field("id") == b"42"
    assert request.field("file") == data
    assert b'filename="a%22%0D%0Ab.jpg"' in request.body
    assert "transfer-encoding" not in request.headers


def test_large_and_small_chunks_arrive_whole() -> None:
    big = os.urandom((1 << 20) + 7)
    data = b"ab" + big + big + b"c"
    steps: list[int] = []
    with talking(good) as (c, server):
        reply = c.upload("42", "", len(data), [b"ab", big, big, b"c"], progress=steps.append)
    assert (reply.sent_md5, reply.sent_size) == (hashlib.md5(data).hexdigest(), len(data))
    assert steps[-1] == len(data)
    assert len(steps) == 3
    assert server.requests[0].headers["content-length"] == str(server.requests[0].length)
    assert b'filename="file"' in server.requests[0].body


def test_digests_keep_the_order_of_many_chunks() -> None:
    chunks = [bytes([n]) * (1 << 20) for n in range(40)]
    with talking(good) as (c, _):
        reply = c.upload("42", "a", 40 << 20, chunks)
    assert reply.sent_md5 == hashlib.md5(b"".join(chunks)).hexdigest()
    assert reply.sent_sha256 == hashlib.sha256(b"".join(chunks)).hexdigest()


def test_an_empty_file_can_be_sent() -> None:
    with talking(Hashing()) as (c, _):
        reply = c.upload("42", "a", 0, [])
    assert (reply.kind, reply.sent_size, reply.problems) == (A, 0, ())


@pytest.mark.parametrize(
    ("script", "code"), [(Hashing(wrong="0" * 32), "md5_differs"), (Hashing(drop=True), "md5_missing")]
)
def test_another_md5_is_reported(script: Hashing, code: str) -> None:
    with talking(script) as (c, _):
        reply = c.upload("42", "a", 5, [b"hello"])
    assert reply.kind is A
    assert [p.code for p in reply.problems] == [code]


@pytest.mark.parametrize("chunks", [[b"hell"], [b"hello!"], [b"hello", b"!"], []])
def test_a_source_of_another_size_never_completes_a_request(chunks: list[bytes]) -> None:
    with talking(good) as (c, server):
        reply = c.upload("42", "a", 5, chunks)
        assert reply.kind is R
        assert [p.code for p in reply.problems] == ["source_changed"]
        assert (reply.sent_md5, reply.sent_sha256) == (None, None)
    assert all(len(r.body) < r.length for r in server.requests)


@pytest.mark.parametrize("given", [SMALL, SMALL + 2])
def test_a_larger_source_of_another_size_never_completes_a_request(given: int) -> None:
    with talking(good) as (c, server):
        reply = c.upload("42", "a", SMALL + 1, [bytes(given)])
        assert [p.code for p in reply.problems] == ["source_changed"]
    assert all(len(r.body) < r.length for r in server.requests)


def test_a_source_that_fails_is_named_without_its_words() -> None:
    def source() -> Iterator[bytes]:
        yield b"he"
        raise OSError("secret path")

    with talking(good) as (c, _):
        reply = c.upload("42", "a", 5, source())
    assert (reply.kind, reply.problems[0].code, reply.sent_size) == (R, "source_failed", 0)
    assert "OSError" in reply.description
    assert "secret" not in repr(reply)


def test_cancel_before_anything_was_sent_and_on_the_way() -> None:
    piece = bytes(1 << 20)
    answers = iter([False, False, False, True])
    with talking(good) as (c, server):
        assert c.upload("42", "a", 5, [b"hello"], cancelled=lambda: True).kind is T
        assert server.requests == []
        reply = c.upload("42", "a", 4 << 20, [piece] * 4, cancelled=lambda: next(answers))
    assert (reply.kind, reply.sent_size) == (U, 2 << 20)


def test_an_answer_before_the_end_of_the_body_is_no_success() -> None:
    """The server answers and hangs up while the body is still being sent."""
    size = 64 << 20
    early = replace(Answer(response(0, "", "<fileId>f</fileId>")), read_body=False)
    with talking(early) as (c, _):
        reply = c.upload("42", "a", size, (bytes(1 << 20) for _ in range(64)))
    assert reply.kind is U
    assert reply.sent_md5 is None
    refused = replace(Answer(response(1000, "no"), status=401), read_body=False)
    with talking(refused) as (c, _):
        reply = c.upload("42", "a", size, (bytes(1 << 20) for _ in range(64)))
    assert reply.kind in (R, U)  # a reset can overtake the answer


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize(
    "answer",
    [
        Answer(close_before=True),
        Answer(close_before=True, read_body=False),
        Answer(silent=True),
        Answer(b"<html><body>proxy</body></html>"),
        Answer(b"<!DOCTYPE html><html></html>", status=503),
        Answer(b""),
        Answer(b"", status=500),
        Answer(response(0, "ok"), length=4000),
        Answer(response()[:-12]),
        Answer(response(1000, "error"), status=500),
        Answer(response(1000, "error")),
        Answer(response(9999, "new")),
        Answer(response(-1, "odd")),
        Answer(response(0, "ok"), status=500),
        Answer(b"<other/>"),
        Answer(b"x", status=302, headers=(("Location", "http://127.0.0.1:1/"),)),
        Answer(b"x" * 100, headers=(("Content-Encoding", "gzip"),)),
        Answer(b" " * (1 << 20) + b"<a/>"),
        Answer(b"<html/>", status=404),
    ],
    ids=lambda a: f"{a.status}-{a.body[:9]!r}-{a.close_before or a.silent}",
)
def test_what_is_unclear_is_unknown(name: str, answer: Answer) -> None:
    with talking(answer, timeouts=QUICK) as (c, _):
        reply = CALLS[name](c)
    assert reply.kind is U
    assert reply.description
    assert len(reply.body) <= 1 << 20


@pytest.mark.parametrize("name", QUESTIONS)
@pytest.mark.parametrize(
    "answer",
    [
        Answer(close_before=True),
        Answer(silent=True),
        Answer(b"<html>"),
        Answer(response(1000, "x"), status=500),
        Answer(b"<x/>", length=99),
    ],
)
def test_a_question_without_an_answer_may_be_asked_again(name: str, answer: Answer) -> None:
    with talking(answer, timeouts=QUICK) as (c, _):
        assert QUESTIONS[name](c).kind is T


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (Answer(response(4100, "Validation failed"), status=400), R),
        (Answer(response(4100, "Validation failed"), status=500), R),
        (Answer(response(1001, "cvc"), status=200), R),
        (Answer(response(3100, "no")), R),
        (Answer(response(2999, "new")), R),
        (Answer(response(5001, "gone"), status=404), R),
        (Answer(response(1000, ""), status=401), R),
        (Answer(b"", status=401), R),
        (Answer(b"<html/>", status=407), T),
        (Answer(b"slow", status=429), T),
        (Answer(response(1100, "save failed")), T),
    ],
)
def test_clear_answers(name: str, answer: Answer, kind: OutcomeKind) -> None:
    with talking(answer) as (c, _):
        reply = CALLS[name](c)
    assert reply.kind is kind
    assert reply.description


@pytest.mark.parametrize("name", [*CALLS, "status"])
def test_5101_is_a_success_for_retract_and_5102_for_finish_only(name: str) -> None:
    ask = {**CALLS, **QUESTIONS}[name]
    with talking(Answer(response(5101, "retracted"), status=400)) as (c, _):
        assert ask(c).kind is (A if name == "retract" else R)
    with talking(Answer(response(5102, "finished"), status=400)) as (c, _):
        assert ask(c).kind is (A if name == "finish" else R)
    with talking(Answer(done(5102, "42"))) as (c, _):
        assert ask(c).kind is {"finish": A, "status": T}.get(name, U)


def test_a_success_without_what_it_should_bring_is_unknown() -> None:
    with talking(Answer(response(0, "ok"))) as (c, _):
        assert c.submit(b"<report/>").kind is U
        assert c.upload("42", "a", 0, []).kind is U
        assert c.fileinfo(b"<a/>").kind is A
        assert c.finish("42").kind is A
    with talking(Answer(response(0, "ok", "<reportId>43</reportId>"))) as (c, _):
        assert c.finish("42").kind is U
        assert c.retract("42").kind is U
        assert c.submit(b"<report/>").report_id == "43"
    with talking(Answer(response(0, "ok", "<reportId>-1</reportId>"))) as (c, _):
        assert c.submit(b"<report/>").kind is U


def test_nothing_listens_so_nothing_was_sent() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    c = client(f"http://127.0.0.1:{port}")
    try:
        for call in [*CALLS.values(), *QUESTIONS.values()]:
            reply = call(c)
            assert reply.kind is T
            assert "nothing was sent" in reply.description
    finally:
        c.close()


def test_a_server_that_stops_reading_leaves_it_unknown() -> None:
    with talking(Answer(stop_reading_after=1000), timeouts=QUICK) as (c, _):
        reply = c.upload("42", "a", 64 << 20, (bytes(1 << 20) for _ in range(64)))
    assert reply.kind is U
    assert "stalled" in reply.description


def test_an_answer_that_takes_too_long_as_a_whole() -> None:
    with talking(good, timeouts=replace(QUICK, answer=-1)) as (c, _):
        assert c.finish("42").kind is U
        assert c.status().kind is T


def test_a_schema_that_is_none() -> None:
    with talking(Answer(response(0, "ok"))) as (c, _):
        assert c.schema().kind is T
    with talking(Answer(response(3000, "no"), status=400)) as (c, _):
        assert c.schema().kind is R


def test_a_refusal_by_line_leads_to_the_field() -> None:
    xml = b"<?xml version='1.0'?>\n<report>\n<incidentSummary>\n<platform>x</platform></incidentSummary></report>"
    with talking(
        Answer(response(4100, "Validation failed [4,11] - cvc-x; [4,12] [1,1] - y"), status=400)
    ) as (c, _):
        reply = c.submit(xml)
    assert [p.path for p in reply.problems] == ["incidentSummary/platform", ""]
    assert reply.problems[0].code == "4100"


def test_a_header_that_lies_about_the_encoding_is_not_believed() -> None:
    answer = Answer(
        response(0, "Ünïcode"),
        headers=(("Content-Type", "text/xml; charset=ISO-8859-1"), ("request-id", "  r\xff  ")),
    )
    with talking(answer) as (c, _):
        reply = c.status()
    assert (reply.description, reply.request_id) == ("Ünïcode", "r\ufffd")


# -- TLS, proxies, endpoints


def test_tls_is_verified_against_the_given_authority(tmp_path: Path) -> None:
    context, ca = certificate(tmp_path)
    with serving(good, context) as server:
        for options, kind in (({}, T), ({"ca_file": ca}, A)):
            c = client(server.url, **options)
            reply = c.status()
            assert c.finish("42").kind is kind
            c.close()
            assert reply.kind is kind
            assert "certificate" in reply.description or kind is A
    with serving(good) as server:
        c = client(server.url.replace("http:", "https:"))
        reply = c.finish("42")
        c.close()
    assert reply.kind is T
    assert "secure connection" in reply.description


def test_a_file_without_certificates_is_refused(tmp_path: Path) -> None:
    bad = tmp_path / "ca.pem"
    bad.write_text("nothing")
    for path in (bad, tmp_path / "absent.pem"):
        with pytest.raises(UserError, match="authority"):
            client("https://127.0.0.1:1", ca_file=path)


def test_a_proxy_that_refuses_and_a_proxy_that_is_no_address() -> None:
    with serving(Answer(b"<html/>", status=403)) as proxy:
        c = client("https://reports.example.com/ispws", proxy=f"http://127.0.0.1:{proxy.port}")
        reply = c.finish("42")
        c.close()
        assert [r.method for r in proxy.requests] == ["CONNECT"]
        assert "authorization" not in proxy.requests[0].headers
    assert reply.kind is T
    assert "proxy" in reply.description
    for bad in ("nonsense", "http://[", "http://h:port", "socks5://127.0.0.1:1", "http://"):
        with pytest.raises(UserError, match="proxy"):
            client("https://reports.example.com", proxy=bad)


def test_a_loopback_endpoint_never_goes_through_the_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    with talking(good, proxy="http://127.0.0.1:1") as (c, _):
        assert c.status().kind is A


@pytest.mark.skipif(
    sys.platform != "linux", reason="only Linux leaves connections beyond the backlog unanswered"
)
def test_connecting_takes_too_long() -> None:
    """A backlog that is full answers no further handshake."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        waiting = []
        try:
            for _ in range(4):
                filler = socket.socket()
                filler.setblocking(False)
                filler.connect_ex(listener.getsockname())
                waiting.append(filler)
            c = client(f"http://127.0.0.1:{listener.getsockname()[1]}", timeouts=Timeouts(connect=0.2))
            reply = c.finish("42")
            c.close()
        finally:
            for filler in waiting:
                filler.close()
    assert reply.kind is T
    assert "in time" in reply.description


def test_no_credentials_in_any_repr_and_no_colon_in_a_user() -> None:
    c = client("http://127.0.0.1:1", proxy=f"http://u:{PASSWORD}@127.0.0.1:1")
    try:
        assert repr(c) == "CyberTipClient(http://127.0.0.1:1)"
        assert c.endpoint == "http://127.0.0.1:1"
    finally:
        c.close()
    assert PASSWORD not in repr(ClientOptions(proxy=PASSWORD))
    with pytest.raises(UserError, match="colon"):
        CyberTipClient(Endpoint(EndpointKind.CUSTOM, "http://127.0.0.1:1"), Credentials("a:b", "c"), Clock())


def test_a_call_can_never_leave_its_endpoint() -> None:
    c = client("http://127.0.0.1:1")
    c._endpoint = "http://127.0.0.1:2"
    try:
        with pytest.raises(Bug):
            c.status()
    finally:
        c.close()


def test_tls_context_is_strict() -> None:
    context = client_module.tls_context()
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
    assert context.minimum_version >= ssl.TLSVersion.TLSv1_2


def test_reply_type_is_the_domains() -> None:
    with talking(good) as (c, _):
        assert isinstance(c.status(), Reply)
