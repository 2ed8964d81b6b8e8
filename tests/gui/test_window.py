"""The frame: pages, keys, commands, notices, the one key that hides everything."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent, QFontInfo, QPalette
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QMenu, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from desk.domain.errors import UserError
from desk.gui import icons, resources, theme
from desk.gui.banner import Banner, Endpoint
from desk.gui.command_palette import find, score
from desk.gui.palette import DARK, LIGHT
from desk.gui.statusline import StatusLine
from desk.gui.theme import Scheme, Theme
from desk.gui.widgets.page import Command, Page
from desk.gui.widgets.panels import Scroll
from desk.gui.window import MainWindow

Show = Callable[[QWidget], QWidget]


class Settings:
    def __init__(self) -> None:
        self.kept: dict[str, str] = {}

    def get(self, key: str) -> str | None:
        return self.kept.get(key)

    def set(self, key: str, value: str) -> None:
        self.kept[key] = value


class Sheet(Page):
    def __init__(self, title: str) -> None:
        super().__init__()
        self.title = title
        self.field = QLineEdit()
        QVBoxLayout(self).addWidget(self.field)
        self.may_go = True
        self.entered: list[dict[str, object]] = []
        self.searched: list[str] = []
        self.changes: list[frozenset[str]] = []
        self.done: list[str] = []
        self.act = QPushButton(title)

    def commands(self) -> list[Command]:
        return [
            Command("next", f"Next case of {self.title}", "N", lambda: self.done.append("next")),
            Command("never", "Never possible", "", lambda: self.done.append("never"), lambda: False),
        ]

    def header_widgets(self) -> list[QWidget]:
        return [self.act]

    def enter(self, **kwargs: object) -> None:
        self.entered.append(kwargs)

    def leave(self) -> bool:
        return self.may_go

    def refresh(self, changes: frozenset[str]) -> None:
        self.changes.append(changes)

    def search(self, words: str) -> None:
        self.searched.append(words)


@pytest.fixture
def window(show: Show) -> MainWindow:
    made = MainWindow(Settings())
    queue, case = Sheet("Queue"), Sheet("Case 1")
    queue.search_words = "Search cases…"
    case.back = ("queue", "Queue")
    made.add_page("queue", queue)
    made.add_page("case", case)
    made.go("queue")
    show(made)
    return made


def sheet(window: MainWindow, id_: str) -> Sheet:
    page = window.page(id_)
    assert isinstance(page, Sheet)
    return page


def test_keys_reach_pages(window: MainWindow) -> None:
    QTest.keyClick(window, Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
    assert window.current_id == "case"
    assert window.header.title() == "Case 1"
    QTest.keyClick(window, Qt.Key.Key_1, Qt.KeyboardModifier.ControlModifier)
    assert window.current_id == "queue"


def test_a_page_may_refuse_to_go(window: MainWindow) -> None:
    sheet(window, "queue").may_go = False
    assert window.go("case") is False
    assert window.current_id == "queue"
    assert sheet(window, "case").entered == []


def test_a_page_gets_what_it_was_asked_to_show(window: MainWindow) -> None:
    sheet(window, "queue").navigate.emit("case", {"case_id": 7})
    assert sheet(window, "case").entered == [{"case_id": 7}]
    assert window.go("nowhere") is False


def test_tab_into_a_part_that_scrolls_shows_where_it_came_to(window: MainWindow) -> None:
    page = sheet(window, "queue")
    first, last, scroll = QLineEdit(), QPushButton("Last"), Scroll()
    tall = QWidget()
    tall.setFixedHeight(4000)
    scroll.add(tall, last)
    column = QVBoxLayout()
    column.addWidget(first)
    column.addWidget(scroll)
    holder = QWidget(page)
    holder.setLayout(column)
    holder.resize(page.size())
    holder.show()
    QApplication.processEvents()
    first.setFocus()
    QTest.keyClick(first, Qt.Key.Key_Tab)
    assert last.hasFocus()
    assert scroll.verticalScrollBar().value() > 0
    assert last.visibleRegion().boundingRect().height() == last.height()


def test_roles_take_pages_away_everywhere(window: MainWindow) -> None:
    window.set_visible_pages({"queue"})
    assert window.go("case") is False
    assert "Go to Case" not in [command.title for command in window.commands()]
    QTest.keyClick(window, Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
    assert window.current_id == "queue"


def test_header_shows_the_acts_of_the_page_in_front(window: MainWindow) -> None:
    queue, case = sheet(window, "queue"), sheet(window, "case")
    assert queue.act.isVisible()
    assert window.header.search.isVisible()
    window.go("case")
    assert case.act.isVisible()
    assert not queue.act.isVisible()
    assert not window.header.search.isVisible()
    window.go("queue")
    assert queue.act.isVisible()


def test_search_comes_when_typing_rests(window: MainWindow, qtbot: QtBot) -> None:
    QTest.keyClick(window, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert window.header.search.hasFocus()
    QTest.keyClicks(window.header.search, "u-55")
    qtbot.waitUntil(lambda: sheet(window, "queue").searched == ["u-55"])
    QTest.keyClick(window.header.search, Qt.Key.Key_Return)
    assert sheet(window, "queue").searched == ["u-55"]


def test_refresh_reaches_every_page(window: MainWindow) -> None:
    window.refresh(frozenset({"cases"}))
    assert sheet(window, "case").changes == [frozenset({"cases"})]


def test_the_palette_finds_does_and_goes(window: MainWindow) -> None:
    field = sheet(window, "queue").field
    field.setFocus()
    QTest.keyClick(window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    palette = window._palette
    assert palette.isVisible()
    typed = QApplication.focusWidget()
    assert isinstance(typed, QLineEdit)
    assert palette.shown()[0] == "Next case of Queue"
    QTest.keyClicks(typed, "next")
    QTest.keyClick(typed, Qt.Key.Key_Return)
    assert sheet(window, "queue").done == ["next"]
    assert not palette.isVisible()
    assert field.hasFocus()


def test_the_palette_passes_over_what_cannot_be_done(window: MainWindow) -> None:
    window.open_palette()
    typed = QApplication.focusWidget()
    QTest.keyClicks(typed, "never")
    QTest.keyClick(typed, Qt.Key.Key_Return)
    assert sheet(window, "queue").done == []
    QTest.keyClicks(typed, "xxxx")
    assert window._palette.shown() == []
    QTest.keyClick(typed, Qt.Key.Key_Escape)
    assert not window._palette.isVisible()


@pytest.mark.parametrize(
    ("wanted", "first"),
    [
        ("", "Announce"),
        ("nc", "Next case"),
        ("next", "Next case"),
        ("rc", "Release case"),
        ("gq", "Go to Queue"),
        ("zz", None),
    ],
)
def test_finding_prefers_starts_of_words(wanted: str, first: str | None) -> None:
    commands = [Command(t, t) for t in ("Announce", "Next case", "Release case", "Go to Queue", "Go to Case")]
    found = find(wanted, commands)
    assert (found[0].title if found else None) == first


def test_letters_have_to_be_there_in_order() -> None:
    assert score("esac", "Case") is None
    assert score("aa", "a ba") is not None


def test_one_key_hides_everything(window: MainWindow, qtbot: QtBot) -> None:
    field = sheet(window, "queue").field
    field.setFocus()
    with qtbot.waitSignal(window.blank_all):
        QTest.keyClick(window, Qt.Key.Key_F9)
    assert window.covered
    assert window.banner.isVisible()
    QTest.keyClicks(QApplication.focusWidget(), "abc")
    assert field.text() == ""
    window.open_palette()
    assert not window._palette.isVisible()
    QTest.keyClick(window, Qt.Key.Key_F9)
    assert not window.covered
    assert field.hasFocus()


def test_help_import_and_files_let_fall(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    with qtbot.waitSignal(window.help_asked) as asked:
        QTest.keyClick(window, Qt.Key.Key_F1)
    assert asked.args == ["queue"]
    with qtbot.waitSignal(window.import_asked):
        QTest.keyClick(window, Qt.Key.Key_I, Qt.KeyboardModifier.ControlModifier)
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(tmp_path / "a.zip")), QUrl("https://example.com/x")])
    move, left, none = Qt.DropAction.MoveAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    actions = move | Qt.DropAction.CopyAction
    enter = QDragEnterEvent(QPoint(9, 9), actions, mime, left, none)
    window.dragEnterEvent(enter)
    # A file manager that hears of a move may delete what it handed over.
    assert (enter.isAccepted(), enter.dropAction()) == (True, Qt.DropAction.CopyAction)
    assert window._letfall.isVisible()
    window.dragLeaveEvent(QDragLeaveEvent())
    assert not window._letfall.isVisible()
    window.dragEnterEvent(enter)
    drop = QDropEvent(QPointF(9, 9), actions, mime, left, none)
    with qtbot.waitSignal(window.dropped) as dropped:
        window.dropEvent(drop)
    assert dropped.args == [[tmp_path / "a.zip"]]
    assert drop.dropAction() == Qt.DropAction.CopyAction
    assert not window._letfall.isVisible()


def test_notices_stay_or_go_and_never_pile_up(window: MainWindow) -> None:
    for n in range(5):
        window.page("queue").notify.emit("info", f"note {n}")
    window.show_problem(UserError("The disk is full.", "Make room."))
    window.show_problem(UserError("The disk is full.", "Make room."))
    window.show_problem(ValueError("a name"))
    window.show_bug("B001")
    assert len(window.notices.words()) == 3
    assert window.notices.words()[0] == "The disk is full. Make room."
    assert "a name" not in " ".join(window.notices.words())
    assert "B001" in window.notices.words()[-1]
    shown = window.notices
    assert shown.isVisible()
    assert shown.geometry().bottom() <= shown.parentWidget().height()
    shown.clear()
    assert not shown.isVisible()
    with pytest.raises(ValueError, match="kind"):
        shown.show_notice("loud", "x")


def test_closing_asks_and_the_window_comes_back_as_it_was(
    window: MainWindow, look: Theme, qtbot: QtBot
) -> None:
    window.may_close.append(lambda: False)
    assert window.close() is False
    window.may_close.clear()
    sheet(window, "queue").may_go = False
    assert window.close() is False
    sheet(window, "queue").may_go = True
    window.resize(1000, 700)
    QApplication.processEvents()
    assert window.close()
    settings = window._settings
    again = MainWindow(settings)
    qtbot.addWidget(again)
    # A screen narrower than the window narrows it, so the height is what can be compared anywhere.
    assert again.height() == 700


def test_broken_geometry_is_ignored(qtbot: QtBot, look: Theme) -> None:
    settings = Settings()
    settings.set("window/geometry", "no geometry")
    made = MainWindow(settings)
    qtbot.addWidget(made)
    assert made.width() == 1280


def test_the_rail_has_words_when_wide(window: MainWindow) -> None:
    narrow = window.rail.width()
    window.resize(1500, 800)
    QApplication.processEvents()
    assert window.rail.width() > narrow


def test_the_case_menu_is_the_pages(window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    offered = [
        *sheet(window, "queue").commands(),
        Command("q.a", "All", under="Show"),
        Command("q.b", "Mine", under="Show"),
    ]
    monkeypatch.setattr(sheet(window, "queue"), "commands", lambda: offered)
    window.case_menu.aboutToShow.emit()
    window.case_menu.aboutToShow.emit()
    assert [action.text() for action in window.case_menu.actions()] == [
        "Next case of Queue\tN",
        "Never possible",
        "Show",
    ]
    below = window.case_menu.actions()[2].menu()
    assert isinstance(below, QMenu)
    assert [action.text() for action in below.actions()] == ["All", "Mine"]
    window.case_menu.actions()[0].trigger()
    assert sheet(window, "queue").done == ["next"]


@pytest.mark.parametrize(
    ("endpoint", "word"),
    [
        (Endpoint.PRACTICE, "PRACTICE"),
        (Endpoint.TEST, "NCMEC TEST"),
        (Endpoint.PRODUCTION, "NCMEC PRODUCTION"),
        (Endpoint.OTHER, "example.com"),
    ],
)
def test_the_band_says_which_endpoint(qtbot: QtBot, look: Theme, endpoint: Endpoint, word: str) -> None:
    banner = Banner()
    qtbot.addWidget(banner)
    assert banner.endpoint is Endpoint.PRODUCTION  # until it is told: never harmless by mistake
    banner.set_endpoint(endpoint, "example.com")
    assert word in banner.accessibleName()
    token = "test" if endpoint is Endpoint.OTHER else endpoint.value
    banner.resize(400, 28)
    assert banner.grab().toImage().pixelColor(398, 2) == theme.colour(token)


def test_the_status_line_says_what_is_known(qtbot: QtBot, look: Theme) -> None:
    line = StatusLine()
    qtbot.addWidget(line)
    line.set_connection(False)
    line.set_outbox(2)
    line.set_saved(datetime(2026, 5, 4, 12, 2, tzinfo=UTC))
    line.set_rest(timedelta(minutes=7, seconds=10))
    assert "filings wait" in line._connection.text()
    assert line._outbox.text() == "2 in the outbox"
    assert line._saved.toolTip() == "2026-05-04 12:02:00 UTC"
    assert line._rest.text() == "rest in 8 min"
    line.set_rest(timedelta(0))
    assert line._rest.text() == "time for a rest"


def test_the_theme_changes_everything_live(window: MainWindow, look: Theme) -> None:
    corner = QPoint(300, 400)
    assert window.grab().toImage().pixelColor(corner) == theme.colour("ground")
    look.set_scheme(Scheme.DARK)
    QApplication.processEvents()
    assert look.tokens is DARK
    assert window.grab().toImage().pixelColor(corner).name().upper() == DARK.ground
    assert QApplication.palette().color(QPalette.ColorRole.Window).name().upper() == DARK.ground
    look.set_scheme(Scheme.LIGHT)
    assert look.tokens is LIGHT


def test_type_and_icons_are_the_bundled_ones(look: Theme) -> None:
    assert QFontInfo(theme.sans()).family() == "Inter"
    assert QFontInfo(theme.mono()).family() == "JetBrains Mono"
    assert isinstance(look.reduced_motion(), bool)
    for path in resources.path("icons").glob("*.svg"):
        assert not icons.render(path.stem, LIGHT.text, 16, 2.0).isNull()
    assert icons.render("inbox", LIGHT.text, 16, 2.0).width() == 32
    with pytest.raises(FileNotFoundError):
        resources.path("icons", "no-such-icon.svg")


def test_resources_are_found_when_frozen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    style = tmp_path / "resources" / "style"
    style.mkdir(parents=True)
    (style / "desk.qss").write_text("", encoding="utf-8")
    monkeypatch.setattr("sys.frozen", True, raising=False)
    monkeypatch.setattr("sys._MEIPASS", str(tmp_path), raising=False)
    resources.root.cache_clear()
    assert resources.root() == tmp_path / "resources"
    monkeypatch.undo()
    resources.root.cache_clear()
    assert resources.root() != tmp_path / "resources"


def test_everything_has_a_name_for_screen_readers(window: MainWindow) -> None:
    nameless = [
        type(child).__name__
        for child in window.findChildren(QWidget)
        if child.focusPolicy() & Qt.FocusPolicy.TabFocus
        and not (child.accessibleName() or getattr(child, "text", str)())
        and child not in (sheet(window, "queue").field, sheet(window, "case").field)
        and child.isVisible()
    ]
    assert nameless == []
