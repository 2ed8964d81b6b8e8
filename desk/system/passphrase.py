"""A workspace key under a passphrase, where the administrator chose that over the keyring.

The key is wrapped with AES-256-GCM under a key that Argon2id (RFC 9106) derives from the passphrase.
Everything needed to derive it again stands in the envelope, so the costs can be raised later without
losing what was wrapped before.
"""

from __future__ import annotations

import base64
import json
import os
import stat
import unicodedata
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from desk.domain.errors import PassphraseNeeded, UserError, WorkspaceProblem

FORMAT = "tipline-desk-passphrase"
VERSION = 1
MIN_CHARACTERS = 12
MAX_SECRET_BYTES = 4096
_NONCE_BYTES = 12
_SALT_BYTES = 16


@dataclass(frozen=True)
class Costs:
    """Argon2id's costs. The defaults are four times the memory of RFC 9106's second recommendation.

    memory_kib is in KiB, for all lanes together.
    """

    iterations: int = 3
    lanes: int = 4
    memory_kib: int = 256 * 1024

    def check(self) -> None:
        """Raise WorkspaceProblem for costs that no envelope of ours has: they could exhaust the memory."""
        if not (
            1 <= self.iterations <= 64
            and 1 <= self.lanes <= 16
            and 8 * self.lanes <= self.memory_kib <= 4 * 1024 * 1024
        ):
            raise WorkspaceProblem(
                "The passphrase envelope asks for costs out of range.", "Restore it from a backup."
            )


def wrap(key: bytes, passphrase: str, *, context: str = "", costs: Costs | None = None) -> bytes:
    """Wrap `key` under `passphrase`; return the envelope, JSON in UTF-8.

    `context` (the workspace's id) is bound to it: an envelope moved to another workspace does not open.
    Raises UserError for a passphrase of fewer than MIN_CHARACTERS characters.
    """
    if len(passphrase) < MIN_CHARACTERS:
        raise UserError(
            f"The passphrase has {len(passphrase)} characters; at least {MIN_CHARACTERS} are needed.",
            "Four or five random words are good and can be remembered.",
        )
    costs = costs or Costs()
    costs.check()
    salt, nonce = os.urandom(_SALT_BYTES), os.urandom(_NONCE_BYTES)
    head: dict[str, Any] = {
        "format": FORMAT,
        "version": VERSION,
        "kdf": {"name": "argon2id", "salt": _encode(salt), **asdict(costs)},
        "cipher": {"name": "AES-256-GCM", "nonce": _encode(nonce)},
    }
    wrapped = AESGCM(_derive(passphrase, salt, costs)).encrypt(nonce, key, _associated(head, context))
    return json.dumps(head | {"wrapped": _encode(wrapped)}, indent=1).encode() + b"\n"


def unwrap(envelope: bytes, passphrase: str, *, context: str = "") -> bytes:
    """The key that `wrap` was given.

    Raises WorkspaceProblem if the envelope is damaged or of another format, PassphraseNeeded if the
    passphrase is wrong.
    """
    try:
        document = json.loads(envelope)
        if document["format"] != FORMAT or document["version"] != VERSION:
            raise ValueError
        kdf, cipher = document["kdf"], document["cipher"]
        if kdf["name"] != "argon2id" or cipher["name"] != "AES-256-GCM":
            raise ValueError
        costs = Costs(*(_whole(kdf[name]) for name in ("iterations", "lanes", "memory_kib")))
        salt, nonce = _decode(kdf["salt"]), _decode(cipher["nonce"])
        wrapped = _decode(document.pop("wrapped"))
        if len(salt) < 8 or len(nonce) != _NONCE_BYTES:
            raise ValueError
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise WorkspaceProblem(
            "The passphrase envelope is damaged or was made by another version.", "Restore it from a backup."
        ) from error
    costs.check()
    try:
        return AESGCM(_derive(passphrase, salt, costs)).decrypt(
            nonce, wrapped, _associated(document, context)
        )
    except InvalidTag:
        # Not chained: whether it was the tag or anything else is of no use to the person.
        raise PassphraseNeeded(
            "The passphrase does not open this workspace.", "Check it and try again."
        ) from None


def read_secret_file(path: Path) -> str:
    """The one line of text in a secret's file (--passphrase-file, --password-file).

    One line break at the end is dropped; nothing else is. Group-readable files are taken, since service
    managers hand credentials over so; files that others can read, or that the group can change, are not.
    Raises UserError naming the file and what to mend, never the content.
    """
    try:
        # Not blocking: a named pipe without a writer would hold the command up for ever.
        flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
        with os.fdopen(os.open(path, flags), "rb") as file:
            state = os.fstat(file.fileno())
            if not stat.S_ISREG(state.st_mode):
                raise UserError(f"{path} is not a file.", "Name a file that holds the secret on one line.")
            if os.name != "nt" and stat.S_IMODE(state.st_mode) & 0o027:
                raise UserError(
                    f"{path} can be read or changed by other users of this computer.",
                    f"Make it private (chmod 600 {path}) and, if others may have read it, change the secret.",
                )
            data = file.read(MAX_SECRET_BYTES + 1)
    except OSError as error:
        raise UserError(
            f"{path} cannot be read ({error.strerror}).", "Check the path and its rights."
        ) from error
    if len(data) > MAX_SECRET_BYTES:
        raise UserError(f"{path} is longer than {MAX_SECRET_BYTES} bytes.", "It must hold one line only.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        # Not chained: the exception carries the bytes.
        raise UserError(f"{path} is not UTF-8 text.", "Save it as UTF-8.") from None
    text = text.removesuffix("\n").removesuffix("\r")
    if not text or "\n" in text or "\0" in text:
        raise UserError(f"{path} must hold exactly one line of text.", "Write the secret on its first line.")
    return text


def _derive(passphrase: str, salt: bytes, costs: Costs) -> bytes:
    # The same passphrase typed on two keyboards can differ in composition: NFC makes it one.
    text = unicodedata.normalize("NFC", passphrase).encode()
    kdf = Argon2id(
        salt=salt, length=32, iterations=costs.iterations, lanes=costs.lanes, memory_cost=costs.memory_kib
    )
    return kdf.derive(text)


def _associated(head: dict[str, Any], context: str) -> bytes:
    return json.dumps([head, context], sort_keys=True, separators=(",", ":")).encode()


def _whole(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError
    return value


def _encode(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _decode(text: str) -> bytes:
    return base64.b64decode(text, validate=True)
