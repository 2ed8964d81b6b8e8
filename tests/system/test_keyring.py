"""The keyring: a real Secret Service where the test command started one, and real refusals elsewhere."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
import uuid
from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest
from keyring.backends import SecretService, chainer, fail, null
from keyring.errors import InitError, NoKeyringError, PasswordSetError
from keyring.errors import KeyringLocked as LockedError

from desk.domain.errors import KeyringLocked, NoKeyring, UserError
from desk.ports import SecretStore
from desk.system.keyring import SERVICE, KeyringStore, MemorySecretStore, find_backend, workspace_key_name


class Held:
    """A backend that keeps what it is given, or fails as it is told to."""

    def __init__(self, failure: Exception | None = None, block: threading.Event | None = None) -> None:
        self.values: dict[tuple[str, str], str] = {}
        self.failure = failure
        self.block = block

    def _do(self) -> None:
        if self.block is not None:
            self.block.wait()
        if self.failure is not None:
            raise self.failure

    def get_password(self, service: str, username: str) -> str | None:
        self._do()
        return self.values.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self._do()
        self.values[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        self._do()
        del self.values[service, username]


@pytest.fixture(params=["memory", "held", pytest.param("real", marks=pytest.mark.keyring)])
def store(request: pytest.FixtureRequest) -> SecretStore:
    if request.param == "memory":
        return MemorySecretStore()
    if request.param == "held":
        held = Held()
        return KeyringStore(find=lambda: held)
    request.getfixturevalue("secret_service")
    return KeyringStore(timeout_s=20)


@pytest.fixture
def name(store: SecretStore) -> Iterator[str]:
    name = workspace_key_name(str(uuid.uuid4()))
    yield name
    store.delete(name)


class TestEveryStore:
    def test_keeps_bytes_of_any_kind(self, store: SecretStore, name: str) -> None:
        assert store.get(name) is None
        for value in (bytes(range(256)), b"", b"\0" * 32, "päss".encode()):
            store.set(name, value)
            assert store.get(name) == value

    def test_deletes_and_forgives_what_is_not_there(self, store: SecretStore, name: str) -> None:
        store.set(name, b"value")
        store.delete(name)
        assert store.get(name) is None
        store.delete(name)

    def test_shows_nothing_of_itself(self, store: SecretStore, name: str) -> None:
        store.set(name, b"hidden value")
        assert "hidden" not in repr(store)
        assert "hidden" not in str(vars(store).get("_pending"))


@pytest.mark.keyring
@pytest.mark.usefixtures("secret_service")
def test_the_real_backend_is_found_and_the_check_passes() -> None:
    assert isinstance(find_backend(), SecretService.Keyring)
    KeyringStore(timeout_s=20).check()


@pytest.mark.parametrize(
    ("backend", "words"),
    [
        (fail.Keyring(), "no keyring"),
        (null.Keyring(), "does not keep secrets encrypted"),
        (Held(), "encrypted"),
    ],
    ids=["none", "null", "unknown"],
)
def test_a_keyring_that_keeps_nothing_safe_is_refused_with_a_remedy(
    monkeypatch: pytest.MonkeyPatch, backend: object, words: str
) -> None:
    monkeypatch.setattr(keyring, "get_keyring", lambda: backend)
    with pytest.raises(NoKeyring, match=words) as caught:
        KeyringStore().get("workspace/x/key")
    assert "--use-passphrase" in caught.value.remedy


@pytest.mark.parametrize("first_is_safe", [True, False])
def test_of_a_chain_only_a_safe_first_one_is_used(
    monkeypatch: pytest.MonkeyPatch, first_is_safe: bool
) -> None:
    safe = object.__new__(SecretService.Keyring)
    links = [safe, null.Keyring()] if first_is_safe else [null.Keyring(), safe]
    chain = chainer.ChainerBackend()
    monkeypatch.setattr(chainer.ChainerBackend, "backends", links)
    monkeypatch.setattr(keyring, "get_keyring", lambda: chain)
    if first_is_safe:
        assert find_backend() is safe
    else:
        with pytest.raises(NoKeyring, match="does not keep secrets encrypted"):
            find_backend()


def test_an_empty_chain_is_no_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    chain = chainer.ChainerBackend()
    monkeypatch.setattr(chainer.ChainerBackend, "backends", [])
    monkeypatch.setattr(keyring, "get_keyring", lambda: chain)
    with pytest.raises(NoKeyring, match="There is no keyring"):
        find_backend()


@pytest.mark.parametrize(
    ("failure", "kind"),
    [
        (NoKeyringError("hidden"), NoKeyring),
        (InitError("hidden"), NoKeyring),
        (ConnectionRefusedError("hidden"), NoKeyring),
        (PasswordSetError("hidden"), NoKeyring),
        (LockedError("hidden"), KeyringLocked),
        (UserError("said by us"), UserError),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_failures_become_words_without_the_foreign_text(failure: Exception, kind: type[UserError]) -> None:
    store = KeyringStore(find=lambda: Held(failure))
    with pytest.raises(kind) as caught:
        store.set("name", b"value")
    assert "hidden" not in caught.value.words()
    assert caught.value.__suppress_context__ or caught.value is failure


def test_a_damaged_entry_is_said_and_not_shown() -> None:
    held = Held()
    held.values[SERVICE, "name"] = "hidden, and no base64"
    with pytest.raises(UserError, match="damaged") as caught:
        KeyringStore(find=lambda: held).get("name")
    assert "hidden" not in caught.value.words()
    assert caught.value.__suppress_context__


def test_a_call_that_hangs_ends_in_time_and_the_next_one_works_once_it_is_answered() -> None:
    answered = threading.Event()
    store = KeyringStore(timeout_s=0.05, find=lambda: Held(block=answered))
    with pytest.raises(KeyringLocked, match="no answer in time"):
        store.get("name")
    with pytest.raises(KeyringLocked, match="no answer in time"):
        store.get("name")
    answered.set()
    store._timeout_s = 60.0  # so short a time is for an answer that does not come
    assert store.get("name") is None


def test_whoever_waits_is_told_and_can_give_up() -> None:
    answered, told = threading.Event(), []
    store = KeyringStore(
        find=lambda: Held(block=answered),
        on_wait=lambda: (told.append("waiting"), store.give_up())[0],
        tell_after_s=0.01,
    )
    with pytest.raises(KeyringLocked, match="not waited for any longer"):
        store.get("name")
    with pytest.raises(KeyringLocked, match="not waited for any longer"):  # the first call's answer, still
        store.get("name")
    answered.set()
    store._tell_after_s = 60.0
    assert store.get("name") is None
    assert told == ["waiting", "waiting"]


CHILD = """
import json, sys
import secretstorage
from desk.domain.errors import DeskError
from desk.system.keyring import KeyringStore

def attempt(work):
    try:
        return repr(work())
    except DeskError as error:
        return type(error).__name__

store = KeyringStore(timeout_s=float(sys.argv[1]))
told = [attempt(lambda: store.set("name", b"value")), attempt(lambda: store.get("name"))]
connection = secretstorage.dbus_init()
secretstorage.get_default_collection(connection).lock()
told += [attempt(lambda: store.get("name")), attempt(lambda: store.set("name", b"other"))]
print(json.dumps(told))
"""


@pytest.fixture
def other_display() -> Iterator[str]:
    """A display of its own: the keyring's prompt takes the keyboard, which other tests type on."""
    if shutil.which("Xvfb") is None:
        pytest.skip("no Xvfb")
    reading, writing = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writing), "-nolisten", "tcp"],
        pass_fds=(writing,),
        stderr=subprocess.DEVNULL,
    )
    os.close(writing)
    try:
        with os.fdopen(reading) as answer:
            yield f":{answer.readline().strip()}"
    finally:
        server.terminate()
        server.wait(20)


@pytest.mark.keyring
@pytest.mark.usefixtures("secret_service")
@pytest.mark.parametrize("display", [False, True], ids=["no display", "display"])
def test_a_real_locked_keyring_is_said_to_be_locked(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, display: bool
) -> None:
    """In a session of its own, since locking the shared one would disturb other tests. With a display
    the service asks for its password there, and nobody answers."""
    home = tmp_path_factory.mktemp("home")
    env = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "DBUS_SESSION_BUS_ADDRESS")}
    if display:
        env["DISPLAY"] = request.getfixturevalue("other_display")
    env |= {"HOME": str(home), "XDG_RUNTIME_DIR": str(home), "PYTHONPATH": str(Path.cwd())}
    script = (
        "printf 'words\\n' | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1; "
        f'exec {sys.executable} -c "$CHILD" 1.5'
    )
    done = subprocess.run(
        [shutil.which("dbus-run-session") or "dbus-run-session", "--", "sh", "-c", script],
        env=env | {"CHILD": CHILD}, capture_output=True, text=True, timeout=200, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])  # services of the session may write lines before it
    assert told == ["None", "b'value'", "KeyringLocked", "KeyringLocked"]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems always have a keyring")
def test_without_a_session_bus_there_is_no_keyring(tmp_path_factory: pytest.TempPathFactory) -> None:
    home = tmp_path_factory.mktemp("bare")
    code = "from desk.system.keyring import KeyringStore\nKeyringStore(timeout_s=20).check()"
    keep = ("PATH", "COVERAGE_PROCESS_CONFIG", "COVERAGE_PROCESS_START", "COVERAGE_FILE")
    env = {name: os.environ[name] for name in keep if name in os.environ}
    env |= {"HOME": str(home), "XDG_RUNTIME_DIR": str(home), "PYTHONPATH": str(Path.cwd())}
    done = subprocess.run(
        [sys.executable, "-c", code], env=env, capture_output=True, text=True, timeout=200, check=False
    )
    assert done.returncode == 1
    assert "desk.domain.errors.NoKeyring: There is no keyring on this computer." in done.stderr
