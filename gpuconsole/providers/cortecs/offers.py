"""Hardware types and models of Cortecs as offers and choices, and what a spec costs."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from typing import Any

from gpuconsole.providers.cortecs.remotes import hardware_parts
from gpuconsole.providers.cortecs.schemas import CortecsInstanceSpec
from gpuconsole.providers.pricing import Pricing, Rounding
from gpuconsole.providers.remote import Choice, Hardware, Offer
from gpuconsole.providers.wire import decimal, whole
from gpuconsole.providers.words import Counted, Sentence

CURRENCY = "EUR"
LONGEST_BY_DEFAULT = 32_000
"""Tokens: an empty context length takes the model's maximum, but no more than this (docs)."""


def offer(row: Mapping[str, Any], free: Collection[str]) -> Offer:
    """One hardware type; prices are per worker. The keys of ``hardware_info`` are not published (assumed)."""
    hardware_id = str(row.get("hardware_type_id") or "")
    maker, model, count = hardware_parts(hardware_id)
    price, details = row.get("price_info") or {}, row.get("hardware_info") or {}
    return Offer(
        hardware_id=hardware_id,
        hardware=Hardware(str(details.get("gpu_model") or model), maker or "NVIDIA", whole(details.get("vram_gb"))),
        gpu_count=count or whole(details.get("gpu_count")) or 1,
        hourly_price=decimal(price.get("price_per_hour")),
        currency=str(price.get("currency") or CURRENCY),
        billing="minute",
        cpu_count=decimal(details.get("cpu_count")),
        ram_gb=decimal(details.get("ram_gb")),
        is_available=hardware_id in free,
        detail="per worker",
    )


def hardware_choice(row: Mapping[str, Any], free: Collection[str]) -> Choice:
    """A hardware type for the form's table, with both prices."""
    found, price = offer(row, free), row.get("price_info") or {}
    vram_gb = found.hardware.vram_gb if found.hardware else None
    model = found.hardware.model if found.hardware else ""
    facts = {
        "gpu_model": model,
        "gpu_count": found.gpu_count,
        "vram_gb": vram_gb,
        "price_per_hour": _text(found.hourly_price),
        "price_per_minute": _text(decimal(price.get("price_per_minute"))),
        "currency": found.currency,
        "is_available": found.is_available,
    }
    label = f"{found.gpu_count} × {model}" + (f", {vram_gb} GB" if vram_gb else "")
    return Choice(found.hardware_id, label, facts=facts)


def model_choice(preview: Mapping[str, Any], model: Mapping[str, Any]) -> Choice:
    """A catalogue model with the longest context on each hardware type that can serve it."""
    name = str(preview.get("model_name") or "")
    creator = preview.get("creator")
    by = creator.get("name") if isinstance(creator, Mapping) else creator
    facts = {
        "hf_name": preview.get("hf_name"),
        "size": preview.get("size"),
        "is_instant": bool(preview.get("instant_provisioned")),
        "recommended": model.get("recommended_config"),
        "contexts": contexts(model),
    }
    return Choice(
        name,
        str(preview.get("screen_name") or name),
        help=str(preview.get("description") or ""),
        group=str(by or ""),
        facts=facts,
    )


def contexts(model: Mapping[str, Any]) -> dict[str, int | None]:
    """Longest context in tokens by hardware type."""
    configs = model.get("hardware_configs") or {}
    return {name: whole((config.get("params") or {}).get("--max-model-len")) for name, config in configs.items()}


def resolved(spec: CortecsInstanceSpec, model: Mapping[str, Any] | None) -> dict[str, Any]:
    """The arguments with the documented defaults filled in; null where the model would have to be known."""
    filled = spec.arguments()
    filled["num_workers"] = filled["num_workers"] or 1
    filled["billing_interval"] = filled["billing_interval"] or "per_minute"
    if model is not None:
        filled["hardware_type_id"] = filled["hardware_type_id"] or model.get("recommended_config")
        longest = contexts(model).get(str(filled["hardware_type_id"]))
        if filled["context_length"] is None and longest:
            filled["context_length"] = min(LONGEST_BY_DEFAULT, longest)
    return filled


def price(spec: CortecsInstanceSpec, offers: Sequence[Offer]) -> Pricing:
    """Price per worker × workers; without a hardware type the model decides, and the price is unknown."""
    workers = spec.num_workers or 1
    found = next((row for row in offers if row.hardware_id == spec.hardware_type_id), None)
    _, model, per_worker = hardware_parts(spec.hardware_type_id or "")
    unit = found.hourly_price if found else None
    return Pricing(
        hourly_price=None if unit is None else unit * workers,
        currency=found.currency if found else CURRENCY,
        rounding=Rounding.HOUR if spec.billing_interval == "per_hour" else Rounding.MINUTE,
        gpu_count=(found.gpu_count if found else per_worker) * workers,
        hardware_model=found.hardware.model if found and found.hardware else model,
        hardware_id=spec.hardware_type_id or "",
        unit_price=unit,
        units=workers,
    )


def mistakes(spec: CortecsInstanceSpec, choices: Mapping[str, Sequence[Choice]]) -> dict[str, str]:
    """What the current models say against a spec: unknown model, hardware that cannot serve it, context too long."""
    models = {choice.value: choice for choice in choices.get("models", ())}
    if not models:
        return {}
    if spec.model_id not in models:
        return {"model_id": Sentence("Cortecs lists no model {model}.", model=spec.model_id)}
    facts = models[spec.model_id].facts
    longest: Mapping[str, int | None] = facts.get("contexts") or {}
    hardware = spec.hardware_type_id or facts.get("recommended")
    if longest and hardware not in longest:
        text = Sentence("{hardware} cannot serve this model; {able} can.", hardware=hardware, able=" or ".join(longest))
        return {"hardware_type_id": text}
    most = longest.get(str(hardware))
    if most and spec.context_length and spec.context_length > most:
        text = Sentence("Must be at most {most} on {hardware}.", most=f"{most:,}", hardware=hardware)
        return {"context_length": text}
    return {}


def notes(wire: Mapping[str, Any], choices: Mapping[str, Sequence[Choice]]) -> dict[str, str]:
    """What the chosen model and hardware mean for the other fields."""
    model = next((choice for choice in choices.get("models", ()) if choice.value == wire.get("model_id")), None)
    facts = model.facts if model else {}
    found: dict[str, str] = {}
    hardware = wire.get("hardware_type_id") or facts.get("recommended")
    most = (facts.get("contexts") or {}).get(str(hardware))
    if most:
        found["context_length"] = Sentence(
            "At most {most} on {hardware}. Empty takes {usual}.",
            most=f"{most:,}",
            hardware=hardware,
            usual=f"{min(LONGEST_BY_DEFAULT, most):,}",
        )
    type_ = next((choice for choice in choices.get("hardware", ()) if choice.value == hardware), None)
    each = whole(type_.facts.get("gpu_count")) if type_ else None
    workers = wire.get("num_workers", 1)
    if each and isinstance(workers, int) and 1 <= workers <= 8:
        found["num_workers"] = Counted(
            "1 to 8. Each has {number} GPU: {all} together.",
            "1 to 8. Each has {number} GPUs: {all} together.",
            each,
            all=each * workers,
        )
    return found


def _text(number: Decimal | None) -> str | None:
    return None if number is None else f"{number.normalize():f}"
