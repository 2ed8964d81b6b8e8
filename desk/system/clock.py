"""The computer's clock."""

from __future__ import annotations

from datetime import UTC, datetime


class SystemClock:
    """ports.Clock on the computer's own clock."""

    def now(self) -> datetime:
        """The time in UTC."""
        return datetime.now(UTC)
