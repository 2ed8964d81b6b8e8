"""How much of a film or a sound one hold has played: only what was on the screen or in the air counts."""

from __future__ import annotations

from dataclasses import dataclass, field

LAST_FRAME = 1.0
"""Seconds for which a film's last picture may stand at least; more missing was not there to be seen."""


@dataclass(slots=True)
class Played:
    """One hold, from its first moment to its last. Seconds of the file; it only ever goes forward."""

    length: float | None
    first: float | None = None
    last: float | None = None
    every: bool = False
    """An animation, each of whose pictures was painted: its end counts, however long the last one stands."""
    _gap: float = field(default=0.0, repr=False)

    def at(self, second: float) -> None:
        """This moment was shown or heard."""
        if self.length is not None:
            second = min(second, self.length)
        second = max(0.0, second)
        if self.first is None or self.last is None:
            self.first = self.last = second
        elif second > self.last:
            self._gap = max(self._gap, second - self.last)
            self.last = second

    @property
    def near_end(self) -> bool:
        """Whether the last picture may stand for the rest: about as long as others stood before it."""
        if self.length is None or self.last is None:
            return False
        if self.every:
            return True
        return self.length - self.last <= max(LAST_FRAME, 2 * self._gap)

    def to_end(self) -> None:
        """The file came to its end while it was shown. Nothing is added where pictures were missing."""
        if self.near_end:
            self.last = self.length

    def take(self) -> tuple[float, float] | None:
        """What was played since it was last taken, as shares of the length; None before the first moment.

        What is taken next begins where this one ends, so that nothing is lost between the two.
        """
        if self.first is None or self.last is None:
            return None
        if not self.length:
            self.first = self.last
            return 0.0, 0.0
        found = (self.first / self.length, self.last / self.length)
        self.first = self.last
        return found
