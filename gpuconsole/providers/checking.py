"""The steps of a connection test: timed, in order, ending at the first that fails."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator

from gpuconsole.providers.errors import ProviderError
from gpuconsole.providers.remote import Step


def run(steps: Iterable[tuple[str, Callable[[], str]]]) -> Iterator[Step]:
    """Take each named step; its text says what was found."""
    for name, take in steps:
        began = time.monotonic()
        try:
            detail, is_ok = take(), True
        except ProviderError as exc:
            detail, is_ok = exc.message, False
        yield Step(name, is_ok, detail, round((time.monotonic() - began) * 1000))
        if not is_ok:
            return


def counted(number: int, noun: str) -> str:
    """``1 job``, ``12 jobs``."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
