"""The five create fields: checks and defaults."""

from typing import Any

from gpuconsole.simulator.dialects.cortecs.catalogue import HARDWARE, MODELS
from gpuconsole.simulator.dialects.cortecs.errors import Problem

DEFAULT_CONTEXT = 32000
MAX_WORKERS = 8
INTERVALS = ("per_minute", "per_hour")


def resolve_args(body: Any) -> dict[str, Any]:
    """The five arguments with defaults filled in as the vendor's client computes them; null means the default."""
    if not isinstance(body, dict):
        raise Problem(400, "a JSON body is required")
    model_id = body.get("model_id")
    if not isinstance(model_id, str) or not model_id:
        raise Problem(400, "model_id is required")
    if model_id not in MODELS:
        raise Problem(400, f"model_id: unknown model {model_id}")
    configs = MODELS[model_id].max_len
    hardware_id = _text(body, "hardware_type_id") or next(iter(configs))
    if hardware_id not in HARDWARE:
        raise Problem(400, f"hardware_type_id: unknown hardware type {hardware_id}")
    if hardware_id not in configs:
        raise Problem(400, f"hardware_type_id: {model_id} does not run on {hardware_id}")
    interval = _text(body, "billing_interval") or INTERVALS[0]
    if interval not in INTERVALS:
        raise Problem(400, f"billing_interval must be one of {', '.join(INTERVALS)}")
    return {
        "model_id": model_id,
        "hardware_type_id": hardware_id,
        "context_length": _context(body, configs[hardware_id]),
        "billing_interval": interval,
        "num_workers": _workers(body),
    }


def _context(body: dict[str, Any], longest: int) -> int:
    value = _whole(body, "context_length")
    if value is None:
        return min(DEFAULT_CONTEXT, longest)
    if value < 1:
        raise Problem(400, "context_length must be at least 1")
    if value > longest:
        raise Problem(400, "context_length exceeds the maximum of this hardware type")
    return value


def _workers(body: dict[str, Any]) -> int:
    value = _whole(body, "num_workers")
    if value is None:
        return 1
    if not 1 <= value <= MAX_WORKERS:
        raise Problem(400, f"num_workers must be between 1 and {MAX_WORKERS}")
    return value


def _text(body: dict[str, Any], name: str) -> str | None:
    value = body.get(name)
    if value is not None and not isinstance(value, str):
        raise Problem(400, f"{name} must be a string")
    return value


def _whole(body: dict[str, Any], name: str) -> int | None:
    value = body.get(name)
    if value is not None and (not isinstance(value, int) or isinstance(value, bool)):
        raise Problem(400, f"{name} must be an integer")
    return value
