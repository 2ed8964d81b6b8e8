"""The workspace's folder: made whole or not at all, opened with its key only."""

from __future__ import annotations

import json
import os
import threading
from pathlib import Path

import pytest

from desk.domain.errors import UserError, WorkspaceProblem
from desk.storage import keys, locks, workspace
from desk.storage.workspace import Unlock
from tests.contracts.samples import NOW, add_case


def test_made_and_opened_again(tmp_path: Path) -> None:
    folder, key = tmp_path / "a" / "desk", keys.new_key()
    made = workspace.create(folder, key, unlock=Unlock.PASSPHRASE, envelope={"kdf": "argon2id", "n": 1})
    case_key = made.vault.new_key()
    blob = made.vault.write(case_key, [b"bytes"])
    with made.store.write() as unit:
        number = add_case(unit)
    made.close()
    opened = workspace.open(folder, key)
    with opened.store.read() as unit:
        assert unit.cases.get(number).received_at == NOW
    assert list(opened.vault.read(case_key.wrapped, blob)) == [b"bytes"]
    assert opened.info == made.info
    assert opened.logs.is_dir()
    opened.close()
    assert workspace.read_info(folder).envelope == {"kdf": "argon2id", "n": 1}
    assert {p.name for p in folder.iterdir()} == {
        "workspace.json", "desk.db", "desk.db-line", "vault", "logs", "lock",
    }  # fmt: skip
    for path in [folder, *folder.rglob("*")]:
        if os.name == "posix":
            assert path.stat().st_mode & 0o777 == (0o700 if path.is_dir() else 0o600), path
        if path.is_file():
            raw = path.read_bytes()
            assert key not in raw
            assert key.hex().encode() not in raw


def test_another_key_opens_nothing(tmp_path: Path) -> None:
    workspace.create(tmp_path / "desk", keys.new_key()).close()
    with pytest.raises(WorkspaceProblem, match="not the key"):
        workspace.open(tmp_path / "desk", keys.new_key())
    with pytest.raises(WorkspaceProblem, match="not a workspace's key"):
        workspace.open(tmp_path / "desk", b"short")


def test_subkeys_differ_and_stay_the_same() -> None:
    key = bytes(32)
    made = {purpose: keys.subkey(key, purpose) for purpose in keys.Purpose}
    assert len({*made.values(), key}) == len(keys.Purpose) + 1
    # Fixed for ever: another value here means that no workspace opens any more.
    assert keys.fingerprint(key) == keys.subkey(key, keys.Purpose.CHECK)[:8].hex() == FINGERPRINT
    assert keys.fingerprint(key) != keys.fingerprint(b"\x01" + bytes(31))


FINGERPRINT = "1d21a832b68d58c0"


def test_a_folder_in_use_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("mine")
    with pytest.raises(WorkspaceProblem, match="not empty"):
        workspace.create(tmp_path, keys.new_key())
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]
    with pytest.raises(WorkspaceProblem, match="can't be made"):
        workspace.create(tmp_path / "letter.txt" / "desk", keys.new_key())


def test_what_could_not_be_made_leaves_an_empty_folder(tmp_path: Path) -> None:
    folder = tmp_path / "desk"
    for url in ("postgresql://desk:hunter2@127.0.0.1:9/desk?connect_timeout=2", "mysql://localhost/desk"):
        with pytest.raises(WorkspaceProblem) as caught:
            workspace.create(folder, keys.new_key(), postgres=url)
        assert "hunter2" not in str(caught.value)
        assert list(folder.iterdir()) == []
    workspace.create(folder, keys.new_key()).close()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (None, "no workspace"),
        ("", "damaged"),
        ("{", "damaged"),
        ("[]", "damaged"),
        ("\xff", "damaged"),
        ('{"format": 1}', "damaged"),
        ('{"format": 2, "anything": "else"}', "newer"),
        ('{"format":1,"id":"x","unlock":"keyring","check":"","store":{}}', "damaged"),
    ],
)
def test_a_bad_description_is_named(tmp_path: Path, text: str | None, words: str) -> None:
    if text is not None:
        (tmp_path / "workspace.json").write_bytes(text.encode("latin-1"))
    with pytest.raises(WorkspaceProblem, match=words):
        workspace.open(tmp_path, keys.new_key())


def test_another_way_to_unlock(tmp_path: Path) -> None:
    folder, key = tmp_path / "desk", keys.new_key()
    workspace.create(folder, key).close()
    before = workspace.read_info(folder)
    workspace.set_unlock(folder, Unlock.PASSPHRASE, {"salt": "00"})
    after = workspace.read_info(folder)
    assert (after.unlock, after.envelope, after.id) == (Unlock.PASSPHRASE, {"salt": "00"}, before.id)
    workspace.open(folder, key).close()


@pytest.mark.postgresql
def test_a_team_s_store(tmp_path: Path, postgres_database: str) -> None:
    folder, key = tmp_path / "desk", keys.new_key()
    made = workspace.create(folder, key, postgres=postgres_database)
    with made.store.write() as unit:
        add_case(unit)
    made.close()
    plain = json.loads((folder / "workspace.json").read_text())
    assert "postgresql" in plain["store"]["postgres"]
    from sqlalchemy.engine import make_url

    password = make_url(postgres_database).password
    if password:
        assert str(password) not in (folder / "workspace.json").read_text()
    opened = workspace.open(folder, key, password=None if password is None else str(password))
    with opened.store.read() as unit:
        assert unit.cases.by_platform_id("case-1")
    opened.close()
    assert not (folder / "desk.db").exists()


def test_no_password_in_a_file() -> None:
    for url in (
        "postgresql://desk:hunter2@server/desk",
        "postgresql+psycopg://desk@server/desk?password=hunter2&sslmode=require",
    ):
        kept = workspace.without_password(url)
        assert "hunter2" not in kept
        assert "desk@server" in kept
    with pytest.raises(WorkspaceProblem):
        workspace.without_password("nonsense")


def test_only_one_prepares_a_workspace(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with locks.alone(path), pytest.raises(UserError, match="Another"), locks.alone(path, patience=0.0):
        pass
    order = []
    inside = threading.Event()

    def second() -> None:
        inside.wait()
        with locks.alone(path):
            order.append("second")

    thread = threading.Thread(target=second)
    thread.start()
    with locks.alone(path):
        inside.set()
        order.append("first")
    thread.join()
    assert order == ["first", "second"]
