"""What pages of lower floors show of inventories."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import template
from django.utils import timezone

from gpuconsole.inventory import queries
from gpuconsole.inventory.queries import Standing

register = template.Library()


@register.simple_tag
def inventories(rows: Iterable[Any]) -> dict[int, Standing]:
    """``{% inventories rows as found %}``: the newest inventory of each row's connection; two queries."""
    return queries.by_connection([row.connection.pk for row in rows], timezone.now())


@register.simple_tag
def inventory_of(connection: Any) -> Standing:
    """``{% inventory_of connection as found %}``: of one connection."""
    return queries.by_connection([connection.pk], timezone.now())[connection.pk]


@register.filter
def of(found: dict[int, Standing], pk: int) -> Standing:
    """``{{ found|of:connection.pk }}``."""
    return found.get(pk, Standing())
