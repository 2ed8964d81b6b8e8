"""The workspace's one key, and the keys that follow from it."""

from __future__ import annotations

import enum
import secrets

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from desk.domain.errors import WorkspaceProblem

KEY_BYTES = 32


class Purpose(enum.Enum):
    """What a subkey is for. The labels are part of the format: changing one loses every workspace."""

    DATABASE = b"tipline-desk/1/database"
    VAULT = b"tipline-desk/1/vault"
    CHECK = b"tipline-desk/1/check"
    BACKUP = b"tipline-desk/1/backup"


def new_key() -> bytes:
    """A workspace key: 32 random bytes."""
    return secrets.token_bytes(KEY_BYTES)


def subkey(key: bytes, purpose: Purpose) -> bytes:
    """32 bytes by HKDF-SHA256 (RFC 5869). Raises WorkspaceProblem where ``key`` is not a workspace key."""
    if len(key) != KEY_BYTES:
        raise WorkspaceProblem("This is not a workspace's key.", "It has 32 bytes.")
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=purpose.value).derive(key)


def fingerprint(key: bytes) -> str:
    """Tells a wrong key from a right one and gives nothing away (a subkey of its own, in hexadecimal)."""
    return subkey(key, Purpose.CHECK)[:8].hex()
