"""What the operating system must bring: shared libraries, fonts and, for the tests, a few programs.

Each thing is probed for itself (a library is really loaded, a program looked up), not by asking the
package manager, so that the answer is right on any Linux. Debian's package names are the ones given;
where this runs as root on Debian or a relative of it the packages are installed.

Standard library only: this runs before anything is installed.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from console import say, stop

# soname -> Debian package. Qt's platform plugins need these; they are read with `objdump -p` from the
# wheel. The last one is for the preview worker's system-call filter.
LIBRARIES = {
    "libGL.so.1": "libgl1",
    "libEGL.so.1": "libegl1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libdbus-1.so.3": "libdbus-1-3",
    "libX11.so.6": "libx11-6",
    "libX11-xcb.so.1": "libx11-xcb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-shm.so.0": "libxcb-shm0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-util.so.1": "libxcb-util1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libwayland-client.so.0": "libwayland-client0",
    "libwayland-cursor.so.0": "libwayland-cursor0",
    "libseccomp.so.2": "libseccomp2",
}

# program -> Debian package, for the tests only.
PROGRAMS = {
    "Xvfb": "xvfb",
    "xdotool": "xdotool",
    "openbox": "openbox",
    "import": "imagemagick",
    "dbus-daemon": "dbus-daemon",
    "dbus-send": "dbus-bin",
    "gnome-keyring-daemon": "gnome-keyring",
}

INSTALL = ["apt-get", "install", "-y", "--no-install-recommends"]


def loads(soname: str) -> bool:
    try:
        ctypes.CDLL(soname)
    except OSError:
        return False
    return True


def has_fonts() -> bool:
    folders = [Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), Path.home() / ".local/share/fonts"]
    return any(
        name.endswith((".ttf", ".otf", ".ttc"))
        for folder in folders
        for _, _, names in os.walk(folder)
        for name in names
    )


def postgres_programs() -> Path | None:
    """The folder that holds initdb and postgres of the newest PostgreSQL here, or None."""
    folders = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"),
        key=lambda folder: int(folder.parent.name) if folder.parent.name.isdigit() else 0,
        reverse=True,
    )
    found = shutil.which("initdb")
    candidates = [*folders, *([Path(found).resolve().parent] if found else [])]
    return next((f for f in candidates if (f / "initdb").exists() and (f / "postgres").exists()), None)


def missing_packages(for_tests: bool, probe: Callable[[str], bool] = loads) -> list[str]:
    """Debian's names of the packages whose things are absent on this Linux; empty elsewhere."""
    if not sys.platform.startswith("linux"):
        return []
    packages = [package for soname, package in LIBRARIES.items() if not probe(soname)]
    if not Path("/etc/fonts/fonts.conf").exists():
        packages.append("fontconfig-config")
    if not has_fonts():
        packages.append("fonts-dejavu-core")
    if for_tests:
        packages += [package for program, package in PROGRAMS.items() if shutil.which(program) is None]
        if postgres_programs() is None:
            packages.append("postgresql")
    return packages


def is_debian() -> bool:
    return shutil.which("apt-get") is not None and Path("/etc/debian_version").exists()


def is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


@contextmanager
def without_database_cluster(packages: Iterable[str]) -> Iterator[None]:
    """Debian's PostgreSQL package makes and starts a cluster when it is installed; the tests start their
    own in a temporary folder, so for the time of the installation that is switched off."""
    note = Path("/etc/postgresql-common/createcluster.d/tipline-desk-tests.conf")
    if "postgresql" not in packages:
        yield
        return
    made = [folder for folder in (note.parent, note.parent.parent) if not folder.exists()]
    note.parent.mkdir(parents=True, exist_ok=True)
    note.write_text("create_main_cluster = false\nstart_conf = 'manual'\n", encoding="utf-8")
    try:
        yield
    finally:
        note.unlink(missing_ok=True)
        for folder in made:
            if folder.exists() and not any(folder.iterdir()):
                folder.rmdir()


def apt_install(packages: list[str]) -> None:
    """Install Debian packages as root; the package lists are fetched only if they are needed.

    Raises console.Stop if apt-get fails.
    """
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    say(f"installing {len(packages)} system packages: {' '.join(packages)}")

    def attempt() -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*INSTALL, "-q", "-q", *packages],
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )

    with without_database_cluster(packages):
        result = attempt()
        if result.returncode != 0:
            # A fresh image has no package lists, an old one has stale ones: fetch them, then try once more.
            say("fetching the package lists (apt-get update)")
            subprocess.run(["apt-get", "update", "-q", "-q"], env=env, stdin=subprocess.DEVNULL, check=False)
            result = attempt()
    if result.returncode != 0:
        tail = "\n".join(result.stdout.splitlines()[-15:])
        stop(f"apt-get could not install {' '.join(packages)}:\n{tail}")


def ensure(for_tests: bool, allow_missing: bool = False) -> list[str]:
    """Make sure that the system brings what is needed; return what is still missing.

    As root on Debian the packages are installed. Elsewhere missing ones end the work with the command
    that installs them, unless `allow_missing` is set: then they are named and the work goes on.
    Raises console.Stop.
    """
    missing = missing_packages(for_tests)
    if not missing:
        return []
    if is_debian() and is_root():
        apt_install(missing)
        missing = missing_packages(for_tests)
        if not missing:
            return []
        stop(f"still missing after the installation: {' '.join(missing)}")
    if is_debian():
        command = f"sudo apt-get update && sudo {' '.join(INSTALL)} {' '.join(missing)}"
        text = f"system packages are missing. Install them with:\n\n    {command}\n"
    else:
        names = [s for s, p in LIBRARIES.items() if p in missing]
        names += [program for program, package in PROGRAMS.items() if package in missing]
        names += [p for p in missing if p in ("fontconfig-config", "fonts-dejavu-core", "postgresql")]
        text = (
            "this system lacks the following; install them with its package manager "
            f"(Debian calls the packages {' '.join(missing)}):\n\n    " + "\n    ".join(names) + "\n"
        )
    if not allow_missing:
        stop(text)
    say(text)
    return missing
