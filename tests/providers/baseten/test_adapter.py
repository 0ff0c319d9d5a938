"""What Baseten's adapter does beyond the common contract."""

import copy
from decimal import Decimal
from typing import Any

import pytest

from gpuconsole.providers.baseten import PROVIDER
from gpuconsole.providers.baseten.client import WORDING
from gpuconsole.providers.baseten.remotes import remote
from gpuconsole.providers.contract import Known
from gpuconsole.providers.errors import NotFound, Unconfirmed, Unreachable
from gpuconsole.providers.pricing import Rounding
from gpuconsole.providers.remote import RemoteState
from gpuconsole.providers.wire import item
from tests.contract.conftest import TOKEN, Far
from tests.contract.samples import DOCUMENTED_BASETEN


def job(**changes: Any) -> dict[str, Any]:
    return {"training_job": {**copy.deepcopy(DOCUMENTED_BASETEN["training_job"]), **changes}}


def paths(far: Far) -> list[str]:
    return [f"{row['method']} {row['path']}" for row in far.world.requests]


def test_a_new_project_is_made_once_and_found_again(baseten: Far) -> None:
    """The call is an upsert by name (docs): a repeated launch does not make a second one."""
    baseten.launch()
    baseten.launch()
    assert [choice.label for choice in baseten.adapter.choices("projects")] == ["contract"]


def test_a_picked_project_needs_no_call_before_the_create_call(baseten: Far) -> None:
    baseten.launch()
    project = baseten.adapter.choices("projects")[0].value
    baseten.world.requests.clear()
    baseten.launch(training_project_name=None, training_project_id=project)
    assert paths(baseten) == [f"POST /v1/training_projects/{project}/jobs"]


def test_the_name_carries_the_token_and_shows_without_it(baseten: Far) -> None:
    found = baseten.now(baseten.launch())
    assert (found.token, found.name) == (TOKEN, "gpt-oss-job")
    assert found.raw["name"] == f"{TOKEN}-gpt-oss-job"


def test_a_job_without_a_name_is_named_by_the_token(baseten: Far) -> None:
    assert baseten.launch(**job(name=None)).raw["name"] == TOKEN


def test_secrets_that_the_job_names_are_stored_before_it_is_made(baseten: Far) -> None:
    runtime = {"environment_variables": {"HF_TOKEN": {"name": "hf_token"}}}
    spec = baseten.spec(**job(runtime=runtime))
    baseten.adapter.launch(spec, TOKEN, {"hf_token": "hf_secret_value", "other": "not asked for"})
    assert [path.rpartition("/")[2] for path in paths(baseten)] == ["secrets", "training_projects", "jobs"]
    assert [choice.value for choice in baseten.adapter.choices("secrets")] == ["hf_token"]


def test_trouble_before_the_create_call_is_no_open_question(baseten: Far) -> None:
    baseten.fault(fault="500", match="POST /v1/training_projects", count=1)
    with pytest.raises(Unreachable):
        baseten.launch()
    assert not baseten.world.resources("baseten")


def test_an_answer_without_a_job_leaves_it_unconfirmed() -> None:
    with pytest.raises(Unconfirmed):
        item({"training_jobs": []}, "training_job", is_write=True)


def test_retry_makes_a_new_job_that_keeps_the_name(baseten: Far) -> None:
    first = baseten.launch()
    second = baseten.adapter.retry(first.id, TOKEN)
    assert second.id != first.id
    assert (second.token, second.name) == (TOKEN, "gpt-oss-job")
    lost = baseten.adapter.find(TOKEN, baseten.spec(), Known(frozenset({first.id})))
    assert [found.id for found in lost] == [second.id]


def test_a_pending_job_can_be_stopped(baseten: Far) -> None:
    pending = baseten.launch()
    baseten.adapter.end(pending.id)
    baseten.pass_time(60)
    assert baseten.now(pending).reading.state == RemoteState.CANCELLED


def test_stopping_a_finished_job_is_no_error(baseten: Far) -> None:
    """Baseten answers 400 (assumed); the job's own word decides."""
    ended = baseten.wait_for(baseten.launch(**job(runtime={"start_commands": ["sleep 5"]})), RemoteState.SUCCEEDED)
    baseten.adapter.end(ended.id)
    assert baseten.now(ended).ended_at is not None


def test_the_project_of_a_job_is_asked_for_only_once(baseten: Far) -> None:
    launched = baseten.launch()
    fresh = baseten.open()
    baseten.world.requests.clear()
    fresh.checkpoints(launched.id)
    fresh.checkpoints(launched.id)
    assert [path.rpartition("/")[2] for path in paths(baseten)] == ["search", "checkpoints", "checkpoints"]


def test_a_round_asks_for_active_jobs_and_then_for_those_that_ended(baseten: Far) -> None:
    jobs = [baseten.launch() for _ in range(4)]
    ids = [one.id for one in jobs]
    baseten.adapter.end(ids[0])
    baseten.pass_time(60)
    baseten.world.requests.clear()
    assert {one.id for one in baseten.adapter.fetch(ids)} == set(ids)
    asked = [row["body"] for row in baseten.world.requests]
    assert [(body.get("job_id"), "TRAINING_JOB_STOPPED" in body.get("statuses", ())) for body in asked] == [
        (None, False),
        (ids[0], False),
    ]
    assert {one.id for one in baseten.adapter.fetch([*ids, "nobody"])} == set(ids)


def test_jobs_of_an_unheard_of_status_are_fetched_too(baseten: Far) -> None:
    ids = {baseten.launch().id for _ in range(3)}
    baseten.fault(fault="unknown_status")
    assert {one.id for one in baseten.adapter.fetch(list(ids))} == ids


def test_an_echoed_secret_is_taken_out_of_what_is_kept(baseten: Far) -> None:
    runtime = {"environment_variables": {"HF_TOKEN": {"name": "hf_token"}}}
    spec = baseten.spec(**job(runtime=runtime, name="uses hf_secret_value"))
    assert "hf_secret_value" not in str(baseten.adapter.launch(spec, TOKEN, {"hf_token": "hf_secret_value"}))


def test_calls_on_a_job_that_is_not_there_say_so(baseten: Far) -> None:
    for call in (baseten.adapter.checkpoints, lambda job_id: baseten.adapter.logs(job_id, "")):
        with pytest.raises(NotFound):
            call("nobody")


def test_checkpoints_are_listed_newest_first(baseten: Far) -> None:
    running = baseten.wait_for(baseten.launch(), RemoteState.RUNNING)
    baseten.pass_time(1000)
    found = baseten.adapter.checkpoints(running.id)
    moments = [one.created_at for one in found if one.created_at]
    assert len(moments) >= 2
    assert moments == sorted(moments, reverse=True)
    assert found[-1].is_complete
    assert all(one.size_bytes for one in found)


def test_the_failure_text_is_kept(baseten: Far) -> None:
    failed = baseten.wait_for(
        baseten.launch(**job(runtime={"start_commands": ["sleep 5; exit 3"]})), RemoteState.FAILED
    )
    assert "3" in failed.message


def test_offers_are_exact_hourly_prices(baseten: Far) -> None:
    """USD per minute × 60 (client code)."""
    offers = {offer.hardware_id: offer for offer in baseten.adapter.offers()}
    h100 = offers["H100:2"]
    assert h100.hourly_price == Decimal("0.21666") * 60
    assert h100.hardware is not None
    assert (h100.hardware.model, h100.hardware.vram_gb, h100.gpu_count, h100.billing) == ("H100", 80, 2, "minute")
    assert offers["1x2"].hardware is None


def test_accelerators_are_offered_with_their_counts(baseten: Far) -> None:
    facts = {choice.value: choice.facts for choice in baseten.adapter.choices("accelerators")}
    assert facts["H100"]["counts"] == [1, 2, 4, 8]
    assert facts["RTX_PRO_6000"]["vram_gb"] == 96


@pytest.mark.parametrize(
    ("compute", "hardware_id", "units", "gpus"),
    [
        ({"accelerator": {"accelerator": "H100", "count": 2}}, "H100:2", 1, 2),
        ({"accelerator": {"accelerator": "H100", "count": 3}}, "H100:4", 1, 3),
        ({"accelerator": {"accelerator": "H100", "count": 8}, "node_count": 4}, "H100:8", 4, 32),
        ({"accelerator": {"accelerator": "T4", "count": 1}}, "T4x4x16", 1, 1),
        ({"accelerator": {"accelerator": "T4", "count": 1}, "cpu_count": 6}, "T4x8x32", 1, 1),
        ({"accelerator": {"accelerator": "T4", "count": 1}, "memory": "20Gi"}, "T4x8x32", 1, 1),
        ({"accelerator": {"accelerator": "RTX_PRO_6000", "count": 1}}, "RTX-PRO-6000", 1, 1),
        ({}, "1x2", 1, 0),
        ({"cpu_count": 3, "memory": "4Gi"}, "4x16", 1, 0),
    ],
)
def test_the_price_is_that_of_the_smallest_instance_that_fits(
    baseten: Far, compute: dict[str, Any], hardware_id: str, units: int, gpus: int
) -> None:
    spec = baseten.spec(**job(compute=compute))
    pricing = PROVIDER.adapter.price(spec, baseten.adapter.offers())
    made = baseten.adapter.launch(spec, TOKEN, {})
    assert pricing.hardware_id == hardware_id == made.hardware_id
    assert (pricing.units, pricing.gpu_count, pricing.rounding) == (units, gpus, Rounding.MINUTE)
    assert pricing.unit_price is not None
    assert pricing.hourly_price == pricing.unit_price * units


@pytest.mark.parametrize("compute", [{"accelerator": {"accelerator": "R200", "count": 1}}, {"memory": "99Ti"}])
def test_what_no_instance_fits_has_no_price(baseten: Far, compute: dict[str, Any]) -> None:
    pricing = PROVIDER.adapter.price(baseten.spec(**job(compute=compute)), baseten.adapter.offers())
    assert (pricing.hourly_price, pricing.hardware_id) == (None, "")


def test_checkpoints_are_named_as_not_priced(baseten: Far) -> None:
    assert PROVIDER.adapter.price(baseten.spec(), baseten.adapter.offers()).not_priced == ("Checkpoints, 10 GiB",)


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (
            {"code": "VALIDATION_ERROR", "message": "training_job.image.base_image: field required"},
            ("field required", "training_job.image.base_image"),
        ),
        (
            {"code": "VALIDATION_ERROR", "message": "training_job.weights[1].source: bad"},
            ("bad", "training_job.weights.1.source"),
        ),
        ({"code": "CONFLICT", "message": "Note: no"}, ("Note: no", "")),
        ({}, ("", "")),
        ([], ("", "")),
    ],
)
def test_error_bodies_are_read_for_message_and_field(body: Any, found: tuple[str, str]) -> None:
    assert WORDING.error(body) == found


@pytest.mark.parametrize("raw", [{}, {"id": "x", "instance_type": None, "name": None, "current_status": None}])
def test_a_thin_answer_does_no_harm(raw: dict[str, Any]) -> None:
    assert remote(raw).reading.state == RemoteState.UNKNOWN
