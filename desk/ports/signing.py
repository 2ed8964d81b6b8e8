"""Signatures of the audit log's checkpoints."""

from __future__ import annotations

from typing import Protocol


class Signer(Protocol):
    """Ed25519 (RFC 8032). Seeds and public keys have 32 bytes, signatures 64."""

    def new(self) -> bytes:
        """A fresh seed."""
        ...

    def public(self, seed: bytes) -> bytes: ...

    def sign(self, seed: bytes, message: bytes) -> bytes: ...

    def verify(self, public: bytes, signature: bytes, message: bytes) -> bool:
        """False for anything that is not this key's signature of these bytes."""
        ...
