"""Small checks that a request body is put together from; each tells all that is wrong, with the paths of the fields."""

import ipaddress
import uuid
from collections.abc import Callable, Iterator, Mapping
from typing import Any

Check = Callable[[Any, str], Iterator[tuple[str, str]]]


def text(least: int = 0) -> Check:
    """A string, of at least so many characters."""

    def check(value: Any, path: str) -> Iterator[tuple[str, str]]:
        if not isinstance(value, str):
            yield path, "must be a string"
        elif len(value) < least:
            yield path, "must not be empty"

    return check


LARGEST = 2**53 - 1
"""The largest whole number that the provider's own language tells from its neighbours."""


def is_number(value: Any) -> bool:
    """Whether a value is a number that can be reckoned with."""
    return isinstance(value, int | float) and not isinstance(value, bool) and -LARGEST <= value <= LARGEST


def number(least: float, most: float | None = None, *, whole: bool = False) -> Check:
    """A number within limits; 4.0 counts as whole, as it does in the provider's own language."""

    def check(value: Any, path: str) -> Iterator[tuple[str, str]]:
        if not is_number(value) or (whole and value != int(value)):
            yield path, "must be an integer" if whole else "must be a number"
        elif value < least:
            yield path, f"must be at least {least}"
        elif most is not None and value > most:
            yield path, f"must be at most {most}"

    return check


def choice(*words: str) -> Check:
    """One of some words."""

    def check(value: Any, path: str) -> Iterator[tuple[str, str]]:
        if value not in words:
            yield path, f"must be one of {', '.join(words)}"

    return check


def items(each: Check, most: int | None = None) -> Check:
    """An array whose every item passes."""

    def check(value: Any, path: str) -> Iterator[tuple[str, str]]:
        if not isinstance(value, list):
            yield path, "must be an array"
            return
        if most is not None and len(value) > most:
            yield path, f"must have at most {most} items"
        for index, item in enumerate(value):
            yield from each(item, f"{path}[{index}]")

    return check


def mapping(each: Check) -> Check:
    """An object with free names whose every value passes."""

    def check(value: Any, path: str) -> Iterator[tuple[str, str]]:
        if not isinstance(value, dict):
            yield path, "must be an object"
            return
        for name, item in value.items():
            yield from each(item, f"{path}.{name}")

    return check


def record(fields: Mapping[str, Check], required: tuple[str, ...] = ()) -> Check:
    """An object: null counts as left out, unknown fields are ignored."""

    def check(value: Any, path: str) -> Iterator[tuple[str, str]]:
        if not isinstance(value, dict):
            yield path or "body", "must be an object"
            return
        for name, field in fields.items():
            inner = f"{path}.{name}" if path else name
            if value.get(name) is not None:
                yield from field(value[name], inner)
            elif name in required:
                yield inner, "is required"

    return check


def uuid_text(value: Any, path: str) -> Iterator[tuple[str, str]]:
    """A UUID with its hyphens."""
    try:
        good = isinstance(value, str) and str(uuid.UUID(value)) == value.lower()
    except ValueError:
        good = False
    if not good:
        yield path, "must be a UUID"


def cidr(value: Any, path: str) -> Iterator[tuple[str, str]]:
    """An address range; a bare address is a range of one."""
    try:
        good = isinstance(value, str) and bool(ipaddress.ip_network(value, strict=False))
    except ValueError:
        good = False
    if not good:
        yield path, "must be an IP address range such as 203.0.113.0/24"
