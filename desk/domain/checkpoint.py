"""Checkpoints of the audit log: C2SP tlog-checkpoint in a C2SP signed note. Text and parsing only.

A note is a text that ends in a newline, an empty line, and signature lines ``— name base64(id ‖ signature)``.
A key's id is the first four bytes of SHA-256(name ‖ 0x0A ‖ 0x01 ‖ public key); its text for others
(the verifier key) is ``name+id in hexadecimal+base64(0x01 ‖ public key)``. The signature is Ed25519 over
the text with its last newline. Signing and checking are of the Signer port: this module is standard library.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass

ED25519 = 0x01
KEY_BYTES, SIGNATURE_BYTES, ID_BYTES, ROOT_BYTES = 32, 64, 4, 32
_MARK = "— "
_SIZE = re.compile(r"0|[1-9][0-9]{0,18}")


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key under its name."""

    name: str
    public: bytes

    def __post_init__(self) -> None:
        if not _named(self.name):
            raise ValueError("a key's name is empty, or holds white space or a plus sign")
        if len(self.public) != KEY_BYTES:
            raise ValueError("an Ed25519 key has 32 bytes")

    @property
    def id(self) -> bytes:
        """Four bytes that tell keys apart; not a proof of anything."""
        typed = self.name.encode() + b"\n" + bytes([ED25519]) + self.public
        return hashlib.sha256(typed).digest()[:ID_BYTES]

    def text(self) -> str:
        """``name+id+key``, as other programs take it."""
        key = base64.b64encode(bytes([ED25519]) + self.public).decode()
        return f"{self.name}+{self.id.hex()}+{key}"

    @staticmethod
    def parse(text: str) -> VerifierKey:
        """Raises ValueError where it is no Ed25519 verifier key, or its id is not its own."""
        name, _, rest = text.strip().partition("+")
        identity, _, encoded = rest.partition("+")
        raw = _decoded(encoded)
        if len(raw) != 1 + KEY_BYTES or raw[0] != ED25519:
            raise ValueError("this is no Ed25519 verifier key")
        key = VerifierKey(name, raw[1:])
        if identity != key.id.hex():
            raise ValueError("the verifier key's id is not its own")
        return key


@dataclass(frozen=True, slots=True)
class NoteSignature:
    """One signature line. ``key_id`` has 4 bytes."""

    name: str
    key_id: bytes
    signature: bytes

    def line(self) -> str:
        return f"{_MARK}{self.name} {base64.b64encode(self.key_id + self.signature).decode()}\n"


@dataclass(frozen=True, slots=True)
class SignedNote:
    """``text`` ends in a newline; the signatures cover it as UTF-8."""

    text: str
    signatures: tuple[NoteSignature, ...]

    def whole(self) -> str:
        return self.text + "\n" + "".join(signature.line() for signature in self.signatures)

    def by(self, key: VerifierKey) -> NoteSignature | None:
        """The signature said to be of this key, unchecked."""
        for signature in self.signatures:
            if (signature.name, signature.key_id) == (key.name, key.id):
                return signature
        return None

    @staticmethod
    def parse(whole: str) -> SignedNote:
        """Raises ValueError where it is no signed note. Signatures of kinds unknown here are kept."""
        if any(sign != "\n" and ord(sign) < 0x20 for sign in whole):
            raise ValueError("a note holds no control characters")
        text, empty, rest = whole.rpartition("\n\n")
        if not empty or not text or not rest.endswith("\n"):
            raise ValueError("a note has a text, an empty line and signatures")
        return SignedNote(text + "\n", tuple(_signature(line) for line in rest[:-1].split("\n")))


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The log's state: ``origin`` names the log, ``size`` counts entries, ``root`` is the tree's hash."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    def text(self) -> str:
        """What is signed."""
        lines = (self.origin, str(self.size), base64.b64encode(self.root).decode(), *self.extensions)
        return "".join(f"{line}\n" for line in lines)

    @staticmethod
    def parse(text: str) -> Checkpoint:
        """Raises ValueError where the text is not one of a checkpoint."""
        if not text.endswith("\n"):
            raise ValueError("a checkpoint ends in a newline")
        lines = text[:-1].split("\n")
        if len(lines) < 3 or not all(lines):
            raise ValueError("a checkpoint has an origin, a size and a root hash")
        if not _SIZE.fullmatch(lines[1]):
            raise ValueError("a checkpoint's size is a plain decimal number")
        root = _decoded(lines[2])
        if len(root) != ROOT_BYTES:
            raise ValueError("a checkpoint's root hash has 32 bytes")
        return Checkpoint(lines[0], int(lines[1]), root, tuple(lines[3:]))


def parse_notes(text: str) -> list[SignedNote]:
    """The notes of a file that holds one after another, with or without empty lines between them.

    Raises ValueError naming the first line of one that can't be read.
    """
    notes: list[SignedNote] = []
    block: list[str] = []
    signed = False
    start = 1
    for number, line in enumerate([*text.split("\n"), ""], 1):
        if signed and not line.startswith(_MARK):
            notes.append(_at(start, block))
            block, signed = [], False
        if not block:
            start = number
            if not line:
                continue
        block.append(line)
        signed = signed or line.startswith(_MARK)
    if any(block):
        raise ValueError(f"the note that begins in line {start} is not whole")
    return notes


def _at(start: int, block: list[str]) -> SignedNote:
    try:
        return SignedNote.parse("\n".join(block) + "\n")
    except ValueError as error:
        raise ValueError(f"the note that begins in line {start} can't be read: {error}") from None


def _signature(line: str) -> NoteSignature:
    if not line.startswith(_MARK):
        raise ValueError("a signature line begins with a long dash")
    name, _, encoded = line.removeprefix(_MARK).partition(" ")
    raw = _decoded(encoded)
    if not _named(name) or len(raw) <= ID_BYTES:
        raise ValueError("a signature line has a key's name and a signature")
    return NoteSignature(name, raw[:ID_BYTES], raw[ID_BYTES:])


def _named(name: str) -> bool:
    return bool(name) and not any(sign.isspace() or sign == "+" for sign in name)


def _decoded(text: str) -> bytes:
    """Strict base64: no other text gives the same bytes."""
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("this is no base64") from None
    if base64.b64encode(raw).decode() != text:
        raise ValueError("this base64 is not in its one right form")
    return raw
