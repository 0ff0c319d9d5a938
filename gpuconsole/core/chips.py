"""Filters above a list: a chip each, with what it is set to, the link that clears it, and the values to choose from.

Drawn by ``templates/components/chips.html``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a filter, with the address that sets it."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter: its name, what it is set to in words (empty: not), the address without it, and its values."""

    name: str
    value: str
    clear_url: str
    choices: Sequence[Choice] = ()


def chip(
    name: str, asked: str, values: Sequence[tuple[str, str]], url: Callable[[str], str], *, unknown: str = ""
) -> Chip:
    """A filter that is set to ``asked`` (empty: not); ``url`` gives the address with a value, or without one for "".

    ``values`` are pairs of what the address says and its words; ``unknown`` stands for what is none of them.
    """
    shown = dict(values).get(asked, unknown) if asked else ""
    return Chip(name, shown, url(""), [Choice(word, url(value)) for value, word in values])
