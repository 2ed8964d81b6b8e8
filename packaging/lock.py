"""Write the pinned dependency lists again, from pyproject.toml.

    python3 packaging/bootstrap.py test --quick --help   (once, so that .venv exists)
    .venv/bin/python -m pip install uv
    python3 packaging/lock.py            keeps the pins that still fit
    python3 packaging/lock.py --upgrade  takes the newest releases

The lists are universal: one file serves Linux, macOS and Windows on every supported Python, and every
file is pinned by its SHA-256, so an index can serve another file but not another content. They name no
index: whichever one is configured on the machine that installs is used.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RUN_LOCK = "packaging/requirements.txt"
TEST_LOCK = "packaging/requirements-dev.txt"
FORBIDDEN = ("://", "--index", "--extra-index", "--find-links", "file:", "--trusted-host")


def find_uv() -> str:
    """The uv program: beside this Python, in the project's environment, or on PATH."""
    folders = [Path(sys.executable).parent, ROOT / ".venv" / "bin", ROOT / ".venv" / "Scripts"]
    found = next((hit for folder in folders if (hit := shutil.which("uv", path=str(folder)))), None)
    found = found or shutil.which("uv")
    if found is None:
        sys.exit("lock: uv is missing. Install it with: .venv/bin/python -m pip install uv")
    return found


def compile_lock(uv: str, target: str, extra: list[str], upgrade: bool) -> None:
    """Resolve pyproject.toml into `target`, and refuse a result that names an index or a host."""
    command = [
        uv, "pip", "compile", "--no-config", "--quiet", "--universal", "--generate-hashes",
        "--python-version", "3.11", "--no-emit-index-url", "--no-emit-find-links", "--no-annotate",
        "--custom-compile-command", "python3 packaging/lock.py",
        *(["--upgrade"] if upgrade else []), *extra, "--output-file", target, "pyproject.toml",
    ]  # fmt: skip
    subprocess.run(command, cwd=ROOT, check=True)
    text = (ROOT / target).read_text(encoding="utf-8")
    for word in FORBIDDEN:
        if word in text:
            sys.exit(f"lock: {target} names an index ({word}); it must hold packages and hashes only")
    pins = sum(1 for line in text.splitlines() if "==" in line)
    print(f"lock: {target}: {pins} packages", flush=True)


def main() -> None:
    upgrade = "--upgrade" in sys.argv[1:]
    uv = find_uv()
    compile_lock(uv, RUN_LOCK, [], upgrade)
    # The second list is the first one and the tools: the same releases are tested that are run.
    compile_lock(uv, TEST_LOCK, ["--extra", "dev", "--constraints", RUN_LOCK], upgrade)


if __name__ == "__main__":
    main()
