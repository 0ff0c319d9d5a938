"""What the adapter of Fireworks does beyond the common contract."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from gpuconsole.providers.contract import Known
from gpuconsole.providers.errors import NotAuthorized, NotFound, Rejected, Unconfirmed, Unreachable
from gpuconsole.providers.fireworks import PROVIDER
from gpuconsole.providers.fireworks.adapter import FireworksAdapter
from gpuconsole.providers.fireworks.client import WORDING, FireworksClient, job_path
from gpuconsole.providers.fireworks.edits import FireworksEdits
from gpuconsole.providers.fireworks.fields import TOKEN_ANNOTATION
from gpuconsole.providers.fireworks.remotes import remote
from gpuconsole.providers.http import Client
from gpuconsole.providers.masking import MASK
from gpuconsole.providers.remote import RemoteState, Tariff
from tests.contract.conftest import TOKEN, Far
from tests.providers.fireworks.answers import answering

WORDS = [
    *("STATE_UNSPECIFIED", "CREATING", "QUEUED", "PENDING", "RUNNING"),
    *("COMPLETED", "FAILED", "CANCELLING", "CANCELLED", "DELETING"),
]


def client(far: Far) -> FireworksClient:
    """The calls beneath the adapter."""
    return FireworksClient(Client(WORDING, far.base_url, transport=far.transport), "sandbox-fireworks-key")


def test_the_status_table_is_total() -> None:
    assert list(PROVIDER.statuses) == WORDS
    assert [word for word in WORDS if PROVIDER.statuses[word].tariff != Tariff.NOTHING] == [
        *("STATE_UNSPECIFIED", "RUNNING", "CANCELLING", "DELETING")
    ]


def test_an_unset_state_keeps_the_last_one() -> None:
    """STATE_UNSPECIFIED says nothing, and as the zero value it may be left out."""
    for job in ({"name": "accounts/a/batchJobs/1"}, {"name": "accounts/a/batchJobs/1", "state": "STATE_UNSPECIFIED"}):
        assert remote(job).status == "STATE_UNSPECIFIED"
        assert remote(job).reading.state == RemoteState.UNKNOWN


def test_quirk_2_and_3_both_patterns_of_a_name_give_the_short_id() -> None:
    """With a cluster in the middle, as the schema has it, and without, as the address has it."""
    for middle in ("", "clusters/c1/"):
        found = remote({"name": f"accounts/acme/{middle}batchJobs/482913", "nodePoolId": "p"})
        assert (found.id, found.hardware_id) == ("482913", "acme/p")


def test_quirk_2_deleting_several_wants_full_names(fireworks: Far) -> None:
    jobs = [fireworks.launch() for _ in range(3)]
    client(fireworks).delete_several("sandbox", [jobs[0].id, jobs[2].id])
    sent = fireworks.asked("POST")[-1]
    assert sent["body"] == {"names": [f"accounts/sandbox/batchJobs/{jobs[n].id}" for n in (0, 2)]}
    fireworks.pass_time(60)
    assert [one.id for one in fireworks.adapter.inventory()] == [jobs[1].id]


def test_quirk_4_queued_is_read_though_the_vendor_marks_it_unused(fireworks: Far) -> None:
    annotations = {"simulator.example/also-shows": "QUEUED,STATE_UNSPECIFIED"}
    made, seen = fireworks.launch(annotations=annotations), dict[str, str]()
    for _ in range(40):
        found = fireworks.now(made)
        seen[found.status] = str(found.reading.state)
        fireworks.pass_time(5)
    assert seen == {
        "CREATING": "queued",
        "QUEUED": "queued",
        "STATE_UNSPECIFIED": "unknown",
        "PENDING": "starting",
        "RUNNING": "running",
    }


@pytest.mark.parametrize("status", ["out of memory", {"code": "INTERNAL", "message": "out of memory"}])
def test_quirk_5_a_status_is_text_and_an_object_does_no_harm(status: Any) -> None:
    assert remote({"name": "accounts/a/batchJobs/1", "state": "FAILED", "status": status}).message == "out of memory"


def test_quirk_9_what_is_zero_may_be_left_out_of_answers() -> None:
    """No ranks are one, no list is an empty one."""
    assert remote({"name": "accounts/a/batchJobs/1"}).gpu_count == 1
    adapter, _ = answering(
        lambda request: {"accounts": [{"name": "accounts/a"}]} if "/a/" not in str(request.url) else {}
    )
    assert adapter.inventory() == []
    assert adapter.offers() == []


def test_quirk_10_calls_are_signed_with_bearer(fireworks: Far) -> None:
    adapter, asked = answering(lambda _: {"accounts": []})
    adapter.inventory()
    assert asked[0].headers["Authorization"] == "Bearer sandbox-fireworks-key"
    assert "x-api-key" not in asked[0].headers


@pytest.mark.parametrize(
    "executor",
    [
        {"pythonExecutor": {"targetType": "FILENAME", "target": "train.py", "args": ["--epochs", "3"]}},
        {"notebookExecutor": {"notebookFilename": "report.ipynb"}},
        {"shellExecutor": {"command": "sleep 60"}},
    ],
)
def test_every_executor_runs_to_its_end(fireworks: Far, executor: dict[str, Any]) -> None:
    made = fireworks.launch(**({"pythonExecutor": None} | executor))
    ended = fireworks.wait_for(made, RemoteState.SUCCEEDED)
    assert None not in (ended.created_at, ended.started_at, ended.ended_at)
    sent = fireworks.asked("POST")[-1]["body"]
    assert {name: sent[name] for name in executor} == executor


def test_a_job_that_fails_says_why(fireworks: Far) -> None:
    made = fireworks.launch(pythonExecutor=None, shellExecutor={"command": "sleep 5; exit 3"})
    ended = fireworks.wait_for(made, RemoteState.FAILED)
    assert ended.message == "rank 0 exited with code 3"


def test_an_environment_with_a_snapshot_is_run_in(fireworks: Far) -> None:
    made = fireworks.launch(imageRef=None, environmentId="my-env", snapshotId="7")
    assert (made.raw["environmentId"], made.raw["snapshotId"]) == ("my-env", "7")


def test_lists_are_read_page_by_page_newest_first(fireworks: Far) -> None:
    made = [fireworks.launch().id for _ in range(205)]
    before = len(fireworks.calls)
    assert [one.id for one in fireworks.adapter.inventory()] == made[::-1]
    assert len(fireworks.calls) - before == 3  # the accounts, and two pages


def test_jobs_are_found_in_the_account_that_has_them() -> None:
    """A key may see several accounts; every call names one."""

    def answer(request: httpx.Request) -> Any:
        path = request.url.path
        if path == "/v1/accounts":
            return {"accounts": [{"name": "accounts/one"}, {"name": "accounts/two"}]}
        if path == "/v1/accounts/two/batchJobs/5":
            return {"name": "accounts/two/batchJobs/5", "state": "RUNNING"}
        return httpx.Response(200 if path.endswith(":cancel") else 404, json={"code": 5, "message": "not found"})

    adapter, asked = answering(answer)
    assert [one.id for one in adapter.fetch(["5"])] == ["5"]
    adapter.end("5")
    assert asked[-1].url.path == "/v1/accounts/two/batchJobs/5:cancel"
    assert adapter.fetch(["6"]) == []


def test_old_jobs_are_asked_for_one_by_one(fireworks: Far) -> None:
    """The list of all jobs ever grows without end: only its newest pages are read."""

    def answer(request: httpx.Request) -> Any:
        if request.url.path.endswith("/batchJobs"):
            page = int(request.url.params.get("pageToken", "0"))
            jobs = [{"name": f"accounts/a/batchJobs/{page * 200 + n}"} for n in range(200)]
            return {"batchJobs": jobs, "nextPageToken": str(page + 1)}
        if request.url.path == "/v1/accounts":
            return {"accounts": [{"name": "accounts/a"}]}
        return {"name": request.url.path.removeprefix("/v1/")}

    adapter, asked = answering(answer)
    assert {one.id for one in adapter.fetch(["7", "250", "5000"])} == {"7", "250", "5000"}
    assert len(asked) == 1 + 5 + 1


def test_a_lost_launch_is_looked_for_down_to_its_moment() -> None:
    launched = datetime(2026, 11, 21, 12, tzinfo=UTC)

    def answer(request: httpx.Request) -> Any:
        page = int(request.url.params.get("pageToken", "0"))
        created = (launched - timedelta(minutes=40 * (page - 1))).isoformat()
        job = {"name": f"accounts/acme/batchJobs/{page}", "createTime": created}
        annotations = {"annotations": {TOKEN_ANNOTATION: TOKEN}} if page == 1 else {}
        return {"batchJobs": [job | annotations], "nextPageToken": str(page + 1)}

    adapter, asked = answering(answer)
    spec = PROVIDER.spec.read(
        {
            "provider": "fireworks",
            "account_id": "acme",
            "nodePoolId": "p",
            "imageRef": "i",
            "shellExecutor": {"command": "x"},
        }
    )
    assert [one.id for one in adapter.find(TOKEN, spec, Known(since=launched))] == ["1"]
    assert len(asked) == 4
    assert asked[0].url.params["orderBy"] == "create_time desc"


def test_the_annotation_and_not_the_name_tells_whose_job_it_is(fireworks: Far) -> None:
    """A display name can be edited and used twice (docs)."""
    made = fireworks.launch(displayName=TOKEN, token="gc-0ther0123456789abcdef")
    assert not fireworks.adapter.find(TOKEN, fireworks.spec(), Known())
    fireworks.adapter.edit(made.id, FireworksEdits(displayName="renamed", shared=False), made.raw)
    found = fireworks.adapter.find("gc-0ther0123456789abcdef", fireworks.spec(), Known())
    assert [(one.id, one.name) for one in found] == [(made.id, "renamed")]
    assert found[0].raw.get("shared", False) is False


def test_only_the_label_and_the_sharing_can_be_changed(fireworks: Far) -> None:
    made = fireworks.launch()
    with pytest.raises(Rejected) as caught:
        client(fireworks).update(f"{job_path('sandbox', made.id)}?updateMask=numRanks", {"numRanks": 4})
    assert caught.value.field == "numRanks"


def test_a_deleted_job_goes_off_the_list(fireworks: Far) -> None:
    running = fireworks.wait_for(fireworks.launch(), RemoteState.RUNNING)
    client(fireworks).delete("sandbox", running.id)
    assert fireworks.now(running).status == "DELETING"
    assert fireworks.now(running).reading.state == RemoteState.STOPPING
    fireworks.pass_time(60)
    assert fireworks.adapter.fetch([running.id]) == []


def test_cancelling_what_has_ended_or_is_being_cancelled_is_no_error(fireworks: Far) -> None:
    """The provider refuses it (assumed); its own word decides."""
    running = fireworks.wait_for(fireworks.launch(), RemoteState.RUNNING)
    fireworks.adapter.end(running.id)
    assert fireworks.now(running).status == "CANCELLING"
    fireworks.adapter.end(running.id)
    fireworks.wait_for(running, RemoteState.CANCELLED)
    fireworks.adapter.end(running.id)


def test_a_cancel_that_is_refused_while_the_job_goes_on_is_told() -> None:
    def answer(request: httpx.Request) -> Any:
        if request.method == "POST":
            return httpx.Response(400, json={"code": 9, "message": "not now", "details": []})
        return {"accounts": [{"name": "accounts/a"}], "name": "accounts/a/batchJobs/1", "state": "RUNNING"}

    with pytest.raises(Rejected, match="not now"):
        answering(answer)[0].end("1")


def test_secrets_go_into_the_body_and_come_out_nowhere(fireworks: Far) -> None:
    spec = fireworks.spec(envVars={"SEED": "7", "HF_TOKEN": {"name": "hf"}})
    made = fireworks.adapter.launch(spec, TOKEN, {"hf": "hf_s3cret_value"})
    assert fireworks.asked("POST")[-1]["body"]["envVars"] == {"SEED": "7", "HF_TOKEN": "hf_s3cret_value"}
    other = fireworks.open()  # has never heard of the secret
    for told in (made, *fireworks.adapter.inventory(), *other.inventory(), *other.fetch([made.id])):
        assert told.raw["envVars"] == {"SEED": MASK, "HF_TOKEN": MASK}


def test_a_secret_does_not_come_out_of_a_refusal(fireworks: Far) -> None:
    spec = fireworks.spec(nodePoolId="hf_s3cret_value", envVars={"HF_TOKEN": {"name": "hf"}})
    with pytest.raises(Rejected) as caught:
        fireworks.adapter.launch(spec, TOKEN, {"hf": "hf_s3cret_value"})
    assert "hf_s3cret_value" not in caught.value.message + caught.value.raw


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"nodePoolId": "nobodys-pool"}, "nodePoolId"),
        ({"imageRef": None, "environmentId": "nobodys-env"}, "environmentId"),
        ({"imageRef": None, "environmentId": "my-env", "snapshotId": "99"}, "snapshotId"),
        ({"role": "arn:aws:iam::123456789012:role/other"}, "role"),
    ],
)
def test_a_refusal_names_its_field_and_choices_tell_it_before(
    fireworks: Far, changes: Mapping[str, Any], field: str
) -> None:
    spec = fireworks.spec(**changes)
    with pytest.raises(Rejected) as caught:
        fireworks.adapter.launch(spec, TOKEN, {})
    assert caught.value.field == field
    choices = {
        name: fireworks.adapter.choices(name) for name in ("accounts", "node_pools", "environments", "snapshots")
    }
    assert list(PROVIDER.adapter.check_choices(spec, choices)) == ([] if field == "role" else [field])


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (
            {"code": 3, "message": "image_ref must not be set together with environment_id", "details": []},
            ("image_ref must not be set together with environment_id", "imageRef"),
        ),
        ({"error": {"message": "python_executor.target is required", "code": 3}}, (..., "pythonExecutor.target")),
        ({"code": 3, "message": 'proto: invalid value for int32 field numRanks: "x"'}, (..., "numRanks")),
        ({"code": 3, "message": "bad", "details": [{"fieldViolations": [{"field": "env_vars"}]}]}, ("bad", "envVars")),
        (
            {"code": 3, "message": "bad", "details": [{"fieldViolations": [{"field": "batch_job.display_name"}]}]},
            ("bad", "displayName"),
        ),
        ({"code": 3, "message": "shell_executor.commands: unknown field"}, (..., "shellExecutor")),
        ({"code": 7, "message": "", "details": [{"@type": "ErrorInfo", "reason": "NO"}]}, ("", "")),
        ({"error": "plain"}, ("plain", "")),
        ({"code": 5, "message": "batch job not found", "details": None}, ("batch job not found", "")),
        ([], ("", "")),
        ({}, ("", "")),
    ],
)
def test_error_bodies_are_read_for_message_and_field(body: Any, found: tuple[Any, str]) -> None:
    message, field = WORDING.error(body)
    assert field == found[1]
    assert found[0] is ... or message == found[0]


def test_a_refusal_in_plain_text_is_told_too() -> None:
    adapter, _ = answering(lambda _: httpx.Response(412, text="account is suspended"))
    with pytest.raises(Rejected, match="account is suspended"):
        adapter.inventory()


def test_a_key_for_inference_only_is_told_as_such(fireworks: Far) -> None:
    """403 (third party) or 401 (the vendor's hint)."""
    steps = list(fireworks.open(api_key="sandbox-fireworks-inference-key").check())
    assert [step.is_ok for step in steps] == [True, False]
    assert steps[-1].is_refused


def test_a_foreign_account_is_refused_without_a_word(fireworks: Far) -> None:
    with pytest.raises(NotAuthorized) as caught:
        fireworks.launch(account_id="acme")
    assert caught.value.message == "Fireworks answered 403."
    choices = {"accounts": fireworks.adapter.choices("accounts")}
    wrong = PROVIDER.adapter.check_choices(fireworks.spec(account_id="acme"), choices)
    assert wrong == {"account_id": "The key sees no account acme."}


@pytest.mark.parametrize("answer", [[], {}, {"batchJob": {}}, "text"])
def test_an_answer_without_a_job_leaves_a_launch_open(answer: Any, fireworks: Far) -> None:
    adapter, _ = answering(lambda _: httpx.Response(200, json=answer))
    with pytest.raises(Unconfirmed):
        adapter.launch(fireworks.spec(), TOKEN, {})
    with pytest.raises((Unreachable, NotFound)):
        adapter.logs("1", "")


def test_the_places_that_are_remembered_do_not_grow_for_ever(fireworks: Far) -> None:
    made, adapter = fireworks.launch(), fireworks.adapter
    assert isinstance(adapter, FireworksAdapter)
    for number in range(20_000):
        adapter._places.keep(str(number), "sandbox", "")
    adapter.inventory()
    assert adapter._places.job(made.id) is not None
    assert adapter._places.job("0") is None
