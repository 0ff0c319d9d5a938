"""How Novita's answers are read: statuses, errors, ids, pages, and the shapes of older answers."""

from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from gpuconsole.providers.errors import NoCapacity, NotAuthorized, RateLimited, Rejected, Unconfirmed
from gpuconsole.providers.novita import PROVIDER
from gpuconsole.providers.novita.client import V1, WORDING
from gpuconsole.providers.remote import RemoteState, Tariff
from tests.contract.conftest import TOKEN, Far
from tests.providers.novita.answers import ROW, answering, running


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
