"""Taking secrets out of whatever is shown, logged or kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

MASK = "•••"
_SHORTEST = 6
"""Shorter texts are no secrets worth hiding: taking them out would mangle everything."""


def mask(value: Any, secrets: Iterable[str]) -> Any:
    """The same value with every secret in its texts and keys replaced by dots."""
    known = sorted({secret for secret in secrets if len(secret) >= _SHORTEST}, key=len, reverse=True)
    return _mask(value, known) if known else value


def _mask(value: Any, secrets: list[str]) -> Any:
    if isinstance(value, str):
        for secret in secrets:
            value = value.replace(secret, MASK)
        return value
    if isinstance(value, Mapping):
        return {_mask(key, secrets): _mask(item, secrets) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_mask(item, secrets) for item in value]
    return value
