"""Bills on the core surface say what the meter says, in text and in 1/10000 USD."""

from decimal import Decimal

import pytest

from tests.simulator.novita.asking import Novita

USAGE, TERMS, MONTHS = (f"/openapi/v1/billing/{path}" for path in ("bill/list", "bill/monthly/list", "monthly/bill"))


@pytest.mark.parametrize("cycle", ["Hour", "Day", "Week", "Month"])
def test_usage_adds_up_to_what_it_costs_in_every_cycle(novita: Novita, cycle: str) -> None:
    made = novita.running(gpuNum=2, diskSize=50)
    novita.world.clock.advance(12 * 86400)
    bills = novita.get(USAGE, cycleType=cycle, productCategory="gpu")["bills"]
    assert {bill["ownerID"] for bill in bills} == {made}
    assert {bill["billingMethod"] for bill in bills} == {"1"}
    assert len(bills) == {"Hour": 578, "Day": 26, "Week": 6, "Month": 4}[cycle]
    total = sum(Decimal(bill["amountDecimal"]) for bill in bills)
    assert total == novita.seen(made).cost(novita.world.now())
    assert all(Decimal(bill["payAmount"]) == Decimal(bill["amountDecimal"]) // Decimal("0.0001") for bill in bills)


def test_usage_is_filtered_by_category_owner_name_and_time(novita: Novita) -> None:
    made = novita.running(name="trainer")
    novita.get("/networkstorages/list")
    novita.world.clock.advance(3 * 86400)
    day = {"cycleType": "Day"}
    stored = novita.get(USAGE, **day, productCategory="cloud_storage")["bills"]
    assert {bill["productName"] for bill in stored} == {"datasets", "checkpoints", "models"}
    assert novita.get(USAGE, **day, productCategory="llm") == {"bills": []}
    both = novita.get(USAGE, **day, productCategory="summary")["bills"]
    assert {bill["category"] for bill in both} == {"gpu", "cloud_storage"}
    by_name = novita.get(USAGE, **day, productCategory="summary", productName="train")["bills"]
    assert by_name == novita.get(USAGE, **day, productCategory="summary", ownerId=made)["bills"]
    second = novita.get(USAGE, **day, productCategory="gpu", startTime=1795219200, endTime=1795305600)["bills"]
    assert [(bill["startTime"], bill["endTime"]) for bill in second] == [("1795219200", "1795305600")]
    assert (second[0]["amountDecimal"], second[0]["billNum0"], second[0]["basePrice0"]) == (
        "8.400000",
        "86400",
        "35000",
    )


def test_terms_and_months(novita: Novita) -> None:
    made = novita.running(productId="26", month=1)
    novita.act("renewInstance", made, month=1)
    novita.world.clock.advance(20 * 86400)
    terms = novita.get(TERMS, category="gpu")["bills"]
    assert [(bill["tradeType"], bill["cycle"], bill["payAmount"]) for bill in terms] == [
        ("monthly_new_buy", "2026-11", "2299500"),
        ("monthly_re_buy", "2026-11", "2299500"),
    ]
    months = novita.get(MONTHS)["data"]
    assert [(row["billingMonth"], row["status"]) for row in months] == [("2026-11", "paid"), ("2026-12", "pending")]
    spent = 100_000_000 - int(novita.get("/openapi/v1/billing/balance/detail")["availableBalance"])
    assert sum(int(row["totalAmount"]) for row in months) == pytest.approx(spent, abs=2)
    assert [row["billingMonth"] for row in novita.get(MONTHS, startMonth="2026-12")["data"]] == ["2026-12"]
    assert novita.get(MONTHS, page=2, pageSize=1)["data"] == months[1:]


@pytest.mark.parametrize(
    ("path", "query", "message"),
    [
        (USAGE, {"productCategory": "gpu"}, "cycleType: must be one of Hour, Day, Week, Month"),
        (USAGE, {"cycleType": "Day", "productCategory": "x"}, "productCategory: must be one of summary, gpu, llm,"),
        (USAGE, {"cycleType": "Day", "productCategory": "gpu", "startTime": "soon"}, "startTime: must be an integer"),
        (MONTHS, {"startMonth": "2026-13"}, "startMonth: must be a month such as 2026-11"),
    ],
)
def test_odd_questions_are_refused(novita: Novita, path: str, query: dict[str, str], message: str) -> None:
    assert novita.refused_get(path, **query)[1].startswith(message)
