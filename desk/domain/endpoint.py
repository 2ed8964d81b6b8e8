"""The agency's endpoints: which URLs are allowed, and what each is called."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from desk.domain.company import PRODUCTION_URL, TEST_URL, Endpoint, EndpointKind
from desk.domain.errors import UserError

_REMEDY = "Use production, test, practice, or a URL such as https://reports.example.com/ispws."


def is_loopback(host: str) -> bool:
    """Whether this host is this computer: ``localhost`` or a loopback address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def endpoint(text: str, *, practice_url: str | None = None) -> Endpoint:
    """The endpoint that a person named: a kind, or a URL.

    ``practice`` needs the address at which the stand-in listens. Raises UserError.
    """
    word = text.strip()
    if word == EndpointKind.PRODUCTION:
        return Endpoint(EndpointKind.PRODUCTION, PRODUCTION_URL)
    if word == EndpointKind.TEST:
        return Endpoint(EndpointKind.TEST, TEST_URL)
    if word == EndpointKind.PRACTICE:
        if practice_url is None:
            raise UserError("The practice service is not running.", "Start it with desk practice.")
        return checked(Endpoint(EndpointKind.PRACTICE, practice_url))
    found = checked(Endpoint(EndpointKind.CUSTOM, word))
    # The agency's own address by any spelling is what it is: the band across the window has to say so.
    known = {PRODUCTION_URL: EndpointKind.PRODUCTION, TEST_URL: EndpointKind.TEST}
    return Endpoint(known.get(found.url, EndpointKind.CUSTOM), found.url)


def checked(wanted: Endpoint) -> Endpoint:
    """The endpoint with its URL in one spelling. Raises UserError.

    HTTPS only, or plain HTTP to this computer; practice is on this computer
    always. A URL that holds a user name, a query or a fragment is refused.
    """
    try:
        parts = urlsplit(wanted.url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise UserError("The endpoint's address is not a URL.", _REMEDY) from None
    if parts.scheme not in ("https", "http") or not host or any(c.isspace() for c in wanted.url):
        raise UserError("The endpoint's address is not a URL.", _REMEDY)
    if parts.username is not None or parts.password is not None or parts.query or parts.fragment:
        raise UserError("The endpoint's address holds more than host and path.", _REMEDY)
    if parts.scheme == "http" and not is_loopback(host):
        raise UserError("Plain HTTP is allowed to this computer only.", "Use an https:// address.")
    if wanted.kind is EndpointKind.PRACTICE and not is_loopback(host):
        raise UserError("Practice never leaves this computer.", "Start it with desk practice.")
    name = f"[{host}]" if ":" in host else host
    number = f":{port}" if port is not None else ""
    return Endpoint(wanted.kind, f"{parts.scheme}://{name}{number}{parts.path.rstrip('/')}")


def proxy_url(text: str) -> str:
    """A proxy's URL, which may hold its own user name and password. Raises UserError, naming none of it."""
    try:
        parts = urlsplit(text)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise UserError("The proxy's address can't be used.", "Write it as http://proxy.example.com:8080.")
    return text
