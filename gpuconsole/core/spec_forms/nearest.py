"""The spec nearest to what was filled in so far: good enough for a price, never for sending."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from gpuconsole.providers.problems import explain
from gpuconsole.providers.specs import NEAREST

Model = TypeVar("Model", bound=BaseModel)
STAND_IN = "-"
TRIES = 6


def nearest(spec: type[Model], wire: Mapping[str, Any]) -> Model | None:
    """Wrong values left out, missing texts replaced by a dash; None where that makes no spec."""
    patched = deepcopy(dict(wire))
    seen: set[tuple[int | str, ...]] = set()
    for _ in range(TRIES):
        try:
            return spec.model_validate(patched, context={NEAREST: True})
        except ValidationError as exc:
            for error in exc.errors(include_url=False, include_input=False):
                is_missing = explain(error).startswith("Required") and error["loc"] not in seen
                # What is still wrong after a stand-in goes with the object that needs it.
                _patch(patched, error["loc"][:-1] if error["loc"] in seen else error["loc"], is_missing=is_missing)
                seen.add(error["loc"])
    return None


def _patch(wire: Any, loc: Sequence[int | str], *, is_missing: bool) -> None:
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
    elif isinstance(wire, dict) and is_missing:
        wire[last] = STAND_IN
    elif isinstance(wire, dict):
        wire.pop(last, None)
