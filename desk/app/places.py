"""Where a workspace lies, and secrets from private files.

Heavy parts are imported inside the functions that need them: the window is painted, and
``desk --help`` answers, before a database library is loaded.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    pass


def workspace_path(named: Path | None) -> Path:
    """The workspace's folder: the one named, DESK_WORKSPACE, the one last used, or the default."""
    from desk.system.paths import WORKSPACE_VARIABLE, choose_workspace, places
    from desk.system.settings import SettingsFile

    if named is None and not os.environ.get(WORKSPACE_VARIABLE):
        last = SettingsFile(places().settings).load().settings.last_workspace
        if last and Path(last).is_dir():
            return Path(last)
    return choose_workspace(named)


def read_secret(file: Path) -> str:
    """A secret from a private file. Raises UserError where others can read it."""
    from desk.system.passphrase import read_secret_file

    return read_secret_file(file)


def is_workspace(folder: Path) -> bool:
    from desk.storage import workspace

    return (folder / workspace.INFO).exists()


def needs_passphrase(folder: Path) -> bool:
    """Whether the workspace at ``folder`` is unlocked by a passphrase; False where there is none."""
    from desk.storage import workspace

    return is_workspace(folder) and workspace.read_info(folder).unlock is workspace.Unlock.PASSPHRASE
