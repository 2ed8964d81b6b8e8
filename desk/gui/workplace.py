"""The window with an open workspace in it: pages, outbox, status line, and what ties them together."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QAction, QKeySequence

from desk.domain.errors import DeskError
from desk.domain.exposure import Rest, RestState
from desk.domain.filing import Filing
from desk.domain.roles import Operator, Permission
from desk.gui.able import Able
from desk.gui.account.page import AccountPage
from desk.gui.approvals.page import ApprovalsPage, waiting_for
from desk.gui.audit.page import AuditPage
from desk.gui.case.page import CasePage
from desk.gui.channels.page import ChannelsPage
from desk.gui.chores import Chores
from desk.gui.closing import Closing
from desk.gui.confirm.page import ConfirmPage
from desk.gui.figures.page import FiguresPage
from desk.gui.guide.page import GuidePage
from desk.gui.help.page import HelpPage
from desk.gui.importing import Importing
from desk.gui.news.page import NewsPage, unread
from desk.gui.news.words import count as news_count
from desk.gui.others import Others
from desk.gui.outbox.page import OutboxPage
from desk.gui.outbox_thread import OutboxThread
from desk.gui.overdue import Overdue
from desk.gui.preservation.page import PreservationPage
from desk.gui.queue.page import QueuePage
from desk.gui.report.page import ReportPage
from desk.gui.reports.page import ReportsPage
from desk.gui.runner import Runner
from desk.gui.second_review.page import SecondReviewPage, waiting_reviews
from desk.gui.session import Session
from desk.gui.settings.page import SettingsPage
from desk.gui.standstill import Standstill
from desk.gui.theme import Scheme, Theme
from desk.gui.widgets.page import Command
from desk.gui.window import MainWindow, WindowSettings
from desk.gui.words import clock, tr
from desk.services.changes import Change
from desk.services.desk import Desk
from desk.services.outbox import Connection

KEY_FOLDER = "Ctrl+Shift+I"
STATUS_EVERY_MS = 15_000

NEEDS = {
    "queue": Permission.SEE_QUEUE,
    "case": Permission.SEE_QUEUE,
    "outbox": Permission.SEE_OUTBOX,
    "reports": Permission.SEE_REPORTS,
    "second_review": Permission.SECOND_REVIEW,
    "figures": Permission.FIGURES,
    "preservation": Permission.SEE_REPORTS,
    "audit": Permission.SEE_AUDIT,
    "approvals": Permission.SEE_APPROVALS,
    "settings": Permission.SETTINGS,
}


class Workplace(QObject):
    """Made once the workspace is open; :meth:`stop` before it is closed."""

    def __init__(
        self,
        window: MainWindow,
        runner: Runner,
        theme: Theme,
        desk: Desk,
        operator: Operator,
        settings: WindowSettings,
        outbox: OutboxThread | None = None,
    ) -> None:
        """``outbox``: the one that runs already, where another person worked here before."""
        super().__init__(window)
        self.window = window
        self.runner = runner
        self.theme = theme
        self.desk = desk
        self.settings = settings
        self._waiting: tuple[Filing, ...] = ()
        self._gone = False
        self._told: set[int] = set()
        self.session = Session(desk, runner, operator, self)
        self.outbox = outbox or OutboxThread(desk.outbox, desk.clock)
        self.importing = Importing(self.session, window)
        self.standstill = Standstill(self.session, window, self)
        self.overdue = Overdue(self.session, window, self.outbox, self.standstill)
        self.closing = Closing(window, self._standing_still, self._file_now)
        self.chores = Chores(self.session, self)
        self.others = Others(self.session, self)
        self._add_pages()
        self._add_folder_import()
        self._connect()
        window.header.set_operator(operator.name)
        window.set_visible_pages({page for page, need in NEEDS.items() if operator.may(need)})
        window.set_commands(self._commands() + self._elsewhere())
        window.go("queue" if operator.may(Permission.SEE_QUEUE) else "settings")
        self._greet()
        self.standstill.ask()
        Able(self.session, window, self).ask()
        self.overdue.look_back()
        self._status = QTimer(self)
        self._status.setInterval(STATUS_EVERY_MS)
        self._status.timeout.connect(self._ask_status)
        self._status.timeout.connect(self._ask_approvals)
        self._status.timeout.connect(self.others.look)
        self._status.start()
        self._ask_status()
        self._ask_approvals()
        self.others.look()
        self.chores.catch_up()

    def _add_pages(self) -> None:
        window, session = self.window, self.session
        self._queue = QueuePage(session)
        window.add_page("queue", self._queue)
        window.add_page("news", NewsPage(session))
        self.case = CasePage(session)
        window.add_page("case", self.case)
        window.add_page("report", ReportPage(session))
        window.add_page("account", AccountPage(session))
        self.confirm = ConfirmPage(session)
        window.add_page("confirm", self.confirm)
        window.add_page("outbox", OutboxPage(session))
        window.add_page("reports", ReportsPage(session))
        window.add_page("second_review", SecondReviewPage(session))
        window.add_page("preservation", PreservationPage(session))
        window.add_page("figures", FiguresPage(session))
        window.add_page("audit", AuditPage(session))
        window.add_page("approvals", ApprovalsPage(session))
        window.add_page("settings", SettingsPage(session))
        window.add_page("help", HelpPage(session))
        window.add_page("guide", GuidePage(session))
        window.add_page("channels", ChannelsPage(session))

    def _connect(self) -> None:
        window, session = self.window, self.session
        session.changed.connect(self._changed)
        session.saved.connect(self._saved)
        session.claim_lost.connect(self._claim_lost)
        self.outbox.changed.connect(session.changed)
        self.outbox.stepped.connect(self._stepped)
        window.import_asked.connect(self.importing.ask)
        window.dropped.connect(self._dropped)
        window.help_asked.connect(self._help)
        window.blank_all.connect(self.case.blank)
        window.may_close.append(self.closing.may_close)
        self.case.rest_changed.connect(self._rest)
        self.importing.finished.connect(self.chores.catch_up)

    def _add_folder_import(self) -> None:
        """File ▸ Import a folder…, below Import…."""
        action = QAction(tr("Import a folder…"), self.window)
        action.setShortcut(QKeySequence(KEY_FOLDER))
        action.triggered.connect(self.importing.ask_folder)
        self._folder_action = action
        following = self.window.file_menu.actions()[1]
        self.window.file_menu.insertAction(following, action)

    def _greet(self) -> None:
        """The first time on this computer: where the guide is."""
        if self.settings.get("seen/guide"):
            return
        self.settings.set("seen/guide", "1")
        words = tr("New here? Press Next case to begin. Help is behind F1, every act behind Ctrl+K.")
        if not self.desk.practice and self.session.operator.may(Permission.SETTINGS):
            words = tr(
                "New here? Say in Settings who reports, and give the credentials. Then import cases. "
                "Help is behind F1, every act behind Ctrl+K."
            )
        self.window.notices.show_notice(
            "info",
            words,
            tr("First steps"),
            partial(self.window.go, "help", topic="start"),
        )

    def _commands(self) -> list[Command]:
        folder = Command(
            "file.import_folder", tr("Import a folder of cases…"), KEY_FOLDER, self.importing.ask_folder
        )
        may_look = partial(self.session.operator.may, Permission.SEE_QUEUE)
        account = Command("account.find", tr("Find an account…"), "", self._find_account, may_look)
        may_read = partial(self.session.operator.may, Permission.SEE_REPORTS)
        news = Command("go.news", tr("What became of your reports"), "", self._to_news, may_read)
        return [folder, account, news] + [
            Command(f"view.theme.{scheme.value}", words, "", partial(self._choose_scheme, scheme))
            for scheme, words in (
                (Scheme.SYSTEM, tr("Colours: as the system")),
                (Scheme.LIGHT, tr("Colours: light")),
                (Scheme.DARK, tr("Colours: dark")),
            )
        ]

    def add_commands(self, commands: list[Command]) -> None:
        """Commands of whoever made this workplace."""
        self.window.set_commands(self._commands() + commands)

    def _find_account(self) -> None:
        self.window.go("account")
        self.window.focus_search()

    def _elsewhere(self) -> list[Command]:
        """The guide and the other channels, from anywhere; about the case at hand where there is one."""

        def go(page: str) -> None:
            claim = self.session.claim
            if self.window.current_id != page:
                self.window.go(page, **({"number": claim.case_id} if claim is not None else {}))

        looks = partial(self.session.operator.may, Permission.SEE_QUEUE)
        return [
            Command("go.guide", tr("Is this reportable?"), "", partial(go, "guide"), looks),
            Command("go.channels", tr("Other channels"), "", partial(go, "channels"), looks),
        ]

    def _choose_scheme(self, scheme: Scheme) -> None:
        self.theme.set_scheme(scheme)
        self.settings.set("theme", scheme.value)

    # what happens -------------------------------------------------------------

    def _changed(self, changes: frozenset[Change]) -> None:
        if Change.OUTBOX in changes:
            self.outbox.wake()
            self._ask_status()
            self.standstill.ask()
        if changes & {Change.APPROVALS, Change.QUEUE, Change.REPORTS}:
            self._ask_approvals()
        if Change.HOOKS in changes:
            self.chores.call_hooks()
        self.window.refresh(frozenset(str(change) for change in changes))

    def _stepped(self, _filing: Filing) -> None:
        self._show_connection(self.desk.outbox.connection())

    def _show_connection(self, connection: Connection) -> None:
        words = ""
        if connection.ok is False and connection.next_try is not None:
            words = tr("No connection; asked again at {time}", time=clock(connection.next_try))
        ok = connection.ok
        if ok and not connection.answers:
            ok, words = None, tr("Connected, but without a clear answer")
        self.window.status_line.set_connection(ok, words)

    def _saved(self, when: datetime) -> None:
        self.window.status_line.set_saved(when)

    def _claim_lost(self, _claim: object) -> None:
        self.window.notices.show_notice(
            "warn", tr("The claim on this case ended. Claim it again to go on; nothing written is lost.")
        )

    def _dropped(self, paths: list[Path]) -> None:
        self.importing.take_in(paths)

    def _help(self, page: str) -> None:
        self.window.go("help", topic=page)

    def _standing_still(self) -> tuple[Filing, ...]:
        """What would wait if the window closed; nothing in practice, which is destroyed with all it holds."""
        still = self.standstill.filings
        return () if self.desk.practice else tuple(one for one in self._waiting if one.id not in still)

    def _file_now(self, filing_id: int) -> None:
        outbox, operator = self.desk.outbox, self.session.operator
        self.session.act(lambda: outbox.file_now(operator, filing_id), None, self.window.show_problem)

    # what waits for this person -----------------------------------------------

    def _ask_approvals(self) -> None:
        """How many requests, and how many decisions to look at again, wait for this person."""
        session = self.session
        self.runner.run_read(
            lambda: (waiting_for(session), waiting_reviews(session), unread(session)),
            self._show_approvals,
            self._no_status,
            owner=self,
            key="asked",
        )

    def _show_approvals(self, found: tuple[int, int, tuple[int, ...]]) -> None:
        if self._gone:
            return  # asked for the person before; their pages are no more
        requests, reviews, news = found
        self._say_news(news)
        self.window.rail.set_waiting("approvals", requests)
        self.window.rail.set_waiting("second_review", reviews)

    def _say_news(self, news: tuple[int, ...]) -> None:
        """Word of one's own reports: said once when it comes, and kept at the queue until it was read."""
        said = news_count(len(news)) if news else ""
        self._queue.set_news(said)
        if set(news) - self._told and self.window.current_id != "news":
            self.window.notices.show_notice("info", tr("{count}.", count=said), tr("Read"), self._to_news)
        self._told.update(news)

    def _to_news(self) -> None:
        self.window.go("news")

    # the status line ----------------------------------------------------------

    def _ask_status(self) -> None:
        self.overdue.look_at_clock(self._waiting)
        self.chores.call_hooks()
        desk, operator = self.desk, self.session.operator
        self.runner.run_read(
            lambda: (
                tuple(row.filing for row in desk.outbox.rows(operator)),
                desk.outbox.waiting(),
                desk.review.rest(operator),
            ),
            self._show_status,
            self._no_status,
            owner=self,
            key="status",
        )

    def _show_status(self, found: tuple[tuple[Filing, ...], int, Rest]) -> None:
        self._waiting, waiting, rest = found
        self.window.status_line.set_outbox(waiting)
        self._show_connection(self.desk.outbox.connection())
        self._rest(rest)

    def _no_status(self, _problem: DeskError) -> None:
        self.window.status_line.set_connection(None, tr("The workspace does not answer"))

    def _rest(self, rest: Rest) -> None:
        counted = rest.since_rest > 0 or rest.state is not RestState.CLEAR
        left = timedelta(seconds=rest.until_break) if counted else None
        self.window.status_line.set_rest(left)
        name = self.session.operator.name
        minutes = -(-int(rest.until_break) // 60)
        shown = tr("{name} · {n} min", name=name, n=minutes) if left is not None and minutes > 0 else name
        self.window.header.set_operator(name, shown)

    def end(self) -> None:
        """This person goes, the window stays: save, and let their pages go. The outbox goes on."""
        self._gone = True
        window = self.window
        if window.current_id:
            window.page(window.current_id).leave()
        self._status.stop()
        self.session.pause()
        self.chores.cancel()
        window.may_close.remove(self.closing.may_close)
        self.closing.withdraw()
        self.closing.deleteLater()
        window.file_menu.removeAction(self._folder_action)
        self._folder_action.deleteLater()
        window.clear_pages()
        window.header.set_operator("", actions=[])
        window.set_visible_pages(set())
        self.importing.deleteLater()
        self.deleteLater()

    def stop(self) -> None:
        """Stop the timers and the outbox; a call under way is finished or settled at the next start."""
        self._status.stop()
        self.outbox.stop()
