"""Passwords of operators: Argon2id (RFC 9106) in PHC form.

The library is the one that wraps workspace keys (cryptography): one implementation, no further dependency.
"""

from __future__ import annotations

import os
import re

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from desk.domain.signin import as_typed
from desk.system.passphrase import Costs

COSTS = Costs(iterations=3, lanes=4, memory_kib=64 * 1024)
"""RFC 9106's second recommendation; above the minimum of OWASP's password storage cheat sheet."""

_SALT_BYTES = 16
_HASH_BYTES = 32
_HEAD = re.compile(r"\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$")


class Argon2Passwords:
    """The Passwords port. Hashing takes about a third of a second on purpose: never on the GUI thread."""

    def __init__(self, costs: Costs | None = None) -> None:
        self._costs = costs or COSTS
        # Verified where nothing is kept, so that an unknown name takes the time of a known one.
        self._nobody = self.hash(os.urandom(16).hex())

    def hash(self, password: str) -> str:
        costs = self._costs
        kdf = Argon2id(
            salt=os.urandom(_SALT_BYTES),
            length=_HASH_BYTES,
            iterations=costs.iterations,
            lanes=costs.lanes,
            memory_cost=costs.memory_kib,
        )
        return kdf.derive_phc_encoded(_bytes(password))

    def verify(self, password: str, kept: str | None) -> bool:
        try:
            Argon2id.verify_phc_encoded(_bytes(password), self._nobody if kept is None else kept)
        except InvalidKey:
            return False
        return kept is not None

    def outdated(self, kept: str) -> bool:
        head = _HEAD.match(kept)
        if head is None:
            return True
        costs = self._costs
        return tuple(map(int, head.groups())) != (costs.memory_kib, costs.iterations, costs.lanes)


def _bytes(password: str) -> bytes:
    return as_typed(password).encode("utf-8", "surrogatepass")
