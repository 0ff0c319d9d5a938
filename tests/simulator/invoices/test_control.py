"""The invoice on the control surface: ranges, totals, CSV, faults, and what a restart leaves of it."""

import csv
import io
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest

from gpuconsole.simulator import state_file
from gpuconsole.simulator.clock import Clock
from gpuconsole.simulator.invoice import COLUMNS
from gpuconsole.simulator.world import World
from gpuconsole.simulator.wsgi import create_app
from tests.simulator.asking import make_job, start
from tests.simulator.conftest import NOON
from tests.simulator.fireworks.asking import make_job as make_batch_job
from tests.simulator.invoices.conftest import Bill
from tests.simulator.novita.asking import Novita
from tests.simulator.otoy.asking import make_job as make_otoy_job


@pytest.fixture
def everything(
    baseten: httpx.Client, cortecs: httpx.Client, fireworks: httpx.Client, novita: Novita, otoy: httpx.Client
) -> None:
    """Work at all five providers, some of it stopped, started again and grown."""
    make_job(baseten, "sleep 90", nodes=2)
    make_batch_job(fireworks)
    make_otoy_job(otoy, env={"SIM_RUN_S": "300", "SIM_FAIL_FIRST": "1"}, max_retry_count=2)
    served, rented = start(cortecs, num_workers=2), novita.running(rootfsSize=80, diskSize=10)
    novita.get("/networkstorages/list")
    novita.world.clock.advance(3000)
    cortecs.post("/instances/stop", json={"instance_id": served})
    novita.act("stop", rented)
    novita.running(productId="26", gpuNum=2, month=1)
    cortecs.post("/instances/restart", json={"instance_id": served})
    novita.act("start", rented)
    novita.world.clock.advance(1000)


def test_every_line_has_the_columns_and_the_sums_are_what_resources_cost(
    everything: None, control: httpx.Client, world: World
) -> None:
    told = control.get("/invoice").json()
    assert {tuple(line) for line in told["lines"]} == {COLUMNS}
    assert len({line["line_id"] for line in told["lines"]}) == len(told["lines"]) >= 10
    for resource in world.resources():
        own = [line for line in told["lines"] if line["resource_id"] == resource.id and line["amount"] is not None]
        assert sum((Decimal(line["amount"]) for line in own), Decimal(0)) == resource.cost(world.now())
    eur, usd = told["totals"]
    assert (eur["currency"], eur["compute"], eur["without_amount"]) == ("EUR", eur["total"], 0)
    assert (usd["currency"], usd["without_amount"]) == ("USD", 1)
    parts = sum(Decimal(usd[what]) for what in ("compute", "storage", "subscription"))
    assert Decimal(usd["total"]) == parts
    amounts = [Decimal(line["amount"]) for line in told["lines"] if line["currency"] == "USD" and line["amount"]]
    assert sum(amounts) == parts


def test_the_table_holds_the_same_lines(everything: None, control: httpx.Client) -> None:
    told = control.get("/invoice").json()["lines"]
    answer = control.get("/invoice", params={"format": "csv"})
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [row["line_id"] for row in rows] == [line["line_id"] for line in told]
    assert [row["amount"] or None for row in rows] == [line["amount"] for line in told]
    assert {row["is_open"] for row in rows} == {"true", "false"}


@pytest.mark.parametrize("later_s", [0, 4000])
def test_a_restart_leaves_the_invoice_as_it_was(
    everything: None, control: httpx.Client, world: World, tmp_path: Path, later_s: float
) -> None:
    state_file.write(tmp_path / "world.json", state_file.snapshot(world))
    anew = World(speed=7, clock=Clock(wall=lambda: NOON + later_s))
    state_file.read(tmp_path / "world.json", anew)
    world.clock.advance(later_s)
    with httpx.Client(transport=httpx.WSGITransport(create_app(world=anew)), base_url="http://sim.test") as client:
        assert client.get("/_sim/invoice").json() == control.get("/invoice").json()


def test_one_provider_and_a_range(everything: None, control: httpx.Client, bill: Bill) -> None:
    assert {line["provider"] for line in bill("cortecs")} == {"cortecs"}
    assert bill("cortecs", since="2026-11-21") == bill("cortecs", until="2026-11-20") == []
    told = control.get("/invoice", params={"since": "2026-11-20T12:10:00Z", "until": "2026-11-20T12:20:00Z"}).json()
    assert (told["since"], told["until"]) == ("2026-11-20T12:10:00.000Z", "2026-11-20T12:20:00.000Z")
    assert not any(line["is_open"] for line in told["lines"]), "what is cut by a past end is settled"
    assert {line["seconds"] for line in told["lines"] if line["provider"] == "cortecs"} == {"600.000"}


@pytest.mark.parametrize(
    ("query", "error"),
    [
        ({"provider": "nobody"}, "provider must be one of baseten, cortecs, fireworks, novita, otoy"),
        ({"since": "soon"}, "since must be a date or a moment such as 2026-11-01 or 2026-11-01T00:00:00Z"),
        ({"since": "2026-11-02", "until": "2026-11-02"}, "until must be after since"),
        ({"format": "xml"}, "format must be json or csv"),
    ],
)
def test_what_makes_no_sense_is_refused(control: httpx.Client, query: dict[str, str], error: str) -> None:
    answer = control.get("/invoice", params=query)
    assert (answer.status_code, answer.json()) == (400, {"error": error})


def _fault(control: httpx.Client, **fault: Any) -> None:
    assert control.post("/faults", json={"provider": "baseten", **fault}).status_code == 201


def test_what_has_vanished_or_will_not_die_is_charged_on(
    baseten: httpx.Client, control: httpx.Client, world: World, bill: Bill
) -> None:
    paths = [make_job(baseten, "sleep infinity", name=name) for name in ("hidden", "undead")]
    world.clock.advance(600)
    _fault(control, fault="vanish", match="hidden")
    _fault(control, fault="zombie", match="undead")
    assert baseten.get(paths[0]).status_code == 404
    assert baseten.post(f"{paths[1]}/stop", json={}).status_code == 200
    before = [Decimal(line["amount"]) for line in bill("baseten")]
    world.clock.advance(3600)
    after = bill("baseten")
    assert [Decimal(line["amount"]) - was for line, was in zip(after, before, strict=True)] == [
        60 * 2 * Decimal("0.10833")
    ] * 2
    assert all(line["is_open"] for line in after)


def test_a_price_jump_reaches_later_launches_only(
    baseten: httpx.Client, control: httpx.Client, world: World, bill: Bill
) -> None:
    make_job(baseten, "sleep infinity")
    _fault(control, fault="price_jump", factor=1.5)
    make_job(baseten, "sleep infinity")
    control.delete("/faults")
    world.clock.advance(7200)
    assert [line["hourly_price"] for line in bill("baseten")] == ["12.9996", "19.4994"]
