"""The service's response codes in words for a person, and what to do about each.

Source: CyberTipline Reporting API, response codes (the list is not exhaustive),
and code 1001, which is not documented but has been seen.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

from desk.domain.filing import OutcomeKind, Reply


class Mender(enum.StrEnum):
    """Who can mend it."""

    NOBODY = "nobody"  # nothing to mend: it was done, or settles itself
    MODERATOR = "moderator"  # the report
    ADMINISTRATOR = "administrator"  # credentials, endpoint, proxy
    SUPPORT = "support"  # NCMEC's support, with the Request-ID


@dataclass(frozen=True, slots=True)
class Meaning:
    """One code: what it says, what to do, who does it. ``unclear`` where the act may have been done."""

    title: str
    todo: str
    mender: Mender
    unclear: bool = False


_RETRY = "The desk tries again by itself. If it stays so, ask NCMEC's support."
_REPORT = "Correct the fields that are named and confirm the report again."
_ACCOUNT = "An administrator asks NCMEC which rights the account has."

CODES: dict[int, Meaning] = {
    0: Meaning("Done.", "Nothing.", Mender.NOBODY),
    1000: Meaning("The service had an error of its own.", _RETRY, Mender.SUPPORT, unclear=True),
    1001: Meaning("The report does not fit the service's schema.", _REPORT, Mender.MODERATOR),
    1100: Meaning("The service could not save it.", _RETRY, Mender.SUPPORT),
    1110: Meaning("The upload failed at the service.", _RETRY, Mender.SUPPORT),
    1111: Meaning("The service could not take the file.", _RETRY, Mender.SUPPORT),
    1210: Meaning(
        "The service does not know this address.",
        "An administrator checks the endpoint's address in Settings.",
        Mender.ADMINISTRATOR,
    ),
    1300: Meaning("The service could not update the report.", _RETRY, Mender.SUPPORT),
    2000: Meaning(
        "The service asks who is calling.",
        "An administrator sets the user name and password of this endpoint again.",
        Mender.ADMINISTRATOR,
    ),
    3000: Meaning("The account may not do this.", _ACCOUNT, Mender.ADMINISTRATOR),
    3100: Meaning("The account may not open reports.", _ACCOUNT, Mender.ADMINISTRATOR),
    3300: Meaning("The account may not change this report.", _ACCOUNT, Mender.ADMINISTRATOR),
    4000: Meaning("The service can't make sense of the request.", _REPORT, Mender.MODERATOR),
    4100: Meaning("The service found a mistake in the report.", _REPORT, Mender.MODERATOR),
    4110: Meaning(
        "The service could not read the XML.",
        "This is a fault of the desk or of a proxy. Send the report's XML and the Request-ID to support.",
        Mender.SUPPORT,
    ),
    4200: Meaning(
        "The service could not read the upload.",
        "This is a fault of the desk or of a proxy. Ask NCMEC's support with the Request-ID.",
        Mender.SUPPORT,
    ),
    5001: Meaning(
        "The report does not exist at the service.",
        "It was deleted because it stayed open too long: it was not filed. The desk opens it afresh.",
        Mender.NOBODY,
    ),
    5002: Meaning(
        "The file does not exist at the service.",
        "The desk takes the report back. Confirm it again.",
        Mender.MODERATOR,
    ),
    5101: Meaning("The report had been retracted already.", "Nothing: it was not filed.", Mender.NOBODY),
    5102: Meaning("The report had been finished already.", "Nothing: it is filed.", Mender.NOBODY),
}

NOT_DONE: frozenset[int] = frozenset({1100, 1110, 1111, 1300})
"""Codes with which the service says that the act failed: it may be tried again."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """A reply in words: what happened, what to do, by whom, and what support asks for."""

    title: str
    todo: str
    mender: Mender
    support: str = ""

    def in_words(self) -> str:
        return " ".join(part for part in (self.title, self.todo, self.support) if part)


def explain(reply: Reply) -> Explanation:
    """What a reply says to a person. The service's own words are in ``reply.description``."""
    support = ""
    if reply.kind is not OutcomeKind.ACCEPTED and reply.request_id:
        support = f"NCMEC's support will ask for the Request-ID: {reply.request_id}."
    if any(problem.code == "credentials" for problem in reply.problems) or reply.http_status == 401:
        meaning = CODES[2000]
        title = "The service refused the user name or the password."
        return Explanation(title, meaning.todo, meaning.mender, support)
    known = CODES.get(reply.code) if reply.code is not None else None
    if known is not None and not (reply.code == 0 and reply.kind is not OutcomeKind.ACCEPTED):
        return Explanation(known.title, known.todo, known.mender, support)
    title = reply.description or "The service gave no reason."
    match reply.kind:
        case OutcomeKind.ACCEPTED:
            return Explanation(title, "Nothing.", Mender.NOBODY)
        case OutcomeKind.REFUSED:
            return Explanation(title, _REPORT, Mender.MODERATOR, support)
        case OutcomeKind.TRY_AGAIN:
            undone = "" if title.endswith("nothing was sent.") else "Nothing was done. "
            todo = f"{undone}The desk tries again by itself; check the connection if it stays so."
            return Explanation(title, todo, Mender.ADMINISTRATOR, support)
        case _:
            todo = "It is not known whether it was done. The desk finds out before it goes on."
            return Explanation(title, todo, Mender.NOBODY, support)
