from __future__ import annotations

import hashlib
import ipaddress
import json
import re
import time
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from desk.domain.incident import IncidentType
from desk.domain.package import parse
from desk.practice import media, media_av
from desk.practice.cases import POLICIES, RULES, write_cases

NOW = datetime(2026, 11, 20, 9, 14, 3, 250_000, tzinfo=UTC)

# The format, written down here a second time, apart from the reader: object -> its keys and their kinds.
# "!" marks a required key, a name in brackets a list of that object.
SHAPES: dict[str, dict[str, str]] = {
    "case": {"format": "str!", "id": "str!", "created_at": "time", "source": "source!", "policies": "[str]",
             "queue": "str", "summary": "str", "urgency": "urgency", "incident": "incident!",
             "reported": "account", "recipients": "[account]", "victims": "[account]",
             "content": "[content]!", "law_enforcement": "agency", "extra": "any"},
    "source": {"kind": "str!", "name": "str", "detail": "str", "confidence": "number"},
    "urgency": {"escalate": "bool", "reason": "str"},
    "incident": {"occurred_at": "time!", "time_note": "str", "platform": "str", "context": "context"},
    "context": {"kind": "str!", "urls": "[str]", "emails": "[str]", "client": "str", "room": "str",
                "game": "str", "console": "str", "note": "str"},
    "account": {"id": "str", "service": "str", "screen_name": "str", "display_names": "[str]",
                "profile_urls": "[str]", "bio": "str", "first_name": "str", "last_name": "str", "age": "int",
                "emails": "[email]", "phones": "[phone]", "addresses": "[address]", "ip_events": "[ip]",
                "devices": "[device]", "location": "location", "compromised": "bool", "third_party": "bool",
                "group": "str", "disabled": "disabled", "associated": "[associated]",
                "prior_reports": "[int]", "all_emails": "bool", "vehicle": "str", "school": "str",
                "note": "str"},
    "email": {"address": "str!", "kind": "str", "verified": "bool", "verified_at": "time"},
    "phone": {"number": "str!", "calling_code": "str", "kind": "str", "verified": "bool"},
    "address": {"address": "str", "city": "str", "zip_code": "str", "state": "str", "non_usa_state": "str",
                "country": "str", "kind": "str"},
    "ip": {"ip": "ip-address!", "port": "int", "at": "time", "event": "str", "possible_proxy": "bool"},
    "device": {"kind": "str!", "value": "str!", "event": "str", "at": "time"},
    "location": {"city": "str", "region": "str", "country": "str", "verified": "bool", "at": "time"},
    "disabled": {"permanent": "bool", "at": "time", "notified": "bool"},
    "associated": {"kind": "str!", "id": "str", "service": "str", "screen_name": "str", "first_name": "str",
                   "last_name": "str"},
    "content": {"id": "str!", "uid": "str", "kind": "str!", "file": "str", "sha256": "str", "name": "str",
                "url": "str", "text": "str", "client": "str", "room": "str", "messages": "[message]",
                "uploaded_at": "time", "ip_event": "ip", "public": "bool", "relevance": "str",
                "hashes": "[hash]", "matches": "[match]", "suggested": "suggested"},
    "message": {"from": "str!", "to": "str", "at": "time", "text": "str!", "ip": "ip-address"},
    "hash": {"kind": "str!", "value": "str!"},
    "match": {"list": "str!", "label": "str", "kind": "str", "distance": "int"},
    "suggested": {"classification": "str", "annotations": "[str]"},
    "agency": {"agency": "str!", "case_number": "str", "officer_first_name": "str",
               "officer_last_name": "str", "officer_email": "str", "officer_phone": "str",
               "reported_to": "bool", "served_domestic": "bool"},
}  # fmt: skip
SOURCES = {"user_report", "trusted_flagger", "law_enforcement_request", "proactive_detection",
           "ai_detection", "hash_match"}  # fmt: skip
NEEDS = {"image": "file", "video": "file", "audio": "file", "document": "file", "text": "text",
         "chat": "messages", "url": "url"}  # fmt: skip
DOCUMENTATION_NETS = [
    ipaddress.ip_network(net)
    for net in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32")
]


def conforms(value: Any, shape: str, where: str) -> None:
    """Fails naming the place where `value` departs from the format."""
    if shape.startswith("["):
        assert isinstance(value, list), where
        for index, item in enumerate(value):
            conforms(item, shape[1:-1], f"{where}[{index}]")
    elif shape in SHAPES:
        assert isinstance(value, dict), where
        assert set(value) <= set(SHAPES[shape]), f"{where}: unknown {set(value) - set(SHAPES[shape])}"
        for key, kind in SHAPES[shape].items():
            if kind.endswith("!"):
                assert value.get(key), f"{where}.{key} is required"
            if value.get(key) is not None:
                conforms(value[key], kind.rstrip("!"), f"{where}.{key}")
    elif shape == "time":
        moment = datetime.fromisoformat(value)
        assert moment.tzinfo is not None, where
        assert NOW - timedelta(hours=36) < moment < NOW, where
    elif shape == "ip-address":
        assert any(ipaddress.ip_address(value) in net for net in DOCUMENTATION_NETS), where
    elif shape == "number":
        assert 0 <= value <= 1, where
    elif shape != "any":
        assert type(value) is {"str": str, "int": int, "bool": bool}[shape], where
        assert value != "", where


class Day:
    """The day's packages, read back from the disk."""

    def __init__(self, folder: Path) -> None:
        begun = time.process_time()
        self.paths = write_cases(folder, now=NOW)
        self.seconds = time.process_time() - begun
        self.size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
        self.cases: list[tuple[dict[str, Any], dict[str, bytes]]] = []
        for path in self.paths:
            if path.suffix == ".jsonl":
                self.cases += [(json.loads(line), {}) for line in path.read_text("utf-8").splitlines()]
            elif path.suffix == ".zip":
                with zipfile.ZipFile(path) as archive:
                    files = {name: archive.read(name) for name in archive.namelist()}
                self.cases.append((json.loads(files.pop("case.json")), files))
            else:
                root, name = (path, "case.json") if path.is_dir() else (path.parent, path.name)
                case = json.loads((root / name).read_text("utf-8"))
                pieces = [p["file"] for p in case["content"] if "file" in p]
                self.cases.append((case, {piece: (root / piece).read_bytes() for piece in pieces}))

    def files(self) -> list[tuple[dict[str, Any], bytes]]:
        return [(p, files[p["file"]]) for case, files in self.cases for p in case["content"] if "file" in p]

    def find(self, test: Any) -> list[dict[str, Any]]:
        return [case for case, _ in self.cases if test(case)]


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Day:
    return Day(tmp_path_factory.mktemp("day"))


def test_every_package_has_the_format_exactly(day: Day) -> None:
    for case, _ in day.cases:
        conforms(case, "case", case["id"])
        assert case["format"] == "desk-case/1"
        assert case["source"]["kind"] in SOURCES
        ids = [piece["id"] for piece in case["content"]]
        assert ids
        assert len(ids) == len(set(ids))
        for piece in case["content"]:
            assert piece[NEEDS[piece["kind"]]]
            assert ("file" in piece) == (NEEDS[piece["kind"]] == "file")
            assert piece.get("relevance") in (None, "reported", "supplemental")
    assert len({case["id"] for case, _ in day.cases}) == len(day.cases)


def test_the_desk_reads_every_case(day: Day) -> None:
    for case, _ in day.cases:
        assert parse(case).id == case["id"]


def test_every_form_of_package_is_there_and_files_are_used(day: Day) -> None:
    assert len(day.paths) >= 26
    assert {"", ".json", ".zip", ".jsonl"} == {path.suffix for path in day.paths}
    for case, files in day.cases:
        assert set(files) == {piece["file"] for piece in case["content"] if "file" in piece}


def test_digests_are_right_where_given_and_absent_for_some(day: Day) -> None:
    given = [(piece, data) for piece, data in day.files() if "sha256" in piece]
    assert len(day.files()) * 0.6 < len(given) < len(day.files())
    for piece, data in given:
        assert hashlib.sha256(data).hexdigest() == piece["sha256"]


def test_it_looks_like_a_days_work(day: Day) -> None:
    assert {case["source"]["kind"] for case, _ in day.cases} == SOURCES
    assert {p["kind"] for case, _ in day.cases for p in case["content"]} == set(NEEDS)
    assert len(day.find(lambda case: case.get("urgency", {}).get("escalate"))) == 2
    assert day.find(lambda case: case.get("victims") and case.get("recipients"))
    assert day.find(lambda case: case.get("law_enforcement"))
    assert day.find(lambda case: len(case.get("reported", {}).get("ip_events", ())) > 40)
    assert day.find(lambda case: case.get("policies") == ["child-safety/advocacy"])
    assert day.find(lambda case: set(case) == {"format", "id", "source", "incident", "content"})
    assert day.find(lambda case: any(piece.get("matches") for piece in case["content"]))
    assert day.find(lambda case: any(piece.get("file", "").endswith(".bin") for piece in case["content"]))
    messages = [m["text"] for c, _ in day.cases for p in c["content"] for m in p.get("messages", ())]
    texts = [p["text"] for c, _ in day.cases for p in c["content"] if "text" in p]
    assert len(messages) > 30
    assert all(re.fullmatch(r"\[practice.*\]", text) for text in messages + texts)


def test_duplicates_within_a_case_across_accounts_and_handed_over_again(day: Day) -> None:
    spread: dict[str, set[str]] = {}
    uids: dict[str, list[tuple[str, str]]] = {}
    twice_in_one = 0
    for case, files in day.cases:
        digests = []
        for piece in case["content"]:
            if "file" in piece:
                digest = hashlib.sha256(files[piece["file"]]).hexdigest()
                digests.append(digest)
                spread.setdefault(digest, set()).add(case["reported"]["id"])
                uids.setdefault(piece["uid"], []).append((case["id"], digest))
        twice_in_one += len(digests) != len(set(digests))
    assert twice_in_one == 1
    assert sorted(len(accounts) for accounts in spread.values())[-2:] == [2, 7]
    again = [places for places in uids.values() if len(places) > 1]
    assert len(again) == 1
    (first, digest), (second, other) = again[0]
    assert first != second
    assert digest == other


def test_names_addresses_and_numbers_are_reserved_ones(day: Day) -> None:
    text = json.dumps([case for case, _ in day.cases])
    for host in re.findall(r"https?://([^/\"]+)", text):
        assert host.endswith(".example")
    for host in re.findall(r"@([\w.-]+)", text):
        assert host in {"example.com", "example.net", "example.org"}
    for case, _ in day.cases:
        for person in [case.get("reported", {}), *case.get("victims", []), *case.get("recipients", [])]:
            for phone in person.get("phones", []):
                assert re.fullmatch(r"20255501\d\d", phone["number"])


def test_a_mail_incident_names_an_address_of_a_person_in_the_case(day: Day) -> None:
    mails = day.find(lambda case: case["incident"].get("context", {}).get("kind") == "email")
    assert mails
    for case in mails:
        known = {email["address"] for email in case["reported"]["emails"]}
        assert set(case["incident"]["context"]["emails"]) <= known


def test_it_is_quick_and_small(day: Day) -> None:
    assert day.size < 25_000_000
    assert day.seconds < 15  # about 2 s alone; wide, since other work shares the machine


def test_a_seed_gives_the_same_bytes_and_another_seed_others(day: Day, tmp_path: Path) -> None:
    def digests(folder: Path) -> dict[str, str]:
        return {
            path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in folder.rglob("*")
            if path.is_file()
        }

    write_cases(tmp_path / "same", now=NOW)
    write_cases(tmp_path / "other", now=NOW, seed=1)
    first, same, other = (
        digests(folder) for folder in (day.paths[0].parent, tmp_path / "same", tmp_path / "other")
    )
    assert first == same
    assert first.keys() == other.keys()
    changed = sum(first[name] != other[name] for name in first)
    assert changed > len(first) // 2


def test_missing_encoders_leave_files_out_and_nothing_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module, name in ((media, "heic"), (media, "avif"), (media, "webp"), (media_av, "mp4"),
                         (media_av, "webm"), (media_av, "mp3"), (media_av, "ogg")):  # fmt: skip
        monkeypatch.setattr(module, name, lambda *args, **kwargs: None)
    paths = write_cases(tmp_path, now=NOW)
    assert len(paths) >= 26
    names = {path.suffix.lower() for path in tmp_path.rglob("*") if path.is_file()}
    assert not names & {".heic", ".avif", ".webp", ".mp4", ".webm", ".mp3", ".ogg"}


def test_now_without_offset_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="offset"):
        write_cases(tmp_path, now=NOW.replace(tzinfo=None))
    assert not list(tmp_path.iterdir())


def test_policies_and_rules_fit_together(day: Day) -> None:
    paths = {policy.path for policy in POLICIES}
    assert len(paths) == len(POLICIES)
    for policy in POLICIES:
        parent, _, _ = policy.path.rpartition("/")
        assert not parent or parent in paths
        assert policy.incident_type is None or IncidentType(policy.incident_type)
    assert {policy.incident_type for policy in POLICIES} - {None} == {kind.value for kind in IncidentType}
    for rule in RULES:
        assert set(rule.policies) <= paths
    for case, _ in day.cases:
        assert set(case.get("policies", ())) <= paths
