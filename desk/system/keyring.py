"""Secrets in the operating system's keyring.

Every call runs on a thread of its own with a time limit: a locked Secret Service on a desktop blocks
its caller until somebody answers its prompt. Only keyrings that encrypt what they keep are accepted.
Texts of this module's errors never hold a secret, and never the text of a foreign exception.
"""

from __future__ import annotations

import base64
import sys
import threading
import time
from collections.abc import Callable
from typing import Any, Protocol, TypeVar

from desk.domain.errors import KeyringLocked, NoKeyring, UserError

SERVICE = "Tipline Desk"
TIMEOUT_S = 60.0
"""Seconds for one call: long enough to type a keyring's password at its prompt."""

TELL_AFTER_S = 1.5
"""Seconds of silence after which whoever waits is told what they wait for."""

WAITING = (
    "Waiting for the keyring: it has not answered yet.",
    "It may be locked and asking for its password in a window of its own. Answer it there.",
)

_LOOK_S = 0.1

# Backends that keep secrets encrypted under the person's sign-in. Everything else is refused: a chain,
# a plain file, a null store, or one that a variable or a configuration file slipped in.
SAFE_BACKENDS = (
    "keyring.backends.SecretService",
    "keyring.backends.libsecret",
    "keyring.backends.kwallet",
    "keyring.backends.macOS",
    "keyring.backends.Windows",
)

_REMEDIES = {
    "linux": (
        "Sign in to a desktop session with a keyring (Debian: sudo apt-get install gnome-keyring, or KWallet "
        "on KDE), create and unlock its default keyring, and start again."
    ),
    "darwin": "Open Keychain Access, unlock the login keychain, and start again.",
    "win32": "Start the service 'Credential Manager' (VaultSvc), and start again.",
}
_OR_ELSE = (
    " A new workspace can do with a passphrase for its own key (desk init --use-passphrase); the agency's "
    "credentials need a keyring in any case."
)

T = TypeVar("T")


def remedy() -> str:
    """How to get a keyring on this platform, in words."""
    return _REMEDIES.get(sys.platform, "Install a keyring that this platform supports.") + _OR_ELSE


def workspace_key_name(workspace_id: str) -> str:
    """Under which name a workspace's key lies."""
    return f"workspace/{workspace_id}/key"


class Backend(Protocol):
    """The part of a `keyring` backend that is used here."""

    def get_password(self, service: str, username: str) -> str | None: ...
    def set_password(self, service: str, username: str, password: str) -> None: ...
    def delete_password(self, service: str, username: str) -> None: ...


def find_backend() -> Backend:
    """The keyring of this computer. Raises NoKeyring if there is none that keeps secrets safely."""
    import keyring  # late: importing it takes a tenth of a second
    from keyring.backends.chainer import ChainerBackend

    backend: Any = keyring.get_keyring()
    if isinstance(backend, ChainerBackend):
        # The chain would fall through to weaker ones; only its first is used, or none.
        chained = list(backend.backends)
        backend = chained[0] if chained else backend
    module = type(backend).__module__
    if module not in SAFE_BACKENDS:
        what = (
            "There is no keyring on this computer."
            if module in ("keyring.backends.fail", "keyring.backends.chainer")
            else f"The configured keyring ({module}) does not keep secrets encrypted."
        )
        raise NoKeyring(what, remedy())
    found: Backend = backend
    return found


class KeyringStore:
    """ports.SecretStore on the operating system's keyring.

    Names are paths of this module's making; values are bytes, kept in base64. Calls come one after the
    other and each ends within `timeout_s` seconds. Every method raises NoKeyring where there is none and
    KeyringLocked where it is locked, its prompt was dismissed, it gave no answer in time, or nobody wanted
    to wait for it any longer. ``on_wait`` is called in the caller's thread once a call takes TELL_AFTER_S
    seconds: WAITING says what to tell then. ``give_up`` ends the waiting, from any thread.
    """

    def __init__(
        self,
        timeout_s: float = TIMEOUT_S,
        find: Callable[[], Backend] = find_backend,
        service: str = SERVICE,
        *,
        on_wait: Callable[[], None] | None = None,
        tell_after_s: float = TELL_AFTER_S,
    ) -> None:
        self._on_wait = on_wait
        self._tell_after_s = tell_after_s
        self._given_up = threading.Event()
        self._timeout_s = timeout_s
        self._find = find
        self._service = service
        self._one_at_a_time = threading.Lock()
        self._pending: threading.Thread | None = None

    def __repr__(self) -> str:
        return "KeyringStore()"

    def get(self, name: str) -> bytes | None:
        """The value of `name`, or None. Raises UserError too if the entry is not one of ours."""
        text = self._call(lambda backend: backend.get_password(self._service, name))
        if text is None:
            return None
        try:
            return base64.b64decode(text, validate=True)
        except ValueError:
            raise UserError("The keyring's entry is damaged.", "Remove it and set it again.") from None

    def set(self, name: str, value: bytes) -> None:
        """Keep `value` under `name`, in place of an older one."""
        text = base64.b64encode(value).decode("ascii")
        self._call(lambda backend: backend.set_password(self._service, name, text))

    def delete(self, name: str) -> None:
        """Remove `name`; nothing happens if it is not there."""

        def remove(backend: Backend) -> None:
            if backend.get_password(self._service, name) is not None:
                backend.delete_password(self._service, name)

        self._call(remove)

    def check(self) -> None:
        """Raise what any use would raise, without reading a secret: for `desk doctor` and `desk init`."""
        self._call(lambda backend: backend.get_password(self._service, "doctor"))

    def _call(self, work: Callable[[Backend], T]) -> T:
        results: list[T] = []
        failures: list[Exception] = []

        def run() -> None:
            try:
                results.append(work(self._find()))
            except Exception as error:
                failures.append(error)

        with self._one_at_a_time:
            self._given_up.clear()
            # A call that hangs on a prompt is left alone; the next one waits for the same answer.
            if self._pending is not None:
                self._wait_for(self._pending)
            thread = threading.Thread(target=run, name="keyring", daemon=True)
            self._pending = thread
            thread.start()
            self._wait_for(thread)
            self._pending = None
        if failures:
            raise _in_words(failures[0]) from None
        return results[0]

    def give_up(self) -> None:
        """Whoever waits for an answer now waits no longer; the prompt itself stays with the keyring."""
        self._given_up.set()

    def _wait_for(self, thread: threading.Thread) -> None:
        began = time.monotonic()
        thread.join(min(self._tell_after_s, self._timeout_s))
        if thread.is_alive() and self._on_wait is not None:
            self._on_wait()
        while thread.is_alive():
            left = began + self._timeout_s - time.monotonic()
            if left <= 0:
                raise _no_answer()
            if self._given_up.is_set():
                raise KeyringLocked(
                    "The keyring has not answered, and was not waited for any longer.",
                    "Answer its prompt, or unlock it, and try again.",
                )
            thread.join(min(_LOOK_S, left))


def _no_answer() -> KeyringLocked:
    return KeyringLocked(
        "The keyring gave no answer in time. It may be waiting for its password.",
        "Answer its prompt, or unlock it, and try again.",
    )


def _in_words(error: Exception) -> UserError:
    """A foreign error as one of ours; only its class is named, since its text may hold anything."""
    if isinstance(error, UserError):
        return error
    names = {kind.__name__ for kind in type(error).__mro__}
    if names & {"KeyringLocked", "LockedException", "PromptDismissedException"}:
        return KeyringLocked("The keyring is locked.", "Unlock it and try again.")
    if names & {"NoKeyringError", "InitError", "SecretServiceNotAvailableException", "OSError"}:
        return NoKeyring(f"The keyring cannot be used ({type(error).__name__}).", remedy())
    return NoKeyring(f"The keyring refused ({type(error).__name__}).", remedy())


class MemorySecretStore:
    """ports.SecretStore in memory only, for practice: its secrets end with the process."""

    def __init__(self) -> None:
        self._values: dict[str, bytes] = {}
        self._lock = threading.Lock()

    def __repr__(self) -> str:
        return "MemorySecretStore()"

    def get(self, name: str) -> bytes | None:
        with self._lock:
            return self._values.get(name)

    def set(self, name: str, value: bytes) -> None:
        with self._lock:
            self._values[name] = bytes(value)

    def delete(self, name: str) -> None:
        with self._lock:
            self._values.pop(name, None)
