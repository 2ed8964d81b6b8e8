"""What is known of media that were destroyed: that they were, and when."""

from __future__ import annotations

import json
from datetime import datetime

from desk.ports import UnitOfWork


def erased_at(uow: UnitOfWork, number: int) -> datetime | None:
    """When the case's media were destroyed, by the audit log; None while they can be read.

    Raises UserError where there is no such case.
    """
    if uow.cases.has_key(number):
        return None
    found = [json.loads(row.entry) for row in uow.audit.for_case(number)]
    times = [entry["at"] for entry in found if entry["act"] == "case.erased"]
    return datetime.fromisoformat(times[-1]) if times else None
