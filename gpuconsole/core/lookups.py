"""Lookups by a part of a text in any case, as a trigram index serves them: Django's own hide the column in UPPER()."""

from __future__ import annotations

from typing import Any

from django.db.models import CharField
from django.db.models.lookups import IContains, IStartsWith


class _Like:
    def as_sql(self: Any, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        """``column ILIKE pattern``."""
        column, params = self.process_lhs(compiler, connection)
        pattern, more = self.process_rhs(compiler, connection)
        return f"{column} ILIKE {pattern}", [*params, *more]


class Holds(_Like, IContains):  # type: ignore[type-arg]
    """``name__holds="sft"``."""

    lookup_name = "holds"


class Begins(_Like, IStartsWith):  # type: ignore[type-arg]
    """``name__begins="sft"``."""

    lookup_name = "begins"


def register() -> None:
    """Known to every CharField from then on."""
    for lookup in (Holds, Begins):
        CharField.register_lookup(lookup)
