"""The costs file in the FinOps Open Cost and Usage Specification, FOCUS 1.2 (https://focus.finops.org).

One row a workload and day of what has a known price. The specification allows no null in its cost columns, so rows
without a price are left out; the costs page and the API say that there are some. Costs are
metered by gpuconsole with the price frozen at launch; nothing here is a provider's invoice.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from gpuconsole.accounts.models import Team
from gpuconsole.core.days import Month, midnight
from gpuconsole.providers import registry
from gpuconsole.spend.currencies import Rates
from gpuconsole.spend.rows import Row

_HOUR_S = Decimal(3600)
_KINDS = {"job": "Job", "instance": "Instance"}


class Frame:
    """What the rows of one file share: team, zone, rates."""

    def __init__(self, team: Team, rates: Rates) -> None:
        self.team, self.rates = team, rates

    def moment(self, moment: datetime) -> str:
        """As the specification writes times."""
        return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"

    def day_start(self, row: Row) -> str:
        return self.moment(midnight(row.cell.day, self.team.time_zone))

    def day_end(self, row: Row) -> str:
        span = Month.of(row.cell.day).span(self.team.time_zone)
        return self.moment(span.bounds[row.cell.day.day])

    def month_start(self, row: Row) -> str:
        return self.moment(Month.of(row.cell.day).span(self.team.time_zone).start)

    def month_end(self, row: Row) -> str:
        return self.moment(Month.of(row.cell.day).span(self.team.time_zone).end)

    def team_cost(self, row: Row) -> Decimal | str:
        cost = self.rates.convert(row.cell.cost, row.cell.currency, row.cell.day)
        return "" if cost is None else cost


Column = Callable[[Frame, Row], object]


def _cost(frame: Frame, row: Row) -> Decimal:
    return row.cell.cost


def _hours(frame: Frame, row: Row) -> Decimal:
    """Billed hours after the provider's rounding up, so that hours times unit price is the cost."""
    return _trimmed(row.cell.charged_s / _HOUR_S)


def _unit_price(frame: Frame, row: Row) -> Decimal:
    """Per hour for the whole workload. A day with two prices has their mean, weighted by time."""
    hours = row.cell.charged_s / _HOUR_S
    return _trimmed(row.cell.cost / hours) if hours else row.workload.hourly_price or Decimal(0)


def _provider(frame: Frame, row: Row) -> str:
    return registry.get(row.workload.provider).name


def _sku(frame: Frame, row: Row) -> str:
    return "/".join(word for word in (row.workload.provider, row.workload.hardware_id) if word)


def _described(frame: Frame, row: Row) -> str:
    hardware = row.workload.gpu_model or row.workload.hardware_id or "CPU"
    hours = f"{row.cell.billed_s / _HOUR_S:.2f} hours of {row.workload.gpu_count} x {hardware}"
    return f"{row.workload.name}: {hours} at {_provider(frame, row)}"


def _tags(frame: Frame, row: Row) -> str:
    tags = {"gpuconsole/project": row.project.slug, "gpuconsole/state": row.workload.state}
    tags |= {"gpuconsole/owner": row.workload.owner.email} if row.workload.owner else {}
    tags |= {"gpuconsole/sandbox": "true"} if row.workload.is_sandbox else {}
    return json.dumps(tags | {f"label/{label}": "true" for label in row.workload.labels})


def _constant(value: str) -> Column:
    return lambda frame, row: value


COLUMNS: dict[str, Column] = {
    "BilledCost": _cost,
    "BillingAccountId": lambda frame, row: row.workload.connection.public_id,
    "BillingAccountName": lambda frame, row: row.workload.connection.name,
    "BillingAccountType": _constant("Provider account"),
    "BillingCurrency": lambda frame, row: row.cell.currency,
    "BillingPeriodEnd": Frame.month_end,
    "BillingPeriodStart": Frame.month_start,
    "ChargeCategory": _constant("Usage"),
    "ChargeClass": _constant(""),
    "ChargeDescription": _described,
    "ChargeFrequency": _constant("Usage-Based"),
    "ChargePeriodEnd": Frame.day_end,
    "ChargePeriodStart": Frame.day_start,
    "ConsumedQuantity": lambda frame, row: _trimmed(row.cell.billed_s / _HOUR_S),
    "ConsumedUnit": _constant("Hours"),
    "ContractedCost": _cost,
    "ContractedUnitPrice": _unit_price,
    "EffectiveCost": _cost,
    "InvoiceIssuerName": _provider,
    "ListCost": _cost,
    "ListUnitPrice": _unit_price,
    "PricingCategory": _constant("Standard"),
    "PricingQuantity": _hours,
    "PricingUnit": _constant("Hours"),
    "ProviderName": _provider,
    "PublisherName": _provider,
    "RegionId": lambda frame, row: row.workload.region,
    "RegionName": lambda frame, row: row.workload.region,
    "ResourceId": lambda frame, row: row.workload.public_id,
    "ResourceName": lambda frame, row: row.workload.name,
    "ResourceType": lambda frame, row: _KINDS[row.workload.kind],
    "ServiceCategory": _constant("Compute"),
    "ServiceName": lambda frame, row: registry.get(row.workload.provider).product,
    "ServiceSubcategory": _constant("Other (Compute)"),
    "SkuId": _sku,
    "SkuMeter": _constant("Run time"),
    "SkuPriceId": _sku,
    "SubAccountId": lambda frame, row: row.project.slug,
    "SubAccountName": lambda frame, row: row.project.name,
    "SubAccountType": _constant("Project"),
    "Tags": _tags,
    "x_GpuHours": lambda frame, row: _trimmed(row.cell.gpu_s / _HOUR_S),
    "x_GpuModel": lambda frame, row: row.workload.gpu_model,
    "x_IsSandbox": lambda frame, row: "true" if row.workload.is_sandbox else "false",
    "x_RemoteId": lambda frame, row: row.workload.remote_id,
    "x_TeamCost": Frame.team_cost,
    "x_TeamCurrency": lambda frame, row: frame.rates.to_currency,
}
"""Names of the specification with what stands there; names with x_ are our own, as it allows."""


def lines(rows: Iterable[Row], team: Team, rates: Rates) -> Iterator[Sequence[Any]]:
    """The head and one line for each row that has a price and a currency."""
    frame = Frame(team, rates)
    yield list(COLUMNS)
    for row in rows:
        if row.is_priced and row.cell.currency:
            yield [column(frame, row) for column in COLUMNS.values()]


def _trimmed(number: Decimal) -> Decimal:
    return number.quantize(Decimal("0.000000000001"))
