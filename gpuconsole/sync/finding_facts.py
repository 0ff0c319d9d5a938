"""What a finding shows of the remote or the record that it is about, by its columns."""

from __future__ import annotations

from typing import Any

from gpuconsole.inventory import prices
from gpuconsole.inventory.models import Mark
from gpuconsole.providers.remote import Remote, RemoteState, Tariff
from gpuconsole.sync.drift import Offers
from gpuconsole.sync.explaining import Unexplained
from gpuconsole.workloads.models import Workload


def of_stray(one: Unexplained, detail: Remote | None, offers: Offers) -> dict[str, Any]:
    """What the provider tells of it, and what it costs; ``detail`` tells more than the list did."""
    remote = detail or one.remote
    price = prices.of_remote(remote, offers())
    record = one.workload
    if record is not None and record.hourly_price is not None and price.is_estimated:
        price = prices.Price(
            record.hourly_price, record.resting_hourly_price, record.currency, record.rounding, record.gpu_model
        )
    tariff = remote.reading.tariff
    return {
        "workload_id": record.pk if record else None,
        "mark": one.mark,
        "deployment": one.deployment,
        "token": remote.token[:60],
        "name": (remote.name or (record.name if record else ""))[:200],
        **_remote_facts(remote),
        "tariff": Tariff.RUN if tariff is None else tariff,
        "hardware_id": remote.hardware_id[:100],
        "gpu_model": price.gpu_model[:60],
        "gpu_count": remote.gpu_count,
        "region": remote.region[:100],
        "hourly_price": price.running,
        "resting_hourly_price": price.resting,
        "hourly_now": price.now(tariff),
        "currency": price.currency,
        "rounding": price.rounding,
        "is_estimated": price.is_estimated,
        "remote": dict(remote.raw),
        "missing_count": 0,
    }


def of_record(workload: Workload) -> dict[str, Any]:
    """What a finding about a record of ours shows: our own figures."""
    return {
        "workload_id": workload.pk,
        "mark": Mark.OURS,
        "token": workload.token,
        "name": workload.name,
        "remote_status": workload.remote_status,
        "remote_state": RemoteState.UNKNOWN.value,
        "hardware_id": workload.hardware_id,
        "gpu_model": workload.gpu_model,
        "gpu_count": workload.gpu_count,
        "region": workload.region,
        "hourly_price": workload.hourly_price,
        "hourly_now": _hourly_now(workload),
        "currency": workload.currency,
        "rounding": workload.rounding,
        "said_started_at": workload.started_at,
    }


def _remote_facts(remote: Remote) -> dict[str, Any]:
    return {
        "remote_status": remote.status[:100],
        "remote_state": remote.reading.state.value,
        "phase": remote.reading.phase or "",
        "said_created_at": remote.created_at,
        "said_started_at": remote.started_at,
    }


def _hourly_now(workload: Workload) -> Any:
    """Zero while nothing is billed; None where nobody knows the price."""
    if workload.billed_since is None:
        return 0 if workload.hourly_price is not None else None
    return workload.hourly_now
