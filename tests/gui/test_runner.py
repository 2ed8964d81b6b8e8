"""Work off the GUI thread: nothing blocks, nothing is lost, nothing comes too late."""

from __future__ import annotations

import gc
import logging
import threading
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject, QThread, QTimer
from pytestqt.qtbot import QtBot

from desk.domain.errors import Bug, Cancelled, DeskError, UserError
from desk.gui.runner import _LEFT, Job, Runner


@pytest.fixture
def runner(qapp: object) -> Iterator[Runner]:
    made = Runner()
    yield made
    assert made.drain(5000)


class Page(QObject):
    def __init__(self) -> None:
        super().__init__()
        self.got: list[object] = []
        self.errors: list[DeskError] = []
        self.threads: list[QThread] = []

    def done(self, value: object) -> None:
        self.got.append(value)
        self.threads.append(QThread.currentThread())

    def failed(self, error: DeskError) -> None:
        self.errors.append(error)


def test_results_come_on_the_gui_thread(runner: Runner, qtbot: QtBot) -> None:
    page, gui = Page(), QThread.currentThread()
    worked: list[bool] = []
    runner.run_read(lambda: worked.append(QThread.currentThread() is gui) or 7, page.done)
    qtbot.waitUntil(lambda: page.got == [7])
    assert worked == [False]
    assert page.threads == [gui]


def test_the_gui_thread_goes_on_while_work_waits(runner: Runner, qtbot: QtBot) -> None:
    page, gate, ticks = Page(), threading.Event(), []
    timer = QTimer()
    timer.timeout.connect(lambda: ticks.append(1))
    timer.start(0)
    runner.run_read(lambda: gate.wait(60), page.done)
    runner.run_write(lambda: gate.wait(60), page.done)
    qtbot.waitUntil(lambda: len(ticks) >= 20)  # the loop turns although both pools are busy
    assert page.got == []
    gate.set()
    qtbot.waitUntil(lambda: page.got == [True, True])
    timer.stop()


def test_writes_keep_their_order_and_never_overlap(runner: Runner, qtbot: QtBot) -> None:
    page, order, inside, overlaps = Page(), [], [], []

    def write(n: int) -> int:
        overlaps.extend(inside)
        inside.append(n)
        order.append(n)
        inside.remove(n)
        return n

    for n in range(200):
        runner.run_write(lambda n=n: write(n), page.done)
    qtbot.waitUntil(lambda: len(page.got) == 200)
    assert order == list(range(200)) == page.got
    assert overlaps == []


def test_reads_run_beside_one_another(runner: Runner, qtbot: QtBot) -> None:
    page, both = Page(), threading.Barrier(2)
    for _ in range(2):
        runner.run_read(lambda: both.wait(60) >= 0, page.done)
    qtbot.waitUntil(lambda: page.got == [True, True])


def test_only_the_newest_of_a_key_is_delivered(runner: Runner, qtbot: QtBot) -> None:
    page, gate = Page(), threading.Event()
    runner.run_read(lambda: gate.wait(60) and "old", page.done, key="rows")
    runner.run_read(lambda: "new", page.done, key="rows")
    runner.run_read(lambda: "other", page.done, key="counts")
    qtbot.waitUntil(lambda: sorted(map(str, page.got)) == ["new", "other"])
    gate.set()
    qtbot.waitUntil(lambda: not runner.busy)
    assert "old" not in page.got


def test_nothing_reaches_a_page_that_is_gone_but_its_write_is_made(runner: Runner, qtbot: QtBot) -> None:
    page, gate, made, got = Page(), threading.Event(), [], []
    runner.run_read(lambda: gate.wait(60), got.append, owner=page)
    runner.run_write(lambda: gate.wait(60) and made.append("kept"), got.append, owner=page)
    page.deleteLater()
    with qtbot.waitSignal(page.destroyed):
        pass
    gate.set()
    qtbot.waitUntil(lambda: not runner.busy)
    assert got == []
    assert made == ["kept"]


def test_a_cancelled_read_is_not_delivered_and_one_that_waits_is_not_made(qtbot: QtBot) -> None:
    runner = Runner(readers=1)
    page, gate, made = Page(), threading.Event(), []
    first = runner.run_read(lambda: gate.wait(60), page.done, page.failed)
    second = runner.run_read(lambda: made.append(1), page.done, page.failed)
    first.cancel()
    second.cancel()
    gate.set()
    qtbot.waitUntil(lambda: not runner.busy)
    assert (page.got, page.errors, made) == ([], [], [])
    assert runner.drain(5000)


def test_an_error_a_person_can_mend_goes_to_its_page(runner: Runner, qtbot: QtBot) -> None:
    page, unheard = Page(), []
    runner.problem.connect(unheard.append)

    def refused() -> None:
        raise UserError("The disk is full.", "Make room and try again.")

    runner.run_write(refused, page.done, page.failed)
    runner.run_read(refused, page.done, owner=page)
    qtbot.waitUntil(lambda: len(page.errors) == 1 and len(unheard) == 1)
    assert page.errors[0].words() == "The disk is full. Make room and try again."
    assert page.got == []


def test_a_bug_is_logged_without_its_text(
    runner: Runner, qtbot: QtBot, caplog: pytest.LogCaptureFixture
) -> None:
    page, bugs = Page(), []
    runner.bug.connect(bugs.append)

    def broken() -> None:
        raise RuntimeError("a name from a case")

    with caplog.at_level(logging.ERROR):
        runner.run_read(broken, page.done, page.failed)
        qtbot.waitUntil(lambda: bool(page.errors))
    assert bugs == ["B001"]
    assert isinstance(page.errors[0], Bug)
    assert "B001" in page.errors[0].words()
    assert "RuntimeError" in caplog.text
    assert "a name from a case" not in caplog.text


def test_long_work_tells_how_far_it_is_and_can_be_cancelled(runner: Runner, qtbot: QtBot) -> None:
    page, steps, started = Page(), [], threading.Event()

    def long(job: Job) -> str:
        job.progress(1, 3, "first")
        started.set()
        while True:
            job.check()

    task = runner.run_long(long, page.done, page.failed, on_progress=lambda *step: steps.append(step))
    qtbot.waitUntil(lambda: steps == [(1, 3, "first")])
    assert started.is_set()
    task.cancel()
    qtbot.waitUntil(lambda: bool(page.errors))
    assert isinstance(page.errors[0], Cancelled)


def test_long_work_holds_up_no_write(runner: Runner, qtbot: QtBot) -> None:
    page, gate = Page(), threading.Event()
    runner.run_long(lambda job: gate.wait(60) and "long", page.done)
    runner.run_write(lambda: "kept", page.done)
    qtbot.waitUntil(lambda: page.got == ["kept"])
    gate.set()
    qtbot.waitUntil(lambda: page.got == ["kept", "long"])


def test_settled_and_busy_come_whatever_happens(runner: Runner, qtbot: QtBot) -> None:
    busy: list[bool] = []
    runner.busy_changed.connect(busy.append)
    task = runner.run_read(lambda: 1)
    with qtbot.waitSignal(task.settled):
        pass
    qtbot.waitUntil(lambda: busy == [True, False])


def test_the_end_waits_for_every_write_and_takes_no_more(qapp: object) -> None:
    runner, made, problems = Runner(), [], []
    runner.problem.connect(problems.append)

    def fails() -> None:
        raise UserError("The disk is full.")

    for n in range(50):
        runner.run_write(lambda n=n: made.append(n))
    runner.run_write(fails)
    assert runner.drain(5000)
    assert made == list(range(50))
    assert [error.words() for error in problems] == ["The disk is full."]
    assert runner.run_read(lambda: made.append(-1)).done  # a last refresh: nobody will see its answer
    assert made == list(range(50))
    with pytest.raises(Bug):
        runner.run_write(lambda: 1)


def test_work_that_stands_still_holds_up_neither_the_end_nor_what_comes_after(
    qapp: object, caplog: pytest.LogCaptureFixture
) -> None:
    """Destroying a pool would wait for it without limit, in C++, where no signal is heard."""
    runner, go_on, ended = Runner(), threading.Event(), threading.Event()

    def stands() -> None:
        go_on.wait(60)
        ended.set()

    runner.run_write(stands)
    assert not runner.drain(50)
    assert "Work did not end with the window: write" in caplog.text
    caplog.clear()
    kept = runner._writes
    assert kept in _LEFT
    del runner
    gc.collect()
    go_on.set()
    assert ended.wait(60)
    assert kept.waitForDone(5000)
    _LEFT.remove(kept)
