"""OTOY's offers as ours and as choices of the form, and what a spec costs."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from gpuconsole.providers.otoy.regions import REGIONS, group
from gpuconsole.providers.otoy.schemas import OtoyJobSpec
from gpuconsole.providers.pricing import Pricing, Rounding
from gpuconsole.providers.remote import Choice, Hardware, Offer
from gpuconsole.providers.wire import decimal, whole
from gpuconsole.providers.words import gettext_noop

CURRENCY = "USD"
GPUS_BY_DEFAULT = 1
"""GPUs of a job that does not say how many (assumed)."""
CPU_ONLY = "CPU only"
_GB_IN_GIB = Decimal(2**30) / Decimal(10**9)
_LARGER = " / "
"""Parts the name of a kind of node from what tells it from others of the same GPUs, region and count."""
_DISK = re.compile(r"(\d+) GiB disk")
_SERIES = ("nvidia", "geforce", "amd", "radeon")


def offers(rows: Iterable[Mapping[str, Any]]) -> list[Offer]:
    """All offers, cheapest first. Several of the same GPUs, count and region are told apart by their size.

    The list holds what can be matched just now (docs), so all of it is available; sizes are in GiB there.
    """
    found: dict[tuple[str, int, str], Offer] = {}
    for one in sorted(map(_offer, rows), key=lambda one: one.hourly_price or Decimal("Infinity")):
        key = (one.hardware_id, one.gpu_count, one.region)
        if key in found:
            size = f"{one.cpu_count} cores, {one.ram_gb:f} GB"
            one = replace(one, hardware_id=f"{one.hardware_id}{_LARGER}{size}")
            key = (one.hardware_id, one.gpu_count, one.region)
        found.setdefault(key, one)
    return list(found.values())


def hardware_name(hardware_id: str) -> str:
    """The GPU's name in an offer's ``hardware_id``."""
    return hardware_id.partition(_LARGER)[0]


def gpu_choices(rows: Sequence[Mapping[str, Any]], key: str) -> list[Choice]:
    """GPUs that can be had, by ``name`` or by ``gpu_registry_uuid``.

    Only what has an entry in the registry: matching follows that, whatever else OTOY's own console lists.
    """
    entries: dict[str, tuple[str, int | None]] = {}
    count: Counter[str] = Counter()
    for model in (model for row in rows for model in _models(row) if model.get("gpu_registry_uuid")):
        value = str(model.get(key) or "")
        if value:
            entries.setdefault(value, (str(model.get("name") or value), whole(model.get("min_vram_gib"))))
            count[value] += 1
    found = []
    for value, (name, vram_gb) in sorted(entries.items(), key=lambda item: item[1][0]):
        memory = f"{vram_gb} GB, " if vram_gb else ""
        found.append(Choice(value, name, help=f"{memory}{_kinds(count[value])}", facts={"vram_gb": vram_gb}))
    return found


def region_choices(rows: Sequence[Mapping[str, Any]]) -> list[Choice]:
    """The 36 regions in their groups, each with how many kinds of nodes it offers just now."""
    count = Counter(str(row.get("region_code")) for row in rows)
    return [
        Choice(region, region, help=_kinds(count[region]) if count[region] else "none", group=group(region))
        for region in REGIONS
    ]


def price(spec: OtoyJobSpec, listed: Sequence[Offer]) -> Pricing:
    """The cheapest whole node that fits × nodes; a node may come larger, and then its own price holds."""
    fitting = [one for one in listed if _fits(one, spec) and one.hourly_price is not None]
    best = min(fitting, key=lambda one: one.hourly_price or Decimal(0), default=None)
    asked = GPUS_BY_DEFAULT if spec.gpu_count is None else spec.gpu_count
    nodes, unit = spec.max_node_count or 1, best.hourly_price if best else None
    name = hardware_name(best.hardware_id) if best else spec.gpu_name or spec.gpu_registry_uuid or ""
    is_batch = spec.task == "BATCH"
    return Pricing(
        hourly_price=None if unit is None else unit * nodes,
        currency=CURRENCY,
        rounding=Rounding.EXACT if is_batch else Rounding.HOUR,
        gpu_count=asked * nodes,
        hardware_model=best.hardware.model if best and best.hardware else short(name) if asked else "",
        hardware_id=name,
        unit_price=unit,
        units=nodes,
        region=best.region if best and spec.allowed_region_codes == [best.region] else "",
        not_priced=(gettext_noop("A larger node than asked for"),) if asked else (),
        attempts=1 + (spec.max_retry_count or 0),
        billed_at_most_s=_longest_s(spec) if is_batch else None,
    )


def asked_for(offer: Offer) -> dict[str, Any]:
    """The part of a spec that asks for an offer's hardware."""
    asked: dict[str, Any] = {"gpu_count": offer.gpu_count, "allowed_region_codes": [offer.region]}
    if offer.gpu_count:
        asked["gpu_name"] = hardware_name(offer.hardware_id)
    if _LARGER in offer.hardware_id and offer.ram_gb is not None:
        asked["min_ram_gb"] = int(offer.ram_gb)
    return asked


def short(name: str) -> str:
    """A GPU's name without maker and series; people write both forms."""
    return " ".join(word for word in name.split() if word.lower() not in _SERIES)


def _offer(row: Mapping[str, Any]) -> Offer:
    summary, prices = row.get("hardware_summary") or {}, row.get("pricing") or {}
    models = _models(row)
    name = str(models[0].get("name") or "") if models else str(summary.get("gpu_model_label") or "")
    gpus = whole(summary.get("gpu_count")) or 0
    vram_gb = whole(models[0].get("min_vram_gib") if models else summary.get("min_gpu_vram_gib"))
    maker = "AMD" if name.upper().startswith("AMD") else "NVIDIA"
    disk, entry = whole(summary.get("storage_gib")), models[0].get("gpu_registry_uuid") if models else None
    details = ("whole node", f"{disk} GiB disk" if disk else "", f"registry {entry}" if entry else "")
    return Offer(
        hardware_id=name if gpus else CPU_ONLY,
        hardware=Hardware(short(name), maker, vram_gb) if gpus else None,
        gpu_count=gpus,
        hourly_price=decimal(prices.get("hourly_rate_usd")),
        currency=CURRENCY,
        billing="second",
        region=str(row.get("region_code") or ""),
        cpu_count=decimal(summary.get("cpu_cores")),
        ram_gb=_in_gb(summary.get("ram_gib")),
        is_available=True,
        detail=", ".join(filter(None, details)),
    )


def _fits(offer: Offer, spec: OtoyJobSpec) -> bool:
    vram_gib = offer.hardware.vram_gb if offer.hardware else 0
    asked = GPUS_BY_DEFAULT if spec.gpu_count is None else spec.gpu_count
    return (
        offer.gpu_count >= asked
        and (not spec.gpu_name or short(spec.gpu_name).lower() == short(hardware_name(offer.hardware_id)).lower())
        and (not spec.gpu_registry_uuid or spec.gpu_registry_uuid.lower() in offer.detail.lower())
        and (not spec.allowed_region_codes or offer.region in spec.allowed_region_codes)
        and _holds(offer.cpu_count, spec.cpu_count)
        and _holds(offer.ram_gb, spec.min_ram_gb)
        and _holds(_disk_gb(offer), spec.min_storage_gb)
        and _holds(None if vram_gib is None else vram_gib * _GB_IN_GIB, spec.min_vram_gb)
    )


def _disk_gb(offer: Offer) -> Decimal | None:
    told = _DISK.search(offer.detail)
    return _in_gb(told.group(1)) if told else None


def _holds(has: Decimal | None, asked: float | None) -> bool:
    return not asked or has is None or has >= Decimal(str(asked))


def _longest_s(spec: OtoyJobSpec) -> int | None:
    """Every try may run to its limit."""
    limit_ms = spec.max_timeout_run_ms
    return None if limit_ms is None else -(-limit_ms * (1 + (spec.max_retry_count or 0)) // 1000)


def _models(row: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    models = (row.get("hardware_summary") or {}).get("gpu_models")
    return [model for model in models if isinstance(model, Mapping)] if isinstance(models, list) else []


def _in_gb(gib: Any) -> Decimal | None:
    found = decimal(gib)
    return None if found is None else (found * _GB_IN_GIB).quantize(Decimal("0.1"))


def _kinds(count: int) -> str:
    return f"{count} offer{'' if count == 1 else 's'}"
