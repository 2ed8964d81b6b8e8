"""Perceptual hashes of what was taken in: made in the sandbox, beside all other work, never waited for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from desk.domain.errors import WorkspaceProblem
from desk.domain.hashing import PDQ, MediaHash
from desk.domain.preview import NoPreview, NoPreviewReason, PreviewSource
from desk.domain.roles import Operator, Permission, require
from desk.ports import Occurrence, Previewer, Store, Unhashed, Vault
from desk.services.changes import Change, Done

STILLS = 9
"""Pictures of a film that are hashed."""


@dataclass(frozen=True, slots=True)
class Near:
    """A near content, not the same: elsewhere, or in the same case. ``distance``: bits of 256 that differ."""

    occurrence: Occurrence
    sha256: str
    distance: int


class Hashing:
    def __init__(self, store: Store, vault: Vault, previewer: Previewer) -> None:
        self._store = store
        self._vault = vault
        self._previewer = previewer

    def catch_up(
        self,
        *,
        cancelled: Callable[[], bool] | None = None,
        progress: Callable[[int], None] | None = None,
    ) -> Done[int]:
        """Hash all media that have no hash yet; returns how many were looked at. Call it off the GUI thread.

        May be stopped at any file and called again: it goes on where it was. Two desks may do the same file
        twice, which does no harm.
        """
        looked_at = 0
        skipped: set[str] = set()
        while not (cancelled and cancelled()):
            with self._store.read() as uow:
                waiting = uow.hashes.waiting(PDQ, skip=skipped)
            if not waiting:
                break
            for one in waiting:
                if cancelled and cancelled():
                    break
                if not self._hash(one):
                    skipped.add(one.media.sha256)
                    continue
                looked_at += 1
                if progress:
                    progress(looked_at)
            if len(skipped) >= GIVE_UP:
                break
        return Done(looked_at, frozenset({Change.CASE} if looked_at else ()))

    def near(self, operator: Operator, number: int) -> Mapping[str, tuple[Near, ...]]:
        """By content id, what is near but not identical; contents without anything near are left out."""
        require(operator, Permission.SEE_QUEUE)
        found: dict[str, tuple[Near, ...]] = {}
        with self._store.read() as uow:
            for content in uow.cases.get(number).data.content:
                if not content.sha256:
                    continue
                near = tuple(
                    Near(occurrence, sha256, far)
                    for sha256, far in uow.hashes.near(content.sha256, PDQ)
                    for occurrence in uow.cases.occurrences(sha256, but_case=NO_CASE)
                )
                if near:
                    found[content.id] = near
        return found

    def _hash(self, one: Unhashed) -> bool:
        """False where it should be tried again another time."""
        media = one.media
        source = PreviewSource(
            size=media.size,
            chunks=lambda: self._vault.read(media.wrapped_key, media.blob),
            read=lambda offset, length: self._vault.read_range(media.wrapped_key, media.blob, offset, length),
        )
        try:
            found = self._previewer.hashes(source, count=STILLS)
        except WorkspaceProblem:
            return False  # missing from the vault: a backup may bring it back
        if isinstance(found, NoPreview):
            if found.reason is NoPreviewReason.UNAVAILABLE:
                return False
            hashes: tuple[MediaHash, ...] = ()
            outcome = found.reason.value
        else:
            # A still scene gives the same hash over and over: its first place is enough.
            first = {item.value: item for item in reversed(found)}
            hashes = tuple(MediaHash(item.value, item.quality, item.position) for item in first.values())
            outcome = ""
        with self._store.write() as uow:
            if uow.cases.media(one.case_number, one.content_id) is not None:  # not erased meanwhile
                uow.hashes.put(media.sha256, PDQ, hashes, outcome)
        return True


NO_CASE = 0
"""Cases are numbered from 1: no case is left out."""

GIVE_UP = 200
"""Files that can't be read now, after which the rest waits for another time as well."""
