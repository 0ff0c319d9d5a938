"""What each provider charges for, by its own rule, over month ends and a leap day."""

import math
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import httpx
import pytest

from gpuconsole.simulator.world import World
from tests.simulator.asking import make_job, start
from tests.simulator.fireworks.asking import make_job as make_batch_job
from tests.simulator.invoices.conftest import Bill
from tests.simulator.novita.asking import Novita
from tests.simulator.otoy.asking import make_job as make_otoy_job

Turn = Callable[[str], None]


def _sum(lines: list[dict[str, Any]]) -> Decimal:
    return sum((Decimal(line["amount"]) for line in lines), Decimal(0))


def _disks(bill: Bill) -> list[dict[str, Any]]:
    return [line for line in bill("novita", "storage") if line["part"].startswith("disk")]


def test_baseten_charges_started_minutes_of_each_node(baseten: httpx.Client, world: World, bill: Bill) -> None:
    path = make_job(baseten, "sleep 90", nodes=2)
    assert bill("baseten") == []
    world.clock.advance(3600)
    (line,) = bill("baseten")
    assert line["resource_id"] == path.rpartition("/")[2]
    assert (line["name"], line["what"], line["run"], line["units"], line["unit"]) == ("eval", "compute", 1, 2, "node")
    assert (line["seconds"], line["billed_seconds"], line["is_open"]) == ("90.000", "120.000", False)
    assert (line["hourly_price"], line["amount"], line["currency"]) == ("12.9996", "0.866640", "USD")


@pytest.mark.parametrize(
    ("evening", "midnight"),
    [
        ("2026-11-30T23:30:00", "2026-12-01"),
        ("2028-02-28T23:30:00", "2028-02-29"),
        ("2028-02-29T23:30:00", "2028-03-01"),
        ("2026-12-31T23:30:00", "2027-01-01"),
    ],
)
def test_a_job_over_midnight_is_charged_on_both_sides_and_once(
    baseten: httpx.Client, world: World, bill: Bill, turn_to: Turn, evening: str, midnight: str
) -> None:
    turn_to(evening)
    make_job(baseten, "sleep 7200")
    world.clock.advance(9000)
    (whole,) = bill("baseten")
    parts = [*bill("baseten", until=midnight), *bill("baseten", since=midnight)]
    assert [line["line_id"] for line in parts] == [whole["line_id"]] * 2
    assert parts[0]["to"] == parts[1]["from"] == f"{midnight}T00:00:00.000Z"
    counted = [Decimal(line["billed_seconds"]) for line in parts]
    assert sum(counted) == Decimal(whole["billed_seconds"]) == 7200
    assert 0 <= counted[0] - Decimal(parts[0]["seconds"]) < 60
    assert _sum(parts) == Decimal(whole["amount"]) == 120 * 2 * Decimal("0.10833")


def test_cortecs_charges_each_run_from_started_at_times_workers(
    cortecs: httpx.Client, world: World, bill: Bill
) -> None:
    by_minute, by_hour = start(cortecs, num_workers=3), start(cortecs, billing_interval="per_hour")
    world.clock.advance(1000)
    for made in (by_minute, by_hour):
        cortecs.post("/instances/stop", json={"instance_id": made})
    world.clock.advance(600)
    cortecs.post("/instances/restart", json={"instance_id": by_minute})
    world.clock.advance(1000)
    lines = bill("cortecs")
    runs = [line for line in lines if line["resource_id"] == by_minute]
    assert [(line["run"], line["units"], line["unit"]) for line in runs] == [(1, 3, "worker"), (2, 3, "worker")]
    for line in runs:
        minutes = math.ceil(Decimal(line["seconds"]) / 60)
        assert Decimal(line["billed_seconds"]) == minutes * 60
        assert (Decimal(line["amount"]), line["currency"]) == (minutes * 3 * Decimal("0.02"), "EUR")
    assert [line["is_open"] for line in runs] == [False, True]
    (hour,) = [line for line in lines if line["resource_id"] == by_hour]
    assert (hour["billed_seconds"], hour["amount"], hour["hourly_price"]) == ("3600.000", "1.200000", "1.2")


def test_fireworks_tells_time_and_no_amount(fireworks: httpx.Client, world: World, bill: Bill) -> None:
    make_batch_job(fireworks, "sleep 100", displayName="night")
    world.clock.advance(3600)
    (line,) = bill("fireworks")
    assert (line["name"], line["seconds"], line["amount"], line["hourly_price"]) == ("night", "100.000", None, None)


def test_novita_charges_gpu_seconds_from_pulling_and_disks_until_the_end(novita: Novita, bill: Bill) -> None:
    made = novita.create(gpuNum=2, rootfsSize=100, diskSize=60)
    novita.until(made, "pulling")
    novita.world.clock.advance(3600)
    novita.act("stop", made)
    novita.until(made, "exited")
    (gpu,) = bill("novita", "compute")
    assert (gpu["billed_seconds"], gpu["units"], gpu["unit"], gpu["hourly_price"]) == ("3623.000", 2, "GPU", "0.35")
    assert gpu["amount"] == f"{Decimal('0.70') * 3623 / 3600:.6f}"
    novita.world.clock.advance(86400 - 3623)
    assert bill("novita", "compute") == [gpu], "at rest no GPU is paid"
    (disk,) = _disks(bill)
    assert (disk["units"], disk["unit"], disk["amount"], disk["is_open"]) == (100, "GB", "0.500000", True)
    novita.act("start", made)
    novita.until(made, "running")
    assert [(line["run"], line["is_open"]) for line in bill("novita", "compute")] == [(1, False), (2, True)]
    novita.act("delete", made)
    novita.until(made, "removed")
    assert not any(line["is_open"] for line in bill("novita") if line["resource_id"] == made)


def test_a_disk_that_grows_is_paid_in_two_sizes(novita: Novita, bill: Bill) -> None:
    made = novita.running(rootfsSize=60, diskSize=0)
    assert _disks(bill) == []
    novita.world.clock.advance(86400)
    novita.act("edit", made, expandRootDisk=40)
    novita.world.clock.advance(86400)
    (line,) = _disks(bill)
    assert (line["part"], line["units"], line["amount"]) == ("disk-2", 40, "0.200000")


def test_network_storages_are_paid_in_every_size_until_they_are_given_back(
    novita: Novita, bill: Bill, turn_to: Turn
) -> None:
    turn_to("2028-01-31T00:00:00")
    asked = {"clusterId": "us-ca-6", "storageName": "mine", "storageSize": 100}
    made = novita.post("/networkstorage/create", asked)
    turn_to("2028-02-10T00:00:00")
    novita.post("/networkstorage/update", {"storageId": made, "storageName": "mine", "storageSize": 200})
    turn_to("2028-03-02T00:00:00")
    novita.post("/networkstorage/delete", {"storageId": made})
    turn_to("2028-03-20T00:00:00")

    def month(since: str, until: str) -> Decimal:
        lines = bill("novita", "storage", since=since, until=until)
        return _sum([line for line in lines if line["resource_id"] == made])

    assert month("2028-01-01", "2028-02-01") == Decimal("0.002") * 100
    assert month("2028-02-01", "2028-03-01") == Decimal("0.002") * (9 * 100 + 20 * 200), "29 days"
    assert month("2028-03-01", "2028-04-01") == Decimal("0.002") * 200


def test_a_subscription_is_charged_when_it_is_bought_and_renewed(novita: Novita, bill: Bill) -> None:
    made = novita.running(productId="26", gpuNum=2, month=1)
    novita.act("renewInstance", made, month=1)
    novita.post("/gpu/instance/setAutoRenew", {"instanceIds": [made], "autoRenew": True, "autoRenewMonth": 1})
    novita.world.clock.advance(61 * 86400)
    lines = bill("novita", "subscription")
    assert [(line["part"], line["amount"]) for line in lines] == [
        (f"term-{n}", f"{Decimal('229.95') * 2:.6f}") for n in (1, 2, 3)
    ]
    assert bill("novita", "compute") == []
    assert _sum(bill("novita", "subscription", since="2027-01-01")) == Decimal("229.95") * 2


def test_otoy_charges_each_run_at_the_price_of_its_node(otoy: httpx.Client, world: World, bill: Bill) -> None:
    made = make_otoy_job(
        otoy, env={"SIM_RUN_S": "300", "SIM_FAIL_FIRST": "1"}, max_retry_count=2, max_node_count=2, title="eval [gc]"
    )
    world.clock.advance(7200)
    lines = [line for line in bill("otoy") if line["resource_id"] == made]
    assert sorted(line["run"] for line in lines) == [1, 1, 2, 2], "failed runs count too"
    assert {line["name"] for line in lines} == {"eval [gc]"}
    assert {line["hourly_price"] for line in lines} == {"0.35"}
    for line in lines:
        assert line["billed_seconds"] == line["seconds"]
        assert line["amount"] == f"{Decimal(line['seconds']) * Decimal('0.35') / 3600:.6f}"
    ledger = otoy.get("/v1/compute/ledger/transactions", params={"limit": "50"}).json()["data"]
    assert {row["job_run_uuid"]: -row["amount"] for row in ledger} == {
        line["part"]: float(line["amount"]) for line in lines
    }


def test_otoy_charges_started_hours_of_what_runs_until_it_is_cancelled(
    otoy: httpx.Client, world: World, bill: Bill
) -> None:
    made = make_otoy_job(otoy, task="PERSISTENT", gpu_name="RTX 5090", allowed_region_codes=["us-east-2"])
    world.clock.advance(200)
    assert [(line["hourly_price"], line["amount"]) for line in bill("otoy")] == [("4.14", "4.140000")]
    world.clock.advance(3600)
    assert otoy.put(f"/v1/jobs/{made}/cancel", json={"reason": "done"}).status_code == 200
    world.clock.advance(3600)
    assert [(line["billed_seconds"], line["amount"]) for line in bill("otoy")] == [("7200.000", "8.280000")]


def test_baseten_summary_says_the_same_by_day(baseten: httpx.Client, world: World, bill: Bill, turn_to: Turn) -> None:
    make_job(baseten, "sleep infinity", nodes=2)
    turn_to("2026-12-02T00:30:00")
    (line,) = bill("baseten", since="2026-11-29", until="2026-12-02T00:30:00Z")
    range_ = {"start_date": "2026-11-29T00:00:00Z", "end_date": "2026-12-02T06:00:00Z"}
    usage = baseten.get("/v1/billing/usage_summary", params=range_).json()["training_usage"]
    (row,) = usage["breakdown"]
    assert [day["date"] for day in row["daily"]] == ["2026-11-29", "2026-11-30", "2026-12-01", "2026-12-02"]
    assert row["minutes"] == usage["minutes"] == Decimal(line["billed_seconds"]) / 60 * 2
    assert Decimal(usage["total"]) == Decimal(line["amount"])
