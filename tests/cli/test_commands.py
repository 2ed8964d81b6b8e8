"""The ``desk`` command as a real process: without a screen, without a terminal."""

from __future__ import annotations

import io
import json
import os
import stat
import subprocess
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from desk import app
from desk.domain.company import Company
from desk.domain.incident import IncidentType
from desk.domain.rules import Contact
from tests.cli.conftest import PASSPHRASE, PASSWORD, Place
from tests.support.command import desk, environment, inside, private
from tests.support.many import write_many
from tests.support.world import package

NOW = datetime.now(UTC)


def confirm_by_hand(place: Place, passphrase: str | None = None) -> int:
    """What the window does: a person drafts and confirms; here by the services, once for all commands."""
    with app.open_desk(place.workspace, passphrase=passphrase) as opened:
        (person,) = opened.people.all()
        settings = opened.configuration.settings(person)
        company = Company(name="Example Social", reporting=Contact("Robin", "Example", "trust@example.com"))
        opened.configuration.begin(person, replace(settings, company=company, hold_minutes=0))
        claim = opened.queue.next_case(person).value
        assert claim is not None
        view = opened.drafting.open(person, claim.case_id)
        opened.drafting.save(person, replace(view.draft, incident_type=IncidentType.CSAM), view.saved.version)
        summary = opened.confirmation.summary(person, claim.case_id)
        return opened.confirmation.confirm(person, claim, summary, checked=True).value.id


@pytest.mark.keyring
def test_the_whole_way_with_the_keyring(keyed: Place, tmp_path: Path) -> None:
    assert [path.name for path in tmp_path.iterdir() if path.name == "workspace"]
    user = private(tmp_path / "user", "esp-user")
    password = private(tmp_path / "password", PASSWORD)
    assert "No credentials" in keyed.inside("credentials").out
    done = keyed.desk("credentials", "set", "--user-file", user, "--password-file", password)
    assert (done.code, PASSWORD in done.out + done.err) == (0, False)
    assert "not checked yet" in keyed.inside("credentials").out
    checked = keyed.desk("credentials", "check")
    assert (checked.code, "esp-user" in checked.out) == (0, True)
    assert json.loads(keyed.inside("credentials", "--json").out)["accepted"] is True

    base = package(tmp_path / "cases", "case-1", NOW)
    taken = keyed.desk("intake", base, "--json")
    assert (taken.code, taken.json()["taken"], taken.err) == (0, [1], "")
    (row,) = keyed.desk("queue", "--json").json()
    assert (row["id"], row["state"]) == ("case-1", "open")
    filing = confirm_by_hand(keyed)
    (waiting,) = keyed.inside("outbox", "--json").json()
    assert (waiting["filing"], waiting["state"]) == (filing, "confirmed")
    ran = keyed.desk("outbox", "run", "--once", "--json")
    assert (ran.code, ran.json()["waiting"]) == (0, 0)
    assert keyed.inside("outbox", "list").out == "The outbox is empty.\n"

    (report,) = keyed.inside("report", "list", "--json").json()
    shown = keyed.desk("report", "show", str(filing), "--json").json()
    assert shown["report_id"] == report["report_id"]
    assert [entry["outcome"] for entry in shown["journal"]] == ["accepted"] * 6
    receipt = keyed.desk("report", "show", str(filing), "--receipt")
    with app.open_desk(keyed.workspace) as opened:
        kept = opened.outbox.story(opened.people.all()[0], filing).receipt
    assert kept is not None
    assert receipt.raw == kept.body
    assert "What was sent:" in keyed.inside("report", "show", str(filing)).out
    assert report["report_id"] in keyed.inside("report").out
    (held,) = keyed.inside("preservation", "--json").json()
    assert held["days_left"] in (365, 366)
    verdict = keyed.desk("audit", "verify", "--json")
    assert (verdict.code, verdict.json()["ok"]) == (0, True)
    exported = keyed.inside("audit", "export", tmp_path / "log")
    assert exported.code == 0
    # That it was verified stands in the log as well.
    assert len((tmp_path / "log").read_bytes().splitlines()) == verdict.json()["size"] + 1
    healthy = keyed.desk("doctor")
    assert (healthy.code, "BAD" in healthy.out) == (0, False), healthy.out
    assert "accepted for" in healthy.out

    assert keyed.desk("credentials", "remove").code == 0
    assert keyed.inside("credentials", "check").code == 3
    state = httpx.get(keyed.url.replace("/ispws", "/_practice/state"), trust_env=False).json()
    assert [report["state"] for report in state["reports"]] == ["finished"]


@pytest.mark.keyring
def test_refused_credentials(keyed: Place, tmp_path: Path) -> None:
    password = private(tmp_path / "password", "not the one")
    assert keyed.desk("credentials", "set", "--user", "esp-user", "--password-file", password).code == 0
    refused = keyed.desk("credentials", "check", "--json")
    told = json.loads(refused.err)
    assert (refused.code, refused.out) == (4, "")
    assert told["request_id"]
    assert "not the one" not in refused.err
    assert "Not accepted" in keyed.inside("credentials").out
    keyed.inside("credentials", "remove")


def test_cases_by_a_passphrases_file(locked: Place, tmp_path: Path) -> None:
    """No keyring is asked: there is none on this bus."""
    many = write_many(tmp_path / "many", 30, now=NOW, broken=4)
    nobody = {"DBUS_SESSION_BUS_ADDRESS": "unix:path=/nonexistent"}
    taken = locked.desk("intake", tmp_path / "many", **nobody)
    assert taken.code == 1
    assert taken.out == "30 taken in, 4 refused.\n"
    assert all(broken.path.name in taken.err for broken in many.broken)
    again = locked.desk("intake", tmp_path / "many", "--json", **nobody)
    assert (again.code, len(again.json()["unchanged"]), len(again.json()["refused"])) == (1, 30, 4)
    listed = locked.desk("queue", "--limit", "5", **nobody)
    assert (listed.code, len(listed.out.splitlines())) == (0, 6)
    assert "5 of 30 shown" in listed.err
    found = locked.inside("queue", "--search", "many-7", "--json")
    assert "many-7" in [row["id"] for row in found.json()]
    oldest = locked.inside("queue", "--sort", "age", "--no-known", "--offset", "28", "--json").json()
    assert len(oldest) == 2
    assert oldest[0]["occurred_at"] <= oldest[1]["occurred_at"]
    assert locked.inside("queue", "--policy", "nothing-such", "--without", "infant", "--json").json() == []
    assert locked.inside("queue", "--filter", "of nobody").code == 3
    assert locked.inside("audit").code == 0
    assert locked.inside("preservation", "list").out == "Nothing is under preservation yet.\n"


def test_without_credentials_a_filing_waits_and_says_so(locked: Place, tmp_path: Path) -> None:
    locked.desk("intake", package(tmp_path / "cases", "case-1", NOW))
    confirm_by_hand(locked, PASSPHRASE)
    ran = locked.desk("outbox", "run", "--once", "--json")
    assert (ran.code, ran.json()["waiting"]) == (0, 1)
    (row,) = locked.inside("outbox", "list", "--json").json()
    assert row["error"]
    assert row["state"] == "confirmed"


# -- refusals and exit codes


def test_exit_codes(locked: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path
    monkeypatch.setattr("sys.stdin", io.StringIO())
    assert desk("--no-such", home=home).code == 2
    assert desk("queue", "--workspace", home / "nowhere", home=home).code == 3
    assert inside("--no-such").code == 2
    assert inside("intake").code == 2
    assert inside("init", "--endpoint", "http://example.com/", "--workspace", home / "w").code == 3
    assert inside("init", "--endpoint", "practice", "--workspace", home / "w").code == 3
    assert not (home / "w").exists()
    assert inside("queue", "--workspace", home / "nowhere").code == 3
    assert inside("--workspace", home / "nowhere").code == 3
    assert locked.inside("init", "--endpoint", "test").code == 3  # there is one here already
    assert inside("queue", "--workspace", locked.workspace).code == 3  # no passphrase, no terminal
    wrong = private(home / "wrong", "not it")
    refused = inside("queue", "--workspace", locked.workspace, "--passphrase-file", wrong, "--json")
    assert (refused.code, set(json.loads(refused.err))) == (3, {"error", "remedy"})
    open_file = home / "open"
    open_file.write_text(PASSPHRASE)
    open_file.chmod(0o644)
    assert inside("queue", "--workspace", locked.workspace, "--passphrase-file", open_file).code == 3
    assert locked.inside("queue", "--operator", "Nobody").code == 3
    assert locked.inside("report", "show", "99").code == 3
    assert locked.inside("audit", "export", locked.workspace).code == 3
    assert locked.inside("intake", home / "not-there").code == 1
    assert locked.inside("credentials", "set", "--user", "x").code == 3
    log = locked.workspace / "logs" / "desk.log"
    log.unlink()
    log.mkdir()  # stands for a disk that lets nothing be written
    unwritable = locked.inside("queue")
    assert (unwritable.code, "can't be written" in unwritable.err) == (3, True)


def test_help_is_quick_and_says_what_codes_mean(tmp_path: Path) -> None:
    told = desk("--help", home=tmp_path)
    assert (told.code, "Exit codes" in told.out) == (0, True), told.err
    for command in ("intake", "outbox", "report", "credentials", "audit", "init", "doctor"):
        assert inside(command, "--help").code == 0


def test_what_lies_in_a_workspace_is_private(locked: Place, tmp_path: Path) -> None:
    locked.desk("intake", package(tmp_path / "cases", "case-1", NOW))
    assert stat.S_IMODE(locked.workspace.stat().st_mode) == 0o700
    for path in locked.workspace.rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path


def test_a_name_that_is_no_text_is_named_all_the_same(locked: Place, tmp_path: Path) -> None:
    odd = os.fsencode(tmp_path) + b"/odd-\xff.json"
    try:
        os.close(os.open(odd, os.O_CREAT | os.O_WRONLY))
    except OSError:
        pytest.skip("this file system takes UTF-8 names only")
    refused = locked.desk("intake", os.fsdecode(odd))
    assert (refused.code, "odd-" in refused.err) == (1, True)
    told = locked.desk("intake", os.fsdecode(odd), "--json")
    assert told.code == 1
    assert "odd-" in told.json()["refused"][0]["file"]


def test_a_reader_that_goes_away(locked: Place) -> None:
    command = [sys.executable, "-m", "desk", "queue", "--workspace", str(locked.workspace), *locked.options]
    process = subprocess.Popen(
        command,
        env=environment(locked.home),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
    )
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None
    told = process.stderr.read()
    process.stderr.close()
    assert process.wait(60) in (0, 1)
    assert b"Traceback" not in told


def test_a_bug_shows_no_content(tmp_path: Path) -> None:
    """What an unforeseen exception says may be content: neither screen nor log shows its text."""
    script = tmp_path / "bug.py"
    script.write_text(
        "import sys\n"
        "from desk.cli import acts, run\n"
        "import desk.cli.parser\n"
        "def broken(arguments, output):\n"
        "    raise ValueError('what-somebody-wrote')\n"
        "acts.doctor = broken\n"
        "sys.exit(run(['doctor']))\n"
    )
    done = subprocess.run(
        [sys.executable, str(script)],
        env=environment(tmp_path),
        capture_output=True,
        timeout=200,
        check=False,
    )
    assert done.returncode == 5
    assert b"ValueError" in done.stderr
    assert b"what-somebody-wrote" not in done.stderr + done.stdout


def test_a_bug_in_a_workspace_is_in_its_log_without_its_text(locked: Place, tmp_path: Path) -> None:
    script = tmp_path / "bug.py"
    script.write_text(
        "import sys\n"
        "from desk.cli import run\n"
        "from desk.services.queue import Queue\n"
        "def broken(*_args, **_more):\n"
        "    raise ValueError('what-somebody-wrote')\n"
        "Queue.page = broken\n"
        "sys.exit(run(sys.argv[1:]))\n"
    )
    command = [sys.executable, str(script), "queue", "--workspace", str(locked.workspace), *locked.options]
    done = subprocess.run(command, env=environment(tmp_path), capture_output=True, timeout=200, check=False)
    assert done.returncode == 5
    assert b"what-somebody-wrote" not in done.stderr + done.stdout
    log = (locked.workspace / "logs" / "desk.log").read_text()
    assert "ValueError" in log
    assert "what-somebody-wrote" not in log


@pytest.mark.keyring
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_no_secret_in_arguments_or_environment(keyed: Place, tmp_path: Path) -> None:
    """While it runs, anybody on this computer can read a process's arguments, its owner its environment."""
    password = private(tmp_path / "password", PASSWORD)
    keyed.inside("credentials", "set", "--user", "esp-user", "--password-file", password)
    keyed.inside("intake", package(tmp_path / "cases", "case-1", NOW))
    confirm_by_hand(keyed)
    command = [sys.executable, "-m", "desk", "outbox", "run", "--workspace", str(keyed.workspace)]
    process = subprocess.Popen(command, env=environment(keyed.home), stdin=subprocess.DEVNULL)
    state = keyed.url.replace("/ispws", "/_practice/state")
    try:
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline and process.poll() is None:
            if [r["state"] for r in httpx.get(state, trust_env=False).json()["reports"]] == ["finished"]:
                break
            time.sleep(0.1)
        assert process.poll() is None  # it goes on waiting for the next one
        for name in ("cmdline", "environ"):
            told = Path(f"/proc/{process.pid}/{name}").read_bytes()
            assert PASSWORD.encode() not in told
            assert b"password" not in told.lower().replace(str(tmp_path).encode().lower(), b"")
    finally:
        process.terminate()
        process.wait(30)
    assert keyed.inside("outbox", "--json").json() == []
    keyed.inside("credentials", "remove")


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems always have a display")
def test_a_window_without_a_display_is_refused_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    ran = inside("practice")
    assert ran.code == 3
    assert "no display" in ran.err
