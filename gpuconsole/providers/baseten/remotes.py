"""From Baseten's training jobs to remotes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gpuconsole.providers import tokens
from gpuconsole.providers.baseten.statuses import FINAL, STATUSES, guess
from gpuconsole.providers.remote import Reading, Remote, RemoteState
from gpuconsole.providers.wire import moment, whole


def reading(status: str) -> Reading:
    """What a status word means."""
    return STATUSES.get(status) or guess(status)


def remote(job: Mapping[str, Any]) -> Remote:
    """One job as listed. Baseten tells neither start nor end; ``updated_at``, its last change, is the nearest thing to
    the moment when it came to its present status, and never before it."""
    status = str(job.get("current_status") or "")
    stands = reading(status)
    token, name = tokens.split(job.get("name"))
    instance, changed_at = job.get("instance_type") or {}, moment(job.get("updated_at"))
    per_node = whole(instance.get("gpu_count"))
    return Remote(
        id=str(job.get("id") or ""),
        status=status,
        reading=stands,
        token=token,
        name=name,
        created_at=moment(job.get("created_at")),
        started_at=changed_at if stands.state == RemoteState.RUNNING else None,
        ended_at=changed_at if stands.state in FINAL else None,
        message=str(job.get("error_message") or ""),
        hardware_id=str(instance.get("id") or ""),
        gpu_count=None if per_node is None else per_node * (whole(job.get("node_count")) or 1),
        raw=job,
    )


def project_id(job: Mapping[str, Any]) -> str:
    """The project that a job is in, told in one of two places."""
    return str(job.get("training_project_id") or (job.get("training_project") or {}).get("id") or "")
