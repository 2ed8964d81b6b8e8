"""Connections that no client of ours would make, and many at once."""

from __future__ import annotations

import socket
import threading
import time

import httpx
import pytest

from desk.practice.server import StandIn
from tests.practice.server_documents import report
from tests.practice.test_server import answer, attach, client, connect, end, stand_in, submit

__all__ = ["client", "stand_in"]


def raw(service: StandIn) -> socket.socket:
    return socket.create_connection(("127.0.0.1", httpx.URL(service.url).port or 0), timeout=30)


def basic(http: httpx.Client) -> str:
    request = http.build_request("GET", "/status")
    assert http.auth is not None
    return next(http.auth.sync_auth_flow(request)).headers["Authorization"]


def talk(service: StandIn, sent: bytes) -> bytes:
    with raw(service) as sock:
        sock.sendall(sent)
        got = b""
        while piece := sock.recv(65536):
            got += piece
        return got


@pytest.mark.parametrize(
    "head",
    [
        "Content-Length: many",
        "Content-Length: -5",
    ],
)
def test_bad_lengths(head: str, stand_in: StandIn) -> None:
    got = talk(stand_in, f"POST /ispws/submit HTTP/1.1\r\nHost: x\r\n{head}\r\n\r\n".encode())
    assert got.startswith(b"HTTP/1.1 400 ")
    assert b"<responseCode>4000<" in got


@pytest.mark.parametrize("body", [b"zz\r\n", b"5\r\nab", b"5\r\nabcde\r\n", b"5\r\nabcde\r\n0\r\n"])
def test_bad_chunks_end_the_connection(body: bytes, stand_in: StandIn, client: httpx.Client) -> None:
    head = f"POST /ispws/finish HTTP/1.1\r\nTransfer-Encoding: chunked\r\nAuthorization: {basic(client)}\r\n"
    with raw(stand_in) as sock:
        sock.sendall(f"{head}Content-Type: multipart/form-data; boundary=b\r\n\r\n".encode() + body)
        sock.shutdown(socket.SHUT_WR)
        assert sock.recv(10) == b""


def test_the_client_is_told_to_go_on(stand_in: StandIn, client: httpx.Client) -> None:
    body = report().encode()
    head = f"POST /ispws/submit HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: {len(body)}\r\nConnection: close\r\n"
    with raw(stand_in) as sock:
        sock.sendall(f"{head}Content-Type: text/xml\r\nAuthorization: {basic(client)}\r\n\r\n".encode())
        assert sock.recv(1000).startswith(b"HTTP/1.1 100 ")
        sock.sendall(body)
        got = b""
        while piece := sock.recv(65536):
            got += piece
    assert b"<reportId>" in got


def test_many_at_once(client: httpx.Client, stand_in: StandIn) -> None:
    def work() -> None:
        with connect(stand_in) as http:
            for _ in range(5):
                report_id = submit(http)
                attach(http, report_id)
                answer(end(http, "finish", report_id))

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    reports = stand_in.reports()
    assert len({item["id"] for item in reports}) == 40
    assert {item["state"] for item in reports} == {"finished"}
    assert all(len(item["files"]) == 1 for item in reports)


def test_a_broken_upload_is_not_attached(client: httpx.Client, stand_in: StandIn) -> None:
    report_id = submit(client)
    request = client.build_request(
        "POST", "/upload", data={"id": str(report_id)}, files={"file": ("a", b"x" * 100_000)}
    )
    head = "".join(f"{name}: {value}\r\n" for name, value in request.headers.items())
    with raw(stand_in) as sock:
        sock.sendall(f"POST /ispws/upload HTTP/1.1\r\nAuthorization: {basic(client)}\r\n{head}\r\n".encode())
        sock.sendall(request.read()[:50_000])
    deadline = time.monotonic() + 30
    while (
        any(item.endpoint == "upload" for item in stand_in.requests()) is False
        and time.monotonic() < deadline
    ):
        time.sleep(0.01)
    stand_in.stop()
    stand_in.start()
    assert stand_in.reports()[0]["files"] == []
    assert stand_in.requests()[-1].processed is False
