"""The parts of which practice cases are put together: times, accounts, content, packages.

Names, addresses and numbers come from the ranges reserved for examples (RFC 2606, RFC 5737, RFC 3849,
and the 555-01xx telephone numbers), so that nothing here can be a person's.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from desk.practice.media import PATTERNS, Card, Size

PLATFORM = "Example Social"
SITE = "https://social.example"
#: City, region and country by account number; regions of the United States by postal abbreviation.
PLACES = (
    ("Springfield", "IL", "US"),
    ("Milwaukee", "WI", "US"),
    ("Portland", "OR", "US"),
    ("Austin", "TX", "US"),
    ("Bristol", None, "GB"),
    ("Utrecht", None, "NL"),
)


@dataclass(frozen=True)
class Package:
    """One package to write: `form` is folder, json, zip or jsonl; files by their path in the package."""

    name: str
    form: str
    cases: tuple[dict[str, Any], ...]
    files: dict[str, bytes]


@dataclass(frozen=True)
class Kit:
    """What every part needs to know: the moment the day ends (aware) and the seed of its media."""

    now: datetime
    seed: int

    def at(self, minutes: float, offset_hours: int = 0) -> str:
        """The time `minutes` before now, in whole seconds, ISO 8601 with its offset (Z for UTC)."""
        moment = (self.now - timedelta(minutes=minutes)).astimezone(timezone(timedelta(hours=offset_hours)))
        text = moment.replace(microsecond=0).isoformat()
        return text.replace("+00:00", "Z")

    def moment(self, minutes: float) -> datetime:
        """The time `minutes` before now as a value in UTC."""
        return (self.now - timedelta(minutes=minutes)).astimezone(UTC).replace(microsecond=0)

    def card(self, number: int, size: Size, pattern: str | None = None) -> Card:
        """The test card with this number; its colours follow from the seed."""
        return Card(
            size,
            pattern or PATTERNS[number % len(PATTERNS)],
            f"generated pattern · {number:03d}",
            self.seed * 10_007 + number,
        )

    def address(self, number: int) -> str:
        """An IP address of a range reserved for documentation; every seventh is IPv6."""
        if number % 7 == 0:
            return f"2001:db8:{number:x}::{number % 200 + 7:x}"
        network = ("192.0.2", "198.51.100", "203.0.113")[number % 3]
        return f"{network}.{number % 240 + 5}"

    def ip_event(
        self, number: int, minutes: float, event: str = "Upload", *, port: bool = True
    ) -> dict[str, Any]:
        """One use of an IP address, `minutes` before now."""
        result: dict[str, Any] = {"ip": self.address(number), "at": self.at(minutes), "event": event}
        if port:
            result["port"] = 40_000 + number * 37 % 20_000
        return result

    def account(self, number: int, minutes: float, **more: Any) -> dict[str, Any]:
        """A reported account as a platform knows it, with what happened `minutes` before now."""
        city, region, country = PLACES[number % len(PLACES)]
        place = {"city": city, "country": country, "verified": False}
        result: dict[str, Any] = {
            "id": f"u-{5000 + number}",
            "service": PLATFORM,
            "screen_name": f"practice_user_{number:02d}",
            "display_names": [f"Practice Account {number}"],
            "profile_urls": [f"{SITE}/u/{5000 + number}"],
            "emails": [{"address": f"user{number}@example.com", "kind": "Home", "verified": number % 2 == 0}],
            "ip_events": [
                self.ip_event(number, minutes),
                self.ip_event(number, min(minutes + 35, 2000), "Login"),
            ],
            "location": place | ({"region": region} if region else {}),
        }
        if number % 3 == 0:
            result["phones"] = [self.phone(number)]
        if number % 4 == 0:
            result["devices"] = [
                {
                    "kind": "IMEI",
                    "value": f"00440000{number:07d}",
                    "event": "Login",
                    "at": self.at(minutes + 40),
                }
            ]
        if number % 5 == 0:
            result["disabled"] = {"permanent": True, "at": self.at(minutes * 0.6), "notified": False}
        return result | more

    def phone(self, number: int) -> dict[str, Any]:
        """A telephone number of the range reserved for fiction."""
        return {
            "number": f"20255501{number % 100:02d}",
            "calling_code": "+1",
            "kind": "Mobile",
            "verified": number % 2 == 1,
        }


@dataclass
class Builder:
    """One case while it is put together; `build` gives the package."""

    kit: Kit
    number: int
    source: dict[str, Any]
    policies: list[str]
    minutes: float
    summary: str
    form: str = "folder"
    case: dict[str, Any] = field(default_factory=dict)
    content: list[dict[str, Any]] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)

    @property
    def id(self) -> str:
        return f"practice-{self.number}"

    def set(self, **values: Any) -> Builder:
        """Set keys of the case itself (reported, victims, urgency and so on)."""
        self.case |= values
        return self

    def file(self, kind: str, data: bytes | None, name: str, **more: Any) -> Builder:
        """Add a media file. `data` None means that no encoder was at hand: nothing is added.

        The uid is the case's number with the content's, unless `more` says otherwise; uid=None leaves it
        out, and so does sha256=None.
        """
        if data is None:
            return self
        position = len(self.content) + 1
        # A single .json has its files right beside it; the other forms keep them in a folder of their own.
        path = f"{self.id}-{name}" if self.form == "json" else f"media/{position:02d}-{name}"
        self.files[path] = data
        piece: dict[str, Any] = {
            "id": f"c{position}",
            "uid": f"media-{self.number}-{position}",
            "kind": kind,
            "file": path,
            "sha256": hashlib.sha256(data).hexdigest(),
            "name": name,
            "url": f"{SITE}/m/{self.number}/{position}",
            "uploaded_at": self.kit.at(self.minutes + 1),
            "public": True,
            "relevance": "reported",
        } | more
        self.content.append({key: value for key, value in piece.items() if value is not None})
        return self

    def piece(self, kind: str, **values: Any) -> Builder:
        """Add a text, chat or URL."""
        position = len(self.content) + 1
        self.content.append({"id": f"c{position}", "kind": kind, "relevance": "reported"} | values)
        return self

    def chat(
        self, client: str, people: tuple[str, str], lines: list[tuple[int, str]], **more: Any
    ) -> Builder:
        """Add a chat between two ids; each line says who speaks (0 or 1) and its text, a minute apart."""
        begin = self.minutes + len(lines)
        messages = [
            {
                "from": people[who],
                "to": people[1 - who],
                "at": self.kit.at(begin - index),
                "text": text,
                **({"ip": self.kit.address(self.number)} if who == 0 else {}),
            }
            for index, (who, text) in enumerate(lines)
        ]
        return self.piece("chat", client=client, messages=messages, **more)

    def build(self) -> Package:
        """The package, with the case's keys in the order in which the format lists them."""
        case: dict[str, Any] = {
            "format": "desk-case/1",
            "id": self.id,
            "created_at": self.kit.at(self.minutes * 0.8),
            "source": self.source,
            "policies": self.policies,
            "summary": self.summary,
            "incident": {
                "occurred_at": self.kit.at(self.minutes),
                "time_note": "time of upload",
                "platform": PLATFORM,
                "context": {"kind": "web_page", "urls": [f"{SITE}/p/{self.number}"]},
            },
        }
        case |= self.case
        case["content"] = self.content
        return Package(self.id, self.form, (case,), self.files)


def near_hash(number: int) -> dict[str, str]:
    """A stand-in for a perceptual hash: the right shape (256 bits in hexadecimal), no meaning."""
    return {"kind": "PDQ", "value": hashlib.sha256(f"practice hash {number}".encode()).hexdigest()}


def md5_hash(data: bytes) -> dict[str, str]:
    """The MD5 of `data`, as platforms keep it beside their own file."""
    return {"kind": "MD5", "value": hashlib.md5(data, usedforsecurity=False).hexdigest()}
