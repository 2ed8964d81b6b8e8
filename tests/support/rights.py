"""Ordinary rights for a while: the tests may run as root, whom no file mode keeps out."""

from __future__ import annotations

import ctypes
import os
import struct
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

_VERSION_3 = 0x20080522
_OVERRIDES = (1 << 1) | (1 << 2)  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH


@contextmanager
def ordinary_rights() -> Iterator[None]:
    """This thread obeys file modes like anybody else. Skips where that can't be arranged."""
    if not sys.platform.startswith("linux"):
        pytest.skip("file modes are tested on Linux")
    if os.geteuid() != 0:
        yield
        return
    libc = ctypes.CDLL(None, use_errno=True)
    header = ctypes.create_string_buffer(struct.pack("Ii", _VERSION_3, 0))
    data = ctypes.create_string_buffer(24)
    assert libc.capget(header, data) == 0
    before = data.raw
    effective, *rest = struct.unpack("6I", before)
    changed = ctypes.create_string_buffer(struct.pack("6I", effective & ~_OVERRIDES, *rest))
    assert libc.capset(header, changed) == 0
    try:
        yield
    finally:
        assert libc.capset(header, ctypes.create_string_buffer(before)) == 0
