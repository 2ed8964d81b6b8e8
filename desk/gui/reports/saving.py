"""Saving a receipt to a file: exactly its bytes, all of them or none."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from desk.domain.errors import UserError
from desk.gui.words import tr


def save(path: Path, body: bytes) -> Path:
    """Write beside the target, then put it in its place: all or nothing. Raises UserError."""
    name = ""
    try:
        handle, name = tempfile.mkstemp(prefix=".receipt-", dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except OSError as problem:
        if name:
            Path(name).unlink(missing_ok=True)
        raise UserError(
            tr(
                "The receipt could not be saved: {reason}.", reason=problem.strerror or type(problem).__name__
            ),
            tr("Choose another folder. The receipt itself is safe in the workspace."),
        ) from problem
    return path
