"""Saved templates that jobs are cooked from."""

from typing import Any

from gpuconsole.simulator.dialects.otoy import paging
from gpuconsole.simulator.dialects.otoy.errors import Problem, invalid
from gpuconsole.simulator.web import Request, Response, json_response

MADE_AT = "2026-01-05T09:00:00.000Z"


def _recipe(number: int, title: str, image: str, *, is_official: bool, **fields: Any) -> dict[str, Any]:
    return {
        "object": "job_recipe",
        "uuid": f"0198c0de-7777-7888-8999-{number:012d}",
        "created_at": MADE_AT,
        "updated_at": MADE_AT,
        "is_official": is_official,
        "title": title,
        "description": None,
        "task": "PERSISTENT",
        "max_timeout_run_ms": None,
        "cpu_count": 4,
        "gpu_count": 1,
        "min_ram_gb": 16,
        "min_vram_gb": 16,
        "min_storage_gb": 64,
        **fields,
        "parameters": {"type": "docker", "parameters": {"image": image, "tag": "latest", "ports": [22, 8080]}},
    }


# Titles and images are ours; the provider's own recipes were not seen.
RECIPES = {
    recipe["uuid"]: recipe
    for recipe in (
        _recipe(1, "Notebook", "example/notebook", is_official=True),
        _recipe(2, "Model server", "example/llm-server", is_official=True, min_vram_gb=24),
        _recipe(3, "Nightly frames", "myteam/frames", is_official=False, task="BATCH", max_timeout_run_ms=3_600_000),
    )
}
OWN = ("object", "uuid", "created_at", "updated_at", "is_official")


def answer_list(request: Request) -> Response:
    """A page of them."""
    return paging.answer(RECIPES.values(), request.query, {"is_official": _official})


def answer_one(request: Request, recipe_id: str) -> Response:
    """One of them."""
    return json_response(_find(recipe_id))


def cooked(recipe_id: str, body: Any) -> dict[str, Any]:
    """The create body that a recipe and what overrides it make together."""
    if not isinstance(body, dict | None):
        raise invalid([("body", "must be an object")])
    base = {name: value for name, value in _find(recipe_id).items() if name not in OWN}
    return _merged(base, body or {})


def _merged(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for name, value in over.items():
        old = merged.get(name)
        merged[name] = _merged(old, value) if isinstance(old, dict) and isinstance(value, dict) else value
    return merged


def _find(recipe_id: str) -> dict[str, Any]:
    if recipe_id.lower() not in RECIPES:
        raise Problem(404, f"job recipe {recipe_id} not found")
    return RECIPES[recipe_id.lower()]


def _official(name: str, value: str) -> paging.Test:
    if value not in ("true", "false"):
        raise invalid([(name, "must be true or false")])
    return lambda row: bool(row["is_official"]) == (value == "true")
