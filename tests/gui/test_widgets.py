"""The small parts: values, signals, keys, names."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QGridLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from desk.gui.confirm.lines import Lines
from desk.gui.theme import Scheme, Theme
from desk.gui.widgets.buttons import IconButton, primary
from desk.gui.widgets.chips import Badge, TagChips
from desk.gui.widgets.choices import CheckBox, OptionCards, Segmented
from desk.gui.widgets.common import label
from desk.gui.widgets.copylabel import INDENT, CopyLabel
from desk.gui.widgets.fields import Choice, Field, MultiLine, TextField
from desk.gui.widgets.header import SearchBox
from desk.gui.widgets.moments import LOCAL, DateTimeField, parse
from desk.gui.widgets.numbers import NumberField
from desk.gui.widgets.panels import ConfirmBar, Disclosure, EmptyState, SplitView
from desk.gui.widgets.progress import CompletenessMeter, StepTrack, ThinBar
from desk.gui.widgets.rows import RepeatingRows
from tests.gui import gallery

Show = Callable[[QWidget], QWidget]
NOON = datetime(2026, 5, 4, 12, 2, 31, tzinfo=UTC)


def counted(widget: object) -> list[int]:
    seen: list[int] = []
    widget.changed.connect(lambda: seen.append(1))  # type: ignore[attr-defined]
    return seen


def test_labels_never_read_markup(show: Show) -> None:
    assert label("<b>u-5521</b>").textFormat() == Qt.TextFormat.PlainText


def test_a_field_says_its_problem_to_eye_and_ear(show: Show) -> None:
    field = Field("Age", TextField(), "In years.")
    show(field)
    assert field.editor.accessibleName() == "Age"
    field.set_problem("Write a number.")
    assert field.editor.accessibleDescription() == "Write a number. In years."
    assert field.editor.property("problem") == "bad"
    field.set_problem("Unusual.", "warn")
    assert field.editor.property("problem") == "warn"
    field.set_problem("")
    assert field.problem() == ""
    assert field.editor.accessibleDescription() == "In years."
    field.set_help("Whole years.")
    assert field.editor.accessibleDescription() == "Whole years."


@pytest.mark.parametrize("make", [TextField, MultiLine])
def test_changed_comes_from_a_person_only(show: Show, make: type) -> None:
    editor = make()
    show(editor)
    seen = counted(editor)
    editor.set_value("given")
    assert seen == []
    editor.setFocus()
    QTest.keyClicks(editor, "x ")
    assert len(seen) == 2
    assert "given" in editor.value()


def test_nothing_is_chosen_until_a_person_does(show: Show) -> None:
    choice = Choice([(1, "one"), (2, "two")])
    show(choice)
    seen = counted(choice)
    assert choice.value() is None
    wheel = QWheelEvent(QPointF(5, 5), QPointF(5, 5), QPoint(0, -120), QPoint(0, -120), Qt.MouseButton.NoButton,
                        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False)  # fmt: skip
    QApplication.sendEvent(choice, wheel)
    assert choice.value() is None
    choice.set_value(2)
    assert seen == []
    choice.set_options([(2, "zwei"), (3, "drei")])
    assert choice.value() == 2
    choice.set_value(9)
    assert choice.value() is None
    choice.setFocus()
    QTest.keyClick(choice, Qt.Key.Key_Down)
    assert choice.value() == 2
    assert seen == [1]


def test_a_tick_by_mouse_and_key(show: Show) -> None:
    box = CheckBox("Publicly available", "P")
    show(box)
    seen = counted(box)
    QTest.mouseClick(box, Qt.MouseButton.LeftButton, pos=QPoint(box.width() - 3, 10))
    assert box.value() is True
    QTest.keyClick(box, Qt.Key.Key_Space)
    assert box.value() is False
    assert len(seen) == 2


def test_a_row_of_answers(show: Show) -> None:
    row = Segmented([("A1", "A1"), ("A2", "A2"), ("B1", "B1")], names=["A1, pre", "A2, pre", "B1, pub"])
    show(row)
    seen = counted(row)
    row.setFocus()
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Right)
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Space)
    assert row.value() == "A2"
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Space)
    assert row.value() is None
    row.set_value("B1")
    assert (row.value(), len(seen)) == ("B1", 2)


def test_cards_are_never_preselected(show: Show) -> None:
    cards = OptionCards([("a", "A", "when a"), ("b", "B", "when b")])
    show(cards)
    seen = counted(cards)
    assert cards.value() is None
    cards.setFocus()
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Down)
    assert cards.value() is None
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Space)
    assert cards.value() == "b"
    QTest.mouseClick(cards.cards[0], Qt.MouseButton.LeftButton, pos=QPoint(30, 10))
    assert cards.value() == "a"
    assert len(seen) == 2


def test_chips(show: Show) -> None:
    chips = TagChips([("viral", "Viral"), ("meme", "Meme")])
    show(chips)
    seen = counted(chips)
    chips.set_value({"meme"})
    chips.toggle("viral")
    assert chips.value() == {"viral", "meme"}
    chips.setFocus()
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)
    assert chips.value() == {"meme"}
    assert len(seen) == 2


def rows(show: Show) -> RepeatingRows:
    made = RepeatingRows(lambda: TextField(), "email address", most=3)
    show(made)
    return made


def test_rows_by_keyboard(show: Show) -> None:
    made = rows(show)
    seen = counted(made)
    QTest.keyClick(made.focusProxy(), Qt.Key.Key_Return)
    QTest.keyClicks(QApplication.focusWidget(), "a@example.com")
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)
    QTest.keyClicks(QApplication.focusWidget(), "b@example.com")
    assert made.value() == ["a@example.com", "b@example.com"]
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)  # an empty row makes no further one
    assert len(made.editors()) == 3
    assert made.add() is None
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Backspace, Qt.KeyboardModifier.ControlModifier)
    assert len(made.editors()) == 2
    assert QApplication.focusWidget() is made.editors()[1]
    assert made.editors()[1].accessibleName() == "email address 2"
    assert len(seen) > 20


def test_rows_keep_the_focus_when_set_again(show: Show) -> None:
    made = rows(show)
    made.set_value(["a", "b"])
    first = made.editors()[0]
    first.setFocus()
    made.set_value(["a", "b", "c"])
    assert first.hasFocus()
    made.remove(0)
    assert made.value() == ["b", "c"]
    made.set_value([])
    assert made.value() == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-05-04 12:02:31", NOON),
        ("2026-05-04T12:02:31Z", NOON),
        ("2026-05-04 14:02:31 +02:00", NOON),
        ("2026-05-04T14:02:31+0200", NOON),
        ("2026-05-04 06:32:31 UTC−05:30", NOON),
        ("2026-05-04 12:02:31.5", NOON + timedelta(milliseconds=500)),
        ("2026-05-04 9:05", datetime(2026, 5, 4, 9, 5, tzinfo=UTC)),
    ],
)
def test_moments_are_read_as_people_paste_them(text: str, expected: datetime) -> None:
    assert parse(text, UTC) == expected


@pytest.mark.parametrize(
    "text",
    [
        "yesterday",
        "2026-05-04",
        "2026-02-30 10:00",
        "2026-05-04 25:00",
        "2026-05-04 10:00 +19:00",
        "04.05.2026 10:00",
    ],
)
def test_moments_that_cannot_be_read_say_why(text: str) -> None:
    with pytest.raises(ValueError, match=r"\.$"):
        parse(text, UTC)


def test_a_moment_has_its_zone(show: Show) -> None:
    field = DateTimeField()
    show(field)
    assert field.value() is None
    field.set_value(NOON)
    assert field.value() == NOON
    field.set_zone(120)
    assert field.text() == "2026-05-04 14:02:31"
    assert field.value() == NOON
    seen = counted(field)
    field.setFocus()
    editor = QApplication.focusWidget()
    editor.selectAll()
    QTest.keyClicks(editor, "2026-05-04 13:02:31 +01:00")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    assert field.value() == NOON
    assert field.zone() == timezone(timedelta(hours=1))
    assert field.text() == "2026-05-04 13:02:31"
    QTest.keyClicks(editor, "x")
    assert field.value() is None
    assert field.problem()
    assert seen
    field.set_zone("local")
    field.set_value(NOON)
    assert field.zone() is LOCAL
    assert field.value() == NOON
    with pytest.raises(ValueError, match="zone"):
        field.set_value(datetime(2026, 5, 4))  # noqa: DTZ001


def test_copying_an_id(show: Show) -> None:
    made = CopyLabel("abc-123", "Request-ID", flush=True)
    show(made)
    made.resize(60, 24)
    QTest.keyClick(made, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == "abc-123"
    made.set_value("def")
    QTest.mouseClick(made, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == "def"
    assert "Request-ID def" in made.accessibleName()


def test_an_id_that_is_copied_stands_in_line_with_the_facts_around_it(show: Show) -> None:
    lines = Lines([("Endpoint", "NCMEC test")])
    lines.put("Request-ID", CopyLabel("abc-123"))
    show(lines)
    grid = lines.layout()
    assert isinstance(grid, QGridLayout)
    plain, copied = (grid.itemAtPosition(at, 1).widget() for at in (0, 1))
    assert plain is not None
    assert copied is not None
    assert plain.x() + plain.contentsMargins().left() == copied.x() + INDENT


def test_confirming_needs_the_tick_and_happens_once(show: Show) -> None:
    bar = ConfirmBar("I have checked this report.", "File with NCMEC", "Back")
    show(bar)
    done: list[int] = []
    bar.confirmed.connect(lambda: done.append(1))
    QTest.mouseClick(bar.act, Qt.MouseButton.LeftButton)
    assert done == []
    bar.tick.click()
    QTest.mouseClick(bar.act, Qt.MouseButton.LeftButton)
    QTest.mouseClick(bar.act, Qt.MouseButton.LeftButton)
    assert done == [1]
    bar.reset()
    bar.set_ready(False, "Two files are not viewed.")
    assert not bar.tick.isEnabled()
    bar.set_ready(True)
    bar.tick.click()
    assert bar.act.isEnabled()


def test_enter_presses_a_button_once(show: Show) -> None:
    button = primary("File")
    show(button)
    pressed: list[int] = []
    button.clicked.connect(lambda: pressed.append(1))
    QTest.keyClick(button, Qt.Key.Key_Return)
    assert pressed == [1]
    assert IconButton("copy", "Copy").accessibleName() == "Copy"


def test_a_disclosure_is_closed_at_first(show: Show) -> None:
    inner = QLabel("…")
    made = Disclosure("Messages (12)", inner)
    show(made)
    assert not inner.isVisible()
    made.set_open(True)
    assert inner.isVisible()
    assert made.is_open()
    assert "open" in made.focusProxy().accessibleName()


def test_completeness_has_a_word_and_a_number(show: Show) -> None:
    meter = CompletenessMeter()
    show(meter)
    for score, word in ((0, "Thin"), (39, "Thin"), (40, "Fair"), (70, "Good"), (100, "Good")):
        meter.set_score(score)
        assert meter.accessibleName() == f"Completeness {score} of 100, {word}"
    with pytest.raises(ValueError, match="0 to 100"):
        meter.set_score(101)


def test_steps_say_where_they_are(show: Show) -> None:
    track = StepTrack(["Opened", "Uploading", "Held", "Finishing", "Filed"])
    show(track)
    track.set_step(1, "accent", "Uploading 2 of 3")
    assert track.accessibleName() == "Step 2 of 5: Uploading 2 of 3"
    track.set_step(5, "ok")
    assert track.accessibleName() == "All 5 steps done"


def test_bars_take_any_size(show: Show) -> None:
    bar = ThinBar()
    show(bar)
    bar.set_progress(3 * 10**12, 4 * 10**12)
    assert bar.value() == 750
    bar.set_progress(1, 0)
    assert bar.value() == 0


def test_splits_come_back(show: Show) -> None:
    split = SplitView(QLabel("a"), QLabel("b"), shares=(1, 1))
    split.resize(600, 100)
    show(split)
    split.setSizes([150, 441])
    kept = split.kept()
    split.setSizes([300, 291])
    split.restore(kept)
    assert split.kept() == kept
    for broken in (None, "", "x,y", "1", "0,0"):
        split.restore(broken)
        assert split.kept() == kept


def test_an_empty_place_offers_what_helps(show: Show) -> None:
    empty = EmptyState("inbox", "Nothing waits here", "New cases come by import.", "Import cases…")
    show(empty)
    acted: list[int] = []
    empty.acted.connect(lambda: acted.append(1))
    empty.findChild(QPushButton).click()
    assert acted == [1]


def test_a_badge_has_a_name_and_room_for_its_words(show: Show) -> None:
    badge = Badge("Filed", "ok", "circle-check")
    show(badge)
    small = badge.sizeHint().width()
    badge.set("Refused by the service", "bad")
    assert badge.accessibleName() == badge.words() == "Refused by the service"
    assert badge.sizeHint().width() > small


def test_search_empties_quietly(show: Show) -> None:
    box = SearchBox("Search cases…")
    show(box)
    assert box.accessibleName() == "Search cases"


@pytest.mark.parametrize("scheme", [Scheme.LIGHT, Scheme.DARK])
def test_every_widget_paints_in_both_themes(show: Show, look: Theme, scheme: Scheme) -> None:
    look.set_scheme(scheme)
    window = gallery.window(1280, 800)
    show(window)
    for page in ("case", "queue"):
        window.go(page)
        QApplication.processEvents()
        shot = window.grab().toImage()
        assert len({shot.pixel(x, y) for x in range(0, 1280, 7) for y in range(0, 800, 7)}) > 20


def test_no_widget_is_cut_off_at_the_smallest_window(show: Show) -> None:
    window = gallery.window(960, 640)
    show(window)
    window.go("case")
    QApplication.processEvents()
    for button in window.findChildren(QPushButton):
        if button.isVisible() and button.text():
            assert button.width() >= button.fontMetrics().horizontalAdvance(button.text())
    box = QWidget()
    QVBoxLayout(box)
    assert window.minimumSizeHint().width() <= 1280


def test_a_number_is_not_changed_by_scrolling_past_it(show: Callable[[QWidget], QWidget]) -> None:
    field = NumberField(1, 60, " min", width=160)
    show(field)
    field.set_quietly(10)
    at = QPointF(20, 10)
    wheel = QWheelEvent(
        at, at, QPoint(), QPoint(0, 120), Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(field, wheel)
    assert (field.value(), field.text()) == (10, "10 min")
    field.stepUp()
    assert field.value() == 11
