"""The invoice of one provider: every stretch that it charges between two moments, made from what it itself did."""

import csv
import io
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from gpuconsole.simulator.charges import Charge
from gpuconsole.simulator.clock import iso

PRICE_DIGITS = Decimal("0.0000000001")
COLUMNS = (
    "line_id",
    "provider",
    "resource_id",
    "name",
    "what",
    "run",
    "part",
    "from",
    "to",
    "is_open",
    "seconds",
    "billed_seconds",
    "units",
    "unit",
    "hourly_price",
    "amount",
    "currency",
)

Line = dict[str, Any]


def lines(provider: str, charges: Iterable[Charge], since: float, until: float | None, now: float) -> list[Line]:
    """A line for each stretch that lies in the range at least in part, in the order of their begin; None: up to now."""
    is_cut = until is not None and until <= now
    end = now if until is None else min(until, now)
    touched = (charge for charge in charges if _touches(charge, since, end))
    ordered = sorted(touched, key=lambda charge: (charge.began_at, charge.id))
    return [_line(provider, charge, since, end, is_cut=is_cut) for charge in ordered]


def totals(found: Iterable[Line]) -> list[dict[str, Any]]:
    """One row for each currency: sums as text, and how many lines have no amount."""
    rows: dict[str, dict[str, Any]] = {}
    for line in found:
        row = rows.setdefault(line["currency"], {"currency": line["currency"], "lines": 0, "without_amount": 0})
        row["lines"] += 1
        if line["amount"] is None:
            row["without_amount"] += 1
            continue
        for key in (line["what"], "total"):
            row[key] = str(Decimal(row.get(key, "0")) + Decimal(line["amount"]))
    return [rows[currency] for currency in sorted(rows)]


def as_csv(found: Iterable[Line]) -> str:
    """The lines as a table with a head; what is unknown is empty."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(_cells(line) for line in found)
    return text.getvalue()


def _cells(line: Mapping[str, Any]) -> dict[str, Any]:
    return {key: str(value).lower() if isinstance(value, bool) else value for key, value in line.items()}


def _touches(charge: Charge, since: float, end: float) -> bool:
    """Paid once: at its begin. By time: some of it lies in the range, or is due only there."""
    if charge.price_s is None:
        return since <= charge.began_at < end
    if max(charge.began_at, since) >= end:
        return False
    return charge.ended_at is None or charge.ended_at > since


def _line(provider: str, charge: Charge, since: float, end: float, *, is_cut: bool) -> Line:
    begin = max(charge.began_at, since)
    until = end if charge.ended_at is None else min(charge.ended_at, end)
    is_once = charge.price_s is None
    return {
        "line_id": charge.id,
        "provider": provider,
        "resource_id": charge.resource_id,
        "name": charge.name,
        "what": charge.what,
        "run": charge.run,
        "part": charge.part,
        "from": iso(begin),
        "to": iso(begin if is_once else until),
        "is_open": charge.ended_at is None and not is_cut and not is_once,
        "seconds": None if is_once else f"{charge.seconds(end) - charge.seconds(since):.3f}",
        "billed_seconds": None if is_once else f"{charge.counted_s(end) - charge.counted_s(since):.3f}",
        "units": charge.units,
        "unit": charge.unit,
        "hourly_price": _plain(charge.hourly_price),
        "amount": _between(charge, since, end),
        "currency": charge.currency,
    }


def _between(charge: Charge, since: float, end: float) -> str | None:
    after = charge.due(end)
    before = Decimal(0) if charge.began_at >= since else charge.due(since)
    return None if after is None or before is None else f"{after - before:.6f}"


def _plain(price: Decimal | None) -> str | None:
    """Digits without an exponent and without idle zeros."""
    if price is None:
        return None
    text = f"{price.quantize(PRICE_DIGITS) if price != price.quantize(PRICE_DIGITS) else price:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
