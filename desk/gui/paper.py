"""Documents on paper: plain HTML set by Qt and written as a PDF, with the bundled fonts.

Fit for any thread but the GUI's own: setting a long document takes a while. Nothing is loaded while it is
set, so no address in a document is ever asked for, and no picture gets in but charts of our own.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMarginsF, QRectF, QSizeF, Qt, QUrl
from PySide6.QtGui import (
    QAbstractTextDocumentLayout,
    QColor,
    QFont,
    QImage,
    QPageLayout,
    QPageSize,
    QPainter,
    QPalette,
    QPdfWriter,
    QTextDocument,
    QTextOption,
)

from desk.domain.errors import UserError
from desk.gui import theme
from desk.gui.palette import LIGHT
from desk.gui.words import tr

DPI = 144
MARGIN_MM = 18.0
BAND_PT = 22.0
"""Room for the header above the text, and for the footer below it, in points."""

STYLE = """
h1 { font-size: 17pt; font-weight: 600; margin-top: 0px; margin-bottom: 10px; }
h2 { font-size: 11.5pt; font-weight: 600; margin-top: 30px; margin-bottom: 8px; }
h3 { font-size: 9.5pt; font-weight: 600; margin-top: 16px; margin-bottom: 4px; }
p, td { font-size: 9.5pt; }
p { margin-top: 0px; margin-bottom: 8px; }
td { padding: 3px 16px 3px 0px; }
td.name { color: MUTED; }
""".replace("MUTED", LIGHT.muted)
"""Print is always ink on white: whatever theme the screen has."""


@dataclass(frozen=True, slots=True)
class Paper:
    """A document to be set. ``marking`` and ``title`` stand on every page; ``body`` is safe HTML."""

    title: str
    marking: str
    body: str = field(repr=False)
    footer: str = ""
    pictures: tuple[tuple[str, QImage], ...] = field(default=(), repr=False)
    """Charts of our own by the name that ``body`` calls them; nothing else gets in as a picture."""


@dataclass(frozen=True, slots=True)
class Printed:
    pdf: bytes = field(repr=False)
    pages: int

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.pdf).hexdigest()


class _Document(QTextDocument):
    def loadResource(self, _kind: int, _name: QUrl | str) -> object:
        return None


def text(value: str) -> str:
    """A value as HTML: what looks like markup stays text, lines stay lines, long words may break."""
    return escape(value).replace("\n", "<br>")


def mono(value: str) -> str:
    """An id or a digest in the monospace face. No sign is put in: what is copied is what it is."""
    return f"<span style=\"font-family: '{theme.MONO}'; font-size: 8pt\">{text(value)}</span>"


def render(paper: Paper, size: QPageSize.PageSizeId = QPageSize.PageSizeId.A4) -> Printed:
    """The whole document with header, footer and page numbers."""
    store = QByteArray()
    buffer = QBuffer(store)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    writer.setTitle(paper.title)
    writer.setCreator(tr("Tipline Desk"))
    writer.setResolution(DPI)
    margins = QMarginsF(MARGIN_MM, MARGIN_MM, MARGIN_MM, MARGIN_MM)
    writer.setPageLayout(
        QPageLayout(QPageSize(size), QPageLayout.Orientation.Portrait, margins, QPageLayout.Unit.Millimeter)
    )
    band = BAND_PT * DPI / 72
    room = QSizeF(writer.width(), writer.height() - 2 * band)
    document = _Document()
    document.documentLayout().setPaintDevice(writer)
    font = QFont(theme.SANS)
    font.setPointSizeF(9.5)
    document.setDefaultFont(font)
    document.setDocumentMargin(0)
    wrapping = QTextOption()
    wrapping.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    document.setDefaultTextOption(wrapping)
    document.setDefaultStyleSheet(STYLE)
    for name, image in paper.pictures:
        document.addResource(QTextDocument.ResourceType.ImageResource.value, QUrl(name), image)
    document.setHtml(paper.body)
    document.setPageSize(room)
    pages = max(1, document.pageCount())
    # The application's own palette would print a dark theme's pale text on white paper.
    ink = QAbstractTextDocumentLayout.PaintContext()
    colours = QPalette()
    colours.setColor(QPalette.ColorRole.Text, QColor(LIGHT.text))
    ink.palette = colours
    painter = QPainter(writer)
    for page in range(pages):
        if page:
            writer.newPage()
        painter.save()
        painter.translate(0, band - page * room.height())
        part = QRectF(0, page * room.height(), room.width(), room.height())
        painter.setClipRect(part)
        ink.clip = part
        document.documentLayout().draw(painter, ink)
        painter.restore()
        painter.save()
        _frame(painter, paper, room, band, page + 1, pages)
        painter.restore()
    painter.end()
    buffer.close()
    return Printed(bytes(store.data()), pages)


def _frame(painter: QPainter, paper: Paper, room: QSizeF, band: float, page: int, pages: int) -> None:
    small = QFont(theme.SANS)
    small.setPointSizeF(8)
    painter.setFont(small)
    painter.setPen(QColor(LIGHT.muted))
    top = int(Qt.AlignmentFlag.AlignTop)
    bottom = int(Qt.AlignmentFlag.AlignBottom)
    left, right = int(Qt.AlignmentFlag.AlignLeft), int(Qt.AlignmentFlag.AlignRight)
    head = QRectF(0, 0, room.width(), band)
    foot = QRectF(0, room.height() + band, room.width(), band)
    painter.drawText(head, top | left, paper.title)
    painter.drawText(foot, bottom | left, paper.footer)
    painter.drawText(foot, bottom | right, tr("Page {page} of {pages}", page=page, pages=pages))
    small.setWeight(QFont.Weight.DemiBold)
    painter.setFont(small)
    painter.setPen(QColor(LIGHT.text))
    painter.drawText(head, top | right, paper.marking)


def save(path: Path, data: bytes) -> Path:
    """Write beside the target, readable by its owner alone, then put it in place. Raises UserError."""
    name = ""
    try:
        handle, name = tempfile.mkstemp(prefix=".paper-", dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except OSError as problem:
        if name:
            Path(name).unlink(missing_ok=True)
        reason = problem.strerror or type(problem).__name__
        raise UserError(
            tr("The document could not be saved: {reason}.", reason=reason), tr("Choose another folder.")
        ) from problem
    return path
