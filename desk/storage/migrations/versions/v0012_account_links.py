"""Links between accounts across cases; the cases that are here already are read once for theirs."""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TABLE = "account_links"
AT_ONCE = 500


def upgrade() -> None:
    links = op.create_table(
        TABLE,
        sa.Column("case_number", KEY, nullable=False, autoincrement=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("port", sa.Integer(), nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["case_number"], ["cases.number"], name=op.f(f"fk_{TABLE}_case_number")),
        sa.PrimaryKeyConstraint("case_number", "kind", "value", "role", name=op.f(f"pk_{TABLE}")),
    )
    _fill(op.get_bind(), links)
    op.create_index(f"ix_{TABLE}_value", TABLE, ["kind", "value", "account", "case_number"])
    op.create_index(f"ix_{TABLE}_account", TABLE, ["account", "kind", "value"])


def _fill(connection: sa.Connection, links: sa.Table) -> None:
    """Every revision of every case, by case: what an earlier revision named stays known."""
    query = sa.text(
        "SELECT case_number, revision, document FROM case_revisions"
        " WHERE case_number > :after AND case_number <= :until ORDER BY case_number, revision"
    )
    last = connection.execute(sa.text("SELECT max(case_number) FROM case_revisions")).scalar() or 0
    for after in range(0, last, AT_ONCE):
        found: dict[tuple[int, str, str, str], dict[str, Any]] = {}
        accounts: dict[int, str] = {}
        for number, _, document in connection.execute(query, {"after": after, "until": after + AT_ONCE}):
            data = json.loads(bytes(document))
            accounts[number] = _text((data.get("reported") or {}).get("id")).strip()
            for kind, value, role, port, at in _links(data):
                if value:
                    key = (number, kind, value, role)
                    before = found.get(key)
                    when = _microseconds(at)
                    if before is None or (when or 0) > (before["at"] or 0):
                        found[key] = dict(
                            zip(("case_number", "kind", "value", "role"), key, strict=True),
                            port=port,
                            at=when,
                        )
        for row in found.values():
            row["account"] = accounts[row["case_number"]]  # as the latest revision says
        if found:
            connection.execute(sa.insert(links), list(found.values()))


Found = tuple[str, str, str, int | None, str | None]


def _links(data: dict[str, Any]) -> Iterator[Found]:
    reported = data.get("reported") or {}
    people = [("reported", reported)]
    people += [("recipient", one) for one in data.get("recipients") or ()]
    people += [("victim", one) for one in data.get("victims") or ()]
    for role, person in people:
        yield "account", _text(person.get("id")).strip(), role, None, None
    for email in reported.get("emails") or ():
        yield "email", _text(email.get("address")).strip().casefold(), "reported", None, None
    for phone in reported.get("phones") or ():
        whole = f"{phone.get('calling_code') or ''}{phone.get('number')}"
        yield "phone", "".join(c for c in whole if c.isdecimal()), "reported", None, None
    for device in reported.get("devices") or ():
        yield _device(device)
    for event in reported.get("ip_events") or ():
        yield _ip(event)
    for piece in data.get("content") or ():
        if piece.get("ip_event"):
            yield _ip(piece["ip_event"])
        if piece.get("device"):
            yield _device(piece["device"])


def _device(device: dict[str, Any]) -> Found:
    value = _text(device.get("value")).strip().casefold()
    kind = _text(device.get("kind")).strip().casefold()
    return "device", f"{kind} {value}" if value else "", "reported", None, None


def _ip(event: dict[str, Any]) -> Found:
    text = _text(event.get("ip")).strip()
    try:
        parsed = ipaddress.ip_address(text)
    except ValueError:
        value = text.casefold()
    else:
        mapped = parsed.ipv4_mapped if isinstance(parsed, ipaddress.IPv6Address) else None
        value = str(mapped or parsed)
    return "ip", value, "reported", event.get("port"), event.get("at")


def _text(value: Any) -> str:
    text = value if isinstance(value, str) else ""
    return text.replace("\x00", "\ufffd").encode("utf-8", "replace").decode()


def _microseconds(at: str | None) -> int | None:
    if not at:
        return None
    return (datetime.fromisoformat(at) - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
