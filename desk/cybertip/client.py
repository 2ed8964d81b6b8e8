"""The CyberTipline over the wire: seven calls, each of which becomes one Reply.

One connection pool for one endpoint. No redirects, no retries, no settings from
the environment; TLS is verified; each phase has its time limit. The user name
and password go to the endpoint they were made for and nowhere else.
"""

from __future__ import annotations

import base64
import ssl
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx

from desk.cybertip.asking import Asked, AskedUpload, Request, Timeouts, Wire
from desk.cybertip.multipart import UploadBody, form
from desk.cybertip.replies import judge
from desk.cybertip.wire import Pool, request_head
from desk.cybertip.xml import Unreadable, parse
from desk.domain.company import Credentials, Endpoint
from desk.domain.endpoint import checked, is_loopback, proxy_url
from desk.domain.errors import Bug, UserError
from desk.domain.filing import Call, OutcomeKind, Reply
from desk.ports import Clock

__all__ = ["ClientOptions", "CyberTipClient", "Timeouts", "tls_context"]

CONNECTIONS = 12
"""Open at a time, at most: one for each lane and a few for questions."""
SCHEMA_LIMIT = 8 * 1024 * 1024
_XML = "text/xml; charset=utf-8"
_SCHEMA_ROOT = "{http://www.w3.org/2001/XMLSchema}schema"


@dataclass(frozen=True, slots=True)
class ClientOptions:
    """How the endpoint is reached. A proxy's URL may hold its password, so the repr shows none of it."""

    proxy: str | None = field(default=None, repr=False)
    ca_file: Path | None = None
    timeouts: Timeouts = field(default_factory=Timeouts)


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
        if ":" in credentials.user:
            raise UserError("A user name can't hold a colon.", "Check the user name.")
        pair = f"{credentials.user}:{credentials.password}".encode()
        authorization = b"Basic " + base64.b64encode(pair)
        proxy = proxy_url(options.proxy) if options.proxy else None
        pool = Pool(
            self._base,
            tls_context(options.ca_file) if self._base.scheme == "https" else _no_tls(),
            None if proxy is None or is_loopback(self._base.host) else proxy,
            CONNECTIONS,
        )
        self._wire = Wire(pool, options.timeouts, clock)
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
        self._wire.pool.close()

    # -- the calls

    def status(self) -> Reply:
        """Whether the service answers and knows us: its words name the user and the address it sees."""
        return Asked(self._wire, None, self._request("GET", "status")).run()

    def schema(self) -> Reply:
        """The service's schema, in ``body``. ACCEPTED only where it is a schema."""
        exchange = self._wire.exchange(None, self._request("GET", "xsd"), limit=SCHEMA_LIMIT)
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

    def asking(self, call: Call, report_id: str, document: bytes) -> Asked:
        """To open a report (the reply carries its ID), to give the details of an uploaded file (at most once
        for each), to file the report (ACCEPTED also for 5102: it had been filed; ``body`` is the receipt), or
        to take it back (ACCEPTED also for 5101: it had been).
        """
        if call in (Call.SUBMIT, Call.FILEINFO):
            request = self._request("POST", call.value, _XML, document)
            return Asked(self._wire, call, request, sent=document)
        content_type, body = form({"id": report_id})
        request = self._request("POST", call.value, content_type, body)
        return Asked(self._wire, call, request, report_id=report_id)

    def asking_upload(
        self,
        report_id: str,
        name: str,
        size: int,
        chunks: Iterable[bytes],
        *,
        progress: Callable[[int], None] | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> AskedUpload:
        """To send one file of ``size`` bytes. The reply carries the service's MD5 and our digests.

        A source that gives other than ``size`` bytes, or that raises, breaks the
        request off before its end: REFUSED with a problem ``source_changed`` or
        ``source_failed``, since the service can't hold the whole file and a person
        must look at it. A cancelled upload is UNKNOWN, or TRY_AGAIN where nothing was sent.
        """
        body = UploadBody(report_id, name, size, chunks, progress=progress, cancelled=cancelled)
        request = self._request("POST", "upload", body.content_type, body)
        return AskedUpload(self._wire, report_id, request, body, cancelled)

    def submit(self, xml: bytes) -> Reply:
        return self.asking(Call.SUBMIT, "", xml).run()

    def upload(self, report_id: str, name: str, size: int, chunks: Iterable[bytes], **more: Any) -> Reply:
        return self.asking_upload(report_id, name, size, chunks, **more).run()

    def fileinfo(self, xml: bytes) -> Reply:
        return self.asking(Call.FILEINFO, "", xml).run()

    def finish(self, report_id: str) -> Reply:
        return self.asking(Call.FINISH, report_id, b"").run()

    def retract(self, report_id: str) -> Reply:
        return self.asking(Call.RETRACT, report_id, b"").run()

    def form(self, report_id: str) -> bytes:
        """The exact body that /finish and /retract are sent for this report."""
        return form({"id": report_id})[1]

    # -- the wire

    def _request(
        self,
        method: str,
        path: str,
        content_type: str | None = None,
        content: bytes | UploadBody | None = None,
    ) -> Request:
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
            return Request(request_head(method.encode("ascii"), target, headers), ())
        length = len(content) if isinstance(content, bytes) else content.length
        headers.append((b"Content-Length", b"%d" % length))
        parts = (content,) if isinstance(content, bytes) else content
        return Request(request_head(method.encode("ascii"), target, headers), parts, length)


def _is_schema(body: bytes) -> bool:
    try:
        return parse(body).tag == _SCHEMA_ROOT
    except Unreadable:
        return False
