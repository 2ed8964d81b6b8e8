"""Preservation: what is kept for each filed report and until when, orders on it, and destruction.

Adding protection takes one supervisor; releasing a hold and destroying media take two people
(desk.services.approvals). 18 U.S.C. 2258A(h); NIST SP 800-88 for the destruction.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from desk.domain.approval import Approval, ApprovalKind, check_asking
from desk.domain.case import Case
from desk.domain.codec import canonical
from desk.domain.errors import NotReady, UserError
from desk.domain.filing import FilingState
from desk.domain.preservation import (
    METHOD,
    REMAINS,
    Basis,
    Certificate,
    DestroyedFile,
    Destruction,
    Order,
    OrderKind,
    Preservation,
    Standing,
    check_order,
)
from desk.domain.roles import Operator, Permission, require
from desk.ports import Clock, PreservationCounts, Store, UnitOfWork, Vault
from desk.services.approvals import Approvals
from desk.services.auditing import keyed_words, note
from desk.services.changes import Change, Done, done
from desk.services.erasure import ErasureService


@dataclass(frozen=True, slots=True)
class KeptFile:
    """One file that is kept. ``size`` in bytes; ``there`` False once its key was destroyed."""

    content_id: str
    name: str
    sha256: str
    size: int
    there: bool


@dataclass(frozen=True, slots=True)
class Kept:
    """All of one case's preservation: its reports, files, orders, requests that wait, and the end."""

    case_number: int
    reports: tuple[Preservation, ...]
    files: tuple[KeptFile, ...]
    orders: tuple[Order, ...]
    names: dict[int, str]
    waiting: tuple[Approval, ...]
    destruction: Destruction | None
    forbidden: str  # why it can't be destroyed now; empty where it can
    forbidden_by_request: str = ""  # the same where law enforcement asks for it in writing
    platform_id: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Calendar:
    """What ends when. ``months``: (``2027-11``, how many) from this month on."""

    today: date
    counts: PreservationCounts
    months: tuple[tuple[str, int], ...]


class PreservationService:
    def __init__(
        self, store: Store, vault: Vault, clock: Clock, approvals: Approvals, workspace_id: str
    ) -> None:
        self._store = store
        self._clock = clock
        self._approvals = approvals
        self._workspace_id = workspace_id
        self._erasure = ErasureService(store, vault, clock)
        approvals.register(ApprovalKind.HOLD, self._release)
        approvals.register(ApprovalKind.DESTRUCTION, self._destroy, self._clear)

    def today(self) -> date:
        """The calendar day that counts: in UTC."""
        return self._clock.now().date()

    # -- what is kept -----------------------------------------------------------------

    def list(
        self,
        operator: Operator,
        *,
        standing: Standing | None = None,
        ends: tuple[date, date] | None = None,
        text: str = "",
        offset: int = 0,
        limit: int = 200,
    ) -> Sequence[Preservation]:
        """Every filed report's preservation, the one that ends first at the top.

        ``ends``: only what is not destroyed and whose last day lies between the two, both included.
        """
        require(operator, Permission.SEE_REPORTS)
        with self._store.read() as uow:
            found = uow.preservation.rows(
                self.today(), standing=standing, ends=ends, text=text, offset=offset, limit=limit
            )
        return [*found]

    def calendar(self, operator: Operator) -> Calendar:
        """Counts, and how many duties end in each month."""
        require(operator, Permission.SEE_REPORTS)
        today = self.today()
        with self._store.read() as uow:
            return Calendar(today, uow.preservation.counts(today), uow.preservation.months(today))

    def kept(self, operator: Operator, case_number: int) -> Kept:
        """Raises UserError where there is no such case."""
        require(operator, Permission.SEE_REPORTS)
        with self._store.read() as uow:
            case = uow.cases.get(case_number)
            waiting = tuple(one for one in uow.approvals.pending() if one.case_number == case_number)
            return Kept(
                case_number=case_number,
                reports=uow.preservation.for_case(case_number),
                files=_files(uow, case_number),
                orders=uow.preservation.orders(case_number),
                names={person.id: person.name for person in uow.people.all()},
                waiting=waiting,
                destruction=uow.preservation.destruction(case_number),
                forbidden=self._forbidden(uow, case, Basis.DUTY_OVER),
                forbidden_by_request=self._forbidden(uow, case, Basis.LAW_ENFORCEMENT),
                platform_id=case.data.id,
            )

    def _forbidden(self, uow: UnitOfWork, case: Case, basis: Basis) -> str:
        """In words; whether there is a reference is asked when it is asked for."""
        try:
            self._erasure.require_free(uow, case, basis, "any")
        except NotReady as problem:
            return problem.words()
        return ""

    # -- keeping it longer: one person -------------------------------------------------

    def extend(
        self, operator: Operator, case_number: int, until: date, reference: str, remark: str = ""
    ) -> Done[Order]:
        """Keep the case's media until a later day. Raises NotAllowed, UserError."""
        return self._order(operator, case_number, OrderKind.EXTENSION, reference, remark, until)

    def hold(self, operator: Operator, case_number: int, reference: str, remark: str = "") -> Done[Order]:
        """Put a legal hold on the case: nothing of it is destroyed until two people release it."""
        return self._order(operator, case_number, OrderKind.HOLD, reference, remark, None)

    def _order(
        self,
        operator: Operator,
        case_number: int,
        kind: OrderKind,
        reference: str,
        remark: str,
        until: date | None,
    ) -> Done[Order]:
        require(operator, Permission.PRESERVATION)
        now = self._clock.now()
        with self._store.write() as uow:
            uow.cases.get(case_number)
            if not uow.cases.has_key(case_number):
                raise UserError("The media of this case were destroyed.", "There is nothing left to keep.")
            ends = [report.until for report in uow.preservation.for_case(case_number)]
            ends += [order.until for order in uow.preservation.orders(case_number) if order.until]
            check_order(kind, reference, until, now.date(), max(ends, default=None))
            order = uow.preservation.add_order(
                case_number, kind, reference.strip(), remark.strip(), operator.id, now, until
            )
            note(
                uow,
                "preservation.held" if kind is OrderKind.HOLD else "preservation.extended",
                now,
                operator,
                case_number=case_number,
                order=order.id,
                until=until.isoformat() if until else None,
            )
        return done(order, Change.REPORTS)

    # -- two people --------------------------------------------------------------------

    def ask_release(self, operator: Operator, order_id: int, reason: str) -> Done[Approval]:
        """Ask for a legal hold's end. Raises NotAllowed, UserError."""
        check_asking(operator, ApprovalKind.HOLD, reason)
        with self._store.write() as uow:
            order = uow.preservation.order(order_id)
            _require_hold(order)
            _require_unasked(uow, ApprovalKind.HOLD, "order", order_id)
            approval = self._approvals.ask_in(
                uow,
                operator,
                ApprovalKind.HOLD,
                f"Release the legal hold on case {order.case_number}",
                {
                    "order": order_id,
                    "reference": order.reference,
                    "until": _end(uow, order.case_number),
                },
                reason,
                case_number=order.case_number,
            )
        return done(approval, Change.APPROVALS, Change.REPORTS)

    def ask_destruction(
        self, operator: Operator, case_number: int, basis: Basis, reason: str, reference: str = ""
    ) -> Done[Approval]:
        """Ask for the destruction of a case's media.

        Raises NotReady, in words, while anything forbids it; NotAllowed, UserError.
        """
        check_asking(operator, ApprovalKind.DESTRUCTION, reason)
        with self._store.write() as uow:
            case = uow.cases.get(case_number)
            if not uow.cases.has_key(case_number):
                raise UserError("The media of this case were destroyed already.")
            self._erasure.require_free(uow, case, basis, reference)
            _require_unasked(uow, ApprovalKind.DESTRUCTION, "case", case_number)
            approval = self._approvals.ask_in(
                uow,
                operator,
                ApprovalKind.DESTRUCTION,
                f"Destroy the media of case {case_number} for good",
                {
                    "case": case_number,
                    "basis": basis.value,
                    "reference": reference.strip(),
                    # For the second person's eyes; what is destroyed is looked up anew.
                    "files": sum(1 for file in _files(uow, case_number) if file.there),
                    "until": _end(uow, case_number),
                },
                reason,
                case_number=case_number,
            )
        return done(approval, Change.APPROVALS, Change.REPORTS)

    def certificate(self, operator: Operator, case_number: int) -> Destruction:
        """The certificate of a destruction. Raises UserError where there is none."""
        require(operator, Permission.SEE_REPORTS)
        with self._store.read() as uow:
            found = uow.preservation.destruction(case_number)
        if found is None:
            raise UserError("There is no certificate: nothing of this case was destroyed by two people.")
        return found

    def certificate_saved(
        self, operator: Operator, case_number: int, sha256: str, document: str
    ) -> Done[None]:
        """Put on record that a certificate left the desk: the file's SHA-256, and as what (json, pdf)."""
        require(operator, Permission.SEE_REPORTS)
        if len(sha256) != 64:
            raise ValueError("not a SHA-256")
        with self._store.write() as uow:
            if uow.preservation.destruction(case_number) is None:
                raise UserError("There is no certificate: nothing of this case was destroyed by two people.")
            note(
                uow,
                "preservation.certificate",
                self._clock.now(),
                operator,
                case_number=case_number,
                document=document,
                file=keyed_words(uow, sha256),
            )
        return done(None)

    def finish_clearing(self) -> int:
        """Remove files whose key is gone already: the desk stopped in between. How many cases."""
        with self._store.read() as uow:
            waiting = uow.preservation.uncleared()
        for number in waiting:
            self._clear_case(number)
        return len(waiting)

    # -- what is done once two people agreed ---------------------------------------------

    def _release(self, uow: UnitOfWork, approval: Approval, operator: Operator) -> tuple[Change, ...]:
        order = uow.preservation.order(int(approval.subject["order"]))
        _require_hold(order)
        now = self._clock.now()
        uow.preservation.release(order.id, operator.id, now)
        note(uow, "preservation.released", now, operator, case_number=order.case_number, order=order.id)
        return (Change.REPORTS,)

    def _destroy(self, uow: UnitOfWork, approval: Approval, operator: Operator) -> tuple[Change, ...]:
        number, basis = int(approval.subject["case"]), Basis(approval.subject["basis"])
        reference = str(approval.subject["reference"])
        if not uow.cases.has_key(number):
            raise UserError("The media of this case were destroyed already.")
        files = tuple(DestroyedFile(*one) for one in uow.cases.held(number))
        self._erasure.erase_in(uow, operator, number, basis, reference)
        names = {person.id: person.name for person in uow.people.all()}
        now = self._clock.now()
        certificate = Certificate(
            workspace=self._workspace_id,
            case_number=number,
            basis=basis,
            reference=reference,
            reason=approval.reason,
            reports=tuple(
                filing.report_id or ""
                for filing in uow.filings.for_case(number)
                if filing.state is FilingState.FILED
            ),
            files=files,
            asked_by=names[approval.asked_by],
            asked_at=approval.asked_at,
            agreed_by=names[operator.id],
            at=now,
            approval=approval.id,
            method=METHOD,
            remains=REMAINS,
        )
        document = canonical(certificate)
        digest = hashlib.sha256(document).hexdigest()
        uow.preservation.add_destruction(Destruction(number, now, basis, certificate, document, digest))
        note(
            uow,
            "preservation.destroyed",
            now,
            operator,
            case_number=number,
            basis=basis.value,
            files=len(files),
            approval=approval.id,
        )
        return (Change.REPORTS, Change.CASE, Change.QUEUE)

    def _clear(self, approval: Approval) -> None:
        self._clear_case(int(approval.subject["case"]))

    def _clear_case(self, number: int) -> None:
        with self._store.read() as uow:
            blobs = uow.cases.blobs(number)
        if self._erasure.clear(blobs):
            with self._store.write() as uow:
                uow.preservation.cleared(number, self._clock.now())


def _files(uow: UnitOfWork, number: int) -> tuple[KeptFile, ...]:
    """Every content of the case that has a file, as last handed over."""
    there = uow.cases.has_key(number)
    found = []
    for content in uow.cases.get(number).data.content:
        if not content.file:
            continue
        media = uow.cases.media(number, content.id) if there else None
        found.append(
            KeptFile(
                content.id,
                content.name or content.id,
                content.sha256 or "",
                media.size if media is not None else 0,
                media is not None,
            )
        )
    return tuple(found)


def _end(uow: UnitOfWork, number: int) -> str:
    """The last day of every duty and extension, as text; empty where there is none."""
    return max((report.until.isoformat() for report in uow.preservation.for_case(number)), default="")


def _require_hold(order: Order) -> None:
    if order.kind is not OrderKind.HOLD:
        raise UserError("Only a legal hold is released.", "An extension ends by its own date.")
    if not order.standing:
        raise UserError("This hold was released already.")


def _require_unasked(uow: UnitOfWork, kind: ApprovalKind, key: str, value: int) -> None:
    if any(one.subject.get(key) == value for one in uow.approvals.pending(kind)):
        raise UserError("This was asked for already.", "It waits for a second person.")
