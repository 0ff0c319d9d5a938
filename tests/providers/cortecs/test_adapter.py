"""What the adapter of Cortecs does beyond the common contract."""

from decimal import Decimal
from typing import Any

import httpx
import pytest

from gpuconsole.providers.contract import Known
from gpuconsole.providers.cortecs import PROVIDER
from gpuconsole.providers.cortecs.client import WORDING
from gpuconsole.providers.cortecs.remotes import hardware_parts, remote
from gpuconsole.providers.errors import NoCapacity, NotAuthorized, NotYet, Rejected
from gpuconsole.providers.pricing import Rounding
from gpuconsole.providers.remote import PartState, RemoteState
from tests.contract.conftest import TOKEN, Far

LLAMA = "meta-llama--Meta-Llama-3.1-8B-Instruct"


def logins(far: Far) -> int:
    return sum(row["path"].endswith("/oauth2/token") for row in far.world.requests)


def test_the_status_table_is_total() -> None:
    assert set(PROVIDER.statuses) == {"pending", "running", "stopped"}
    assert [word for word, reading in PROVIDER.statuses.items() if reading.tariff] == ["running"]


def test_one_login_serves_many_calls(cortecs: Far) -> None:
    for _ in range(5):
        cortecs.adapter.inventory()
    assert logins(cortecs) == 1


def test_a_login_that_was_forgotten_is_made_anew_once(cortecs: Far) -> None:
    cortecs.adapter.inventory()
    cortecs.world.table("cortecs.tokens", float).clear()
    assert cortecs.launch().id
    assert logins(cortecs) == 2
    assert len(cortecs.world.resources("cortecs")) == 1


@pytest.mark.parametrize(("expires_in", "wanted"), [(3600, 1), (61, 1), (60, 3), (None, 3)])
def test_a_login_is_made_anew_a_minute_before_its_end(expires_in: int | None, wanted: int) -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        return httpx.Response(200, json={"access_token": "token", "expires_in": expires_in, "instances": []})

    own = PROVIDER.credentials(**PROVIDER.sandbox_credentials)
    adapter = PROVIDER.adapter.open(own, base_url="http://far.example", transport=httpx.MockTransport(answer))
    for _ in range(3):
        adapter.inventory()
    assert asked.count("/oauth2/token") == wanted


def test_a_refused_login_is_not_tried_again(cortecs: Far) -> None:
    with pytest.raises(NotAuthorized):
        cortecs.open(client_secret="wrong").inventory()
    assert logins(cortecs) == 1


def test_models_and_hardware_need_no_login(cortecs: Far) -> None:
    """Checked with the vendor's client."""
    cortecs.adapter.choices("models")
    cortecs.adapter.offers()
    assert logins(cortecs) == 0


def test_defaults_are_filled_in_when_a_lost_launch_is_looked_for(cortecs: Far) -> None:
    """The model's recommended type, the lesser of 32000 and its longest context, per minute, one worker (docs)."""
    spec = cortecs.provider.spec.read({"provider": "cortecs", "model_id": LLAMA})
    made = cortecs.adapter.launch(spec, TOKEN, {})
    assert [found.id for found in cortecs.adapter.find(TOKEN, spec, Known())] == [made.id]
    assert made.raw["instance_args"]["context_length"] == 24576


def test_an_instance_with_other_arguments_is_not_ours(cortecs: Far) -> None:
    cortecs.launch(num_workers=3)
    assert not cortecs.adapter.find(TOKEN, cortecs.spec(), Known())


def test_workers_show_their_five_steps(cortecs: Far) -> None:
    made = cortecs.launch()
    assert [(part.name, part.state, part.step, part.steps) for part in made.parts] == [
        ("Worker 1", PartState.STARTING, 1, 5),
        ("Worker 2", PartState.STARTING, 1, 5),
    ]
    assert made.parts[0].text == "Allocating hardware"
    running = cortecs.wait_for(made, RemoteState.RUNNING)
    assert PartState.RUNNING in {part.state for part in running.parts}, "running with its first worker, not with all"
    assert (running.parts[0].step, running.parts[0].text) == (5, "Running")


def test_a_running_instance_tells_how_to_reach_it(cortecs: Far) -> None:
    made = cortecs.launch()
    assert made.connect == {}
    running = cortecs.wait_for(made, RemoteState.RUNNING)
    assert set(running.connect) == {"Base URL", "Model"}
    assert running.started_at is not None


def test_stop_start_and_stop_again(cortecs: Far) -> None:
    running = cortecs.wait_for(cortecs.launch(), RemoteState.RUNNING)
    cortecs.adapter.stop(running.id)
    stopped = cortecs.wait_for(running, RemoteState.STOPPED)
    assert stopped.ended_at is not None
    assert {part.state for part in stopped.parts} == {PartState.STOPPED}
    cortecs.adapter.stop(running.id)
    cortecs.adapter.start(running.id)
    assert cortecs.now(running).reading.state == RemoteState.STARTING
    cortecs.adapter.start(running.id)
    assert cortecs.wait_for(running, RemoteState.RUNNING).ended_at is None


def test_restart_is_a_stop_and_then_a_start(cortecs: Far) -> None:
    """Cortecs refuses to restart what is running (client code)."""
    running = cortecs.wait_for(cortecs.launch(), RemoteState.RUNNING)
    for _ in range(2):
        with pytest.raises(NotYet) as caught:
            cortecs.adapter.restart(running.id)
        assert caught.value.may_retry
    cortecs.wait_for(running, RemoteState.STOPPED)
    cortecs.adapter.restart(running.id)
    assert cortecs.now(running).reading.state == RemoteState.STARTING
    assert [resource.id for resource in cortecs.world.resources("cortecs")] == [running.id]


def test_an_instance_is_deleted_only_after_it_has_stopped(cortecs: Far) -> None:
    running = cortecs.wait_for(cortecs.launch(), RemoteState.RUNNING)
    cortecs.adapter.end(running.id)
    assert not cortecs.asked("DELETE")
    cortecs.pass_time(60)
    cortecs.adapter.end(running.id)
    assert cortecs.adapter.fetch([running.id]) == []


def test_no_free_hardware_may_be_asked_for_again(cortecs: Far) -> None:
    for _ in range(300):
        free = {offer.hardware_id: offer.is_available for offer in cortecs.adapter.offers()}
        if not free["NVIDIA_H100_2"]:
            break
        cortecs.pass_time(600)
    with pytest.raises(NoCapacity) as caught:
        cortecs.launch(model_id="mistralai--Mixtral-8x7B-Instruct-v0.1", hardware_type_id="NVIDIA_H100_2")
    assert caught.value.may_retry


def test_an_empty_purse_is_a_refusal(cortecs: Far) -> None:
    cortecs.wait_for(cortecs.launch(), RemoteState.RUNNING)
    cortecs.pass_time(400 * 86_400)
    with pytest.raises(Rejected) as caught:
        cortecs.launch()
    assert caught.value.status_code == 402


@pytest.mark.parametrize(
    ("interval", "rounding"), [("per_minute", Rounding.MINUTE), ("per_hour", Rounding.HOUR), (None, Rounding.MINUTE)]
)
def test_the_price_is_per_worker_and_rounded_by_the_interval(
    cortecs: Far, interval: str | None, rounding: Rounding
) -> None:
    pricing = PROVIDER.adapter.price(cortecs.spec(billing_interval=interval, num_workers=3), cortecs.adapter.offers())
    assert (pricing.hourly_price, pricing.currency) == (Decimal("3.6"), "EUR")
    assert (pricing.unit_price, pricing.units, pricing.gpu_count) == (Decimal("1.2"), 3, 3)
    assert pricing.rounding == rounding


def test_without_a_hardware_type_the_price_is_unknown(cortecs: Far) -> None:
    pricing = PROVIDER.adapter.price(cortecs.spec(hardware_type_id=None), cortecs.adapter.offers())
    assert pricing.hourly_price is None


def test_models_tell_the_longest_context_on_each_hardware(cortecs: Far) -> None:
    llama = next(choice for choice in cortecs.adapter.choices("models") if choice.value == LLAMA)
    assert llama.facts["contexts"]["NVIDIA_L4_1"] == 24576
    assert (llama.facts["recommended"], llama.group) == ("NVIDIA_L4_1", "Meta")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"model_id": "nobody--nothing"}, "model_id"),
        ({"hardware_type_id": "NVIDIA_H100_2"}, "hardware_type_id"),
        ({"context_length": 16001}, "context_length"),
        ({"hardware_type_id": None, "context_length": 16001}, "context_length"),
    ],
)
def test_what_the_models_refuse_is_told_before_the_launch(cortecs: Far, changes: dict[str, Any], field: str) -> None:
    choices = {"models": cortecs.adapter.choices("models")}
    spec = cortecs.spec(**changes)
    assert list(PROVIDER.adapter.check_choices(spec, choices)) == [field]
    with pytest.raises(Rejected) as caught:
        cortecs.adapter.launch(spec, TOKEN, {})
    assert caught.value.field == field


def test_what_fits_has_no_mistake_and_unknown_models_say_nothing(cortecs: Far) -> None:
    choices = {"models": cortecs.adapter.choices("models")}
    assert PROVIDER.adapter.check_choices(cortecs.spec(), choices) == {}
    assert PROVIDER.adapter.check_choices(cortecs.spec(model_id="nobody--nothing"), {}) == {}


@pytest.mark.parametrize(
    ("hardware_id", "parts"),
    [
        ("NVIDIA_L40S_2", ("NVIDIA", "L40S", 2)),
        ("AMD_MI300_X_8", ("AMD", "MI300 X", 8)),
        ("strange", ("", "strange", 0)),
    ],
)
def test_the_trailing_number_is_gpus_per_worker(hardware_id: str, parts: tuple[str, str, int]) -> None:
    assert hardware_parts(hardware_id) == parts


@pytest.mark.parametrize(
    ("status", "progress", "state"),
    [
        ("stopped", None, PartState.STOPPED),
        ("running", None, PartState.RUNNING),
        ("pending", {"current_step": 5, "num_steps": 5, "description": "Running"}, PartState.RUNNING),
    ],
)
def test_odd_answers_about_workers_do_no_harm(status: str, progress: Any, state: PartState) -> None:
    instance = {"instance_status": {"status": status}, "worker_statuses": [{"init_progress": progress}]}
    assert remote(instance).parts[0].state == state
    assert remote(instance).connect == {}


def test_a_start_that_dies_says_that_there_is_no_reason(cortecs: Far) -> None:
    """There is no failed status: it surfaces as stopped (client code)."""
    instance = {"instance_id": "i", "instance_status": {"status": "stopped", "started_at": None}}
    assert remote(instance).message == "Stopped before it was ready; Cortecs gives no reason."


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ({"error": "context_length exceeds the maximum"}, ("context_length exceeds the maximum", "context_length")),
        ({"error": "insufficient balance"}, ("insufficient balance", "")),
        ({}, ("", "")),
        ("text", ("", "")),
    ],
)
def test_error_bodies_are_read_for_message_and_field(body: Any, found: tuple[str, str]) -> None:
    assert WORDING.error(body) == found
