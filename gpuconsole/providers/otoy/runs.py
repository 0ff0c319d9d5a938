"""The runs of an OTOY job: attempts one after another, nodes side by side, the ways in, and why the last one ended."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from gpuconsole.providers.otoy.statuses import FINAL, RUN_STATUSES, run_reading
from gpuconsole.providers.remote import Attempt, Lane, Part, PartState, Port, Reading, RemoteState
from gpuconsole.providers.wire import decimal, moment, whole

SSH_USER = "duser"
"""Login name in the vendor's own images (client code); an image of one's own may have another."""
Run = Mapping[str, Any]
_EARLIEST = datetime.min.replace(tzinfo=UTC)
_LIMIT_MARGIN_MS = 2000


def in_order(runs: Sequence[Run]) -> list[Run]:
    """Oldest first."""
    return sorted(runs, key=lambda run: began_at(run) or _EARLIEST)


def began_at(run: Run) -> datetime | None:
    """When a run came into being, as far as it tells."""
    return moment(run.get("created_at")) or started_at(run)


def started_at(run: Run) -> datetime | None:
    """When its container came up."""
    started_ms = whole(run.get("started_at_ms"))
    return None if not started_ms else datetime.fromtimestamp(started_ms / 1000, UTC)


def ended_at(run: Run) -> datetime | None:
    """When it ended: its start and how long it ran, else its last change; None while it has not."""
    if not is_over(run):
        return None
    began, lasted_ms = started_at(run), whole(run.get("duration_ms"))
    if began is not None and lasted_ms is not None:
        return began + timedelta(milliseconds=lasted_ms)
    return moment(run.get("updated_at")) or began


def is_one(job: Mapping[str, Any]) -> bool:
    """Whether the job can have one run only: a single node and a single try."""
    return (whole(job.get("max_node_count")) or 1) == 1 and not whole(job.get("max_retry_count"))


def is_over(run: Run) -> bool:
    """Whether it has ended."""
    return run_reading(str(run.get("status") or "")).state in FINAL


def grouped(runs: Sequence[Run]) -> list[list[Run]]:
    """Runs by attempt: those of several nodes stand side by side, one that began when all were over is a new try."""
    groups: list[list[Run]] = []
    for run in in_order(runs):
        if not groups or all(_is_over_before(other, run) for other in groups[-1]):
            groups.append([])
        groups[-1].append(run)
    return groups


def refined(job: Reading, group: Sequence[Run]) -> Reading:
    """What the job's word means, where a run tells it more finely: the job is ASSIGNED while the image is pulled."""
    is_preparing = any(run.get("status") == "PREPARING" for run in group)
    return RUN_STATUSES["PREPARING"] if job.state == RemoteState.STARTING and is_preparing else job


def attempts(groups: Sequence[Sequence[Run]], job: Mapping[str, Any]) -> tuple[Attempt, ...]:
    """What each group of runs says of its try."""
    return tuple(_attempt(group, job) for group in groups)


def lanes(groups: Sequence[Sequence[Run]], gpu_count: int | None) -> tuple[Lane, ...]:
    """Each run that came up: it is billed by its own time, at the price of the node that it landed on."""
    numbered = ((number, run) for number, group in enumerate(groups, start=1) for run in group)
    return tuple(
        Lane(str(run.get("uuid") or ""), number, began, ended_at(run), rate(run), gpu_count or 0)
        for number, run in numbered
        if (began := started_at(run)) is not None
    )


def why_failed(group: Sequence[Run], job: Mapping[str, Any]) -> str:
    """Why a try failed, as far as its times tell: OTOY itself gives no cause."""
    limit_ms = whole(job.get("max_timeout_run_ms"))
    if not any(started_at(run) for run in group):
        return "It never came up: no node was free in time, or the start took too long."
    if limit_ms and any((whole(run.get("duration_ms")) or 0) >= limit_ms - _LIMIT_MARGIN_MS for run in group):
        return f"It reached its maximum run time of {limit_ms / 60_000:g} min."
    return ""


def parts(group: Sequence[Run]) -> tuple[Part, ...]:
    """The nodes of the present try, with what each really costs: a node may be larger than what was asked for."""
    found = []
    for number, run in enumerate(group, start=1):
        status = str(run.get("status") or "")
        price = rate(run)
        cost = "" if price is None else f", {price.normalize():f} USD per hour"
        found.append(Part(f"Node {number}", _part_state(run_reading(status).state), text=f"{status.lower()}{cost}"))
    return tuple(found)


def rate(run: Run) -> Decimal | None:
    """USD per hour of the whole node that it runs on."""
    return decimal(run.get("hourly_rate_usd"))


def hourly_price(group: Sequence[Run]) -> Decimal | None:
    """USD per hour of all nodes that are not given back; None where one does not tell."""
    rates = [rate(run) for run in group if not is_over(run)]
    known = [price for price in rates if price is not None]
    return sum(known, Decimal(0)) if rates and len(known) == len(rates) else None


def connect(group: Sequence[Run]) -> dict[str, str]:
    """Ways in to the nodes that are up; the addresses may come some time after the run is RUNNING."""
    found = ((_way_in(url), node) for url, node in _urls(group))
    return {f"{label}, {node}" if node else label: address for (label, address), node in found}


def ports(group: Sequence[Run]) -> tuple[Port, ...]:
    """Those of the ways in whose port inside is told; whether something listens there is not (docs)."""
    found = []
    for url, node in _urls(group):
        number = whole(told) if str(told := url.get("description") or "").isdecimal() else None
        label = _way_in(url)[0]
        if number:
            way = f"{label}, {node}" if node else label
            found.append(Port(number, str(url.get("protocol") or ""), way, node))
    return tuple(found)


def may_retry(run: Run) -> bool:
    """Whether its job has tries left or had any, by the copy of the job that a run carries."""
    job = run.get("job_snapshot")
    return bool(whole(job.get("max_retry_count"))) if isinstance(job, Mapping) else False


def _urls(group: Sequence[Run]) -> Iterator[tuple[Mapping[str, Any], str]]:
    """The addresses of the nodes that are up, each with its node's name where there are several."""
    up = [run for run in group if run_reading(str(run.get("status") or "")).state == RemoteState.RUNNING]
    for number, run in enumerate(up, start=1):
        for url in run.get("node_urls") or ():
            if isinstance(url, Mapping) and url.get("hostname") and url.get("port"):
                yield url, f"node {number}" if len(up) > 1 else ""


def _way_in(url: Mapping[str, Any]) -> tuple[str, str]:
    told, host, port = str(url.get("description") or ""), str(url["hostname"]), str(url["port"])
    if told == "ssh":
        return "SSH", f"ssh -p {port} {SSH_USER}@{host}"
    label = f"Port {told}" if told.isdecimal() else told or "Address"
    if str(url.get("protocol") or "").startswith("http"):
        is_secure = url.get("tls") or url.get("protocol") == "https"
        return label, f"http{'s' if is_secure else ''}://{host}:{port}"
    return label, f"{host}:{port}"


def _attempt(group: Sequence[Run], job: Mapping[str, Any]) -> Attempt:
    started = [at for run in group if (at := started_at(run))]
    ended = [at for run in group if (at := ended_at(run))]
    is_ended = all(is_over(run) for run in group)
    failed = any(run.get("status") == "FAILED" for run in group)
    return Attempt(
        started_at=min(started, default=None),
        ended_at=max(ended, default=None) if is_ended else None,
        message=why_failed(group, job) if is_ended and failed else "",
    )


def _is_over_before(run: Run, other: Run) -> bool:
    end, begin = ended_at(run), began_at(other)
    # Stamps of start plus length may come out a moment later than the next run's beginning.
    return is_over(run) and (end is None or begin is None or end <= begin + timedelta(seconds=5))


def _part_state(state: RemoteState) -> PartState:
    if state == RemoteState.RUNNING:
        return PartState.RUNNING
    return PartState.STOPPED if state in FINAL else PartState.STARTING
