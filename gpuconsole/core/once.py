"""What a process has one of, though many of its threads may ask for it first at the same moment."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from threading import Lock
from typing import Generic, TypeVar

T = TypeVar("T")


class once(Generic[T]):  # noqa: N801 - a decorator, written like the library's own
    """A function whose first result is everybody's; `functools.cache` alone lets threads that race build one each.

    The one too many is not harmless: a client that is dropped closes the connections which its first user still reads.
    """

    def __init__(self, build: Callable[[], T]) -> None:
        self._build, self._lock = cache(build), Lock()
        self.__doc__ = build.__doc__

    def __call__(self) -> T:
        with self._lock:
            return self._build()

    def cache_clear(self) -> None:
        """The next call builds anew."""
        self._build.cache_clear()
