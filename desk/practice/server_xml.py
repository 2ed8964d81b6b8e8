"""XML of the stand-in: a small tree with positions for what it receives, and the two answers it sends.

Documents are read with expat, so that a refusal can say line and column. A document type declaration is
refused outright: no entity is ever expanded and nothing is ever fetched. The encoding is the XML's own,
whatever a header says (CyberTipline Reporting API, transport: headers have claimed another one).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from xml.parsers import expat
from xml.sax.saxutils import escape

MAX_DEPTH = 64
_INSTANCE = "http://www.w3.org/2001/XMLSchema-instance "


class MalformedXmlError(Exception):
    """What was sent is no XML (code 4110). The text holds position and reason, never content."""


@dataclass(slots=True)
class Node:
    """An element: name (with "URI " before it where it has a namespace), attributes, children, own text."""

    name: str
    attributes: dict[str, str]
    line: int
    column: int
    children: list[Node] = field(default_factory=list)
    parts: list[str] = field(default_factory=list, repr=False)

    @property
    def text(self) -> str:
        """The element's own character data, untouched."""
        return "".join(self.parts)

    def all(self, *path: str) -> Iterator[Node]:
        """Every descendant along a path of names."""
        for child in self.children:
            if child.name == path[0]:
                if len(path) == 1:
                    yield child
                else:
                    yield from child.all(*path[1:])

    def first(self, *path: str) -> Node | None:
        """The first descendant along a path of names, or None."""
        return next(self.all(*path), None)

    def value(self, *path: str) -> str:
        """The stripped text of the first descendant along a path of names; empty where there is none."""
        found = self.first(*path)
        return found.text.strip() if found is not None else ""


class _Builder:
    """Collects expat's events into nodes."""

    def __init__(self) -> None:
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.data
        self.parser.StartDoctypeDeclHandler = self.doctype
        self.root: Node | None = None
        self.open: list[Node] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        kept = {key: value for key, value in attributes.items() if not key.startswith(_INSTANCE)}
        node = Node(name, kept, self.parser.CurrentLineNumber, self.parser.CurrentColumnNumber + 1)
        if len(self.open) >= MAX_DEPTH:
            raise MalformedXmlError(f"[{node.line},{node.column}] - elements nested too deeply")
        if self.open:
            self.open[-1].children.append(node)
        else:
            self.root = node
        self.open.append(node)

    def end(self, _name: str) -> None:
        self.open.pop()

    def data(self, text: str) -> None:
        self.open[-1].parts.append(text)

    def doctype(self, *_: object) -> None:
        line = self.parser.CurrentLineNumber
        raise MalformedXmlError(f"[{line},1] - a document type declaration is not allowed")


def parse(body: bytes) -> Node:
    """The document's root element. Raises MalformedXmlError."""
    builder = _Builder()
    try:
        builder.parser.Parse(body, True)
    except expat.ExpatError as error:
        words = expat.errors.messages.get(error.code, "not well-formed")
        raise MalformedXmlError(f"[{error.lineno},{error.offset + 1}] - {words}") from None
    except (LookupError, ValueError):
        raise MalformedXmlError("[1,1] - unknown encoding") from None
    assert builder.root is not None
    return builder.root


def declared_encoding(body: bytes) -> str:
    """The encoding to show a received document in: the one it declares where Python knows it, or UTF-8."""
    found: list[str] = []
    parser = expat.ParserCreate()
    parser.XmlDeclHandler = lambda _version, encoding, _standalone: found.append(encoding or "utf-8")
    try:
        parser.Parse(body[:1024], False)
        "".encode(found[0])
    except (expat.ExpatError, LookupError, ValueError, IndexError):
        return "utf-8"
    return found[0]


_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


def report_response(
    code: int,
    description: str,
    *,
    report_id: int | None = None,
    file_id: str | None = None,
    md5: str | None = None,
) -> bytes:
    """A reportResponse: reportId, fileId and hash only where given."""
    more = [("reportId", report_id), ("fileId", file_id), ("hash", md5)]
    inner = "".join(f"<{name}>{escape(str(value))}</{name}>" for name, value in more if value is not None)
    inner = f"<responseDescription>{escape(description)}</responseDescription>{inner}"
    return f"{_HEAD}<reportResponse><responseCode>{code}</responseCode>{inner}</reportResponse>".encode()


def done_response(code: int, report_id: int, file_ids: Sequence[str]) -> bytes:
    """A reportDoneResponse; files may be empty."""
    files = "".join(f"<fileId>{file_id}</fileId>" for file_id in file_ids)
    inner = f"<responseCode>{code}</responseCode><reportId>{report_id}</reportId><files>{files}</files>"
    return f"{_HEAD}<reportDoneResponse>{inner}</reportDoneResponse>".encode()


def odd(body: bytes) -> bytes:
    """The same answer as a service might also send it: children in reverse, one unknown, description empty.

    CyberTipline Reporting API: answers are to be read by element name, whatever their order, ignoring
    elements that one does not know.
    """
    root = parse(body)
    inner = [f"<supportNote>practice</supportNote>{_write(child)}" for child in reversed(root.children)]
    return f"{_HEAD}<{root.name}>{''.join(inner)}</{root.name}>".encode()


def _write(node: Node) -> str:
    if node.name == "responseDescription":
        return "<responseDescription/>"
    inner = "".join(_write(child) for child in node.children) or escape(node.text)
    return f"<{node.name}>{inner}</{node.name}>"
