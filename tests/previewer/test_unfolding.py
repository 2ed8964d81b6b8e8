"""Documents of a kilobyte whose forms draw forms that draw forms; and honest ones that draw many."""

from __future__ import annotations

import io
import time
import zlib

import pytest

from desk.domain.preview import NoPreview, NoPreviewReason, PreviewSource
from desk.media.pool import PreviewPool
from desk.previewer import documents
from desk.previewer.protocol import GREY, MAX_INLINE, Ask, Facts, Format, Refusal, Refused, Request
from desk.previewer.unfolding import check_forms

FORM = b"/Type /XObject /Subtype /Form /BBox [0 0 9 9]"
LINE = b"0 0 m 9 9 l S"


def stream(head: bytes, content: bytes, *, packed: bool = True) -> bytes:
    content = zlib.compress(content) if packed else content
    head += b" /Filter /FlateDecode" if packed else b""
    return b"<< %s /Length %d >>\nstream\n%s\nendstream" % (head, len(content), content)


def document(objects: dict[int, bytes], *, page: bytes = b"", pages: bytes = b"") -> bytes:
    """Objects from 4 on; the page draws what 4 holds."""
    whole = {
        1: b"<< /Type /Catalog /Pages 2 0 R >>",
        2: b"<< /Type /Pages /Kids [3 0 R] /Count 1 %s >>" % pages,
        3: b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 99 99] /Contents [4 0 R] %s >>" % page,
        **objects,
    }
    out, at = b"%PDF-1.7\n", {}
    for number, body in sorted(whole.items()):
        at[number] = len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%d 1\n%010d 00000 n \n" % one for one in sorted(at.items()))
    return out + b"xref\n%strailer << /Size 99 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (table, len(out))


def named(number: int) -> bytes:
    return b"/Resources << /XObject << /F %d 0 R >> >>" % number


def nested(deep: int, times: int, *, packed: bool = True, apart: bool = False) -> dict[int, bytes]:
    """Form 10 draws form 11 so many times, and so on; with names of their own, or by a reference each."""
    made = {}
    for number in range(10, 10 + deep):
        names = b"/Resources %d 0 R" % (number + 40) if apart else named(number + 1)
        made[number] = stream(FORM + names, b"q /F Do Q\n" * times, packed=packed)
        if apart:
            made[number + 40] = b"<< /XObject %d 0 R >>" % (number + 20)
            made[number + 20] = b"<< /F %d 0 R >>" % (number + 1)
    return made | {10 + deep: stream(FORM, LINE, packed=packed)}


def in_a_stream(objects: dict[int, bytes]) -> dict[int, bytes]:
    """What holds no stream, packed together as newer documents have it."""
    loose = {number: body for number, body in objects.items() if b"stream" not in body}
    places, bodies = [], b""
    for number, body in loose.items():
        places.append(b"%d %d" % (number, len(bodies)))
        bodies += body + b" "
    head = b" ".join(places) + b" "
    kept = {number: body for number, body in objects.items() if number not in loose}
    return kept | {90: stream(b"/Type /ObjStm /N %d /First %d" % (len(loose), len(head)), head + bodies)}


DRAWN = stream(b"", b"/F Do")
MANY = stream(b"", b"/F Do\n" * 4_000)
BOMBS = {
    "forms in forms": document({4: DRAWN, **nested(6, 10)}, page=named(10)),
    "unpacked": document({4: DRAWN, **nested(6, 10, packed=False)}, page=named(10)),
    "names by reference": document({4: DRAWN, **nested(6, 10, apart=True)}, page=named(10)),
    "names in a packed stream": document(
        {4: DRAWN, **in_a_stream(nested(6, 10, apart=True))}, page=named(10)
    ),
    "the page draws most of it": document({4: MANY, **nested(1, 40)}, page=named(10)),
    "the names are those of all pages": document({4: MANY, **nested(1, 40)}, pages=named(10)),
}
HARMLESS = {
    "a dense map": document({4: stream(b"", b"/F Do\n" * 20_000), **nested(1, 4)}, page=named(10)),
    "a form that draws itself": document(
        {4: DRAWN, 10: stream(FORM + named(10), b"/F Do\n" * 50)}, page=named(10)
    ),
    "a long chain": document({4: DRAWN, **nested(60, 1)}, page=named(10)),
    "names of nothing": document({4: DRAWN, 10: stream(FORM + named(98), b"/F Do\n" * 50)}, page=named(10)),
    "damaged packing": document(
        {4: DRAWN, 10: b"<< %s /Filter /LZWDecode >>\nstream\n??\nendstream" % FORM}, page=named(10)
    ),
    "an empty packed stream": document({4: DRAWN, 9: stream(b"/ObjStm", b""), 10: stream(FORM, LINE)}),
    "a name cut off": b"1 0 obj << /Type /Page /Resources << /XObject << /F 2 0 R 2 0 obj << /Subtype /Form >>",
}


@pytest.mark.parametrize("name", BOMBS)
def test_what_multiplies_is_refused(name: str) -> None:
    data = BOMBS[name]
    with pytest.raises(Refused) as refused:
        check_forms(io.BytesIO(data), len(data))
    assert refused.value.refusal is Refusal.TOO_MUCH


@pytest.mark.parametrize("name", HARMLESS)
def test_what_does_not_is_drawn(name: str) -> None:
    data = HARMLESS[name]
    check_forms(io.BytesIO(data), len(data))


def test_what_is_too_large_to_be_read_at_once_is_not_looked_through() -> None:
    check_forms(io.BytesIO(BOMBS["unpacked"]), MAX_INLINE + 1)


def test_its_facts_are_told_and_its_tile_stays_plain_within_a_second() -> None:
    data = BOMBS["forms in forms"]
    ask = Request(b"", 1, Ask.PROBE, Format.PDF, GREY, 0, 64, 60, 0, -1, len(data))
    found = documents.answer(io.BytesIO(data), ask)
    assert isinstance(found, Facts)
    with PreviewPool(1) as pool:
        content = PreviewSource.from_bytes(data)
        pool.probe(content)  # the worker is up
        started = time.monotonic()
        result = pool.preview(content, edge=64)
        assert time.monotonic() - started < 1
    assert isinstance(result, NoPreview)
    assert result.reason is NoPreviewReason.TOO_MUCH
