"""Where the current request came from, for audit records and logs; workers have no origin."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Origin:
    """The request being answered; empty outside of one. ``token_pk`` is the API token that signed it."""

    request_id: str = ""
    ip: str | None = None
    token_pk: int | None = None


_NONE = Origin()
_current: ContextVar[Origin] = ContextVar("origin", default=_NONE)


def current() -> Origin:
    """The origin of what this thread does now."""
    return _current.get()


def begin(request_id: str, ip: str | None) -> None:
    """A new request starts on this thread."""
    _current.set(Origin(request_id, ip))


def note_token(pk: int) -> None:
    """The request was signed with an API token."""
    _current.set(replace(_current.get(), token_pk=pk))


def end() -> None:
    """The request is answered."""
    _current.set(_NONE)
