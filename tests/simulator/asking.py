"""Short words for what most tests ask of the simulator."""

from typing import Any

import httpx


def make_project(baseten: httpx.Client, name: str = "sft") -> str:
    """The id of a project of that name."""
    answer = baseten.post("/v1/training_projects", json={"training_project": {"name": name}})
    assert answer.status_code == 200, answer.text
    return str(answer.json()["training_project"]["id"])


def job_body(*commands: str, gpus: int = 2, nodes: int = 1, **more: Any) -> dict[str, Any]:
    """A create body that the provider accepts."""
    job: dict[str, Any] = {
        "name": "eval",
        "image": {"base_image": "pytorch/pytorch:2.7.0-cuda12.8-cudnn9-runtime"},
        "compute": {"node_count": nodes, "accelerator": {"accelerator": "H100", "count": gpus}},
        "runtime": {"start_commands": list(commands) or ["torchrun train.py"]},
    }
    return {"training_job": {**job, **more}}


def make_job(baseten: httpx.Client, *commands: str, **more: Any) -> str:
    """The path of a new job."""
    project = make_project(baseten)
    answer = baseten.post(f"/v1/training_projects/{project}/jobs", json=job_body(*commands, **more))
    assert answer.status_code == 200, answer.text
    return f"/v1/training_projects/{project}/jobs/{answer.json()['training_job']['id']}"


def job_status(baseten: httpx.Client, path: str) -> str:
    """The present status without its prefix."""
    return str(baseten.get(path).json()["training_job"]["current_status"]).removeprefix("TRAINING_JOB_")


def start(cortecs: httpx.Client, **fields: Any) -> str:
    """The id of a new instance."""
    answer = cortecs.post("/instances/start", json={"model_id": "cortecs--phi-4-FP8-Dynamic", **fields})
    assert answer.status_code == 200, answer.text
    return str(answer.json()["instance"]["instance_id"])


def instance(cortecs: httpx.Client, instance_id: str) -> dict[str, Any]:
    """One instance as it is read."""
    found: dict[str, Any] = cortecs.get(f"/instances/{instance_id}").json()["instance"]
    return found


def instance_status(cortecs: httpx.Client, instance_id: str) -> str:
    """Its status word."""
    return str(instance(cortecs, instance_id)["instance_status"]["status"])
