"""The control path of the stand-in: faults, clock and state for another process, as JSON.

Only where the stand-in was made with control=True; only on loopback; never part of the reporting API.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from desk.practice.server_faults import Fault, Faults


class Control:
    """Answers the control path's requests."""

    def __init__(
        self, faults: Faults, snapshot: Callable[[], dict[str, Any]], advance: Callable[[float], None]
    ) -> None:
        self._faults = faults
        self._snapshot = snapshot
        self._advance = advance

    def answer(self, method: str, path: str, body: bytes) -> tuple[int, bytes]:
        """HTTP status and JSON for a request below the control path."""
        try:
            status, value = self._route(method, path, body)
        except (ValueError, TypeError) as error:
            status, value = 400, {"error": str(error)}
        return status, json.dumps(value, ensure_ascii=False).encode()

    def _route(self, method: str, path: str, body: bytes) -> tuple[int, Any]:
        if (method, path) == ("GET", "/state"):
            return 200, self._snapshot()
        if path == "/faults" and method in ("GET", "POST", "DELETE"):
            if method == "POST":
                sent = json.loads(body)
                items = sent if isinstance(sent, list) else [sent]
                if not all(isinstance(item, dict) for item in items):
                    raise ValueError("faults: an object or a list of objects is needed")
                self._faults.set([Fault.from_json(item) for item in items])
            elif method == "DELETE":
                self._faults.clear()
            return 200, {"faults": self._faults.pending()}
        if (method, path) == ("POST", "/clock"):
            sent = json.loads(body)
            if not isinstance(sent, dict) or not isinstance(sent.get("advance"), (int, float)):
                raise ValueError("advance: a number of seconds is needed")
            self._advance(float(sent["advance"]))
            return 200, {"now": self._snapshot()["now"]}
        return 404, {"error": "unknown control path"}
