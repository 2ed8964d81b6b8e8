"""Figures that leave the desk as a file: put on record first, then written whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QIODevice
from PySide6.QtGui import QImage, QImageWriter

from desk.domain.figures import Chart, Step
from desk.domain.roles import Operator
from desk.gui import paper, words
from desk.gui.figures import words as said
from desk.gui.paper import Paper, text
from desk.gui.words import tr
from desk.services.changes import Done
from desk.services.desk import Desk

FILTERS = {"csv": "CSV (*.csv)", "png": "PNG (*.png)", "pdf": "PDF (*.pdf)"}


def write(desk: Desk, operator: Operator, kind: str, path: Path, made: Callable[[], bytes]) -> Done[None]:
    """For a thread of long work. Raises NotAllowed, UserError."""
    body = made()
    done = desk.figures.exported(operator, kind)
    paper.save(path, body)
    return done


def png(image: QImage) -> bytes:
    store = QByteArray()
    buffer = QBuffer(store)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    QImageWriter(buffer, QByteArray(b"png")).write(image)
    buffer.close()
    return bytes(store.data())


def pdf(
    charts: Sequence[tuple[Chart, QImage | None]], step: Step, since: str, until: str, at: datetime
) -> bytes:
    """All charts with their tables; an empty one says why."""
    body = [f"<h1>{text(tr('Figures'))}</h1>"]
    body.append(f"<p>{text(tr('{since} to {until}, UTC.', since=since, until=until))}</p>")
    for n, (chart, image) in enumerate(charts):
        body.append(f"<h2>{text(said.title(chart.key))}</h2><p>{text(said.about(chart.key))}</p>")
        if image is None:
            body.append(f"<p>{text(said.nothing(chart.key))}</p>")
            continue
        body.append(f'<p><img src="chart-{n}" width="660"></p>')
        heads, rows = said.table(chart, step)
        body.append('<table width="100%" cellspacing="0" cellpadding="0">')
        for n_line, line in enumerate((heads, *rows)):
            kind = "" if n_line else ' class="name"'
            cells = "".join(f"<td{kind}>{text(cell)}</td>" for cell in line)
            body.append(f"<tr>{cells}</tr>")
        body.append("</table>")
    made = tr("Made {time}. Of all people together, never of one.", time=words.utc(at))
    pictures = tuple((f"chart-{n}", image) for n, (_, image) in enumerate(charts) if image is not None)
    return paper.render(Paper(tr("Figures"), tr("INTERNAL"), "".join(body), made, pictures)).pdf
