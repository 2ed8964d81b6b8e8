"""Intake: case packages become cases, all or nothing for each.

Media are encrypted as they are read, under a data key of the case's own; the
database row comes last, so that a crash leaves at worst a blob nobody knows,
which the next start sweeps away.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path

from desk.domain.account_links import account_value, links_of
from desk.domain.case import Case, CaseData, CaseState
from desk.domain.codec import canonical
from desk.domain.completeness import assess
from desk.domain.content import Content
from desk.domain.errors import Cancelled, IntakeRefused, UserError
from desk.domain.package import parse
from desk.domain.roles import Operator, Permission, require
from desk.domain.rules import review_queue
from desk.ports import CaseKey, Clock, NewRevision, Store, StoredMedia, UnitOfWork, Vault
from desk.services import labels
from desk.services.auditing import keyed, note
from desk.services.changes import Change, Done, done
from desk.services.configuration import DEFAULT_QUEUE, settings_of
from desk.services.package_files import Package, find, load

PUT_AWAY = (CaseState.SNOOZED, CaseState.CLOSED, CaseState.REPORTED)
"""States in which nobody would see what a newer package adds."""

Progress = Callable[[int, int, str], None]
"""(cases taken so far, refused so far, the file at hand)."""


@dataclass(frozen=True, slots=True)
class IntakeResult:
    """Numbers of the cases taken in, revised and unchanged, and every refusal."""

    taken: tuple[int, ...]
    revised: tuple[int, ...]
    unchanged: tuple[int, ...]
    refused: tuple[IntakeRefused, ...]
    cancelled: bool = False

    def words(self) -> str:
        parts = [f"{len(self.taken)} taken in"]
        if self.revised:
            parts.append(f"{len(self.revised)} revised")
        if self.unchanged:
            parts.append(f"{len(self.unchanged)} unchanged")
        if self.refused:
            parts.append(f"{len(self.refused)} refused")
        return ", ".join(parts) + (", cancelled" if self.cancelled else "")


class Intake:
    def __init__(self, store: Store, vault: Vault, clock: Clock) -> None:
        self._store = store
        self._vault = vault
        self._clock = clock

    def take_in(
        self,
        paths: Iterable[Path],
        operator: Operator | None,
        *,
        progress: Progress | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> Done[IntakeResult]:
        """Take in every package at the paths. One bad case does not stop the others.

        ``operator`` None stands for the desk's own import (practice). Cancelling
        keeps the cases already taken in and nothing of the one at hand.
        """
        if operator is not None:
            require(operator, Permission.IMPORT)
        run = _Run(self, operator, progress or _quiet, cancelled or (lambda: False))
        try:
            for path in paths:
                for package in find(path, run.refuse):
                    run.take(package)
        except Cancelled:
            run.stopped = True
        return done(run.result(), Change.QUEUE)

    def sweep(self) -> int:
        """Remove media of imports that never ended; returns how many blobs."""
        with self._store.read() as uow:
            return self._vault.sweep(uow.cases.blob_known)

    # one case ---------------------------------------------------------------

    def one(self, package: Package, operator: Operator | None, stop: Callable[[], bool]) -> tuple[str, int]:
        """Take in one package; returns what became of it and the case's number. Raises IntakeRefused."""
        try:
            data = parse(load(package))
            try:
                return self._keep(data, package, operator, stop)
            except _Elsewhere:
                return self._keep(data, package, operator, stop)  # now it adds to the case that is there
        except IntakeRefused as refused:
            raise refused.at(file=package.file, line=package.line) from None

    def _keep(
        self, data: CaseData, package: Package, operator: Operator | None, stop: Callable[[], bool]
    ) -> tuple[str, int]:
        with self._store.read() as uow:
            known = uow.cases.digests(data.id)
            found = uow.cases.by_platform_id(data.id)
            if found:
                _require_key(uow, found[0].number)
            key = (
                self._vault.open_key(uow.cases.wrapped_key(found[0].number))
                if found
                else self._vault.new_key()
            )
        if found:
            hashed, _ = self._read(data, package, None, stop)
            if _digest(hashed) in known:
                return "unchanged", found[0].number
        hashed, media = self._read(data, package, key, stop)
        try:
            with self._store.write() as uow:
                return self._commit(uow, hashed, media, key, operator)
        finally:
            self._discard_unknown(media)

    def _discard_unknown(self, media: dict[str, StoredMedia]) -> None:
        """Ask the store, not the exception: a commit may have taken though its answer was lost."""
        if not media:
            return
        with self._store.read() as uow:
            unknown = [stored.blob for stored in media.values() if not uow.cases.blob_known(stored.blob)]
        for blob in unknown:
            self._vault.discard(blob)

    def _read(
        self, data: CaseData, package: Package, key: CaseKey | None, stop: Callable[[], bool]
    ) -> tuple[CaseData, dict[str, StoredMedia]]:
        """Read every file once: hash it, and with a key encrypt it. Nothing is left where one is refused."""
        media: dict[str, StoredMedia] = {}
        contents: list[Content] = []
        try:
            for index, content in enumerate(data.content):
                if content.file is None:
                    contents.append(content)
                    continue
                reading = _Reading(package.media.chunks(content.file, f"content[{index}].file"), stop)
                if key is None:
                    for _ in reading:
                        pass
                    blob = ""
                else:
                    blob = self._vault.write(key, reading)
                    media[content.id] = StoredMedia(
                        blob, key.wrapped, reading.size, reading.sha256, reading.md5, reading.sha1
                    )
                _check_hashes(content, reading, f"content[{index}]")
                contents.append(
                    replace(
                        content, sha256=reading.sha256, md5=reading.md5, sha1=reading.sha1, size=reading.size
                    )
                )
        except BaseException:
            for stored in media.values():
                self._vault.discard(stored.blob)
            raise
        return replace(data, content=tuple(contents)), media

    def _commit(
        self,
        uow: UnitOfWork,
        data: CaseData,
        media: dict[str, StoredMedia],
        key: CaseKey,
        operator: Operator | None,
    ) -> tuple[str, int]:
        now = self._clock.now()
        digest = _digest(data)
        found = uow.cases.by_platform_id(data.id)
        if found is None:
            try:
                case = uow.cases.add(self._revision(uow, data, digest, media, key))
            except UserError:
                raise _Elsewhere(ELSEWHERE) from None
            what = "taken"
        else:
            if digest in uow.cases.digests(data.id):
                return "unchanged", found[0].number
            _require_key(uow, found[0].number)
            if uow.cases.wrapped_key(found[0].number) != key.wrapped:
                raise _Elsewhere(ELSEWHERE)
            merged = _merge(found[0], data)
            case = uow.cases.add_revision(found[0].number, self._revision(uow, merged, digest, media, key))
            labels.put_back(uow, case.number)
            what = "revised"
        account = case.data.reported.id if case.data.reported else None
        uow.accounts.keep(case.number, account_value(account or ""), links_of(case.data))
        note(
            uow,
            f"case.{what}",
            now,
            operator,
            case_number=case.number,
            revision=case.revision,
            document=keyed(uow, case.number, digest),
            files=len(media),
            source=data.source.kind.value,
        )
        if found is not None and found[0].state in PUT_AWAY:
            uow.cases.set_state(case.number, CaseState.OPEN)
            note(uow, "case.reopened", now, operator, case_number=case.number, revision=case.revision)
        for content_id, stored in media.items():
            index = next(i for i, c in enumerate(data.content) if c.id == content_id)
            note(
                uow,
                "media.kept",
                now,
                operator,
                case_number=case.number,
                index=index,
                media=keyed(uow, case.number, stored.sha256),
                size=stored.size,
            )
        return what, case.number

    def _revision(
        self, uow: UnitOfWork, data: CaseData, digest: str, media: dict[str, StoredMedia], key: CaseKey
    ) -> NewRevision:
        settings = settings_of(uow)
        routed = review_queue(settings.rules, settings.policies, data.source.kind, data.policies)
        return NewRevision(
            data=data,
            digest=digest,
            media=media,
            wrapped_key=key.wrapped,
            completeness=assess(data).score,
            queue=routed or data.queue or DEFAULT_QUEUE,
            received_at=self._clock.now(),
        )


ELSEWHERE = "the case was imported elsewhere at the same moment; import it again"


class _Elsewhere(IntakeRefused):
    """Another desk took the same case in between looking for it and keeping it."""


class _Run:
    """One call of take_in: what was taken, what was refused."""

    def __init__(
        self, intake: Intake, operator: Operator | None, progress: Progress, cancelled: Callable[[], bool]
    ) -> None:
        self._intake = intake
        self._operator = operator
        self._progress = progress
        self._cancelled = cancelled
        self._numbers: dict[str, list[int]] = {"taken": [], "revised": [], "unchanged": []}
        self._refused: list[IntakeRefused] = []
        self.stopped = False

    def refuse(self, refused: IntakeRefused) -> None:
        self._refused.append(refused)

    def take(self, package: AbstractContextManager[Package]) -> None:
        if self._cancelled():
            raise Cancelled("The import was cancelled.", "Import the same packages again to go on.")
        file = ""
        try:
            with package as opened:
                file = opened.file
                what, number = self._intake.one(opened, self._operator, self._cancelled)
                self._numbers[what].append(number)
        except IntakeRefused as refused:
            self.refuse(refused)
        self._progress(sum(map(len, self._numbers.values())), len(self._refused), file)

    def result(self) -> IntakeResult:
        return IntakeResult(
            tuple(self._numbers["taken"]),
            tuple(self._numbers["revised"]),
            tuple(self._numbers["unchanged"]),
            tuple(self._refused),
            self.stopped,
        )


class _Reading:
    """Chunks on their way, hashed three ways as they pass."""

    def __init__(self, chunks: Iterator[bytes], stop: Callable[[], bool]) -> None:
        self._chunks = chunks
        self._stop = stop
        self._digests = (
            hashlib.sha256(),
            hashlib.md5(usedforsecurity=False),
            hashlib.sha1(usedforsecurity=False),
        )
        self.size = 0

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._chunks:
            if self._stop():
                raise Cancelled("The import was cancelled.", "Import the same packages again to go on.")
            for digest in self._digests:
                digest.update(chunk)
            self.size += len(chunk)
            yield chunk

    @property
    def sha256(self) -> str:
        return self._digests[0].hexdigest()

    @property
    def md5(self) -> str:
        return self._digests[1].hexdigest()

    @property
    def sha1(self) -> str:
        return self._digests[2].hexdigest()


def _quiet(_taken: int, _refused: int, _file: str) -> None:
    return None


def _check_hashes(content: Content, reading: _Reading, key: str) -> None:
    if content.sha256 is not None and content.sha256 != reading.sha256:
        raise IntakeRefused("the file's bytes do not have this SHA-256", key=f"{key}.sha256")


def _require_key(uow: UnitOfWork, number: int) -> None:
    if not uow.cases.has_key(number):
        raise IntakeRefused(f"the media of case {number} were erased; nothing can be added to it")


def _digest(data: CaseData) -> str:
    """SHA-256 of what the package says, wherever its files lay: equal for the same package again."""
    content = tuple(replace(c, file=None) for c in data.content)
    return hashlib.sha256(canonical(replace(data, content=content))).hexdigest()


def _merge(case: Case, data: CaseData) -> CaseData:
    """A new revision adds: content that the newer package leaves out stays with the case."""
    known = {content.id for content in data.content}
    kept = tuple(content for content in case.data.content if content.id not in known)
    return replace(data, content=data.content + kept)
