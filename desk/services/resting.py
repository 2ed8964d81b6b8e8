"""Exposure and rest: one's own figures, what a person opted out of, and a supervisor's override.

A person's figures and choices are theirs alone: nobody else can ask for them here. Supervisors see weeks of
five people or more. What is kept lies with the workspace's settings, in the encrypted store; the audit log
holds that an override was made, by whom, for whom and how long, and of its reason the digest only.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from desk.domain.codec import from_plain, to_plain
from desk.domain.content import FileAnnotation
from desk.domain.errors import NotReady, UserError
from desk.domain.exposure import LONGEST_LIFT, Lift, Rest, RestPolicy, RestState, Week, by_day, rest, weeks
from desk.domain.optout import Theme, closed_in, marks_of
from desk.domain.roles import Operator, Permission, require
from desk.ports import Clock, Store, UnitOfWork
from desk.services.auditing import keyed_words, note
from desk.services.changes import Change, Done, done
from desk.services.configuration import settings_of

DAYS = 14
"""Days of one's own figures."""

WEEKS = 8
"""Weeks of everybody's together."""

_KEPT_LIFTS = timedelta(days=400)


@dataclass(frozen=True, slots=True)
class Own:
    """One person's own figures: how it stands now, and seconds by day, DAYS of them, oldest first."""

    rest: Rest
    days: tuple[tuple[date, float], ...]
    closed: frozenset[Theme]
    policy: RestPolicy


class Resting:
    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    # one's own ------------------------------------------------------------------

    def own(self, operator: Operator) -> Own:
        """The figures of the one who asks; there is no way to ask for another's."""
        now = self._clock.now()
        today = now.astimezone().date()
        first = today - timedelta(days=DAYS - 1)
        with self._store.read() as uow:
            shown = by_day(uow.viewings.displays(operator.id, now - timedelta(days=DAYS + 1)))
            days = tuple((day, shown.get(day, 0.0)) for day in (first + timedelta(n) for n in range(DAYS)))
            closed, policy = opted_out(uow, operator), settings_of(uow).rest
            return Own(rest_of(uow, operator, now), days, closed, policy)

    def opt_out(self, operator: Operator, themes: Iterable[Theme]) -> Done[frozenset[Theme]]:
        """Replace what this person does not want to see. Nobody else learns what it is: the log says that
        a choice was changed, not which."""
        chosen = frozenset(themes)
        with self._store.write() as uow:
            note(uow, "rest.choice", self._clock.now(), operator)
            uow.settings.set(_closed_key(operator), sorted(theme.value for theme in chosen))
        return done(chosen, Change.CASE, Change.QUEUE)

    def left_out(self, operator: Operator) -> frozenset[FileAnnotation]:
        """Annotations of which 'Next case' offers this person no case: the queue asks."""
        with self._store.read() as uow:
            return marks_of(opted_out(uow, operator))

    # a supervisor's part ----------------------------------------------------------

    def lift(
        self, by: Operator, operator_id: int, lock: RestState, length: timedelta, reason: str
    ) -> Done[Lift]:
        """Open media to one person for ``length`` from now, though a break or the day's limit locks them.

        ``lock`` is RestState.BREAK or CAPPED. Raises NotAllowed, UserError: another person, a reason, and
        four hours at most.
        """
        require(by, Permission.LIFT_REST)
        if lock not in (RestState.BREAK, RestState.CAPPED):
            raise UserError("Only a break or the day's limit can be lifted.", "Choose one of the two.")
        if not reason.strip():
            raise UserError("Lifting a lock needs a reason.", "Say why this can't wait.")
        if not timedelta(0) < length <= LONGEST_LIFT:
            raise UserError("A lock is lifted for four hours at most.", "Choose a shorter time.")
        if operator_id == by.id:
            raise UserError("Nobody lifts their own lock.", "Ask another supervisor.")
        now = self._clock.now()
        with self._store.write() as uow:
            person = uow.people.get(operator_id)
            made = Lift(person.id, lock, now, now + length, by.id, reason.strip())
            # The log's head is locked first: two supervisors at once write one after the other.
            note(
                uow,
                "rest.lifted",
                now,
                by,
                person=person.id,
                lock=lock.value,
                until=made.until.isoformat(),
                why=keyed_words(uow, made.reason),
            )
            kept = [lift for lift in lifts_of(uow, person.id) if now - lift.until < _KEPT_LIFTS]
            uow.settings.set(_lifts_key(person.id), [to_plain(lift) for lift in (*kept, made)])
        return done(made, Change.CASE, Change.PEOPLE)

    def lifted(self, by: Operator) -> tuple[Lift, ...]:
        """The overrides that hold now, and those of the last 30 days, newest first."""
        require(by, Permission.LIFT_REST)
        now = self._clock.now()
        with self._store.read() as uow:
            found = [lift for person in uow.people.all() for lift in lifts_of(uow, person.id)]
        recent = [lift for lift in found if now - lift.until < timedelta(days=30)]
        return tuple(sorted(recent, key=lambda lift: lift.at, reverse=True))

    def weeks(self, by: Operator) -> tuple[Week, ...]:
        """Whole past weeks, oldest first, of all together; none of fewer than five people."""
        require(by, Permission.LIFT_REST)
        now = self._clock.now()
        today = now.astimezone().date()
        monday = today - timedelta(days=today.weekday() + 7 * WEEKS)
        since = now - timedelta(days=7 * (WEEKS + 1) + 1)
        figures: list[Mapping[date, float]] = []
        with self._store.read() as uow:
            for person in uow.people.all():
                days = by_day(uow.viewings.displays(person.id, since))
                figures.append({day: seconds for day, seconds in days.items() if day >= monday})
        return weeks(figures, today)


def rest_of(uow: UnitOfWork, operator: Operator, now: datetime) -> Rest:
    """One person's rest at this moment, by the workspace's policy and what a supervisor lifted."""
    day_start = now.astimezone().replace(hour=0, minute=0, second=0, microsecond=0).astimezone(now.tzinfo)
    since = min(day_start, now - timedelta(hours=6))
    displays = uow.viewings.displays(operator.id, since)
    return rest(displays, now, day_start, settings_of(uow).rest, lifts_of(uow, operator.id))


def refuse_when_locked(uow: UnitOfWork, operator: Operator, now: datetime) -> None:
    """Raise NotReady while media are locked for this person."""
    state = rest_of(uow, operator, now)
    if state.state is RestState.BREAK and state.locked_until is not None:
        minutes = max(1, round((state.locked_until - now).total_seconds() / 60))
        raise NotReady(
            "Media are locked for a break.", f"Text work goes on; media open again in {minutes} min."
        )
    if state.state is RestState.CAPPED:
        raise NotReady(
            "Today's limit for viewing media is reached.",
            "Text work goes on; a supervisor can lift the limit with a reason.",
        )


def opted_out(uow: UnitOfWork, operator: Operator) -> frozenset[Theme]:
    """What this person does not want to see."""
    return frozenset(Theme(value) for value in uow.settings.get(_closed_key(operator)) or ())


def is_closed(uow: UnitOfWork, operator: Operator, number: int, content_id: str) -> bool:
    """Whether this file stays closed to this person by their own choice."""
    themes = opted_out(uow, operator)
    # The document of a large case takes long to read: not for those who opted out of nothing.
    if not themes:
        return False
    saved = uow.drafts.get(number)
    return content_id in closed_in(uow.cases.get(number).data, themes, saved.draft if saved else None)


def lifts_of(uow: UnitOfWork, operator_id: int) -> tuple[Lift, ...]:
    """Every override made for one person that is still kept, oldest first."""
    return tuple(from_plain(Lift, plain) for plain in uow.settings.get(_lifts_key(operator_id)) or ())


def _closed_key(operator: Operator) -> str:
    return f"rest.closed.{operator.id}"


def _lifts_key(operator_id: int) -> str:
    return f"rest.lifts.{operator_id}"
