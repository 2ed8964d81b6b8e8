"""A small HTTP(S) server on loopback that answers as it is told, faults included. For tests and benchmarks."""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import ipaddress
import re
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

KEEP = 1 << 20
GREETING_S = 30.0
"""Seconds for a TLS greeting: in the midst of one a connection can't be ended from outside."""


@dataclass
class Request:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes = b""  # the first megabyte
    length: int = 0

    def field(self, name: str) -> bytes:
        """A form field's value."""
        match = re.search(
            rb'name="' + name.encode() + rb'"[^\r]*\r\n(?:[^\r]+\r\n)*\r\n(.*?)\r\n--', self.body, re.S
        )
        assert match is not None
        return match.group(1)


@dataclass
class Answer:
    """What the server does with a request."""

    body: bytes = b""
    status: int = 200
    headers: tuple[tuple[str, str], ...] = (("Request-ID", "req-1"), ("Content-Type", "text/xml"))
    length: int | None = None  # a Content-Length that differs from the body's
    read_body: bool = True
    close_before: bool = False  # hang up without an answer
    silent: bool = False  # hold the connection, say nothing
    stop_reading_after: int | None = None  # read that many bytes of the body, then stand still


Script = Callable[[Request], Answer]


def response(code: int = 0, description: str = "ok", *extra: str) -> bytes:
    inner = f"<responseCode>{code}</responseCode><responseDescription>{description}</responseDescription>"
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<reportResponse>{inner}{"".join(extra)}</reportResponse>'.encode()


def done(code: int = 0, report_id: str = "42", ids: tuple[str, ...] = ()) -> bytes:
    files = "".join(f"<fileId>{i}</fileId>" for i in ids)
    return (
        f"<reportDoneResponse><responseCode>{code}</responseCode><reportId>{report_id}</reportId>"
        f"<files>{files}</files></reportDoneResponse>"
    ).encode()


class Server:
    """Serves each connection in a thread until it is closed. ``script`` decides each answer."""

    def __init__(self, script: Script, tls: ssl.SSLContext | None = None, keep: int = KEEP) -> None:
        self.script = script
        self.requests: list[Request] = []
        self.connections = 0
        self._tls = tls
        self._keep = keep
        self._open: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._acceptor = threading.Thread(target=self._accept)
        self._acceptor.start()

    @property
    def url(self) -> str:
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self.port}/ispws"

    def close(self) -> None:
        self._closing.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        with self._lock:
            for conn in self._open:
                with contextlib.suppress(OSError):
                    conn.shutdown(socket.SHUT_RDWR)
        self._acceptor.join()
        self._listener.close()
        for thread in self._threads:
            thread.join()

    def _accept(self) -> None:
        while True:
            try:
                conn, _ = self._listener.accept()
            except OSError:
                return
            with self._lock:
                self.connections += 1
                self._open.append(conn)
                thread = threading.Thread(target=self._serve, args=(conn,))
                self._threads.append(thread)
                if self._closing.is_set():  # accepted while the others were ended: nobody else ends this one
                    with contextlib.suppress(OSError):
                        conn.shutdown(socket.SHUT_RDWR)
            thread.start()

    def _serve(self, raw: socket.socket) -> None:
        conn = raw
        try:
            if self._tls is not None:
                raw.settimeout(GREETING_S)
                conn = self._tls.wrap_socket(raw, server_side=True)
                conn.settimeout(None)
                with self._lock:
                    self._open.remove(raw)
                    self._open.append(conn)
            while self._one(conn):
                pass
        except (OSError, ValueError):
            pass
        finally:
            with self._lock:
                self._open.remove(conn if conn in self._open else raw)
            conn.close()
            raw.close()

    def _one(self, conn: socket.socket) -> bool:
        head = b""
        while b"\r\n\r\n" not in head:
            part = conn.recv(65536)
            if not part:
                return False
            head += part
            if head[0] == 0x16:  # a TLS greeting at a plain server
                conn.sendall(b"HTTP/1.0 400 Bad Request\r\n\r\n")
                return False
        head, _, rest = head.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        method, path, _ = first.split(" ")
        headers = {k.lower(): v.strip() for k, _, v in (line.partition(":") for line in lines)}
        request = Request(method, path, headers, length=int(headers.get("content-length", "0")))
        self.requests.append(request)
        answer = self.script(request)
        if answer.read_body and not self._read(conn, request, rest, answer):
            return False
        if answer.silent:
            conn.recv(1)
            return False
        if answer.close_before:
            return False
        length = len(answer.body) if answer.length is None else answer.length
        lines = [f"HTTP/1.1 {answer.status} X", f"Content-Length: {length}"]
        lines += [f"{k}: {v}" for k, v in answer.headers]
        conn.sendall("\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + answer.body)
        return answer.read_body and length == len(answer.body)

    def _read(self, conn: socket.socket, request: Request, rest: bytes, answer: Answer) -> bool:
        kept = bytearray(rest[: self._keep])
        held = len(rest)
        buffer = bytearray(1 << 20)
        while held < request.length:
            if answer.stop_reading_after is not None and held >= answer.stop_reading_after:
                self._closing.wait()  # stand still until the test is over
                return False
            got = conn.recv_into(buffer)
            if not got:
                request.body = bytes(kept)
                return False
            if len(kept) < self._keep:
                kept += buffer[: min(got, self._keep - len(kept))]
            held += got
        request.body = bytes(kept)
        return True


@contextlib.contextmanager
def serving(script: Script | Answer | bytes, tls: ssl.SSLContext | None = None) -> Iterator[Server]:
    if isinstance(script, bytes):
        script = Answer(script)
    if isinstance(script, Answer):
        fixed = script
        server = Server(lambda _request: fixed, tls)
    else:
        server = Server(script, tls)
    try:
        yield server
    finally:
        server.close()


def upload_md5(request: Request) -> str:
    """The MD5 of the file part of a small upload."""
    return hashlib.md5(request.field("file")).hexdigest()


def certificate(folder: Path) -> tuple[ssl.SSLContext, Path]:
    """A server context for 127.0.0.1 and the CA file that vouches for it."""
    now = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "loopback test")])
    cert = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now)
        .not_valid_after(now + dt.timedelta(days=36500))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), True)
        .sign(key, hashes.SHA256())
    )
    ca = folder / "ca.pem"
    ca.write_bytes(cert.public_bytes(serialization.Encoding.PEM))
    pair = folder / "server.pem"
    pair.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        + ca.read_bytes()
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pair)
    return context, ca
