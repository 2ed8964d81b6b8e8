"""What an answer means: accepted, refused, try again, or unknown.

Neither the HTTP status nor the body is judged alone. Anything that does not say
clearly what became of a call is UNKNOWN, and UNKNOWN is never treated as not
done. TRY_AGAIN means that nothing was done: no connection came about, or the
service says that the act failed. A question (/status, /xsd) changes nothing, so
it is never UNKNOWN.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from desk.cybertip.codes import CODES, NOT_DONE
from desk.cybertip.model import ReportDoneResponse, ReportResponse
from desk.cybertip.xml import Unreadable, clean, locate, read
from desk.domain.filing import CODE_FINISHED, CODE_RETRACTED, Call, FieldProblem, OutcomeKind, Reply

DESCRIPTION_LENGTH = 2000
_PLACE = re.compile(r"\[(\d{1,7}),\s*\d{1,7}\]")

Answer = ReportResponse | ReportDoneResponse


@dataclass(frozen=True, slots=True)
class Exchange:
    """What came back over the wire. ``whole`` is False where the body was cut short, ``why`` in words."""

    at: datetime
    http_status: int
    request_id: str | None
    body: bytes = field(repr=False)
    whole: bool = True
    why: str = ""


def unsettled(call: Call | None) -> OutcomeKind:
    """What an unclear end of this call is; ``None`` stands for a question."""
    return OutcomeKind.TRY_AGAIN if call is None else OutcomeKind.UNKNOWN


def judge(call: Call | None, exchange: Exchange, *, report_id: str | None = None, sent: bytes = b"") -> Reply:
    """The reply that an answer amounts to.

    ``report_id`` is the report the call was about; ``sent`` the document, so
    that a line named in a refusal leads to its field.
    """
    answer = _answer(call, exchange)
    if answer is None:
        return _without_answer(_reply(call, exchange), exchange)
    file_id = md5 = None
    file_ids: tuple[str, ...] = ()
    if isinstance(answer, ReportDoneResponse):
        file_ids = tuple(known for file_id in answer.files.ids if (known := _text(file_id)))
    else:
        file_id, md5 = _text(answer.file_id), (_text(answer.hash) or "").lower() or None
    reply = _reply(
        call,
        exchange,
        code=answer.code,
        description=_words(answer),
        report_id=str(answer.report_id) if answer.report_id and answer.report_id > 0 else None,
        file_id=file_id,
        md5=md5,
        file_ids=file_ids,
    )
    if answer.code == 0:
        return _success(call, reply, report_id)
    if (call, answer.code) in ((Call.FINISH, CODE_FINISHED), (Call.RETRACT, CODE_RETRACTED)):
        return replace(reply, kind=OutcomeKind.ACCEPTED)
    return _failure(reply, sent)


def _reply(call: Call | None, exchange: Exchange, **more: Any) -> Reply:
    """With what came over the wire; not settled yet."""
    return Reply(
        kind=unsettled(call),
        at=exchange.at,
        http_status=exchange.http_status,
        request_id=exchange.request_id,
        body=exchange.body,
        **more,
    )


def _answer(call: Call | None, exchange: Exchange) -> Answer | None:
    if not exchange.whole:
        return None
    try:
        document = read(exchange.body)
    except Unreadable:
        return None
    if isinstance(document, ReportResponse):
        return document
    return document if isinstance(document, ReportDoneResponse) and call is Call.FINISH else None


def _text(value: str | None) -> str | None:
    return clean(value).strip() or None if value is not None else None


def _words(answer: Answer) -> str:
    """The service's own words, else ours for its code."""
    theirs = _text(answer.description) if isinstance(answer, ReportResponse) else None
    if theirs:
        return theirs[:DESCRIPTION_LENGTH]
    meaning = CODES.get(answer.code)
    return meaning.title if meaning else f"The service answered with code {answer.code}."


def _without_answer(base: Reply, exchange: Exchange) -> Reply:
    status = exchange.http_status
    if status == 401:
        words = "The service refused the user name or the password (HTTP 401)."
        return replace(base, kind=OutcomeKind.REFUSED, description=words, problems=(_CREDENTIALS,))
    if status == 407:
        words = "The proxy asks for a user name and a password (HTTP 407): nothing was sent on."
        return replace(base, kind=OutcomeKind.TRY_AGAIN, description=words)
    if status == 429:
        words = "The service asks to be called less often (HTTP 429)."
        return replace(base, kind=OutcomeKind.TRY_AGAIN, description=words)
    if 300 <= status < 400:
        words = f"The address answers with a redirect (HTTP {status}), which is never followed."
    elif not exchange.whole:
        words = f"{exchange.why} (HTTP {status})."
    elif not exchange.body.strip():
        words = f"The answer was empty (HTTP {status})."
    elif re.match(rb"\s*(<!doctype\s+html|<html)", exchange.body[:200], re.IGNORECASE):
        words = f"A web page came instead of an answer (HTTP {status}); a proxy may have sent it."
    else:
        words = f"The answer could not be read (HTTP {status})."
    return replace(base, description=words)


_CREDENTIALS = FieldProblem("", "credentials", "The user name or the password was not accepted.")


def _success(call: Call | None, reply: Reply, report_id: str | None) -> Reply:
    if not 200 <= (reply.http_status or 0) < 300:
        words = f"The answer contradicts itself: code 0 with HTTP {reply.http_status}."
        return replace(reply, description=words)
    if call is Call.SUBMIT and reply.report_id is None:
        return replace(reply, description="The service says that it opened a report, but not which.")
    if call is Call.UPLOAD and reply.file_id is None:
        return replace(reply, description="The service says that it took the file, but gives no file ID.")
    if report_id is not None and reply.report_id is not None and reply.report_id != report_id:
        return replace(reply, description="The answer speaks of another report.")
    return replace(reply, kind=OutcomeKind.ACCEPTED)


def _failure(reply: Reply, sent: bytes) -> Reply:
    code = reply.code or 0
    if reply.http_status == 401:
        return replace(reply, kind=OutcomeKind.REFUSED, problems=(_CREDENTIALS,))
    if code in NOT_DONE:
        return replace(reply, kind=OutcomeKind.TRY_AGAIN)
    if code in CODES or 2000 <= code < 6000:
        meaning = CODES.get(code)
        if meaning is not None and meaning.unclear:
            return reply
        return replace(reply, kind=OutcomeKind.REFUSED, problems=_places(reply, sent))
    return reply


def _places(reply: Reply, sent: bytes) -> tuple[FieldProblem, ...]:
    """The fields that a refusal names by line, in the document as it was sent."""
    if not sent:
        return ()
    lines = dict.fromkeys(int(line) for line in _PLACE.findall(reply.description))
    code = str(reply.code)
    return tuple(FieldProblem(locate(sent, line), code, reply.description) for line in lines)
