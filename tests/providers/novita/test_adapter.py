"""What the adapter of Novita does beyond the common contract: launches, ways in, acts, metrics, looks."""

import json
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from gpuconsole.providers.contract import Known
from gpuconsole.providers.errors import NotFound, Rejected
from gpuconsole.providers.looks import Held, Look
from gpuconsole.providers.novita.client import V1
from gpuconsole.providers.remote import RemoteState, Tariff
from tests.contract.conftest import TOKEN, Far
from tests.providers.novita.answers import ROW, answering, paths, running


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
