"""Node pools as offers and choices, and a price that nobody knows."""

from typing import Any

import pytest

from gpuconsole.providers.fireworks import PROVIDER, choices
from gpuconsole.providers.fireworks.machines import Machine, machine
from gpuconsole.providers.fireworks.offers import NOT_PRICED, free_ranks, offer
from tests.contract.conftest import Far


def pool(**fields: Any) -> dict[str, Any]:
    return {
        "name": "accounts/acme/nodePools/mine",
        "eksNodePool": {"instanceType": "p5.48xlarge"},
        "maxNodeCount": 2,
        "state": "READY",
        "nodePoolStats": {"nodeCount": 1, "ranksPerNode": 8},
        **fields,
    }


@pytest.mark.parametrize(
    ("instance_type", "found"),
    [
        ("p5.48xlarge", Machine(True, "H100", 8, 80)),
        ("p5.4xlarge", Machine(True, "H100", 1, 80)),
        ("p4de.24xlarge", Machine(True, "A100", 8, 80)),
        ("p6-b200.48xlarge", Machine(True, "B200", 8, 180)),
        ("g5.12xlarge", Machine(True, "A10G", 4, 24)),
        ("g6e.xlarge", Machine(True, "L40S", 1, 48)),
        ("g4dn.metal", Machine(True, "T4", 8, 16)),
        ("m7i.8xlarge", Machine(True)),
        ("c7g.metal", Machine(True)),
        ("p9.48xlarge", Machine()),
        ("trn2.48xlarge", Machine()),
        ("n1-standard-4", Machine()),
        ("", Machine()),
    ],
)
def test_the_gpus_of_a_host_follow_from_its_type(instance_type: str, found: Machine) -> None:
    assert machine(instance_type) == found


def test_a_pool_is_an_offer_without_a_price(fireworks: Far) -> None:
    found = {row.hardware_id: row for row in fireworks.adapter.offers()}
    h100, cpu = found["sandbox/h100-pool"], found["sandbox/cpu-pool"]
    assert (h100.hardware and h100.hardware.model, h100.gpu_count, h100.hourly_price) == ("H100", 8, None)
    assert (cpu.hardware, cpu.gpu_count) == (None, 0)
    assert PROVIDER.adapter.asks_for(h100) == {"account_id": "sandbox", "nodePoolId": "h100-pool"}


@pytest.mark.parametrize(("name", "gpus"), [("h100-pool", 4), ("a10g-pool", 4), ("cpu-pool", 0), ("unseen", 4)])
def test_a_rank_is_a_gpu_but_on_a_pool_that_surely_has_none(fireworks: Far, name: str, gpus: int) -> None:
    pricing = PROVIDER.adapter.price(fireworks.spec(nodePoolId=name, numRanks=4), fireworks.adapter.offers())
    assert (pricing.gpu_count, pricing.hourly_price, pricing.not_priced) == (gpus, None, NOT_PRICED)
    assert pricing.hardware_id == f"sandbox/{name}"


@pytest.mark.parametrize(
    ("stats", "free"),
    [
        ({"ranksPerNode": 8}, 16),
        ({"ranksPerNode": 8, "environmentRanks": 3, "batchJobRanks": {"RUNNING": 8, "PENDING": 2}}, 3),
        ({"ranksPerNode": 8, "batchJobRanks": {"COMPLETED": 90, "FAILED": 9, "CANCELLED": 1}}, 16),
        ({"ranksPerNode": 1, "batchJobRanks": {"RUNNING": 9}}, 0),
        ({}, None),
        (None, None),
    ],
)
def test_free_ranks_are_what_the_pool_may_grow_to_less_what_is_taken(stats: Any, free: int | None) -> None:
    row = pool(nodePoolStats=stats)
    assert free_ranks(row) == free
    assert offer(row).is_available is (None if free is None else free > 0)


def test_a_pool_that_is_not_ready_is_listed_with_the_reason() -> None:
    found = choices.pool_choice(pool(state="DELETING"))
    assert (found.value, found.facts["refusal"]) == ("mine", "is deleting")
    assert offer(pool(state="CREATING")).is_available is False
    listed = {"node_pools": choices.of("node_pools", [("acme", pool(state="DELETING"))])}
    spec = PROVIDER.spec.read(
        {
            "provider": "fireworks",
            "account_id": "acme",
            "nodePoolId": "mine",
            "imageRef": "i",
            "shellExecutor": {"command": "x"},
        }
    )
    assert PROVIDER.adapter.check_choices(spec, listed) == {"nodePoolId": "mine is deleting."}


def test_the_same_id_in_two_accounts_is_one_choice_that_fits_both() -> None:
    listed = choices.of("node_pools", [("acme", pool()), ("other", pool(name="accounts/other/nodePools/mine"))])
    assert [(one.value, one.facts["accounts"]) for one in listed] == [("mine", ["acme", "other"])]


def test_every_list_of_choices_tells_what_is_to_be_picked(fireworks: Far) -> None:
    def values(name: str) -> list[str]:
        return [choice.value for choice in fireworks.adapter.choices(name)]

    assert values("accounts") == ["sandbox"]
    assert sorted(values("node_pools")) == ["a10g-pool", "cpu-pool", "h100-pool"]
    assert sorted(values("environments")) == ["eval-env", "my-env"]
    assert sorted(values("snapshots")) == ["6", "7"]
    assert values("roles") == ["arn:aws:iam::123456789012:role/train"]


@pytest.mark.parametrize(
    ("wire", "notes"),
    [
        ({"numRanks": 12, "nodePoolId": "h100-pool"}, {"numRanks": "One GPU a rank here: 12 GPUs on 2 hosts."}),
        ({"nodePoolId": "h100-pool"}, {"numRanks": "One GPU a rank here: 1 GPU on 1 host."}),
        ({"numRanks": 3, "nodePoolId": "cpu-pool"}, {"numRanks": "One host a rank here: 3 hosts."}),
        (
            {"numRanks": 17, "nodePoolId": "cpu-pool"},
            {"numRanks": "One host a rank here: 17 hosts. The pool has 16 at most: the job would wait."},
        ),
        ({"numRanks": "many", "nodePoolId": "cpu-pool"}, {}),
        ({"numRanks": 3, "nodePoolId": "unseen"}, {}),
        ({"displayName": "eval-mmlu-nightly-1122"}, {"displayName": "22 of at most 63 characters."}),
    ],
)
def test_the_form_says_what_the_ranks_take_up(fireworks: Far, wire: dict[str, Any], notes: dict[str, str]) -> None:
    listed = {"node_pools": fireworks.adapter.choices("node_pools")}
    assert PROVIDER.adapter.notes({"account_id": "sandbox", **wire}, listed) == notes
