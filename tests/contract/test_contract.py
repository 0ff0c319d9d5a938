"""What every provider keeps, tried on each slug against its simulator dialect."""

import json
import math
import re
from decimal import Decimal
from typing import Any

import pytest

from gpuconsole.providers import registry, tokens
from gpuconsole.providers.contract import Known, Provider
from gpuconsole.providers.errors import NotAuthorized, RateLimited, Rejected, Unconfirmed, Unreachable
from gpuconsole.providers.features import Feature
from gpuconsole.providers.preview import preview
from gpuconsole.providers.pricing import Rounding
from gpuconsole.providers.remote import RemoteState, Tariff
from tests.contract.conftest import TOKEN, Far

NEVER_SIGNED_IN = {
    "baseten": {"api_key": "wrong-key-of-mine"},
    "cortecs": {"client_secret": "wrong-key-of-mine"},
    "fireworks": {"api_key": "wrong-key-of-mine"},
    "novita": {"api_key": "wrong-key-of-mine"},
    "otoy": {"secret_key": "wrong-key-of-mine"},
}
CURRENCY = {"baseten": "USD", "cortecs": "EUR", "fireworks": "USD", "novita": "USD", "otoy": "USD"}
PAGES = {"baseten": 1, "fireworks": 200, "novita": 100, "otoy": 50}
"""Rows that a page of a provider's list holds at most; Baseten's has no pages."""
UNPRICED = {"fireworks"}
"""Providers that tell no price: what they run is on another bill of the customer's."""
CREATE = {
    "baseten": "/jobs",
    "cortecs": "/start",
    "fireworks": "/batchJobs",
    "novita": "/create",
    "otoy": "POST /v1/jobs",
}
BEGUN_S = {Rounding.EXACT: Decimal("0.001"), Rounding.SECOND: 1, Rounding.MINUTE: 60, Rounding.HOUR: 3600}
FEATURE_METHODS = {feature: str(feature) for feature in Feature}


def test_check_takes_four_steps_and_all_are_well(far: Far) -> None:
    steps = list(far.adapter.check())
    assert [step.is_ok for step in steps] == [True] * 4
    assert all(step.detail for step in steps)


def test_check_writes_nothing(far: Far) -> None:
    list(far.adapter.check())
    assert {row["method"] + row["path"] for row in far.asked("POST")} <= {
        "POST/v1/training_jobs/search",
        "POST/api/v1/oauth2/token",
    }


def test_check_stops_at_the_sign_in_that_fails_and_hides_the_key(far: Far) -> None:
    steps = list(far.open(**NEVER_SIGNED_IN[far.provider.slug]).check())
    assert [step.is_ok for step in steps] == [True, False]
    assert steps[-1].is_refused
    assert "wrong-key-of-mine" not in steps[-1].detail


def test_offers_have_exact_prices_in_the_providers_currency(far: Far) -> None:
    offers = far.adapter.offers()
    assert len(offers) >= 3
    if far.provider.slug in UNPRICED:
        assert {row.hourly_price for row in offers} == {None}
    else:
        assert all(isinstance(row.hourly_price, Decimal) and row.hourly_price > 0 for row in offers)
    assert {row.currency for row in offers} == {CURRENCY[far.provider.slug]}
    assert len({(row.hardware_id, row.gpu_count, row.region) for row in offers}) == len(offers)


def test_every_source_of_choices_that_a_field_names_is_answered(far: Far) -> None:
    schema = json.dumps(far.provider.spec.model_json_schema())
    for name in set(re.findall(r'"x-choices": "(\w+)"', schema)):
        choices = far.adapter.choices(name)
        assert len({choice.value for choice in choices}) == len(choices)
        json.dumps([dict(choice.facts) for choice in choices])


def test_an_unknown_source_of_choices_is_a_mistake_of_ours(far: Far) -> None:
    with pytest.raises(KeyError):
        far.adapter.choices("nonsense")


def test_a_launch_makes_exactly_one_thing_and_tells_its_id(far: Far) -> None:
    remote = far.launch()
    assert [resource.id for resource in far.world.resources(far.provider.slug)] == [remote.id]
    assert remote.reading.state in (RemoteState.QUEUED, RemoteState.STARTING)
    assert remote.reading.tariff == Tariff.NOTHING


def test_the_preview_is_what_is_sent(far: Far) -> None:
    shown = preview(far.provider, far.spec(), token=TOKEN)
    far.launch()
    sent = far.asked("POST")[-1]
    assert sent["body"] == shown.request.body == json.loads(shown.body)
    assert shown.request.method == "POST"


def test_a_lost_launch_is_found(far: Far) -> None:
    known = Known(frozenset(remote.id for remote in far.adapter.inventory()))
    remote = far.launch()
    assert [found.id for found in far.adapter.find(TOKEN, far.spec(), known)] == [remote.id]


def test_a_lost_launch_is_found_behind_a_full_page_of_later_ones(far: Far) -> None:
    if not far.provider.keeps_token:
        return  # they are told apart by what was there before, all at once
    remote = far.launch()
    for number in range(PAGES[far.provider.slug] + 1):
        far.launch(token=f"gc-0ther{number:015d}")
    assert [found.id for found in far.adapter.find(TOKEN, far.spec(), Known(since=remote.created_at))] == [remote.id]


def test_a_launch_that_never_arrived_is_not_found(far: Far) -> None:
    far.launch(token="gc-0ther0123456789abcdef")
    known = Known(frozenset(remote.id for remote in far.adapter.inventory()))
    assert not far.adapter.find(TOKEN, far.spec(), known)


def test_what_is_launched_twice_is_found_twice(far: Far) -> None:
    ids = {far.launch().id, far.launch().id}
    assert {found.id for found in far.adapter.find(TOKEN, far.spec(), Known())} == ids


def test_the_inventory_says_which_console_launched_what(far: Far) -> None:
    far.launch()
    far.launch(token="gc-0ther0123456789abcd")
    marks = {tokens.deployment(remote.token) for remote in far.adapter.inventory()}
    assert marks == ({"t3st", "0the"} if far.provider.keeps_token else {""})


def test_the_inventory_lists_all_and_fetch_the_named_ones(far: Far) -> None:
    first, second = far.launch(), far.launch()
    assert {remote.id for remote in far.adapter.inventory()} == {first.id, second.id}
    assert [remote.id for remote in far.adapter.fetch([second.id, "nobody"])] == [second.id]
    assert far.adapter.fetch(["nobody"]) == []


def test_fetching_many_takes_one_call(far: Far) -> None:
    ids = [far.launch().id for _ in range(5)]
    before = len(far.calls)
    assert len(far.adapter.fetch(ids)) == 5
    assert len(far.calls) == before + 1


def test_fetching_none_takes_no_call(far: Far) -> None:
    assert far.adapter.fetch([]) == []
    assert not far.calls


def test_a_remote_comes_to_run_and_is_billed_then(far: Far) -> None:
    running = far.wait_for(far.launch(), RemoteState.RUNNING)
    assert running.reading.tariff == Tariff.RUN
    assert running.hardware_id
    assert running.gpu_count == 2


def test_the_end_comes_and_asking_again_does_no_harm(far: Far) -> None:
    remote = far.wait_for(far.launch(), RemoteState.RUNNING)
    for _ in range(6):
        far.adapter.end(remote.id)
        far.pass_time(60)
    left = far.adapter.fetch([remote.id])
    assert [found.reading.state for found in left] in ([], [RemoteState.CANCELLED])
    far.adapter.end(remote.id)


def test_ending_what_was_never_there_is_no_error(far: Far) -> None:
    far.adapter.end("nobody")


def test_a_zombie_is_not_told_as_ended(far: Far) -> None:
    far.fault(fault="zombie")
    remote = far.wait_for(far.launch(), RemoteState.RUNNING)
    for _ in range(3):
        far.adapter.end(remote.id)
        far.pass_time(60)
    assert far.now(remote).reading.state == RemoteState.RUNNING


def test_what_vanishes_is_left_out(far: Far) -> None:
    remote = far.launch()
    far.fault(fault="vanish", match=remote.id)
    assert far.adapter.fetch([remote.id]) == []


def test_an_unheard_of_status_keeps_the_word_and_counts_money(far: Far) -> None:
    remote = far.launch()
    far.fault(fault="unknown_status")
    found = far.now(remote)
    assert found.reading.state == RemoteState.UNKNOWN
    assert found.reading.tariff is None  # what is billed goes on
    assert found.status not in far.provider.statuses


def test_too_many_calls_may_be_tried_again_after_the_wait(far: Far) -> None:
    far.adapter.inventory()
    far.fault(fault="429", count=1, retry_after=17)
    with pytest.raises(RateLimited) as caught:
        far.launch()
    assert (caught.value.wait_s, caught.value.may_retry) == (17, True)
    assert not far.world.resources(far.provider.slug)


def test_a_server_error_at_the_create_call_leaves_it_unconfirmed(far: Far) -> None:
    far.adapter.inventory()
    far.fault(fault="500", match=CREATE[far.provider.slug])
    with pytest.raises(Unconfirmed) as caught:
        far.launch()
    assert not caught.value.may_retry


def test_a_server_error_at_a_read_may_be_tried_again(far: Far) -> None:
    far.fault(fault="500")
    with pytest.raises(Unreachable) as caught:
        far.adapter.inventory()
    assert caught.value.may_retry


def test_wrong_credentials_are_told_as_such_without_them(far: Far) -> None:
    with pytest.raises(NotAuthorized) as caught:
        far.open(**NEVER_SIGNED_IN[far.provider.slug]).inventory()
    assert "wrong-key-of-mine" not in caught.value.message + caught.value.raw


def test_a_refusal_names_the_field(far: Far) -> None:
    wrong: dict[str, tuple[str, Any, str]] = {
        "baseten": ("training_job", {"image": {"base_image": "x"}, "compute": {"memory": "900Ti"}}, ".compute.memory"),
        "cortecs": ("model_id", "nobody--nothing", ""),
        "fireworks": ("nodePoolId", "nobodys-pool", ""),
        "otoy": ("max_retry_count", 2**60, ""),
        "novita": ("diskSize", 7000, ""),
    }
    name, value, below = wrong[far.provider.slug]
    with pytest.raises(Rejected) as caught:
        far.launch(**{name: value})
    assert caught.value.field == name + below


def test_every_call_is_told_to_the_recorder(far: Far) -> None:
    far.adapter.inventory()
    assert far.calls
    assert all(status == 200 and took_ms >= 0 for _, _, status, took_ms in far.calls)


def test_the_raw_answer_is_json_and_free_of_credentials(far: Far) -> None:
    raw = json.dumps(far.launch().raw)
    assert not any(value in raw for value in far.provider.sandbox_credentials.values() if len(value) > 8)


def test_the_price_is_the_one_that_the_simulator_charges(far: Far) -> None:
    pricing = type(far.adapter).price(far.spec(), far.adapter.offers())
    remote = far.wait_for(far.launch(), RemoteState.RUNNING)
    resource = far.world.resources(far.provider.slug)[0]
    far.pass_time(3600)
    begun_s = BEGUN_S[pricing.rounding]
    billed_s = math.ceil(resource.billed_s(far.world.now()) / begun_s) * begun_s
    assert pricing.hardware_id == remote.hardware_id
    if far.provider.slug in UNPRICED:
        assert pricing.hourly_price is None
        assert pricing.not_priced
        return
    assert pricing.hourly_price is not None
    expected = pricing.hourly_price / 3600 * billed_s
    assert resource.cost(far.world.now()) == pytest.approx(expected, rel=0, abs=Decimal("0.000001"))


def test_what_rests_is_billed_on_rest_or_on_nothing(far: Far) -> None:
    """A provider that has a price for what is off says so in its statuses, in its price and in its billing sentence."""
    tariffs = {reading.tariff for reading in far.provider.statuses.values()}
    assert Tariff.RUN in tariffs
    assert far.provider.billing.endswith(".")
    rests = [r.tariff for r in far.provider.statuses.values() if r.state is RemoteState.STOPPED]
    assert set(rests) <= {Tariff.REST, Tariff.NOTHING}
    assert (Tariff.REST in tariffs) == (Tariff.REST in rests) == ("while it is off" in far.provider.billing)
    pricing = type(far.adapter).price(far.spec(), far.adapter.offers())
    assert bool(pricing.resting_hourly_price) == bool(pricing.resting_for)
    assert not pricing.resting_hourly_price or Tariff.REST in tariffs


def test_what_is_final_waits_or_is_put_to_rest_is_not_billed_as_running(far: Far) -> None:
    for word, reading in far.provider.statuses.items():
        if reading.state in (RemoteState.QUEUED, RemoteState.STOPPED):
            assert reading.tariff != Tariff.RUN, word
        if reading.state in (RemoteState.SUCCEEDED, RemoteState.FAILED, RemoteState.CANCELLED):
            assert reading.tariff == Tariff.NOTHING, word
        if reading.state is RemoteState.RUNNING:
            assert reading.tariff == Tariff.RUN, word


def test_an_offer_that_is_not_there_makes_an_unknown_price(far: Far) -> None:
    pricing = type(far.adapter).price(far.spec(), [])
    assert pricing.hourly_price is None
    assert pricing.gpu_count == 2


@pytest.mark.parametrize("provider", registry.every(), ids=registry.SLUGS)
def test_declared_features_are_there_and_others_are_not(provider: Provider) -> None:
    for feature, method in FEATURE_METHODS.items():
        is_own = method in vars(provider.adapter)
        assert is_own == (feature in provider.features), feature
    assert not provider.features & set(provider.absent)


@pytest.mark.parametrize("provider", registry.every(), ids=registry.SLUGS)
def test_sandbox_credentials_fit_the_credentials_model(provider: Provider) -> None:
    own = provider.credentials(**provider.sandbox_credentials)
    assert "sandbox-" not in repr(own)


@pytest.mark.parametrize("provider", registry.every(), ids=registry.SLUGS)
def test_every_field_has_a_section_that_the_form_knows(provider: Provider) -> None:
    schema = json.dumps(provider.spec.model_json_schema())
    groups = {text.partition('"')[0] for text in schema.split('"x-group": "')[1:]}
    assert groups == {section.name for section in provider.spec.sections}


def test_an_unknown_slug_is_none() -> None:
    with pytest.raises(KeyError):
        registry.get("nobody")
