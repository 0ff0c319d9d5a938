"""The steps of a connection test: timed, in order, ending at the first that fails."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator

from gpuconsole.providers.errors import NotAuthorized, ProviderError
from gpuconsole.providers.remote import Step


def run(steps: Iterable[tuple[str, Callable[[], str]]]) -> Iterator[Step]:
    """Take each named step; its text says what was found."""
    for name, take in steps:
        began, trouble = time.monotonic(), None
        try:
            detail = take()
        except ProviderError as exc:
            detail, trouble = exc.message, exc
        took_ms = round((time.monotonic() - began) * 1000)
        yield Step(name, trouble is None, detail, took_ms, is_refused=isinstance(trouble, NotAuthorized))
        if trouble is not None:
            return


def counted(number: int, noun: str) -> str:
    """``1 job``, ``12 jobs``."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
