"""Preflight: what is looked at before a report is opened, so that none is opened in vain.

Every file still has the bytes that were confirmed, read through the vault; every
document is one that the service's own schema takes.
"""

from __future__ import annotations

import hashlib

from desk.domain.errors import UserError
from desk.domain.filing import FileState, Filing, OutcomeKind, Reply
from desk.ports import Agency, Clock, Composer, Store, StoredMedia, Vault
from desk.services.schema import SchemaKeeper

NOT_VALID = "The service's schema would not take this report, so none was opened."
CHANGED = "A file is missing or is no longer the one that was confirmed. Nothing was filed."


class Preflight:
    def __init__(
        self, store: Store, vault: Vault, composer: Composer, clock: Clock, schema: SchemaKeeper
    ) -> None:
        self._store = store
        self._vault = vault
        self._composer = composer
        self._clock = clock
        self._schema = schema

    def look(self, filing: Filing, agency: Agency) -> Reply | None:
        """Why no report may be opened for this filing: its files or its documents; None where it may."""
        now = self._clock.now()
        with self._store.read() as uow:
            stored = [uow.cases.media(filing.case_number, file.content_id) for file in filing.files]
            report = uow.filings.report_xml(filing.id)
            templates = [uow.filings.details_xml(filing.id, file.index) for file in filing.files]
        if not all(self._whole(file, kept) for file, kept in zip(filing.files, stored, strict=True)):
            return Reply(OutcomeKind.REFUSED, now, description=CHANGED)
        self._schema.refresh(agency)
        problems = [
            self._composer.in_draft(problem) for problem in self._schema.problems(agency.endpoint, report)
        ]
        for file, template in zip(filing.files, templates, strict=True):
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
