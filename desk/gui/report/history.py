"""Undo and redo over whole drafts. Typing in one field counts as one step."""

from __future__ import annotations

from desk.domain.draft import Draft

MOST = 200
SAME_STEP_S = 2.0


class History:
    """``now`` is a monotonic time in seconds, ``where`` anything that names the field."""

    def __init__(self) -> None:
        self._back: list[Draft] = []
        self._forth: list[Draft] = []
        self._where: object = None
        self._at = 0.0

    def clear(self) -> None:
        self._back.clear()
        self._forth.clear()
        self._where = None

    def note(self, before: Draft, where: object, now: float) -> None:
        """``before`` is about to be changed."""
        self._forth.clear()
        joined = self._back and where is not None and where == self._where
        if not joined or now - self._at > SAME_STEP_S:
            self._back.append(before)
            del self._back[:-MOST]
        self._where, self._at = where, now

    def undo(self, present: Draft) -> Draft | None:
        return self._move(self._back, self._forth, present)

    def redo(self, present: Draft) -> Draft | None:
        return self._move(self._forth, self._back, present)

    def _move(self, source: list[Draft], target: list[Draft], present: Draft) -> Draft | None:
        self._where = None
        if not source:
            return None
        target.append(present)
        return source.pop()

    @property
    def can_undo(self) -> bool:
        return bool(self._back)

    @property
    def can_redo(self) -> bool:
        return bool(self._forth)
