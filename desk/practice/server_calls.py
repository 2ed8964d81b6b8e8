"""The seven calls of the CyberTipline Reporting API as the stand-in answers them, apart from HTTP.

Each call takes what was sent and gives an `Answer`. Refusals are HTTP 400 with the code in the XML, as the
service does it: neither the status nor the body alone tells.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from desk.practice.server_body import BadBodyError, Body, Part, form
from desk.practice.server_checks import Problem, check
from desk.practice.server_relations import batched_file, is_batched
from desk.practice.server_rules import Rules
from desk.practice.server_state import Ledger, RefusedError
from desk.practice.server_table import Complex
from desk.practice.server_xml import MalformedXmlError, Node, done_response, parse, report_response
from desk.practice.server_xsd import schema

XML_TYPE = "text/xml;charset=UTF-8"
METHODS: Mapping[str, str] = {
    "status": "GET",
    "xsd": "GET",
    "submit": "POST",
    "upload": "POST",
    "fileinfo": "POST",
    "finish": "POST",
    "retract": "POST",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer: HTTP status, body, its type, the XML's response code where it has one, more headers."""

    status: int
    body: bytes = field(repr=False)
    content_type: str = XML_TYPE
    code: int | None = None
    headers: tuple[tuple[str, str], ...] = ()


def refusal(status: int, code: int, words: str, *headers: tuple[str, str]) -> Answer:
    """A reportResponse that refuses."""
    return Answer(status, report_response(code, words), code=code, headers=headers)


def accepted(words: str = "Success", **more: int | str) -> Answer:
    """A reportResponse with code 0."""
    return Answer(200, report_response(0, words, **more), code=0)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Request:
    """What a call needs to know of its request."""

    content_type: str
    body: Body
    peer: str


class Calls:
    """The calls over one ledger."""

    def __init__(self, ledger: Ledger, rules: Rules, user: str, clock: Callable[[], datetime]) -> None:
        self._ledger = ledger
        self._rules = rules
        self._user = user
        self._clock = clock
        self._schema = schema(rules)

    def answer(self, endpoint: str, request: Request) -> Answer:
        """Process a call. Raises IncompleteBodyError where the connection ends before the body does."""
        calls: dict[str, Callable[[Request], Answer]] = {
            "status": self._status,
            "xsd": self._xsd,
            "submit": self._submit,
            "upload": self._upload,
            "fileinfo": self._fileinfo,
            "finish": self._finish,
            "retract": self._retract,
        }
        try:
            return calls[endpoint](request)
        except RefusedError as error:
            request.body.drain()
            return refusal(400, error.code, error.words)
        except MalformedXmlError as error:
            return refusal(400, 4110, f"Malformed XML {error}")

    def _status(self, request: Request) -> Answer:
        request.body.drain()
        return accepted(f"Remote User : {self._user}, Remote Ip : {request.peer}")

    def _xsd(self, request: Request) -> Answer:
        request.body.drain()
        return Answer(200, self._schema)

    def _document(self, request: Request, kind: Complex) -> tuple[bytes, Node]:
        if request.content_type.partition(";")[0].strip().lower() != "text/xml":
            raise RefusedError(4000, "Invalid request: the Content-Type is not text/xml")
        try:
            body = request.body.document()
        except BadBodyError as error:
            raise RefusedError(4000, f"Invalid request: {error}") from None
        root = parse(body)
        problems = check(root, kind, self._clock())
        if problems:
            raise RefusedError(4100, str(problems[0]))
        return body, root

    def _submit(self, request: Request) -> Answer:
        body, root = self._document(request, self._rules.report)
        return accepted(report_id=self._ledger.open(body, batched=is_batched(root)))

    def _fileinfo(self, request: Request) -> Answer:
        body, root = self._document(request, self._rules.file_details)
        report_id, file_id = int(root.value("reportId")), root.value("fileId")
        if self._ledger.is_batched(report_id, file_id):
            for fault in batched_file(root):
                node, path = fault.node, "fileDetails"
                path += "" if node is root else f"/{node.name}"
                raise RefusedError(4100, str(Problem(node.line, node.column, path, fault.words)))
        self._ledger.describe(report_id, file_id, body)
        return accepted(report_id=report_id)

    def _upload(self, request: Request) -> Answer:
        parts = self._form(request, 4200)
        files = [part for part in parts if part.name == "file"]
        if len(files) != 1:
            raise RefusedError(4200, "Malformed file submittal: exactly one field named file is needed")
        report_id, file = _report_id(parts), files[0]
        file_id = self._ledger.attach(report_id, md5=file.md5, size=file.size, name=file.filename)
        return accepted(report_id=report_id, file_id=file_id, md5=file.md5)

    def _finish(self, request: Request) -> Answer:
        report_id = _report_id(self._form(request, 4000))
        return Answer(200, done_response(0, report_id, self._ledger.finish(report_id)), code=0)

    def _retract(self, request: Request) -> Answer:
        report_id = _report_id(self._form(request, 4000))
        self._ledger.retract(report_id)
        return accepted(report_id=report_id)

    def _form(self, request: Request, code: int) -> list[Part]:
        try:
            return form(request.body, request.content_type)
        except BadBodyError as error:
            raise RefusedError(code, f"Malformed form: {error}") from None


def _report_id(parts: list[Part]) -> int:
    ids = [part.text.strip() for part in parts if part.name == "id"]
    if len(ids) != 1 or not (ids[0].isascii() and ids[0].isdigit() and len(ids[0]) < 19):
        raise RefusedError(4000, "Invalid request: exactly one field named id with a report ID is needed")
    return int(ids[0])
