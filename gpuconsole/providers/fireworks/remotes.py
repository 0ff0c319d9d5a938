"""From Fireworks' batch jobs to remotes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gpuconsole.providers import tokens
from gpuconsole.providers.fireworks.bodies import account_of, id_of
from gpuconsole.providers.fireworks.fields import TOKEN_ANNOTATION
from gpuconsole.providers.fireworks.statuses import FINAL, STATUSES, UNSPECIFIED
from gpuconsole.providers.masking import MASK
from gpuconsole.providers.remote import UNHEARD_OF, Remote
from gpuconsole.providers.wire import moment, whole


def remote(job: Mapping[str, Any]) -> Remote:
    """One job as answered. Zero values are left out of answers: no state is the unspecified one, no ranks are one.

    ``gpu_count`` counts a rank as a GPU: the answer does not tell whether its pool has any.
    """
    status = str(job.get("state") or UNSPECIFIED)
    stands = STATUSES.get(status, UNHEARD_OF)
    account, token = account_of(job.get("name")), (job.get("annotations") or {}).get(TOKEN_ANNOTATION)
    return Remote(
        id=id_of(job.get("name")),
        status=status,
        reading=stands,
        token=str(token or ""),
        name=tokens.split(job.get("displayName"))[1],
        created_at=moment(job.get("createTime")),
        started_at=moment(job.get("startTime")),
        ended_at=moment(job.get("endTime")) if stands.state in FINAL else None,
        message=_text(job.get("status")),
        hardware_id=f"{account}/{job.get('nodePoolId') or ''}",
        gpu_count=whole(job.get("numRanks")) or 1,
        raw=_without_values(job),
    )


def _text(status: Any) -> str:
    """A job's status is plain text; on pools, environments and snapshots it is an object with a message."""
    return str((status.get("message") if isinstance(status, Mapping) else status) or "")


def _without_values(job: Mapping[str, Any]) -> dict[str, Any]:
    """Fireworks keeps no secrets apart: it echoes every variable in plain, and no answer says which of them is one."""
    found = job.get("envVars")
    return {**job, "envVars": dict.fromkeys(found, MASK)} if isinstance(found, Mapping) else dict(job)
