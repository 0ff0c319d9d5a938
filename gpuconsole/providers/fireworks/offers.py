"""Node pools as offers. Nobody tells a price: the machines are on the customer's own AWS bill."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gpuconsole.providers.fireworks.bodies import account_of, id_of
from gpuconsole.providers.fireworks.machines import machine
from gpuconsole.providers.fireworks.schemas import FireworksJobSpec
from gpuconsole.providers.pricing import Pricing, Rounding
from gpuconsole.providers.remote import Hardware, Offer
from gpuconsole.providers.wire import whole
from gpuconsole.providers.words import gettext_noop

CURRENCY = "USD"
NOT_PRICED = (gettext_noop("Machines of the node pool, billed to your AWS account"),)
ACTIVE = ("CREATING", "QUEUED", "PENDING", "RUNNING", "CANCELLING", "DELETING")
"""States whose ranks take up room in a pool."""


def offer(pool: Mapping[str, Any]) -> Offer:
    """One node pool; its id stands behind its account's, as two accounts may use the same."""
    found, free = machine(instance_type(pool)), free_ranks(pool)
    return Offer(
        hardware_id=f"{account_of(pool.get('name'))}/{id_of(pool.get('name'))}",
        hardware=Hardware(found.gpu, found.maker, found.vram_gb) if found.gpu else None,
        gpu_count=found.gpus,
        hourly_price=None,
        currency=CURRENCY,
        billing="second",
        is_available=None if free is None else is_ready(pool) and has_machines(pool) and free > 0,
        detail=", ".join(part for part in (str(pool.get("displayName") or ""), instance_type(pool)) if part),
    )


def asked(row: Offer) -> dict[str, Any]:
    """The part of a spec that asks for this pool."""
    account, slash, pool = row.hardware_id.partition("/")
    return {"account_id": account, "nodePoolId": pool} if slash and account and pool else {}


def free_ranks(pool: Mapping[str, Any]) -> int | None:
    """Ranks that a pool has room for with all the nodes it may grow to; None where it does not tell.

    The arithmetic is assumed: ranks of environments and of jobs that are not over take up room.
    """
    stats = pool.get("nodePoolStats")
    each = per_node(pool)
    if not isinstance(stats, Mapping) or not each:
        return None
    taken = stats.get("batchJobRanks") or {}
    busy = (whole(stats.get("environmentRanks")) or 0) + sum(whole(taken.get(state)) or 0 for state in ACTIVE)
    return max(0, most_nodes(pool) * each - busy)


def price(spec: FireworksJobSpec, offers: Sequence[Offer]) -> Pricing:
    """No price, and the GPUs: one a rank, none on a pool of CPU machines. An unknown pool may well have them."""
    pool_id = f"{spec.account_id}/{spec.nodePoolId}"
    found = next((row for row in offers if row.hardware_id == pool_id), None)
    has_none = found is not None and found.hardware is None and machine(found.detail.rpartition(", ")[2]).is_known
    return Pricing(
        hourly_price=None,
        currency=CURRENCY,
        rounding=Rounding.SECOND,
        gpu_count=0 if has_none else spec.numRanks,
        hardware_model=found.hardware.model if found and found.hardware else "",
        hardware_id=pool_id,
        not_priced=NOT_PRICED,
    )


def instance_type(pool: Mapping[str, Any]) -> str:
    """What the hosts of a pool are."""
    eks, fake = pool.get("eksNodePool") or {}, pool.get("fakeNodePool") or {}
    return str(eks.get("instanceType") or fake.get("machineType") or "")


def per_node(pool: Mapping[str, Any]) -> int | None:
    """Ranks on one host; None where the pool does not tell."""
    stats = pool.get("nodePoolStats")
    return whole(stats.get("ranksPerNode")) if isinstance(stats, Mapping) else None


def most_nodes(pool: Mapping[str, Any]) -> int:
    """Hosts that a pool may grow to; one unless told (client code)."""
    fake = pool.get("fakeNodePool") or {}
    return whole(fake.get("numNodes")) or whole(pool.get("maxNodeCount")) or 1


def has_machines(pool: Mapping[str, Any]) -> bool:
    """Whether its last growth went well: its status tells what did not (client code)."""
    status = pool.get("status")
    return not isinstance(status, Mapping) or str(status.get("code") or "OK") == "OK"


def is_ready(pool: Mapping[str, Any]) -> bool:
    """Whether it takes work."""
    return pool.get("state") == "READY"
