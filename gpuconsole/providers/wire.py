"""Reading a provider's decoded answers without trusting their shape."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import quote

from gpuconsole.providers.errors import Unconfirmed, Unreachable


def quoted(part: str) -> str:
    """One part of a path, safe to put between slashes."""
    return quote(part, safe="")


def items(answer: Any, name: str) -> list[Mapping[str, Any]]:
    """The list of objects under a key of a read's answer. Raises Unreachable for another shape."""
    found = answer.get(name) if isinstance(answer, Mapping) else None
    if not isinstance(found, list) or not all(isinstance(item, Mapping) for item in found):
        raise Unreachable(f"The answer holds no list of {name.replace('_', ' ')}.")
    return found


def item(answer: Any, name: str, *, is_write: bool = False) -> Mapping[str, Any]:
    """The object under a key; after a write another shape leaves open whether it was done."""
    found = answer.get(name) if isinstance(answer, Mapping) else None
    if not isinstance(found, Mapping):
        text = f"The answer holds no {name.replace('_', ' ')}."
        raise Unconfirmed(text) if is_write else Unreachable(text)
    return found


def moment(text: Any) -> datetime | None:
    """An ISO 8601 time as an aware UTC one; None for null or anything unreadable."""
    if not isinstance(text, str):
        return None
    try:
        found = datetime.fromisoformat(text)
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def decimal(value: Any) -> Decimal | None:
    """An amount, exact; None for null or anything that is no finite number."""
    if value is None or isinstance(value, bool):
        return None
    try:
        found = Decimal(str(value))
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def whole(value: Any) -> int | None:
    """A whole number; None for anything else."""
    found = decimal(value)
    return int(found) if found is not None else None
