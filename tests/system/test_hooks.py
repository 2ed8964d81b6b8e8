"""The hooks' client: what the net does never raises, and TLS is verified."""

from __future__ import annotations

import socket
from pathlib import Path

from desk.system.hooks import HttpHooks
from tests.support.hooked import platform


def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_nobody_there() -> None:
    for scheme in ("http", "https"):
        reply = HttpHooks().post(f"{scheme}://127.0.0.1:{closed_port()}/", b"{}", {})
        assert (reply.status, reply.words) == (None, "It can't be reached.")


def test_a_server_without_tls_is_not_spoken_to() -> None:
    with platform() as made:
        reply = HttpHooks().post(made.url.replace("http:", "https:"), b"{}", {})
        assert reply.status is None
        assert made.calls == []


def test_addresses_and_certificates_that_cannot_be_used(tmp_path: Path) -> None:
    assert "Plain HTTP" in HttpHooks().post("http://hooks.example.com/", b"", {}).words
    (tmp_path / "ca.pem").write_text("no certificate")
    reply = HttpHooks(lambda: str(tmp_path / "ca.pem")).post("https://127.0.0.1:1/", b"", {})
    assert "certificates" in reply.words
