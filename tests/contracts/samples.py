"""Small synthetic values for the contract suites."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from desk.domain.account import Account, Email, IpEvent
from desk.domain.case import CaseData, Source, SourceKind, Urgency
from desk.domain.content import Content, ContentKind, Match
from desk.domain.draft import begin
from desk.domain.filing import FileState
from desk.domain.incident import Incident
from desk.domain.roles import Operator, Role
from desk.ports import FilingDocument, NewFiling, NewRevision, StoredMedia, UnitOfWork

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
WRAPPED = b"w" * 60


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def case_data(name: str = "case-1", **more: Any) -> CaseData:
    plain = CaseData(
        id=name,
        source=Source(SourceKind.USER_REPORT),
        incident=Incident(NOW - timedelta(hours=2)),
        content=(Content("c1", ContentKind.IMAGE, uid=f"uid-{name}", sha256=digest(name)),),
        policies=("child-safety/csam",),
        summary=f"A practice picture of {name}",
        reported=Account(
            id=f"u-{name}",
            screen_name=f"Screen-{name}",
            emails=(Email(f"{name}@example.com"),),
            ip_events=(IpEvent("192.0.2.7", port=51812),),
        ),
    )
    return replace(plain, **more)


def urgent() -> Urgency:
    return Urgency(escalate=True, reason="a meeting was arranged")


def known() -> Content:
    return Content("c1", ContentKind.IMAGE, uid="uid-known", matches=(Match("industry"),))


def stored(seed: str, *, bytes_of: str | None = None) -> StoredMedia:
    return StoredMedia(
        blob=hashlib.md5(seed.encode()).hexdigest(),
        wrapped_key=WRAPPED,
        size=123,
        sha256=digest(bytes_of or seed),
        md5="0" * 32,
        sha1="0" * 40,
    )


def revision(data: CaseData, *, received: datetime = NOW, queue: str = "main", **more: Any) -> NewRevision:
    plain = NewRevision(
        data=data,
        digest=digest(repr(data.id) + str(data.summary) + str(len(data.content))),
        media={data.content[0].id: stored(data.id)},
        wrapped_key=WRAPPED,
        completeness=40,
        queue=queue,
        received_at=received,
    )
    return replace(plain, **more)


def person(unit: UnitOfWork, name: str = "Avery Example") -> Operator:
    return unit.people.add(name, frozenset({Role.MODERATOR}), "avery@example.com")


def add_case(unit: UnitOfWork, name: str = "case-1", *, received: datetime = NOW, **more: Any) -> int:
    return unit.cases.add(revision(case_data(name, **more), received=received)).number


def new_filing(
    number: int, operator: Operator, *, identities: frozenset[str] = frozenset({"uid:1"}), **more: Any
) -> NewFiling:
    xml = f"<report>{number}</report>".encode()
    files = tuple(
        FilingDocument(
            FileState(i, f"c{i + 1}", f"picture-{i}.png", digest(str(i)), "0" * 32, 1000 + i),
            f"<fileDetails>{i}</fileDetails>".encode(),
            f"uid:{i}",
        )
        for i in range(3)
    )
    plain = NewFiling(
        case_number=number,
        revision=1,
        agency="ncmec",
        endpoint="http://127.0.0.1:1/ispws",
        report_xml=xml,
        report_sha256=hashlib.sha256(xml).hexdigest(),
        files=files,
        identities=identities,
        account_id="u-1",
        incident_type="Child Sex Trafficking",
        completeness=55,
        escalated=False,
        hold=5 * MINUTE,
        confirmed_at=NOW,
        confirmed_by=operator.id,
        draft=begin(number, 1, case_data()),
        summary_json=b'{"shown":true}',
    )
    return replace(plain, **more)
