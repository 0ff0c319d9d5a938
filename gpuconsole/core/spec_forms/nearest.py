"""The spec nearest to what was filled in so far: good enough for a price, never for sending."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from gpuconsole.providers.problems import explain

Model = TypeVar("Model", bound=BaseModel)
STAND_IN = "-"
TRIES = 4


def nearest(spec: type[Model], wire: Mapping[str, Any]) -> Model | None:
    """Wrong values left out, missing texts replaced by a dash; None where that makes no spec."""
    patched = deepcopy(dict(wire))
    for _ in range(TRIES):
        try:
            return spec.model_validate(patched)
        except ValidationError as exc:
            for error in exc.errors(include_url=False, include_input=False):
                _patch(patched, error["loc"], is_missing=explain(error).startswith("Required"))
    return None


def _patch(wire: Any, loc: Sequence[int | str], *, is_missing: bool) -> None:
    """Replace or leave out what an error complains about; a place that the wire does not have stays as it is."""
    *parents, last = loc or [""]
    for part in parents:
        if isinstance(wire, dict) and isinstance(wire.get(part), dict | list):
            wire = wire[part]
        elif isinstance(wire, list) and isinstance(part, int) and part < len(wire):
            wire = wire[part]
    if not isinstance(wire, dict):
        return
    if is_missing:
        wire[last] = STAND_IN
    else:
        wire.pop(last, None)
