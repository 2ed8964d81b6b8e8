"""Faults that can be set on the stand-in service, for the next calls or by chance from a seed.

Each call meets one fault at most: the first one set that fires. What a fault does to the service's own state
is told by `after`: false means that the call was never processed, true that it was and only its answer is
lost or spoilt. CyberTipline Reporting API: these are the ambiguities that a client has to survive.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

ENDPOINTS = ("status", "xsd", "submit", "upload", "fileinfo", "finish", "retract")


class Kind(StrEnum):
    """What happens to a call."""

    DROP_BEFORE = "drop_before"  # the connection ends before the request's body is read
    DROP_MIDWAY = "drop_midway"  # the connection ends after half of the body; nothing was processed
    DROP_AFTER = "drop_after"  # processed, the answer is lost
    DELAY = "delay"  # answered right, `seconds` late
    HTTP_500 = "http_500"  # HTTP 500 with code 1000
    HTTP_503 = "http_503"  # HTTP 503 with a proxy's plain page
    HTML = "html"  # a proxy's HTML page with HTTP 200 (or `status`)
    UNAUTHORISED = "unauthorised"  # HTTP 401 with code 1000
    CODE = "code"  # a reportResponse with `code`, HTTP `status` (400) and `description`
    DONE_CODE = "done_code"  # the same as a reportDoneResponse, which has no description
    REDIRECT = "redirect"  # HTTP 302 to another path
    WRONG_MD5 = "wrong_md5"  # /upload: attached, the answer's hash is another one
    TRUNCATED = "truncated"  # half the announced body, then the connection ends
    CUT_XML = "cut_xml"  # complete for HTTP, but the XML ends half-way
    EMPTY = "empty"  # no body (HTTP 200 or `status`)
    ODD_HEADERS = "odd_headers"  # duplicated headers, a wrong charset, unknown headers; the body is right
    ODD_XML = "odd_xml"  # right, but reordered, with unknown elements and an empty description
    SLOW_READ = "slow_read"  # the request is read slowly, over `seconds`; then all is right
    SLOW_ANSWER = "slow_answer"  # the answer's body trickles over `seconds`


_AFTER = frozenset(
    (
        Kind.DROP_AFTER,
        Kind.WRONG_MD5,
        Kind.TRUNCATED,
        Kind.CUT_XML,
        Kind.EMPTY,
        Kind.ODD_HEADERS,
        Kind.ODD_XML,
        Kind.SLOW_ANSWER,
    )
)
_NEVER_AFTER = frozenset((Kind.DROP_BEFORE, Kind.DROP_MIDWAY, Kind.SLOW_READ))
_TIMED = frozenset((Kind.DELAY, Kind.SLOW_READ, Kind.SLOW_ANSWER))


_NONE = type(None)
_JSON_TYPES: Mapping[str, tuple[type, ...]] = {
    "kind": (str,),
    "endpoint": (str,),
    "times": (int, _NONE),
    "skip": (int,),
    "probability": (int, float),
    "seed": (int,),
    "after": (bool, _NONE),
    "seconds": (int, float),
    "status": (int, _NONE),
    "code": (int,),
    "description": (str,),
    "reset": (bool,),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A fault to be set.

    kind: what happens. endpoint: one of ENDPOINTS, or "*" for all. times: for how many calls (None: until
    cleared). skip: how many calls pass untouched first. probability: the chance for each call, drawn from
    `seed`. after: whether the call is processed all the same (None: as is natural for the kind).
    seconds: how long to wait before acting, or over what time a slow kind spreads. status, code,
    description: what a made answer says. reset: a dropped connection ends with a reset.
    Raises ValueError, naming the key, for what makes no sense.
    """

    kind: Kind
    endpoint: str = "*"
    times: int | None = 1
    skip: int = 0
    probability: float = 1.0
    seed: int = 0
    after: bool | None = None
    seconds: float = 0.0
    status: int | None = None
    code: int = 1000
    description: str = "Practice fault"
    reset: bool = False

    def __post_init__(self) -> None:
        try:
            object.__setattr__(self, "kind", Kind(self.kind))
        except ValueError:
            raise ValueError(f"kind: not one of {', '.join(Kind)}") from None
        if self.endpoint != "*" and self.endpoint not in ENDPOINTS:
            raise ValueError(f"endpoint: not * nor one of {', '.join(ENDPOINTS)}")
        for name in ("times", "skip", "seconds"):
            value = getattr(self, name)
            if value is not None and value < 0:
                raise ValueError(f"{name}: less than 0")
        if not 0 <= self.probability <= 1:
            raise ValueError("probability: not between 0 and 1")
        if self.status is not None and not 200 <= self.status <= 599:
            raise ValueError("status: not between 200 and 599")
        if self.kind in _NEVER_AFTER and self.after:
            raise ValueError(f"after: {self.kind} comes before the call is processed")
        if self.kind in _TIMED and not self.seconds:
            raise ValueError(f"seconds: {self.kind} needs a time")

    @property
    def processed(self) -> bool:
        """Whether the call is processed although it fails."""
        return self.kind in _AFTER if self.after is None else self.after

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Fault:
        """A fault from JSON's values. Raises ValueError naming the key."""
        for name, value in values.items():
            if name not in _JSON_TYPES:
                raise ValueError(f"{name}: unknown key")
            types = _JSON_TYPES[name]
            if not isinstance(value, types) or (isinstance(value, bool) and bool not in types):
                raise ValueError(f"{name}: a value of the wrong type")
        if "kind" not in values:
            raise ValueError("kind: missing")
        return cls(**values)


class _Armed:
    """A fault that was set, with what is left of it."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        self.left = fault.times
        self.skip = fault.skip
        self.dice = random.Random(fault.seed)  # noqa: S311 - chance for tests, not for secrets

    def fires(self, endpoint: str) -> bool:
        if self.fault.endpoint not in ("*", endpoint) or self.left == 0:
            return False
        if self.fault.probability < 1 and self.dice.random() >= self.fault.probability:
            return False
        if self.skip:
            self.skip -= 1
            return False
        if self.left is not None:
            self.left -= 1
        return True


class Faults:
    """The faults that are set, safe for many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._armed: list[_Armed] = []

    def set(self, faults: Iterable[Fault]) -> None:
        """Add faults after those already set."""
        with self._lock:
            self._armed.extend(_Armed(fault) for fault in faults)

    def clear(self) -> None:
        """Take all faults away."""
        with self._lock:
            self._armed.clear()

    def draw(self, endpoint: str) -> Fault | None:
        """The fault that this call meets, or None."""
        with self._lock:
            return next((armed.fault for armed in self._armed if armed.fires(endpoint)), None)

    def pending(self) -> list[dict[str, Any]]:
        """The faults still to come, as plain JSON values; `times` is what is left."""
        with self._lock:
            return [
                {**asdict(armed.fault), "times": armed.left, "skip": armed.skip}
                for armed in self._armed
                if armed.left != 0
            ]
