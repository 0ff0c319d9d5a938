"""Readers of one value each, from a body or a query: they return it, or its default, or refuse it by its path."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from gpuconsole.simulator.dialects.novita.errors import Problem, invalid
from gpuconsole.simulator.web import Request
from gpuconsole.simulator.world import World

T = TypeVar("T")


def body_of(request: Request) -> dict[str, Any]:
    """The body, which must be an object; an empty one counts as `{}`."""
    body = request.json()
    if body is None:
        return {}
    if not isinstance(body, dict):
        raise Problem("REQUEST", "the body must be a JSON object")
    return body


def text(
    fields: Mapping[str, Any], name: str, at: str = "", *, least: int = 0, most: int | None = None, default: str = ""
) -> str:
    """A string within limits of length; null or absent is the default, refused where at least one is asked for."""
    value, path = fields.get(name), f"{at}{name}"
    if value is None:
        if least:
            raise invalid(path, "field required")
        return default
    if not isinstance(value, str):
        raise invalid(path, "must be a string")
    if len(value) < least or (most is not None and len(value) > most):
        limits = f"between {least} and {most}" if most is not None else f"at least {least}"
        raise invalid(path, f"must have {limits} characters")
    return value


def whole(
    fields: Mapping[str, Any],
    name: str,
    at: str = "",
    *,
    least: int | None = None,
    most: int | None = None,
    default: int | None = None,
) -> int:
    """An integer within limits; refused when absent and without a default."""
    value, path = fields.get(name), f"{at}{name}"
    if value is None:
        if default is None:
            raise invalid(path, "field required")
        return default
    if not isinstance(value, int) or isinstance(value, bool):
        raise invalid(path, "must be an integer")
    if least is not None and value < least:
        raise invalid(path, f"must be at least {least}")
    if most is not None and value > most:
        raise invalid(path, f"must be at most {most}")
    return value


def flag(fields: Mapping[str, Any], name: str) -> bool:
    """A boolean; null or absent is false."""
    value = fields.get(name)
    if value is not None and not isinstance(value, bool):
        raise invalid(name, "must be a boolean")
    return bool(value)


def items(
    fields: Mapping[str, Any], name: str, each: Callable[[dict[str, Any], str], T], *, most: int | None = None
) -> list[T]:
    """An array of objects, each read by `each(object, path of its fields)`; null or absent is none."""
    value = fields.get(name)
    if value is None:
        return []
    if not isinstance(value, list):
        raise invalid(name, "must be an array")
    if most is not None and len(value) > most:
        raise invalid(name, f"must have at most {most} items")
    found = []
    for index, item in enumerate(value):
        if not isinstance(item, dict):
            raise invalid(f"{name}[{index}]", "must be an object")
        found.append(each(item, f"{name}[{index}]."))
    return found


def words(fields: Mapping[str, Any], name: str) -> list[str]:
    """An array of strings; null or absent is none."""
    value = fields.get(name)
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise invalid(name, "must be an array of strings")
    return value


def number_in_query(query: Mapping[str, str], name: str, default: int = 0) -> int:
    """A whole number, not negative, from a query; empty or absent is the default."""
    value = query.get(name)
    if not value:
        return default
    if not value.isascii() or not value.isdigit():
        raise invalid(name, "must be an integer, not negative")
    return int(value)


def page(rows: list[T], query: Mapping[str, str], number: str = "pageNum", first: int = 0) -> list[T]:
    """The asked page of `pageSize` rows, 20 unless told; pages are counted from 0 (both assumed)."""
    size = number_in_query(query, "pageSize") or 20
    start = max(number_in_query(query, number, first) - first, 0) * size
    return rows[start : start + size]


def fits(wanted: str | None, value: str) -> bool:
    """Whether a fuzzy filter, if there is one, is a part of the value in any case."""
    return not wanted or wanted.lower() in value.lower()


def new_uuid(world: World) -> str:
    """An id of the long form."""
    return "-".join(world.make_id(length, "0123456789abcdef") for length in (8, 4, 4, 4, 12))
