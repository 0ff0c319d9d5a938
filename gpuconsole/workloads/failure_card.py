"""The card on the page of work that ended badly, and the links between a retry and what it retries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from gpuconsole.accounts.access import Viewer
from gpuconsole.workloads import acts, failures
from gpuconsole.workloads.acts import Act
from gpuconsole.workloads.causes import Again
from gpuconsole.workloads.failures import Failure
from gpuconsole.workloads.models import Workload
from gpuconsole.workloads.states import ReasonCode, Verb


def of(viewer: Viewer, workload: Workload, url: str, now: datetime) -> dict[str, Any]:
    """What the card shows; ``url`` is the address of the workload's page. One query where it ended badly."""
    found = failures.of(workload, now)
    return {
        "failure": found,
        "failure_acts": [] if found is None else _ways_on(viewer, workload, url, found),
        "offers_url": _offers_url(workload),
        "line_url": f"{url}logs/{found.log_query}" if found and found.log_query else "",
    }


def kin(workload: Workload) -> Sequence[tuple[str, Workload]]:
    """What it is a retry of, and what it was retried as."""
    first = workload.retry_of
    before = [(_("retry of"), first)] if first and first.deleted_at is None else []
    after = Workload.objects.filter(retry_of=workload, deleted_at=None).only("public_id", "name", "kind")
    retried = after.order_by("-id")[:1] if workload.is_final else after.none()
    return [*before, *((_("retried as"), one) for one in retried)]


def _ways_on(viewer: Viewer, workload: Workload, url: str, found: Failure) -> list[Act]:
    """The better of the two first: a clone where something must be changed, else a retry."""
    verbs = (Verb.CLONE, Verb.RETRY) if found.again is Again.CHANGE_FIRST else (Verb.RETRY, Verb.CLONE)
    buttons = [act for act in acts.of(viewer, workload, url) if not act.reason]
    ways = [act for verb in verbs for act in buttons if act.verb == verb]
    return [replace(act, label=_("Clone with changes")) if act.verb == Verb.CLONE else act for act in ways]


def _offers_url(workload: Workload) -> str:
    """Where else its hardware can be had; empty where that is not what it lacked."""
    is_short = workload.reason_code == ReasonCode.NO_CAPACITY and workload.gpu_model
    return f"/catalogue/?{urlencode({'q': workload.gpu_model})}" if is_short else ""
