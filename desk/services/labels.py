"""What people labelled in a case, where the queue finds it: for whoever chose not to see such material.

The platform's own suggestions are there from intake on; this adds what a person said in the report they
write, and takes it away with their word.
"""

from __future__ import annotations

from desk.domain.draft import Draft
from desk.domain.optout import told_in
from desk.ports import UnitOfWork


def follow(uow: UnitOfWork, number: int, before: Draft | None, after: Draft | None) -> None:
    """Keep the queue's marks in step with a draft that was ``before`` and is ``after``."""
    told = told_in(after)
    if told != told_in(before):
        uow.cases.mark(number, frozenset(mark.value for mark in told))


def put_back(uow: UnitOfWork, number: int) -> None:
    """The platform handed the case over anew: its suggestions are those of today, the labels stay."""
    saved = uow.drafts.get(number)
    if saved is not None:
        follow(uow, number, None, saved.draft)
