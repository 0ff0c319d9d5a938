"""Keyset paging over an ordered queryset, the same for pages and the API: no counting, no offsets."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.core.signing import BadSignature, Signer
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _

from gpuconsole.core.errors import Refused

Row = TypeVar("Row", bound=models.Model)

_LONGEST_CURSOR = 500


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """One page and the cursors to its neighbours: ``newer`` goes into ``before``, ``older`` into ``after``."""

    items: list[Row]
    newer: str | None
    older: str | None


def page(
    queryset: models.QuerySet[Row],
    *,
    order: Sequence[str] = ("-id",),
    after: str | None = None,
    before: str | None = None,
    limit: int = 50,
    keys_first: bool = False,
) -> Page[Row]:
    """The rows behind ``after`` or in front of ``before``, else the first ones.

    ``order`` names fields or annotations that are never null and together unique. A cursor that was not made
    for this order is refused. ``keys_first`` is for an order that no index serves: the database then sorts keys, and
    reads whole rows of one page alone.
    """
    cursor, is_back = (before, True) if before else (after, False)
    steps = [_flipped(step) for step in order] if is_back else list(order)
    found = queryset.order_by(*steps)
    if cursor:
        field = "before" if is_back else "after"
        found = found.filter(_behind(steps, _read(cursor, order, queryset, field)))
    shown = found[: limit + 1]
    if keys_first:
        shown = queryset.filter(pk__in=shown.values("pk")).order_by(*steps)
    rows = list(shown)
    has_more = len(rows) > limit
    rows = rows[:limit]
    if is_back:
        rows.reverse()
    if not rows:
        return Page([], None, None)
    has_newer = has_more if is_back else bool(cursor)
    has_older = bool(cursor) if is_back else has_more
    return Page(
        rows,
        _write(rows[0], order) if has_newer else None,
        _write(rows[-1], order) if has_older else None,
    )


def merged(
    sources: Sequence[models.QuerySet[Row]],
    *,
    order: Sequence[str],
    after: str | None = None,
    before: str | None = None,
    limit: int = 50,
) -> Page[Row]:
    """One page over several querysets of the same order that share no row, each served by an index of its own.

    All steps of ``order`` go the same way.
    """
    is_down = order[0].startswith("-")
    names = [step.removeprefix("-") for step in order]
    pages = [page(one, order=order, after=after, before=before, limit=limit, keys_first=True) for one in sources]
    rows = [row for found in pages for row in found.items]
    rows.sort(key=lambda row: tuple(getattr(row, name) for name in names), reverse=is_down)
    shown = rows[-limit:] if before else rows[:limit]
    if not shown:
        return Page([], None, None)
    is_cut = len(rows) > limit
    has_newer = is_cut or any(found.newer for found in pages) if before else bool(after)
    has_older = True if before else is_cut or any(found.older for found in pages)
    return Page(
        shown,
        _write(shown[0], order) if has_newer else None,
        _write(shown[-1], order) if has_older else None,
    )


def _behind(steps: Sequence[str], values: Sequence[Any]) -> Q:
    """Rows that come later; the bound on the first field stands alone so that an index can serve it."""
    condition = Q()
    for step, value in reversed(list(zip(steps, values, strict=True))):
        name, verb = step.removeprefix("-"), "lt" if step.startswith("-") else "gt"
        strictly = Q(**{f"{name}__{verb}": value})
        condition = strictly if not condition else Q(**{f"{name}__{verb}e": value}) & (strictly | condition)
    return condition


def _flipped(step: str) -> str:
    return step[1:] if step.startswith("-") else f"-{step}"


def _signer(order: Sequence[str]) -> Signer:
    return Signer(salt=f"gpuconsole.paging:{','.join(order)}")


def _write(row: models.Model, order: Sequence[str]) -> str:
    values = [getattr(row, step.removeprefix("-")) for step in order]
    return _signer(order).sign_object(values, serializer=_Json)


def _read(cursor: str, order: Sequence[str], queryset: models.QuerySet[Any], field: str) -> list[Any]:
    try:
        if len(cursor) > _LONGEST_CURSOR:
            raise BadSignature("too long")
        values = _signer(order).unsign_object(cursor, serializer=_Json)
        return [
            _output_field(queryset, step.removeprefix("-")).to_python(value)
            for step, value in zip(order, values, strict=True)
        ]
    except (BadSignature, ValidationError, ValueError, TypeError) as error:
        message = _("This page link is not valid. Start again from the first page.")
        raise Refused(message, code="bad_cursor", field=field) from error


def _output_field(queryset: models.QuerySet[Any], name: str) -> models.Field[Any, Any]:
    try:
        field = queryset.model._meta.get_field(name)
    except FieldDoesNotExist:
        field = queryset.query.annotations[name].output_field
    assert isinstance(field, models.Field)
    return field


class _Json:
    """JSON that also writes moments and decimals without losing digits."""

    def dumps(self, value: Any) -> bytes:
        return _Exact(separators=(",", ":")).encode(value).encode()

    def loads(self, text: bytes) -> Any:
        return json.loads(text)


class _Exact(DjangoJSONEncoder):
    def default(self, value: Any) -> Any:
        # Django's own encoder cuts moments to milliseconds, which would repeat or skip rows
        return value.isoformat() if hasattr(value, "isoformat") else super().default(value)
