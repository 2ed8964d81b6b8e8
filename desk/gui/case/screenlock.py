"""Whether the screen was locked or the computer is going to sleep, where the desktop says so (Linux, D-Bus).

Losing the focus blurs everywhere; a screen that is locked by itself takes no focus on some desktops. On macOS
and Windows the lock takes the focus, and that is enough.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from PySide6.QtCore import SLOT, QObject, Signal, Slot

_SAVERS = ("org.freedesktop.ScreenSaver", "org.gnome.ScreenSaver", "org.cinnamon.ScreenSaver")
_LOGIN = "org.freedesktop.login1"
_SYSTEM_SOCKET = Path("/run/dbus/system_bus_socket")


class ScreenLock(QObject):
    """``locked`` when the screen is locked or the computer goes to sleep; silent where nothing tells."""

    locked = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.listening = 0
        """To how many signals it listens."""
        if sys.platform == "linux":
            self._listen()

    def _listen(self) -> None:
        try:
            from PySide6.QtDBus import QDBusConnection
        except ImportError:
            return
        active, lock = str(SLOT("_active(bool)")), str(SLOT("_lock()"))
        wanted: list[tuple[str, str, str, str]] = []
        buses = {}
        # Asking for a bus that is not there could start one.
        if _session_bus():
            buses["session"] = QDBusConnection.sessionBus()
            wanted += [("session", name, "ActiveChanged", "b") for name in _SAVERS]
        if os.environ.get("DBUS_SYSTEM_BUS_ADDRESS") or _SYSTEM_SOCKET.exists():
            buses["system"] = QDBusConnection.systemBus()
            wanted += [("system", f"{_LOGIN}.Session", "Lock", "")]
            wanted += [("system", f"{_LOGIN}.Manager", "PrepareForSleep", "b")]
        for bus, interface, name, signature in wanted:
            if buses[bus].isConnected():
                slot = active if signature else lock
                # The type stubs know only bytes here; the binding takes what SLOT gives.
                made = buses[bus].connect("", "", interface, name, signature, self, slot)  # type: ignore[call-overload]
                self.listening += bool(made)

    @Slot(bool)
    def _active(self, active: bool) -> None:
        if active:
            self.locked.emit()

    @Slot()
    def _lock(self) -> None:
        self.locked.emit()


def _session_bus() -> bool:
    if os.environ.get("DBUS_SESSION_BUS_ADDRESS"):
        return True
    folder = os.environ.get("XDG_RUNTIME_DIR")
    return bool(folder) and (Path(str(folder)) / "bus").exists()
