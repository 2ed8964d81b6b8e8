"""The CyberTipline over the wire: seven calls, each of which becomes one Reply.

One connection pool for one endpoint. No redirects, no retries, no settings from
the environment; TLS is verified; each phase has its time limit. The user name
and password go to the endpoint they were made for and nowhere else.
"""

from __future__ import annotations

import base64
import ssl
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

import httpcore
import httpx

from desk.cybertip.http1 import Times
from desk.cybertip.multipart import SourceChanged, SourceFailed, UploadBody, UploadCancelled, form
from desk.cybertip.replies import Exchange, judge, unsettled
from desk.cybertip.wire import LOST, NOT_CONNECTED, Answer, Pool, request_head
from desk.cybertip.xml import Unreadable, clean, parse
from desk.domain.company import Credentials, Endpoint
from desk.domain.endpoint import checked, is_loopback, proxy_url
from desk.domain.errors import Bug, UserError
from desk.domain.filing import Call, FieldProblem, OutcomeKind, Reply
from desk.ports import Clock

CONNECTIONS = 12
"""Open at a time, at most: one for each lane and a few for questions."""
BODY_LIMIT = 1024 * 1024
SCHEMA_LIMIT = 8 * 1024 * 1024
_XML = "text/xml; charset=utf-8"
_SCHEMA_ROOT = "{http://www.w3.org/2001/XMLSchema}schema"


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
class ClientOptions:
    """How the endpoint is reached. A proxy's URL may hold its password, so the repr shows none of it."""

    proxy: str | None = field(default=None, repr=False)
    ca_file: Path | None = None
    timeouts: Timeouts = Timeouts()


@dataclass(frozen=True, slots=True)
class _Request:
    """What goes out; its head holds the credentials."""

    head: bytes = field(repr=False)
    content: Iterable[bytes] = field(repr=False)


def tls_context(ca_file: Path | None = None) -> ssl.SSLContext:
    """Verified TLS 1.2 or later; ``ca_file`` (PEM) is trusted besides. Raises UserError."""
    context = httpx.create_ssl_context(trust_env=False)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if ca_file is not None:
        try:
            context.load_verify_locations(cafile=str(ca_file))
        except (OSError, ssl.SSLError):
            raise UserError(
                "The certificate authority's file can't be read.", "Give a PEM file that holds certificates."
            ) from None
    return context


def _no_tls() -> ssl.SSLContext:
    """For plain HTTP on this computer: trusts nobody, should TLS ever come about."""
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


class CyberTipClient:
    """An Agency (see ports) that speaks to one endpoint. Its repr shows no credentials."""

    def __init__(
        self,
        endpoint: Endpoint,
        credentials: Credentials,
        clock: Clock,
        options: ClientOptions | None = None,
    ) -> None:
        """Opens no connection yet. Raises UserError for an address, user, CA or proxy that can't be used."""
        options = options or ClientOptions()
        self._endpoint = checked(endpoint).url
        self._base = httpx.URL(self._endpoint)
        self._clock = clock
        self._timeouts = options.timeouts
        if ":" in credentials.user:
            raise UserError("A user name can't hold a colon.", "Check the user name.")
        pair = f"{credentials.user}:{credentials.password}".encode()
        authorization = b"Basic " + base64.b64encode(pair)
        proxy = proxy_url(options.proxy) if options.proxy else None
        self._http = Pool(
            self._base,
            tls_context(options.ca_file) if self._base.scheme == "https" else _no_tls(),
            None if proxy is None or is_loopback(self._base.host) else proxy,
            CONNECTIONS,
        )
        self._targets: dict[str, bytes] = {}
        self._headers = [
            (b"Host", self._base.netloc),
            (b"Authorization", authorization),
            (b"Accept", b"text/xml, application/xml"),
            (b"Accept-Encoding", b"identity"),
            (b"User-Agent", b"TiplineDesk"),
        ]

    def __repr__(self) -> str:
        return f"CyberTipClient({self._endpoint})"

    @property
    def endpoint(self) -> str:
        return self._endpoint

    def close(self) -> None:
        self._http.close()

    # -- the calls

    def status(self) -> Reply:
        """Whether the service answers and knows us: its words name the user and the address it sees."""
        return self._call(None, self._request("GET", "status"))

    def schema(self) -> Reply:
        """The service's schema, in ``body``. ACCEPTED only where it is a schema."""
        exchange = self._exchange(None, self._request("GET", "xsd"), limit=SCHEMA_LIMIT)
        if isinstance(exchange, Reply):
            return exchange
        if exchange.whole and exchange.http_status == 200 and _is_schema(exchange.body):
            return Reply(
                OutcomeKind.ACCEPTED,
                exchange.at,
                http_status=200,
                request_id=exchange.request_id,
                body=exchange.body,
                description="The service's schema.",
            )
        reply = judge(None, exchange)
        if reply.kind is OutcomeKind.ACCEPTED:
            words = "The service answered, but not with its schema."
            return replace(reply, kind=OutcomeKind.TRY_AGAIN, description=words)
        return reply

    def submit(self, xml: bytes) -> Reply:
        """Open a report. The reply carries its ID."""
        return self._call(Call.SUBMIT, self._request("POST", "submit", _XML, xml), sent=xml)

    def upload(
        self,
        report_id: str,
        name: str,
        size: int,
        chunks: Iterable[bytes],
        *,
        progress: Callable[[int], None] | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> Reply:
        """Send one file of ``size`` bytes. The reply carries the service's MD5 and our digests.

        A source that gives other than ``size`` bytes, or that raises, breaks the
        request off before its end: REFUSED with a problem ``source_changed`` or
        ``source_failed``, since the service can't hold the whole file and a person
        must look at it. A cancelled upload is UNKNOWN, or TRY_AGAIN where nothing was sent.
        """
        if cancelled is not None and cancelled():
            return self._own(OutcomeKind.TRY_AGAIN, "Cancelled before anything was sent.")
        body = UploadBody(report_id, name, size, chunks, progress=progress, cancelled=cancelled)
        request = self._request("POST", "upload", body.content_type, body)
        try:
            reply = self._call(Call.UPLOAD, request, report_id=report_id, read=self._timeouts.upload_read)
        except UploadCancelled:
            reply = self._own(OutcomeKind.UNKNOWN, "Cancelled before the whole file was sent.")
        except SourceChanged:
            words = "The file no longer has the size it had at confirmation. It was not sent whole."
            reply = self._source_problem("source_changed", words)
        except SourceFailed as error:
            words = f"The file could not be read to its end ({error}). It was not sent whole."
            reply = self._source_problem("source_failed", words)
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

    def fileinfo(self, xml: bytes) -> Reply:
        """Give the details of one uploaded file: at most once for each."""
        return self._call(Call.FILEINFO, self._request("POST", "fileinfo", _XML, xml), sent=xml)

    def finish(self, report_id: str) -> Reply:
        """File the report. ACCEPTED also for 5102: it had been filed. ``body`` is the receipt."""
        return self._by_id(Call.FINISH, "finish", report_id)

    def retract(self, report_id: str) -> Reply:
        """Take the open report back. ACCEPTED also for 5101: it had been taken back."""
        return self._by_id(Call.RETRACT, "retract", report_id)

    def form(self, report_id: str) -> bytes:
        """The exact body that :meth:`finish` and :meth:`retract` send for this report."""
        return form({"id": report_id})[1]

    def _by_id(self, call: Call, path: str, report_id: str) -> Reply:
        content_type, body = form({"id": report_id})
        return self._call(call, self._request("POST", path, content_type, body), report_id=report_id)

    # -- the wire

    def _request(
        self,
        method: str,
        path: str,
        content_type: str | None = None,
        content: bytes | UploadBody | None = None,
    ) -> _Request:
        target = self._targets.get(path)
        if target is None:
            whole = httpx.URL(f"{self._endpoint}/{path}")
            base = self._base
            if (whole.scheme, whole.host, whole.port) != (base.scheme, base.host, base.port):
                raise Bug("A call would leave its endpoint.")
            target = self._targets[path] = whole.raw_path
        headers = self._headers.copy()
        if content_type is not None:
            headers.append((b"Content-Type", content_type.encode("ascii")))
        if content is None:
            return _Request(request_head(method.encode("ascii"), target, headers), ())
        length = len(content) if isinstance(content, bytes) else content.length
        headers.append((b"Content-Length", b"%d" % length))
        parts = (content,) if isinstance(content, bytes) else content
        return _Request(request_head(method.encode("ascii"), target, headers), parts)

    def _call(
        self,
        call: Call | None,
        request: _Request,
        *,
        report_id: str | None = None,
        sent: bytes = b"",
        read: float | None = None,
    ) -> Reply:
        exchange = self._exchange(call, request, read=read)
        if isinstance(exchange, Reply):
            return exchange
        return judge(call, exchange, report_id=report_id, sent=sent)

    def _exchange(
        self,
        call: Call | None,
        request: _Request,
        *,
        limit: int = BODY_LIMIT,
        read: float | None = None,
    ) -> Exchange | Reply:
        """What came back, or the reply that a failure to get an answer amounts to."""
        times = self._timeouts
        phases = Times(times.connect, times.write, read or times.read, times.pool)
        try:
            answer = self._http.ask(request.head, request.content, phases)
        except NOT_CONNECTED as error:
            return self._own(OutcomeKind.TRY_AGAIN, _not_connected(error))
        except LOST as error:
            return self._own(unsettled(call), _lost(error))
        try:
            body, why = self._body(answer, limit)
        finally:
            answer.close()
        return Exchange(
            at=self._now(),
            http_status=answer.status,
            request_id=_request_id(answer),
            body=body,
            whole=not why,
            why=why,
        )

    def _body(self, answer: Answer, limit: int) -> tuple[bytes, str]:
        """The body's exact bytes, and why they are not all of it; empty where they are."""
        until = time.monotonic() + self._timeouts.answer
        parts: list[bytes] = []
        held = 0
        if (answer.header(b"content-encoding") or "identity").lower() != "identity":
            return b"", "The answer was encoded though that was not asked for"
        try:
            for part in answer.body():
                parts.append(part[: limit - held])
                held += len(part)
                if held > limit:
                    return b"".join(parts), "The answer was far too long"
                if time.monotonic() > until:
                    return b"".join(parts), "The answer took too long"
        except LOST:
            return b"".join(parts), "The answer was cut short"
        return b"".join(parts), ""

    def _now(self) -> datetime:
        return self._clock.now()

    def _own(self, kind: OutcomeKind, words: str) -> Reply:
        return Reply(kind, self._now(), description=words)

    def _source_problem(self, code: str, words: str) -> Reply:
        return replace(self._own(OutcomeKind.REFUSED, words), problems=(FieldProblem("file", code, words),))


def _is_schema(body: bytes) -> bool:
    try:
        return parse(body).tag == _SCHEMA_ROOT
    except Unreadable:
        return False


def _request_id(answer: Answer) -> str | None:
    """Bounded and clean: it is shown and kept."""
    return clean(answer.header(b"request-id")).strip()[:200] or None


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
