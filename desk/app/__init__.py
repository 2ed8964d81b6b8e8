"""The composition root: the only place that wires the parts together."""

from __future__ import annotations

from desk.app.places import is_workspace, needs_passphrase, read_secret, workspace_path
from desk.app.practice import practice_desk
from desk.app.window import opened, show_practice, show_workspace
from desk.app.wiring import wire
from desk.app.workspaces import Restored, make_workspace, open_desk, restore_workspace

__all__ = [
    "Restored",
    "is_workspace",
    "make_workspace",
    "needs_passphrase",
    "open_desk",
    "opened",
    "practice_desk",
    "read_secret",
    "restore_workspace",
    "show_practice",
    "show_workspace",
    "wire",
    "workspace_path",
]
