"""What Novita charges for an instance: GPU time by the second, subscriptions when they are bought, disks by the day.

GPU time counts from `pulling` until the instance has exited; a begun second counts whole (assumed). The container disk
beyond 60 GB and the volume disk are paid from the first `pulling` to the removal, in every status between.
"""

from decimal import Decimal
from typing import TYPE_CHECKING

from gpuconsole.simulator.charges import COMPUTE, DAY, STORAGE, SUBSCRIPTION, Charge
from gpuconsole.simulator.dialects.novita import life
from gpuconsole.simulator.dialects.novita.catalogue import CpuProduct
from gpuconsole.simulator.dialects.novita.setup import Setup
from gpuconsole.simulator.dialects.novita.subscriptions import Subscription

if TYPE_CHECKING:
    from gpuconsole.simulator.dialects.novita.instances import Instance

FREE_ROOTFS_GB = 60
DISK_USD_PER_GB_DAY = Decimal("0.005")


def paid_gb(setup: Setup, rootfs_gb: int) -> int:
    """GB that cost money: the volume disk, and what the container disk has beyond the free ones."""
    return max(rootfs_gb - FREE_ROOTFS_GB, 0) + setup.local_gb


def charges(instance: "Instance", taken: life.Steps, now: float) -> list[Charge]:
    """All that the instance has been charged for, by the statuses that it has been through."""
    paid = instance.subscription_at(now)
    return [*_gpu_time(instance, taken, paid), *_payments(instance, paid), *_disks(instance, taken)]


def _gpu_time(instance: "Instance", taken: life.Steps, paid: Subscription | None) -> list[Charge]:
    """By the second, until a subscription takes its place."""
    is_cpu = isinstance(instance.setup.product, CpuProduct)
    units = 1 if is_cpu else instance.gpus
    found = []
    for number, (began, end) in enumerate(life.billed(taken), start=1):
        if paid is not None and began >= paid.began_at:
            break
        ends = [moment for moment in (end, paid.began_at if paid else None) if moment is not None]
        found.append(
            Charge(
                resource_id=instance.id,
                name=instance.name,
                what=COMPUTE,
                currency=instance.currency,
                began_at=began,
                ended_at=min(ends, default=None),
                price=Decimal(instance.hourly_usd) * instance.price_factor / units,
                units=units,
                unit="instance" if is_cpu else "GPU",
                run=number,
            )
        )
    return found


def _payments(instance: "Instance", paid: Subscription | None) -> list[Charge]:
    """What was paid ahead, each at its moment."""
    return [
        Charge(
            resource_id=instance.id,
            name=instance.name,
            what=SUBSCRIPTION,
            currency=instance.currency,
            began_at=at,
            ended_at=at,
            price=Decimal(usd) * instance.price_factor,
            price_s=None,
            unit="term",
            part=f"term-{number}",
        )
        for number, (at, usd) in enumerate(paid.payments if paid else (), start=1)
    ]


def _disks(instance: "Instance", taken: life.Steps) -> list[Charge]:
    """Each size that its disks had, from the first `pulling` to the removal."""
    began = next((moment for moment, status in taken if status == life.PULLING), None)
    if began is None:
        return []
    removed_at = taken[-1][0] if taken[-1][1] == life.REMOVED else None
    ends: list[float | None] = [since for since, _ in instance.disks[1:]]
    found = []
    for number, ((since, rootfs_gb), end) in enumerate(zip(instance.disks, [*ends, None], strict=True), start=1):
        until = min((moment for moment in (end, removed_at) if moment is not None), default=None)
        size_gb, first = paid_gb(instance.setup, rootfs_gb), max(since, began)
        if size_gb and (until is None or until > first):
            found.append(
                Charge(
                    resource_id=instance.id,
                    name=instance.name,
                    what=STORAGE,
                    currency=instance.currency,
                    began_at=first,
                    ended_at=until,
                    price=DISK_USD_PER_GB_DAY,
                    price_s=DAY,
                    units=size_gb,
                    unit="GB",
                    part=f"disk-{number}",
                )
            )
    return found
