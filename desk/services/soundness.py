"""Whether the vault holds what the store says that it holds: every file there and as long as it was.

Bytes that rot on a disk, or a folder that a clean-up took away, are else found on the day on which a
report is filed or an order is served. Lengths are compared for every file; a few, chosen by chance, are
opened and hashed, or all of them where that is asked for.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from desk.domain.errors import Cancelled, WorkspaceProblem
from desk.ports import Store, Stored, Vault

SAMPLE = 20
SAMPLE_BYTES = 256 << 20
"""What is read of a sample at most: a film of some hours would make it no quick look."""

MISSING = "missing, or can't be read"
LENGTH = "of another length"
ALTERED = "altered, or opens no more"

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Lost:
    """A file that the store knows. ``why`` goes on from its name."""

    case_number: int
    content_id: str
    why: str


@dataclass(frozen=True, slots=True)
class VaultState:
    """``files`` that the store knows, ``opened`` of them read whole and hashed; ``size`` in bytes."""

    files: int
    size: int
    opened: int
    lost: tuple[Lost, ...] = ()


class Soundness:
    """Reads only; it sees numbers, ids and digests, and no content leaves it."""

    def __init__(self, store: Store, vault: Vault, chance: Callable[[], float]) -> None:
        """``chance``: in [0, 1), draws what is opened."""
        self._store = store
        self._vault = vault
        self._chance = chance

    def look(
        self,
        *,
        thorough: bool = False,
        sample: int = SAMPLE,
        progress: Progress = lambda _done, _opened: None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> VaultState:
        """Look at every file's length, and open ``sample`` of them, or all. Raises Cancelled."""
        files = size = opened = 0
        lost: list[tuple[Stored, str]] = []
        drawn: list[Stored] = []
        for one in self._stored():
            if cancelled():
                raise Cancelled("Stopped.", "The vault was not looked at to its end.")
            files, size = files + 1, size + one.media.size
            why = self._length(one)
            if why:
                lost.append((one, why))
            elif thorough:
                opened += 1
                lost += [(one, ALTERED)] if self._altered(one) else []
            elif len(drawn) < sample:
                drawn.append(one)
            elif (place := int(self._chance() * (files - len(lost)))) < sample:
                drawn[place] = one  # every file is drawn as likely as any other
            progress(files, opened)
        left = SAMPLE_BYTES
        for one in drawn:
            if one.media.size > left:
                continue
            left, opened = left - one.media.size, opened + 1
            lost += [(one, ALTERED)] if self._altered(one) else []
            progress(files, opened)
        return VaultState(files, size, opened, tuple(self._still(lost)))

    def _stored(self) -> Iterator[Stored]:
        """Each file once, however many revisions of a case name it."""
        after = ""
        while True:
            with self._store.read() as uow:
                found = uow.cases.stored(after=after)
            for one in found:
                if one.media.blob != after:
                    after = one.media.blob
                    yield one
            if not found:
                return

    def _length(self, one: Stored) -> str:
        try:
            return "" if self._vault.size(one.media.blob) == one.media.size else LENGTH
        except WorkspaceProblem:
            return MISSING

    def _altered(self, one: Stored) -> bool:
        digest = hashlib.sha256()
        try:
            for chunk in self._vault.read(one.media.wrapped_key, one.media.blob):
                digest.update(chunk)
        except WorkspaceProblem:
            return True
        return digest.hexdigest() != one.media.sha256

    def _still(self, lost: list[tuple[Stored, str]]) -> Iterator[Lost]:
        """Without what was destroyed on purpose while this looked."""
        with self._store.read() as uow:
            for one, why in lost:
                if uow.cases.has_key(one.case_number) and uow.cases.blob_known(one.media.blob):
                    yield Lost(one.case_number, one.content_id, why)
