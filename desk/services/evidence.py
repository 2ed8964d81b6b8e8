"""The evidence bundle of one report: a zip that anybody can check without this program.

Making one needs a second person and is an entry of the log itself: that entry holds the manifest's
digest, the checkpoint signed right after it covers the entry, and so every byte of the bundle hangs
on one signature. Media never go into it. The zip is stored, sorted and dated alike, so that the
same state gives the same bytes.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from desk.domain.approval import Approval, ApprovalKind, ApprovalState
from desk.domain.audit import CheckpointRow, LogRow, keyed_bytes
from desk.domain.checkpoint import Checkpoint, SignedNote, VerifierKey
from desk.domain.errors import NotAllowed, NotReady, UserError
from desk.domain.filing import FilingState
from desk.domain.merkle import Tree
from desk.domain.roles import Operator, Permission, require
from desk.ports import Clock, JournalEntry, NewFiling, Receipt, Store, UnitOfWork
from desk.services.approvals import Approvals
from desk.services.auditing import case_digest_key, note
from desk.services.changes import Change, Done, done
from desk.services.checkpoints import KEYS, Checkpoints

FORMAT = "tipline-desk-evidence/1"
STAMP = (1980, 1, 1, 0, 0, 0)
NO_KEY = bytes(32)
"""Stands for the key of a case whose key was destroyed: its digests in the log can't be told any more."""
_KEY_ENTRY = b'{"act":"audit.key"'
_USED = "evidence_made:{}"

README = """Evidence of report {report}

This folder holds what {desk} keeps of one report to NCMEC's CyberTipline. It holds no media.

  report.xml         the report, byte for byte as a person confirmed it and as it was sent
  details/           what was sent about each file, with the places for NCMEC's numbers left open
  receipt.xml        NCMEC's answer at the end, byte for byte
  calls/             every call to the service: the exact bytes sent and received; of an uploaded
                     file its SHA-256, MD5 and size
  journal.json       the list of those calls: when, which, with what outcome, NCMEC's Request-ID
  filing.json        the filing's facts: who confirmed it and when, the files with their hashes
  confirmed.json     what the person was shown when confirming
  people.json        the names of the people whose numbers stand in the log's entries
  log.json           the entries of the audit log about this report and its case, each with a proof
  checkpoint.txt     the signed state of the whole log that the proofs lead to
  key.txt            the public key that checks the signature
  digest-key.txt     makes the digests in this case's entries checkable; it belongs to this case only
  manifest.json      the SHA-256 of each file here
  verify.py          checks all of it, with Python 3 alone and without a network

To check it:   python3 -I verify.py
Or the zip:    python3 -I verify.py NAME.zip

What a good result means: no byte of this folder was changed since the bundle was made, and the
entries stood in the platform's log when the checkpoint was signed. What it rests on: the key in
key.txt. Ask the platform for its key by another way, and give it with --key. The log's tree is that
of RFC 6962, the checkpoint that of C2SP (tlog-checkpoint), the signature Ed25519 (RFC 8032): other
programs check them as well.
"""


@dataclass(frozen=True, slots=True)
class Standing:
    """What there is of a bundle for one report: nothing asked, waiting, agreed to and not made yet."""

    waiting: Approval | None = None
    agreed: Approval | None = None


@dataclass(frozen=True, slots=True)
class Bundle:
    """What was made. ``sha256`` is that of the zip, hexadecimal; ``size`` in bytes."""

    file: Path
    sha256: str
    size: int
    files: int


class EvidenceService:
    def __init__(
        self,
        store: Store,
        clock: Clock,
        approvals: Approvals,
        checkpoints: Checkpoints,
        verifier: Callable[[], str],
    ) -> None:
        """``verifier`` gives the text of the script that goes into each bundle."""
        self._store = store
        self._clock = clock
        self._approvals = approvals
        self._checkpoints = checkpoints
        self._verifier = verifier
        approvals.register(ApprovalKind.EVIDENCE, self._agreed)

    def standing(self, operator: Operator, filing_id: int) -> Standing:
        require(operator, Permission.EVIDENCE)
        with self._store.read() as uow:
            of_filing = [
                one
                for one in uow.approvals.recent(1000)
                if one.kind is ApprovalKind.EVIDENCE and one.filing_id == filing_id
            ]
            waiting = [one for one in of_filing if one.state is ApprovalState.PENDING]
            agreed = [
                one
                for one in of_filing
                if one.state is ApprovalState.APPROVED and not uow.settings.get(_USED.format(one.id))
            ]
        return Standing(waiting[0] if waiting else None, agreed[0] if agreed else None)

    def ask(self, operator: Operator, filing_id: int, reason: str) -> Done[Approval]:
        """Ask a second person. Raises NotAllowed, UserError without a reason, NotReady before it is filed."""
        require(operator, Permission.EVIDENCE)
        with self._store.read() as uow:
            filing = uow.filings.get(filing_id)
            if filing.state is not FilingState.FILED:
                raise NotReady("This report is not filed.", "A bundle is of a filed report.")
        if self.standing(operator, filing_id).waiting is not None:
            raise NotReady("A bundle of this report is asked for already.", "A second person agrees to it.")
        return self._approvals.ask(
            operator,
            ApprovalKind.EVIDENCE,
            f"Evidence bundle of report {filing.report_id}",
            {"filing": filing_id},
            reason,
            case_number=filing.case_number,
            filing_id=filing_id,
        )

    def _agreed(self, uow: UnitOfWork, approval: Approval, _second: Operator) -> tuple[Change, ...]:
        """Nothing leaves the desk yet: the one who asked names the place and makes it."""
        if uow.filings.get(int(approval.subject["filing"])).state is not FilingState.FILED:
            raise UserError("This report is not filed.")
        return (Change.REPORTS,)

    def make(
        self, operator: Operator, approval_id: int, file: Path, *, older: str | None = None
    ) -> Done[Bundle]:
        """Write the bundle that a second person agreed to, once, to a new private file.

        ``older`` is the text of an earlier checkpoint of this log: the bundle then proves that the log goes
        on from it. Raises NotAllowed, UserError (the file, the checkpoint), NotReady, NoKeyring,
        KeyringLocked.
        """
        require(operator, Permission.EVIDENCE)
        self._checkpoints.prepare()
        verifier = self._verifier().encode()
        before = _older(older)
        try:
            descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            raise UserError("The file is there already.", "Name a new one.") from None
        except OSError as error:
            raise UserError(f"The file can't be written: {error.strerror}.", "Name another place.") from None
        try:
            with os.fdopen(descriptor, "wb") as out:
                with self._store.write() as uow:
                    files, case_number, filing_id, signed = self._record(
                        uow, operator, approval_id, verifier, older
                    )
                with self._store.read() as uow:
                    if before is not None and before[1].size > signed.size:
                        raise UserError("The older checkpoint is newer than the log.")
                    files |= _proofs(uow, case_number, filing_id, signed, before)
                data = write_zip(files)
                out.write(data)
                out.flush()
                os.fsync(out.fileno())
        except BaseException:
            file.unlink(missing_ok=True)
            raise
        made = Bundle(file, hashlib.sha256(data).hexdigest(), len(data), len(files))
        with self._store.write() as uow:
            uow.settings.set(_USED.format(approval_id), True)
            note(
                uow,
                "evidence.written",
                self._clock.now(),
                operator,
                case_number=case_number,
                filing_id=filing_id,
                approval=approval_id,
                size=made.size,
            )
        return done(made, Change.AUDIT, Change.REPORTS)

    def _record(
        self, uow: UnitOfWork, operator: Operator, approval_id: int, verifier: bytes, older: str | None
    ) -> tuple[dict[str, bytes], int, int, CheckpointRow]:
        """The payload and its manifest, the entry that names them, and the checkpoint over that entry."""
        approval = uow.approvals.get(approval_id)
        if approval.kind is not ApprovalKind.EVIDENCE or approval.state is not ApprovalState.APPROVED:
            raise NotReady("No second person has agreed to this bundle.", "Ask for one at the report.")
        if approval.asked_by != operator.id:
            raise NotAllowed("Another person asked for this bundle.", "They make it, or you ask for one.")
        if uow.settings.get(_USED.format(approval_id)):
            raise NotReady("This bundle was made already.", "Ask for another one at the report.")
        filing_id = int(approval.subject["filing"])
        case_number = uow.filings.get(filing_id).case_number
        secret = case_digest_key(uow, case_number) or NO_KEY
        files = _payload(uow, filing_id, verifier, operator)
        if older is not None:
            files["older-checkpoint.txt"] = older.encode()
        files["manifest.json"] = _manifest(uow, filing_id, files)
        note(
            uow,
            "evidence.made",
            self._clock.now(),
            operator,
            case_number=case_number,
            filing_id=filing_id,
            approval=approval_id,
            manifest=keyed_bytes(secret, files["manifest.json"]),
        )
        files["digest-key.txt"] = f"{secret.hex()}\n".encode()
        return files, case_number, filing_id, self._checkpoints.sign_in(uow, operator)


def write_zip(files: Mapping[str, bytes]) -> bytes:
    """The one zip that these files make, whenever and wherever it is made."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(files):
            info = zipfile.ZipInfo(name, STAMP)
            info.create_system = 3
            info.external_attr = 0o100600 << 16
            archive.writestr(info, files[name])
    return made.getvalue()


def _json(plain: Any) -> bytes:
    return (json.dumps(plain, indent=1, sort_keys=True, ensure_ascii=True) + "\n").encode()


def _payload(uow: UnitOfWork, filing_id: int, verifier: bytes, maker: Operator) -> dict[str, bytes]:
    """Everything that the manifest covers. ``maker`` stands in the entry that is yet to come."""
    filing = uow.filings.get(filing_id)
    confirmed = uow.filings.confirmed(filing_id)
    receipt = uow.filings.receipt(filing_id)
    rows = _rows(uow, filing.case_number, filing_id).values()
    acting = {maker.id, confirmed.confirmed_by, *(json.loads(row.entry)["operator"] for row in rows)}
    names = {person.id: person.name for person in uow.people.all() if person.id in acting}
    files = {
        "README.txt": README.format(report=filing.report_id, desk="Tipline Desk").encode(),
        "verify.py": verifier,
        "report.xml": confirmed.report_xml,
        "confirmed.json": confirmed.summary_json,
        "filing.json": _json(_facts(filing_id, filing.report_id, confirmed, receipt)),
        "people.json": _json({str(number): name for number, name in sorted(names.items())}),
    }
    if receipt is not None:
        files["receipt.xml"] = receipt.body
    for at, document in enumerate(confirmed.files, 1):
        files[f"details/{at:04}.xml"] = document.details_xml
    calls = []
    for at, entry in enumerate(uow.filings.journal(filing_id), 1):
        listed = _call(entry)
        stem = f"calls/{at:04}-{entry.call.value}"
        listed["sent"] = f"{stem}-sent"
        files[listed["sent"]] = entry.sent
        if entry.received is not None:
            listed["received"] = f"{stem}-received"
            files[listed["received"]] = entry.received
        calls.append(listed)
    files["journal.json"] = _json(calls)
    return files


def _facts(
    filing_id: int, report_id: str | None, confirmed: NewFiling, receipt: Receipt | None
) -> dict[str, Any]:
    return {
        "filing": filing_id,
        "report_id": report_id,
        "case": confirmed.case_number,
        "revision": confirmed.revision,
        "endpoint": confirmed.endpoint,
        "incident_type": confirmed.incident_type,
        "escalated": confirmed.escalated,
        "confirmed_at": confirmed.confirmed_at.isoformat(),
        "confirmed_by": confirmed.confirmed_by,
        "report_sha256": confirmed.report_sha256,
        "filed_at": receipt.at.isoformat() if receipt else None,
        "receipt_request_id": receipt.request_id if receipt else None,
        "other_cases": [other.case_number for other in confirmed.others],
        "files": [
            {"name": d.file.name, "size": d.file.size, "sha256": d.file.sha256, "md5": d.file.md5}
            for d in confirmed.files
        ],
    }


def _call(entry: JournalEntry) -> dict[str, Any]:
    return {
        "attempt": entry.attempt,
        "call": entry.call.value,
        "file": entry.file_index,
        "endpoint": entry.endpoint,
        "at": entry.at.isoformat(),
        "outcome": entry.outcome,
        "outcome_at": entry.outcome_at.isoformat() if entry.outcome_at else None,
        "http_status": entry.http_status,
        "code": entry.code,
        "description": entry.description,
        "request_id": entry.request_id,
    }


def _manifest(uow: UnitOfWork, filing_id: int, files: Mapping[str, bytes]) -> bytes:
    listed = {
        name: {"sha256": hashlib.sha256(data).hexdigest(), "size": len(data)} for name, data in files.items()
    }
    report_id = uow.filings.get(filing_id).report_id
    return _json({"format": FORMAT, "filing": filing_id, "report_id": report_id, "files": listed})


def _older(text: str | None) -> tuple[SignedNote, Checkpoint] | None:
    if text is None:
        return None
    try:
        signed = SignedNote.parse(text)
        return signed, Checkpoint.parse(signed.text)
    except ValueError as error:
        raise UserError(f"The older checkpoint can't be read: {error}.", "Give a whole signed one.") from None


def _key_of(uow: UnitOfWork, signed: CheckpointRow) -> str:
    """The verifier key that signed it, as the log names it."""
    (signature,) = SignedNote.parse(signed.note).signatures
    keys = [VerifierKey.parse(text) for text in uow.settings.get(KEYS)]
    return next(key.text() for key in keys if key.id == signature.key_id)


def _rows(uow: UnitOfWork, case_number: int, filing_id: int) -> dict[int, LogRow]:
    """The entries of the log about the case and the filing, and those that name its keys."""
    rows = {row.index: row for row in (*uow.audit.for_case(case_number), *uow.audit.for_filing(filing_id))}
    for batch in uow.audit.scan_back():
        for index, raw in batch:
            if bytes(raw).startswith(_KEY_ENTRY):
                rows[index] = LogRow(index, bytes(raw), b"")
    return rows


def _proofs(
    uow: UnitOfWork,
    case_number: int,
    filing_id: int,
    signed: CheckpointRow,
    older: tuple[SignedNote, Checkpoint] | None,
) -> dict[str, bytes]:
    """The entries with their proofs to the checkpoint, and it."""
    tree = Tree(uow.audit.leaves(signed.size))
    rows = _rows(uow, case_number, filing_id)
    files = {"checkpoint.txt": signed.note.encode(), "key.txt": f"{_key_of(uow, signed)}\n".encode()}
    consistency = None
    if older is not None:
        _, checkpoint = older
        if checkpoint.size == 0 or tree.root(checkpoint.size) != checkpoint.root:
            raise UserError(
                "The log does not go on from the older checkpoint.", "Verify the log against it first."
            )
        consistency = [step.hex() for step in tree.consistency(checkpoint.size)]
    entries = [
        {
            "index": index,
            "entry": rows[index].entry.decode(),
            "path": [step.hex() for step in tree.inclusion(index)],
        }
        for index in sorted(rows)
        if index < signed.size
    ]
    files["log.json"] = _json({"entries": entries, "consistency": consistency})
    return files
