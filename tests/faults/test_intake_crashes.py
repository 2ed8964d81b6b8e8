"""``desk intake`` killed at random moments: the workspace opens, fits its log, and a second run completes it."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from desk import app
from desk.domain.company import Endpoint, EndpointKind
from desk.ports import CaseFilter
from tests.support.command import environment, private
from tests.support.many import write_many
from tests.support.scale import scale

PACKAGES = 60
PASSPHRASE = "four words of practice"


def test_killed_at_random_moments(tmp_path: Path) -> None:
    many = write_many(tmp_path / "many", PACKAGES, now=datetime.now(UTC))
    workspace = tmp_path / "workspace"
    file = private(tmp_path / "passphrase", PASSPHRASE)
    app.make_workspace(
        workspace, Endpoint(EndpointKind.CUSTOM, "http://127.0.0.1:9/ispws"), "Ada", passphrase=PASSPHRASE
    )
    command = [sys.executable, "-m", "desk", "intake", str(tmp_path / "many"), "--workspace", str(workspace)]
    command += ["--passphrase-file", str(file)]
    dice = random.Random(2258)
    kills = 0
    taken = 0
    for _ in range(4 * scale()):
        process = subprocess.Popen(
            command, env=environment(tmp_path), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        # Somewhere in the middle: as soon as so many blobs more are in the vault, or while it starts.
        wanted, begun = dice.randrange(0, 8), count(workspace)
        deadline = time.monotonic() + 30
        while process.poll() is None and count(workspace) < begun + wanted and time.monotonic() < deadline:
            time.sleep(dice.random() * 0.01)
        process.kill()
        kills += process.wait() == -9
        with app.open_desk(workspace, passphrase=PASSPHRASE) as desk:
            (person,) = desk.people.all()
            assert desk.auditing.verify().ok
            now = desk.queue.page(person, CaseFilter()).total
            assert now >= taken  # nothing that was taken in is lost
            taken = now
    assert (
        subprocess.run(command, env=environment(tmp_path), capture_output=True, timeout=200).returncode == 0
    )
    with app.open_desk(workspace, passphrase=PASSPHRASE) as desk:
        assert desk.queue.page(person, CaseFilter()).total == PACKAGES
        desk.intake.sweep()
        assert desk.auditing.verify().ok
    assert count(workspace) == sum(1 for path in many.valid if path.suffix != ".json")
    print(f"{kills} kills")
    assert kills


def count(workspace: Path) -> int:
    """Blobs in the vault, whole ones."""
    return sum(1 for path in (workspace / "vault").glob("[0-9a-f][0-9a-f]/*"))
