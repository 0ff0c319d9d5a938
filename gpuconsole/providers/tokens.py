"""Launch tokens inside names: our mark in front, the user's own name after it."""

import re

PREFIX = "gc-"
DEPLOYMENT_LENGTH = 4
"""Characters behind the prefix that say which console it was: the same for all that it ever launched."""
_MARKED = re.compile(rf"({PREFIX}[0-9a-z]{{16,40}})(?:-(.*))?", re.DOTALL)


def join(token: str, name: str | None) -> str:
    """The name that is sent: the token, and the user's name behind a dash where there is one."""
    return f"{token}-{name}" if name else token


def split(name: str | None) -> tuple[str, str]:
    """The token in a name ("" where there is none) and the name without it."""
    marked = _MARKED.fullmatch(name or "")
    return (marked.group(1), marked.group(2) or "") if marked else ("", name or "")


def deployment(token: str) -> str:
    """The id of the console that made the token; "" for what is no token."""
    marked = _MARKED.fullmatch(token)
    return token[len(PREFIX) :][:DEPLOYMENT_LENGTH] if marked and marked.group(2) is None else ""
