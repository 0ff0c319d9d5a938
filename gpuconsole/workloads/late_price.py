"""Prices a launch that was made before its hardware's price was known; a known price stays as it was frozen."""

from __future__ import annotations

from gpuconsole.catalog import queries as catalog
from gpuconsole.providers import registry
from gpuconsole.workloads.estimates import estimate, told
from gpuconsole.workloads.guarding import Guards
from gpuconsole.workloads.models import Workload

SET = (
    *("hourly_price", "resting_hourly_price", "currency", "rounding", "price_seen_at", "reserved"),
    *("estimated_hourly", "estimated_most", "estimated_typical", "hardware_id", "gpu_model", "gpu_count", "region"),
)
"""Columns that ``settle`` may set."""


def settle(workload: Workload) -> bool:
    """Freeze the price that is known now, while nothing was billed yet; whether it did. The caller saves ``SET``.

    Figures that the catalogue had not told at the launch are filled in with it.
    """
    if workload.hourly_price is not None or workload.billed_since is not None or workload.billed_closed_s:
        return False
    provider = registry.get(workload.provider)
    spec = provider.spec.read(workload.spec)
    if provider.adapter.price(spec, catalog.offers(workload.connection)).hourly_price is None:
        return False  # most often so where nobody ever tells a price: an estimate would ask every limit beside
    figures = estimate(
        project=workload.project,
        connection=workload.connection,
        spec=spec,
        owner=workload.owner,
        stop_after_s=workload.stop_after_s,
        guards=Guards.of(workload),
    )
    if figures.hourly is None:
        return False
    pricing = figures.pricing
    workload.hourly_price, workload.currency = figures.hourly.amount, figures.hourly.currency
    workload.resting_hourly_price = pricing.resting_hourly_price
    workload.rounding, workload.price_seen_at = pricing.rounding, figures.price_seen_at
    workload.reserved = figures.upper.amount if figures.upper else None
    for name, amount in told(figures).items():
        setattr(workload, name, amount)
    workload.hardware_id = workload.hardware_id or pricing.hardware_id
    workload.gpu_model = workload.gpu_model or pricing.hardware_model
    workload.gpu_count = workload.gpu_count or pricing.gpu_count
    workload.region = workload.region or pricing.region
    return True
