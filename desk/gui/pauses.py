"""Fewer and shorter pauses of the GUI thread while others compute in the same process."""

from __future__ import annotations

import gc


def settle() -> None:
    """Take what is there for good out of the garbage collector's rounds; once in a process.

    Modules, tables and the window itself are some hundred thousand objects. A full round over them takes
    the better part of a tenth of a second, on whichever thread it falls, and the window stands still for it.
    What is made later is collected as ever.
    """
    if gc.get_freeze_count() == 0:
        gc.collect()
        gc.freeze()
