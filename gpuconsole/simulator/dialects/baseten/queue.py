"""Why a job waited: capacity and the other jobs at the moment it was submitted."""

from typing import Any

from gpuconsole.simulator.clock import iso
from gpuconsole.simulator.dialects.baseten.account import HOLDS_CAPACITY, LIMITS
from gpuconsole.simulator.dialects.baseten.jobs import PENDING, PREFIX, Job
from gpuconsole.simulator.world import World


def context(world: World, job: Job, jobs: list[Job]) -> dict[str, Any]:
    """The answer of `GET /v1/training/jobs/{id}/queue_context`."""
    now, submitted = world.now(), job.created_at
    released = job.began("CREATED", now)
    kind = job.instance_type.gpu_type
    pool = [o for o in jobs if o is not job and o.instance_type.gpu_type == kind and o.created_at <= submitted]
    active = [other for other in pool if other.word(submitted) in HOLDS_CAPACITY]
    ahead = [other for other in pool if other.word(submitted) == PENDING and other.priority >= job.priority]
    window_end = now if released is None else released
    return {
        "target_job_id": job.id,
        "target_job_name": job.request.get("name"),
        "gpu_type": kind or "",
        "requested_gpus": job.gpus,
        "submitted_at": iso(submitted),
        "released_at": iso(released),
        "pending_seconds": None if released is None else int(released - submitted),
        "org_capacity": _capacity(kind),
        "team_capacity": None,
        "active_at_submit": [_active(other, submitted) for other in active],
        "pending_ahead_at_submit": [_ahead(other) for other in ahead],
        "events": _events([job, *active, *ahead], submitted, window_end),
        "events_window_end": iso(window_end),
    }


def _capacity(kind: str | None) -> dict[str, Any] | None:
    if kind not in LIMITS:
        return None
    most, baseline = LIMITS[kind]
    return {"gpu_type": kind, "max_gpus": most, "min_gpus": baseline, "last_modified": "2026-01-05T09:00:00.000Z"}


def _active(job: Job, moment: float) -> dict[str, Any]:
    since, word = job.entered(moment)[-1]
    return {
        "training_job_id": job.id,
        "training_job_name": job.request.get("name"),
        "instance_type_name": job.instance_type.id,
        "total_gpus": job.gpus,
        "workload_plane_name": "sandbox-1",
        "status_at_submit": PREFIX + word,
        "status_set_at": iso(since),
    }


def _ahead(job: Job) -> dict[str, Any]:
    return {
        "training_job_id": job.id,
        "training_job_name": job.request.get("name"),
        "instance_type_name": job.instance_type.id,
        "requested_gpus": job.gpus,
        "priority": job.priority,
        "submitted_at": iso(job.created_at),
    }


def _events(jobs: list[Job], since: float, until: float) -> list[dict[str, Any]]:
    found = [(moment, job, word) for job in jobs for moment, word in job.entered(until) if since <= moment <= until]
    return [
        {
            "training_job_id": job.id,
            "training_job_name": job.request.get("name"),
            "status": PREFIX + word,
            "created": iso(moment),
            "event_message": job.error_message(moment) if word != PENDING else None,
            "exit_code": job.plan.exit_code if word == "FAILED" else 0 if word == "COMPLETED" else None,
        }
        for moment, job, word in sorted(found, key=lambda event: event[0])
    ]
