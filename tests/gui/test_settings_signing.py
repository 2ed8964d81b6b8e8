"""Checkpoints in Settings: how often, where to; and a desk that says that it can't file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from desk.domain.errors import NoKeyring
from desk.gui.able import Able
from desk.gui.runner import Runner
from desk.gui.session import Session
from desk.gui.settings.signing import SigningPanel
from desk.gui.window import MainWindow
from desk.services.checkpoint_policy import CheckpointPolicy
from desk.system.keyring import MemorySecretStore
from tests.support.world import World, make_template, new_world

SLOW = 20_000


@pytest.fixture
def world(tmp_path: Path, qapp: object) -> Iterator[World]:
    with new_world(make_template(tmp_path / "template"), tmp_path) as made:
        yield made


@pytest.fixture
def runner() -> Iterator[Runner]:
    made = Runner()
    yield made
    made.drain()


def test_interval_and_copies_are_kept(
    world: World, runner: Runner, show: Callable[[QWidget], QWidget], qtbot: QtBot, tmp_path: Path
) -> None:
    panel = SigningPanel(Session(world.desk, runner, world.admin))
    told: list[tuple[str, str]] = []
    panel.notify.connect(lambda kind, words: told.append((kind, words)))
    show(panel)
    panel.ask()
    assert not panel.every.isEnabled()
    qtbot.waitUntil(panel.every.isEnabled, timeout=SLOW)
    assert panel.every.value() == 60
    assert not panel.save.isEnabled()
    panel.every.setValue(15)
    panel.copies.set_value("checkpoints.txt")
    panel.save.click()
    qtbot.waitUntil(lambda: len(told) == 1, timeout=SLOW)
    assert told[0][0] == "bad"
    assert "whole path" in told[0][1]
    file = tmp_path / "checkpoints.txt"
    panel._chosen(str(file))
    panel.save.click()
    panel.every.setValue(30)  # while it is being saved
    qtbot.waitUntil(lambda: len(told) == 2, timeout=SLOW)
    assert (panel.every.value(), panel.save.isEnabled()) == (30, True)
    kept = world.desk.checkpoints.policy(world.admin)
    assert (told[1][0], kept.every_minutes, kept.copies) == ("ok", 15, str(file))
    world.desk.checkpoints.sign(world.supervisor)
    file.write_text("")
    panel.ask()
    said = panel._trouble
    qtbot.waitUntil(said.isVisible, timeout=SLOW)
    assert "lacks 1 of the signed checkpoints" in said.text()
    panel.every.setValue(10)
    panel.copies.set_value("")
    panel.save.click()
    assert panel.weaker.isVisible()
    assert any(f"{file} → no other place" in one.text() for one in panel.weaker.findChildren(QLabel))
    panel.weaker.reason.set_value("The disk is full.")
    panel.weaker.go.click()
    qtbot.waitUntil(lambda: len(told) == 3, timeout=SLOW)
    assert (told[2][0], "Approvals" in told[2][1]) == ("info", True)
    assert world.desk.checkpoints.policy(world.admin) == CheckpointPolicy(10, str(file))
    assert (panel.copies.value(), panel.weaker.isVisible()) == (str(file), False)


def test_a_desk_without_a_keyring_says_at_its_start_that_it_can_not_file(
    world: World, runner: Runner, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none(_store: MemorySecretStore, _name: str) -> bytes | None:
        raise NoKeyring("There is no keyring on this computer.", "Install one.")

    window = MainWindow()
    qtbot.addWidget(window)
    able = Able(Session(world.desk, runner, world.moderator), window, window)
    monkeypatch.setattr(MemorySecretStore, "get", none)
    able.ask()

    def said() -> bool:
        return any(
            "drafted on this computer, but not filed" in one.text() for one in window.findChildren(QLabel)
        )

    qtbot.waitUntil(said, timeout=SLOW)
