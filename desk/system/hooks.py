"""The client of the platform's own hooks: HTTPS, or plain HTTP to this computer; bounded in time and size.

Besides the agency's client this is the only place that reaches a network. It goes where an administrator
said and nowhere else: no redirect is followed, no proxy of the environment is used, no cookie kept.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import httpx

from desk.domain.errors import UserError
from desk.domain.hooks import ANSWER_LIMIT, hook_url
from desk.ports import HookReply

TIMES = httpx.Timeout(connect=5.0, read=10.0, write=10.0, pool=5.0)
WHOLE_S = 20.0
"""For a whole answer, however slowly it trickles."""


class HttpHooks:
    """The HookClient port. ``ca_file`` gives a PEM file that is trusted besides; asked at each call."""

    def __init__(self, ca_file: Callable[[], str] = lambda: "") -> None:
        self._ca_file = ca_file

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> HookReply:
        try:
            checked = hook_url(url)
            trust = self._trust(checked)
            with (
                httpx.Client(verify=trust, trust_env=False, follow_redirects=False, timeout=TIMES) as client,
                client.stream(
                    "POST", checked, content=body, headers={**headers, "Accept-Encoding": "identity"}
                ) as answer,
            ):
                return _read(answer)
        except UserError as problem:
            return HookReply(None, words=problem.words())
        except httpx.TransportError as error:
            return HookReply(None, words=_why(error))

    def _trust(self, url: str) -> ssl.SSLContext:
        if not url.startswith("https:"):
            return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # trusts nobody, should TLS ever come about
        context = httpx.create_ssl_context(trust_env=False)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        name = self._ca_file()
        if name:
            try:
                context.load_verify_locations(cafile=str(Path(name)))
            except (OSError, ssl.SSLError):
                raise UserError("The certificates' file can't be read.", "See Settings, Network.") from None
        return context


def _read(answer: httpx.Response) -> HookReply:
    if answer.is_redirect:
        return HookReply(answer.status_code, words="It answered with a redirect; none is followed.")
    until = time.monotonic() + WHOLE_S
    found = bytearray()
    for part in answer.iter_raw():
        found += part
        if len(found) > ANSWER_LIMIT:
            return HookReply(answer.status_code, words="Its answer is too large.")
        if time.monotonic() > until:
            return HookReply(None, words="Its answer took too long.")
    return HookReply(answer.status_code, bytes(found))


def _why(error: httpx.TransportError) -> str:
    if isinstance(error, httpx.ConnectTimeout | httpx.ConnectError):
        return "It can't be reached."
    if isinstance(error, httpx.TimeoutException):
        return "It did not answer in time."
    return "The connection was lost before its answer."
