"""What texts and conversations of cases are known by, so that the same one is found in other cases."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Table, Text

from desk.storage.columns import Key, Words
from desk.storage.tables import metadata

case_texts = Table(
    "case_texts",
    metadata,
    Column("sha256", Text, primary_key=True),
    Column("case_number", Key, ForeignKey("cases.number"), primary_key=True, autoincrement=False, index=True),
    Column("content_id", Words, primary_key=True),
    Column("identity", Words),  # what may be reported once only; none where nothing tells
)
"""A row for each text of any revision; ``sha256`` is what Content.text_digest gives."""
