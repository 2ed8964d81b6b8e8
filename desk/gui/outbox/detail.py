"""One filing at the right of the outbox: what happens next, its files, its acts."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desk.domain.filing import FilingState
from desk.gui import icons, theme, words
from desk.gui.confirm.lines import Lines, breakable, value
from desk.gui.outbox import states
from desk.gui.widgets.buttons import danger, primary, secondary
from desk.gui.widgets.common import clear, hairline, hbox, label, vbox
from desk.gui.widgets.copylabel import CopyLabel
from desk.gui.widgets.panels import Panel, Scroll
from desk.gui.widgets.progress import ThinBar
from desk.gui.words import joined, plural, tr
from desk.ports import FilingRow
from desk.services.outbox import Progress

FILES_SHOWN = 24
WIDTH = 380


class FilesPart(QWidget):
    """How far each file is. The bar runs for the one that is being uploaded."""

    def __init__(self) -> None:
        super().__init__()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(theme.S1)
        self._states: list[tuple[icons.IconLabel, QWidget, ThinBar]] = []
        self._row: FilingRow | None = None

    def show_row(self, row: FilingRow) -> None:
        files = row.filing.files
        before = self._row
        self._row = row
        if before is None or before.filing.id != row.filing.id:
            clear(self._column)
            self._states = []
            self._column.addWidget(label(plural(len(files), "{n} file", "{n} files"), "muted"))
            for file in files[:FILES_SHOWN]:
                self._add(file.name, file.size)
            if len(files) > FILES_SHOWN:
                rest = len(files) - FILES_SHOWN
                self._column.addWidget(
                    label(plural(rest, "and {n} file more", "and {n} files more"), "muted")
                )
        self.progress(None)

    def _add(self, name: str, size: int) -> None:
        mark = icons.IconLabel("circle", 16, "muted", tr("waits"))
        text = value(joined([name, words.size(size)]))
        bar = ThinBar(tr("Upload of {name}", name=name))
        bar.hide()
        row = QHBoxLayout()
        row.setSpacing(theme.S2)
        row.addWidget(mark, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(vbox(text, bar, gap=2), 1)
        holder = QWidget()
        holder.setLayout(row)
        row.setContentsMargins(0, 0, 0, 0)
        self._column.addWidget(holder)
        self._states.append((mark, text, bar))

    def progress(self, now: Progress | None) -> None:
        """Mark what is done, and how far the file under way is."""
        if self._row is None:
            return
        filing = self._row.filing
        for file, (mark, _text, bar) in zip(filing.files, self._states, strict=False):
            running = now is not None and now.file_index == file.index and not filing.state.ended
            done = file.detailed or filing.state is FilingState.FILED
            if done:
                _mark(mark, "circle-check", "ok", tr("uploaded"))
            elif running or file.file_id is not None:
                _mark(mark, "upload", "accent", tr("uploading"))
            else:
                _mark(mark, "circle", "muted", tr("waits"))
            bar.setVisible(running and not done)
            if running and now is not None:
                bar.set_progress(now.sent, now.size)


def _mark(mark: icons.IconLabel, icon: str, role: str, said: str) -> None:
    mark.set(icon, role)
    mark.setAccessibleName(said)
    mark.setToolTip(said)


class Detail(Scroll):
    """``act`` carries (what, filing id): take_back, file_now, try_now. ``go`` carries (page, row)."""

    act = Signal(str, int)
    go = Signal(str, object)

    def __init__(self) -> None:
        super().__init__(gap=0)
        self.setFixedWidth(WIDTH)
        self.setAccessibleName(tr("The filing in focus"))
        self._row: FilingRow | None = None
        self._busy: set[int] = set()
        self.stopped: frozenset[int] = frozenset()
        self._panel = Panel()
        self.add(self._panel)
        self.end()
        self._title = value("", "section")
        self._type = label("", "body-muted", wrap=True)
        self._by = label("", "muted", wrap=True)
        self._icon = icons.IconLabel("clock", 16, "text")
        self._state = label("", "label")
        self._error = value("", "body")
        self._error_box = QWidget()
        self._error_icon = icons.IconLabel("circle-alert", 16, "warn")
        self._next = label("", wrap=True)
        self.take_back = danger(tr("Take back"), "undo-2", "T")
        self.file_now = secondary(tr("File now"), "send", "F")
        self.try_now = secondary(tr("Try now"), "refresh-cw", "R")
        self.mend = primary(tr("Mend the report"))
        self.sure = danger(tr("Take back for good"), "undo-2")
        self.keep = secondary(tr("Keep it"))
        self._usual = QWidget()
        self._question = QWidget()
        self._files = FilesPart()
        self._facts = QWidget()
        self._facts.setLayout(vbox())
        self.open_case = secondary(tr("Open case"), "folder-open")
        self.story = secondary(tr("Story"), "history")
        self._build()

    def _build(self) -> None:
        errors = hbox(self._error_icon, self._error)
        errors.setStretch(1, 1)
        errors.setAlignment(self._error_icon, Qt.AlignmentFlag.AlignTop)
        self._error_box.setLayout(errors)
        state = hbox(self._icon, self._state, gap=6)
        state.addStretch(1)
        row = hbox(self.take_back, self.file_now, self.try_now, self.mend)
        row.addStretch(1)
        self._usual.setLayout(row)
        answers = hbox(self.sure, self.keep)
        answers.addStretch(1)
        self._question.setLayout(
            vbox(
                label(
                    tr("Take this report back for good? It reaches no one, and the case opens again."),
                    wrap=True,
                ),
                answers,
            )
        )
        self._question.hide()
        below = hbox(self.open_case, self.story)
        below.addStretch(1)
        head = vbox(self._title, self._type, self._by, gap=2)
        self._panel.add(
            head, hairline(), state, self._error_box, self._next, self._usual, self._question, hairline()
        )
        self._panel.add(self._files, self._facts, hairline(), below)
        for button, what in (
            (self.file_now, "file_now"),
            (self.try_now, "try_now"),
            (self.sure, "take_back"),
        ):
            button.clicked.connect(lambda _checked=False, act=what: self._asked(act))
        self.take_back.clicked.connect(self.ask)
        self.keep.clicked.connect(self.unask)
        for button, page in ((self.open_case, "case"), (self.story, "reports"), (self.mend, "report")):
            button.clicked.connect(lambda _checked=False, to=page: self.go.emit(to, self._row))

    @property
    def row(self) -> FilingRow | None:
        return self._row

    def show_row(self, row: FilingRow, now: datetime) -> None:
        """Show this filing; the same one again keeps focus, scroll and the question that is open."""
        before, self._row = self._row, row
        other = before is None or before.filing.id != row.filing.id
        filing = row.filing
        if other or not states.can_take_back(filing):
            self.unask(focus=False)
        if other:
            self.verticalScrollBar().setValue(0)
        self._title.setText(breakable(row.platform_id))
        self._title.setAccessibleName(row.platform_id)
        self._type.setText(joined([tr("Urgent") if filing.escalated else "", row.incident_type]))
        self._by.setText(
            tr("Confirmed by {name}, {time}", name=row.operator_name, time=words.moment(filing.confirmed_at))
        )
        text, role, icon = states.still_word() if filing.id in self.stopped else states.word(filing)
        self._state.setText(text)
        self._icon.set(icon, role)
        error = states.error_words(filing)
        self._error.setText(breakable(error))
        self._error.setAccessibleName(error)
        self._error_icon.set("circle-alert", "bad" if states.standing(filing, now).role == "bad" else "warn")
        self._error_box.setVisible(bool(error))
        self._files.setVisible(bool(filing.files))
        self._files.show_row(row)
        if row != before:
            self._show_facts(row)
        self.tick(now)

    def _show_facts(self, row: FilingRow) -> None:
        layout = self._facts.layout()
        assert layout is not None
        clear(layout)
        filing = row.filing
        lines = Lines(width=96)
        if filing.report_id:
            lines.put(tr("Report ID"), CopyLabel(filing.report_id, tr("Report ID")))
        if filing.request_id:
            lines.put(tr("Request-ID"), CopyLabel(filing.request_id, tr("Request-ID")))
        lines.add(tr("Filing"), str(filing.id))
        lines.add(tr("Endpoint"), row.endpoint)
        if filing.attempt > 1:
            lines.add(tr("Opened"), plural(filing.attempt, "{n} time", "{n} times"))
        lines.add(tr("Deadline"), states.deadline(filing))
        if filing.ended_at is not None:
            lines.add(tr("Ended"), words.moment_exact(filing.ended_at))
        layout.addWidget(lines)

    def tick(self, now: datetime) -> None:
        """What changes by the second."""
        if self._row is None:
            return
        filing = self._row.filing
        still = filing.id in self.stopped
        self._next.setText(states.still_words() if still else states.next_words(filing, now))
        busy = filing.id in self._busy
        self.take_back.setVisible(states.can_take_back(filing))
        self.take_back.setEnabled(not busy)
        waits = states.waits_for_approval(filing)
        self.file_now.setVisible(not still and (states.can_file_now(filing, now) or waits))
        self.file_now.setEnabled(not busy and not waits)
        why = tr("It waits for a second person's approval.") if waits else ""
        self.file_now.setToolTip(why or f"{self.file_now.text()}  (F)")
        self.file_now.setAccessibleDescription(why)
        self.try_now.setVisible(not still and states.can_try_now(filing, now))
        self.try_now.setEnabled(not busy)
        self.sure.setEnabled(not busy)
        self.mend.setVisible(filing.state is FilingState.REFUSED)
        shown = any(not one.isHidden() for one in self._buttons())
        self._usual.setVisible(shown and not self.asking)

    def progress(self, now: Progress | None) -> None:
        self._files.progress(now)

    # acts -----------------------------------------------------------------------

    def set_busy(self, filing_id: int, busy: bool) -> None:
        """An act on this filing is being written."""
        (self._busy.add if busy else self._busy.discard)(filing_id)

    @property
    def asking(self) -> bool:
        return not self._question.isHidden()

    def ask(self) -> None:
        """The question before taking back, in place."""
        if self._row is not None and states.can_take_back(self._row.filing):
            self._usual.hide()
            self._question.show()
            self.ensureWidgetVisible(self.sure)
            self.sure.setFocus(Qt.FocusReason.OtherFocusReason)

    def unask(self, *_args: object, focus: bool = True) -> None:
        was = self.asking
        self._question.hide()
        self._usual.setVisible(any(not one.isHidden() for one in self._buttons()))
        if was and focus:
            self.take_back.setFocus(Qt.FocusReason.OtherFocusReason)

    def _buttons(self) -> tuple[QWidget, ...]:
        return self.take_back, self.file_now, self.try_now, self.mend

    def _asked(self, what: str) -> None:
        if self._row is not None and self._row.filing.id not in self._busy:
            self.act.emit(what, self._row.filing.id)
