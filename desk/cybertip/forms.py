"""The forms that single texts must have: email, URL, IP address, phone, codes.

Each function returns None for a good text, else words that say what is wrong
and how to mend it. They name no content. Where the documentation only says
"valid", the narrower reading was taken: what is refused here can be mended at
the desk, what the service refuses costs an open report.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from urllib.parse import urlsplit

from desk.cybertip.fields import Form
from desk.cybertip.places import COUNTRIES, STATES

LOCAL_LENGTH = 64
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LOCAL = re.compile(rf"{_ATOM}(?:\.{_ATOM})*")
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_DOMAIN = re.compile(rf"(?:{_LABEL}\.)+(?:[A-Za-z]{{2,63}}|xn--[A-Za-z0-9-]{{1,59}})")
_HOST = re.compile(r"(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)*[^\W_](?:[\w-]{0,61}[^\W_])?\.?")
_BAD_IN_URL = re.compile(r'[\s\x00-\x20\x7f-\xa0"<>\\^`{|}\ud800-\udfff\ufdd0-\ufdef\ufff0-\uffff]')
_PHONE = re.compile(r"\+?[0-9 ().\-/*#]+", re.ASCII)
_CALLING_CODE = re.compile(r"\+[0-9]{1,3}", re.ASCII)
_EXTENSION = re.compile(r"[0-9]+", re.ASCII)
_TOKEN = re.compile(r"\S+(?: \S+)*")
SCHEMES = ("http", "https", "ftp")


def email(text: str) -> str | None:
    """RFC 5321's common form: a dot-atom of at most 64 characters, and a domain name."""
    local, at, domain = text.rpartition("@")
    if not at:
        return "This is no email address: it needs an @. Write it as name@example.com."
    if len(local) > LOCAL_LENGTH:
        return f"The part before the @ may have {LOCAL_LENGTH} characters at most. Check the address."
    if _LOCAL.fullmatch(local) is None:
        return "The part before the @ holds characters or dots that an address can't have. Check the address."
    if len(domain) > 253 or _DOMAIN.fullmatch(domain) is None:
        return "The part after the @ is no domain name such as example.com. Check the address."
    return None


def url(text: str) -> str | None:
    """http, https or ftp with a host; no white space, control characters or characters that URLs encode."""
    if re.search(r"\s", text) or any(ord(char) < 32 for char in text):
        return "A URL can't hold spaces or line breaks. Write one URL only, a space in it as %20."
    if _BAD_IN_URL.search(text):
        return "The URL holds a character that must be percent-encoded, such as < > or a quotation mark."
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError:
        return "The URL's host or port is not valid. Copy it again from the address bar."
    if parts.scheme.lower() not in SCHEMES or not text[len(parts.scheme) :].startswith("://"):
        return "A URL begins with https://, http:// or ftp://. Put other addresses into further information."
    if not host or port == 0 or not _good_host(host, parts.netloc):
        return "The URL has no valid host name. Copy it again from the address bar."
    if re.search(r"%(?![0-9A-Fa-f]{2})", text):
        return "The URL holds a % that does not begin an encoded character. Write it as %25."
    return None


def _good_host(host: str, netloc: str) -> bool:
    if "[" in netloc:
        return ip(host) is None
    if re.fullmatch(r"[0-9.]+", host):
        return ip(host) is None
    return len(host) <= 253 and _HOST.fullmatch(host) is not None


def ip(text: str) -> str | None:
    """IPv4, IPv6 or IPv4-mapped, as a bare address."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return "This is no IP address. Write it as 192.0.2.7 or 2001:db8::7; the port has its own field."
    if "%" in text:
        return "Leave out the network interface after the % sign."
    return None


def phone(text: str) -> str | None:
    """Digits with the usual separators; at least three digits."""
    if _PHONE.fullmatch(text) is None:
        return "A phone number holds digits, spaces and ( ) . - / only. The extension has its own field."
    if sum(char.isdigit() for char in text) < 3:
        return "A phone number has three digits at least."
    return None


def calling_code(text: str) -> str | None:
    if _CALLING_CODE.fullmatch(text) is None:
        return "Write the calling code as + and one to three digits, such as +1 or +44."
    return None


def extension(text: str) -> str | None:
    if _EXTENSION.fullmatch(text) is None:
        return "The extension holds digits only."
    return None


def country(text: str) -> str | None:
    if text not in COUNTRIES:
        return "This is no ISO country code of two capital letters. Choose the country from the list."
    return None


def state(text: str) -> str | None:
    if text not in STATES:
        return "This is none of the US states that the service lists. Elsewhere use the field for a province."
    return None


def token(text: str) -> str | None:
    """Unpadded text on one line (xs:token)."""
    if _TOKEN.fullmatch(text) is None:
        return "This holds white space at its ends, or more than one space in a row. Remove it."
    return None


FORMS: dict[Form, Callable[[str], str | None]] = {
    Form.EMAIL: email,
    Form.URL: url,
    Form.IP: ip,
    Form.PHONE: phone,
    Form.CALLING_CODE: calling_code,
    Form.EXTENSION: extension,
    Form.COUNTRY: country,
    Form.STATE: state,
    Form.TOKEN: token,
}


def repeats_calling_code(number: str, code: str) -> bool:
    """Whether a number says its country's calling code again.

    A leading + or the code after 00 always does. Bare digits do where they begin
    with the code and are longer than a national number usually is (more than 10):
    shorter ones may begin with the same digits by chance.
    """
    digits = "".join(char for char in number if char.isdigit())
    bare = code.lstrip("+")
    if number.lstrip().startswith("+") or digits.startswith("00" + bare):
        return True
    return digits.startswith(bare) and len(digits) > 10
