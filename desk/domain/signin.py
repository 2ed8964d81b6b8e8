"""Signing in: what a password must be, how guessing is slowed down, and codes that change with time.

Passwords follow NIST SP 800-63B: a minimum length, all characters, no rules of composition, no
expiry. Codes are TOTP (RFC 6238) on HOTP (RFC 4226): SHA-1, six digits, 30 seconds, as every
authenticator app has them.
"""

from __future__ import annotations

import base64
import enum
import hashlib
import hmac
import struct
import unicodedata
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from urllib.parse import quote, urlencode

from desk.domain.errors import UserError

MIN_CHARACTERS = 12
MAX_CHARACTERS = 256
"""Longer ones are no safer and could keep the hash busy."""

ONE_TIME_FOR = timedelta(hours=72)
"""How long a password that an administrator handed out can be used."""

FREE = 3
LONGEST = timedelta(minutes=15)
FORGOTTEN_AFTER = timedelta(days=1)

STEP_SECONDS = 30
DIGITS = 6
SECRET_BYTES = 20
RECOVERY_CODES = 10


# --- passwords --------------------------------------------------------------


def as_typed(password: str) -> str:
    """One form for what two keyboards may compose differently (NFC)."""
    return unicodedata.normalize("NFC", password)


def check_password(password: str, name: str = "") -> None:
    """Raise UserError naming what a new password lacks. The text never holds the password."""
    length = len(as_typed(password))
    if length < MIN_CHARACTERS:
        raise UserError(
            f"The password has {length} characters; at least {MIN_CHARACTERS} are needed.",
            "Four or five random words are good and can be remembered.",
        )
    if length > MAX_CHARACTERS:
        raise UserError(f"The password is longer than {MAX_CHARACTERS} characters.", "Choose a shorter one.")
    if name and same_name(password, name):
        raise UserError("The password is the name.", "Choose one that nobody would try first.")


def plain_name(name: str) -> str:
    """The form in which names are compared: composed alike, without blanks around it, in one case."""
    return unicodedata.normalize("NFKC", name).strip().casefold()


def same_name(one: str, other: str) -> bool:
    return plain_name(one) == plain_name(other)


def name_digest(name: str) -> str:
    """The key of a name's attempts, alike for names that are known and names that are not."""
    return hashlib.sha256(plain_name(name).encode("utf-8", "replace")).hexdigest()


# --- throttling -------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Attempts:
    """Failures in a row of one name, and when the last one was. Nobody is ever locked out for good.

    The first FREE cost nothing: people mistype. Each one after doubles the wait, from 2 seconds to
    LONGEST. An attempt while one has to wait is refused unread and does not count, so that nobody
    can keep another person out for longer.
    """

    failures: int = 0
    last_at: datetime | None = None

    @property
    def delay(self) -> timedelta:
        """The wait after the last failure."""
        if self.failures <= FREE:
            return timedelta(0)
        return min(timedelta(seconds=2 ** min(self.failures - FREE, 20)), LONGEST)

    def wait(self, now: datetime) -> timedelta:
        """How long the next attempt has to wait: ``delay`` at most, also where the clock went back."""
        if self.last_at is None:
            return timedelta(0)
        return max(timedelta(0), min(self.last_at + self.delay - now, self.delay))

    def counted(self, now: datetime) -> Attempts:
        """With one failure more; a day without any forgets those before."""
        if self.last_at is None or now - self.last_at >= FORGOTTEN_AFTER:
            return Attempts(1, now)
        return replace(self, failures=self.failures + 1, last_at=now)


# --- codes that change with time --------------------------------------------


def totp(secret: bytes, step: int) -> str:
    """The code of one 30-second step (RFC 6238; truncation of RFC 4226, section 5.3)."""
    digest = hmac.new(secret, struct.pack(">Q", step), hashlib.sha1).digest()
    offset = digest[-1] & 0x0F
    number = struct.unpack(">I", digest[offset : offset + 4])[0] & 0x7FFFFFFF
    return str(number % 10**DIGITS).zfill(DIGITS)


def step_of(at: datetime) -> int:
    return int(at.timestamp()) // STEP_SECONDS


def matching_step(secret: bytes, code: str, at: datetime, after: int) -> int | None:
    """The step whose code this is: now's, or one to either side for clocks that differ; None for no match.

    Only steps later than ``after`` count, the last one used: a code works once (RFC 6238, section 5.2).
    """
    digits = "".join(code.split())
    now = step_of(at)
    found = None
    for step in (now - 1, now, now + 1):
        # All are compared, whatever comes first: the time taken says nothing.
        same = hmac.compare_digest(totp(secret, step).encode(), digits.encode("utf-8", "replace"))
        if same and step > after:
            found = step
    return found


def code_text(secret: bytes) -> str:
    """The secret as people type it into an app: base32 in groups of four."""
    text = base64.b32encode(secret).decode("ascii").rstrip("=")
    return " ".join(text[n : n + 4] for n in range(0, len(text), 4))


def code_uri(secret: bytes, name: str) -> str:
    """The otpauth URI that authenticator apps read from a QR code."""
    issuer = "Tipline Desk"
    label = quote(f"{issuer}:{name}", safe="")
    key = base64.b32encode(secret).decode("ascii").rstrip("=")
    return f"otpauth://totp/{label}?" + urlencode({"secret": key, "issuer": issuer}, quote_via=quote)


def groups(data: bytes) -> str:
    """Random bytes as a text that can be read aloud: base32 in groups of four, with hyphens."""
    text = base64.b32encode(data).decode("ascii").rstrip("=").lower()
    return "-".join(text[n : n + 4] for n in range(0, len(text), 4))


def recovery_digest(operator_id: int, code: str) -> str:
    """What is kept of a recovery code. It has 80 random bits, so that a fast hash is enough."""
    plain = "".join(sign for sign in code.casefold() if sign.isalnum())
    return hashlib.sha256(f"recovery:{operator_id}:{plain}".encode("utf-8", "replace")).hexdigest()


def looks_like_recovery(code: str) -> bool:
    return sum(sign.isalnum() for sign in code) > DIGITS


# --- what is kept of a person -----------------------------------------------


@dataclass(frozen=True, slots=True)
class Access:
    """What an operator signs in with.

    ``code_key`` is wrapped by the workspace's key; ``code_step`` is the last step whose code was used.
    ``account`` is the OS account that is recognised as this person: ``user`` on any computer, or
    ``user@computer``.
    """

    operator_id: int
    active: bool = True
    password: str | None = field(default=None, repr=False)
    must_change: bool = False
    expires_at: datetime | None = None
    code_key: bytes | None = field(default=None, repr=False)
    code_step: int = 0
    account: str = ""

    @property
    def can_sign_in(self) -> bool:
        return self.active and (self.password is not None or bool(self.account))


def account_matches(bound: str, account: str) -> bool:
    """Whether the OS account ``user@computer`` is the one bound: by both parts, or by the user alone."""
    bound, account = plain_name(bound), plain_name(account)
    if not bound or not account:
        return False
    return bound == account or ("@" not in bound and bound == account.rpartition("@")[0])


class AtScreenLock(enum.StrEnum):
    """What the desk does when the OS locks the screen or sleeps."""

    END = "end"
    LOCK = "lock"


class Claims(enum.StrEnum):
    """What becomes of a claim when the desk is locked. When the session ends it is released in any case."""

    KEEP = "keep"
    RELEASE = "release"


@dataclass(frozen=True, slots=True)
class SignInPolicy:
    """What an administrator sets. ``idle_minutes`` in 1 to 120."""

    idle_minutes: int = 10
    at_screen_lock: AtScreenLock = AtScreenLock.END
    claims_at_lock: Claims = Claims.KEEP


# --- refusals ---------------------------------------------------------------


class SignInRefused(UserError):
    """Name, password or code are not right; which of them is not said."""

    def __init__(self, wait: timedelta = timedelta(0)) -> None:
        super().__init__("Name, password or code are not right.", "Check them and try again.")
        self.wait = wait
        """How long the next attempt has to wait."""


class TooSoon(UserError):
    """The attempt was not looked at: the wait after failures is not over."""

    def __init__(self, wait: timedelta) -> None:
        seconds = max(1, -int(-wait.total_seconds() // 1))
        super().__init__(
            f"Too many attempts failed. The next one can be made in {seconds} s.", "Wait, then try again."
        )
        self.wait = wait


class CodeNeeded(UserError):
    """The password is right; the second step is missing."""

    def __init__(self) -> None:
        super().__init__("A code is needed.", "Give the code that your authenticator app shows.")


class NewPasswordNeeded(UserError):
    """The one-time password is right; a password of one's own has to be chosen with it."""

    def __init__(self) -> None:
        super().__init__(
            "This password was handed out for one time.", "Choose a password of your own to go on."
        )
