"""The one window: band, rail, header, pages, status line, and the ways to reach everything."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QKeySequence,
    QResizeEvent,
    QShortcut,
)
from PySide6.QtWidgets import QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from desk.domain.errors import DeskError
from desk.gui.banner import Banner, Endpoint
from desk.gui.command_palette import CommandPalette
from desk.gui.geometry import WindowSettings, keep, restore
from desk.gui.menus import KEY_BLANK, KEY_HELP, Menus
from desk.gui.rail import WIDE_FROM, Rail, RailItem, standard_items
from desk.gui.statusline import StatusLine
from desk.gui.widgets.common import hbox, vbox
from desk.gui.widgets.cover import Cover
from desk.gui.widgets.header import Header
from desk.gui.widgets.letfall import LetFall, copied, files_in
from desk.gui.widgets.notices import Notices
from desk.gui.widgets.page import Command, Page
from desk.gui.widgets.panels import bring_into_view
from desk.gui.words import tr

KEY_SEARCH = "Ctrl+F"


class MainWindow(QMainWindow):
    """The frame. It knows pages and commands, and no service.

    ``may_close`` is asked before closing, in order; one False keeps the
    window. ``blank_all`` is emitted by the one key that hides everything.
    ``dropped`` carries files let fall on the window.
    """

    blank_all = Signal()
    dropped = Signal(list)
    help_asked = Signal(str)
    import_asked = Signal()
    page_changed = Signal(str)

    def __init__(self, settings: WindowSettings | None = None, items: list[RailItem] | None = None) -> None:
        super().__init__()
        self.setWindowTitle(tr("Tipline Desk"))
        self.setAcceptDrops(True)
        self.setMinimumSize(960, 600)
        self.may_close: list[Callable[[], bool]] = []
        self._settings = settings
        self._pages: dict[str, Page] = {}
        self._current = ""
        self._shared: list[Command] = []

        self.banner = Banner()
        self.rail = Rail(standard_items() if items is None else items)
        self.header = Header()
        self.status_line = StatusLine()
        self._stack = QStackedWidget()
        self._body = QWidget()
        vbox_body = QVBoxLayout(self._body)
        vbox_body.setContentsMargins(0, 0, 0, 0)
        vbox_body.setSpacing(0)
        vbox_body.addWidget(self.header)
        vbox_body.addWidget(self._stack, 1)
        self._column = vbox_body
        self._standing: QWidget | None = None
        frame = QWidget()
        frame.setObjectName("frame")
        middle = hbox(self.rail, gap=0)
        middle.addWidget(self._body, 1)
        work = QWidget()
        within = vbox(gap=0)
        within.addLayout(middle, 1)
        within.addWidget(self.status_line)
        work.setLayout(within)
        self._scenes = QStackedWidget()
        self._scenes.addWidget(work)
        column = vbox(self.banner, gap=0)
        column.addWidget(self._scenes, 1)
        frame.setLayout(column)
        self.setCentralWidget(frame)

        self.notices = Notices(self._body)
        self._letfall = LetFall(self._body)
        self._cover = Cover(frame, self.banner, KEY_BLANK)
        self._palette = CommandPalette(self)

        menus = Menus(self)
        self.file_menu, self.edit_menu, self.view_menu = menus.file, menus.edit, menus.view
        self.case_menu, self.help_menu = menus.case, menus.help
        self.import_action, self.about_action = menus.import_action, menus.about_action
        search = QShortcut(QKeySequence(KEY_SEARCH), self)
        search.activated.connect(self.focus_search)
        self._connect()
        restore(self, settings)

    # --- making --------------------------------------------------------

    def _connect(self) -> None:
        self.rail.chosen.connect(self.go)
        self.header.back_clicked.connect(self._go_back)
        self.header.searched.connect(self._search)
        self.header.search.left.connect(self._leave_search)
        self.status_line.help_clicked.connect(self.ask_help)
        self.status_line.outbox_clicked.connect(lambda: self.go("outbox"))
        self._cover.uncovered.connect(self._uncovered)

    # --- pages ---------------------------------------------------------

    def add_page(self, id_: str, page: Page) -> None:
        """Give the window a page; the rail shows it if it has an item of that id."""
        self._pages[id_] = page
        self._stack.addWidget(page)
        page.navigate.connect(self._navigate)
        page.notify.connect(self._notify)
        page.title_changed.connect(self._retitle)

    def page(self, id_: str) -> Page:
        """Raises KeyError for a page that was not added."""
        return self._pages[id_]

    @property
    def kept_settings(self) -> WindowSettings | None:
        """Where the window keeps its own state; pages keep a person's way of seeing with it."""
        return self._settings

    @property
    def current(self) -> Page | None:
        """The page in front."""
        return self._pages.get(self._current)

    @property
    def current_id(self) -> str:
        return self._current

    def set_visible_pages(self, pages: set[str]) -> None:
        """What the operator's roles allow; others go from the rail, the menu and the palette."""
        self.rail.set_visible_pages(pages)
        titles = {item.title: item.id in pages for item in self.rail.items()}
        for action in self.view_menu.actions():
            if action.text() in titles:
                action.setVisible(titles[action.text()])
                action.setEnabled(titles[action.text()])

    def go(self, id_: str, **kwargs: object) -> bool:
        """Bring a page to the front, unless the one in front may not go. True if it is there now."""
        if id_ not in self._pages or self.shut:
            return False
        if id_ in {item.id for item in self.rail.items()} and not self.rail.is_shown(id_):
            return False
        if self._current and self._current != id_ and not self._pages[self._current].leave():
            self.rail.set_current(self._current)
            return False
        page = self._pages[id_]
        self._current = id_
        self._stack.setCurrentWidget(page)
        self.rail.set_current(id_)
        self.header.set_search(page.search_words)
        self.header.set_acts(page.header_widgets())
        page.enter(**kwargs)
        focus: QWidget | None = self.focusWidget()
        if focus is None or not page.isAncestorOf(focus):
            # Keys belong to the page from here; a page that knows better set its own focus in enter().
            page.setFocus(Qt.FocusReason.OtherFocusReason)
        self._retitle()
        self.page_changed.emit(id_)
        return True

    def set_standing(self, line: QWidget | None) -> None:
        """Something said above every page until it is settled; None takes it away."""
        if self._standing is not None:
            self._standing.hide()
            self._column.removeWidget(self._standing)
            self._standing.deleteLater()
        self._standing = line
        if line is not None:
            self._column.insertWidget(1, line)

    def refresh(self, changes: frozenset[str]) -> None:
        """Tell every page what was written; each decides whether it shows any of it."""
        for page in self._pages.values():
            page.refresh(changes)

    def _navigate(self, id_: str, kwargs: dict[str, object]) -> None:
        self.go(id_, **kwargs)

    def _go_back(self) -> None:
        page = self._pages.get(self._current)
        if page is not None and page.back is not None:
            self.go(page.back[0])

    def _retitle(self) -> None:
        page = self._pages.get(self._current)
        if page is None:
            return
        self.header.set_title(page.title)
        self.header.set_back(page.back[1] if page.back else "")
        # The case's name stays out of the task bar: shoulders and screen shares read it.
        self.setWindowTitle(tr("Tipline Desk"))

    def _search(self, words: str) -> None:
        page = self._pages.get(self._current)
        if page is not None:
            page.search(words)

    def _leave_search(self) -> None:
        self._pages[self._current].to_results()

    def focus_search(self) -> None:
        if self.header.search.isVisible():
            self.header.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
            self.header.search.selectAll()

    # --- commands ------------------------------------------------------

    def set_commands(self, commands: list[Command]) -> None:
        """Commands that are there on every page."""
        self._shared = list(commands)

    def commands(self) -> list[Command]:
        """All that can be reached now: the page's own acts first, then pages, then the rest."""
        page = self._pages.get(self._current)
        found = list(page.commands()) if page is not None else []
        for item in self.rail.items():
            if item.id in self._pages and self.rail.is_shown(item.id):
                found.append(
                    Command(
                        f"go.{item.id}",
                        tr("Go to {page}", page=item.title),
                        item.key,
                        partial(self.go, item.id),
                    )
                )
        found.append(Command("file.import", tr("Import cases…"), "Ctrl+I", self.import_asked.emit))
        found.append(Command("view.hide", tr("Hide everything"), KEY_BLANK, self.toggle_cover))
        found.append(Command("help.page", tr("Help on this page"), KEY_HELP, self.ask_help))
        return found + self._shared

    def open_palette(self) -> None:
        if not self._cover.isVisible() and not self.shut:
            self._palette.open_with(self.commands())

    def ask_help(self) -> None:
        self.help_asked.emit(self._current)

    # --- notices -------------------------------------------------------

    def _notify(self, kind: str, words: str) -> None:
        self.notices.show_notice(kind, words)

    def show_problem(self, error: object) -> None:
        """For ``Runner.problem``: what happened and how to mend it, without a box to answer."""
        words = error.words() if isinstance(error, DeskError) else tr("Something went wrong inside the desk.")
        self.notices.show_notice("bad", words)

    def show_bug(self, reference: str) -> None:
        """For ``Runner.bug``: our fault, said plainly, with the reference that the log has."""
        self.notices.show_notice(
            "bad",
            tr(
                "Something went wrong inside the desk. Your work so far is kept. "
                "The log has the details under {reference}.",
                reference=reference,
            ),
        )

    # --- the one key ---------------------------------------------------

    def toggle_cover(self) -> None:
        """Hide everything, or show it again. Content stays blurred when it comes back."""
        if self.shut:
            return
        if self._cover.isVisible():
            self._cover.uncover()
            return
        self.blank_all.emit()
        self._palette.leave()
        self._cover.cover()

    @property
    def covered(self) -> bool:
        return self._cover.isVisible()

    def _uncovered(self) -> None:
        page = self._pages.get(self._current)
        if page is not None and self.focusWidget() is None:
            page.setFocus()

    # --- nobody at work ------------------------------------------------

    @property
    def shut(self) -> bool:
        """Whether something else stands where the pages were."""
        return self._scenes.currentIndex() != 0

    def shut_with(self, scene: QWidget) -> None:
        """Put ``scene`` in the place of everything but the band: pages are not painted and take no keys."""
        self.blank_all.emit()
        self._palette.leave()
        if self._cover.isVisible():
            self._cover.uncover()
        before = self._scenes.currentWidget() if self.shut else None
        self._scenes.addWidget(scene)
        self._scenes.setCurrentWidget(scene)
        self.menuBar().setEnabled(False)
        self.setAcceptDrops(False)
        if before is not None:
            self._scenes.removeWidget(before)
            before.deleteLater()
        # At once, not when the loop comes round.
        self._scenes.repaint()

    def open_up(self) -> None:
        """The pages again."""
        scene = self._scenes.currentWidget() if self.shut else None
        if scene is None:
            return
        self._scenes.setCurrentIndex(0)
        self._scenes.removeWidget(scene)
        scene.deleteLater()
        self.menuBar().setEnabled(True)
        self.setAcceptDrops(True)

    def clear_pages(self) -> None:
        """Let every page go, with what it put into the header: another person gets their own."""
        self.header.set_acts([])
        for page in self._pages.values():
            for act in page.header_widgets():
                act.deleteLater()
            self._stack.removeWidget(page)
            page.hide()
            page.deleteLater()
        self._pages.clear()
        self._current = ""
        self.set_commands([])
        self.set_standing(None)
        self.notices.clear()

    # --- the window itself ---------------------------------------------

    def focusNextPrevChild(self, following: bool) -> bool:
        moved = super().focusNextPrevChild(following)
        if moved:
            bring_into_view(self.focusWidget())
        return moved

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.rail.set_wide(self.width() >= WIDE_FROM)

    def closeEvent(self, event: QCloseEvent) -> None:
        page = self._pages.get(self._current)
        if page is not None and not page.leave():
            event.ignore()
            return
        for may in self.may_close:
            if not may():
                event.ignore()
                return
        self.blank_all.emit()
        if self._settings is not None:
            keep(self, self._settings)
        event.accept()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.WindowStateChange and self.isMinimized():
            self.blank_all.emit()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        files = files_in(event.mimeData())
        if files:
            copied(event)
            self._letfall.offer(len(files))

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        copied(event)  # only after an enter that was accepted

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._letfall.hide()
        event.accept()

    def dropEvent(self, event: QDropEvent) -> None:
        self._letfall.hide()
        files = files_in(event.mimeData())
        if files:
            copied(event)
            self.dropped.emit(files)


__all__ = ["Command", "Endpoint", "MainWindow", "Page", "WindowSettings"]
