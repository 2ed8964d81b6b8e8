"""Figures for supervisors: volume, time to filing, completeness, trouble, agreement, exposure.

Of all people together; exposure only of five and more. Nobody is ranked.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from desk.domain.errors import UserError
from desk.domain.figures import Chart, Series, Step, by_months, charts
from desk.domain.roles import Operator, Permission, require
from desk.domain.second_review import Kappa
from desk.ports import Clock, Store
from desk.services.auditing import note
from desk.services.changes import Done, done
from desk.services.resting import Resting
from desk.services.second_review import SecondReviewing

MOST = 200_000
"""Rows of one kind that are read for a figure, the newest first."""


@dataclass(frozen=True, slots=True)
class Figures:
    """All charts of a range. ``types``: agreement by incident type. ``cut``: more rows than were read."""

    since: date
    until: date
    step: Step
    charts: tuple[Chart, ...]
    types: dict[str, Kappa]
    all: Kappa
    cut: bool


class FigureService:
    def __init__(self, store: Store, clock: Clock, reviewing: SecondReviewing, resting: Resting) -> None:
        self._store = store
        self._clock = clock
        self._reviewing = reviewing
        self._resting = resting

    def show(self, operator: Operator, since: date, until: date, step: Step) -> Figures:
        """Raises NotAllowed, UserError where the range is empty or has too many periods."""
        require(operator, Permission.FIGURES)
        start = datetime.combine(since, time(), UTC)
        end = datetime.combine(until + timedelta(days=1), time(), UTC)
        with self._store.read() as uow:
            facts = uow.figures.between(start, end, limit=MOST)
        try:
            drawn = charts(facts, since, until, step)
        except ValueError:
            raise UserError(
                "There is no such range, or it has too many periods.",
                "Choose a shorter range or longer steps.",
            ) from None
        agreement = self._reviewing.agreement(operator, start)
        kappas = by_months(
            {month: found.value for month, found in agreement.months.items()},
            "Cohen's kappa",
            "",
            "agreement",
        )
        return Figures(
            since,
            until,
            step,
            (*drawn, kappas, self._exposure(operator)),
            dict(agreement.types),
            agreement.all,
            facts.cut,
        )

    def exported(self, operator: Operator, what: str) -> Done[None]:
        """Note that figures left the desk as a file. ``what``: the kind of file."""
        require(operator, Permission.FIGURES)
        with self._store.write() as uow:
            note(uow, "figures.exported", self._clock.now(), operator, kind=what)
        return done(None)

    def _exposure(self, operator: Operator) -> Chart:
        weeks = self._resting.weeks(operator)
        return Chart(
            "exposure",
            tuple(week.starts for week in weeks),
            (Series("a person's day, mean", "min", tuple(week.a_day / 60 for week in weeks)),),
        )
