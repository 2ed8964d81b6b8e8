"""What columns are made of: times, lengths of time, free text and row numbers, alike in both databases.

Times are whole microseconds since 1970 (UTC), so that they compare and sort alike in both.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Column, Dialect, Integer, Text
from sqlalchemy.types import TypeDecorator

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Moment(TypeDecorator[datetime]):
    """A time as microseconds since the epoch. A time without a zone is refused: it is nobody's time."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:  # noqa: ARG002
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without its zone")
        return (value - EPOCH) // _MICROSECOND

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        return None if value is None else EPOCH + timedelta(microseconds=value)


class Span(TypeDecorator[timedelta]):
    """A length of time as whole microseconds."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: timedelta | None, dialect: Dialect) -> int | None:  # noqa: ARG002
        return None if value is None else value // _MICROSECOND

    def process_result_value(self, value: Any, dialect: Dialect) -> timedelta | None:  # noqa: ARG002
        return None if value is None else timedelta(microseconds=value)


class Words(TypeDecorator[str]):
    """Free text. What PostgreSQL's text cannot hold (U+0000, lone surrogates) becomes U+FFFD or ``?``.

    Only copies for lists and searches are kept so; the documents themselves are bytes.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        if value is None:
            return None
        return value.replace("\x00", "\ufffd").encode("utf-8", "replace").decode()


Key = BigInteger().with_variant(Integer(), "sqlite")
"""SQLite counts rows by INTEGER only; PostgreSQL's integer would end at two thousand millions."""


def required(name: str, kind: Any, *rest: Any, **more: Any) -> Column[Any]:
    """A column that is never empty."""
    return Column(name, kind, *rest, nullable=False, **more)
