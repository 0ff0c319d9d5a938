"""Protobuf messages read from JSON, as strictly as the vendor's own message classes read them.

An unknown field, an unknown enum word and two members of a one-of are errors; snake_case and camelCase are both read;
a 32 bit number may be a text; null and zero values count as left out; output-only fields are read and dropped.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from gpuconsole.simulator.dialects.fireworks.errors import INVALID_ARGUMENT, Problem

Kind = Callable[[Any, str], Any]
INT32 = 2**31


def camel(name: str) -> str:
    """`num_ranks` as `numRanks`."""
    return re.sub(r"_([a-z])", lambda found: found.group(1).upper(), name)


def snake(name: str) -> str:
    """`numRanks` as `num_ranks`."""
    return re.sub(r"([A-Z])", lambda found: f"_{found.group(1).lower()}", name)


def bad(text: str) -> Problem:
    """The body does not fit its message."""
    return Problem(INVALID_ARGUMENT, f"proto: {text}")


def _wrong(kind: str, name: str, value: Any) -> Problem:
    return bad(f"invalid value for {kind} field {name}: {value!r}")


def text(value: Any, name: str) -> str:
    """A string."""
    if not isinstance(value, str):
        raise _wrong("string", name, value)
    return value


def int32(value: Any, name: str) -> int:
    """A number, or a text that is one."""
    if isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,10}(\.[0-9]+)?([eE][0-9])?", value):
        value = float(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or not -INT32 <= value < INT32:
        raise _wrong("int32", name, value)
    return value


def flag(value: Any, name: str) -> bool:
    """A boolean."""
    if not isinstance(value, bool):
        raise _wrong("bool", name, value)
    return value


def output(value: Any, name: str) -> None:
    """An output-only field: whatever the caller sends is ignored (assumed; the vendor's parser takes it)."""


def enum(*words: str) -> Kind:
    """One of some words, by name or number; the first is the zero value and counts as left out."""

    def read(value: Any, name: str) -> str:
        is_number = isinstance(value, int) and not isinstance(value, bool)
        word = words[value] if is_number and 0 <= value < len(words) else value
        if word not in words:
            raise _wrong("enum", name, value)
        return "" if word == words[0] else str(word)

    return read


def items(each: Kind) -> Kind:
    """A repeated field."""

    def read(value: Any, name: str) -> list[Any]:
        if not isinstance(value, list):
            raise _wrong("repeated", name, value)
        return [each(item, name) for item in value]

    return read


def mapping(value: Any, name: str) -> dict[str, str]:
    """A map of strings to strings."""
    if not isinstance(value, dict):
        raise _wrong("map", name, value)
    return {key: text(item, name) for key, item in value.items()}


@dataclass(frozen=True)
class Message:
    """A message's fields by their snake_case names; `one_ofs` maps members to the name of their group."""

    fields: Mapping[str, Kind]
    one_ofs: Mapping[str, str] = field(default_factory=dict)

    def __call__(self, value: Any, name: str) -> dict[str, Any]:
        """The fields that are set, by their camelCase names; raises Problem."""
        if not isinstance(value, dict):
            raise _wrong("message", name, value) if name else bad("the body must be a JSON object")
        found: dict[str, Any] = {}
        groups: dict[str, str] = {}
        for key, item in value.items():
            known = key if key in self.fields else snake(key)
            if known not in self.fields or key not in (known, camel(known)):
                raise bad(f'unknown field "{key}"')
            if item is None:
                continue
            if camel(known) in found:
                raise bad(f'duplicate field "{key}"')
            group = self.one_ofs.get(known)
            if group and groups.setdefault(group, known) != known:
                raise bad(f'error parsing "{key}", oneof {group} is already set')
            read = self.fields[known](item, key)
            if isinstance(self.fields[known], Message) or read not in (None, "", 0, False, [], {}):
                found[camel(known)] = read
        return found
