"""The connections to one endpoint: a pool, and requests that go out in one piece.

What httpx adds to httpcore's pool (cookies, redirects, authentication, decoding,
models of requests and answers) is not wanted here, and costs more than a small
call itself; so its TLS and address handling are used, and the pool directly.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterable
from typing import Any

import httpcore
import httpx

HELD = 64 * 1024
"""Bytes that are held back at most until a request is whole. A longer one streams."""

NOT_CONNECTED = (httpcore.ConnectError, httpcore.ConnectTimeout, httpcore.PoolTimeout, httpcore.ProxyError)
"""Nothing of a request can have arrived."""
LOST = (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError)
"""What was sent may have arrived."""


class _Whole(httpcore.NetworkStream):
    """A stream whose small requests leave in one piece: the head alone would wake the service for nothing."""

    def __init__(self, stream: httpcore.NetworkStream) -> None:
        self._stream = stream
        self._held = b""

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """An empty ``buffer`` is the end of a request."""
        if buffer and len(self._held) + len(buffer) <= HELD:
            self._held += buffer
            return
        self._flush(timeout)
        if buffer:
            self._stream.write(buffer, timeout)

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        self._flush(timeout)
        return self._stream.read(max_bytes, timeout)

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _Whole(self._stream.start_tls(ssl_context, server_hostname, timeout))

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)

    def _flush(self, timeout: float | None) -> None:
        held, self._held = self._held, b""
        if held:
            self._stream.write(held, timeout)


class _Connecting(httpcore.SyncBackend):
    def connect_tcp(self, *args: Any, **options: Any) -> httpcore.NetworkStream:
        return _Whole(super().connect_tcp(*args, **options))


def open_pool(tls: ssl.SSLContext, proxy: str | None, connections: int) -> httpcore.ConnectionPool:
    """A pool of so many connections, kept for 5 s after use. Opens none yet. Never retries."""
    options: dict[str, Any] = {
        "ssl_context": tls,
        "max_connections": connections,
        "max_keepalive_connections": connections,
        "keepalive_expiry": 5.0,
        "network_backend": _Connecting(),
    }
    if proxy is None:
        return httpcore.ConnectionPool(**options)
    parsed = httpx.Proxy(proxy)
    return httpcore.HTTPProxy(proxy_url=core_url(parsed.url), proxy_auth=parsed.raw_auth, **options)


def core_url(url: httpx.URL) -> httpcore.URL:
    return httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)


def header(headers: Iterable[tuple[bytes, bytes]], name: bytes) -> str:
    """The values of an answer's header, joined; ``name`` in lower case. Empty without one."""
    return b", ".join(value for key, value in headers if key.lower() == name).decode("utf-8", "replace")
