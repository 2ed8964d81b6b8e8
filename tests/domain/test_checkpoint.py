"""Checkpoints and signed notes: the vectors of their makers, and everything that is refused."""

from __future__ import annotations

import base64
import hashlib

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from desk.domain.checkpoint import Checkpoint, NoteSignature, SignedNote, VerifierKey, parse_notes

ROOT = bytes(range(32))
# From the documentation of Go's golang.org/x/mod/sumdb/note: a public key, a text and its signature.
PETER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
PETER_NOTE = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)


def test_a_note_of_another_program_is_read_and_checked() -> None:
    key = VerifierKey.parse(PETER)
    assert key.text() == PETER
    assert key.id.hex() == "c74f20a3"
    note = SignedNote.parse(PETER_NOTE)
    assert note.whole() == PETER_NOTE
    signature = note.by(key)
    assert signature is not None
    Ed25519PublicKey.from_public_bytes(key.public).verify(signature.signature, note.text.encode())
    assert note.by(VerifierKey("EnochRoot", key.public)) is None


def test_a_key_id_is_the_start_of_a_hash() -> None:
    key = VerifierKey("example.com/log", ROOT)
    assert key.id == hashlib.sha256(b"example.com/log\n\x01" + ROOT).digest()[:4]
    assert VerifierKey.parse(key.text() + "\n") == key


@pytest.mark.parametrize(
    "text",
    [
        "",
        "name",
        "name+00000000",
        "name+00000000+!!!",
        "name+00000000+" + base64.b64encode(b"\x02" + ROOT).decode(),
        "name+00000000+" + base64.b64encode(b"\x01" + ROOT).decode(),
        "name+00000000+" + base64.b64encode(b"\x01" + ROOT[1:]).decode(),
        PETER.replace("Peter", "Pete r"),
    ],
)
def test_what_is_no_verifier_key(text: str) -> None:
    with pytest.raises(ValueError):
        VerifierKey.parse(text)


@pytest.mark.parametrize(("name", "public"), [("", ROOT), ("a b", ROOT), ("a+b", ROOT), ("a", b"short")])
def test_what_is_no_key(name: str, public: bytes) -> None:
    with pytest.raises(ValueError):
        VerifierKey(name, public)


def test_a_checkpoint_as_others_read_it() -> None:
    checkpoint = Checkpoint("example.com/log", 20852163, ROOT, ("extension",))
    assert checkpoint.text() == f"example.com/log\n20852163\n{base64.b64encode(ROOT).decode()}\nextension\n"
    assert Checkpoint.parse(checkpoint.text()) == checkpoint
    assert Checkpoint.parse(Checkpoint("o", 0, ROOT).text()).size == 0


@pytest.mark.parametrize(
    "text",
    [
        "",
        "o\n1\n",
        f"o\n1\n{base64.b64encode(ROOT).decode()}",
        f"o\n01\n{base64.b64encode(ROOT).decode()}\n",
        f"o\n-1\n{base64.b64encode(ROOT).decode()}\n",
        f"o\n1\n{base64.b64encode(ROOT[1:]).decode()}\n",
        f"o\n1\n{base64.b64encode(ROOT).decode()}\n\n",
        f"\n1\n{base64.b64encode(ROOT).decode()}\n",
        "o\n1\nno base64\n",
        "o\n1\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh9=\n",  # the same bytes, written otherwise
    ],
)
def test_what_is_no_checkpoint(text: str) -> None:
    with pytest.raises(ValueError):
        Checkpoint.parse(text)


@pytest.mark.parametrize(
    "whole",
    [
        "",
        "text\n",
        "text\n\n",
        "\n\n— a AAAAAAA=\n",
        "text\n\n— a AAAAAAA=",
        "text\n\n- a AAAAAAA=\n",
        "text\n\n— a+b AAAAAAA=\n",
        "text\n\n— AAAAAAA=\n",
        "text\n\n— a AAAAAA==\n",
        "te\txt\n\n— a AAAAAAA=\n",
        "text\n\n— a AAAAAAA=\nmore\n",
    ],
)
def test_what_is_no_note(whole: str) -> None:
    with pytest.raises(ValueError):
        SignedNote.parse(whole)


def signed(size: int) -> SignedNote:
    private = Ed25519PrivateKey.from_private_bytes(ROOT)
    key = VerifierKey("example.com/log", private.public_key().public_bytes_raw())
    text = Checkpoint("example.com/log", size, ROOT).text()
    return SignedNote(text, (NoteSignature(key.name, key.id, private.sign(text.encode())),))


def test_a_file_of_many_notes() -> None:
    notes = [signed(size) for size in (1, 2, 300)]
    for between in ("", "\n", "\n\n"):
        assert parse_notes(between.join(note.whole() for note in notes)) == notes
    assert parse_notes("") == parse_notes("\n\n") == []
    two = SignedNote(notes[0].text, (*notes[0].signatures, *notes[1].signatures))
    assert parse_notes(two.whole() + notes[2].whole()) == [two, notes[2]]


def test_a_file_of_notes_that_is_damaged() -> None:
    whole = signed(1).whole() + signed(2).whole()
    with pytest.raises(ValueError, match=r"line 6 .* not whole"):
        parse_notes(whole[:-120])
    with pytest.raises(ValueError, match="line 1"):
        parse_notes(whole.replace("\n\n", "\n"))
