"""Where things lie on this computer, and how files are made that nobody else may read.

Folders are 0700 and files 0600 whatever the umask says. On Windows the user's own profile folder is
private by its access list, and modes are left alone.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from desk.domain.errors import UserError, WorkspaceProblem

APP = "tipline-desk"
WORKSPACE_VARIABLE = "DESK_WORKSPACE"
PRIVATE_DIR = 0o700
PRIVATE_FILE = 0o600

_HAS_MODES = os.name != "nt"


@dataclass(frozen=True)
class Places:
    """The default folders of one person on this computer; none of them is made by asking.

    config: settings of this computer. data: the parent of the default workspace. cache: what can be
    made again. logs: the log files.
    """

    config: Path
    data: Path
    cache: Path
    logs: Path

    @property
    def workspace(self) -> Path:
        """The workspace that is meant where none is named."""
        return self.data / "workspace"

    @property
    def settings(self) -> Path:
        return self.config / "settings.json"


def places() -> Places:
    """The folders by the platform's own rules (XDG on Linux, Library on macOS, AppData on Windows)."""
    return Places(
        config=platformdirs.user_config_path(APP, appauthor=False),
        data=platformdirs.user_data_path(APP, appauthor=False),
        cache=platformdirs.user_cache_path(APP, appauthor=False),
        logs=platformdirs.user_log_path(APP, appauthor=False),
    )


def choose_workspace(named: str | Path | None, environ: Mapping[str, str] = os.environ) -> Path:
    """The workspace's absolute path: the one named, else DESK_WORKSPACE, else the default one."""
    chosen = str(named) if named else environ.get(WORKSPACE_VARIABLE, "")
    return Path(chosen).expanduser().absolute() if chosen else places().workspace


def guard_umask() -> int:
    """Let no file that this process makes be readable by others; return the umask before."""
    return os.umask(0o077)


def make_private_dir(path: Path) -> Path:
    """Make `path` and its missing parents as folders of mode 0700, and close an existing one to others.

    Raises WorkspaceProblem if it is no folder, is somebody else's, or cannot be made.
    """
    missing = []
    folder = path
    while not folder.exists() and not folder.is_symlink():
        missing.append(folder)
        folder = folder.parent
    try:
        for folder in reversed(missing):
            # Another process may make it at the same time; whose it is is checked below.
            with contextlib.suppress(FileExistsError):
                folder.mkdir(PRIVATE_DIR)
            if _HAS_MODES:
                folder.chmod(PRIVATE_DIR)
        state = path.stat()
        if not stat.S_ISDIR(state.st_mode):
            raise WorkspaceProblem(
                f"{path} is not a folder.", "Choose another place, or move that file away."
            )
        if _HAS_MODES and state.st_uid != os.geteuid():
            raise WorkspaceProblem(f"{path} belongs to another user.", "Choose a folder of your own.")
        if _HAS_MODES and stat.S_IMODE(state.st_mode) != PRIVATE_DIR:
            path.chmod(PRIVATE_DIR)
    except OSError as error:
        raise WorkspaceProblem(
            f"The folder {path} cannot be made or used ({error.strerror}).",
            "Choose a place where you may write.",
        ) from error
    return path


def open_private(path: Path, flags: int) -> int:
    """Open a file with os.open, mode 0600 whatever the umask; never through a link. The caller closes.

    Fit as the opener of `open()`. Raises OSError.
    """
    extra = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
    descriptor = os.open(path, flags | extra, PRIVATE_FILE)
    if _HAS_MODES and flags & os.O_CREAT:
        try:
            os.fchmod(descriptor, PRIVATE_FILE)
        except OSError:
            os.close(descriptor)
            raise
    return descriptor


def sync_folder(path: Path) -> None:
    """Make a folder's entries survive a power cut, where the platform can."""
    if not _HAS_MODES:
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_private(path: Path, data: bytes) -> None:
    """Write `data` to `path` whole or not at all, mode 0600, on the disk when this returns.

    The folder must exist. Raises UserError naming the file and the reason; the old content stays then.
    """
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(6)}.part")
    try:
        descriptor = open_private(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
        sync_folder(path.parent)
    except OSError as error:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise UserError(
            f"{path} cannot be written ({error.strerror}).", "Check the folder and the free space."
        ) from error


def is_private(path: Path) -> bool:
    """True if nobody but the owner has any right on `path`; always True where modes mean nothing."""
    return not _HAS_MODES or not stat.S_IMODE(path.stat().st_mode) & 0o077
