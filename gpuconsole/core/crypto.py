"""Sealing: authenticated encryption (AES-256-GCM) that ties a blob to the row and field it belongs to."""

from __future__ import annotations

import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from gpuconsole.core import keyring

_FORMAT = b"\x01"
_NONCE_BYTES = 12


class SealBroken(Exception):
    """The blob does not open here: wrong row or field, changed bytes, or a key that is gone."""


def seal(plain: bytes | str, *, context: str) -> bytes:
    """The sealed blob; ``context`` is "<model>:<row identity>:<field>" and must be the same to open it."""
    ring = keyring.read()
    key_id = ring.current.encode()
    head = _FORMAT + bytes([len(key_id)]) + key_id
    nonce = secrets.token_bytes(_NONCE_BYTES)
    body = plain.encode() if isinstance(plain, str) else plain
    return head + nonce + AESGCM(ring.keys[ring.current]).encrypt(nonce, body, head + context.encode())


def open_sealed(blob: bytes | memoryview, *, context: str) -> bytes:
    """What was sealed. Raises SealBroken."""
    blob = bytes(blob)
    key_id, start = _head(blob)
    key = keyring.read().keys.get(key_id)
    if key is None:
        raise SealBroken(f"the sealing key {key_id} is not in the keyring")
    nonce, body = blob[start : start + _NONCE_BYTES], blob[start + _NONCE_BYTES :]
    try:
        return AESGCM(key).decrypt(nonce, body, blob[:start] + context.encode())
    except (InvalidTag, ValueError) as error:
        raise SealBroken(f"what was sealed for {context} does not open") from error


def is_sealed_by_current_key(blob: bytes | memoryview) -> bool:
    """Whether a rotation has nothing left to do with this blob."""
    return _head(bytes(blob))[0] == keyring.read().current


def _head(blob: bytes) -> tuple[str, int]:
    if len(blob) < 2 or blob[:1] != _FORMAT or len(blob) < 2 + blob[1] + _NONCE_BYTES:
        raise SealBroken("this is nothing that was sealed here")
    end = 2 + blob[1]
    return blob[2:end].decode(errors="replace"), end
