"""An index for finding a filing by any of its Request-IDs.

The list's own index, ``ix_filings_listed``, is made by the migration alone: it holds other columns in SQLite
than in PostgreSQL.
"""

from __future__ import annotations

from sqlalchemy import Index, text

from desk.storage.tables import journal

_there = text("request_id IS NOT NULL")
REQUESTS = Index("ix_journal_request_id", journal.c.request_id, sqlite_where=_there, postgresql_where=_there)
