"""From OTOY's jobs and their runs to remotes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gpuconsole.providers import tokens
from gpuconsole.providers.masking import MASK
from gpuconsole.providers.otoy import runs
from gpuconsole.providers.otoy.runs import Run
from gpuconsole.providers.otoy.statuses import FINAL, reading
from gpuconsole.providers.remote import Remote, RemoteState
from gpuconsole.providers.wire import moment, whole


def remote(job: Mapping[str, Any], its_runs: Sequence[Run] = ()) -> Remote:
    """One job; addresses, attempts and prices are told by its runs only."""
    status = str(job.get("status") or "")
    groups = runs.grouped(its_runs)
    stands = runs.refined(reading(status), groups[-1] if groups else ())
    token, title = tokens.split(str(job.get("title") or ""))
    now = groups[-1] if groups else []
    tries = runs.attempts(groups, job)
    is_over = stands.state in FINAL
    gpus = whole(job.get("gpu_count"))
    return Remote(
        id=str(job.get("uuid") or ""),
        status=status,
        reading=stands,
        token=token,
        name=title,
        created_at=moment(job.get("created_at")),
        started_at=tries[-1].started_at if tries else None,
        ended_at=(tries[-1].ended_at if tries else None) or moment(job.get("updated_at")) if is_over else None,
        message=tries[-1].message if tries and stands.state == RemoteState.FAILED else "",
        hardware_id=str(job.get("gpu_name") or job.get("gpu_registry_uuid") or ""),
        gpu_count=None if gpus is None else gpus * max(1, len(now)),
        hourly_price=runs.hourly_price(now),
        attempts=tries,
        lanes=runs.lanes(groups, gpus),
        parts=() if is_over else runs.parts(now),
        connect=runs.connect(now),
        ports=runs.ports(now),
        raw=without_secrets(job),
    )


def without_secrets(job: Mapping[str, Any]) -> dict[str, Any]:
    """The job as it came, but for what may be secret: OTOY echoes image logins and every variable.

    Which variables came from secrets is not told by the echo, so that none of their values is kept.
    """
    parameters = job.get("parameters")
    docker = parameters.get("parameters") if isinstance(parameters, Mapping) else None
    if not isinstance(parameters, Mapping) or not isinstance(docker, Mapping):
        return dict(job)
    kept = _masked_login(docker)
    if isinstance(env := docker.get("env"), Mapping):
        kept["env"] = dict.fromkeys(env, MASK)
    if isinstance(volumes := docker.get("volumes"), list):
        kept["volumes"] = [_masked_login(one) if isinstance(one, Mapping) else one for one in volumes]
    return {**job, "parameters": {**parameters, "parameters": kept}}


def _masked_login(login: Mapping[str, Any]) -> dict[str, Any]:
    return {key: MASK if key == "secret" and value else value for key, value in login.items()}
