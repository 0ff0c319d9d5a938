"""Launch tokens inside names: our mark in front, the user's own name after it."""

import re

_MARKED = re.compile(r"(gc-[0-9a-z]{16,40})(?:-(.*))?", re.DOTALL)


def join(token: str, name: str | None) -> str:
    """The name that is sent: the token, and the user's name behind a dash where there is one."""
    return f"{token}-{name}" if name else token


def split(name: str | None) -> tuple[str, str]:
    """The token in a name ("" where there is none) and the name without it."""
    marked = _MARKED.fullmatch(name or "")
    return (marked.group(1), marked.group(2) or "") if marked else ("", name or "")
