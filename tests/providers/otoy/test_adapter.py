"""What OTOY's adapter does beyond the common contract; each quirk of the reference has a test that names it."""

import json
import math
import time
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from gpuconsole.providers import tokens
from gpuconsole.providers.contract import Known
from gpuconsole.providers.errors import NotFound, Rejected, Unconfirmed
from gpuconsole.providers.http import Client
from gpuconsole.providers.looks import Held
from gpuconsole.providers.masking import MASK
from gpuconsole.providers.otoy import PROVIDER
from gpuconsole.providers.otoy import offers as priced
from gpuconsole.providers.otoy.client import WORDING, OtoyClient, _job
from gpuconsole.providers.otoy.looking import marked
from gpuconsole.providers.otoy.remotes import remote
from gpuconsole.providers.otoy.signing import Keys
from gpuconsole.providers.preview import preview
from gpuconsole.providers.pricing import Rounding
from gpuconsole.providers.remote import Offer, PartState, RemoteState
from gpuconsole.simulator.dialects.otoy.hardware import OFFERS
from tests.contract.conftest import TOKEN, Far
from tests.providers.otoy.jobs import PERSISTENT, docker, documented, read


def asked(far: Far, method: str = "") -> list[str]:
    return [f"{row['method']} {row['path']}" for row in far.world.requests if row["method"].startswith(method)]


def running(far: Far, **changes: Any) -> Any:
    settings = {"env": {"SIM_RUN_S": "infinity"}}
    return far.wait_for(far.launch(**{"gpu_count": 1, **docker(**settings), **changes}), RemoteState.RUNNING)


def test_both_kinds_are_launched_with_the_exact_body(otoy: Far) -> None:
    own = {"provider": "otoy", **PERSISTENT}
    for spec in (otoy.spec(**documented()), PROVIDER.spec.read(own)):
        shown = preview(PROVIDER, spec, token=TOKEN).request.body
        otoy.adapter.launch(spec, TOKEN, {})
        sent = otoy.asked("POST")[-1]["body"]
        assert sent == shown
    assert otoy.asked("POST")[0]["body"] == documented(title=f"{TOKEN}-segment-eval [gc-7f3a91]")
    assert sent["max_timeout_run_ms"] is None


def test_a_persistent_job_runs_until_it_is_cancelled(otoy: Far) -> None:
    made = otoy.adapter.launch(PROVIDER.spec.read({"provider": "otoy", **PERSISTENT}), TOKEN, {})
    assert otoy.wait_for(made, RemoteState.RUNNING)
    otoy.pass_time(30 * 86_400)
    assert otoy.now(made).reading.state == RemoteState.RUNNING
    otoy.adapter.end(made.id)
    assert otoy.now(made).reading.state == RemoteState.STOPPING
    assert otoy.wait_for(made, RemoteState.CANCELLED).ended_at is not None


def test_the_title_carries_the_token_and_shows_without_it(otoy: Far) -> None:
    found = otoy.now(otoy.launch())
    assert (found.token, found.name) == (TOKEN, "segment-eval [gc-7f3a91]")
    assert tokens.split(found.raw["title"])[0] == TOKEN


def test_a_lost_launch_is_looked_for_page_by_page_but_not_beyond_its_time(otoy: Far) -> None:
    wanted = otoy.launch()
    for number in range(60):
        otoy.launch(token=f"gc-0ther{number:011d}abcdef")
    assert [one.id for one in otoy.adapter.find(TOKEN, otoy.spec(), Known())] == [wanted.id]
    assert [row["query"]["page"] for row in otoy.asked("GET")][-2:] == ["1", "2"]
    otoy.pass_time(3600)
    since = otoy.adapter.fetch([otoy.launch(token="gc-n3wer0123456789abcd").id])[0].created_at
    otoy.world.requests.clear()
    assert not otoy.adapter.find(TOKEN, otoy.spec(), Known(since=since))
    assert len(otoy.asked("GET")) == 1


def test_all_pages_are_read_and_nothing_is_told_twice(otoy: Far) -> None:
    ids = [otoy.launch().id for _ in range(120)]
    assert sorted(one.id for one in otoy.adapter.inventory()) == sorted(ids)
    assert sorted(one.id for one in otoy.adapter.fetch(ids)) == sorted(ids)


def test_a_round_asks_for_active_jobs_runs_and_those_that_ended(otoy: Far) -> None:
    ids = [running(otoy).id for _ in range(5)]
    otoy.adapter.end(ids[0])
    otoy.pass_time(120)
    otoy.world.requests.clear()
    found = {one.id: one.reading.state for one in otoy.adapter.fetch(ids)}
    assert found[ids[0]] == RemoteState.CANCELLED
    assert len(found) == 5
    assert asked(otoy) == ["GET /v1/jobs", f"GET /v1/jobs/{ids[0]}", "GET /v1/job-runs"]


def test_many_that_ended_are_read_from_the_list(otoy: Far) -> None:
    ids = [otoy.launch().id for _ in range(6)]
    for job_id in ids:
        otoy.adapter.end(job_id)
    otoy.pass_time(120)
    otoy.world.requests.clear()
    assert {one.reading.state for one in otoy.adapter.fetch(ids)} == {RemoteState.CANCELLED}
    assert len(asked(otoy)) == 3


def test_addresses_come_from_the_run_some_time_after_it_runs(otoy: Far) -> None:
    first = running(otoy, **docker(ports=[22, 8080], env={"SIM_RUN_S": "infinity"}))
    otoy.pass_time(60)
    ways = otoy.now(first).connect
    assert list(ways) == ["SSH", "Port 8080"]
    assert ways["Port 8080"].startswith("https://")
    assert [(port.number, port.way, port.answers) for port in otoy.now(first).ports] == [(8080, "Port 8080", None)]
    assert first.connect == {} or first.connect == ways


def test_the_login_name_of_the_vendors_images_stands_in_the_ssh_command(otoy: Far) -> None:
    """Reference, quirk 9."""
    first = running(otoy)
    otoy.pass_time(60)
    ssh, port, number, login = otoy.now(first).connect["SSH"].split()
    assert (ssh, port, number.isdecimal()) == ("ssh", "-p", True)
    assert login.startswith("duser@")


def test_jobs_are_created_directly_and_never_cooked_so_that_they_have_addresses(otoy: Far) -> None:
    """A job from a recipe reaches RUNNING without any address (reference, quirk 1)."""
    first = running(otoy)
    otoy.pass_time(60)
    assert otoy.now(first).connect
    assert asked(otoy, "POST") == ["POST /v1/jobs"]


@pytest.mark.parametrize(("ports", "is_warned"), [([8080], True), ([22, 8080], False), (None, False), ([], True)])
def test_ports_without_22_are_warned_of(ports: list[int] | None, is_warned: bool) -> None:
    """They take the place of the default ones, and no address is told then (reference, quirk 2)."""
    wire = docker(**({} if ports is None else {"ports": ports}))
    assert ("parameters.parameters.ports" in PROVIDER.adapter.notes(wire, {})) is is_warned


def test_without_22_no_address_is_told_and_none_is_made_up(otoy: Far) -> None:
    first = running(otoy, **docker(ports=[8080], env={"SIM_RUN_S": "infinity"}))
    otoy.pass_time(120)
    assert otoy.now(first).connect == {}


def test_the_price_of_the_node_that_was_given_is_told(otoy: Far) -> None:
    """One GPU may come with a node of six, at that node's price (reference, quirk 3)."""
    where = {"gpu_name": "NVIDIA RTX 5090", "allowed_region_codes": ["us-east-2"]}
    found = running(otoy, **where)
    assert found.hourly_price == Decimal("4.14")
    assert found.parts[0].text == "running, 4.14 USD per hour"


def test_gpus_are_offered_by_what_can_be_matched_and_not_by_a_list_of_names(otoy: Far) -> None:
    """OTOY's own console lists a GPU that no job is ever matched with (reference, quirk 4)."""
    names = {choice.value for choice in otoy.adapter.choices("gpu_names")}
    entries = {choice.value: choice.label for choice in otoy.adapter.choices("gpu_registry")}
    assert "NVIDIA RTX 4090" in names
    assert names == set(entries.values())
    assert "NVIDIA RTX A6000" not in names
    assert entries["01234567-89ab-cdef-0123-456789abcdef"] == "NVIDIA RTX 4090"


def test_a_start_that_takes_too_long_fails_and_says_so(otoy: Far) -> None:
    """A 22 GB image takes some nine minutes, longer than the default limit (reference, quirk 5)."""
    slow = {"parameters": {"type": "docker", "parameters": {"image": "myteam/22gb"}}, "max_timeout_start_ms": 300_000}
    failed = otoy.wait_for(otoy.launch(gpu_count=1, max_retry_count=0, **slow), RemoteState.FAILED)
    assert failed.message == "It never came up: no node was free in time, or the start took too long."
    patient = otoy.launch(gpu_count=1, max_retry_count=0, **{**slow, "max_timeout_start_ms": 1_800_000})
    assert otoy.wait_for(patient, RemoteState.RUNNING)
    help_text = PROVIDER.spec.model_fields["max_timeout_start_ms"].description or ""
    assert "Raise it for big images" in help_text


def test_a_cancel_is_over_only_when_the_job_says_so(otoy: Far) -> None:
    """A lost cancel goes on costing: asking again does no harm, and reading the job decides (reference, quirk 6)."""
    first = running(otoy)
    otoy.fault(fault="500", match="/cancel", count=1)
    with pytest.raises(Unconfirmed):
        otoy.adapter.end(first.id)
    assert otoy.now(first).reading.state == RemoteState.RUNNING
    otoy.adapter.end(first.id)
    otoy.adapter.end(first.id)
    assert otoy.wait_for(first, RemoteState.CANCELLED)


def test_a_cancel_is_a_put_with_a_reason(otoy: Far) -> None:
    """Though the docs' list of methods lacks PUT (reference, quirk 8)."""
    first = otoy.launch()
    otoy.adapter.end(first.id)
    sent = otoy.asked("PUT")[-1]
    assert (sent["path"], sent["body"]) == (f"/v1/jobs/{first.id}/cancel", {"reason": "Ended from gpuconsole"})


def test_cancelling_a_finished_job_is_no_error(otoy: Far) -> None:
    """OTOY answers 409 (assumed); the job's own word decides."""
    ended = otoy.wait_for(otoy.launch(**docker(env={"SIM_RUN_S": "30"})), RemoteState.SUCCEEDED)
    otoy.adapter.end(ended.id)
    assert otoy.asked("PUT")[-1]["status"] == 409


def test_retries_are_attempts_with_their_times(otoy: Far) -> None:
    made = otoy.launch(gpu_count=1, max_retry_count=2, **docker(env={"SIM_FAIL_FIRST": "1", "SIM_RUN_S": "100"}))
    done = otoy.wait_for(made, RemoteState.SUCCEEDED)
    first, second = done.attempts
    assert first.started_at is not None
    assert first.ended_at is not None
    assert second.started_at is not None
    assert second.started_at > first.ended_at > first.started_at
    assert (done.started_at, done.ended_at) == (second.started_at, second.ended_at)


def test_several_nodes_are_parts_of_one_attempt(otoy: Far) -> None:
    made = running(otoy, max_node_count=3, allowed_region_codes=[])
    otoy.pass_time(300)
    found = otoy.now(made)
    assert [part.name for part in found.parts] == ["Node 1", "Node 2", "Node 3"]
    assert {part.state for part in found.parts} == {PartState.RUNNING}
    assert len(found.attempts) == 1
    assert found.gpu_count == 3
    assert [label for label in found.connect if label.startswith("SSH")] == [
        "SSH, node 1",
        "SSH, node 2",
        "SSH, node 3",
    ]


def test_a_run_limit_that_was_reached_is_named(otoy: Far) -> None:
    long = {"max_timeout_run_ms": 120_000, "max_retry_count": 0, **docker(env={"SIM_RUN_S": "infinity"})}
    failed = otoy.wait_for(otoy.launch(gpu_count=1, **long), RemoteState.FAILED)
    assert failed.message == "It reached its maximum run time of 2 min."


def test_secrets_are_sent_by_value_and_shown_by_name(otoy: Far) -> None:
    settings = docker(env={"HF_TOKEN": {"name": "hf"}, "EPOCHS": "3"}, user="robot", secret="login", host="img.example")
    spec = otoy.spec(**settings)
    shown = preview(PROVIDER, spec, token=TOKEN, secrets=["hf", "login"])
    assert shown.request.body["parameters"]["parameters"]["env"]["HF_TOKEN"] == f"{MASK} hf"
    assert shown.request.body["parameters"]["parameters"]["secret"] == f"{MASK} login"
    made = otoy.adapter.launch(spec, TOKEN, {"hf": "hf_secret_value", "login": "registry_password"})
    sent = otoy.asked("POST")[-1]["body"]["parameters"]["parameters"]
    assert (sent["env"], sent["secret"]) == ({"HF_TOKEN": "hf_secret_value", "EPOCHS": "3"}, "registry_password")
    told = json.dumps([dict(one.raw) for one in (made, *otoy.open().fetch([made.id]), *otoy.open().inventory())])
    assert "hf_secret_value" not in told
    assert "registry_password" not in told


def test_container_access_tokens_are_kept_nowhere(otoy: Far) -> None:
    first = running(otoy)
    otoy.pass_time(60)
    found = otoy.now(first)
    run = next(iter(_client(otoy).runs(job_uuid=first.id)))
    token = run["container_access_tokens"][0]["token"]
    assert token not in repr(found)


def test_a_log_is_read_line_by_line_each_once(otoy: Far) -> None:
    first = running(otoy)
    seen, cursor = list[str](), ""
    for _ in range(6):
        page = otoy.adapter.logs(first.id, cursor)
        seen, cursor = [*seen, *(line.text for line in page.lines)], page.cursor
        otoy.pass_time(17)
    assert len(seen) == len(set(seen)) > 10
    assert all(any(line in text for text in seen) for line in ("[entrypoint]", "[gpu]", "[batch]"))


def test_the_log_tells_its_attempts_apart_and_ends_with_the_last_line(otoy: Far) -> None:
    made = otoy.launch(gpu_count=1, max_retry_count=1, **docker(env={"SIM_FAIL_FIRST": "1", "SIM_RUN_S": "60"}))
    otoy.wait_for(made, RemoteState.SUCCEEDED)
    page = otoy.adapter.logs(made.id, "")
    assert list(dict.fromkeys(line.source for line in page.lines)) == ["attempt 1", "attempt 2"]
    assert page.lines[-1].text.endswith("exit code 0")
    otoy.world.requests.clear()
    assert otoy.adapter.logs(made.id, page.cursor).lines == ()
    assert asked(otoy) == ["GET /v1/job-runs"]


def test_pulling_the_image_is_a_phase_of_its_own_though_the_job_says_assigned(otoy: Far) -> None:
    made, seen = otoy.launch(gpu_count=1), list[tuple[str, str | None]]()
    for _ in range(60):
        found = otoy.now(made)
        seen.append((found.status, found.reading.phase))
        otoy.pass_time(3)
    assert list(dict.fromkeys(seen)) == [
        ("PENDING", "queued"),
        ("ASSIGNED", "assigned"),
        ("ASSIGNED", "preparing"),
        ("RUNNING", "running"),
    ]


def test_the_log_of_a_job_that_may_be_tried_again_names_its_attempt_at_once(otoy: Far) -> None:
    once, again = running(otoy, max_retry_count=0), running(otoy, max_retry_count=1)
    otoy.pass_time(30)
    assert {line.source for line in otoy.adapter.logs(once.id, "").lines} == {""}
    assert {line.source for line in otoy.adapter.logs(again.id, "").lines} == {"attempt 1"}


def test_a_waiting_job_has_no_log_yet(otoy: Far) -> None:
    page = otoy.adapter.logs(otoy.launch().id, "")
    assert (page.lines, page.has_more) == ((), False)


def test_offers_are_whole_nodes_by_region(otoy: Far) -> None:
    offers = {(one.hardware_id, one.gpu_count, one.region): one for one in otoy.adapter.offers()}
    one = offers[("NVIDIA RTX 4090", 1, "us-west-2")]
    assert (one.hourly_price, one.currency, one.is_available) == (Decimal("0.35"), "USD", True)
    assert one.hardware is not None
    assert (one.hardware.model, one.hardware.maker, one.hardware.vram_gb) == ("RTX 4090", "NVIDIA", 24)
    assert one.ram_gb == Decimal("68.7")  # offers are in GiB, jobs ask in GB
    assert offers[("CPU only", 0, "eu-central-2")].hardware is None


def test_two_sizes_of_a_node_are_two_offers() -> None:
    rows = [
        {
            "region_code": "us-west-2",
            "hardware_summary": {
                "cpu_cores": cores,
                "ram_gib": 64,
                "gpu_count": 1,
                "gpu_models": [{"name": "NVIDIA RTX 4090", "min_vram_gib": 24}],
            },
            "pricing": {"hourly_rate_usd": price},
        }
        for cores, price in ((32, "0.50"), (16, "0.35"))
    ]
    found = priced.offers(rows)
    assert [(one.hardware_id, one.hourly_price) for one in found] == [
        ("NVIDIA RTX 4090", Decimal("0.35")),
        ("NVIDIA RTX 4090 / 32 cores, 68.7 GB", Decimal("0.50")),
    ]
    assert PROVIDER.adapter.price(read(documented(cpu_count=20)), found).unit_price == Decimal("0.50")
    assert PROVIDER.adapter.price(read(documented(cpu_count=20)), found).hardware_id == "NVIDIA RTX 4090"


@pytest.fixture
def listed() -> list[Offer]:
    """Every node at once: at the simulator some are out of stock for some of the time."""
    return list(priced.offers([node.as_json(1, node.hourly_usd, None) for node in OFFERS]))


@pytest.mark.parametrize(
    ("changes", "hourly", "gpus", "units"),
    [
        ({}, "0.35", 1, 1),
        ({"gpu_count": 2}, "0.70", 2, 1),
        ({"max_node_count": 3}, "1.05", 3, 3),
        ({"gpu_count": None}, "0.35", 1, 1),
        ({"gpu_name": "RTX 4090"}, "0.35", 1, 1),
        ({"gpu_name": None, "gpu_registry_uuid": "01234567-89AB-cdef-0123-456789abcdef"}, "0.35", 1, 1),
        ({"gpu_name": None, "gpu_count": 0, "min_vram_gb": 0, "allowed_region_codes": []}, "0.06", 0, 1),
        ({"gpu_name": "NVIDIA RTX 5090", "allowed_region_codes": ["us-east-2"]}, "4.14", 1, 1),
        ({"min_storage_gb": 1500}, "0.70", 1, 1),
    ],
)
def test_the_price_is_that_of_the_cheapest_node_that_fits(
    listed: list[Offer], changes: dict[str, Any], hourly: str, gpus: int, units: int
) -> None:
    pricing = PROVIDER.adapter.price(read(documented(**changes)), listed)
    assert (pricing.hourly_price, pricing.gpu_count, pricing.units) == (Decimal(hourly), gpus, units)


@pytest.mark.parametrize("changes", [{"gpu_name": "NVIDIA R200"}, {"min_ram_gb": 9000}, {"gpu_count": 64}])
def test_what_no_node_fits_has_no_price(listed: list[Offer], changes: dict[str, Any]) -> None:
    assert PROVIDER.adapter.price(read(documented(**changes)), listed).hourly_price is None


def test_a_batch_costs_no_more_than_all_its_tries_and_a_persistent_job_has_no_end(listed: list[Offer]) -> None:
    batch = PROVIDER.adapter.price(read(documented(max_retry_count=2)), listed)
    endless = PROVIDER.adapter.price(read(PERSISTENT), listed)
    assert (batch.billed_at_most_s, batch.rounding) == (3 * 3600, Rounding.EXACT)
    assert (endless.billed_at_most_s, endless.rounding) == (None, Rounding.HOUR)


def test_an_offer_says_what_to_ask_for(listed: list[Offer]) -> None:
    offer = next(one for one in listed if (one.hardware_id, one.gpu_count) == ("NVIDIA RTX 4090", 2))
    spec = read({**documented(), **PROVIDER.adapter.asks_for(offer)})
    pricing = PROVIDER.adapter.price(spec, listed)
    assert (pricing.hourly_price, pricing.region) == (offer.hourly_price, offer.region)


def test_regions_are_offered_in_groups_with_what_they_have(otoy: Far) -> None:
    regions = {choice.value: choice for choice in otoy.adapter.choices("regions")}
    assert len(regions) == 36
    assert (regions["us-west-2"].group, regions["us-west-2"].help.endswith("offers")) == ("Americas", True)
    assert regions["me-south-1"].help == "none"


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (
            {
                "error": {
                    "code": "VALIDATION_ERROR",
                    "message": "cpu_count must be at least 0",
                    "details": [{"path": "cpu_count", "message": "must be at least 0"}],
                }
            },
            ("cpu_count must be at least 0", "cpu_count"),
        ),
        (
            {
                "error": {
                    "message": "x",
                    "details": [{"path": "parameters.parameters.ports[1]", "message": "bad"}, {"path": "task"}],
                }
            },
            ("parameters.parameters.ports[1] bad; task", "parameters.parameters.ports.1"),
        ),
        (
            {"error": {"code": "VALIDATION_ERROR", "message": "max_timeout_run_ms must be at least 60000"}},
            ("max_timeout_run_ms must be at least 60000", "max_timeout_run_ms"),
        ),
        ({"error": {"code": "INSUFFICIENT_CREDIT"}}, ("INSUFFICIENT_CREDIT", "")),
        ({"error": "text"}, ("", "")),
        ([], ("", "")),
    ],
)
def test_error_bodies_are_read_for_message_and_field(body: Any, found: tuple[str, str]) -> None:
    assert WORDING.error(body) == found


def test_a_refusal_names_its_field(otoy: Far) -> None:
    with pytest.raises(Rejected) as caught:
        otoy.launch(max_retry_count=2**60)
    assert caught.value.field == "max_retry_count"


def test_an_answer_in_an_envelope_is_read_and_one_without_a_job_leaves_it_open() -> None:
    assert _job({"data": {"uuid": "u"}}) == {"uuid": "u"}
    with pytest.raises(Unconfirmed):
        _job({"object": "job"}, is_write=True)


def test_a_run_that_is_not_there_is_not_found(otoy: Far) -> None:
    with pytest.raises(NotFound):
        _client(otoy).run("nobody")


@pytest.mark.parametrize("raw", [{}, {"uuid": "x", "parameters": {"parameters": None}, "title": None}])
def test_a_thin_answer_does_no_harm(raw: dict[str, Any]) -> None:
    assert remote(raw, [{}, {"status": None, "node_urls": [None, {}]}]).reading.state == RemoteState.UNKNOWN


def _client(far: Far) -> OtoyClient:
    return OtoyClient(Client(WORDING, far.base_url, transport=far.transport), Keys("pk_sandbox", "sk_sandbox"))


def test_a_look_asks_for_the_runs_of_jobs_that_may_have_others_by_now(otoy: Far) -> None:
    ids = [running(otoy).id for _ in range(5)]
    otoy.pass_time(120)
    before = otoy.adapter.look(ids, Held())
    assert {one.id for one in before.remotes} == set(ids)
    marks = {job_id: replace(mark, good_until=math.inf) for job_id, mark in before.marks.items()}
    otoy.world.requests.clear()
    again = otoy.adapter.look(ids, Held(marks))
    assert (list(again.remotes), set(again.as_held)) == ([], set(ids))
    assert asked(otoy) == ["GET /v1/jobs"]
    otoy.adapter.end(ids[0])
    otoy.world.requests.clear()
    after = otoy.adapter.look(ids, Held(marks))
    assert [(one.id, one.status) for one in after.remotes] == [(ids[0], "CANCELLING")]
    assert asked(otoy) == ["GET /v1/jobs", "GET /v1/job-runs"]


def test_many_jobs_have_their_runs_read_from_the_lists_of_their_statuses(otoy: Far) -> None:
    alone = {"gpu_count": 1, "max_retry_count": 0, **docker(env={"SIM_RUN_S": "infinity"})}
    old = [otoy.launch(**alone).id for _ in range(60)]
    otoy.pass_time(600)
    held = {job_id: replace(mark, good_until=math.inf) for job_id, mark in otoy.adapter.look(old, Held()).marks.items()}
    new = [otoy.launch(**alone).id for _ in range(5)]
    otoy.pass_time(600)
    otoy.world.requests.clear()
    found = otoy.adapter.look([*old, *new], Held(held))
    assert {one.id for one in found.remotes} == set(new)
    assert all(one.lanes and one.reading.state == RemoteState.RUNNING for one in found.remotes)
    assert asked(otoy) == ["GET /v1/jobs", "GET /v1/jobs", "GET /v1/job-runs"]


def test_work_that_comes_up_has_its_runs_read_in_every_look_unless_it_is_one_of_many() -> None:
    job, run = {"uuid": "one", "status": "ASSIGNED"}, {"uuid": "its run", "status": "PREPARING"}
    assert not marked(job, [run]).is_of(job)
    among_many = marked(job, [run], among_many=True)
    assert among_many.is_of(job) and not among_many.is_of({**job, "status": "RUNNING"})
    assert among_many.good_until - time.monotonic() <= 10
