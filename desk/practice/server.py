"""The stand-in CyberTipline: a service on this computer that answers as NCMEC's reporting service does.

Practice mode talks to it instead of NCMEC, so that a newcomer can go the whole way from a case to a receipt
and nothing leaves the computer; the fault tests run the product's client against it.

What it simulates (CyberTipline Reporting API, technical documentation and schema):

- the seven calls status, xsd, submit, upload, fileinfo, finish and retract below /ispws, with HTTP Basic
  authentication, a Request-ID on every answer, and the codes of the documentation (1210, 2000, 4000, 4100,
  4110, 4200, 5001, 5002, 5101, 5102; 401 with code 1000 for a wrong password);
- validation of every rule that the documentation has for a report and for file details: structure, order
  and counts, enumerations, lengths, ranges, past dates, explicit time zones, forms of email addresses, URLs
  and IP addresses, rules between fields, and Appendix E for batched reports;
- a schema of its own at /xsd, made from the same table, that like the real one knows nothing of lengths,
  past dates or rules between fields;
- expiry: an open report is deleted 24 hours after it was opened or 1 hour after its last upload or file
  details, whichever is later, by a clock that tests can advance;
- faults that can be set for the next calls, by chance, for each endpoint (`server_faults.Kind`).

What it does not: it delivers nothing to anyone, keeps no bytes of any file (size and MD5 only), knows no
accounts but the one it was made with, no TLS, no rate limits, no review of content, and none of the
documentation's codes beyond those above unless a fault sets them. A report ID given as a prior report is
accepted if it is a positive number: there is nothing to look it up in. It listens on 127.0.0.1 alone.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any

from desk.practice.server_calls import Calls
from desk.practice.server_control import Control
from desk.practice.server_faults import Fault, Faults
from desk.practice.server_http import BASE, Logged, Server, Site
from desk.practice.server_rules import rules
from desk.practice.server_state import Ledger

LOG_LENGTH = 100_000


def _system_clock() -> datetime:
    return datetime.now(UTC)


class StandIn:
    """The stand-in service: start it, give a client its `url`, look at `snapshot()`, stop it.

    port: 0 takes any free one, kept over a stop and a new start. user, password: the only credentials it
    accepts. clock: gives the time in UTC; `advance` adds to it. state_file: what it knows is kept there and
    read from there. control: whether the control path /_practice answers. newer_schema: serve and accept a
    later edition's field (`server_rules.rules`).
    Raises ValueError for a state file that is none, OSError where the port is taken.
    """

    def __init__(
        self,
        port: int = 0,
        *,
        user: str,
        password: str,
        clock: Callable[[], datetime] = _system_clock,
        state_file: Path | None = None,
        control: bool = False,
        newer_schema: bool = False,
    ) -> None:
        self._port = port
        self._clock = clock
        self._ahead = timedelta()
        self._server: Server | None = None
        self._thread: threading.Thread | None = None
        self._faults = Faults()
        self._ledger = Ledger(self.now, state_file)
        self._log: deque[Logged] = deque(maxlen=LOG_LENGTH)
        self.errors: list[str] = []
        """Bugs of the stand-in met while it served; a test should find it empty."""
        self._site = Site(
            calls=Calls(self._ledger, rules(newer_schema), user, self.now),
            faults=self._faults,
            control=Control(self._faults, self.snapshot, self.advance) if control else None,
            user=user,
            password=password,
            clock=self.now,
            log=self._log,
            errors=self.errors,
        )

    def __repr__(self) -> str:
        return f"StandIn(port={self._port}, running={self._server is not None})"

    def __enter__(self) -> StandIn:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """The base address, such as http://127.0.0.1:8080/ispws. Raises RuntimeError before a first start."""
        if self._port == 0:
            raise RuntimeError("the practice service has not been started")
        return f"http://127.0.0.1:{self._port}{BASE}"

    def start(self) -> None:
        """Listen. Starting a running one changes nothing."""
        if self._server is not None:
            return
        self._server = Server(self._port, self._site)
        self._port = int(self._server.server_address[1])
        self._thread = threading.Thread(target=self._server.run, name="practice-server", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End every connection and stop listening, within a second; what is known stays known."""
        if self._server is None or self._thread is None:
            return
        self._server.close_all(self._thread, 0.8)
        self._server = self._thread = None
        self._ledger.close()

    def now(self) -> datetime:
        """The service's time."""
        return self._clock() + self._ahead

    def advance(self, seconds: float) -> None:
        """Put the service's clock forward."""
        self._ahead += timedelta(seconds=seconds)

    def set_faults(self, *faults: Fault) -> None:
        """Add faults; each call meets the first that fires."""
        self._faults.set(faults)

    def clear_faults(self) -> None:
        """Take all faults away."""
        self._faults.clear()

    def pending_faults(self) -> list[dict[str, Any]]:
        """The faults that have not all happened yet."""
        return self._faults.pending()

    def reports(self) -> list[dict[str, Any]]:
        """Every report ever opened, as in the snapshot."""
        return self._ledger.reports()

    def requests(self) -> list[Logged]:
        """The requests to the reporting API so far, the oldest first (the last 100,000)."""
        return list(self._log)

    def snapshot(self) -> dict[str, Any]:
        """Everything known, as plain JSON values: now, url, reports, requests, faults, errors."""
        requests = [{**asdict(entry), "at": entry.at.isoformat()} for entry in self.requests()]
        return {
            "now": self.now().isoformat(),
            "url": self.url,
            "reports": self.reports(),
            "requests": requests,
            "faults": self.pending_faults(),
            "errors": list(self.errors),
        }


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the stand-in as a process of its own until SIGTERM or SIGINT.

    Prints one line of JSON with its url once it listens. The password comes from a file, or is "practice":
    it guards nothing but synthetic cases.
    """
    parser = argparse.ArgumentParser(
        prog="python -m desk.practice.server", description="The practice service."
    )
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--user", default="practice")
    parser.add_argument("--password-file", type=Path)
    parser.add_argument("--state-file", type=Path)
    parser.add_argument("--control", action="store_true", help="answer the control path /_practice")
    parser.add_argument("--newer-schema", action="store_true", help="serve a later edition of the schema")
    parser.add_argument("--until-eof", action="store_true", help="also end when standard input is closed")
    options = parser.parse_args(arguments)
    done = threading.Event()
    password = "practice"  # noqa: S105 - guards nothing
    if options.password_file is not None:
        password = options.password_file.read_text(encoding="utf-8").rstrip("\r\n")
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: done.set())
    stand_in = StandIn(
        options.port,
        user=options.user,
        password=password,
        state_file=options.state_file,
        control=options.control,
        newer_schema=options.newer_schema,
    )
    with stand_in:
        sys.stdout.write(json.dumps({"url": stand_in.url}) + "\n")
        sys.stdout.flush()
        if options.until_eof:
            threading.Thread(target=_wait_for_end, args=(done,), daemon=True).start()
        while not done.wait(0.5):  # a plain wait would keep signals out on Windows
            pass
    return 0


def _wait_for_end(done: threading.Event) -> None:
    while sys.stdin.buffer.read(4096):
        pass
    done.set()


if __name__ == "__main__":
    raise SystemExit(main())
