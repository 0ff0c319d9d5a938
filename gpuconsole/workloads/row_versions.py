"""The version of a workload's row, by which a look knows that nobody has written it since the look before."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeAlias

from django.db import transaction
from django.db.models import Func, TextField

from gpuconsole.workloads.models import Workload

_TABLE = f'"{Workload._meta.db_table}"'
VERSION = Func(template=f"{_TABLE}.xmin::text || {_TABLE}.ctid::text", output_field=TextField())
"""The transaction that wrote the row, and where it put it: each write makes another."""

Follow: TypeAlias = Callable[[str, str], None]
"""Hears which version of a row was made of which."""


@contextmanager
def followed(pk: int, follow: Follow | None) -> Iterator[None]:
    """A transaction that writes one row; whoever wants to ``follow`` is told of what and to what, once it is committed.

    The row is held from the first, so that nobody else's write can lie between the two.
    """
    row = Workload.objects.filter(pk=pk).values_list(VERSION, flat=True)
    with transaction.atomic():
        before = row.select_for_update(no_key=True).first() if follow else None
        yield
        after = row.first() if follow else None
    if follow and before and after:
        follow(before, after)
