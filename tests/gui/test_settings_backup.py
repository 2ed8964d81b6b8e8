"""The backup in Settings: a passphrase, a real backup in a real folder, its failures, and where there is none."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from desk.domain.errors import Cancelled
from desk.gui.runner import Runner
from desk.gui.session import Session
from desk.gui.settings.backup import BackupPanel
from desk.ports.backup import BackupMade
from desk.services.backup import BackupService
from desk.services.changes import done
from desk.storage.backup import snapshots
from tests.services.test_backup import PASSPHRASE, service
from tests.support.world import World, make_template, new_world

SLOW = 20_000
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_template(tmp_path_factory.mktemp("backup-template"))


@pytest.fixture
def world(template: Path, tmp_path: Path, qapp: object) -> Iterator[World]:
    with new_world(template, tmp_path) as made:
        yield made


@pytest.fixture
def panel_of(
    world: World, show: Callable[[QWidget], QWidget]
) -> Iterator[Callable[[BackupService], BackupPanel]]:
    runner = Runner()

    def making(backups: BackupService) -> BackupPanel:
        session = Session(replace(world.desk, backup=backups), runner, world.admin)
        panel = BackupPanel(session)
        panel.resize(900, 480)
        show(panel)
        panel.ask()
        return panel

    yield making
    assert runner.drain()


def said(root: QWidget) -> str:
    return "\n".join(one.text() for one in root.findChildren(QLabel) if one.isVisibleTo(root))


def test_a_passphrase_then_a_backup(
    world: World, panel_of: Callable[[BackupService], BackupPanel], qtbot: QtBot, tmp_path: Path
) -> None:
    world.case()
    panel = panel_of(service(world))
    told: list[str] = []
    panel.notify.connect(lambda _kind, text: told.append(text))
    qtbot.waitUntil(lambda: panel._badge.words() == "None yet", timeout=SLOW)
    panel.folder.setText(str(tmp_path / "backups"))
    panel.folder.changed.emit()
    assert not panel.make.isEnabled()
    assert "passphrase first" in panel.make.toolTip()
    panel.passphrase.setText("short")
    qtbot.mouseClick(panel.set, LEFT)
    assert "5 characters; 12 are needed" in panel._passphrase_field.problem()
    panel.passphrase.setText(PASSPHRASE)
    qtbot.mouseClick(panel.set, LEFT)
    assert panel._again_field.problem()
    panel.again.setText(PASSPHRASE)
    qtbot.mouseClick(panel.set, LEFT)
    assert (panel.passphrase.text(), panel.again.text()) == ("", "")
    qtbot.waitUntil(panel.make.isEnabled, timeout=SLOW)
    assert panel.set.text() == "Replace the passphrase"
    panel.folder.setText("backups")
    panel.take()
    assert "whole path" in panel._folder_field.problem()
    panel.folder.setText(str(tmp_path / "backups"))
    qtbot.mouseClick(panel.make, LEFT)
    qtbot.waitUntil(lambda: "Backup made: 2 files, 2 of them new" in panel.said.words, timeout=SLOW)
    qtbot.waitUntil(lambda: panel._badge.words() == "Recent", timeout=SLOW)
    assert str(tmp_path / "backups") in said(panel)
    assert len(snapshots(tmp_path / "backups")) == 1
    world.clock.forward(seconds=timedelta(days=8).total_seconds())
    panel.ask()
    qtbot.waitUntil(lambda: panel._badge.words() == "Older than a week", timeout=SLOW)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "a.txt").write_text("mine")
    panel._chosen(str(tmp_path / "other"))
    panel.take()
    qtbot.waitUntil(lambda: "not empty" in panel.said.words, timeout=SLOW)
    assert panel.make.isEnabled()
    panel._choose()
    assert panel._dialog is not None
    panel._dialog.reject()


class Slow:
    """A backup that waits until it is cancelled."""

    def __init__(self, world: World, files: int = 3) -> None:
        self._real = service(world)
        self.begun = Event()
        self.files = files

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def take(self, _operator: object, target: Path, *, progress: Any, cancelled: Callable[[], bool]) -> Any:
        progress(1, self.files)
        self.begun.set()
        if self.files == 1:
            return done(BackupMade(target, self._real._clock.now(), 1, 1, 10, ("gone",)))
        pause = Event()
        while not cancelled():
            pause.wait(0.01)
        raise Cancelled("The backup was cancelled.", "Nothing half-made is left.")


def test_cancelled_and_incomplete(
    world: World, panel_of: Callable[[BackupService], BackupPanel], qtbot: QtBot, tmp_path: Path
) -> None:
    slow = Slow(world)
    slow.set_passphrase(world.admin, PASSPHRASE)
    panel = panel_of(slow)  # type: ignore[arg-type]
    panel.folder.setText(str(tmp_path / "backups"))
    qtbot.waitUntil(panel.make.isEnabled, timeout=SLOW)
    panel.take()
    qtbot.waitUntil(lambda: "1 of 3 files" in said(panel), timeout=SLOW)
    assert not panel.make.isEnabled()
    qtbot.mouseClick(panel.cancel, LEFT)
    qtbot.waitUntil(lambda: "Nothing half-made is left" in panel.said.words, timeout=SLOW)
    assert not panel.cancel.isVisible()
    slow.files = 1
    panel.take()
    qtbot.waitUntil(lambda: "1 file was not in the vault" in panel.said.words, timeout=SLOW)


@pytest.mark.parametrize(("practice", "words"), [(True, "Practice is never"), (False, "team's PostgreSQL")])
def test_where_the_desk_makes_none(
    world: World,
    panel_of: Callable[[BackupService], BackupPanel],
    qtbot: QtBot,
    practice: bool,
    words: str,
) -> None:
    panel = panel_of(BackupService(world.store, world.clock, None, practice=practice))
    qtbot.waitUntil(lambda: words in said(panel), timeout=SLOW)
    assert panel._badge.words() == "Not by the desk"
    assert not panel.make.isVisible()
