"""The two commands: what they refuse, what they ask the system for, and that they clean up."""

from __future__ import annotations

import importlib
import json
import re
import signal
import subprocess
import sys
import tomllib
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = ROOT / "packaging"
linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux only")


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(str(SCRIPTS))

    def load(name: str) -> ModuleType:
        return importlib.import_module(name)

    return load


class TestLocks:
    @pytest.fixture(params=["requirements.txt", "requirements-dev.txt"])
    def text(self, request: pytest.FixtureRequest) -> str:
        return (SCRIPTS / request.param).read_text(encoding="utf-8")

    def test_every_pin_has_hashes_and_no_index_is_named(self, text: str) -> None:
        entries = re.split(r"\n(?=\S)", re.sub(r"(?m)^#.*\n", "", text).strip())
        assert len(entries) > 30
        for entry in entries:
            assert re.match(r"[a-z0-9-]+==[0-9]", entry), entry
            assert "--hash=sha256:" in entry, entry
        for word in ("://", "--index", "--find-links", "file:"):
            assert word not in text

    def test_the_tests_list_holds_the_other_one(self) -> None:
        def pins(name: str) -> set[str]:
            lines = (SCRIPTS / name).read_text(encoding="utf-8").splitlines()
            return {line.removesuffix(" \\") for line in lines if "==" in line}

        assert pins("requirements.txt") < pins("requirements-dev.txt")

    def test_what_the_project_depends_on_is_pinned(self) -> None:
        project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
        wanted = {"requirements.txt": project["dependencies"],
                  "requirements-dev.txt": project["optional-dependencies"]["dev"]}  # fmt: skip
        for name, requirements in wanted.items():
            pinned = set(re.findall(r"(?m)^([a-z0-9-]+)==", (SCRIPTS / name).read_text(encoding="utf-8")))
            names = {re.split(r"[^A-Za-z0-9._-]", line)[0].lower().replace("_", "-") for line in requirements}
            assert names <= pinned, f"run packaging/lock.py: {names - pinned}"


@linux
class TestDisplay:
    @pytest.fixture(autouse=True)
    def _no_display(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
            monkeypatch.delenv(name, raising=False)

    @pytest.mark.parametrize("arguments", [[], ["practice"], ["--workspace=x", "practice"]])
    def test_a_window_without_a_display_is_refused_with_what_to_do(
        self, script: Any, arguments: list[str]
    ) -> None:
        with pytest.raises(script("console").Stop, match="xvfb-run"):
            script("bootstrap").check_display(arguments)

    @pytest.mark.parametrize("arguments", [["intake", "x"], ["--help"], ["practice", "--help"], ["doctor"]])
    def test_commands_need_none(self, script: Any, arguments: list[str]) -> None:
        script("bootstrap").check_display(arguments)

    @pytest.mark.parametrize("name", ["DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"])
    def test_any_display_will_do(self, script: Any, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
        monkeypatch.setenv(name, "x")
        script("bootstrap").check_display([])


@linux
class TestSystemLibraries:
    def test_absent_libraries_are_named_by_their_packages(self, script: Any) -> None:
        module = script("system_libraries")
        absent = {"libxcb-cursor.so.0", "libGL.so.1"}
        assert module.missing_packages(False, probe=lambda name: name not in absent) == [
            "libgl1",
            "libxcb-cursor0",
        ]
        assert not module.loads("libthis-is-no-library.so.9")

    @pytest.mark.parametrize(
        ("debian", "words"), [(True, "sudo apt-get install"), (False, "its package manager")]
    )
    def test_who_is_not_root_is_told_the_command(
        self,
        script: Any,
        monkeypatch: pytest.MonkeyPatch,
        debian: bool,
        words: str,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        module = script("system_libraries")
        monkeypatch.setattr(module, "missing_packages", lambda for_tests: ["libgl1", "xvfb"])
        monkeypatch.setattr(module, "is_root", lambda: False)
        monkeypatch.setattr(module, "is_debian", lambda: debian)
        with pytest.raises(script("console").Stop, match=words) as caught:
            module.ensure(for_tests=True)
        assert caught.value.code == 3
        assert "libgl1 xvfb" in str(caught.value)
        assert module.ensure(for_tests=True, allow_missing=True) == ["libgl1", "xvfb"]
        assert words in capsys.readouterr().out


class TestEnvironment:
    def test_an_old_python_is_refused(self, script: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        module = script("environment")
        module.check_python()
        monkeypatch.setattr(module, "NEEDED", (9, 0))
        with pytest.raises(script("console").Stop, match=r"Python 9\.0 or newer is needed"):
            module.check_python()

    def test_the_stamp_goes_stale_with_the_list(
        self, script: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        module = script("environment")
        lock = tmp_path / "lock"
        lock.write_text("a==1")
        monkeypatch.setattr(module, "LOCKS", {"run": lock, "test": lock})
        monkeypatch.setattr(module, "STAMP", tmp_path / "stamp")
        assert not module.is_current("run")
        (tmp_path / "stamp").write_text("no json")
        assert not module.is_current("run")
        (tmp_path / "stamp").write_text(json.dumps(module.fingerprint("run")))
        assert module.is_current("run")
        assert not module.is_current("test")
        lock.write_text("a==2")
        assert not module.is_current("run")


class TestFloors:
    def report(self, **files: tuple[float, list[int]]) -> dict[str, Any]:
        entries = {
            name.replace("__", "/") + ".py": {
                "summary": {"percent_covered": covered}, "missing_lines": lines, "missing_branches": [[1, 2]] * bool(lines)
            }
            for name, (covered, lines) in files.items()
        }  # fmt: skip
        return {"totals": {"percent_covered": min(c for c, _ in files.values())}, "files": entries}

    def test_what_is_below_is_named_with_lines_and_branches(self, script: Any) -> None:
        below = script("checks").below_floor
        report = self.report(desk__domain__a=(99.5, [7, 8]), desk__other=(90, [1]))
        assert below(report, 90, ["desk/domain"]) == [
            "desk/domain/a.py: 99.50 %, the floor is 100 % (lines 7, 8; branches 1->2)"
        ]
        assert below(report, 95, []) == ["all of desk: 90.00 %, the floor is 95 %"]
        assert below(report, 90, ["desk/dom"]) == ["desk/dom: named in pyproject.toml but not measured"]

    def test_the_settings_are_read_from_the_project(self, script: Any) -> None:
        floor, complete = script("checks").coverage_settings()
        assert floor >= 80
        assert "desk/domain" in complete


@pytest.mark.parametrize(
    ("line", "closes"),
    [
        ("===== 12 passed in 3.20s =====", True),
        ("1 failed, 174 passed, 2 skipped, 1 warning in 10.93s", True),
        ("=== 900 passed, 3 xfailed in 125.01s (0:02:05) ===", True),
        ("no tests ran in 0.01s", True),
        ("tests/system/test_logs.py ....", False),
        ("12 passed", False),
    ],
)
def test_pytests_closing_line_is_known(script: Any, line: str, closes: bool) -> None:
    assert bool(script("checks").CLOSING.match(line)) is closes


def test_arguments_after_the_dashes_are_passed_on_and_strange_ones_refused() -> None:
    done = subprocess.run(
        [sys.executable, str(SCRIPTS / "bootstrap.py"), "run", "--nonsense"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "--nonsense" in done.stderr


def alive(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text()
    except OSError:
        return False
    return state.rpartition(")")[2].split()[0] != "Z"


@linux
@pytest.mark.keyring
@pytest.mark.postgresql
@pytest.mark.usefixtures("secret_service", "postgres_url")
@pytest.mark.parametrize("way", ["exception", "SIGTERM"])
def test_nothing_of_the_testbed_outlives_it(way: str, tmp_path: Path) -> None:
    """The whole testbed once more, in a process that ends badly."""
    code = f"""
import os, signal, sys
sys.path.insert(0, {str(SCRIPTS)!r})
os.environ |= {{"DESK_WORKSPACE": "/not/this/one", "DESK_CLAIMERS_CASES": "7"}}
from testbed import Testbed, signals_end_politely
with signals_end_politely(), Testbed(2) as bed:
    print(bed._folder, *[process.pid for process, _ in bed._processes], flush=True)
    assert {{"DESK_TEST_DISPLAYS", "DBUS_SESSION_BUS_ADDRESS", "DESK_TEST_POSTGRES"}} <= bed.env.keys()
    assert bed.env["HOME"] != os.environ["HOME"]
    assert "DESK_WORKSPACE" not in bed.env and bed.env["DESK_CLAIMERS_CASES"] == "7"
    if {way!r} == "SIGTERM":
        os.kill(os.getpid(), signal.SIGTERM)
        signal.pause()
    raise RuntimeError("on purpose")
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=200
    )
    assert done.returncode == (128 + signal.SIGTERM if way == "SIGTERM" else 1), done.stderr
    folder, *processes = done.stdout.split()
    assert len(processes) == 7
    assert [number for number in processes if alive(int(number))] == []
    assert not Path(folder).exists()


def test_how_much_the_tests_do_reaches_them(script: Any) -> None:
    """Every such name that a test reads is known to the testbed, which lets nothing else of the desk through."""
    read = set()
    for path in (ROOT / "tests").rglob("*.py"):
        read |= set(re.findall(r'environ(?:\.get\(|\[)"(DESK_\w+)"', path.read_text(encoding="utf-8")))
    made = {"DESK_TEST_DISPLAYS", "DESK_TEST_SECRET_SERVICE", "DESK_TEST_POSTGRES"}  # by the testbed itself
    assert read - made == script("testbed").ASKED_FOR
