"""Lists in pages: size, order, filter, field mask, and a token that fits only the call that made it."""

import base64
import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gpuconsole.simulator.dialects.fireworks import filters
from gpuconsole.simulator.dialects.fireworks.errors import INVALID_ARGUMENT, Problem, invalid
from gpuconsole.simulator.dialects.fireworks.messages import Message, camel, snake

DEFAULT_SIZE, MAX_SIZE = 50, 200
Order = list[tuple[str, bool]]


@dataclass(frozen=True)
class Row:
    """One thing in a list; `tie` keeps things apart that are alike in all that the list is ordered by."""

    tie: int | str
    told: dict[str, Any]


def asked(query: Mapping[str, str], name: str) -> str:
    """A parameter under its camelCase or snake_case name."""
    return query.get(name) or query.get(snake(name)) or ""


def page(query: Mapping[str, str], rows: list[Row], items: str, schema: Message, default_order: str) -> dict[str, Any]:
    """The answer of a list call."""
    size = page_size(query, DEFAULT_SIZE, MAX_SIZE)
    order = _order(asked(query, "orderBy") or default_order, schema)
    if wanted := asked(query, "filter"):
        passes = filters.compile_filter(wanted, schema)
        rows = [row for row in rows if passes(row.told)]
    keyed = sorted(((_key(row, order), row) for row in rows), key=functools.cmp_to_key(_compared(order)))
    mark = "\n".join([items, *(asked(query, name) for name in ("filter", "orderBy", "readMask"))])
    start = 0
    if after := read_token(query, mark):
        compare = _compared(order)
        start = next((n for n, pair in enumerate(keyed) if compare(pair, (after, None)) > 0), len(keyed))
    chosen = keyed[start : start + size]
    answer: dict[str, Any] = {items: [masked(row.told, query, schema) for _, row in chosen]}
    if start + size < len(keyed):
        answer["nextPageToken"] = token(chosen[-1][0], mark)
    return {**answer, "totalSize": len(keyed)}


def page_size(query: Mapping[str, str], default: int, most: int) -> int:
    """The wanted size, lowered to the limit."""
    wanted = asked(query, "pageSize") or "0"
    try:
        size = int(wanted)
    except ValueError:
        raise invalid("page_size", "must be an integer") from None
    if size < 0:
        raise invalid("page_size", "must not be negative")
    return min(size or default, most)


def token(place: list[Any], mark: str) -> str:
    """A token for the place after this one, in a list asked for with these other parameters."""
    return base64.urlsafe_b64encode(json.dumps([place, mark]).encode()).decode().rstrip("=")


def read_token(query: Mapping[str, str], mark: str) -> list[Any] | None:
    """The place in the call's token; refuses one that another call made."""
    text = asked(query, "pageToken")
    if not text:
        return None
    try:
        place, made_for = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except ValueError:
        raise invalid("page_token", "is invalid") from None
    if made_for != mark or not isinstance(place, list):
        raise invalid("page_token", "belongs to a call with other parameters")
    return place


def masked(told: dict[str, Any], query: Mapping[str, str], schema: Message) -> dict[str, Any]:
    """The fields that `readMask` names, all without one."""
    mask = asked(query, "readMask")
    if mask in ("", "*"):
        return told
    wanted = {camel(path.strip().split(".")[0]) for path in mask.split(",") if path.strip()}
    require_fields(wanted, schema, "read_mask")
    return {name: value for name, value in told.items() if name in wanted}


def require_fields(names: set[str], schema: Message, path: str) -> None:
    """Refuse names that the message does not have."""
    for name in sorted(names):
        if snake(name) not in schema.fields:
            raise Problem(INVALID_ARGUMENT, f'{path}: unknown field "{name}"')


def _order(text: str, schema: Message) -> Order:
    order = []
    for term in text.split(","):
        words = term.split()
        if not words or len(words) > 2 or words[1:] not in ([], ["asc"], ["desc"]):
            raise invalid("order_by", f'cannot be read at "{term.strip()}"')
        name = camel(words[0])
        require_fields({name.split(".")[0]}, schema, "order_by")
        order.append((name, words[1:] == ["desc"]))
    return order


def _key(row: Row, order: Order) -> list[Any]:
    return [filters.value_at(row.told, name.split(".")) for name, _ in order] + [row.tie]


def _compared(order: Order) -> Any:
    # Things alike in everything follow the direction of the last field.
    directions = [-1 if is_descending else 1 for _, is_descending in order]
    directions.append(directions[-1])

    def compare(one: tuple[list[Any], Any], other: tuple[list[Any], Any]) -> int:
        for mine, theirs, direction in zip(one[0], other[0], directions, strict=False):
            if mine != theirs:
                return direction * (1 if _rank(mine) > _rank(theirs) else -1)
        return 0

    return compare


def _rank(value: Any) -> tuple[int, Any]:
    """Values of any kind in one order: nothing, numbers, texts, all else by how it is written."""
    if value is None:
        return 0, 0
    if isinstance(value, bool | int | float):
        return 1, value
    return (2, value) if isinstance(value, str) else (3, json.dumps(value, sort_keys=True))
