"""Connections and HTTP/1.1 against servers that send given bytes."""

from __future__ import annotations

import contextlib
import select
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpcore
import httpx
import pytest

from desk.cybertip.http1 import HEAD_LIMIT, HELD, Times
from desk.cybertip.wire import LOST, Pool, request_head
from tests.cybertip.loopback import Answer, Server, certificate, response, serving

TIMES = Times(connect=5, write=5, read=5, pool=0.01)
ASK = request_head(b"GET", b"/", [(b"Host", b"x")])
CHUNKED = (
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n"
    b"3;x=y\r\nabc\r\n0A\r\n0123456789\r\n0\r\nTrailer: z\r\n\r\n"
)
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


@contextmanager
def saying(*connections: list[bytes]) -> Iterator[str]:
    """A server that answers the requests of its first connection with the first list, and so on.

    A connection is hung up when its list is at its end.
    """
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        for answers in connections:
            try:
                conn, _ = listener.accept()
            except OSError:
                return
            with conn, contextlib.suppress(OSError):
                for answer in answers:
                    if not conn.recv(65536):
                        break
                    conn.sendall(answer)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(60)


def pool(url: str, connections: int = 2) -> Pool:
    return Pool(httpx.URL(url), ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), None, connections)


def ask(http: Pool, head: bytes = ASK) -> tuple[int, bytes]:
    answer = http.ask(head, (), TIMES)
    try:
        return answer.status, b"".join(answer.body())
    finally:
        answer.close()


@pytest.mark.parametrize(
    ("said", "status", "body"),
    [
        (OK, 200, b"ok"),
        (b"HTTP/1.1 200\r\ncontent-length:2\r\n\r\nok", 200, b"ok"),
        (b"HTTP/1.0 500 Odd \xff\r\nA:\r\n\r\nto the end", 500, b"to the end"),
        (b"HTTP/1.1 200 OK\r\n\r\n", 200, b""),
        (b"HTTP/1.1 204 None\r\nContent-Length: 7\r\n\r\n", 204, b""),
        (b"HTTP/1.1 100 Go on\r\n\r\nHTTP/1.1 103 Early\r\nLink: x\r\n\r\n" + OK, 200, b"ok"),
        (CHUNKED, 200, b"abc0123456789"),
    ],
)
def test_answers_of_every_framing(said: bytes, status: int, body: bytes) -> None:
    with saying([said]) as url:
        http = pool(url)
        assert ask(http) == (status, body)
        http.close()


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2, 3\r\n\r\nok",
        b"HTTP/1.1 200 OK\r\nContent-Length: +2\r\n\r\nok",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nok",
        b"HTTP/1.1 200 OK\nContent-Length: 2\n\nok",
        b"HTTP/1.1 200 OK\r\nA: one\r\n  two\r\nContent-Length: 2\r\n\r\nok",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 9\r\n\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nabc\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n",
        b"HTTP/1.1 101 Other\r\nUpgrade: x\r\n\r\n",
        b"HTTP/2.0 200 OK\r\n\r\n",
        b"HTTP/1.1 2000 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nA header: x\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nA: x\rB: y\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n A: folded into nothing\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nA: " + b"x" * (HEAD_LIMIT + 70_000) + b"\r\n\r\n",
    ],
)
def test_what_breaks_the_rules_is_lost(said: bytes) -> None:
    with saying([said]) as url:
        http = pool(url)
        with pytest.raises(LOST):
            ask(http)
        http.close()


def test_a_connection_is_used_again_only_where_its_answer_was_read_to_the_end() -> None:
    closing = b"HTTP/1.1 200 OK\r\nConnection: Close\r\nContent-Length: 2\r\n\r\nok"
    unasked = ([OK, OK, OK + b"unasked"], [OK + OK], [OK + b"\x00"])
    with saying(*unasked, [closing], [OK, OK], [OK]) as url:
        http = pool(url)
        for _ in range(7):
            assert ask(http) == (200, b"ok")
        left = http.ask(ASK, (), TIMES)  # nobody reads its body
        left.close()
        assert ask(http) == (200, b"ok")
        http.close()


def test_a_connection_hung_up_meanwhile_or_kept_too_long_is_not_used(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with saying([OK], [OK, OK], [OK]) as url:
        http = pool(url)
        ask(http)
        (line,) = http._idle
        # Its server hangs up after the one answer; the end of the stream arrives in its own time.
        select.select([line._stream.get_extra_info("socket")], [], [], 10)
        assert line.stale
        assert ask(http) == (200, b"ok")
        monkeypatch.setattr("desk.cybertip.wire.KEPT_S", -1.0)
        assert ask(http) == (200, b"ok")
        http.close()


def test_one_more_than_there_may_be_waits_and_gives_up() -> None:
    with saying([OK], [OK]) as url:
        http = pool(url, connections=1)
        first = http.ask(ASK, (), TIMES)
        with pytest.raises(httpcore.PoolTimeout):
            ask(http)
        http.close()
        assert b"".join(first.body()) == b"ok"
        first.close()
        assert not http._idle  # closed meanwhile: it is not kept
        assert ask(http) == (200, b"ok")
        http.close()


def test_small_requests_leave_in_one_piece_and_larger_ones_stream() -> None:
    with serving(Answer(response(0, "ok"))) as server:
        http = pool(server.url)
        for parts in ([b"a" * 10, b"b" * 10], [b"a", b"b" * HELD, b"c" * HELD, b"d"]):
            whole = b"".join(parts)
            head = request_head(b"POST", b"/", [(b"Content-Length", b"%d" % len(whole))])
            answer = http.ask(head, iter(parts), TIMES)
            assert b"<responseCode>0<" in b"".join(answer.body())
            answer.close()
            assert server.requests[-1].body == whole
        assert server.connections == 1
        http.close()


@contextmanager
def proxying(tls: ssl.SSLContext | None) -> Iterator[tuple[str, list[bytes]]]:
    """A proxy that connects its first client to wherever it asks; what the client asked."""
    listener = socket.create_server(("127.0.0.1", 0))
    asked: list[bytes] = []

    def copy(a: socket.socket, b: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while part := a.recv(65536):
                b.sendall(part)
        with contextlib.suppress(OSError):
            b.shutdown(socket.SHUT_RDWR)

    def serve() -> None:
        raw, _ = listener.accept()
        client = tls.wrap_socket(raw, server_side=True) if tls else raw
        asked.append(client.recv(65536))
        host, _, port = asked[0].split(b" ")[1].decode().rpartition(":")
        with socket.create_connection((host, int(port))) as server, client:
            client.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
            back = threading.Thread(target=copy, args=(server, client))
            back.start()
            copy(client, server)
            back.join(60)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield f"{'https' if tls else 'http'}://us%20er:p%40ss@127.0.0.1:{listener.getsockname()[1]}", asked
    finally:
        listener.close()
        thread.join(60)


@pytest.mark.parametrize("secured", [False, True])
def test_a_proxy_connects_and_sees_nothing(tmp_path: Path, secured: bool) -> None:
    context, ca = certificate(tmp_path)
    tls = ssl.create_default_context(cafile=str(ca))
    with (
        contextlib.closing(Server(lambda _request: Answer(response(0, "ok")), context)) as server,
        proxying(context if secured else None) as (proxy, asked),
    ):
        http = Pool(httpx.URL(server.url), tls, proxy, 1)
        status, body = ask(http, request_head(b"GET", b"/x", [(b"Host", b"x"), (b"Authorization", b"y")]))
        assert (status, b"<responseCode>0<" in body) == (200, True)
        http.close()
    assert asked[0].startswith(b"CONNECT 127.0.0.1:%d HTTP/1.1\r\n" % server.port)
    assert b"\r\nProxy-Authorization: Basic dXMgZXI6cEBzcw==\r\n" in asked[0]
    assert b"\r\nAuthorization" not in asked[0]


def test_a_proxy_that_hangs_up_let_nothing_through() -> None:
    for url in ("https://reports.example.com/ispws", "https://[2001:db8::1]/ispws"):
        with saying([b""]) as proxy:
            http = Pool(httpx.URL(url), ssl.create_default_context(), proxy, 1)
            with pytest.raises(httpcore.ProxyError):
                ask(http)
            http.close()
