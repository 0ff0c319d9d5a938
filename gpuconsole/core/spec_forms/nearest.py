"""The spec nearest to what was filled in so far: good enough for a price, never for sending."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from gpuconsole.providers.problems import explain
from gpuconsole.providers.specs import NEAREST

Model = TypeVar("Model", bound=BaseModel)
STAND_IN, LEAST = "-", 1
"""What takes the place of a text and of a number that is missing."""
TRIES = 6


def nearest(spec: type[Model], wire: Mapping[str, Any]) -> Model | None:
    """Wrong values left out, missing ones replaced by a dash or the least number; None where that makes no spec."""
    patched = deepcopy(dict(wire))
    seen: set[tuple[int | str, ...]] = set()
    for _ in range(TRIES):
        try:
            return spec.model_validate(patched, context={NEAREST: True})
        except ValidationError as exc:
            for error in exc.errors(include_url=False, include_input=False):
                loc = error["loc"]
                stand_in = _stand_in(error, loc in seen)
                # What is still wrong after a stand-in goes with the object that needs it.
                _patch(patched, loc[:-1] if loc in seen and stand_in is None else loc, stand_in)
                seen.add(loc)
    return None


def is_stand_in(text: str) -> bool:
    """Whether a text, or each part of a path, only stands in for what is missing."""
    return bool(text) and all(part == STAND_IN for part in text.split("/"))


def _stand_in(error: Mapping[str, Any], is_stood_in: bool) -> str | int | None:
    """What to put in place of a missing value: a dash, then the least number; None for nothing."""
    if not is_stood_in:
        return STAND_IN if explain(error).startswith("Required") else None
    if error["type"] == "int_type":
        return LEAST
    least = (error.get("ctx") or {}).get("ge")
    return least if isinstance(least, int) else None


def _patch(wire: Any, loc: Sequence[int | str], stand_in: str | int | None) -> None:
    """Replace or leave out what an error complains about; a place that the wire does not have stays as it is."""
    if not loc:
        return
    *parents, last = (part for part in loc if part != "[key]")
    for part in parents:
        is_there = part in wire if isinstance(wire, dict) else isinstance(part, int) and part < len(wire)
        if is_there and isinstance(wire[part], dict | list):  # else the part names the member of a union
            wire = wire[part]
    if isinstance(wire, list) and isinstance(last, int) and last < len(wire):
        del wire[last]
    elif isinstance(wire, dict) and stand_in is not None:
        wire[last] = stand_in
    elif isinstance(wire, dict):
        wire.pop(last, None)
