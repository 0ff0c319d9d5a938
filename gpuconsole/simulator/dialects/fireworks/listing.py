"""Lists in pages: size, order, filter, field mask, and a token that fits only the call that made it."""

import base64
import functools
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from gpuconsole.simulator.dialects.fireworks.errors import INVALID_ARGUMENT, Problem, invalid
from gpuconsole.simulator.dialects.fireworks.filters import compile_filter, value_at
from gpuconsole.simulator.dialects.fireworks.messages import Message, camel, snake

DEFAULT_SIZE, MAX_SIZE = 50, 200
Order = list[tuple[str, bool]]


@dataclass
class Row:
    """One thing in a list; `tie` keeps things apart that are alike in all that the list is ordered by.

    `known` are values that need no telling of the whole: a long list in its usual order tells only one page of it.
    """

    tie: int | str
    tell: Callable[[], dict[str, Any]]
    known: dict[str, Any] = field(default_factory=dict)

    @functools.cached_property
    def told(self) -> dict[str, Any]:
        """The thing as answers show it."""
        return self.tell()

    def key(self, order: Order) -> list[Any]:
        """The values that say where it stands."""
        found = [self.known[name] if name in self.known else value_at(self.told, name.split(".")) for name, _ in order]
        return [*found, self.tie]


def asked(query: Mapping[str, str], name: str) -> str:
    """A parameter under its camelCase or snake_case name."""
    return query.get(name) or query.get(snake(name)) or ""


def page(query: Mapping[str, str], rows: list[Row], items: str, schema: Message, default_order: str) -> dict[str, Any]:
    """The answer of a list call."""
    size = page_size(query, DEFAULT_SIZE, MAX_SIZE)
    order = _order(asked(query, "orderBy") or default_order, schema)
    if wanted := asked(query, "filter"):
        passes = compile_filter(wanted, schema)
        rows = [row for row in rows if passes(row.told)]
    keyed = _sorted([(row.key(order), row) for row in rows], order)
    mark = "\n".join([items, *(asked(query, name) for name in ("filter", "orderBy", "readMask"))])
    start = 0
    if after := read_token(query, mark):
        start = next((n for n, (key, _) in enumerate(keyed) if _is_beyond(key, after, order)), len(keyed))
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


def _directions(order: Order) -> list[bool]:
    """Which values descend; things alike in all of them follow the direction of the last field."""
    return [*(is_descending for _, is_descending in order), order[-1][1]]


def _sorted(keyed: list[tuple[list[Any], Row]], order: Order) -> list[tuple[list[Any], Row]]:
    for n, is_descending in reversed(list(enumerate(_directions(order)))):
        keyed.sort(key=lambda pair: _rank(pair[0][n]), reverse=is_descending)
    return keyed


def _is_beyond(key: list[Any], place: list[Any], order: Order) -> bool:
    for mine, theirs, is_descending in zip(key, place, _directions(order), strict=False):
        if mine != theirs:
            return (_rank(mine) > _rank(theirs)) != is_descending
    return False


def _rank(value: Any) -> tuple[int, Any]:
    """Values of any kind in one order: nothing, numbers, texts, all else by how it is written."""
    if value is None:
        return 0, 0
    if isinstance(value, bool | int | float):
        return 1, value
    return (2, value) if isinstance(value, str) else (3, json.dumps(value, sort_keys=True))
