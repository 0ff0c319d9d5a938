"""What stands in the way of removing something: upper floors register the question, lower floors ask it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.db import models

Find = Callable[[Any], Sequence[str]]

_finders: dict[type[models.Model], list[Find]] = {}


def register(kind: type[models.Model], find: Find) -> None:
    """Have ``find(row)`` name, one line each, what still needs a row of this model."""
    found = _finders.setdefault(kind, [])
    if find not in found:
        found.append(find)


def of(row: models.Model) -> list[str]:
    """Everything that stands in the way; empty: it may go."""
    return [line for find in _finders.get(type(row), []) for line in find(row)]
