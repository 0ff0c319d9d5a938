"""Writes some columns of many rows in one statement, several times faster than Django's CASE for each column."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import chain
from typing import Any

from django.db import connection, models

BATCH = 500


def update(rows: Sequence[models.Model], names: Collection[str]) -> None:
    """Save the named fields of saved rows of one model as they are in memory; one statement for each 500 rows."""
    if not rows or not names:
        return
    model = rows[0]._meta
    assert model.pk is not None
    fields = [model.pk, *(_column(model, name) for name in sorted(names))]
    quote = connection.ops.quote_name
    columns = [quote(str(field.column)) for field in fields]
    casts = ", ".join(
        f"%s::{field.rel_db_type(connection) if field.primary_key else field.db_type(connection)}" for field in fields
    )
    plain = ", ".join(["%s"] * len(fields))
    table = quote(model.db_table)
    for start in range(0, len(rows), BATCH):
        some = rows[start : start + BATCH]
        values = ", ".join(f"({casts if index == 0 else plain})" for index in range(len(some)))
        sets = ", ".join(f"{column} = fresh.{column}" for column in columns[1:])
        statement = (
            f"UPDATE {table} SET {sets} FROM (VALUES {values}) AS fresh ({', '.join(columns)})"  # noqa: S608 - names from the model
            f" WHERE {table}.{columns[0]} = fresh.{columns[0]}"
        )
        prepared = chain.from_iterable(_values(row, fields) for row in some)
        with connection.cursor() as cursor:
            cursor.execute(statement, list(prepared))


def _column(model: models.options.Options[Any], name: str) -> models.Field[Any, Any]:
    field = model.get_field(name)
    assert isinstance(field, models.Field)
    return field


def _values(row: models.Model, fields: Sequence[models.Field[Any, Any]]) -> list[Any]:
    return [field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields]
