"""Perceptual hashes, and near ones found by multi-index hashing (desk.domain.hashing)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, insert, select

from desk.domain.hashing import LEAST_QUALITY, NEAR, MediaHash, blocks, distance, probes
from desk.ports import StoredMedia, Unhashed
from desk.storage.repositories.base import Repository, batched, insert_or_replace
from desk.storage.tables import case_keys, case_media, hash_blocks, media_hashed, media_hashes


class SqlHashes(Repository):
    """The Hashes port."""

    def waiting(self, kind: str, *, limit: int = 50, skip: Iterable[str] = ()) -> tuple[Unhashed, ...]:
        query = (
            select(case_media, case_keys.c.wrapped)
            .join(case_keys, case_keys.c.case_number == case_media.c.case_number)
            .outerjoin(
                media_hashed,
                (media_hashed.c.sha256 == case_media.c.sha256) & (media_hashed.c.kind == kind),
            )
            .where(media_hashed.c.sha256.is_(None), case_media.c.sha256.not_in(list(skip)))
            .order_by(case_media.c.case_number, case_media.c.revision, case_media.c.content_id)
            .limit(limit)
        )
        found: dict[str, Unhashed] = {}
        for row in self._db.execute(query):
            media = StoredMedia(row.blob, bytes(row.wrapped), row.size, row.sha256, row.md5, row.sha1)
            found.setdefault(row.sha256, Unhashed(row.case_number, row.content_id, media))
        return tuple(found.values())

    def put(self, sha256: str, kind: str, hashes: Iterable[MediaHash], outcome: str = "") -> None:
        self._drop([sha256], kind)
        values = {"sha256": sha256, "kind": kind, "outcome": outcome}
        self._db.execute(insert_or_replace(self._db, media_hashed, values))
        for one in hashes:
            added = insert(media_hashes).values(
                sha256=sha256, kind=kind, value=one.value, quality=one.quality, position=one.position
            )
            number = self._db.execute(added.returning(media_hashes.c.id)).scalar_one()
            if one.usable:
                rows = [{"block": block, "hash_id": number} for block in blocks(one.value)]
                self._db.execute(insert(hash_blocks), rows)

    def of(self, sha256: str, kind: str) -> tuple[MediaHash, ...]:
        """In the order in which they were found."""
        query = (
            select(media_hashes)
            .where(media_hashes.c.sha256 == sha256, media_hashes.c.kind == kind)
            .order_by(media_hashes.c.id)
        )
        return tuple(
            MediaHash(bytes(row.value), row.quality, row.position) for row in self._db.execute(query)
        )

    def near(self, sha256: str, kind: str, limit: int = 20) -> tuple[tuple[str, int], ...]:
        found: dict[str, int] = {}
        for value in {one.value for one in self.of(sha256, kind) if one.usable}:
            for row in self._candidates(value, kind):
                far = distance(value, bytes(row.value))
                if far <= NEAR and row.sha256 != sha256:
                    found[row.sha256] = min(far, found.get(row.sha256, far))
        return tuple(sorted(found.items(), key=lambda item: (item[1], item[0]))[:limit])

    def forget(self, number: int) -> None:
        elsewhere = case_media.alias()
        alone = (
            select(case_media.c.sha256)
            .where(
                case_media.c.case_number == number,
                ~select(elsewhere.c.sha256)
                .join(case_keys, case_keys.c.case_number == elsewhere.c.case_number)
                .where(elsewhere.c.sha256 == case_media.c.sha256, elsewhere.c.case_number != number)
                .exists(),
            )
            .distinct()
        )
        digests = list(self._db.execute(alone).scalars())
        self._drop(digests)
        for some in batched(digests):
            self._db.execute(delete(media_hashed).where(media_hashed.c.sha256.in_(some)))

    def _candidates(self, value: bytes, kind: str) -> Iterable[Any]:
        query = (
            select(media_hashes.c.sha256, media_hashes.c.value)
            .join(hash_blocks, hash_blocks.c.hash_id == media_hashes.c.id)
            .where(
                hash_blocks.c.block.in_(list(probes(value))),
                media_hashes.c.kind == kind,
                media_hashes.c.quality >= LEAST_QUALITY,
            )
            .distinct()
        )
        return self._db.execute(query)

    def _drop(self, digests: Iterable[str], kind: str | None = None) -> None:
        for some in batched(digests):
            rows: ColumnElement[bool] = media_hashes.c.sha256.in_(some)
            if kind is not None:
                rows = and_(rows, media_hashes.c.kind == kind)
            numbers = select(media_hashes.c.id).where(rows)
            self._db.execute(delete(hash_blocks).where(hash_blocks.c.hash_id.in_(numbers)))
            self._db.execute(delete(media_hashes).where(rows))
