"""What can be made to go wrong: each kind of fault with what it does and what can be said about it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from gpuconsole.simulator.failures import WAYS

CHANCE = ("match", "count", "share")
"""Whom it hits and how often; without count and share every time."""


class BadFault(ValueError):
    """The description of a fault makes no sense; the text says why."""


@dataclass(frozen=True)
class Number:
    """The limits of a field that is a number, in its own unit, and what it is where nobody says it."""

    least: float
    most: float | None = None
    default: float | None = None
    is_whole: bool = False
    is_nullable: bool = False
    """Null says something of its own."""


@dataclass(frozen=True)
class Kind:
    """One kind: a sentence on what it does, the fields that it takes, and the numbers among them."""

    does: str
    takes: tuple[str, ...] = CHANCE
    numbers: Mapping[str, Number] = field(default_factory=dict)
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The fields that are one of some words: the first of them where nobody says it."""


_LATE = Number(0, 600, default=2.0)
_WAIT = Number(0, default=5, is_whole=True, is_nullable=True)
_SKEW = Number(-86_400, 86_400, default=600.0)
_FACTOR = Number(0.001, 1000, default=2.0)

KINDS: Mapping[str, Kind] = {
    "latency": Kind("answers come `seconds` late (0 to 600; 2)", (*CHANCE, "seconds"), {"seconds": _LATE}),
    "429": Kind(
        "refused as too many calls, with a Retry-After of `retry_after` seconds (5), or without one if that is null",
        (*CHANCE, "retry_after"),
        {"retry_after": _WAIT},
    ),
    "500": Kind("the provider's own error; nothing is done"),
    "502": Kind("a gateway answers with a page of HTML; the provider never hears of the call"),
    "502_after": Kind("the provider acts, and a gateway puts a page of HTML in place of its answer"),
    "dropped_before": Kind("the connection is cut; nothing is done"),
    "dropped_after": Kind("the provider acts, and the connection is cut before its answer"),
    "broken_json": Kind("the provider acts, and the body of its answer ends in the middle"),
    "expired_token": Kind("a signed call is refused (401) as if its key or token had run out; open calls pass"),
    "no_credit": Kind("refused as the provider does it when an account has no credit left; nothing is done"),
    "zombie": Kind("ends are accepted and never take effect"),
    "vanish": Kind("what runs is listed no more and reads as not there"),
    "unknown_status": Kind("what runs shows a status that nobody has heard of"),
    "price_jump": Kind(
        "prices told, and those of what is launched from now on, are `factor` times as high (0.001 to 1000; 2)",
        ("factor",),
        {"factor": _FACTOR},
    ),
    "failure": Kind(
        f"what is launched from now on fails in a `way`: {', '.join(WAYS)}",
        (*CHANCE, "way"),
        choices={"way": tuple(WAYS)},
    ),
    "out_of_stock": Kind("no hardware is free: a launch is refused or waits, as the provider does it", ("match",)),
    "clock_skew": Kind(
        "the provider's clock is `seconds` ahead, or behind below 0 (a day at most; 600): its Date, its time stamps,"
        " the ends of its tokens and its check of the caller's clock",
        ("seconds",),
        {"seconds": _SKEW},
    ),
}

FIELDS_TEXT = (
    "`provider` (a slug) and `fault` are required. `match` is a part of method and path, of the body, or of a name or"
    " id of what runs; `count` hits that often, `share` (0 to 1) hits that part of all chances. price_jump,"
    " out_of_stock and clock_skew last until they are lifted."
)


def told() -> dict[str, Any]:
    """All kinds as the control surface lists them."""
    return {name: {"does": kind.does, "takes": list(kind.takes)} for name, kind in KINDS.items()}


def read(description: Any) -> dict[str, Any]:
    """The checked fields of a described fault, defaults filled in; raises BadFault with a sentence for people."""
    if not isinstance(description, dict):
        raise BadFault("a fault is a JSON object")
    name = description.get("fault")
    kind = KINDS.get(name) if isinstance(name, str) else None
    if kind is None:
        raise BadFault(f"fault must be one of {', '.join(KINDS)}")
    if unknown := sorted(set(map(str, description)) - {"provider", "fault", *kind.takes}):
        raise BadFault(f"{name} takes no {unknown[0]}: it takes provider, {', '.join(kind.takes)}")
    provider, match = description.get("provider"), description.get("match") or ""
    if not isinstance(provider, str) or not provider:
        raise BadFault("provider must name a dialect")
    if not isinstance(match, str):
        raise BadFault("match must be a text")
    found: dict[str, Any] = {"provider": provider, "kind": name, "match": match}
    found["count"] = _number("count", description.get("count"), Number(1, is_whole=True))
    found["share"] = _number("share", description.get("share"), Number(0, 1))
    if found["count"] is not None and found["share"] is not None:
        raise BadFault("give count or share, not both")
    for field_name, words in kind.choices.items():
        found[field_name] = description.get(field_name, words[0])
        if found[field_name] not in words:
            raise BadFault(f"{field_name} must be one of {', '.join(words)}")
    for field_name, limits in kind.numbers.items():
        is_silent = description.get(field_name) is None and not (limits.is_nullable and field_name in description)
        found[field_name] = limits.default if is_silent else _number(field_name, description[field_name], limits)
    return found


def _number(name: str, value: Any, limits: Number) -> float | None:
    if value is None:
        return None
    right_type = isinstance(value, int if limits.is_whole else int | float) and not isinstance(value, bool)
    if not right_type or value < limits.least or (limits.most is not None and value > limits.most):
        words = f"at least {limits.least}" if limits.most is None else f"between {limits.least} and {limits.most}"
        raise BadFault(f"{name} must be {'a whole' if limits.is_whole else 'a'} number {words}")
    return int(value) if limits.is_whole else float(value)
