"""Digests of texts and conversations; the cases that are here already are read once for theirs."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TABLE = "case_texts"
AT_ONCE = 500


def upgrade() -> None:
    texts = op.create_table(
        TABLE,
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("case_number", KEY, nullable=False, autoincrement=False),
        sa.Column("content_id", sa.Text(), nullable=False),
        sa.Column("identity", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["case_number"], ["cases.number"], name=op.f(f"fk_{TABLE}_case_number")),
        sa.PrimaryKeyConstraint("sha256", "case_number", "content_id", name=op.f(f"pk_{TABLE}")),
    )
    _fill(op.get_bind(), texts)
    op.create_index(f"ix_{TABLE}_case_number", TABLE, ["case_number"])


def _fill(connection: sa.Connection, texts: sa.Table) -> None:
    """Every revision of every case, by case."""
    query = sa.text(
        "SELECT case_number, document FROM case_revisions"
        " WHERE case_number > :after AND case_number <= :until ORDER BY case_number, revision"
    )
    last = connection.execute(sa.text("SELECT max(case_number) FROM case_revisions")).scalar() or 0
    for after in range(0, last, AT_ONCE):
        found: dict[tuple[str, int, str], str | None] = {}
        for number, document in connection.execute(query, {"after": after, "until": after + AT_ONCE}):
            raw = bytes(document)
            if b'"chat"' not in raw and b'"text"' not in raw:
                continue
            data = json.loads(raw)
            account = (data.get("reported") or {}).get("id")
            for piece in data.get("content") or ():
                digest = _digest(piece)
                if digest is not None:
                    found.setdefault(
                        (digest, number, _stored(piece["id"])), _identity(piece, digest, account)
                    )
        if found:
            rows = [
                {"sha256": digest, "case_number": number, "content_id": content, "identity": identity}
                for (digest, number, content), identity in found.items()
            ]
            connection.execute(sa.insert(texts), rows)


def _digest(piece: dict[str, Any]) -> str | None:
    """As the program makes it at this revision; kept here because programs change."""
    if piece.get("kind") == "text" and piece.get("text") is not None:
        return hashlib.sha256(_bytes(piece["text"])).hexdigest()
    if piece.get("kind") != "chat":
        return None
    digest = hashlib.sha256()
    for message in piece.get("messages") or ():
        for name in ("sender", "to", "at", "text"):
            raw = _bytes(message.get(name) or "")
            digest.update(len(raw).to_bytes(8, "big") + raw)
    return digest.hexdigest()


def _identity(piece: dict[str, Any], digest: str, account: str | None) -> str | None:
    if piece.get("uid"):
        return _stored(f"uid:{piece['uid']}")
    if account:
        return f"account:{hashlib.sha256(_bytes(account)).hexdigest()}:sha256:{digest}"
    return _stored(f"url:{piece['url']}") if piece.get("url") else None


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "replace")


def _stored(text: str) -> str:
    return _bytes(text.replace("\x00", "\ufffd")).decode()
