"""Baseten's instance types as offers and choices, and which of them a job will get."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from gpuconsole.providers.baseten.fields import memory_gib
from gpuconsole.providers.baseten.schemas import BasetenJobSpec
from gpuconsole.providers.pricing import Pricing, Rounding
from gpuconsole.providers.remote import Choice, Hardware, Offer
from gpuconsole.providers.wire import decimal, whole
from gpuconsole.providers.words import Sentence, gettext_noop

CURRENCY = "USD"
_MIB_IN_GIB = 1024


def offer(priced: Mapping[str, Any]) -> Offer:
    """One row of the price list, which tells USD per minute for one instance."""
    instance = priced.get("instance_type") or {}
    per_minute = decimal(priced.get("price"))
    gpu_type, vram_mib = instance.get("gpu_type"), whole(instance.get("gpu_memory_limit_mib"))
    return Offer(
        hardware_id=str(instance.get("id") or ""),
        hardware=Hardware(short(gpu_type), vram_gb=round(vram_mib / _MIB_IN_GIB) if vram_mib else None)
        if gpu_type
        else None,
        gpu_count=whole(instance.get("gpu_count")) or 0,
        hourly_price=None if per_minute is None else per_minute * 60,
        currency=CURRENCY,
        billing="minute",
        cpu_count=_divided(instance.get("millicpu_limit"), 1000),
        ram_gb=_divided(instance.get("memory_limit_mib"), _MIB_IN_GIB),
        detail=str(instance.get("name") or ""),
    )


def short(gpu_type: str) -> str:
    """Our short name of a GPU type: RTX_PRO_6000 is RTX PRO 6000."""
    return gpu_type.replace("_", " ")


def asked(row: Offer) -> dict[str, Any]:
    """The part of a spec that this instance type answers."""
    if row.hardware is None or not row.gpu_count:
        return {}
    accelerator = {"accelerator": row.hardware.model.replace(" ", "_"), "count": row.gpu_count}
    return {"training_job": {"compute": {"accelerator": accelerator}}}


def instance_choices(offers: Sequence[Offer]) -> list[Choice]:
    """Instance types with what is in them."""
    return [Choice(row.hardware_id, row.detail or row.hardware_id, facts=_facts(row)) for row in offers]


def accelerator_choices(priced: Sequence[Mapping[str, Any]]) -> list[Choice]:
    """GPU types by the names that the create call takes, with the counts in which they are to be had."""
    found: dict[str, list[Offer]] = {}
    for row in priced:
        if gpu_type := (row.get("instance_type") or {}).get("gpu_type"):
            found.setdefault(str(gpu_type), []).append(offer(row))
    return [_accelerator(gpu_type, offers) for gpu_type, offers in found.items()]


def price(spec: BasetenJobSpec, offers: Sequence[Offer]) -> Pricing:
    """The smallest instance that fits ``compute`` (docs: said for models), times the nodes; per minute, rounded up."""
    compute = spec.training_job.compute
    wanted = compute.accelerator
    fitting = next(iter(matching(spec, offers)), None)
    unit = fitting.hourly_price if fitting else None
    return Pricing(
        hourly_price=None if unit is None else unit * compute.node_count,
        currency=fitting.currency if fitting else CURRENCY,
        rounding=Rounding.MINUTE,
        gpu_count=(wanted.count if wanted else 0) * compute.node_count,
        hardware_model=short(wanted.accelerator) if wanted else "",
        hardware_id=fitting.hardware_id if fitting else "",
        unit_price=unit,
        units=compute.node_count,
        not_priced=_not_priced(spec),
    )


def matching(spec: BasetenJobSpec, offers: Sequence[Offer]) -> list[Offer]:
    """Those that hold what ``compute`` asks of one node, the smallest first."""
    compute = spec.training_job.compute
    wanted = compute.accelerator
    ram_gib = Decimal(str(memory_gib(compute.memory)))
    fitting = [
        row
        for row in offers
        if _has_gpus(row, short(wanted.accelerator) if wanted else "", wanted.count if wanted else 0)
        and (row.cpu_count is None or row.cpu_count >= compute.cpu_count)
        and (row.ram_gb is None or row.ram_gb >= ram_gib)
    ]
    return sorted(fitting, key=lambda row: (row.gpu_count, row.hourly_price is None, row.hourly_price or 0))


def _has_gpus(row: Offer, model: str, count: int) -> bool:
    if not count:
        return row.gpu_count == 0
    return row.hardware is not None and row.hardware.model.casefold() == model.casefold() and row.gpu_count >= count


def _not_priced(spec: BasetenJobSpec) -> tuple[str, ...]:
    saving = spec.training_job.runtime.checkpointing_config
    if not saving or not saving.enabled:
        return ()
    if saving.volume_size_gib:
        return (Sentence("Checkpoints, {size} GiB", size=saving.volume_size_gib),)
    return (gettext_noop("Checkpoints"),)


def _accelerator(gpu_type: str, offers: Sequence[Offer]) -> Choice:
    sizes = sorted({row.gpu_count for row in offers})
    vram_gb = next((row.hardware.vram_gb for row in offers if row.hardware), None)
    each = [row.hourly_price / row.gpu_count for row in offers if row.hourly_price is not None and row.gpu_count]
    facts = {"counts": sizes, "vram_gb": vram_gb, "hourly_price_each": _text(min(each)) if each else None}
    return Choice(gpu_type, short(gpu_type), help=f"{vram_gb} GB each" if vram_gb else "", facts=facts)


def _facts(row: Offer) -> dict[str, Any]:
    return {
        "gpu_model": row.hardware.model if row.hardware else None,
        "gpu_count": row.gpu_count,
        "vram_gb": row.hardware.vram_gb if row.hardware else None,
        "cpu_count": _text(row.cpu_count),
        "ram_gib": _text(row.ram_gb),
        "hourly_price": _text(row.hourly_price),
        "currency": row.currency,
    }


def _text(number: Decimal | None) -> str | None:
    return None if number is None else f"{number.normalize():f}"


def _divided(value: Any, by: int) -> Decimal | None:
    number = decimal(value)
    return None if number is None else (number / by).normalize()
