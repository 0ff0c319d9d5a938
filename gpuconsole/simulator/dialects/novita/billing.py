"""Bills on the core surface: by hour, day, week or month for each thing, fixed terms, and whole months.

Paths, parameters and field names are the provider's documentation as transcribed; the `…Decimal` fields are seen in
live answers by others. Amounts are text in 1/10000 USD and lose what is smaller. Assumed: periods are those of UTC, a
local disk belongs to the category of GPUs, and a price is told in 1/100000 USD (`pricePrecision` 10).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from gpuconsole.simulator.charges import COMPUTE, SUBSCRIPTION, Charge
from gpuconsole.simulator.dialects.novita.checks import fits, number_in_query, page
from gpuconsole.simulator.dialects.novita.errors import invalid

USER_ID = "sandbox"
UNIT_USD = Decimal("0.0001")
PRECISION = 10
CYCLES = ("Hour", "Day", "Week", "Month")
CATEGORIES = ("summary", "gpu", "llm", "serverless", "cloud_storage", "gen_api")
PAY_AS_YOU_GO = "1"


def bill_list(query: Mapping[str, str], charges: Sequence[Charge], now: float) -> dict[str, Any]:
    """What is paid by time: a row for each stretch and period that it touches."""
    cycle, category = _choice(query, "cycleType", CYCLES), _choice(query, "productCategory", CATEGORIES)
    since, until = number_in_query(query, "startTime"), number_in_query(query, "endTime") or now
    rows = [
        _row(charge, begin, end, now)
        for charge in _asked(query, charges, category)
        if charge.price_s is not None
        for begin, end in _periods(cycle, max(charge.began_at, since), min(charge.ended_at or now, until, now))
    ]
    return {"bills": sorted(rows, key=lambda row: (int(row["startTime"]), row["ownerID"]))}


def fixed_terms(query: Mapping[str, str], charges: Sequence[Charge], now: float) -> dict[str, Any]:
    """What was paid ahead, in its month."""
    since, until = number_in_query(query, "startTime"), number_in_query(query, "endTime") or now
    chosen = [
        charge
        for charge in _asked(query, charges, query.get("category") or "summary")
        if charge.price_s is None and since <= charge.began_at <= min(until, now)
    ]
    return {
        "bills": [
            {
                **_money(charge.due(now) or Decimal(0)),
                "userId": USER_ID,
                "ownerID": charge.resource_id,
                "productName": charge.name,
                "category": "gpu",
                "cycle": f"{datetime.fromtimestamp(charge.began_at, UTC):%Y-%m}",
                "tradeType": "monthly_new_buy" if charge.part == "term-1" else "monthly_re_buy",
            }
            for charge in chosen
        ]
    }


def monthly(query: Mapping[str, str], charges: Sequence[Charge], now: float) -> dict[str, Any]:
    """A bill for each month from the asked one, or the first with a charge, until now."""
    begin = min((charge.began_at for charge in charges), default=now)
    if start := query.get("startMonth"):
        if not re.fullmatch(r"20\d\d-(0[1-9]|1[0-2])", start):
            raise invalid("startMonth", "must be a month such as 2026-11")
        begin = datetime.fromisoformat(f"{start}-01T00:00:00+00:00").timestamp()
    rows = [_month(charges, first, last, now) for first, last in _whole_periods("Month", begin, now)]
    return {"data": page(rows, query, "page", first=1)}


def _month(charges: Sequence[Charge], first: float, last: float, now: float) -> dict[str, Any]:
    amount = sum((_within(charge, first, min(last, now)) for charge in charges), Decimal(0))
    units, is_over = str(int(amount / UNIT_USD)), last <= now
    month = f"{datetime.fromtimestamp(first, UTC):%Y-%m}"
    return {
        "billId": f"bill-{month}",
        "userId": USER_ID,
        "billingMonth": month,
        "totalAmount": units,
        "totalAmountDecimal": f"{amount:f}",
        "originTotalAmount": units,
        "voucherPayAmount": "0",
        "cashPayAmount": units,
        "debtAmount": "0",
        "status": "paid" if is_over else "pending",
        "invoiceUrl": "",
        "startTime": str(int(first)),
        "endTime": str(int(last) - 1),
        "repaidAmount": units if is_over else "0",
    }


def _row(charge: Charge, begin: float, end: float, now: float) -> dict[str, Any]:
    amount = _within(charge, begin, min(end, now))
    counted_s = charge.counted_s(end) - charge.counted_s(begin)
    price = str(int((charge.price or Decimal(0)) / UNIT_USD * PRECISION))
    return {
        **_money(amount),
        "userId": USER_ID,
        "startTime": str(int(begin)),
        "endTime": str(int(end)),
        "billingMethod": PAY_AS_YOU_GO,
        "productName": charge.name,
        "category": _category(charge),
        "ownerID": charge.resource_id,
        "billNum0": str(int(counted_s * charge.units)),
        "billNum1": "0",
        "basePrice0": price,
        "basePrice1": "0",
        "discountPrice0": price,
        "discountPrice1": "0",
        "pricePrecision": str(PRECISION),
        "productId": charge.part or charge.unit,
    }


def _money(amount: Decimal) -> dict[str, str]:
    units = str(int(amount / UNIT_USD))
    shown = {"amount": units, "voucherAmount": "0", "payAmount": units, "payAmountDisplay": units}
    exact = f"{amount:f}"
    return {**shown, "amountDecimal": exact, "voucherAmountDecimal": "0", "payableDecimal": exact}


def _within(charge: Charge, begin: float, end: float) -> Decimal:
    """What fell due between two moments; what is paid once falls due at its begin."""
    if charge.price_s is None:
        return (charge.due(end) or Decimal(0)) if begin <= charge.began_at < end else Decimal(0)
    return (charge.due(end) or Decimal(0)) - (charge.due(begin) or Decimal(0))


def _asked(query: Mapping[str, str], charges: Sequence[Charge], category: str) -> list[Charge]:
    owner = query.get("ownerId")
    return [
        charge
        for charge in charges
        if category in ("summary", _category(charge))
        and owner in (None, "", charge.resource_id)
        and fits(query.get("productName"), charge.name)
    ]


def _category(charge: Charge) -> str:
    is_instance = charge.what in (COMPUTE, SUBSCRIPTION) or charge.part.startswith("disk")
    return "gpu" if is_instance else "cloud_storage"


def _choice(query: Mapping[str, str], name: str, known: tuple[str, ...]) -> str:
    value = query.get(name)
    if value not in known:
        raise invalid(name, f"must be one of {', '.join(known)}")
    return value


def _periods(cycle: str, begin: float, end: float) -> Iterator[tuple[float, float]]:
    """The periods of the calendar that a stretch touches, cut to the stretch."""
    for first, last in _whole_periods(cycle, begin, end):
        yield max(first, begin), min(last, end)


def _whole_periods(cycle: str, begin: float, end: float) -> Iterator[tuple[float, float]]:
    """The periods that lie at least in part between two moments."""
    moment = datetime.fromtimestamp(begin, UTC).replace(minute=0, second=0, microsecond=0)
    if cycle != "Hour":
        moment = moment.replace(hour=0)
    if cycle == "Week":
        moment -= timedelta(days=moment.weekday())
    if cycle == "Month":
        moment = moment.replace(day=1)
    lengths = {"Hour": timedelta(hours=1), "Day": timedelta(days=1), "Week": timedelta(days=7)}
    while moment.timestamp() < end:
        after = (
            (moment.replace(day=1) + timedelta(days=32)).replace(day=1) if cycle == "Month" else moment + lengths[cycle]
        )
        yield moment.timestamp(), after.timestamp()
        moment = after
