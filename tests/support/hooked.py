"""A platform's hook on this computer, with faults: it checks each signature as a platform would."""

from __future__ import annotations

import hashlib
import hmac
import json
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

SECRET = "a-secret-of-both-sides"


@dataclass
class Platform:
    """``answers``: (status, body) or a fault's name, taken in turn; the last one stays."""

    url: str = ""
    answers: list[Any] = field(default_factory=lambda: [(204, b"")])
    calls: list[dict[str, Any]] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    quiet: threading.Event = field(default_factory=threading.Event)

    def next(self) -> Any:
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


def answer(**people: Any) -> tuple[int, bytes]:
    return 200, json.dumps({"format": "desk-hook/1", **people}).encode()


@contextmanager
def platform() -> Iterator[Platform]:
    made = Platform()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            stamp = self.headers["X-Desk-Time"]
            message = b"\n".join((b"POST", self.path.encode(), stamp.encode(), body))
            expected = "v1=" + hmac.new(SECRET.encode(), message, hashlib.sha256).hexdigest()
            if not hmac.compare_digest(expected, self.headers["X-Desk-Signature"]):
                made.wrong.append(self.path)
            made.calls.append(json.loads(body) | {"call": self.headers["X-Desk-Call"]})
            found = made.next()
            if found == "drop":
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.connection.close()
                self.close_connection = True
                return
            if found == "silent":
                made.quiet.wait(10)
                return
            status, content = found
            self.send_response(status)
            if status in (301, 302, 307, 308):
                self.send_header("Location", made.url + "elsewhere")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_args: Any) -> None:
            """Nothing is said on the test's screen."""

        def finish(self) -> None:
            with suppress(OSError):  # the connection was dropped on purpose
                super().finish()

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    made.url = f"http://127.0.0.1:{server.server_address[1]}/desk?v=1"
    try:
        yield made
    finally:
        made.quiet.set()
        server.shutdown()
        thread.join()
        server.server_close()
