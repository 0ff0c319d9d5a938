"""Novita's products as offers and choices, and what a spec costs."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from gpuconsole.providers.novita.rules import is_monthly
from gpuconsole.providers.novita.schemas import NovitaInstanceSpec
from gpuconsole.providers.pricing import Pricing, Rounding
from gpuconsole.providers.remote import Choice, Hardware, Offer
from gpuconsole.providers.wire import decimal, whole
from gpuconsole.providers.words import Sentence, gettext_noop

CURRENCY = "USD"
UNITS_IN_USD = 100_000
"""Prices are whole multiples of 1/100000 USD per GPU-hour (client code; the page names no unit)."""
COUNTS = (1, 2, 4, 8)
"""GPUs for which offers are listed; any number from 1 to 8 can be rented."""
SPOT = " spot"
FREE_GB = 60
"""Container disk that costs nothing (docs)."""
DISK_GB_DAY = Decimal("0.005")
"""USD a day for one GB of disk beyond that, also while the instance is off (docs)."""
NETWORK_GB_DAY = Decimal("0.002")
"""USD a day for one GB of network storage in every state (docs)."""

_VRAM = re.compile(r"(?P<model>.+?)[ -](?P<vram>\d+) ?GB", re.IGNORECASE)


def usd(units: Any) -> Decimal | None:
    """USD for a price as it stands on the wire, number or text; None for 0, which says that there is no such price."""
    amount = decimal(units)
    return amount / UNITS_IN_USD if amount else None


def hardware(name: str) -> Hardware:
    """From a product's name, the only place that tells the memory (client code): RTX 4090 24GB."""
    found = _VRAM.match(name)
    return Hardware(found["model"], vram_gb=int(found["vram"])) if found else Hardware(name)


def offers(on_demand: Sequence[Mapping[str, Any]], spot: Sequence[Mapping[str, Any]]) -> list[Offer]:
    """Each product in several counts, and once as spot."""
    found = [_offer(row, usd(row.get("price")), count) for row in on_demand for count in COUNTS]
    found += [_offer(row, usd(row.get("spotPrice")), 1, SPOT) for row in spot]
    return [row for row in found if row.hourly_price is not None]


def asked(row: Offer) -> dict[str, Any]:
    """The part of a spec that asks for an offer's hardware."""
    product, _, rest = row.hardware_id.partition(" ")
    spec: dict[str, Any] = {"productId": product, "gpuNum": row.gpu_count or 1}
    return spec | ({"billingMode": "spot"} if rest.startswith(SPOT.strip()) else {})


def price(spec: NovitaInstanceSpec, listed: Sequence[Offer]) -> Pricing:
    """Price per GPU × GPUs and that of the disks, by the second (docs); subscriptions are paid apart."""
    is_gpu, is_spot = spec.kind == "gpu", spec.billingMode == "spot"
    wanted = spec.productId + (SPOT if is_spot else "")
    found = next((row for row in listed if row.hardware_id == wanted and row.gpu_count == 1), None)
    plain = next((row for row in listed if row.hardware_id == spec.productId), found)
    each = found.hourly_price if found and not is_monthly(spec) else None
    disks_gb = paid_gb(spec.rootfsSize, spec.diskSize)
    disks = disks_hourly(disks_gb)
    return Pricing(
        hourly_price=None if each is None else each * spec.gpuNum + disks,
        currency=CURRENCY,
        rounding=Rounding.SECOND,
        gpu_count=spec.gpuNum if is_gpu else 0,
        hardware_model=plain.hardware.model if plain and plain.hardware else "",
        hardware_id=spec.productId,
        resting_hourly_price=disks,
        resting_for=Sentence("Disks, {size} GB", size=disks_gb) if disks_gb else "",
        not_priced=tuple(_not_priced(spec)),
    )


def _not_priced(spec: NovitaInstanceSpec) -> list[str]:
    found = [gettext_noop("Subscription, paid ahead; it cannot be ended early")] if is_monthly(spec) else []
    if spec.networkStorages or spec.networkStorageId:
        text = gettext_noop("Network storages at {price} per GB and day, charged to the account whether mounted or not")
        found.append(Sentence(text, price=f"{NETWORK_GB_DAY} {CURRENCY}"))
    return found


def paid_gb(container_gb: int, volume_gb: int) -> int:
    """The volume disk, and what the container disk has beyond what is free (docs)."""
    return volume_gb + max(0, container_gb - FREE_GB)


def disks_hourly(disks_gb: int) -> Decimal:
    """Of disks that cost money, while it is off too (docs)."""
    return (disks_gb * DISK_GB_DAY / 24).quantize(Decimal("0.000001"))


def _offer(row: Mapping[str, Any], each: Decimal | None, count: int, kind: str = "") -> Offer:
    gpu, regions = hardware(str(row.get("name") or "")), [str(region) for region in row.get("regions") or ()]
    product = str(row.get("id") or "")
    return Offer(
        hardware_id=f"{product}{kind}" if count == 1 else f"{product}{kind} × {count}",
        hardware=Hardware(f"{gpu.model}{kind}", vram_gb=gpu.vram_gb),
        gpu_count=count,
        hourly_price=None if each is None else each * count,
        currency=CURRENCY,
        billing="second",
        region=regions[0] if len(regions) == 1 else "",
        cpu_count=_times(row.get("cpuPerGpu"), count),
        ram_gb=_times(row.get("memoryPerGpu"), count),
        is_available=row.get("availableDeploy") if isinstance(row.get("availableDeploy"), bool) else None,
        detail=", ".join(regions),
        regions=tuple(regions) if len(regions) > 1 else (),
    )


def product_choice(row: Mapping[str, Any]) -> Choice:
    """A product with its price and its limits."""
    gpu, each, spot = hardware(str(row.get("name") or "")), usd(row.get("price")), usd(row.get("spotPrice"))
    facts = {
        "hourly_price_each": _text(each),
        "spot_price_each": _text(spot),
        "currency": CURRENCY,
        "gpu_model": gpu.model,
        "vram_gb": gpu.vram_gb,
        "regions": [str(region) for region in row.get("regions") or ()],
        "billing": [str(mode) for mode in row.get("billingMethods") or ()],
        "is_available": row.get("availableDeploy"),
        "stock": str(row.get("inventoryState") or ""),
        "cpu_each": whole(row.get("cpuPerGpu")),
        "ram_gb_each": whole(row.get("memoryPerGpu")),
        **{ours: whole(row.get(theirs)) for ours, theirs in _LIMITS.items()},
    }
    price_text = f"{_text(each)} {CURRENCY} per GPU-hour" if each is not None else "no price by the hour"
    return Choice(str(row.get("id")), f"{row.get('name')} ({row.get('id')})", help=price_text, facts=facts)


_LIMITS = {
    "least_rootfs_gb": "minRootFS",
    "most_rootfs_gb": "maxRootFS",
    "least_disk_gb": "minLocalStorage",
    "most_disk_gb": "maxLocalStorage",
}


def _times(each: Any, count: int) -> Decimal | None:
    amount = decimal(each)
    return None if amount is None else amount * count


def _text(number: Decimal | None) -> str | None:
    return None if number is None else f"{number.normalize():f}"
