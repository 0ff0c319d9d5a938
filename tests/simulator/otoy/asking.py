"""Short words for what most tests ask of OTOY."""

from typing import Any

import httpx


def job_body(*, env: dict[str, str] | None = None, container: dict[str, Any] | None = None, **fields: Any) -> Any:
    """A create body that the provider accepts: BATCH, one RTX 4090, an hour at most."""
    block = {"image": "myteam/eval", "tag": "v12", "env": env or {}, **(container or {})}
    body = {
        "task": "BATCH",
        "title": "segment-eval",
        "gpu_name": "NVIDIA RTX 4090",
        "max_timeout_run_ms": 3_600_000,
        "parameters": {"type": "docker", "parameters": block},
        **fields,
    }
    if body["task"] == "PERSISTENT" and "max_timeout_run_ms" not in fields:
        body["max_timeout_run_ms"] = None
    return body


def make_job(otoy: httpx.Client, **asked: Any) -> str:
    """The UUID of a new job."""
    answer = otoy.post("/v1/jobs", json=job_body(**asked))
    assert answer.status_code == 201, answer.text
    return str(answer.json()["uuid"])


def job(otoy: httpx.Client, job_id: str) -> dict[str, Any]:
    """A job as it is read."""
    found: dict[str, Any] = otoy.get(f"/v1/jobs/{job_id}").json()
    return found


def runs(otoy: httpx.Client, job_id: str) -> list[dict[str, Any]]:
    """The runs of a job, oldest first."""
    query = {"filter[job_uuid]": job_id, "sort": "created_at"}
    found: list[dict[str, Any]] = otoy.get("/v1/job-runs", params=query).json()["data"]
    return found


def words(otoy: httpx.Client, job_id: str) -> tuple[str, list[str]]:
    """The status of a job and of its runs."""
    return job(otoy, job_id)["status"], [run["status"] for run in runs(otoy, job_id)]


def logs(otoy: httpx.Client, run_id: str) -> str:
    """The output of a run."""
    return str(otoy.get(f"/v1/job-runs/{run_id}").json()["logs"])
