"""Without any network everything but sending works, and sending waits with words."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.command import ROOT, environment

SESSION = """
import json, sys
from pathlib import Path
import socket
from tests.support.world import make_template, new_world
from desk.domain.company import Credentials
folder = Path(sys.argv[1])
assert [name for _, name in socket.if_nameindex()] == ["lo"]
with new_world(make_template(folder), folder / "w") as world:
    world.credentials.set(world.admin, world.endpoint, Credentials("user", "password"))
    case = world.case()
    world.review.shown(world.moderator, case.number, "c1", at=world.clock.now(), seconds=1)
    filing = world.confirmed(case.number)
    stepped = world.outbox.step()
    stuck = world.filing(filing.id)
    other = world.case("other", first=9)
    world.outbox.take_back(world.moderator, filing.id)
    back = world.quiet(filing.id)
    print(json.dumps({"state": stuck.state, "error": stuck.error, "verified": world.auditing.verify().ok,
                      "back": back.state, "other": other.number}))
"""


def test_a_day_without_a_network(tmp_path: Path) -> None:
    unshare = shutil.which("unshare")
    if unshare is None or os.geteuid() != 0:
        pytest.skip("a network of its own needs unshare and root")
    probe = subprocess.run([unshare, "-n", "true"], capture_output=True, check=False)
    if probe.returncode != 0:
        pytest.skip("this system gives no network namespace")
    script = tmp_path / "session.py"
    script.write_text(SESSION)
    done = subprocess.run(
        [unshare, "-n", sys.executable, str(script), str(tmp_path)],
        cwd=ROOT,
        env=environment(tmp_path),
        capture_output=True,
        timeout=200,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    told = json.loads(done.stdout)
    assert (told["state"], told["verified"], told["other"]) == ("confirmed", True, 2)
    assert told["back"] == "withdrawn"  # nothing was opened, so nothing has to be asked
    assert "no connection" in told["error"]
