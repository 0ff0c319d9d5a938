"""Small checks that a request body is put together from; each raises the provider's refusal with the field's path."""

from collections.abc import Callable, Mapping
from typing import Any

from gpuconsole.simulator.dialects.baseten.errors import invalid

Check = Callable[[Any, str], None]


def text(least: int = 0) -> Check:
    """A string, of at least so many characters."""

    def check(value: Any, path: str) -> None:
        if not isinstance(value, str):
            raise invalid(path, "must be a string")
        if len(value) < least:
            raise invalid(path, "must not be empty" if least == 1 else f"must have at least {least} characters")

    return check


def whole(least: int | None = None, most: int | None = None) -> Check:
    """An integer within limits."""

    def check(value: Any, path: str) -> None:
        if not isinstance(value, int) or isinstance(value, bool):
            raise invalid(path, "must be an integer")
        if least is not None and value < least:
            raise invalid(path, f"must be at least {least}")
        if most is not None and value > most:
            raise invalid(path, f"must be at most {most}")

    return check


def flag(value: Any, path: str) -> None:
    """A boolean."""
    if not isinstance(value, bool):
        raise invalid(path, "must be a boolean")


def choice(*words: str) -> Check:
    """One of some words."""

    def check(value: Any, path: str) -> None:
        if value not in words:
            raise invalid(path, f"must be one of {', '.join(words)}")

    return check


def items(each: Check) -> Check:
    """An array whose every item passes."""

    def check(value: Any, path: str) -> None:
        if not isinstance(value, list):
            raise invalid(path, "must be an array")
        for index, item in enumerate(value):
            each(item, f"{path}[{index}]")

    return check


def mapping(each: Check) -> Check:
    """An object with free names whose every value passes."""

    def check(value: Any, path: str) -> None:
        if not isinstance(value, dict):
            raise invalid(path, "must be an object")
        for name, item in value.items():
            each(item, f"{path}.{name}")

    return check


def record(fields: Mapping[str, Check], required: tuple[str, ...] = (), then: Check | None = None) -> Check:
    """An object: null counts as left out, unknown fields are ignored, `then` looks at the whole at last."""

    def check(value: Any, path: str) -> None:
        if not isinstance(value, dict):
            raise invalid(path, "must be an object")
        for name, field in fields.items():
            if value.get(name) is not None:
                field(value[name], f"{path}.{name}" if path else name)
            elif name in required:
                raise invalid(f"{path}.{name}" if path else name, "field required")
        if then:
            then(value, path)

    return check
