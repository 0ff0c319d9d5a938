"""Lookups by a part of a text in any case, as a trigram index serves them: Django's own hide the column in UPPER()."""

from __future__ import annotations

from typing import Any

from django.db.models import CharField
from django.db.models.lookups import IContains, IStartsWith


class Holds(IContains):
    """``name__holds="sft"``."""

    lookup_name = "holds"

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        return _like(self, compiler, connection)


class Begins(IStartsWith):
    """``name__begins="sft"``."""

    lookup_name = "begins"

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        return _like(self, compiler, connection)


def _like(lookup: IContains | IStartsWith, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
    """``column ILIKE pattern``."""
    column, params = lookup.process_lhs(compiler, connection)
    pattern, more = lookup.process_rhs(compiler, connection)
    return f"{column} ILIKE {pattern}", [*params, *more]


def register() -> None:
    """Known to every CharField from then on."""
    for lookup in (Holds, Begins):
        CharField.register_lookup(lookup)
