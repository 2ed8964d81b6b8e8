"""The synthetic cases of practice mode: one day's work on an invented platform, as case packages.

Nothing in them shows or spells out anything: media are test cards and tones with PRACTICE written across,
messages are descriptions in brackets, people and addresses come from the ranges reserved for examples.
"""

from __future__ import annotations

import io
import json
import zipfile
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from desk.practice.cases_parts import Kit, Package
from desk.practice.cases_pictures import picture_cases
from desk.practice.cases_talk import talk_cases


class PolicySeed(NamedTuple):
    """A node of the practice platform's policy tree; the incident type is in the CyberTipline's words."""

    path: str
    title: str
    incident_type: str | None


class ContactSeed(NamedTuple):
    """The reporting contact that a practice rule names."""

    first_name: str
    last_name: str
    email: str


class RuleSeed(NamedTuple):
    """A reporting rule: choosing a policy covers all that is below it."""

    name: str
    agency: str
    policies: tuple[str, ...]
    queue: str
    contact: ContactSeed
    enabled: bool


_IMAGERY = "Child Pornography (possession, manufacture, and distribution)"
_ENTICEMENT = "Online Enticement of Children for Sexual Acts"

POLICIES: tuple[PolicySeed, ...] = (
    PolicySeed("child-safety", "Child safety", None),
    PolicySeed("child-safety/csam", "Sexual imagery of minors", _IMAGERY),
    PolicySeed("child-safety/csam/known", "Known imagery", _IMAGERY),
    PolicySeed("child-safety/csam/solicitation", "Asking for or offering imagery", _IMAGERY),
    PolicySeed("child-safety/enticement", "Enticement and grooming", _ENTICEMENT),
    PolicySeed("child-safety/sextortion", "Sextortion", _ENTICEMENT),
    PolicySeed("child-safety/trafficking", "Trafficking", "Child Sex Trafficking"),
    PolicySeed("child-safety/travel", "Travel for abuse", "Child Sex Tourism"),
    PolicySeed("child-safety/disclosure", "Admission or evidence of abuse", "Child Sexual Molestation"),
    PolicySeed(
        "child-safety/unsolicited",
        "Sexual material sent to a child",
        "Unsolicited Obscene Material Sent to a Child",
    ),
    PolicySeed(
        "child-safety/misleading",
        "Misleading words or pictures",
        "Misleading Words or Digital Images on the Internet",
    ),
    PolicySeed("child-safety/misleading/domain", "Misleading domain name", "Misleading Domain Name"),
    PolicySeed("child-safety/advocacy", "Advocacy and ideology", None),
    PolicySeed("harassment", "Harassment", None),
    PolicySeed("spam", "Spam", None),
)

CONTACT = ContactSeed("Practice", "Reporter", "reports@example.com")

RULES: tuple[RuleSeed, ...] = (
    RuleSeed("Known imagery", "NCMEC", ("child-safety/csam/known",), "known-matches", CONTACT, True),
    RuleSeed("Imagery", "NCMEC", ("child-safety/csam",), "imagery", CONTACT, True),
    RuleSeed(
        "Contact with minors",
        "NCMEC",
        ("child-safety/enticement", "child-safety/sextortion", "child-safety/unsolicited"),
        "contact",
        CONTACT,
        True,
    ),
    RuleSeed(
        "Trafficking, travel, disclosures",
        "NCMEC",
        ("child-safety/trafficking", "child-safety/travel", "child-safety/disclosure"),
        "child-safety",
        CONTACT,
        True,
    ),
    RuleSeed("Misleading names", "NCMEC", ("child-safety/misleading",), "child-safety", CONTACT, False),
)


def write_cases(folder: Path, *, now: datetime, seed: int = 0) -> list[Path]:
    """Write the day's packages into `folder` (made if it is missing) and return their paths.

    All forms of a package occur: folders, single .json files, .zip and .jsonl. All times lie before `now`.
    The same seed and `now` give the same bytes with the same libraries. A format that the installed
    libraries cannot write is left out. Raises ValueError when `now` has no offset, OSError when the folder
    cannot be written.
    """
    if now.tzinfo is None:
        raise ValueError("now needs its offset")
    kit = Kit(now, seed)
    folder.mkdir(parents=True, exist_ok=True)
    packages = [*picture_cases(kit), *talk_cases(kit)]
    return [_write(folder, package, now) for package in packages if all(c["content"] for c in package.cases)]


def _write(folder: Path, package: Package, now: datetime) -> Path:
    if package.form == "jsonl":
        path = folder / f"{package.name}.jsonl"
        path.write_bytes(b"".join(_json(case, indent=None) + b"\n" for case in package.cases))
        return path
    files = {"case.json": _json(package.cases[0], indent=2), **package.files}
    if package.form == "zip":
        path = folder / f"{package.name}.zip"
        path.write_bytes(_zipped(files, now))
        return path
    if package.form == "json":
        path = folder / f"{package.name}.json"
        files[path.name] = files.pop("case.json")
        _store(folder, files)
        return path
    path = folder / package.name
    _store(path, files)
    return path


def _store(folder: Path, files: dict[str, bytes]) -> None:
    for name, data in files.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)


def _zipped(files: dict[str, bytes], now: datetime) -> bytes:
    """A zip of `files`: text deflated, media stored, since they are compressed already."""
    out = io.BytesIO()
    stamp = (now.year, now.month, now.day, now.hour, now.minute, now.second)
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in files.items():
            entry = zipfile.ZipInfo(name, stamp)
            entry.external_attr = 0o600 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED if name.endswith(".json") else zipfile.ZIP_STORED
            archive.writestr(entry, data)
    return out.getvalue()


def _json(case: dict[str, Any], *, indent: int | None) -> bytes:
    return json.dumps(case, ensure_ascii=False, indent=indent).encode()
