"""What supervisors' figures are made of, as the store gives it."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from desk.domain.figures import Facts


class FigureFacts(Protocol):
    def between(self, since: datetime, until: datetime, *, limit: int) -> Facts:
        """From ``since`` on, before ``until``; at most ``limit`` of a kind, the newest, and ``cut`` then."""
        ...
