"""Public ids: a prefix that names the thing and 26 characters that sort by time."""

from __future__ import annotations

import hashlib
import secrets
import time

_CROCKFORD = "0123456789abcdefghjkmnpqrstvwxyz"
_RANDOM_BITS = 80


def new_id(prefix: str) -> str:
    """A fresh id such as ``job_01kab3…``: 48 bits of milliseconds and 80 random bits in Crockford base 32."""
    number = (time.time_ns() // 1_000_000) << _RANDOM_BITS | secrets.randbits(_RANDOM_BITS)
    return f"{prefix}_{_base32(number)}"


def stable_id(prefix: str, *parts: str) -> str:
    """An id that is the same whenever the parts are, for a thing that is known by what it is."""
    digest = hashlib.sha256("\0".join(parts).encode()).digest()
    return f"{prefix}_{_base32(int.from_bytes(digest[:16]))}"


def _base32(number: int) -> str:
    digits = []
    for _ in range(26):
        number, digit = divmod(number, 32)
        digits.append(_CROCKFORD[digit])
    return "".join(reversed(digits))
