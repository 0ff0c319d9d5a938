"""What the adapter of Novita does beyond the common contract; each quirk of the reference has its test."""

import json
from decimal import Decimal
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from gpuconsole.providers.contract import Known
from gpuconsole.providers.errors import NoCapacity, NotAuthorized, NotFound, RateLimited, Rejected, Unconfirmed
from gpuconsole.providers.looks import Held, Look
from gpuconsole.providers.novita import PROVIDER
from gpuconsole.providers.novita.client import V1, WORDING
from gpuconsole.providers.pricing import Rounding
from gpuconsole.providers.remote import Remote, RemoteState, Tariff
from tests.contract.conftest import TOKEN, Far


def paths(far: Far) -> list[str]:
    return [path for _, path, _, _ in far.calls]


def answering(answer: Any, status: int = 200) -> Any:
    """The adapter of a Novita that answers every call alike, and what it was asked."""
    asked: list[httpx.Request] = []

    def reply(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        body = answer(request) if callable(answer) else answer
        return httpx.Response(status, json=body)

    own = PROVIDER.credentials(**PROVIDER.sandbox_credentials)
    adapter = PROVIDER.adapter.open(own, base_url="https://api.example", transport=httpx.MockTransport(reply))
    return adapter, asked


def running(far: Far, **changes: Any) -> Remote:
    return far.wait_for(far.launch(**changes), RemoteState.RUNNING)


def test_an_instance_with_thirty_mounts_is_launched(novita: Far) -> None:
    mounts = [
        {"Id": "6a1c0c1e-1111-4222-8333-0123456789ab", "mountPoint": f"/network_{number}"} for number in range(30)
    ]
    running(novita, networkStorages=mounts)
    assert novita.asked("POST")[0]["body"]["networkStorages"] == mounts


def test_secrets_go_into_the_call_by_value_and_come_back_hidden(novita: Far) -> None:
    spec = novita.spec(imageAuth="ghcr", envs=[{"key": "HF_TOKEN", "value": {"name": "hf"}}])
    values = {"ghcr": "robot:registry-password", "hf": "hf_s3cr3t-value"}
    made = novita.adapter.launch(spec, TOKEN, values)
    body = novita.asked("POST")[-1]["body"]
    assert body["imageAuth"] == "robot:registry-password"
    assert body["envs"] == [{"key": "HF_TOKEN", "value": "hf_s3cr3t-value"}]
    told = json.dumps([dict(one.raw) for one in (made, *novita.adapter.inventory(), novita.now(made))])
    assert not any(part in told for part in ("registry-password", "hf_s3cr3t-value"))


def test_values_of_variables_are_hidden_by_an_adapter_that_never_knew_them(novita: Far) -> None:
    """They come back in clear (docs)."""
    made = running(novita, envs=[{"key": "HF_TOKEN", "value": "hf_s3cr3t-value"}])
    raw = novita.open().fetch([made.id])[0].raw
    assert raw["envs"] == [{"key": "HF_TOKEN", "value": "•••"}]
    assert raw["connectComponentSSH"]["password"] == raw["sshPassword"] == "•••"


@pytest.mark.parametrize(
    ("changes", "values", "field"),
    [
        ({"imageAuth": "ghcr"}, {"ghcr": "no-colon"}, "imageAuth"),
        ({"imageAuth": "ghcr"}, {"ghcr": f"me:{'x' * 10240}"}, "imageAuth"),
        ({"imageAuth": "ghcr"}, {}, "imageAuth"),
        ({"envs": [{"key": "A", "value": {"name": "a"}}]}, {"a": "x" * 4096}, "envs.0.value"),
    ],
)
def test_a_secret_that_cannot_be_sent_is_refused_before_the_call(
    novita: Far, changes: dict[str, Any], values: dict[str, str], field: str
) -> None:
    with pytest.raises(Rejected) as caught:
        novita.adapter.launch(novita.spec(**changes), TOKEN, values)
    assert caught.value.field == field
    assert not novita.asked("POST")


def test_a_lost_launch_is_looked_for_by_its_token_in_the_name(novita: Far) -> None:
    made = novita.launch(name="train")
    novita.launch(token="gc-0ther0123456789abcdef")
    assert [one.id for one in novita.adapter.find(TOKEN, novita.spec(), Known())] == [made.id]
    assert paths(novita)[-1] == f"{V1}/gpu/instances"
    assert novita.world.requests[-1]["query"]["name"] == TOKEN
    assert (novita.now(made).name, novita.now(made).token) == ("train", TOKEN)


def test_ways_in_are_told_once_it_runs(novita: Far) -> None:
    made = novita.launch()
    assert novita.now(made).connect == {}
    ways = novita.wait_for(made, RemoteState.RUNNING).connect
    assert ways["SSH"].startswith("ssh -p ")
    assert isinstance(ways["SSH password"], SecretStr)
    assert ways["SSH password"].get_secret_value() not in str(novita.now(made))
    assert ways["Jupyter"] == f"https://{made.id}-8888.us-ca-6.gpu-instance.novita.ai"
    assert ways["Port 8081, http"] == f"https://{made.id}-8081.us-ca-6.gpu-instance.novita.ai"
    assert ways["Port 8080, tcp"].startswith("proxy.us-ca-6.gpu-instance.novita.ai:")
    assert ways["System log"] != ways["Instance log"]


def test_published_ports_are_told_with_what_is_known_of_them(novita: Far) -> None:
    """Whether something listens is told of the built-in Jupyter alone."""
    found = running(novita)
    told = [(port.number, port.protocol, port.use, port.answers) for port in found.ports]
    assert told == [(8080, "tcp", "", None), (8081, "http", "", None), (8888, "http", "Jupyter", True)]
    assert all(port.way in found.connect for port in found.ports)


def test_only_running_instances_of_many_are_asked_for_one_by_one_and_then_remembered(novita: Far) -> None:
    """The list tells no ways in (docs)."""
    first, second = running(novita), novita.launch()
    novita.calls.clear()
    found = {one.id: one for one in novita.adapter.fetch([first.id, second.id])}
    assert "SSH" in found[first.id].connect
    assert not found[second.id].connect
    assert paths(novita) == [f"{V1}/gpu/instances", f"{V1}/gpu/instance"]
    novita.calls.clear()
    again = {one.id: one for one in novita.adapter.fetch([first.id, second.id])}
    assert again[first.id] == found[first.id]
    assert paths(novita) == [f"{V1}/gpu/instances"]


def test_what_was_asked_for_is_looked_at_anew(novita: Far) -> None:
    first, second = running(novita), running(novita)
    novita.adapter.fetch([first.id, second.id])
    novita.adapter.restart(first.id)
    novita.calls.clear()
    novita.adapter.fetch([first.id, second.id])
    novita.wait_for(first, RemoteState.RUNNING)
    novita.calls.clear()
    novita.adapter.fetch([first.id, second.id])
    assert paths(novita) == [f"{V1}/gpu/instances", f"{V1}/gpu/instance"]


def test_stop_start_restart_and_their_repetition_do_no_harm(novita: Far) -> None:
    made = running(novita)
    for _ in range(2):
        novita.adapter.stop(made.id)
    assert novita.now(made).reading.tariff == Tariff.RUN
    rests = novita.wait_for(made, RemoteState.STOPPED)
    assert (rests.status, rests.reading.tariff, rests.connect) == ("exited", Tariff.REST, {})
    assert rests.ended_at is not None
    novita.adapter.stop(made.id)
    for _ in range(2):
        novita.adapter.start(made.id)
    novita.wait_for(made, RemoteState.RUNNING)
    for _ in range(2):
        novita.adapter.restart(made.id)
    assert novita.now(made).reading.state == RemoteState.STARTING
    assert novita.wait_for(made, RemoteState.RUNNING).ended_at is None


def test_a_restart_of_what_rests_is_refused(novita: Far) -> None:
    made = running(novita)
    novita.adapter.stop(made.id)
    novita.wait_for(made, RemoteState.STOPPED)
    with pytest.raises(Rejected):
        novita.adapter.restart(made.id)


@pytest.mark.parametrize("verb", ["stop", "start", "restart"])
def test_what_is_gone_is_told_as_not_found(novita: Far, verb: str) -> None:
    with pytest.raises(NotFound):
        getattr(novita.adapter, verb)("0123456789abcdef")


def test_the_end_passes_through_its_words_until_the_id_is_unknown(novita: Far) -> None:
    made = running(novita)
    novita.adapter.end(made.id)
    words = []
    for _ in range(100):
        found = novita.adapter.fetch([made.id])
        if not found:
            break
        words.append((found[0].status, found[0].reading.state, found[0].reading.tariff))
        novita.pass_time(1)
    assert not found
    assert set(words) <= {
        ("toRemove", RemoteState.STOPPING, Tariff.REST),
        ("removing", RemoteState.STOPPING, Tariff.REST),
        ("removed", RemoteState.CANCELLED, Tariff.NOTHING),
    }
    assert words[-1][0] == "removed"


def test_a_subscription_cannot_be_ended_early_and_says_so(novita: Far) -> None:
    """Quirk 10."""
    made = running(novita, productId="26", billingMode="monthly", month=1)
    with pytest.raises(Rejected) as caught:
        novita.adapter.end(made.id)
    assert "subscription" in caught.value.message
    assert novita.now(made).reading.state == RemoteState.RUNNING


def test_an_image_that_cannot_be_pulled_tells_why(novita: Far) -> None:
    made = novita.launch(imageUrl="ghcr.io/acme/does-not-exist:1")
    rests = novita.wait_for(made, RemoteState.STOPPED)
    assert "failed to pull image" in rests.message


def test_metrics_are_fractions_after_the_moment_each_once(novita: Far) -> None:
    """Quirk 8: they are not below the prefix of the other calls."""
    made = running(novita)
    novita.pass_time(600)
    first = novita.adapter.metrics(made.id, None)
    assert paths(novita)[-1] == "/openapi/v1/metrics/gpu/instance"
    assert {one.name for one in first} == {
        *("gpu_utilization", "gpu_memory_utilization"),
        *("cpu_utilization", "memory_utilization", "disk_utilization"),
    }
    assert {one.series for one in first if one.name == "gpu_utilization"} == {"GPU 0", "GPU 1"}
    assert all(0 <= one.value <= 1 for one in first)
    novita.pass_time(120)
    second = novita.adapter.metrics(made.id, first[-1].at)
    assert second
    assert second[0].at > first[-1].at
    moments = [(one.at, one.name, one.series) for one in [*first, *second]]
    assert len(moments) == len(set(moments))


def test_a_start_less_than_a_minute_back_is_filtered_here(novita: Far) -> None:
    """Out of range, the call falls back to the last minute in silence (docs)."""
    made = running(novita)
    novita.pass_time(600)
    last = novita.adapter.metrics(made.id, None)[-1].at
    novita.pass_time(5)
    assert all(one.at > last for one in novita.adapter.metrics(made.id, last))


def test_choices_tell_what_forms_check(novita: Far) -> None:
    product = next(one for one in novita.adapter.choices("products") if one.value == "4090.16c62g")
    assert product.label == "RTX 4090 24GB (4090.16c62g)"
    assert product.help == "0.35 USD per GPU-hour"
    assert product.facts["billing"] == ["onDemand", "spot"]
    assert {one.value for one in novita.adapter.choices("clusters")} > {"us-ca-6", "as-sgp-2"}
    storage = novita.adapter.choices("network_storages")[0]
    assert (storage.label, storage.facts["cluster"]) == ("datasets, 500 GB", "us-ca-6")
    assert novita.adapter.choices("networks")[0].value == "18f1ff05-1370-45ce-a4c6-b58d5e8d547e"
    assert novita.adapter.choices("registry_logins") == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"productId": "nothing"}, "productId"),
        ({"productId": "H200-141GB.24c240g", "rootfsSize": 3073}, "rootfsSize"),
        ({"productId": "H200-141GB.24c240g", "diskSize": 3073}, "diskSize"),
        ({"billingMode": "monthly", "month": 1}, "billingMode"),
        ({"productId": "26", "billingMode": "spot"}, "billingMode"),
        ({"clusterId": "nowhere"}, "clusterId"),
        ({"clusterId": "eu-se-1", "networkStorages": [], "networkId": ""}, "clusterId"),
        ({"clusterId": "as-sgp-2", "networkId": ""}, "networkStorages.0.Id"),
        ({"networkStorages": [], "clusterId": "as-sgp-2"}, "networkId"),
    ],
)
def test_what_the_choices_refuse_is_told_before_the_launch(novita: Far, changes: dict[str, Any], field: str) -> None:
    """Quirk 6 among them: clusters are asked for by id, products name them by their names."""
    names = ("products", "clusters", "network_storages", "networks")
    choices = {name: novita.adapter.choices(name) for name in names}
    spec = novita.spec(**changes)
    assert list(PROVIDER.adapter.check_choices(spec, choices)) == [field]
    assert PROVIDER.adapter.check_choices(novita.spec(), choices) == {}
    assert PROVIDER.adapter.check_choices(spec, {}) == {}
    with pytest.raises((Rejected, NoCapacity)):
        novita.adapter.launch(spec, TOKEN, {})


def test_storages_of_two_clusters_cannot_be_mounted_together(novita: Far) -> None:
    ids = [one.value for one in novita.adapter.choices("network_storages")]
    mounts = [{"Id": one, "mountPoint": f"/{number}"} for number, one in enumerate(ids)]
    choices = {"network_storages": novita.adapter.choices("network_storages")}
    found = PROVIDER.adapter.check_choices(novita.spec(networkStorages=mounts), choices)
    assert found == {"networkStorages.2.Id": "It stands in us-ca-nas-2, not in us-ca-6."}


def test_notes_tell_what_the_product_means(novita: Far) -> None:
    choices = {"products": novita.adapter.choices("products")}
    notes = PROVIDER.adapter.notes({"productId": "4090.16c62g", "gpuNum": 2}, choices)
    assert notes["gpuNum"] == "32 vCPU and 124 GB together."
    assert PROVIDER.adapter.notes({"productId": "nothing"}, choices) == {}


def test_prices_are_hundred_thousandths_of_a_dollar(novita: Far) -> None:
    """As text in live answers, and exact."""
    offers = {one.hardware_id: one for one in novita.adapter.offers()}
    assert offers["4090.16c62g.os"].hourly_price == Decimal("0.67")
    assert offers["4090.16c62g × 8"].hourly_price == Decimal("2.80")
    assert (offers["4090.16c62g × 8"].cpu_count, offers["4090.16c62g × 8"].ram_gb) == (Decimal(128), Decimal(496))
    assert offers["4090.16c62g spot"].hourly_price == Decimal("0.175")
    assert offers["26"].hardware is not None
    assert (offers["26"].hardware.model, offers["26"].hardware.vram_gb) == ("RTX 4090", 24)
    assert "26 spot" not in offers


@pytest.mark.parametrize("price", ["35000", 35000])
def test_a_price_may_be_a_number_or_text(price: Any) -> None:
    """Quirk 4; a price of 0 says that there is none."""
    row = {"id": "26", "name": "RTX 4090 24GB", "price": price, "spotPrice": "0"}
    adapter, _ = answering({"data": [row]})
    assert [(one.hardware_id, one.hourly_price) for one in adapter.offers()][:1] == [("26", Decimal("0.35"))]
    assert not any("spot" in one.hardware_id for one in adapter.offers())


def test_an_offer_asks_for_its_hardware(novita: Far) -> None:
    offers = {one.hardware_id: one for one in novita.adapter.offers()}
    assert PROVIDER.adapter.asks_for(offers["26 × 4"]) == {"productId": "26", "gpuNum": 4}
    spot = {"productId": "4090.16c62g", "gpuNum": 1, "billingMode": "spot"}
    assert PROVIDER.adapter.asks_for(offers["4090.16c62g spot"]) == spot


@pytest.mark.parametrize(
    ("changes", "hourly"),
    [
        ({"gpuNum": 3}, Decimal("1.05")),
        ({"gpuNum": 2, "billingMode": "spot"}, Decimal("0.35")),
        ({"productId": "nothing"}, None),
        ({"productId": "26", "billingMode": "monthly", "month": 1}, None),
        ({"productId": "26", "month": 1}, None),
        ({"kind": "cpu", "productId": "cpu.4c8g"}, None),
    ],
)
def test_the_price_is_per_gpu_and_unknown_where_it_is_not_by_the_hour(
    novita: Far, changes: dict[str, Any], hourly: Decimal | None
) -> None:
    pricing = PROVIDER.adapter.price(novita.spec(**changes), novita.adapter.offers())
    assert (pricing.hourly_price, pricing.currency, pricing.rounding) == (hourly, "USD", Rounding.SECOND)


def test_what_the_price_leaves_out_is_said(novita: Far) -> None:
    def left_out(**changes: Any) -> tuple[str, ...]:
        return PROVIDER.adapter.price(novita.spec(**changes), ()).not_priced

    assert left_out(diskSize=0, rootfsSize=60, networkStorages=[]) == ()
    assert "Network storages" in left_out()[0]
    assert "cannot be ended early" in left_out(month=1, networkStorages=[])[0]


def test_disks_are_a_part_of_the_price_and_all_of_it_while_it_is_stopped(novita: Far) -> None:
    """Of the container disk, 60 GB are free (docs)."""
    plain = PROVIDER.adapter.price(novita.spec(gpuNum=2, diskSize=0, rootfsSize=60), novita.adapter.offers())
    assert (plain.resting_hourly_price, plain.resting_for) == (0, "")
    found = PROVIDER.adapter.price(novita.spec(gpuNum=2, diskSize=100, rootfsSize=70), novita.adapter.offers())
    assert (found.resting_hourly_price, found.resting_for) == (Decimal("0.022917"), "Disks, 110 GB")
    assert found.hourly_price == (plain.hourly_price or 0) + found.resting_hourly_price


def test_gpu_time_is_billed_from_pulling_until_it_is_stopped(novita: Far) -> None:
    made = novita.launch(diskSize=100)
    seen: dict[str, bool] = {}
    for _ in range(300):
        now = novita.now(made)
        seen[now.status] = now.reading.tariff == Tariff.RUN
        if now.status == "running":
            break
        novita.pass_time(1)
    assert seen.pop("pulling")
    assert seen.pop("running")
    assert seen
    assert not any(seen.values())


def test_the_status_table_is_total() -> None:
    billed = {word for word, reading in PROVIDER.statuses.items() if reading.tariff == Tariff.RUN}
    assert len(PROVIDER.statuses) == 19
    assert billed == {
        *("pulling", "running", "starting", "toStop", "stopping", "toRestart", "restarting"),
        *("toReset", "resetting", "migrating"),
    }


def test_a_missing_instance_is_a_400_and_not_a_404(novita: Far) -> None:
    assert novita.adapter.fetch(["0123456789abcdef"]) == []
    assert novita.calls[-1][2] == 400


@pytest.mark.parametrize("status", [400, 404])
def test_either_status_says_that_it_is_gone(status: int) -> None:
    adapter, _ = answering({"code": status, "reason": "RESOURCE_NOT_FOUND", "message": "instance not found"}, status)
    assert adapter.fetch(["a"]) == []
    adapter.end("a")


def test_no_free_gpu_may_be_asked_for_again(novita: Far) -> None:
    adapter, _ = answering({"code": 400, "reason": "INSUFFICIENT_RESOURCE", "message": "no free GPU"}, 400)
    with pytest.raises(NoCapacity) as caught:
        adapter.launch(novita.spec(), TOKEN, {})
    assert caught.value.may_retry


@pytest.mark.parametrize(
    ("status", "reason", "error"),
    [
        (401, "UNAUTHORIZED", NotAuthorized),
        (403, "FORBIDDEN", NotAuthorized),
        (429, "RATE_LIMIT_EXCEEDED", RateLimited),
        (400, "GPU_SPEC_USED", NoCapacity),
        (400, "BALANCE_NOT_ENOUGH", Rejected),
        (400, "CREATE_INSTANCE_LIMIT", Rejected),
        (400, "SOMETHING_NEW", Rejected),
        (500, "UNKNOWN", Unconfirmed),
        (500, "WALLET_NOT_FOUND", Unconfirmed),
    ],
)
def test_each_reason_is_the_error_that_says_what_may_be_done(
    novita: Far, status: int, reason: str, error: type[Exception]
) -> None:
    adapter, _ = answering({"code": status, "reason": reason, "message": "no", "metadata": {}}, status)
    with pytest.raises(error) as caught:
        adapter.launch(novita.spec(), TOKEN, {})
    assert type(caught.value) is error


@pytest.mark.parametrize(
    ("reason", "message", "found"),
    [
        ("VALIDATOR_PARAM", "diskSize: must be at most 6144", ("must be at most 6144", "diskSize")),
        ("VALIDATOR_PARAM", "envs[2].key: too long", ("too long", "envs.2.key")),
        ("VALIDATOR_PARAM", "networkStorages[1].mountPoint: no", ("no", "networkStorages.1.mountPoint")),
        ("VALIDATOR_PARAM", "RootfsSize: no", ("no", "rootfsSize")),
        ("VALIDATOR_PARAM", "the rootfsSize is too large", ("the rootfsSize is too large", "rootfsSize")),
        ("VALIDATOR_PARAM", "reason: odd", ("reason: odd", "")),
        ("IMAGE_NOT_FOUND", "no such image", ("no such image", "imageUrl")),
        ("INVALID_COMMAND_PARAM", "bad quoting", ("bad quoting", "command")),
        ("UNSUPPORTED_BILLING_MODE", "no spot", ("no spot", "billingMode")),
        ("NETWORK_NOT_FOUND", "network x not found", ("network x not found", "networkId")),
        ("RESOURCE_NOT_FOUND", "product x not found", ("product x not found", "productId")),
        ("BALANCE_NOT_ENOUGH", "name your bank", ("name your bank", "")),
        ("BALANCE_NOT_ENOUGH", "", ("BALANCE_NOT_ENOUGH", "")),
    ],
)
def test_error_bodies_are_read_for_message_and_field(reason: str, message: str, found: tuple[str, str]) -> None:
    assert WORDING.error({"code": 400, "reason": reason, "message": message, "metadata": {}}) == found


def test_error_bodies_of_another_shape_do_no_harm() -> None:
    assert WORDING.error("text") == ("", "")
    assert WORDING.kind(["text"]) is None


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"productId": "nothing"}, "productId"),
        ({"clusterId": "nowhere"}, "clusterId"),
        ({"imageAuthId": "nothing"}, "imageAuthId"),
        ({"networkStorages": [{"Id": "nothing", "mountPoint": "/x"}]}, "networkStorages"),
        ({"command": "echo 'half"}, "command"),
        ({"productId": "26", "billingMode": "spot"}, "billingMode"),
    ],
)
def test_what_novita_refuses_stands_at_its_field(novita: Far, changes: dict[str, Any], field: str) -> None:
    with pytest.raises(Rejected) as caught:
        novita.launch(**changes)
    assert caught.value.field == field


@pytest.mark.parametrize("key", ["id", "Id", "instanceId"])
def test_the_new_id_is_read_under_each_of_its_names(novita: Far, key: str) -> None:
    adapter, _ = answering({key: "0123456789abcdef"})
    assert adapter.launch(novita.spec(), TOKEN, {}).id == "0123456789abcdef"


def test_an_answer_without_an_id_leaves_the_launch_open(novita: Far) -> None:
    adapter, _ = answering({})
    with pytest.raises(Unconfirmed):
        adapter.launch(novita.spec(), TOKEN, {})


ROW = {"id": "a", "name": TOKEN, "status": "running", "gpuNum": "2", "productId": "26", "kind": "gpu"}


def test_an_instance_may_come_wrapped() -> None:
    adapter, _ = answering({"instance": ROW})
    assert [one.id for one in adapter.fetch(["a"])] == ["a"]


def test_numbers_come_as_text() -> None:
    """Quirk 4."""
    adapter, _ = answering(ROW)
    assert adapter.fetch(["a"])[0].gpu_count == 2


@pytest.mark.parametrize("first", [0, 1])
def test_every_page_is_read_whether_they_count_from_0_or_from_1(first: int) -> None:
    """Which is not told (docs); where pages count from 1, page 0 may be the first page again. Quirk 5 and 7."""
    rows = [{**ROW, "id": f"i{number}"} for number in range(250)]

    def page(request: httpx.Request) -> Any:
        number = max(int(request.url.params["pageNum"]) - first, 0)
        size = int(request.url.params["pageSize"])
        return {"instances": rows[number * size : (number + 1) * size], "total": "250"}

    adapter, asked = answering(page)
    assert len(adapter.inventory()) == 250
    assert len(asked) == 3 + first


def test_a_list_without_a_total_ends_with_the_page_that_is_not_full() -> None:
    adapter, asked = answering({"instances": [ROW]})
    assert len(adapter.inventory()) == 1
    assert len(asked) == 1


def test_spot_that_is_taken_back_says_so() -> None:
    adapter, _ = answering(ROW | {"status": "exited", "spotStatus": "terminated", "spotReclaimTime": "1789000000"})
    found = adapter.fetch(["a"])[0]
    assert (found.reading.state, found.message) == (RemoteState.STOPPED, "Spot capacity was taken back.")


def test_what_was_removed_with_an_error_has_failed() -> None:
    """There is no failed word (assumed)."""
    error = {"state": "create", "message": "no node could be prepared"}
    adapter, _ = answering(ROW | {"status": "removed", "statusError": error})
    found = adapter.fetch(["a"])[0]
    assert (found.reading.state, found.message) == (RemoteState.FAILED, "no node could be prepared")


@pytest.mark.parametrize(
    ("told", "wanted"),
    [
        ("1789000000", "2026-09-10T00:26:40+00:00"),
        ("2026-09-10T00:26:40Z", "2026-09-10T00:26:40+00:00"),
        ("0", None),
        ("", None),
        ("-1", None),
        (None, None),
        ("9" * 30, None),
    ],
)
def test_times_of_the_older_answers_are_read_where_they_are_there(told: Any, wanted: str | None) -> None:
    adapter, _ = answering(ROW | {"createdAt": told})
    found = adapter.fetch(["a"])[0].created_at
    assert (found.isoformat() if found else None) == wanted


def test_the_older_ways_in_are_read_too() -> None:
    adapter, _ = answering(ROW | {"sshCommand": "ssh -p 1 root@203.0.113.7", "sshPassword": "pw"})
    assert adapter.fetch(["a"])[0].connect == {"SSH": "ssh -p 1 root@203.0.113.7", "SSH password": SecretStr("pw")}


def test_the_password_of_the_web_terminal_is_secret_too() -> None:
    told = {"address": "https://t.example.net", "username": "root", "password": "t-pass", "isRunning": True}
    adapter, _ = answering(ROW | {"connectComponentWebTerminal": told})
    found = adapter.fetch(["a"])[0]
    assert found.connect["Web terminal password"] == SecretStr("t-pass")
    assert (found.connect["Web terminal"], found.connect["Web terminal user"]) == ("https://t.example.net", "root")
    assert "t-pass" not in str(found.raw)


def test_a_sister_platform_without_networks_has_none_to_choose() -> None:
    adapter, _ = answering({"code": 404, "reason": "REQUEST", "message": "no such path"}, 404)
    assert adapter.choices("networks") == []


def test_calls_are_signed_with_the_key() -> None:
    adapter, asked = answering({"instances": [], "total": 0})
    adapter.inventory()
    assert asked[0].headers["Authorization"] == f"Bearer {PROVIDER.sandbox_credentials['api_key']}"


def test_products_that_are_not_rented_by_the_hour_can_be_chosen_too() -> None:
    """The list shows those of one way of billing at a time, on demand unless told (docs)."""

    def rented(request: httpx.Request) -> Any:
        billing = request.url.params["billingMethod"]
        ids = {"onDemand": ["26"], "spot": ["26", "27"], "monthly": ["28"]}[billing]
        return {"data": [{"id": one, "name": "RTX 4090 24GB", "price": "0"} for one in ids]}

    adapter, _ = answering(rented)
    assert {one.value for one in adapter.choices("products")} == {"26", "27", "28"}


def test_paths_and_pages_are_those_of_the_reference(novita: Far) -> None:
    """Quirk 5 and 9: pageNum for most and pageNo for storages; not /gpu/instance/list."""
    novita.adapter.inventory()
    assert novita.world.requests[-1]["path"] == f"{V1}/gpu/instances"
    assert novita.world.requests[-1]["query"] == {"pageSize": "100", "pageNum": "0"}
    novita.adapter.choices("network_storages")
    assert novita.world.requests[-1]["path"] == f"{V1}/networkstorages/list"
    assert novita.world.requests[-1]["query"] == {"pageSize": "100", "pageNo": "1"}
    novita.adapter.choices("networks")
    assert novita.world.requests[-1]["query"] == {"pageSize": "100", "pageNum": "0"}


def test_a_balance_that_is_used_up_is_a_refusal(novita: Far) -> None:
    running(novita)
    novita.pass_time(5 * 365 * 86_400)
    with pytest.raises(Rejected) as caught:
        novita.launch()
    assert "balance" in caught.value.message


def held(look: Look, **more: Any) -> Held:
    return Held(dict(look.marks), **more)


def test_a_look_makes_remotes_of_what_changed_alone(novita: Far) -> None:
    first, second = running(novita), running(novita)
    before = novita.adapter.look([first.id, second.id], Held())
    assert {one.id for one in before.remotes} == {first.id, second.id}
    novita.calls.clear()
    again = novita.adapter.look([first.id, second.id], held(before))
    assert (list(again.remotes), set(again.as_held)) == ([], {first.id, second.id})
    assert paths(novita) == [f"{V1}/gpu/instances"]
    novita.adapter.stop(second.id)
    after = novita.adapter.look([first.id, second.id], held(before))
    assert [(one.id, one.status) for one in after.remotes] == [(second.id, "toStop")]


def thirty(request: httpx.Request) -> Any:
    """Thirty that run, and the way into each."""
    if request.url.path.endswith("/instances"):
        return {"instances": [{**ROW, "id": f"i{number}"} for number in range(30)], "total": "30"}
    ssh = {"isRunning": True, "sshCommand": "ssh -p 1 root@203.0.113.7"}
    return {**ROW, "id": request.url.params["instanceId"], "connectComponentSSH": ssh}


IDS = [f"i{number}" for number in range(30)]


def test_ways_are_asked_for_a_few_at_a_time_and_first_for_those_that_are_looked_at() -> None:
    adapter, asked = answering(thirty)
    found = adapter.look(IDS, Held(wanting={"i29"}))
    told = {one.id for one in found.remotes if one.is_whole}
    assert len(found.remotes) == 30
    assert "i29" in told
    assert len(told) == len(asked) - 1 == 4
    asked.clear()
    later = adapter.look(IDS, held(found))
    assert len(later.remotes) == len(asked) - 1 == 4
    assert not told & {one.id for one in later.remotes}


def test_what_a_list_leaves_out_is_no_news_of_a_running_instance() -> None:
    part = [one for one in answering(thirty)[0].look(IDS, Held()).remotes if not one.is_whole]
    assert len(part) == 26
    assert all(one.connect == {} and one.ports == () for one in part)
