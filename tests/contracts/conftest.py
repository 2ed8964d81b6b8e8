from __future__ import annotations

from tests.contracts.fixtures import postgres_stores, sqlite_stores, store

__all__ = ["postgres_stores", "sqlite_stores", "store"]
