"""The packet as a document: which parts, for whom, marked confidential on every page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from desk.domain.channels import Channel, directory
from desk.domain.packet import PART_WORDS, USUAL, Chapter, Line, Part, utc
from desk.gui import theme
from desk.gui.case.parts import row
from desk.gui.paper import Paper, mono, text
from desk.gui.widgets.buttons import primary, secondary
from desk.gui.widgets.choices import CheckBox
from desk.gui.widgets.common import label, vbox
from desk.gui.widgets.fields import Choice, Field
from desk.gui.words import tr


def paper(
    chapters: Sequence[Chapter], *, case_id: str, channel: Channel | None, made_at: datetime, by: str
) -> Paper:
    """The document of these chapters."""
    to = channel.name if channel is not None else tr("not named")
    head = [
        f"<h1>{text(tr('Report packet'))}</h1>",
        "<p>" + text(tr("For: {body}. Made {when} by {name}.", body=to, when=utc(made_at), name=by)) + "</p>",
        "<p>"
        + text(
            tr(
                "Immediate danger to a child: local police first, always. This packet holds no pictures "
                "and no films; files are named by their digests."
            )
        )
        + "</p>",
    ]
    return Paper(
        tr("Report packet, case {id}", id=case_id),
        tr("CONFIDENTIAL"),
        "".join([*head, *(_chapter(chapter) for chapter in chapters)]),
        tr("Hand over to {body} only.", body=channel.name)
        if channel is not None
        else tr("Hand over only to the body that it was made for."),
    )


def _chapter(chapter: Chapter) -> str:
    made = [f"<h2>{text(tr(chapter.title))}</h2>"]
    for group in chapter.groups:
        if group.title:
            made.append(f"<h3>{text(group.title)}</h3>")
        made.append('<table width="100%" cellspacing="0" cellpadding="0">')
        made += [_line(line) for line in group.lines]
        made.append("</table>")
    return "".join(made)


def _line(line: Line) -> str:
    value = mono(line.value) if line.mono else text(line.value)
    return f'<tr><td class="name" width="26%">{text(tr(line.label))}</td><td>{value}</td></tr>'


class PacketForm(QWidget):
    """``asked`` carries (parts, body's code or None): a person wants the packet saved."""

    asked = Signal(object, object)
    left = Signal()

    def __init__(self, codes: Iterable[str] = ()) -> None:
        super().__init__()
        known = [(one.code, tr(one.name)) for one in directory() if one.takes_reports]
        self.body = Choice(known, tr("Not named"))
        self.body.set_value(next(iter(codes), None))
        self.parts: dict[Part, CheckBox] = {}
        column = vbox(gap=theme.S1)
        column.addWidget(label(tr("Packet (PDF)"), "section"))
        column.addWidget(
            label(
                tr("The facts of the case on paper. Never a picture; never more than is ticked here."),
                "muted",
                wrap=True,
            )
        )
        column.addSpacing(theme.S2)
        column.addWidget(Field(tr("For"), self.body, optional=True))
        column.addSpacing(theme.S2)
        column.addWidget(label(tr("What goes in"), "label"))
        for part in Part:
            box = CheckBox(tr(PART_WORDS[part]))
            box.set_value(part in USUAL)
            box.changed.connect(self._changed)
            self.parts[part] = box
            column.addWidget(box)
        column.addWidget(
            label(
                tr("People who did nothing, and their words, go in only if you tick them."),
                "muted",
                wrap=True,
            )
        )
        self.save = primary(tr("Save as PDF…"))
        self.save.clicked.connect(self._ask)
        back = secondary(tr("Cancel"), key="Esc")
        back.clicked.connect(self.left)
        column.addSpacing(theme.S2)
        column.addLayout(row(self.save, back, None))
        column.addWidget(label(tr("Saving it is put on record."), "muted"))
        column.addStretch(1)
        self.setLayout(column)

    def chosen(self) -> frozenset[Part]:
        return frozenset(part for part, box in self.parts.items() if box.value())

    def _changed(self) -> None:
        self.save.setEnabled(bool(self.chosen()))

    def _ask(self) -> None:
        if self.chosen():
            self.asked.emit(self.chosen(), self.body.value())


def file_name(case_id: str) -> str:
    """A name for the file that any system takes."""
    plain = "".join(sign if sign.isalnum() or sign in "-_" else "-" for sign in case_id)[:60]
    return str(Path(f"packet-{plain}.pdf"))
