"""One call over the wire: made and waited for, or begun without waiting and looked at when something comes.

Both ways send the same bytes and give the same Reply for the same answer.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

import httpcore

from desk.cybertip.http1 import Headers, Line, Times
from desk.cybertip.multipart import SourceChanged, SourceFailed, UploadBody, UploadCancelled
from desk.cybertip.replies import Exchange, judge, unsettled
from desk.cybertip.wire import LOST, NOT_CONNECTED, Answer, Pool, header
from desk.cybertip.xml import clean
from desk.domain.filing import Call, FieldProblem, OutcomeKind, Reply
from desk.ports import Clock

BODY_LIMIT = 1024 * 1024
BEGUN_LIMIT = 12 * 1024
"""Bytes of a request that is begun without waiting: a connection that is free takes so many at once."""


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds for each phase. ``upload_read`` is the wait after a whole file was sent."""

    connect: float = 15.0
    write: float = 60.0
    read: float = 120.0
    upload_read: float = 600.0
    pool: float = 15.0
    answer: float = 300.0  # for the whole of an answer, once it has begun


@dataclass(frozen=True, slots=True)
class Request:
    """What goes out; its head holds the credentials. ``length`` of its body in bytes."""

    head: bytes = field(repr=False)
    content: Iterable[bytes] = field(repr=False)
    length: int = 0

    @property
    def small(self) -> bool:
        return len(self.head) + self.length <= BEGUN_LIMIT


class Wire:
    """The way to the service. Safe for several threads."""

    def __init__(self, pool: Pool, timeouts: Timeouts, clock: Clock) -> None:
        self.pool = pool
        self.timeouts = timeouts
        self._clock = clock

    def own(self, kind: OutcomeKind, words: str) -> Reply:
        """A reply that no answer gave."""
        return Reply(kind, self._clock.now(), description=words)

    def exchange(
        self, call: Call | None, request: Request, *, limit: int = BODY_LIMIT, read: float | None = None
    ) -> Exchange | Reply:
        """What came back, or the reply that a failure to get an answer amounts to."""
        try:
            answer = self.pool.ask(request.head, request.content, self.times(read))
        except NOT_CONNECTED as error:
            return self.own(OutcomeKind.TRY_AGAIN, _not_connected(error))
        except LOST as error:
            return self.lost(call, error)
        try:
            body, why = self._body(answer, limit)
        finally:
            answer.close()
        return self.came(answer.status, answer.headers, body, why)

    def times(self, read: float | None) -> Times:
        times = self.timeouts
        return Times(times.connect, times.write, read or times.read, times.pool)

    def lost(self, call: Call | None, error: Exception) -> Reply:
        return self.own(unsettled(call), _lost(error))

    def came(self, status: int, headers: Headers, body: bytes, why: str) -> Exchange:
        return Exchange(
            at=self._clock.now(),
            http_status=status,
            request_id=_request_id(headers),
            body=body,
            whole=not why,
            why=why,
        )

    def _body(self, answer: Answer, limit: int) -> tuple[bytes, str]:
        """The body's exact bytes, and why they are not all of it; empty where they are."""
        until = time.monotonic() + self.timeouts.answer
        parts: list[bytes] = []
        held = 0
        if _encoded(answer.headers):
            return b"", ENCODED
        try:
            for part in answer.body():
                parts.append(part[: limit - held])
                held += len(part)
                if held > limit:
                    return b"".join(parts), TOO_LONG
                if time.monotonic() > until:
                    return b"".join(parts), TOO_SLOW
        except LOST:
            return b"".join(parts), CUT_SHORT
        return b"".join(parts), ""


ENCODED = "The answer was encoded though that was not asked for"
TOO_LONG = "The answer was far too long"
TOO_SLOW = "The answer took too long"
CUT_SHORT = "The answer was cut short"


class Begun:
    """A call that was sent, see ``Begun`` among the ports. Its connection goes back when it is over."""

    def __init__(self, wire: Wire, line: Line, call: Call | None, read: float | None, judged: Judged) -> None:
        self._wire = wire
        self._line = line
        self._call = call
        self._judged = judged
        self._read = wire.times(read).read
        self._parts: list[bytes] = []
        self._held = 0
        self._number = line.fileno()
        self._answer_until = 0.0
        self.until = time.monotonic() + self._read

    def fileno(self) -> int:
        return self._number

    def look(self) -> Reply | None:
        line = self._line
        try:
            ended = line.arrived()
        except LOST as error:
            return self._over(CUT_SHORT if line.head_came else "", error)
        parts = line.taken_parts()
        self._held += sum(map(len, parts))
        if self._held <= BODY_LIMIT:
            self._parts += parts
        if line.head_came and _encoded(line.headers):
            return self._over(ENCODED)
        if self._held > BODY_LIMIT:
            self._parts.append(b"".join(parts)[: BODY_LIMIT - self._held])
            return self._over(TOO_LONG)
        now = time.monotonic()
        self.until = now + self._read
        if line.head_came:
            self._answer_until = self._answer_until or now + self._wire.timeouts.answer
            if now > self._answer_until:
                return self._over(TOO_SLOW)
            self.until = min(self.until, self._answer_until)
        return self._over("") if ended else None

    def give_up(self) -> Reply:
        """Nothing came in time."""
        if self._line.head_came:
            late = self._answer_until and time.monotonic() >= self._answer_until
            return self._over(TOO_SLOW if late else CUT_SHORT)
        return self._over("", httpcore.ReadTimeout())

    def _over(self, why: str, error: Exception | None = None) -> Reply:
        line, wire = self._line, self._wire
        if error is not None and not why:
            exchange: Exchange | Reply = wire.lost(self._call, error)
        else:
            body = b"" if why == ENCODED else b"".join(self._parts)
            exchange = wire.came(line.status, line.headers, body, why)
        wire.pool.give_back(line)
        return self._judged(exchange)


Judged = Callable[[Exchange | Reply], Reply]


class Asked:
    """A small call, see ``Asking`` among the ports."""

    def __init__(
        self,
        wire: Wire,
        call: Call | None,
        request: Request,
        *,
        report_id: str | None = None,
        sent: bytes = b"",
    ) -> None:
        """``report_id`` is the report that it is about, ``sent`` the document: see ``judge``."""
        self._wire = wire
        self._call = call
        self._request = request
        self._report_id = report_id
        self._sent = sent

    def run(self) -> Reply:
        return self._judge(self._wire.exchange(self._call, self._request))

    def begin(self) -> Begun | Reply | None:
        if not self._request.small:
            return None
        return begun(self._wire, self._call, self._request, None, self._judge)

    def _judge(self, exchange: Exchange | Reply) -> Reply:
        if isinstance(exchange, Reply):
            return exchange
        return judge(self._call, exchange, report_id=self._report_id, sent=self._sent)


class AskedUpload:
    """The upload of one file, see ``Asking`` among the ports."""

    def __init__(
        self,
        wire: Wire,
        report_id: str,
        request: Request,
        body: UploadBody,
        cancelled: Callable[[], bool] | None,
    ) -> None:
        self._wire = wire
        self._report_id = report_id
        self._request = request
        self._body = body
        self._cancelled = cancelled or (lambda: False)
        self._read = wire.timeouts.upload_read

    def run(self) -> Reply:
        if self._cancelled():
            return self._nothing_sent()
        try:
            return self._judge(self._wire.exchange(Call.UPLOAD, self._request, read=self._read))
        except SOURCE as error:
            return self._without(error)

    def begin(self) -> Begun | Reply | None:
        if not self._request.small:
            return None
        if self._cancelled():
            return self._nothing_sent()
        try:
            return begun(self._wire, Call.UPLOAD, self._request, self._read, self._judge)
        except SOURCE as error:
            return self._without(error)

    def _nothing_sent(self) -> Reply:
        return self._wire.own(OutcomeKind.TRY_AGAIN, "Cancelled before anything was sent.")

    def _without(self, error: Exception) -> Reply:
        """The source gave out or a person cancelled: the service can't hold the whole file."""
        wire = self._wire
        if isinstance(error, UploadCancelled):
            reply = wire.own(OutcomeKind.UNKNOWN, "Cancelled before the whole file was sent.")
        elif isinstance(error, SourceChanged):
            words = "The file no longer has the size it had at confirmation. It was not sent whole."
            reply = self._source_problem("source_changed", words)
        else:
            words = f"The file could not be read to its end ({error}). It was not sent whole."
            reply = self._source_problem("source_failed", words)
        return self._sent(reply)

    def _source_problem(self, code: str, words: str) -> Reply:
        problems = (FieldProblem("file", code, words),)
        return replace(self._wire.own(OutcomeKind.REFUSED, words), problems=problems)

    def _judge(self, exchange: Exchange | Reply) -> Reply:
        if isinstance(exchange, Reply):
            return self._sent(exchange)
        return self._sent(judge(Call.UPLOAD, exchange, report_id=self._report_id))

    def _sent(self, reply: Reply) -> Reply:
        """With what of the file went out, and whether the service has the same."""
        body = self._body
        if not body.complete:
            if reply.kind is OutcomeKind.ACCEPTED:
                words = "The service says that it took the file before it had the whole of it."
                reply = replace(reply, kind=OutcomeKind.UNKNOWN, description=words)
            return replace(reply, sent_size=body.sent)
        reply = replace(reply, sent_md5=body.md5, sent_sha256=body.sha256, sent_size=body.sent)
        if reply.kind is OutcomeKind.ACCEPTED and reply.md5 != body.md5:
            words = "The service's MD5 is not that of the bytes sent: what it holds is not the evidence."
            code = "md5_differs" if reply.md5 else "md5_missing"
            reply = replace(reply, problems=(*reply.problems, FieldProblem("hash", code, words)))
        return reply


SOURCE = (UploadCancelled, SourceChanged, SourceFailed)


def begun(
    wire: Wire, call: Call | None, request: Request, read: float | None, judged: Judged
) -> Begun | Reply | None:
    """Send it on a connection that is kept and free; None where there is none."""
    line = wire.pool.kept()
    if line is None:
        return None
    try:
        line.begin(request.head, request.content, wire.times(read))
    except LOST as error:
        wire.pool.give_back(line)
        return judged(wire.lost(call, error))
    except BaseException:
        wire.pool.give_back(line)
        raise
    return Begun(wire, line, call, read, judged)


def _encoded(headers: Headers) -> bool:
    return (header(headers, b"content-encoding") or "identity").lower() != "identity"


def _request_id(headers: Headers) -> str | None:
    """Bounded and clean: it is shown and kept."""
    return clean(header(headers, b"request-id")).strip()[:200] or None


def _not_connected(error: Exception) -> str:
    if isinstance(error, httpcore.ProxyError):
        return "The proxy did not let the connection through: nothing was sent."
    if isinstance(error, httpcore.TimeoutException):
        return "The service could not be reached in time: nothing was sent."
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return "The service's certificate could not be verified: nothing was sent."
        if isinstance(cause, ssl.SSLError):
            return "No secure connection to the service came about: nothing was sent."
        cause = cause.__cause__ or cause.__context__
    return "There is no connection to the service: nothing was sent."


def _lost(error: Exception) -> str:
    if isinstance(error, httpcore.WriteTimeout):
        return "Sending stalled; it is not known what arrived."
    if isinstance(error, httpcore.ReadTimeout):
        return "No answer came in time."
    return "The connection broke before an answer came."
