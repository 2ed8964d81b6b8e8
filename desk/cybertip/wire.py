"""The connections to one endpoint: made, kept for a while, and used again.

httpx and httpcore's pool cost more than a small call itself, in what is not wanted here (cookies, redirects,
decoding, HTTP/2, models of requests and answers). So httpcore's streams with their TLS, time limits and
errors are used, and llhttp reads HTTP/1.1 (desk.cybertip.http1). Nothing is ever sent twice.
"""

from __future__ import annotations

import base64
import ssl
import threading
import time
from collections.abc import Iterable, Iterator
from urllib.parse import unquote

import httpcore
import httpx

from desk.cybertip.http1 import Headers, Line, Times

KEPT_S = 5.0
"""How long a connection is kept after use."""

NOT_CONNECTED = (httpcore.ConnectError, httpcore.ConnectTimeout, httpcore.PoolTimeout, httpcore.ProxyError)
"""Nothing of a request can have arrived."""
LOST = (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError)
"""What was sent may have arrived."""


class Answer:
    """An answer whose head has come. Close it in any case: that gives its connection back."""

    def __init__(self, pool: Pool, line: Line, status: int, headers: Headers) -> None:
        self._pool = pool
        self._line = line
        self.status = status
        self.headers = headers

    def body(self) -> Iterator[bytes]:
        """The pieces of its body. Raises one of LOST where it breaks off."""
        return self._line.body()

    def close(self) -> None:
        self._pool.give_back(self._line)


class Pool:
    """Connections to the server of one URL, through a proxy where one is given. Safe for several threads."""

    def __init__(self, url: httpx.URL, tls: ssl.SSLContext, proxy: str | None, connections: int) -> None:
        """At most so many connections; opens none yet. Raises nothing for what can't be reached."""
        self._url = url
        self._tls = tls
        tls.set_alpn_protocols(["http/1.1"])
        self._proxy = None if proxy is None else httpx.URL(proxy)
        self._proxied = proxy is not None
        """TLS within TLS can't be read without waiting."""
        self._backend = httpcore.SyncBackend()
        self._free = threading.BoundedSemaphore(connections)
        self._lock = threading.Lock()
        self._idle: list[Line] = []
        self._closed = False

    def ask(self, head: bytes, content: Iterable[bytes], times: Times) -> Answer:
        """Send one request; the answer's head has come. Raises one of NOT_CONNECTED or LOST, and what
        ``content`` raises."""
        if not self._free.acquire(timeout=times.pool):
            raise httpcore.PoolTimeout
        line: Line | None = None
        try:
            line = self._kept() or self._connect(times)
            status, headers = line.request(head, content, times)
        except BaseException:
            self._free.release()
            if line is not None:
                line.close()
            raise
        return Answer(self, line, status, headers)

    def kept(self) -> Line | None:
        """A connection that stands and is free, to be given back; None where there is none at once."""
        if self._proxied or not self._free.acquire(blocking=False):
            return None
        line = self._kept()
        if line is None:
            self._free.release()
        return line

    def give_back(self, line: Line) -> None:
        """After a request; kept only where its answer was read to the end."""
        with self._lock:
            keep = line.whole and not self._closed
            if keep:
                line.idle_since = time.monotonic()
                self._idle.append(line)
        if not keep:
            line.close()
        self._free.release()

    def close(self) -> None:
        """Those in use are closed when they are given back."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
        for line in idle:
            line.close()

    def _kept(self) -> Line | None:
        """The connection used last, where it still stands."""
        oldest = time.monotonic() - KEPT_S
        while True:
            with self._lock:
                if not self._idle:
                    return None
                line = self._idle.pop()
            if line.idle_since > oldest and not line.stale:
                return line
            line.close()

    def _connect(self, times: Times) -> Line:
        to = self._url if self._proxy is None else self._proxy
        stream = self._backend.connect_tcp(
            to.raw_host.decode("ascii"), _port(to), timeout=times.connect, socket_options=()
        )
        if to.scheme == "https":
            stream = self._secured(stream, to, times)
        if self._proxy is not None:
            self._tunnel(stream, self._proxy, times)
            stream = self._secured(stream, self._url, times)
        return Line(stream)

    def _secured(self, stream: httpcore.NetworkStream, to: httpx.URL, times: Times) -> httpcore.NetworkStream:
        return stream.start_tls(self._tls, to.raw_host.decode("ascii"), times.connect)

    def _tunnel(self, stream: httpcore.NetworkStream, proxy: httpx.URL, times: Times) -> None:
        """Have the proxy connect to the server; nothing that is meant for the server goes to the proxy."""
        target = b"%b:%d" % (_bracketed(self._url.raw_host), _port(self._url))
        headers = [(b"Host", target)]
        if proxy.userinfo:
            pair = unquote(proxy.userinfo.decode("ascii")).encode()
            headers.append((b"Proxy-Authorization", b"Basic " + base64.b64encode(pair)))
        line = Line(stream)
        try:
            status, _ = line.request(request_head(b"CONNECT", target, headers), (), times, bodiless=True)
        except LOST as error:
            stream.close()
            raise httpcore.ProxyError("The proxy gave no answer.") from error
        if not 200 <= status < 300:
            stream.close()
            raise httpcore.ProxyError(f"The proxy answered with {status}.")


def header(headers: Headers, name: bytes) -> str:
    """The values of a header, joined; ``name`` in lower case. Empty without one."""
    found = [value for key, value in headers if key == name]
    return b", ".join(found).decode("utf-8", "replace")


def request_head(method: bytes, target: bytes, headers: Headers) -> bytes:
    """A request up to its body."""
    lines = b"".join([b"%b: %b\r\n" % pair for pair in headers])
    return b"%b %b HTTP/1.1\r\n%b\r\n" % (method, target, lines)


def _port(url: httpx.URL) -> int:
    return url.port or (443 if url.scheme == "https" else 80)


def _bracketed(host: bytes) -> bytes:
    return b"[%b]" % host if b":" in host else host
