"""From the instances of Cortecs to remotes with their workers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from gpuconsole.providers.cortecs.statuses import STATUSES
from gpuconsole.providers.remote import UNHEARD_OF, Part, PartState, Remote
from gpuconsole.providers.wire import moment, whole

_HARDWARE = re.compile(r"(?P<maker>[A-Za-z]+)_(?P<model>.+)_(?P<count>\d+)")


def hardware_parts(hardware_id: str) -> tuple[str, str, int]:
    """Maker, model and GPUs per worker in an id such as NVIDIA_L40S_2; ("", id, 0) for another form."""
    found = _HARDWARE.fullmatch(hardware_id)
    if not found:
        return "", hardware_id, 0
    return found["maker"], found["model"].replace("_", " "), int(found["count"])


def status_of(instance: Mapping[str, Any]) -> str:
    """The raw status word of an instance."""
    return str((instance.get("instance_status") or {}).get("status") or "")


def remote(instance: Mapping[str, Any]) -> Remote:
    """One instance as listed. There is no name and no failed status: a start that dies reads as stopped."""
    arguments = instance.get("instance_args") or {}
    times = instance.get("instance_status") or {}
    status = status_of(instance)
    hardware_id = str(arguments.get("hardware_type_id") or "")
    per_worker = hardware_parts(hardware_id)[2]
    workers = whole(arguments.get("num_workers")) or 1
    began, stopped = moment(times.get("started_at")), moment(times.get("stopped_at"))
    never_ran = status == "stopped" and began is None
    return Remote(
        id=str(instance.get("instance_id") or ""),
        status=status,
        reading=STATUSES.get(status, UNHEARD_OF),
        started_at=began,
        ended_at=stopped if status == "stopped" else None,
        message="Stopped before it was ready; Cortecs gives no reason." if never_ran else "",
        hardware_id=hardware_id,
        gpu_count=per_worker * workers if per_worker else None,
        parts=tuple(
            _worker(number, row, status) for number, row in enumerate(instance.get("worker_statuses") or (), start=1)
        ),
        connect=_connect(instance, status),
        raw=instance,
    )


def _worker(number: int, worker: Mapping[str, Any], status: str) -> Part:
    """A worker without progress is stopped (seed). The last step is reached when it serves."""
    name, progress = f"Worker {number}", worker.get("init_progress")
    if not isinstance(progress, Mapping):
        return Part(name, PartState.RUNNING if status == "running" else PartState.STOPPED)
    step, steps = whole(progress.get("current_step")), whole(progress.get("num_steps"))
    is_up = step is not None and step == steps
    return Part(
        name,
        PartState.RUNNING if is_up else PartState.STARTING,
        step,
        steps,
        str(progress.get("description") or ""),
    )


def _connect(instance: Mapping[str, Any], status: str) -> dict[str, str]:
    """The OpenAI-compatible address; it is told before the status flips, and is of use only then."""
    base_url, model = instance.get("base_url"), (instance.get("instance_args") or {}).get("model_id")
    if status != "running" or not base_url:
        return {}
    return {"Base URL": str(base_url)} | ({"Model": str(model)} if model else {})
