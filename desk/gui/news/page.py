"""What became of one's own reports: notes not read yet, each with its report, to be read and put away."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import ClassVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout

from desk.domain.errors import DeskError
from desk.domain.roles import Permission
from desk.gui import icons, theme
from desk.gui.case.parts import Facts, Said
from desk.gui.case.states import Failed
from desk.gui.news import words
from desk.gui.session import Session
from desk.gui.widgets.buttons import Button, secondary
from desk.gui.widgets.common import clear, hbox, label
from desk.gui.widgets.page import Command, Page
from desk.gui.widgets.panels import EmptyState, LoadingSkeleton, Panel, Scroll
from desk.gui.words import tr
from desk.services.changes import Change, Done
from desk.services.outcomes import News

WIDEST = 760


class NewsCard(Panel):
    """One note; ``read`` says that it was read."""

    def __init__(self, news: News) -> None:
        super().__init__()
        self.news = news
        note = news.outcome
        name, colour = words.icon(note.kind)
        said = label(words.kind(note.kind), "section", wrap=True)
        top = hbox(icons.IconLabel(name, 20, colour), said, gap=theme.S2)
        top.setStretch(1, 1)
        facts = Facts()
        facts.add(tr("From"), words.source(note.source))
        facts.add(tr("Day"), note.day.isoformat())
        facts.add(tr("Report"), news.report_id)
        facts.add(tr("Case"), str(news.case_number))
        facts.add(tr("Reference"), note.reference)
        facts.add(tr("Note"), note.words)
        self.read: Button = secondary(tr("I have read it"), "check")
        self.open: Button = secondary(tr("Open the report"), "file-text")
        acts = hbox(self.read, self.open)
        acts.addStretch(1)
        self.add(top, facts, acts)
        self.setAccessibleName(f"{words.kind(note.kind)} {note.words}".strip())
        self.setMaximumWidth(WIDEST)


class NewsPage(Page):
    icon: ClassVar[str] = "message-square"

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.title = tr("What became of your reports")
        self.back = ("queue", tr("Queue"))
        self._session = session
        self.cards: list[NewsCard] = []
        self.said = Said()
        self.all = secondary(tr("I have read them all"))
        self.all.clicked.connect(self.read_all)
        self._nothing = EmptyState(
            "message-square",
            tr("No new word"),
            tr("When NCMEC or law enforcement says what became of a report you filed, it stands here."),
            tr("To the reports"),
        )
        self._nothing.acted.connect(partial(self.navigate.emit, "reports", {}))
        self._scroll = Scroll()
        self._list = QVBoxLayout()
        self._list.setSpacing(theme.S4)
        self._scroll.add(self.said)
        self._scroll.body.addLayout(self._list)
        self._scroll.body.addWidget(self.all, 0, Qt.AlignmentFlag.AlignLeft)
        self._scroll.end()
        self._loading = LoadingSkeleton(6, 56)
        self.failed = Failed()
        self.failed.again.connect(self.ask)
        self.failed.left.connect(partial(self.navigate.emit, "queue", {}))
        self._panes = QStackedWidget()
        for part in (self._loading, self._nothing, self._scroll, self.failed):
            self._panes.addWidget(part)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self._panes)
        self._commands = [
            Command("news.read", tr("I have read them all"), "", self.read_all, lambda: bool(self.cards))
        ]

    def commands(self) -> list[Command]:
        return list(self._commands)

    def enter(self, **_kwargs: object) -> None:
        self.said.unsay()
        self.ask()

    def refresh(self, changes: frozenset[str]) -> None:
        if self.isVisible() and Change.REPORTS in changes:
            self.ask()

    def ask(self) -> None:
        outcomes, operator = self._session.desk.outcomes, self._session.operator
        self._session.runner.run_read(
            lambda: outcomes.news(operator), self._show, self._failed, owner=self, key="news"
        )

    def _show(self, found: Sequence[News]) -> None:
        if [card.news for card in self.cards] != list(found):
            clear(self._list)
            self.cards = []
            for news in found:
                card = NewsCard(news)
                card.read.clicked.connect(partial(self._read, (news,)))
                card.open.clicked.connect(partial(self._open, news))
                self.cards.append(card)
                self._list.addWidget(card)
        self.all.setVisible(len(found) > 1)
        self._panes.setCurrentWidget(self._scroll if found else self._nothing)
        if self.cards and self.isVisible():
            self.cards[0].read.setFocus()
        self.commands_changed.emit()

    def _failed(self, problem: DeskError) -> None:
        self.failed.say(tr("The notes can't be shown"), problem.words())
        self._panes.setCurrentWidget(self.failed)

    def read_all(self) -> None:
        self._read([card.news for card in self.cards])

    def _read(self, found: Sequence[News], *_checked: object) -> None:
        outcomes, operator = self._session.desk.outcomes, self._session.operator
        ids = [news.outcome.id for news in found]

        def work() -> Done[bool]:
            done = Done(False, frozenset[Change]())
            for one in ids:
                done = outcomes.seen(operator, one)
            return done

        self._session.act(work, lambda _seen: self.ask(), self._refused, owner=self)

    def _refused(self, problem: DeskError) -> None:
        self.said.say("bad", problem.words())

    def _open(self, news: News, *_checked: object) -> None:
        self.navigate.emit("reports", {"filing_id": news.outcome.filing_id})


def unread(session: Session) -> tuple[int, ...]:
    """The notes that this person has not read yet; for a reading thread."""
    if not session.operator.may(Permission.SEE_REPORTS):
        return ()
    return tuple(news.outcome.id for news in session.desk.outcomes.news(session.operator))
