"""How thorough the long tests are: 1 by default, more by DESK_TEST_SCALE."""

from __future__ import annotations

import os


def scale() -> int:
    return max(1, int(os.environ.get("DESK_TEST_SCALE", "1")))
