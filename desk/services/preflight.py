"""Preflight: what is looked at before a report is opened, so that none is opened in vain.

Every file still has the bytes that were confirmed, read through the vault; every
document is one that the service's own schema takes.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from desk.domain.errors import UserError
from desk.domain.filing import FileState, Filing, OutcomeKind, Reply
from desk.ports import Agency, Clock, Composer, StoredMedia, UnitOfWork, Vault
from desk.services.schema import SchemaKeeper

NOT_VALID = "The service's schema would not take this report, so none was opened."
CHANGED = "A file is missing or is no longer the one that was confirmed. Nothing was filed."
RESTORE = "Leave it out of the report, or bring its bytes back from a backup."


@dataclass(frozen=True, slots=True)
class Papers:
    """What was confirmed, as it lies in the store: none of it can change any more but where a file lies."""

    endpoint: str
    report: bytes = field(repr=False)
    templates: tuple[bytes, ...] = field(repr=False)  # each file's details
    stored: tuple[StoredMedia | None, ...] = field(repr=False)


def papers(uow: UnitOfWork, filing: Filing) -> Papers:
    endpoint, report, templates = uow.filings.documents(filing.id)
    return Papers(
        endpoint,
        report,
        templates,
        tuple(uow.cases.media(filing.case_number, file.content_id) for file in filing.files),
    )


class Preflight:
    def __init__(self, vault: Vault, composer: Composer, clock: Clock, schema: SchemaKeeper) -> None:
        self._vault = vault
        self._composer = composer
        self._clock = clock
        self._schema = schema

    def has_schema(self, endpoint: str) -> bool:
        """Whether nothing has to be fetched or read for ``look``."""
        return self._schema.fresh(endpoint)

    def look(self, filing: Filing, agency: Agency, confirmed: Papers) -> Reply | None:
        """Why no report may be opened for this filing: its files or its documents; None where it may."""
        now = self._clock.now()
        kept = zip(filing.files, confirmed.stored, strict=True)
        lost = next((n for n, (file, stored) in enumerate(kept, 1) if not self._whole(file, stored)), None)
        if lost is not None:
            # Its number, as at the confirmation: a name is content, and this text goes far.
            which = f"It is file {lost} of {len(filing.files)}. " if len(filing.files) > 1 else ""
            return Reply(OutcomeKind.REFUSED, now, description=f"{CHANGED} {which}{RESTORE}")
        self._schema.refresh(agency)
        problems = [
            self._composer.in_draft(problem)
            for problem in self._schema.problems(agency.endpoint, confirmed.report)
        ]
        for file, template in zip(filing.files, confirmed.templates, strict=True):
            # Any ids do: the schema looks at their form only.
            details = self._composer.details(template, "1", "0" * 32)
            problems += [
                self._composer.in_draft(problem, file.content_id)
                for problem in self._schema.problems(agency.endpoint, details)
            ]
        if not problems:
            return None
        words = f"{NOT_VALID} {problems[0].message}"
        return Reply(OutcomeKind.REFUSED, now, description=words, problems=tuple(problems))

    def _whole(self, file: FileState, stored: StoredMedia | None) -> bool:
        """Whether the file still has the bytes that were confirmed, read through the vault."""
        if stored is None or stored.sha256 != file.sha256:
            return False
        digest = hashlib.sha256()
        try:
            for chunk in self._vault.read(stored.wrapped_key, stored.blob):
                digest.update(chunk)
        except UserError:
            return False
        return digest.hexdigest() == file.sha256
