"""The Spec tab: what was sent beside what came back, and every value that the provider changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from gpuconsole.providers.masking import MASK
from gpuconsole.workloads import acts
from gpuconsole.workloads.models import Workload

MOST_DEPTH = 12


@dataclass(frozen=True, slots=True)
class Difference:
    """One value that the provider gave back otherwise than it was asked for."""

    path: str
    asked: Any
    given: Any


def context(workload: Workload, url: str) -> dict[str, Any]:
    sent = workload.request.get("body", workload.spec) if workload.request else workload.spec
    return {
        "workload": workload,
        "was_sent": bool(workload.request),
        "sent": sent,
        "returned": workload.remote,
        "differences": list(differences(sent, workload.remote)),
        "clone_url": acts.clone_url(workload),
        "json_url": f"{url}spec.json",
    }


def differences(sent: Any, returned: Any) -> Iterator[Difference]:
    """Values under the same name at the same place that are not the same; what one side lacks or hides is none."""
    yield from _compare(_unwrapped(sent), _unwrapped(returned), "", 0)


def _compare(sent: Any, returned: Any, path: str, depth: int) -> Iterator[Difference]:
    if depth > MOST_DEPTH or not isinstance(sent, Mapping) or not isinstance(returned, Mapping):
        return
    for key, asked in sent.items():
        if key not in returned or asked is None or returned[key] == MASK:
            continue
        given, here = returned[key], f"{path}.{key}" if path else str(key)
        if isinstance(asked, Mapping):
            yield from _compare(asked, given, here, depth + 1)
        elif asked != given and not isinstance(given, (Mapping, list)) and str(asked) != given:  # 2 comes back as "2"
            yield Difference(here, asked, given)


def _unwrapped(body: Any) -> Any:
    """Providers wrap what they take and give: {"training_job": {…}}, {"instance": {"instance_args": {…}}}."""
    if isinstance(body, Mapping) and len(body) == 1 and isinstance(next(iter(body.values())), Mapping):
        body = next(iter(body.values()))
    if isinstance(body, Mapping) and isinstance(body.get("instance_args"), Mapping):
        return {**body, **body["instance_args"]}
    return body
