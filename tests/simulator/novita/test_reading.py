import math
import re
from typing import Any

import pytest

from tests.simulator.novita.asking import DOCUMENTED, KEY, V1, Novita


@pytest.mark.parametrize("header", [None, "", "Bearer ", "Bearer wrong", f"Api-Key {KEY}", KEY])
def test_a_call_without_the_key_is_refused(novita: Novita, header: str | None) -> None:
    del novita.client.headers["Authorization"]
    for path in ("/gpu/instances", "/products", "/clusters", "/openapi/v1/metrics/gpu/instance", "/nowhere"):
        answer = novita.client.get(V1 + path, headers={} if header is None else {"Authorization": header})
        assert (answer.status_code, answer.json()["reason"]) == (401, "UNAUTHORIZED")


def test_unknown_paths_and_methods_have_the_providers_shape(novita: Novita) -> None:
    novita.refused_get("/nowhere", 404)
    novita.refused("/gpu/instances", {}, 405)
    assert novita.client.get("/").status_code == 404


def test_get_is_the_instance_itself_and_tells_how_to_get_in(novita: Novita) -> None:
    made = novita.create(**{**DOCUMENTED, "command": "sshd -D"})
    waiting = novita.read(made)
    assert waiting["connectComponentSSH"] == {"sshCommand": "", "password": "", "isRunning": False}
    assert waiting["connectComponentJupyter"] == {"port": 8888, "address": "", "isRunning": False}
    assert {port["endpoint"] for port in waiting["portMappings"]} == {""}
    novita.until(made, "running")
    row = novita.read(made)
    ssh = row["connectComponentSSH"]
    assert re.fullmatch(r"ssh -p \d{5} root@proxy\.us-ca-6\.gpu-instance\.novita\.ai", ssh["sshCommand"])
    assert len(ssh["password"]) == 16
    assert (row["sshCommand"], row["sshPassword"]) == (ssh["sshCommand"], ssh["password"])
    address = f"https://{made}-8888.us-ca-6.gpu-instance.novita.ai"
    assert row["connectComponentJupyter"] == {"port": 8888, "address": address, "isRunning": True}
    tcp, http = row["portMappings"]
    assert re.fullmatch(r"proxy\.us-ca-6\.gpu-instance\.novita\.ai:\d{5}", tcp["endpoint"])
    assert not tcp["endpoint"].endswith(":22")
    assert http["endpoint"] == f"https://{made}-6006.us-ca-6.gpu-instance.novita.ai"
    assert set(row["connectComponentLog"]) == {"systemLogAddress", "instanceLogAddress", "isRunning"}
    assert set(row["connectComponentWebTerminal"]) == {"address", "username", "password", "isRunning"}


def test_ssh_port_and_password_differ_by_instance_and_outlast_a_stop(novita: Novita) -> None:
    first, second = novita.running(), novita.running()
    before = novita.read(first)["connectComponentSSH"]
    assert before != novita.read(second)["connectComponentSSH"]
    novita.act("stop", first)
    novita.until(first, "exited")
    assert not novita.read(first)["connectComponentSSH"]["isRunning"]
    novita.act("start", first)
    novita.until(first, "running")
    assert novita.read(first)["connectComponentSSH"] == before


def test_without_the_tool_there_is_no_jupyter(novita: Novita) -> None:
    made = novita.running()
    assert novita.read(made)["connectComponentJupyter"] == {"port": 0, "address": "", "isRunning": False}


def test_what_list_and_get_have_in_common_is_the_same(novita: Novita) -> None:
    made = novita.running(ports="80/http")
    (row,) = novita.get("/gpu/instances")["instances"]
    found = novita.read(made)
    differing = {name for name in row if row[name] != found[name]}
    assert differing == {"portMappings"}
    assert row["portMappings"] == [{"port": 80, "type": "http"}]
    assert not {"connectComponentSSH", "network", "jobs", "keepDataDay", "sshPassword"} & set(row)


def test_the_list_is_paged_from_zero_with_the_newest_first(novita: Novita) -> None:
    made = []
    for _ in range(5):
        made.append(novita.create())
        novita.world.clock.advance(1)
    made.reverse()

    def page(**query: int) -> tuple[list[str], int]:
        answer = novita.get("/gpu/instances", **query)
        return [row["id"] for row in answer["instances"]], answer["total"]

    assert page(pageSize=2, pageNum=0) == (made[:2], 5)
    assert page(pageSize=2, pageNum=1) == (made[2:4], 5)
    assert page(pageSize=2, pageNum=2) == (made[4:], 5)
    assert page(pageSize=2, pageNum=3) == ([], 5)


def test_filters_on_names_are_fuzzy_and_on_the_status_exact(novita: Novita) -> None:
    running = novita.running(name="gc-Train-1")
    other = novita.create(name="gc-eval-2", productId="cpu.4c8g", kind="cpu")

    def ids(**query: str) -> set[str]:
        return {row["id"] for row in novita.get("/gpu/instances", **query)["instances"]}

    assert ids(name="train") == {running}
    assert ids(name="gc-") == {running, other}
    assert ids(productName="4090") == {running}
    assert ids(status="running") == {running}
    assert ids(status="run") == set()
    assert ids(name="") == {running, other}


@pytest.mark.parametrize("query", [{"pageSize": "many"}, {"pageNum": "-1"}, {"pageSize": "1.5"}])
def test_paging_that_is_no_number_is_refused(novita: Novita, query: dict[str, Any]) -> None:
    assert novita.refused_get("/gpu/instances", **query)[0] == "VALIDATOR_PARAM"


def test_get_needs_an_id(novita: Novita) -> None:
    assert novita.refused_get("/gpu/instance") == ("VALIDATOR_PARAM", "instanceId: field required")


def test_times_of_the_older_page_are_epoch_seconds_as_text(novita: Novita) -> None:
    made = novita.create()
    row = novita.read(made)
    assert (row["createdAt"], row["lastStartedAt"], row["lastStoppedAt"], row["useTime"]) == (
        "1795176000",
        "0",
        "0",
        "0",
    )
    novita.until(made, "running")
    started = novita.seen(made).since("running", novita.world.now()) or 0
    novita.act("stop", made)
    novita.until(made, "exited")
    row = novita.read(made)
    assert (row["lastStartedAt"], row["lastStoppedAt"]) == (str(math.floor(started)), str(int(novita.world.now())))
    assert row["instancePrice"] == "35000"
