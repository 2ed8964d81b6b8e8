"""The queue on the command line: what its page filters and sorts by, as options."""

from __future__ import annotations

import argparse
from argparse import Namespace
from dataclasses import fields, replace
from typing import Any

from desk.cli.acts import opened
from desk.cli.output import Output
from desk.domain.case import SourceKind
from desk.domain.errors import UserError
from desk.domain.roles import Operator, Permission
from desk.ports import SORTS, CaseFilter, view_names
from desk.services.desk import Desk

MOST_ROWS = 10_000


def options(queue: argparse.ArgumentParser) -> None:
    """Add them to the command."""
    queue.add_argument("--view", default="all", choices=view_names(), help="one of the page's headings")
    queue.add_argument("--limit", type=int, default=50)
    queue.add_argument("--offset", type=int, default=0, metavar="N", help="leave out so many at the top")
    queue.add_argument("--search", default="", metavar="TEXT", help="people, URLs, ids, words, a number")
    queue.add_argument("--sort", default="urgency", choices=SORTS)
    queue.add_argument("--descending", action="store_true", help="the same order from its end")
    queue.add_argument("--source", choices=[kind.value for kind in SourceKind])
    queue.add_argument("--policy", metavar="PATH", help="this policy and those below it")
    queue.add_argument("--queue", metavar="NAME")
    queue.add_argument("--known", action=argparse.BooleanOptionalAction, help="known matches only, or none")
    queue.add_argument("--least-complete", type=int, default=0, metavar="SCORE")
    queue.add_argument("--most-complete", type=int, default=100, metavar="SCORE")
    queue.add_argument(
        "--kept-days", type=int, metavar="DAYS", help="the platform's own copy may go within so many days"
    )
    queue.add_argument(
        "--without", action="append", default=[], metavar="MARK", help="no case with this content mark"
    )
    queue.add_argument("--filter", metavar="NAME", help="a saved filter; the other options change it")


def listing(arguments: Namespace, output: Output) -> int:
    with opened(arguments, Permission.SEE_QUEUE) as (desk, operator):
        wanted = _wanted(arguments)
        if arguments.filter is not None:
            wanted = _over(_saved(desk, operator, arguments.filter), wanted)
        page = desk.queue.page(
            operator, wanted, offset=max(0, arguments.offset), limit=max(1, min(arguments.limit, MOST_ROWS))
        )
    rows: list[dict[str, Any]] = [
        {
            "case": row.number,
            "id": row.platform_id,
            "policy": row.policy,
            "queue": row.queue,
            "source": row.source.value,
            "state": row.state.value,
            "urgent": row.urgent,
            "known_match": row.known_match,
            "completeness": row.completeness,
            "occurred_at": row.occurred_at,
            "received_at": row.received_at,
            "kept_until": row.kept_until,
            "claimed_by": row.claimed_by,
        }
        for row in page.rows
    ]
    columns = [
        ("case", "CASE"),
        ("id", "ID"),
        ("policy", "POLICY"),
        ("source", "SOURCE"),
        ("state", "STATE"),
        ("urgent", "URGENT"),
        ("completeness", "COMPLETE"),
    ]
    output.table(rows, columns, "No cases are waiting.")
    if not output.as_json and page.total > len(rows):
        more = " or more" if page.capped else ""
        output.say(f"{len(rows)} of {page.total}{more} shown; --limit and --offset show others.")
    return 0


def _wanted(arguments: Namespace) -> CaseFilter:
    return CaseFilter(
        view=arguments.view,
        text=arguments.search,
        policy=arguments.policy,
        source=SourceKind(arguments.source) if arguments.source else None,
        queue=arguments.queue,
        known=arguments.known,
        least_complete=arguments.least_complete,
        most_complete=arguments.most_complete,
        kept_days=arguments.kept_days,
        without=frozenset(arguments.without),
        sort=arguments.sort,
        descending=arguments.descending,
    )


def _saved(desk: Desk, operator: Operator, name: str) -> CaseFilter:
    """A saved filter by its name, one's own first. Raises UserError where there is none."""
    found = [one for one in desk.filters.all(operator) if one.name.casefold() == name.casefold()]
    if not found:
        raise UserError("There is no saved filter of this name.", "The queue page lists them under Filters.")
    return min(found, key=lambda one: one.owner != operator.id).filter


def _over(saved: CaseFilter, said: CaseFilter) -> CaseFilter:
    """The saved filter, changed by what was said besides."""
    plain = CaseFilter()
    changed = {
        item.name: getattr(said, item.name)
        for item in fields(CaseFilter)
        if getattr(said, item.name) != getattr(plain, item.name)
    }
    return replace(saved, **changed)
