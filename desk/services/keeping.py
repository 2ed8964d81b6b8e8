"""What an answer leaves on record beside the filing itself: the log, the receipt, the cases, a refusal.

All of it within the transaction that keeps the filing's new state.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from desk.domain.audit import AuditEntry, keyed_bytes
from desk.domain.codec import to_plain
from desk.domain.filing import Act, Filing, FilingState, OutcomeKind, Reply
from desk.ports import Clock, Composer, Receipt, UnitOfWork
from desk.services import batches
from desk.services.auditing import case_digest_key, entry
from desk.services.second_review import drop_for_filing


def refusal_name(case_number: int) -> str:
    """Under which name the fields of a case's last refusal are kept."""
    return f"refusal:{case_number}"


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer not committed yet. ``journal_id`` None: nothing was sent, there is nothing to settle."""

    act: Act
    reply: Reply
    journal_id: int | None


class Keeping:
    def __init__(self, composer: Composer, clock: Clock) -> None:
        self._composer = composer
        self._clock = clock
        self._keys: dict[int, bytes] = {}

    def forget(self, case_number: int) -> None:
        """Nothing more is kept for this case now: its key in the log is not held any longer."""
        self._keys.pop(case_number, None)

    def keep(
        self, uow: UnitOfWork, before: Filing, after: Filing, reply: Reply | None = None
    ) -> list[AuditEntry]:
        """All that a new state entails but the filing itself; returns what belongs into the log about it.

        The caller appends the entries of all moves at once, in the same transaction.
        """
        if after.state is before.state and after.state is not FilingState.UPLOADING:
            return []
        now = self._clock.now()
        if after.state is FilingState.FILED and reply is not None:
            uow.filings.add_receipt(
                Receipt(after.id, after.report_id or "", reply.at, reply.request_id, reply.body)
            )
            batches.filed(uow, after, now)
        elif after.state in (FilingState.WITHDRAWN, FilingState.REFUSED):
            uow.filings.free(after.id)
            batches.freed(uow, after, now)
            drop_for_filing(uow, after.id, now)
        body = reply.body if reply else b""
        return [
            entry(
                f"filing.{after.state.value}",
                now,
                None,
                case_number=after.case_number,
                filing_id=after.id,
                report_id=after.report_id,
                request_id=reply.request_id if reply else None,
                code=reply.code if reply else None,
                files_done=after.uploaded(),
                received=self._keyed(uow, after.case_number, body) if body else None,
            )
        ]

    def _keyed(self, uow: UnitOfWork, case_number: int, body: bytes) -> str | None:
        """As desk.services.auditing.keyed_content; the key is read once while a filing is driven."""
        key = self._keys.get(case_number) or case_digest_key(uow, case_number)
        if key is None:
            return None
        self._keys[case_number] = key
        return keyed_bytes(key, body)

    def in_words(self, answered: Answered) -> Reply:
        """The reply with what it means for a person; the journal keeps the service's own words."""
        reply = answered.reply
        if reply.kind is OutcomeKind.ACCEPTED or answered.journal_id is None:
            return reply
        return replace(reply, description=self._composer.explain(reply))

    def refusal(self, uow: UnitOfWork, filing: Filing, answered: Answered) -> None:
        """Remember at which of the draft's fields the refusal stands, until another report is confirmed."""
        reply, act = answered.reply, answered.act
        if reply.kind is not OutcomeKind.REFUSED or not reply.problems:
            return
        content = filing.files[act.file_index].content_id if act.file_index is not None else None
        problems = [
            problem if answered.journal_id is None else self._composer.in_draft(problem, content)
            for problem in reply.problems
        ]
        uow.settings.set(refusal_name(filing.case_number), to_plain(tuple(problems)))
