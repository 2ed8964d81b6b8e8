"""Documents that draw a form within a form within a form: a kilobyte that unfolds into a thousand million.

PDFium reads a form anew each time that it is drawn, and ends for want of memory. How often that would be is
counted beforehand, by the names that each form draws and what they stand for. What cannot be followed here
(an encrypted document, an unusual packing) counts as nothing: the limits of memory and time are behind this.
"""

from __future__ import annotations

import re
import zlib
from typing import BinaryIO

from .protocol import MAX_INLINE, Refusal, Refused

MOST_DRAWN = 100_000
"""Forms drawn by one page or one form, nested ones included; a tenth of what ends PDFium. A dense map draws
some ten thousand."""

_PLAIN_FORM = 20
"""What a form may draw before it is worth counting how often pages draw it."""

_DEEPEST = 40
_MOST_OBJECTS = 200_000
_MOST_OPENED = 64 << 20
_MOST_CONTENT = 8 << 20

_OBJECT = re.compile(rb"(?<![\w.])(\d{1,9})\s+\d{1,5}\s+obj\b")
_STREAM = re.compile(rb"\bstream\r?\n")
_REFERENCE = re.compile(rb"(\d{1,9})\s+\d{1,5}\s+R\b")
_NAME = rb"/([^\s/<>\[\](){}%]+)"
_NAMED = re.compile(_NAME + rb"\s*(\d{1,9})\s+\d{1,5}\s+R\b")
_DRAW = re.compile(_NAME + rb"\s+Do(?![^\s/<>\[\](){}%])")
_BOUND = re.compile(rb"<<|>>")
_FORM = re.compile(rb"/Subtype\s*/Form\b")
_PAGE = re.compile(rb"/Type\s*/Page\b")


def check_forms(source: BinaryIO, size: int) -> None:
    """Refuse a document whose forms multiply. Raises Refused(TOO_MUCH).

    Documents of more than MAX_INLINE bytes are read piece by piece and are not looked through.
    """
    if size > MAX_INLINE:
        return
    at = source.tell()
    try:
        source.seek(0)
        data = source.read()
    finally:
        source.seek(at)
    if b"/Form" in data and _Document(data).most_drawn() > MOST_DRAWN:
        raise Refused(Refusal.TOO_MUCH)


class _Document:
    """The objects of a document by number: each a dictionary, and the stream behind it where there is one."""

    def __init__(self, data: bytes) -> None:
        self._opened = 0
        self._objects: dict[int, tuple[bytes, memoryview]] = {}
        self._drawn: dict[int, int] = {}
        whole = memoryview(data)
        found = []
        for one in _OBJECT.finditer(data):
            found.append((int(one[1]), one.end()))
            if len(found) > _MOST_OBJECTS:
                break
        ends = [start for _, start in found[1:]] + [len(data)]
        packed = []
        for (number, start), end in zip(found, ends, strict=True):
            stream = _STREAM.search(data, start, end)
            head = data[start : stream.start() if stream else end]
            # The last one of a number counts: a document is changed by what is put behind it.
            self._objects[number] = (head, whole[stream.end() : end] if stream else whole[:0])
            if stream and b"/ObjStm" in head:
                packed.append(number)
        for number in packed:
            self._unpack(number)

    def most_drawn(self) -> int:
        """The most forms that any one form or page draws, all in all; MOST_DRAWN + 1 stands for more."""
        forms = [number for number, (head, _) in self._objects.items() if _FORM.search(head)]
        most = max((self._count(number, 0) for number in forms), default=0)
        if most <= _PLAIN_FORM or most > MOST_DRAWN:
            return most
        pages = [head for head, _ in self._objects.values() if _PAGE.search(head)]
        return max([most, *(self._on_page(head) for head in pages)])

    def _count(self, number: int, depth: int) -> int:
        """This form and all that it draws."""
        if number not in self._drawn:
            self._drawn[number] = 1  # where it draws itself, PDFium stops too
            head, _ = self._objects[number]
            if depth < _DEEPEST and _FORM.search(head):
                self._drawn[number] = 1 + self._draws(self._content(number), self._resources(head), depth)
        return self._drawn[number]

    def _draws(self, content: bytes, names: dict[bytes, int], depth: int) -> int:
        times: dict[bytes, int] = {}
        for name in _DRAW.findall(content):
            times[name] = times.get(name, 0) + 1
        total = 0
        for name, count in times.items():
            if names.get(name) in self._objects:
                total = min(total + count * self._count(names[name], depth + 1), MOST_DRAWN)
        return total

    def _on_page(self, head: bytes) -> int:
        above, names = head, self._resources(head)
        for _ in range(_DEEPEST):
            parent = _REFERENCE.match(_value(above, b"/Parent"))
            if names or parent is None or int(parent[1]) not in self._objects:
                break
            above = self._objects[int(parent[1])][0]
            names = self._resources(above)
        parts = [int(one) for one in _REFERENCE.findall(_value(head, b"/Contents"))]
        return 1 + self._draws(b"\n".join(self._content(number) for number in parts), names, 0)

    def _resources(self, head: bytes) -> dict[bytes, int]:
        """Names of forms and pictures, and the numbers that they stand for."""
        listed = self._follow(_value(self._follow(_value(head, b"/Resources")), b"/XObject"))
        return {name: int(number) for name, number in _NAMED.findall(listed)}

    def _follow(self, value: bytes) -> bytes:
        """What stands at a reference; any other value itself."""
        found = _REFERENCE.match(value)
        return self._objects.get(int(found[1]), (b"", b""))[0] if found else value

    def _content(self, number: int) -> bytes:
        """The stream, unpacked, as far as it is looked at."""
        head, stream = self._objects.get(number, (b"", memoryview(b"")))
        if self._opened > _MOST_OPENED:
            return b""
        if b"/Filter" not in head:
            content = bytes(stream[:_MOST_CONTENT])
        else:
            try:
                content = zlib.decompressobj().decompress(stream, _MOST_CONTENT)
            except zlib.error:
                return b""
        self._opened += len(content)
        return content

    def _unpack(self, number: int) -> None:
        """Objects that lie packed in a stream: dictionaries alone, such as of resources and pages."""
        content = self._content(number)
        first = re.match(rb"\s*(\d{1,9})", _value(self._objects[number][0], b"/First"))
        if first is None:
            return
        numbers = [int(one) for one in re.findall(rb"\d{1,9}", content[: int(first[1])])]
        starts = [int(first[1]) + at for at in numbers[1::2]]
        for one, start, end in zip(numbers[::2], starts, [*starts[1:], len(content)], strict=False):
            self._objects.setdefault(one, (content[start:end], memoryview(b"")))


def _value(dictionary: bytes, key: bytes) -> bytes:
    """What follows a key: a dictionary to its own end, else all that is left. Empty where the key is not."""
    found = re.search(re.escape(key) + rb"(?![^\s/<>\[\](){}%])\s*", dictionary)
    if found is None:
        return b""
    rest = dictionary[found.end() :]
    if rest.startswith(b"["):
        return rest[: rest.find(b"]") + 1].removeprefix(b"[")
    if not rest.startswith(b"<<"):
        return rest
    depth = 0
    for bound in _BOUND.finditer(rest):
        depth += 1 if bound[0] == b"<<" else -1
        if depth == 0:
            return rest[: bound.end()]
    return rest
