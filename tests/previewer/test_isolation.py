"""What the worker loads, what it says first, and that both sides of the wire agree."""

from __future__ import annotations

import ast
import subprocess
import sys
from enum import EnumMeta
from pathlib import Path

import pytest

from desk.media import wire
from desk.media.process import command, environment
from desk.previewer import protocol, text

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("module", sorted((ROOT / "desk" / "previewer").glob("*.py")), ids=lambda p: p.stem)
def test_the_worker_imports_nothing_else_of_the_desk(module: Path) -> None:
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 1 or not (node.module or "").startswith("desk") or module.stem == "__main__"
        elif isinstance(node, ast.Import):
            assert not any(alias.name.startswith("desk") for alias in node.names)


def test_starting_it_loads_nothing_else_of_the_desk() -> None:
    code = (
        "import sys, desk.previewer.worker as w, desk.previewer.images, desk.previewer.films\n"
        "print([m for m in sys.modules if m.startswith('desk.') and not m.startswith('desk.previewer')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, cwd=ROOT, timeout=120, text=True)
    assert done.stdout.strip() == "[]"


def test_both_sides_of_the_wire_agree() -> None:
    pairs: list[tuple[EnumMeta, EnumMeta]] = [
        (wire.Worker, protocol.Kind),
        (wire.Ask, protocol.Ask),
        (wire.Answer, protocol.Answer),
        (wire.Refusal, protocol.Refusal),
        (wire.Format, protocol.Format),
    ]
    for host, child in pairs:
        assert {one.name: int(one) for one in host} == {one.name: int(one) for one in child}
    for name in dir(protocol):
        if name.isupper():
            mine, theirs = getattr(wire, name, None), getattr(protocol, name)
            if name in ("REQUEST", "REPLY"):
                mine, theirs = mine.format, theirs.format
            assert mine == theirs, name
    for name in dir(protocol.Guards):
        if name.isupper():
            assert getattr(wire, f"GUARD_{name}") == getattr(protocol.Guards, name)
    assert text.NAMES == wire.METADATA_NAMES


def test_an_unknown_kind_is_refused() -> None:
    done = subprocess.run(
        [*command(wire.Worker.IMAGE)[:-1], "everything"], env=environment(), capture_output=True, timeout=120
    )
    assert done.returncode == 2
    assert done.stdout == b""


def test_the_worker_ends_with_its_pipe() -> None:
    done = subprocess.run(
        command(wire.Worker.PDF),
        env=environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=120,
    )
    assert done.returncode == 0
    assert len(done.stdout) == protocol.REPLY.size


def test_a_packaged_build_starts_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert command(wire.Worker.AV) == [sys.executable, "--preview-worker", "av"]


def test_nothing_of_the_users_environment_reaches_the_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRACTICE_SECRET", "example")
    assert "PRACTICE_SECRET" not in environment()
    assert "HOME" not in environment()
