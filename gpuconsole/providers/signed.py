"""How a provider's calls are signed, as text that a person can run by hand."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Signing:
    """How calls are signed where no fixed header can do it: text for request previews, without any secret."""

    commands: tuple[str, ...]
    """Lines of a POSIX shell that run before the call, with ``$body``, ``$method`` and ``$path`` set."""
    headers: tuple[tuple[str, str], ...]
    """The headers of the call, with the shell's variables."""
    imports: tuple[str, ...]
    python: str
    """A function ``signed(method, path, body)`` that gives a call's headers; secrets come from the environment."""
