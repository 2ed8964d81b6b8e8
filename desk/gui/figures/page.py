"""Figures for supervisors: a range, charts with their tables, and files of them. Nobody is ranked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, timedelta
from functools import partial
from pathlib import Path
from typing import Any, ClassVar, TypeVar

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtGui import QImage, QKeySequence, QShortcut
from PySide6.QtWidgets import QFileDialog, QMenu, QStackedWidget, QVBoxLayout, QWidget

from desk.domain.errors import DeskError
from desk.domain.figures import Chart, Step
from desk.gui import theme
from desk.gui.case.parts import Said
from desk.gui.case.states import Failed
from desk.gui.figures import saving, words
from desk.gui.figures.card import ChartCard
from desk.gui.figures.plot import load
from desk.gui.session import Session
from desk.gui.widgets.buttons import secondary
from desk.gui.widgets.choices import Segmented
from desk.gui.widgets.common import hbox, label
from desk.gui.widgets.fields import TextField
from desk.gui.widgets.page import Command, Page
from desk.gui.widgets.panels import LoadingSkeleton, Scroll
from desk.gui.words import tr
from desk.services.changes import Done
from desk.services.figures import Figures

WIDEST = 1120
OWN = 0
ALL = "all"
T = TypeVar("T")


class Turns(QObject):
    """Work of the GUI's own thread in small parts: one at each turn of its loop."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._left: list[Any] = []
        self._part: Callable[[Any], object] = lambda _one: None
        self._then: Callable[[], object] | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._turn)

    @property
    def busy(self) -> bool:
        return bool(self._left) or self._timer.isActive()

    def begin(
        self,
        items: Sequence[T],
        part: Callable[[T], object],
        then: Callable[[], object] | None = None,
    ) -> None:
        """``part`` for each item, ``then`` at the end. What was not done of an earlier beginning is left."""
        self._left, self._part, self._then = list(items), part, then
        self._timer.start(0)

    def _turn(self) -> None:
        if self._left:
            self._part(self._left.pop(0))
            self._timer.start(0)
        elif self._then is not None:
            self._then()


class FiguresPage(Page):
    icon: ClassVar[str] = "chart-line"

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.title = tr("Figures")
        self._session = session
        self.found: Figures | None = None
        self.cards: dict[str, ChartCard] = {}
        self._dialog: QFileDialog | None = None
        self.range = Segmented(
            [(30, tr("30 days")), (90, tr("90 days")), (365, tr("365 days")), (OWN, tr("Own dates"))],
            clearable=False,
        )
        self.range.setAccessibleName(tr("Range"))
        self.range.set_value(30)
        self.step = Segmented(
            [(Step.DAY, tr("Day")), (Step.WEEK, tr("Week")), (Step.MONTH, tr("Month"))], clearable=False
        )
        self.step.setAccessibleName(tr("Step"))
        self.step.set_value(Step.DAY)
        self.since, self.until = TextField(tr("YYYY-MM-DD"), limit=10), TextField(tr("YYYY-MM-DD"), limit=10)
        for field, name in ((self.since, tr("From this day")), (self.until, tr("To this day"))):
            field.setFixedWidth(112)
            field.setAccessibleName(name)
            field.returnPressed.connect(self._own)
        self.go = secondary(tr("Show"))
        self.go.clicked.connect(self._own)
        self.problem = label("", "bad", wrap=True)
        self.save_all = secondary(tr("Save all…"), "download")
        menu = QMenu(self.save_all)
        for what, text in (("csv", tr("All tables as CSV…")), ("pdf", tr("All charts and tables as PDF…"))):
            menu.addAction(text).triggered.connect(partial(self.ask_place, what, ALL))
        self.save_all.setMenu(menu)
        self.range.changed.connect(self._ranged)
        self.step.changed.connect(self.ask)
        self.said = Said()
        self.failed = Failed()
        self.failed.again.connect(self.ask)
        self.failed.left.connect(lambda: self.navigate.emit("queue", {}))
        self._loading = LoadingSkeleton(8, 56)
        self._drawing, self._picturing = Turns(self), Turns(self)
        self._build()
        look = theme.current()
        if look is not None:
            look.changed.connect(self._recolour)
        self._commands = [
            Command("figures.csv", tr("Save all figures as CSV…"), "", self._csv, self._some),
            Command("figures.pdf", tr("Save all figures as PDF…"), "", self._pdf, self._some),
            Command("figures.tables", tr("Charts or tables"), "Alt+T", self.turn_all, self._some),
        ]
        turn = QShortcut(QKeySequence("Alt+T"), self)
        turn.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        turn.activated.connect(self.turn_all)

    def _build(self) -> None:
        own = hbox(self.since, label(tr("to"), "muted"), self.until, self.go)
        own.addStretch(1)
        own.setContentsMargins(0, 0, 0, 0)
        self._dates = QWidget()
        self._dates.setLayout(own)
        self._dates.hide()
        top = hbox(self.range, label(tr("by"), "muted"), self.step, gap=theme.S3)
        top.addStretch(1)
        top.addWidget(self.save_all)
        head = QWidget()
        above = QVBoxLayout(head)
        above.setContentsMargins(theme.S4, theme.S3, theme.S4, theme.S2)
        above.setSpacing(theme.S2)
        above.addLayout(top)
        above.addWidget(self._dates)
        above.addWidget(self.problem)
        above.addWidget(self.said)
        self.problem.hide()
        self._scroll = Scroll()
        self._note = label("", "muted", wrap=True)
        self._scroll.add(self._note)
        self._scroll.end()
        self._panes = QStackedWidget()
        for part in (self._loading, self._scroll, self.failed):
            self._panes.addWidget(part)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(head)
        whole.addWidget(self._panes, 1)

    # what the window asks -----------------------------------------------------------

    def commands(self) -> list[Command]:
        return list(self._commands)

    def enter(self, **_kwargs: object) -> None:
        self.ask()
        self.range.setFocus()

    def _some(self) -> bool:
        return self.found is not None and self._panes.currentWidget() is self._scroll

    # the range ------------------------------------------------------------------------

    def _today(self) -> date:
        return self._session.desk.clock.now().astimezone(UTC).date()

    def _ranged(self) -> None:
        own = self.range.value() == OWN
        self._dates.setVisible(own)
        self._wrong("")
        if own:
            since, until = self._days() or (self._today() - timedelta(days=29), self._today())
            self.since.set_value(self.since.value() or since.isoformat())
            self.until.set_value(self.until.value() or until.isoformat())
            self.since.setFocus()
        else:
            self.ask()

    def _own(self) -> None:
        if self._days() is None:
            self._wrong(tr("Give both days as YYYY-MM-DD, the first one first."))
            self.since.setFocus()
            return
        self.ask()

    def _days(self) -> tuple[date, date] | None:
        """The range, both days in it; None where one's own dates are none."""
        chosen = self.range.value()
        if chosen != OWN:
            return self._today() - timedelta(days=chosen - 1), self._today()
        try:
            since, until = date.fromisoformat(self.since.value()), date.fromisoformat(self.until.value())
        except ValueError:
            return None
        return (since, until) if since <= until else None

    def _wrong(self, said: str) -> None:
        self.problem.setText(said)
        self.problem.setVisible(bool(said))

    # the figures ----------------------------------------------------------------------

    def ask(self) -> None:
        """Read them for the range and step that are chosen."""
        days = self._days()
        if days is None:
            return
        self._wrong("")
        figures, operator, step = self._session.desk.figures, self._session.operator, self.step.value()

        def read() -> Figures:
            load()
            return figures.show(operator, *days, step)

        self._session.runner.run_read(read, self._show, self._failed, owner=self, key="figures")

    def _show(self, found: Figures) -> None:
        self.found = found
        self._drawing.begin(list(enumerate(found.charts)), self._draw)
        told = [tr("Days and weeks are those of UTC; the last one may not be over. Of all people together.")]
        if found.cut:
            told.append(tr("There was more than could be read: the oldest are left out."))
        self._note.setText(" ".join(told))
        self._panes.setCurrentWidget(self._scroll)
        self.commands_changed.emit()

    def _draw(self, placed: tuple[int, Chart]) -> None:
        """One chart; the next one when the window had its turn."""
        at, chart = placed
        assert self.found is not None
        card = self.cards.get(chart.key)
        if card is None:
            self.cards[chart.key] = card = ChartCard(chart, self.found.step)
            card.setMaximumWidth(WIDEST)
            card.wanted.connect(self.ask_place)
            card.copied.connect(self._copied)
            self._scroll.body.insertWidget(at, card)
        else:
            card.show_chart(chart, self.found.step)

    @property
    def drawn(self) -> bool:
        """Whether every chart of what was read stands there."""
        return self.found is not None and not self._drawing.busy

    def _failed(self, problem: DeskError) -> None:
        if self.found is not None:  # what is shown stays; the range is what does not fit
            self._wrong(problem.words())
            return
        self.failed.say(tr("The figures can't be shown"), problem.words())
        self._panes.setCurrentWidget(self.failed)
        self.failed.retry.setFocus()

    def turn_all(self) -> None:
        """Every chart as its table, or every table as its chart."""
        to_table = not all(card.turner.isChecked() for card in self.cards.values())
        for card in self.cards.values():
            card.turner.setChecked(to_table)

    def _recolour(self) -> None:
        for card in self.cards.values():
            card.recolour()

    def _copied(self, title: str) -> None:
        self.notify.emit("ok", tr("The table “{title}” is in the clipboard.", title=title))

    def _csv(self) -> None:
        self.ask_place("csv", ALL)

    def _pdf(self) -> None:
        self.ask_place("pdf", ALL)

    # files ------------------------------------------------------------------------------

    def ask_place(self, what: str, key: str, *_checked: object) -> None:
        """Where the file goes; it is made off this thread."""
        if not self._some():
            return
        dialog = QFileDialog(self, tr("Save figures"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilters([saving.FILTERS[what]])
        dialog.setDefaultSuffix(what)
        name = "figures" if key == ALL else f"figures-{key}"
        dialog.selectFile(f"{name}-{self._today().isoformat()}.{what}")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda path: self.save(what, key, Path(path)))
        self._dialog = dialog
        dialog.open()

    def save(self, what: str, key: str, path: Path) -> None:
        """Write one chart's figures, or all of them."""
        found = self.found
        if found is None or not self.drawn:
            return
        charts = tuple(one for one in found.charts if key in (ALL, one.key))
        if what == "csv":
            if key == ALL:
                made = partial(words.all_csv, charts, found.types, found.step)
            else:
                made = partial(words.one_csv, charts[0], found.step)
            self._write(what, path, lambda: made().encode("utf-8-sig"))
            return
        # Drawing belongs to this thread, a chart at a turn; the writing, which takes long, to another.
        images: dict[str, QImage] = {}

        def picture(chart: Chart) -> None:
            images[chart.key] = self.cards[chart.key].picture()

        def then() -> None:
            if what == "png":
                self._write(what, path, lambda: saving.png(images[key]))
                return
            at, days = self._session.desk.clock.now(), (found.since.isoformat(), found.until.isoformat())
            pairs = [(one, images.get(one.key)) for one in charts]
            self._write(what, path, lambda: saving.pdf(pairs, found.step, *days, at))

        self._picturing.begin([one for one in charts if not one.empty], picture, then)

    def _write(self, what: str, path: Path, made: Callable[[], bytes]) -> None:
        desk, operator = self._session.desk, self._session.operator
        self._session.runner.run_long(
            lambda _job: saving.write(desk, operator, what, path, made),
            partial(self._saved, path),
            self._not_saved,
            owner=self,
        )

    def _saved(self, path: Path, done: Done[None]) -> None:
        self.notify.emit("ok", tr("Saved as {name}. The export is on record.", name=path.name))
        self._session.tell(done.changes)

    def _not_saved(self, problem: DeskError) -> None:
        self.said.say("bad", problem.words())
