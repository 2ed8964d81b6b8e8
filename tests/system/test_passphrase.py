from __future__ import annotations

import base64
import json
import os
import unicodedata
from pathlib import Path

import pytest

from desk.domain.errors import UserError, WorkspaceProblem
from desk.system.passphrase import Costs, read_secret_file, unwrap, wrap

CHEAP = Costs(iterations=1, lanes=1, memory_kib=64)
KEY = bytes(range(32))
WORDS = "four plain random words"


def test_the_key_comes_back_with_the_passphrase_only() -> None:
    envelope = wrap(KEY, WORDS, context="workspace one", costs=CHEAP)
    assert unwrap(envelope, WORDS, context="workspace one") == KEY
    for passphrase, context in [
        (WORDS + "x", "workspace one"),
        (WORDS, "workspace two"),
        ("", "workspace one"),
    ]:
        with pytest.raises(WorkspaceProblem, match="does not open"):
            unwrap(envelope, passphrase, context=context)


def test_nothing_of_key_or_passphrase_lies_in_the_envelope() -> None:
    envelope = wrap(KEY, WORDS, costs=CHEAP)
    assert WORDS.encode() not in envelope
    for shown in (KEY.hex(), base64.b64encode(KEY).decode()):
        assert shown.encode() not in envelope
    assert wrap(KEY, WORDS, costs=CHEAP) != envelope


def test_the_default_costs_are_those_stated_and_work() -> None:
    envelope = wrap(KEY, WORDS)
    kdf = json.loads(envelope)["kdf"]
    assert (kdf["name"], kdf["iterations"], kdf["lanes"], kdf["memory_kib"]) == ("argon2id", 3, 4, 262_144)
    assert unwrap(envelope, WORDS) == KEY


def test_one_passphrase_typed_in_two_ways_is_one() -> None:
    typed = "grüne Äpfel und Öl"
    envelope = wrap(KEY, unicodedata.normalize("NFD", typed), costs=CHEAP)
    assert unwrap(envelope, unicodedata.normalize("NFC", typed)) == KEY


def test_a_short_passphrase_is_refused() -> None:
    with pytest.raises(UserError, match="11 characters; at least 12"):
        wrap(KEY, "short words", costs=CHEAP)


@pytest.mark.parametrize("path", [("version",), ("format",), ("kdf", "salt"), ("kdf", "name"), ("kdf", "iterations"),
                                  ("cipher", "nonce"), ("cipher", "name"), ("wrapped",)])  # fmt: skip
@pytest.mark.parametrize("value", [None, "", "AAAA", -1, True, {}])
def test_a_changed_envelope_is_refused(path: tuple[str, ...], value: object) -> None:
    document = json.loads(wrap(KEY, WORDS, costs=CHEAP))
    place = document
    for name in path[:-1]:
        place = place[name]
    place[path[-1]] = value
    with pytest.raises(WorkspaceProblem):
        unwrap(json.dumps(document).encode(), WORDS)


@pytest.mark.parametrize("data", [b"", b"[]", b"null", b"{}", b"\xff"])
def test_anything_else_is_no_envelope(data: bytes) -> None:
    with pytest.raises(WorkspaceProblem, match="damaged"):
        unwrap(data, WORDS)


@pytest.mark.parametrize(
    "change", [{"iterations": 10**9}, {"lanes": 10**6}, {"memory_kib": 2**40}, {"memory_kib": 1}]
)
def test_costs_out_of_range_are_refused_before_they_are_paid(change: dict[str, int]) -> None:
    document = json.loads(wrap(KEY, WORDS, costs=CHEAP))
    document["kdf"] |= change
    with pytest.raises(WorkspaceProblem, match="costs out of range"):
        unwrap(json.dumps(document).encode(), WORDS)


def secret(tmp_path: Path, data: bytes, mode: int = 0o600) -> Path:
    path = tmp_path / "secret"
    path.write_bytes(data)
    path.chmod(mode)
    return path


@pytest.mark.parametrize(
    "data", [b" my words ", b" my words \n", b" my words \r\n", b"\xef\xbb\xbf my words "]
)
def test_one_line_break_at_the_end_is_dropped_and_nothing_else(tmp_path: Path, data: bytes) -> None:
    assert read_secret_file(secret(tmp_path, data)) == " my words "


@pytest.mark.parametrize("mode", [0o400, 0o600, 0o440, 0o640])
def test_rights_as_service_managers_give_them_are_taken(tmp_path: Path, mode: int) -> None:
    assert read_secret_file(secret(tmp_path, b"words", mode)) == "words"


@pytest.mark.skipif(os.name == "nt", reason="Windows has access lists, not modes")
@pytest.mark.parametrize("mode", [0o644, 0o604, 0o660, 0o666, 0o602, 0o601])
def test_a_file_that_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    path = secret(tmp_path, b"hidden words", mode)
    with pytest.raises(UserError, match="other users") as caught:
        read_secret_file(path)
    assert f"chmod 600 {path}" in caught.value.remedy
    assert "hidden" not in caught.value.words()


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "exactly one line"),
        (b"\n", "exactly one line"),
        (b"one\ntwo\n", "exactly one line"),
        (b"nul\0", "exactly one line"),
        (b"\xff\xfehidden", "not UTF-8"),
        (b"x" * 5000, "longer than 4096"),
    ],
)
def test_a_file_of_another_shape_is_refused_without_its_content(
    tmp_path: Path, data: bytes, reason: str
) -> None:
    with pytest.raises(UserError, match=reason) as caught:
        read_secret_file(secret(tmp_path, data))
    assert caught.value.__cause__ is None
    assert "hidden" not in caught.value.words()


def test_a_missing_file_and_a_device_are_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="nowhere cannot be read"):
        read_secret_file(tmp_path / "nowhere")
    if os.name != "nt":
        with pytest.raises(UserError, match="is not a file"):
            read_secret_file(Path(os.devnull))
        os.mkfifo(tmp_path / "pipe", 0o600)
        with pytest.raises(UserError, match="pipe is not a file"):
            read_secret_file(tmp_path / "pipe")
