"""Renders the frame and every widget to PNG, for judging looks: ``python -m tests.gui.gallery OUTDIR``.

Both themes at 1280×800 and at 200 %, wide at 1920×1080. Each scale is a process of
its own, because Qt reads the scale once. Pictures in tiles are drawn gradients.
"""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from PySide6.QtCore import QRect
from PySide6.QtGui import QColor, QImage, QLinearGradient, QPainter
from PySide6.QtWidgets import QApplication, QHBoxLayout, QVBoxLayout, QWidget

from desk.gui.banner import Endpoint
from desk.gui.theme import S2, S3, S4, Scheme, Theme
from desk.gui.widgets.buttons import IconButton, danger, link, primary, quiet, secondary
from desk.gui.widgets.chips import Badge, TagChips
from desk.gui.widgets.choices import CheckBox, OptionCards, Segmented
from desk.gui.widgets.common import hbox, label
from desk.gui.widgets.copylabel import CopyLabel
from desk.gui.widgets.fields import Choice, Field, MultiLine, TextField
from desk.gui.widgets.moments import DateTimeField
from desk.gui.widgets.page import Command, Page
from desk.gui.widgets.panels import (
    ConfirmBar,
    Disclosure,
    EmptyState,
    KeyLegend,
    LoadingSkeleton,
    Panel,
    Scroll,
    SplitView,
)
from desk.gui.widgets.progress import CompletenessMeter, StepTrack, ThinBar, TimeLine, TimeLineEntry
from desk.gui.widgets.rows import RepeatingRows
from desk.gui.widgets.tile import BlurTile
from desk.gui.widgets.tilegrid import TileGrid
from desk.gui.window import MainWindow

NOON = datetime(2026, 5, 4, 12, 2, 31, tzinfo=UTC)


def pattern(width: int = 320, height: int = 240, turn: int = 0) -> QImage:
    """A drawn gradient with PRACTICE across it: no picture of anything."""
    image = QImage(width, height, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    gradient = QLinearGradient(0, 0, width, height)
    gradient.setColorAt(0, QColor.fromHsv(turn % 360, 90, 200))
    gradient.setColorAt(1, QColor.fromHsv((turn + 120) % 360, 120, 70))
    painter.fillRect(QRect(0, 0, width, height), gradient)
    painter.setPen(QColor.fromHsv(0, 0, 250))
    font = painter.font()
    font.setPixelSize(height // 5)
    painter.setFont(font)
    painter.drawText(QRect(0, 0, width, height), 0x84, "PRACTICE")
    painter.end()
    return image


def tiles(side: int = 132) -> TileGrid:
    grid = TileGrid()
    made = []
    for n, kind in enumerate(("image", "image", "video", "audio", "document", "image"), 1):
        tile = BlurTile(f"c{n}", kind, n, side)
        if kind == "audio":
            tile.set_no_preview("sound only")
        elif kind == "document":
            tile.set_loading()
        else:
            tile.set_blurred(pattern(turn=n * 60))
        tile.set_same(2 if n == 2 else 1)
        tile.set_viewed(n in (1, 2))
        made.append(tile)
    grid.set_tiles(made)
    return grid


class CaseLike(Page):
    title = "Case 8812"
    icon = "folder-open"
    back = ("queue", "Queue")

    def __init__(self) -> None:
        super().__init__()
        facts = Panel("What is known", aside="claimed until 14:32 UTC")
        facts.add(label("A member reported an image in a public group.", wrap=True))
        facts.add(
            hbox(
                Badge("Known match", "warn", "fingerprint"), Badge("User report", "muted", "flag"), label("")
            )
        )
        facts.add(TimeLine(
            [
                TimeLineEntry(NOON, "Uploaded by u-5521", "192.0.2.7, port 51812", "accent", "upload"),
                TimeLineEntry(NOON + timedelta(minutes=4), "Reported by a member"),
                TimeLineEntry(NOON + timedelta(minutes=6), "Taken down", "by rule 4", "ok", "circle-check"),
            ]
        ))  # fmt: skip
        facts.add(hbox(label("SHA-256", "muted"), CopyLabel("9f86d081884c7d659a2feaa0c55ad015a3bf4f1b")))
        facts.add(Disclosure("Messages (12)", label("…")))
        facts.body.addStretch(1)
        content = Panel("Content", aside="6 files, 2 identical")
        content.add(tiles())
        content.add(label("IMG_2231.jpg · 1.2 MB · not viewed · known match", "body-muted"))
        annotations = [("viral", "Viral"), ("meme", "Meme"), ("ai", "AI-made"), ("bulk", "Bulk")]
        chips = TagChips(annotations)
        chips.set_value({"viral"})
        content.add(
            Segmented([(x, x) for x in ("A1", "A2", "B1", "B2")]), chips, CheckBox("Publicly available")
        )
        content.add(KeyLegend([("Space", "hold to look"), ("J", "A1"), ("K", "A2"), ("F9", "hide all")]))
        content.body.addStretch(1)
        split = SplitView(facts, content, shares=(4, 6), line=False)
        acts = QHBoxLayout()
        acts.setSpacing(S2)
        acts.addWidget(secondary("No violation", key="N"))
        acts.addWidget(secondary("Violation, no report", key="V"))
        acts.addWidget(secondary("Second opinion", key="S"))
        acts.addStretch(1)
        acts.addWidget(danger("Take back", "undo-2"))
        acts.addWidget(primary("Report…", "send", key="R"))
        column = QVBoxLayout(self)
        column.setContentsMargins(S4, S4, S4, S4)
        column.setSpacing(S3)
        column.addWidget(split, 1)
        column.addLayout(acts)
        self._acts = [secondary("Release"), quiet("Snooze", "clock")]

    def commands(self) -> list[Command]:
        return [
            Command("case.report", "Report this case", "R"),
            Command("case.next", "Next case", "Return"),
            Command("case.release", "Release the case", "", enabled=lambda: False),
        ]

    def header_widgets(self) -> list[QWidget]:
        return list(self._acts)


class FormLike(Page):
    title = "Report"
    search_words = "Search cases…"

    def __init__(self) -> None:
        super().__init__()
        scroll = Scroll()
        form = Panel("People")
        name = Field("Screen name", TextField(), "As the platform shows it.", optional=True)
        name.editor.set_value("u-5521")
        age = Field("Age", TextField())
        age.editor.set_value("abc")
        age.set_problem("Write the age in years, as a number.")
        row = QHBoxLayout()
        row.setSpacing(S3)
        row.addWidget(name, 2)
        row.addWidget(age, 1)
        form.add(row)
        when = DateTimeField()
        when.set_value(NOON)
        form.add(Field("Time of the incident", when, "With its zone; 12:02:31 UTC."))
        form.add(Field("Where", Choice([(1, "Public group"), (2, "Direct message")]), "Where it happened."))
        emails = RepeatingRows(lambda: TextField("name@example.com"), "email address")
        emails.set_value(["a@example.com", "b@example.com"])
        form.add(Field("Email addresses", emails))
        form.add(Field("Anything more", MultiLine("In your own words", rows=3), aside="0 of 4,000"))
        off = TextField()
        off.setEnabled(False)
        off.set_value("not for this type")
        form.add(Field("Switched off", off))
        types = OptionCards(
            [
                ("a", "Online enticement of children", "Sexual contact or solicitation directed at a minor."),
                ("b", "Child sex trafficking", "Offering to meet, sell or traffic a child."),
            ]
        )
        types.cards[0].set_hint("proposed by the policy")
        types.set_value("a")
        kind = Panel("Incident type")
        kind.add(types)
        scroll.add(kind, form)
        scroll.end()
        side = Panel("Completeness")
        meter = CompletenessMeter()
        meter.set_score(62)
        side.add(meter, label("The upload's IP address would help most.", "muted", wrap=True))
        tracks = ((2, "accent", "Uploading 2 of 3"), (2, "warn", "Held 04:12"), (1, "bad", "Refused"),
                  (2, "muted", "Taken back"), (5, "ok", ""))  # fmt: skip
        for at, state, detail in tracks:
            track = StepTrack(["Opened", "Uploaded", "Held", "Finishing", "Filed"])
            track.set_step(at, state, detail)
            side.add(track)
        bar = ThinBar()
        bar.set_progress(3, 5)
        side.add(bar)
        badges = (("Filed", "ok", "circle-check"), ("Urgent", "bad", "octagon-alert"), ("AI", "muted", ""),
                  ("Mine", "accent", "user"))  # fmt: skip
        line = hbox(*(Badge(*b) for b in badges))
        line.addStretch(1)
        side.add(
            line,
            hbox(
                primary("File"), secondary("Save"), danger("Remove"), link("More"), IconButton("copy", "Copy")
            ),
        )
        off_button = primary("Not yet")
        off_button.setEnabled(False)
        small = CompletenessMeter(wide=False)
        small.set_score(31)
        more = hbox(off_button, quiet("Quiet"), small)
        more.addStretch(1)
        side.add(more, LoadingSkeleton(3))
        side.add(EmptyState("inbox", "Nothing waits here", "New cases come by import.", "Import cases…"))
        side.body.addStretch(1)
        right = Scroll()
        right.add(side)
        right.end()
        confirm = ConfirmBar("I have checked this report.", "File in practice", "Back to the report")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(SplitView(scroll, right, shares=(6, 6)), 1)
        column.addWidget(confirm)


def window(width: int, height: int) -> MainWindow:
    made = MainWindow()
    made.banner.set_endpoint(Endpoint.PRACTICE)
    made.header.set_operator("Ada", "Ada · 12 min")
    made.status_line.set_connection(True)
    made.status_line.set_outbox(2)
    made.status_line.set_saved(NOON)
    made.status_line.set_rest(timedelta(minutes=8))
    made.add_page("case", CaseLike())
    made.add_page("queue", FormLike())
    made.resize(width, height)
    return made


def shoot(folder: Path, tag: str, size: tuple[int, int]) -> None:
    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)
    look = Theme(app)
    for scheme in (Scheme.LIGHT, Scheme.DARK):
        look.set_scheme(scheme)
        shown = window(*size)
        shown.show()
        shown.activateWindow()
        for page in ("case", "queue"):
            shown.go(page)
            for _ in range(5):
                app.processEvents()
            shown.grab().save(str(folder / f"{page}-{scheme.value}-{tag}.png"))
        shown.notices.show_notice("ok", "Draft kept.", "Undo", lambda: None)
        shown.notices.show_notice(
            "bad", "The service could not be reached. Filings wait and go on by themselves."
        )
        shown.open_palette()
        app.processEvents()
        shown.grab().save(str(folder / f"palette-{scheme.value}-{tag}.png"))
        shown.toggle_cover()
        app.processEvents()
        shown.grab().save(str(folder / f"cover-{scheme.value}-{tag}.png"))
        shown.close()
        shown.deleteLater()
        app.processEvents()


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    runs = (("1280", "1", (1280, 800)), ("200", "2", (1280, 800)), ("1920", "1", (1920, 1080)))
    for tag, scale, size in runs:
        environment = {**os.environ, "QT_SCALE_FACTOR": scale, "QT_QPA_PLATFORM": "offscreen"}
        command = [sys.executable, "-m", "tests.gui.gallery", str(folder), tag, str(size[0]), str(size[1])]
        subprocess.run(command, env=environment, check=True)
        print(f"{tag}: done")


if __name__ == "__main__":
    if len(sys.argv) == 2:
        main(Path(sys.argv[1]))
    else:
        shoot(Path(sys.argv[1]), sys.argv[2], (int(sys.argv[3]), int(sys.argv[4])))
