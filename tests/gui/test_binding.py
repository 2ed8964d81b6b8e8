"""The Qt binding itself: what the whole window stands on."""

from __future__ import annotations

import sys

import PySide6
from PySide6.QtCore import QObject, Signal


class _Caller(QObject):
    called = Signal()


def test_emitting_loses_no_reference() -> None:
    """PySide6 6.12.0 gives away a reference to True with every emit() and disconnect(). Before
    Python 3.12 the process then aborts after some thousand signals ('bool_dealloc')."""
    caller = _Caller()
    kept = [True] * 1000  # so that a faulty binding fails this test instead of ending it
    before = sys.getrefcount(True)
    for _ in range(100):
        caller.called.emit()
    assert abs(sys.getrefcount(True) - before) < 20, f"PySide6 {PySide6.__version__} must not be used here"
    del kept
