"""PDF by pypdfium2: the number of pages, one page drawn, the document's own text fields.

Scripts and forms are never started; fonts come from the file or from PDFium itself, since none can be opened.
"""

from __future__ import annotations

import io
from typing import Any, BinaryIO

import pypdfium2
import pypdfium2.raw
from PIL import Image

from .part import MOST_EDGE
from .part import of as part_of
from .protocol import (
    FACT_PICTURE,
    FACT_TEXT,
    GREY,
    MAX_COUNT,
    MAX_STILLS,
    Ask,
    Facts,
    Format,
    Picture,
    Refusal,
    Refused,
    Request,
)
from .shape import blurred, picture, plain
from .swell import check_streams
from .text import Entry, from_tags
from .unfolding import check_forms

_POINT_LIMIT = 20_000.0


def prepare() -> None:
    """Draw a page once, so that PDFium has loaded what it needs."""
    buffer = io.BytesIO()
    fresh = pypdfium2.PdfDocument.new()
    fresh.new_page(72, 72)
    fresh.save(buffer)
    fresh.close()
    for ask in (Ask.BLUR, Ask.PROBE, Ask.TEXT):
        buffer.seek(0)
        answer(buffer, Request(b"", 0, ask, Format.PDF, GREY, 0, 16, 60, 0, -1, buffer.getbuffer().nbytes))


def formats() -> int:
    """Bits 1 << Format of what this build decodes."""
    return 1 << Format.PDF


def refusal(error: Exception) -> Refusal:
    """A password is worth telling apart from damage."""
    if getattr(error, "err_code", None) == pypdfium2.raw.FPDF_ERR_PASSWORD:
        return Refusal.PROTECTED
    return Refusal.BROKEN


def answer(source: BinaryIO, request: Request) -> list[Picture] | Facts | list[Entry]:
    """One request about one document. Raises Refused, MemoryError, or pypdfium2's errors."""
    ask = Ask(request.ask)
    if request.format != Format.PDF:
        raise Refused(Refusal.UNSUPPORTED)
    check_streams(source, request.size)
    source.seek(0)
    document = pypdfium2.PdfDocument(source)
    try:
        pages = min(len(document), MAX_COUNT)
        if ask is Ask.TEXT:
            return _text(document)
        if pages < 1:
            raise Refused(Refusal.NO_PICTURE)
        if ask is Ask.PROBE:
            width, height = _size_of(document.get_page_size(0))
            flags = FACT_PICTURE | (FACT_TEXT if _text(document) else 0)
            return Facts(round(width), round(height), pages, -1, flags)
        check_forms(source, request.size)
        grey = bool(request.flags & GREY)
        if ask is Ask.REVEAL:
            page = document[min(request.number, pages - 1)]
            cut = part_of(request)
            if cut is None:
                return [picture(_draw(page, request.edge, grey=False))]
            width, height = _size(page)
            grown = MOST_EDGE / max(width, height)
            edge = cut.whole_edge(round(width * grown), round(height * grown), request.edge)
            return [picture(cut.cut(_draw(page, edge, grey=False), request.edge))]
        if ask is Ask.STILLS:
            wanted = max(1, min(request.number, pages, MAX_STILLS))
            numbers = [index * pages // wanted for index in range(wanted)]
        elif ask is Ask.BLUR:
            numbers = [0]
        else:
            raise Refused(Refusal.UNSUPPORTED)
        return [
            blurred(
                _draw(document[number], request.edge, grey=grey),
                request.strength,
                grey=grey,
                position_ms=-1,
                damaged=False,
            )
            for number in numbers
        ]
    finally:
        document.close()


def _size(page: Any) -> tuple[float, float]:
    """Width and height in points. Raises Refused where they make no sense."""
    return _size_of(page.get_size())


def _size_of(size: tuple[float, float]) -> tuple[float, float]:
    width, height = size
    if not (0 < width < _POINT_LIMIT and 0 < height < _POINT_LIMIT):
        raise Refused(Refusal.TOO_LARGE)
    return width, height


def _draw(page: Any, edge: int, *, grey: bool) -> Image.Image:
    width, height = _size(page)
    # A sliver of a page would need a side of less than a pixel.
    scale = max(edge / max(width, height), 1.0 / min(width, height))
    if max(width, height) * scale > edge + 1:
        raise Refused(Refusal.TOO_LARGE)
    bitmap = page.render(scale=scale, may_draw_forms=False, fill_color=(255, 255, 255, 255))
    image = plain(bitmap.to_pil(), grey=grey)
    image.load()
    image = image.crop((0, 0, min(edge, image.width), min(edge, image.height)))
    bitmap.close()
    page.close()
    return image


def _text(document: Any) -> list[Entry]:
    try:
        return from_tags(document.get_metadata_dict(skip_empty=True))
    except pypdfium2.PdfiumError:
        return []
