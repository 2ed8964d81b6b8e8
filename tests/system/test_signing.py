"""Ed25519: against RFC 8032's first vector, and what is refused."""

from __future__ import annotations

from desk.system.signing import Ed25519Signer

SEED = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
PUBLIC = bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")


def test_as_rfc_8032_has_it() -> None:
    signer = Ed25519Signer()
    signature = signer.sign(SEED, b"")
    assert signature.hex().startswith("e5564300c360ac729086e2cc806e828a")
    assert signer.public(SEED) == PUBLIC
    assert signer.verify(PUBLIC, signature, b"")


def test_what_is_no_signature() -> None:
    signer = Ed25519Signer()
    signature = signer.sign(SEED, b"text")
    assert not signer.verify(PUBLIC, signature, b"other")
    assert not signer.verify(PUBLIC, signature[:-1], b"text")
    assert not signer.verify(PUBLIC[:-1], signature, b"text")
    assert len(signer.new()) == 32
    assert signer.new() != signer.new()
