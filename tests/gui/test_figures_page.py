"""Figures at the window: charts with their tables, ranges, gaps, colours, and files of them."""

from __future__ import annotations

import math
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QGuiApplication, QImage
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from desk.domain.decision import DecisionKind
from desk.domain.errors import UserError
from desk.domain.figures import Chart, Series, Step
from desk.domain.second_review import Kappa
from desk.gui import theme
from desk.gui.figures import saving, words
from desk.gui.figures.card import ChartCard
from desk.gui.figures.page import ALL, OWN, FiguresPage
from desk.gui.figures.plot import apart, bounds, steps
from desk.gui.figures.table import FigureTable
from desk.gui.session import Session
from desk.gui.theme import Scheme, Theme
from tests.gui.desk_support import session_on

SLOW = 20_000
NOON = datetime(2026, 11, 6, 12, tzinfo=UTC)
DAYS = tuple(date(2026, 11, day) for day in range(1, 6))
GAPPY = Chart(
    "time",
    DAYS,
    (
        Series("from the desk to filing, median", "h", (1.0, None, 3.5, 4.0, None)),
        Series("from the incident to filing, median", "h", (None, None, 20.0, None, None)),
    ),
)


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory, qapp: object) -> Iterator[Session]:
    with session_on(tmp_path_factory.mktemp("figures"), cases=3) as made:
        claim = made.desk.queue.next_case(made.operator).value
        assert claim is not None
        made.desk.review.decide(made.operator, claim, DecisionKind.NO_VIOLATION)
        yield made


@pytest.fixture
def page(session: Session, qtbot: QtBot, show: Callable[[QWidget], QWidget]) -> FiguresPage:
    made = FiguresPage(session)
    made.resize(1200, 760)
    show(made)
    made.enter()
    qtbot.waitUntil(lambda: made.drawn, timeout=SLOW)
    return made


def settled(qtbot: QtBot, session: Session) -> None:
    qtbot.waitUntil(lambda: not session.runner.busy, timeout=SLOW)


def test_each_chart_has_its_table_and_an_empty_one_says_why(page: FiguresPage, qtbot: QtBot) -> None:
    assert list(page.cards) == ["volume", "time", "completeness", "trouble", "agreement", "exposure"]
    volume = page.cards["volume"]
    assert volume.plot.isVisible()
    assert "table" in volume.plot.accessibleName()
    qtbot.mouseClick(volume.turner, Qt.MouseButton.LeftButton)
    assert volume.shows_table
    volume.table.setFocus()
    last = volume.table.rowCount() - 1
    qtbot.keyClick(volume.table, Qt.Key.Key_End, Qt.KeyboardModifier.ControlModifier)
    assert volume.table.currentRow() == last
    cells = [volume.table.item(last, column) for column in range(4)]
    assert [cell.text() for cell in cells if cell is not None][1:] == ["3", "1", "0"]
    assert "five people" in page.cards["exposure"].nothing()
    assert "Nothing was filed" in page.cards["time"].nothing()
    assert not page.cards["time"].save.isVisible()


def test_range_and_step_are_chosen_and_ones_own_days_checked(
    page: FiguresPage, session: Session, qtbot: QtBot
) -> None:
    page.range.set_value(90)
    page.range.changed.emit()
    qtbot.waitUntil(lambda: page.found is not None and (page.found.until - page.found.since).days == 89)
    page.step.set_value(Step.MONTH)
    page.step.changed.emit()
    qtbot.waitUntil(lambda: page.found is not None and page.found.step is Step.MONTH, timeout=SLOW)
    page.range.set_value(OWN)
    page.range.changed.emit()
    assert page.since.isVisible()
    page.since.setText("yesterday")
    qtbot.keyClick(page.since, Qt.Key.Key_Return)
    assert "YYYY-MM-DD" in page.problem.text()
    assert page.since.hasFocus()
    page.since.setText("2026-01-01")
    page.until.setText("2026-02-10")
    qtbot.mouseClick(page.go, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: page.found is not None and page.found.until == date(2026, 2, 10), timeout=SLOW)
    assert not page.problem.isVisible()
    page.step.set_value(Step.DAY)
    page.since.setText("2020-01-01")
    page.go.click()
    qtbot.waitUntil(lambda: "too many periods" in page.problem.text(), timeout=SLOW)
    assert page.cards["volume"].isVisible(), "what was shown stays"
    settled(qtbot, session)


def test_by_keyboard_all_turn_to_tables_and_are_copied(page: FiguresPage, qtbot: QtBot) -> None:
    page.activateWindow()
    qtbot.keyClick(page, Qt.Key.Key_T, Qt.KeyboardModifier.AltModifier)
    assert all(card.turner.isChecked() for card in page.cards.values())
    told: list[str] = []
    page.notify.connect(lambda _kind, text: told.append(text))
    volume = page.cards["volume"]
    qtbot.mouseClick(volume.copy_button, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text().startswith("Period\tcases received\t")
    assert "clipboard" in told[-1]
    volume.table.selectRow(0)
    qtbot.keyClick(volume.table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert len(QGuiApplication.clipboard().text().splitlines()) == 2


@pytest.mark.parametrize(
    ("what", "key", "start"),
    [("csv", ALL, b"\xef\xbb\xbfChart"), ("csv", "volume", b"\xef\xbb\xbfPeriod"),
     ("png", "volume", b"\x89PNG"), ("pdf", ALL, b"%PDF")],
)  # fmt: skip
def test_figures_are_saved_and_that_is_on_record(
    page: FiguresPage, session: Session, qtbot: QtBot, tmp_path: Path, what: str, key: str, start: bytes
) -> None:
    told: list[str] = []
    page.notify.connect(lambda _kind, text: told.append(text))
    page.ask_place(what, key)
    dialog = page._dialog
    assert dialog is not None
    dialog.close()
    file = tmp_path / f"out.{what}"
    page.save(what, key, file)
    qtbot.waitUntil(lambda: bool(told), timeout=SLOW)
    assert file.read_bytes().startswith(start)
    assert "on record" in told[-1]
    settled(qtbot, session)
    head = session.desk.auditing.head(session.operator)
    (last,) = session.desk.auditing.entries(session.operator, start=head.size - 1)
    assert last.act == "figures.exported"


def test_what_cannot_be_saved_is_said(
    page: FiguresPage, session: Session, qtbot: QtBot, tmp_path: Path
) -> None:
    page.save("csv", ALL, tmp_path / "nowhere" / "out.csv")
    qtbot.waitUntil(lambda: "could not be saved" in page.said.words, timeout=SLOW)
    settled(qtbot, session)


def test_a_failure_is_said_with_a_way_on(
    session: Session, qtbot: QtBot, show: Callable[[QWidget], QWidget]
) -> None:
    operator = session.operator
    session.operator = replace(operator, roles=frozenset())
    page = FiguresPage(session)
    show(page)
    page.enter()
    qtbot.waitUntil(lambda: page.failed.isVisible(), timeout=SLOW)
    session.operator = operator
    page.failed.retry.click()
    qtbot.waitUntil(lambda: page.drawn, timeout=SLOW)


def test_gaps_stay_gaps_and_the_theme_changes_the_colours(
    show: Callable[[QWidget], QWidget], look: Theme
) -> None:
    card = ChartCard(GAPPY, Step.DAY)
    show(card)
    card.resize(1000, 320)
    curve = card.plot._item.listDataItems()[0]
    assert [math.isnan(value) for value in curve.yData] == [False, True, False, False, True]
    assert words.value(GAPPY.series[0], 1) == ""
    heads, rows = words.table(GAPPY, Step.DAY)
    assert heads[1] == "from the desk, median (h)"
    assert rows[1] == ("2026-11-02", "", "")
    light = card.plot.grab().toImage()
    assert has(light, theme.colour("accent"))
    look.set_scheme(Scheme.DARK)
    card.recolour()
    dark = card.plot.grab().toImage()
    assert has(dark, theme.colour("surface"))
    assert not has(dark, light.pixelColor(2, 2))
    picture = card.picture()
    assert picture.pixelColor(2, 2).lightness() > 250, "paper is white in the dark theme too"
    assert saving.png(picture).startswith(b"\x89PNG")
    nothing = replace(GAPPY, key="exposure", starts=(), series=())
    paper = saving.pdf([(GAPPY, picture), (nothing, None)], Step.DAY, "2026-11-01", "2026-11-05", NOON)
    assert paper.startswith(b"%PDF")
    assert b"/Image" in paper


def has(image: QImage, colour: QColor) -> bool:
    return any(
        image.pixelColor(x, y).rgb() == colour.rgb()
        for y in range(0, image.height(), 2)
        for x in range(0, image.width(), 2)
    )


def test_labels_keep_apart_and_scales_end_at_round_figures() -> None:
    assert apart([10.0, 11.0, 90.0], 16, 100) == [10.0, 26.0, 90.0]
    assert apart([98.0, 99.0, 99.0], 16, 100) == [68.0, 84.0, 100.0]
    assert bounds(GAPPY) == (0.0, 20.0)
    assert steps(0, 20) == [0, 5, 10, 15, 20]
    assert steps(0, 1, whole=True) == [0, 1]
    assert steps(0, 1) == [0, 0.5, 1]
    assert steps(0, 5) == [0, 1, 2, 3, 4, 5]
    kappa = Chart("agreement", DAYS[:2], (Series("Cohen's kappa", "", (-0.2, 0.5)),))
    assert bounds(kappa) == (-1.0, 1.0)
    assert words.value(kappa.series[0], 0) == "-0.20"
    nothing = Chart("volume", DAYS[:1], (Series("reports filed", "", (0.0,)),))
    assert bounds(nothing) == (0.0, 1.0)
    assert bounds(replace(nothing, key="completeness")) == (0.0, 100.0)


def test_all_figures_in_one_file_name_each_value() -> None:
    text = words.all_csv([GAPPY], {"no_violation": Kappa(6, 0.8, 0.5, 0.66)}, Step.DAY)
    assert 'Time to filing,2026-11-03,"from the desk, median",h,3.5' in text.splitlines()
    assert text.splitlines()[-1] == "Agreement by type,,No violation,kappa,0.66"


def test_a_table_reads_itself_out(show: Callable[[QWidget], QWidget]) -> None:
    table = FigureTable("Numbers", wide=-1)
    show(table)
    table.set_table(("Period", "Filed"), [("2026-11", "")])
    item = table.item(0, 1)
    assert item is not None
    assert item.data(Qt.ItemDataRole.AccessibleTextRole) == "Filed: –"


def test_a_range_that_does_not_fit_is_a_users_error(session: Session) -> None:
    with pytest.raises(UserError):
        session.desk.figures.show(session.operator, date(2026, 2, 1), date(2026, 1, 1), Step.DAY)


def test_nothing_is_loaded_for_charts_before_one_is_drawn() -> None:
    script = "import sys, desk.gui.figures.page; print(sorted({'numpy', 'pyqtgraph'} & set(sys.modules)))"
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
