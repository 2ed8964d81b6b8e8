"""What ties cases together: accounts, emails, phones, devices and IP addresses, a row each for each case."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, Table, Text

from desk.storage.columns import Key, Moment, Words
from desk.storage.tables import metadata

account_links = Table(
    "account_links",
    metadata,
    Column("case_number", Key, ForeignKey("cases.number"), primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("value", Words, primary_key=True),
    Column("role", Text, primary_key=True),
    Column("account", Words, nullable=False),  # the reported account's id; empty where the case names none
    Column("port", Integer),
    Column("at", Moment),
    Index("ix_account_links_value", "kind", "value", "account", "case_number"),
    Index("ix_account_links_account", "account", "kind", "value"),
)
