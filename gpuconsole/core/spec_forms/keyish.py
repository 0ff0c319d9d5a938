"""Whether a value that was typed as plain text is most likely a key, by how it is written or by what it is called."""

from __future__ import annotations

import re

_WRITTEN = re.compile(
    r"(?:sk|pk|rk)[-_](?:live|test|proj|ant|or)?[-_]?[A-Za-z0-9_-]{16,}"
    r"|(?:hf|gpc|nvapi|glpat|npm|pypi|dop_v1|shpat|fw)[-_][A-Za-z0-9_-]{16,}"
    r"|gh[opusr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,}"
    r"|xox[abeoprs]-[A-Za-z0-9-]{10,}|(?:AKIA|ASIA)[A-Z0-9]{16}|AIza[A-Za-z0-9_-]{30,}"
    r"|eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----.*",
    re.DOTALL,
)
"""Prefixes that well-known services give their keys."""
_CALLED = re.compile(
    r"(?:^|[_.\-])(?:token|secret|password|passwd|credentials?|(?:api|access|private|secret|auth)[_-]?key)$",
    re.IGNORECASE,
)
_SHORTEST = 8
_PLAIN = re.compile(r"[/.~].*|\w+://[^@]*|[\d.]+|true|false|none|null|yes|no|on|off|\$.*", re.IGNORECASE)
"""What is no secret whatever it is called: paths, addresses without a login, numbers, switches, other variables."""


def looks_like_key(name: str, value: str) -> bool:
    """Whether to offer that the value is stored as a secret; a guess, so nothing is done for it unasked."""
    text = value.strip()
    if _WRITTEN.fullmatch(text):
        return True
    is_called = _CALLED.search(name.strip()) is not None
    return is_called and len(text) >= _SHORTEST and not re.search(r"\s", text) and not _PLAIN.fullmatch(text)
