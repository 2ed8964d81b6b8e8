"""One's own figures and choices, and the form by which a supervisor lifts a lock."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desk.domain.decision import DecisionKind
from desk.domain.exposure import RestState
from desk.domain.optout import Theme as Kind
from desk.domain.roles import Operator, Role
from desk.gui.case.capture import refuse_capture
from desk.gui.case.care import CareDialog, LiftForm
from desk.gui.case.tile import CaseTile
from desk.gui.widgets.tile import TileState
from desk.services.erasure import ErasureService
from tests.gui.case_support import Bench, checkers, put_case, somebody_else
from tests.gui.test_case_look import bench, desk, opened, tile, viewings

__all__ = ["bench", "desk"]


def cared(qtbot: QtBot, bench: Bench) -> CareDialog:
    dialog = bench.page.open_care()
    qtbot.waitUntil(dialog.boxes[Kind.INFANT].isEnabled)
    return dialog


def test_what_a_person_would_rather_not_see_closes_at_once(
    qtbot: QtBot, bench: Bench, tmp_path: Path
) -> None:
    suggested = {"annotations": ["infant"]}
    number = put_case(bench.desk, tmp_path, {"a.png": checkers(seed=77)}, suggest=suggested)
    opened(qtbot, bench, number)
    content = bench.page.content
    assert tile(bench).state is TileState.BLURRED
    dialog = cared(qtbot, bench)
    assert "Today" in dialog._now.text()
    dialog.boxes[Kind.INFANT].click()

    def closed() -> bool:
        shown = content.grid.tile(content.grid.current)
        return isinstance(shown, CaseTile) and shown.state is TileState.NO_PREVIEW

    qtbot.waitUntil(closed, timeout=15000)
    qtbot.waitUntil(lambda: "material of infants" in content.details._plain.text())
    assert "closed by your choice" in tile(bench).accessibleName()
    dialog.close()
    assert viewings(bench, number)["c1"].seconds == 0
    dialog = cared(qtbot, bench)
    assert dialog.boxes[Kind.INFANT].value()
    dialog.boxes[Kind.INFANT].click()
    qtbot.waitUntil(lambda: tile(bench).state is TileState.BLURRED, timeout=15000)
    dialog.close()
    qtbot.waitUntil(lambda: not bench.runner.busy)


def test_a_supervisor_lifts_a_lock_with_a_reason(qtbot: QtBot, bench: Bench, qapp: QApplication) -> None:
    other = somebody_else(bench.desk)
    dialog = cared(qtbot, bench)
    form = dialog.form
    assert isinstance(form, LiftForm)
    qtbot.waitUntil(lambda: form.person.count() > 0)
    form.lift.click()
    assert "Choose a person" in form._said.text()
    form.person.set_value(other.id)
    form.lift.click()
    qtbot.waitUntil(lambda: "reason" in form._said.text())
    form.reason.set_value("[an urgent case]")
    form.lock.set_value(RestState.CAPPED)
    form.lift.click()
    qtbot.waitUntil(lambda: "Lifted until" in form._said.text())
    (lift,) = bench.desk.resting.lifted(bench.operator)
    assert (lift.operator_id, lift.lock, lift.reason) == (other.id, RestState.CAPPED, "[an urgent case]")
    dialog.close()
    qtbot.waitUntil(lambda: not bench.runner.busy)


def test_a_moderator_has_no_form(qtbot: QtBot, bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    me = Operator(bench.operator.id, bench.operator.name, frozenset({Role.MODERATOR}))
    monkeypatch.setattr(bench.session, "operator", me)
    dialog = cared(qtbot, bench)
    assert dialog.form is None
    dialog.close()
    qtbot.waitUntil(lambda: not bench.runner.busy)


def test_destroyed_media_are_said_to_be_destroyed_and_since_when(
    qtbot: QtBot, bench: Bench, tmp_path: Path
) -> None:
    number = put_case(bench.desk, tmp_path, {"a.png": checkers(seed=91)})
    review = bench.desk.review
    claim = bench.desk.queue.claim(bench.operator, number).value
    review.decide(bench.operator, claim, DecisionKind.NO_VIOLATION)
    ErasureService(review._store, review._vault, bench.desk.clock).erase(bench.operator, number)
    day = str(bench.desk.clock.now().year)
    bench.page.open_case(number)
    content = bench.page.content
    qtbot.waitUntil(lambda: bool(content.loader.plain), timeout=15000)
    assert "destroyed" in tile(bench).accessibleName()
    qtbot.waitUntil(lambda: "were destroyed on" in content.details._plain.text())
    assert day in content.details._plain.text()
    assert "were destroyed" in bench.page.said.words
    assert not content.sheet.showing
    qtbot.waitUntil(lambda: not bench.runner.busy)


def test_capture_is_refused_only_where_a_system_can() -> None:
    if sys.platform == "linux":
        assert not refuse_capture(0)
