"""HTTP of the stand-in service: connections, authentication, the faults, the control path.

Built on the standard library's server, with what that lacks here: every connection is known, so that a stop
ends them all at once and leaves no socket and no thread behind.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import re
import selectors
import socket
import socketserver
import struct
import threading
import time
import uuid
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from http.server import BaseHTTPRequestHandler
from typing import Any

from desk.practice.server_body import PIECE, BadBodyError, Body, IncompleteBodyError
from desk.practice.server_calls import METHODS, Answer, Calls, Request, refusal
from desk.practice.server_control import Control
from desk.practice.server_faults import Fault, Faults, Kind
from desk.practice.server_xml import done_response, odd, report_response

BASE = "/ispws"
CONTROL = "/_practice"
STEPS = 10
_PAGE = b"<!DOCTYPE html><html><head><title>Practice gateway</title></head><body>No answer.</body></html>"
_HTML_TYPE = "text/html; charset=utf-8"


@dataclass(slots=True)
class Logged:
    """One request as the stand-in saw it. status and code are None where no answer was sent."""

    at: datetime
    method: str
    endpoint: str
    request_id: str
    fault: str | None = None
    status: int | None = None
    code: int | None = None
    processed: bool = False


@dataclass(frozen=True, slots=True)
class Site:
    """What every connection of one stand-in shares."""

    calls: Calls
    faults: Faults
    control: Control | None
    user: str
    password: str
    clock: Callable[[], datetime]
    log: deque[Logged]
    errors: list[str]

    def __repr__(self) -> str:
        return "Site(…)"

    def authorised(self, header: str) -> bool:
        """Whether an Authorization header carries the right name and password."""
        scheme, _, token = header.partition(" ")
        try:
            given = base64.b64decode(token.strip(), validate=True)
        except (binascii.Error, ValueError):
            return False
        right = f"{self.user}:{self.password}".encode()
        return scheme.lower() == "basic" and hmac.compare_digest(given, right)


class Server(socketserver.TCPServer):
    """A threading server on loopback that can end every connection."""

    allow_reuse_address = os.name != "nt"  # on Windows the option would let two servers share a port
    request_queue_size = 128

    def __init__(self, port: int, site: Site) -> None:
        self.site = site
        self.stopping = threading.Event()
        self._lock = threading.Lock()
        self._open: dict[socket.socket, threading.Thread] = {}
        super().__init__(("127.0.0.1", port), Handler)
        self.socket.setblocking(False)
        self._waker, self._waked = socket.socketpair()

    def run(self) -> None:
        """Accept connections until close_all; wakes for nothing else."""
        with selectors.DefaultSelector() as selector:
            selector.register(self.socket, selectors.EVENT_READ)
            selector.register(self._waked, selectors.EVENT_READ)
            while not self.stopping.is_set():
                for key, _ in selector.select():
                    if key.fileobj is self.socket:
                        self._accept()

    def _accept(self) -> None:
        try:
            request, client_address = self.get_request()
        except OSError:
            return  # it went away before it was accepted
        self.process_request(request, client_address)

    def process_request(self, request: Any, client_address: Any) -> None:
        thread = threading.Thread(
            target=self._serve, args=(request, client_address), name="practice-connection", daemon=True
        )
        with self._lock:
            self._open[request] = thread
        thread.start()

    def _serve(self, request: socket.socket, client_address: Any) -> None:
        try:
            self.finish_request(request, client_address)
        except OSError:
            pass  # the client went away, or stop() ended the connection
        except Exception as error:  # a bug in the stand-in: kept for the tests to see
            self.site.errors.append(f"{type(error).__name__}: {error}")
        finally:
            with self._lock:
                self._open.pop(request, None)
            self.shutdown_request(request)

    def close_all(self, acceptor: threading.Thread, seconds: float) -> None:
        """Stop accepting, end every connection and wait for their threads, so long at most."""
        self.stopping.set()
        self._waker.send(b"!")
        acceptor.join()
        for ours in (self._waker, self._waked):
            ours.close()
        self.server_close()
        with self._lock:
            left = dict(self._open)
        for connection in left:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue  # it has just ended by itself
        deadline = time.monotonic() + seconds
        for thread in left.values():
            thread.join(max(0.0, deadline - time.monotonic()))


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    server_version = "Practice"
    sys_version = ""
    disable_nagle_algorithm = True
    timeout = 300
    wbufsize = 64 * 1024
    server: Server

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: requests are in the stand-in's own log."""

    def handle_expect_100(self) -> bool:
        """Let the client go on; the base class leaves this in the buffer."""
        going_on = super().handle_expect_100()
        self.wfile.flush()
        return going_on

    def do_GET(self) -> None:
        self._run()

    def do_POST(self) -> None:
        self._run()

    def do_DELETE(self) -> None:
        self._run()

    def _run(self) -> None:
        site = self.server.site
        path = self.path.partition("?")[0]
        try:
            body = Body(self.rfile, self.headers)
        except BadBodyError as error:
            self.close_connection = True
            self._send(refusal(400, 4000, f"Invalid request: {error}"), uuid.uuid4().hex)
            return
        try:
            if site.control is not None and path.startswith(CONTROL + "/"):
                self._control(site.control, path.removeprefix(CONTROL), body)
            else:
                self._call(site, path, body)
        except (IncompleteBodyError, BadBodyError):
            self.close_connection = True

    def _control(self, control: Control, path: str, body: Body) -> None:
        local = self.headers.get("Host", "").rpartition(":")[0] in ("127.0.0.1", "localhost")
        status, text = control.answer(self.command, path, body.document()) if local else (403, b"{}")
        self._send(Answer(status, text, "application/json"), uuid.uuid4().hex)

    def _call(self, site: Site, path: str, body: Body) -> None:
        name = path.removeprefix(BASE + "/")
        endpoint = name if path.startswith(BASE + "/") and name in METHODS else "unknown"
        entry = Logged(site.clock(), self.command, endpoint, uuid.uuid4().hex)
        site.log.append(entry)
        fault = site.faults.draw(endpoint)
        if fault is None:
            answer = self._answer(site, endpoint, body)
            entry.processed = True
            self._reply(answer, entry)
            return
        entry.fault = fault.kind.value
        made: Answer | None = None
        if not fault.processed:
            self._wait(fault)
            if fault.kind in (Kind.DROP_BEFORE, Kind.DROP_MIDWAY):
                self._drop(fault, body if fault.kind is Kind.DROP_MIDWAY else None)
                return
        if fault.processed or fault.kind in (Kind.DELAY, Kind.SLOW_READ):
            self._pace(fault, body)
            made = self._answer(site, endpoint, body)
            entry.processed = True
        if fault.processed:
            self._wait(fault)
        self._spoil(fault, made, body, entry)

    def _answer(self, site: Site, endpoint: str, body: Body) -> Answer:
        """What the service says: authentication first, then the call."""
        early = self._refused_early(site, endpoint)
        if early is not None:
            body.drain()
            return early
        request = Request(self.headers.get("Content-Type", ""), body, str(self.client_address[0]))
        try:
            return site.calls.answer(endpoint, request)
        except OSError:
            raise
        except (IncompleteBodyError, BadBodyError):
            raise
        except Exception as error:  # a bug in the stand-in: answered as a server error and kept for tests
            site.errors.append(f"{endpoint}: {type(error).__name__}: {error}")
            self.close_connection = True
            return refusal(500, 1000, "Server error")

    def _refused_early(self, site: Site, endpoint: str) -> Answer | None:
        header = self.headers.get("Authorization")
        challenge = ("WWW-Authenticate", 'Basic realm="practice"')
        if header is None:
            return refusal(401, 2000, "Authentication required", challenge)
        if not site.authorised(header):
            return refusal(401, 1000, "Unauthorized", challenge)
        if endpoint == "unknown":
            return refusal(404, 1210, "Resource not found")
        if self.command != METHODS[endpoint]:
            return refusal(405, 4000, "Invalid request: wrong method", ("Allow", METHODS[endpoint]))
        return None

    # The faults.

    def _pause(self, seconds: float) -> None:
        if seconds and self.server.stopping.wait(seconds):
            raise ConnectionAbortedError

    def _wait(self, fault: Fault) -> None:
        if fault.kind not in (Kind.SLOW_READ, Kind.SLOW_ANSWER):
            self._pause(fault.seconds)

    def _pace(self, fault: Fault, body: Body) -> None:
        """For a slow read: let the first reads of the body wait."""
        if fault.kind is Kind.SLOW_READ:
            steps = iter([fault.seconds / STEPS] * STEPS)
            body.before_read = lambda: self._pause(next(steps, 0.0))
            body.piece = max(1, body.length // STEPS)

    def _drop(self, fault: Fault, body: Body | None) -> None:
        self.close_connection = True
        half = body.length // 2 if body is not None else 0
        while body is not None and half > 0:
            body.piece = min(PIECE, half)
            half -= len(body.read())
        if fault.reset:
            linger = struct.pack("ii", 1, 0) if os.name != "nt" else struct.pack("hh", 1, 0)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            self.connection.close()  # before the server's own shutdown, which would end it in good order

    def _spoil(self, fault: Fault, answer: Answer | None, body: Body, entry: Logged) -> None:
        """Answer wrongly, whether the call was processed (answer) or not (None)."""
        kind = fault.kind
        if kind is Kind.DROP_AFTER:
            self._drop(fault, None)
            return
        sent = body.drain()
        made = _made(fault, sent)
        if made is not None:
            self._reply(made, entry)
            return
        answer = answer or Answer(200, report_response(0, "Success"), code=0)
        if kind is Kind.TRUNCATED:
            self.close_connection = True
            self._reply(answer, entry, part=len(answer.body) // 2)
        elif kind is Kind.SLOW_ANSWER:
            self._reply(answer, entry, seconds=fault.seconds)
        else:
            self._reply(_changed(fault, answer), entry, odd_headers=kind is Kind.ODD_HEADERS)

    # Sending.

    def _reply(
        self,
        answer: Answer,
        entry: Logged,
        *,
        part: int | None = None,
        seconds: float = 0.0,
        odd_headers: bool = False,
    ) -> None:
        entry.status, entry.code = answer.status, answer.code
        self._send(answer, entry.request_id, part=part, seconds=seconds, odd_headers=odd_headers)

    def _send(
        self,
        answer: Answer,
        request_id: str,
        *,
        part: int | None = None,
        seconds: float = 0.0,
        odd_headers: bool = False,
    ) -> None:
        headers = [("Request-ID", request_id), ("Content-Length", str(len(answer.body))), *answer.headers]
        if odd_headers:
            headers = [*headers, ("Request-ID", request_id), ("X-Practice", "a"), ("X-Practice", "b")]
            headers.append(("Content-Type", "text/xml;charset=ISO-8859-1"))
        elif answer.content_type:
            headers.append(("Content-Type", answer.content_type))
        if self.close_connection:
            headers.append(("Connection", "close"))
        self.send_response(answer.status)
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        body = answer.body[:part]
        step = max(1, -(-len(body) // STEPS)) if seconds else max(1, len(body))
        for start in range(0, len(body), step):
            self._pause(seconds / STEPS)
            self.wfile.write(body[start : start + step])
            self.wfile.flush()


def _made(fault: Fault, sent: bytes) -> Answer | None:
    """An answer that has nothing of the service's own, or None for the other kinds."""
    kind = fault.kind
    if kind is Kind.HTTP_500:
        return refusal(fault.status or 500, 1000, "Server error")
    if kind is Kind.HTTP_503:
        return Answer(fault.status or 503, _PAGE, _HTML_TYPE, headers=(("Retry-After", "1"),))
    if kind is Kind.HTML:
        return Answer(fault.status or 200, _PAGE, _HTML_TYPE)
    if kind is Kind.UNAUTHORISED:
        return refusal(
            fault.status or 401, 1000, "Unauthorized", ("WWW-Authenticate", 'Basic realm="practice"')
        )
    if kind is Kind.CODE:
        return refusal(fault.status or 400, fault.code, fault.description)
    if kind is Kind.DONE_CODE:
        found = re.search(rb"\r\n\r\n([0-9]{1,18})\r\n", sent)
        body = done_response(fault.code, int(found[1]) if found else 0, ())
        return Answer(fault.status or 400, body, code=fault.code)
    if kind is Kind.REDIRECT:
        return Answer(fault.status or 302, b"", "", headers=(("Location", f"{BASE}/elsewhere"),))
    if kind is Kind.EMPTY:
        return Answer(fault.status or 200, b"", "")
    return None


def _changed(fault: Fault, answer: Answer) -> Answer:
    """The service's answer, spoilt in its body."""
    if fault.kind is Kind.WRONG_MD5:

        def other(found: re.Match[bytes]) -> bytes:
            digest = hashlib.md5(found[1], usedforsecurity=False).hexdigest()
            return b"<hash>" + digest.encode() + b"</hash>"

        return replace(answer, body=re.sub(rb"<hash>(\w*)</hash>", other, answer.body))
    if fault.kind is Kind.CUT_XML:
        return replace(answer, body=answer.body[: len(answer.body) // 2])
    if fault.kind is Kind.ODD_XML and answer.code is not None:
        return replace(answer, body=odd(answer.body))
    return answer
