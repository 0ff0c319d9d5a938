"""Short words for what these tests ask of the dialect."""

from typing import Any

import httpx

from gpuconsole.simulator.world import World

REFERENCE: dict[str, Any] = {
    "nodePoolId": "h100-pool",
    "displayName": "eval-nightly-01jd3k",
    "imageRef": "registry.example.com/ml/eval:2.3",
    "numRanks": 4,
    "envVars": {"DATASET": "s3://acme-data/eval-v5", "SEED": "17"},
    "pythonExecutor": {"targetType": "MODULE", "target": "acme_eval.run", "args": ["--suite", "full"]},
    "annotations": {"gpuconsole.example/launch-id": "01JD3K9Q6W2V8T"},
    "shared": True,
}


def job_body(command: str = "torchrun train.py", **more: Any) -> dict[str, Any]:
    """A create body that the provider accepts; fields that are None are left out."""
    body = {
        "nodePoolId": "h100-pool",
        "imageRef": "registry.example.com/ml/eval:2.3",
        "shellExecutor": {"command": command},
    }
    return {name: value for name, value in {**body, **more}.items() if value is not None}


def make_job(fireworks: httpx.Client, command: str = "torchrun train.py", **more: Any) -> str:
    """The path of a new job."""
    answer = fireworks.post("/batchJobs", json=job_body(command, **more))
    assert answer.status_code == 200, answer.text
    return f"/batchJobs/{answer.json()['name'].rpartition('/')[2]}"


def state(fireworks: httpx.Client, path: str) -> str:
    """The present state of a job, a pool, an environment."""
    return str(fireworks.get(path).json()["state"])


def walk(fireworks: httpx.Client, world: World, path: str, seconds: float = 600, every: float = 1) -> list[str]:
    """The states met in so many nominal seconds, each once; `gone` at a 404."""
    seen: list[str] = []
    for _ in range(int(seconds / every)):
        answer = fireworks.get(path)
        met = "gone" if answer.status_code == 404 else answer.json()["state"]
        if not seen or met != seen[-1]:
            seen.append(met)
        world.clock.advance(every)
    return seen


def run_until(fireworks: httpx.Client, world: World, path: str, wanted: str) -> None:
    """Turn the clock until a state is met."""
    for _ in range(2000):
        if state(fireworks, path) == wanted:
            return
        world.clock.advance(1)
    raise AssertionError(f"never {wanted}")
