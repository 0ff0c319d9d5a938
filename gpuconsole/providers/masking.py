"""Taking secrets out of whatever is shown, logged or kept."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

MASK = "•••"
_SHORTEST = 6
"""Shorter texts are no secrets worth hiding: taking them out would mangle everything."""


def mask(value: Any, secrets: Iterable[str]) -> Any:
    """The same value with every secret in its texts and keys replaced by dots."""
    known = sorted({secret for secret in secrets if len(secret) >= _SHORTEST}, key=len, reverse=True)
    return _mask(value, known) if known else value


_LOOKS_SECRET = (
    (re.compile(r"(\w://)[^\s/@]{1,200}@"), rf"\1{MASK}@"),
    (re.compile(r"\b(?:hf|sk|pk|ghp|gho|glpat|xox[bp]|AKIA|eyJ)[-_A-Za-z0-9.]{16,200}"), MASK),
    (re.compile(r"(\b(?:bearer|api-key|basic) )[-_A-Za-z0-9.+/=]{8,400}", re.IGNORECASE), rf"\1{MASK}"),
    (
        re.compile(
            r"((?:token|secret|password|passwd|api_?key)\w{0,20}['\"]?[=:] ?['\"]?)[^\s'\",;]{6,200}", re.IGNORECASE
        ),
        rf"\1{MASK}",
    ),
)
"""Logins in addresses, well-known forms of keys, and what follows a word for a secret."""


def scrub(text: str) -> str:
    """The text without what looks like a secret, whoever's it is; for lines that nobody here has written."""
    for pattern, instead in _LOOKS_SECRET:
        text = pattern.sub(instead, text)
    return text


def _mask(value: Any, secrets: list[str]) -> Any:
    if isinstance(value, str):
        for secret in secrets:
            value = value.replace(secret, MASK)
        return value
    if value is None or isinstance(value, int | float | Decimal):  # most of an answer; what follows is dearer to ask
        return value
    if isinstance(value, Mapping):
        return {_mask(key, secrets): _mask(item, secrets) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_mask(item, secrets) for item in value]
    return value
