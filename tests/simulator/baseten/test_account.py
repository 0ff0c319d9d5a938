"""Keys, projects, secrets, capacity, prices, usage, uploads and remote access."""

from typing import Any

import httpx
import pytest

from gpuconsole.simulator.world import World
from tests.simulator.asking import job_body, make_job, make_project

TEAM = "tm4x9qk"


@pytest.mark.parametrize(
    ("header", "status"),
    [
        ("Api-Key sandbox-baseten-key", 200),
        ("Bearer sandbox-baseten-key", 200),
        ("Api-Key wrong", 401),
        ("Basic sandbox-baseten-key", 401),
        ("sandbox-baseten-key", 401),
        ("", 401),
    ],
)
def test_both_schemes_are_taken_and_any_other_key_is_refused(baseten: httpx.Client, header: str, status: int) -> None:
    answer = baseten.get("/v1/teams", headers={"Authorization": header})
    assert answer.status_code == status
    if status == 401:
        assert answer.json() == {"code": "UNAUTHORIZED", "message": "Invalid or missing API key."}


def test_unknown_paths_and_methods_have_the_error_shape(baseten: httpx.Client) -> None:
    assert baseten.get("/v1/nope").json()["code"] == "NOT_FOUND"
    assert baseten.put("/v1/teams").status_code == 405
    assert baseten.get("/v1/training_projects/none").json()["code"] == "NOT_FOUND"
    assert baseten.post("/v1/training_projects/none/jobs", json=job_body()).status_code == 404


def test_a_project_is_an_upsert_by_name(baseten: httpx.Client) -> None:
    first = make_project(baseten, "sft")
    body = {"training_project": {"name": "sft", "team_name": "Sandbox"}}
    again = baseten.post(f"/v1/teams/{TEAM}/training_projects", json=body).json()["training_project"]
    assert again["id"] == first
    assert again["latest_job"] is None
    assert baseten.post("/v1/teams/other/training_projects", json=body).status_code == 404
    answer = baseten.post("/v1/training_projects", json={"training_project": {}})
    assert answer.json()["message"] == "training_project.name: field required"


def test_a_project_shows_its_latest_job_and_is_deleted_with_all(baseten: httpx.Client) -> None:
    make_job(baseten, name="one")
    path = make_job(baseten, name="two")
    project = path.split("/")[3]
    shown = baseten.get(f"/v1/training_projects/{project}").json()["training_project"]
    assert shown["latest_job"]["name"] == "two"
    assert baseten.delete(f"/v1/training_projects/{project}").json() == {"id": project, "deleted": True}
    assert baseten.get(path).status_code == 404
    assert baseten.get("/v1/training_projects").json() == {"training_projects": []}
    assert baseten.post("/v1/training_jobs/search", json={}).json() == {"training_jobs": []}


def test_search_filters_and_orders_over_all_projects(baseten: httpx.Client, world: World) -> None:
    done = make_job(baseten, "sleep 1", name="done")
    world.clock.advance(600)
    other = make_project(baseten, "other")
    baseten.post(f"/v1/training_projects/{other}/jobs", json=job_body(name="new"))

    def names(**body: Any) -> list[str]:
        return [j["name"] for j in baseten.post("/v1/training_jobs/search", json=body).json()["training_jobs"]]

    assert names() == ["new", "done"]
    assert names(order_by=[{"field": "created_at", "order": "asc"}], statuses=None) == ["done", "new"]
    assert names(statuses=["TRAINING_JOB_COMPLETED", "TRAINING_JOB_FAILED"]) == ["done"]
    assert names(project_id=other) == ["new"]
    assert names(job_id=done.rpartition("/")[2]) == ["done"]
    refused = baseten.post("/v1/training_jobs/search", json={"order_by": [{"field": "name", "order": "asc"}]})
    assert refused.json()["message"] == "order_by[0].field: must be one of created_at"


@pytest.mark.parametrize("prefix", ["/v1", f"/v1/teams/{TEAM}"])
def test_secrets_are_kept_and_never_shown(baseten: httpx.Client, prefix: str) -> None:
    made = baseten.post(f"{prefix}/secrets", json={"name": "hf_token", "value": "s3cret-value"})
    again = baseten.post(f"{prefix}/secrets", json={"name": "hf_token", "value": "other"})
    assert made.json()["id"] == again.json()["id"]
    listed = baseten.get(f"{prefix}/secrets")
    assert [secret["name"] for secret in listed.json()["secrets"]] == ["hf_token"]
    assert "s3cret-value" not in made.text + listed.text
    assert baseten.delete(f"{prefix}/secrets/hf_token").json() == {"name": "hf_token"}
    assert baseten.delete(f"{prefix}/secrets/hf_token").status_code == 404


def test_prices_are_per_minute_and_name_every_instance_type(baseten: httpx.Client) -> None:
    types = baseten.get("/v1/instance_types").json()["instance_types"]
    prices = baseten.get("/v1/instance_type_prices").json()["instance_types"]
    by_id = {row["instance_type"]["id"]: row["price"] for row in prices}
    assert [row["instance_type"] for row in prices] == types
    assert by_id["H100"] == 0.10833
    assert by_id["H100:8"] == 0.86664
    assert by_id["1x2"] == 0.00058
    (eight,) = [t for t in types if t["id"] == "H100:8"]
    assert eight == {
        "id": "H100:8",
        "name": "H100:8",
        "memory_limit_mib": 1916928,
        "millicpu_limit": 208000,
        "gpu_count": 8,
        "gpu_type": "H100",
        "gpu_memory_limit_mib": 81920,
    }


def test_capacity_counts_what_holds_gpus(baseten: httpx.Client, world: World) -> None:
    make_job(baseten, gpus=8, nodes=2)

    def used() -> int:
        rows = baseten.get("/v1/training/capacity").json()["gpu_capacities"]
        return next(int(row["usage_count"]) for row in rows if row["gpu_type"] == "H100")

    assert used() == 0
    world.clock.advance(100)
    assert used() == 16


def test_a_teams_limit_can_be_set(baseten: httpx.Client) -> None:
    body = {"team_id": TEAM, "gpu_type": "H100", "max_gpus": 8}
    assert baseten.patch("/v1/training/capacity", json=body).json()["team_gpu_capacity"]["limit"] == 8
    rows = baseten.get("/v1/training/capacity").json()["team_gpu_capacities"]
    assert {row["gpu_type"]: row["limit"] for row in rows}["H100"] == 8
    assert baseten.patch("/v1/training/capacity", json={**body, "max_gpus": 1000}).status_code == 400


def test_queue_context_tells_why_a_job_waited(baseten: httpx.Client, world: World) -> None:
    make_job(baseten, "sleep infinity", name="old", gpus=8)
    world.clock.advance(300)
    make_job(baseten, name="ahead", priority=5)
    job = make_job(baseten, name="late").rpartition("/")[2]
    waiting = baseten.get(f"/v1/training/jobs/{job}/queue_context").json()
    assert waiting["released_at"] is None
    assert [row["training_job_name"] for row in waiting["active_at_submit"]] == ["old"]
    assert [row["training_job_name"] for row in waiting["pending_ahead_at_submit"]] == ["ahead"]
    world.clock.advance(100)
    released = baseten.get(f"/v1/training/jobs/{job}/queue_context").json()
    assert 50 <= released["pending_seconds"] <= 70
    own = [event["status"] for event in released["events"] if event["training_job_id"] == job]
    assert own == ["TRAINING_JOB_PENDING", "TRAINING_JOB_CREATED"]


def test_usage_is_what_the_jobs_cost(baseten: httpx.Client, world: World, control: httpx.Client) -> None:
    make_job(baseten, "sleep 90", nodes=2)
    make_job(baseten, "sleep infinity", name="forever")
    world.clock.advance(3600)
    range_ = {"start_date": "2026-11-01T00:00:00Z", "end_date": "2026-11-30T00:00:00Z"}
    usage = baseten.get("/v1/billing/usage_summary", params=range_).json()["training_usage"]
    costs = [row["cost"] for row in control.get("/resources").json()["resources"]]
    assert [row["subtotal"] for row in usage["breakdown"]] == costs
    assert usage["breakdown"][0]["minutes"] == 4
    assert float(usage["total"]) == pytest.approx(sum(map(float, costs)))


@pytest.mark.parametrize(
    ("start", "end", "message"),
    [
        ("2026-11-01T00:00:00Z", "", "end_date: field required"),
        ("soon", "2026-11-01", "start_date: must be an ISO 8601 date"),
        ("2026-11-02", "2026-11-01", "end_date: must not be before start_date"),
        ("2026-09-01", "2026-11-01", "end_date: the date range cannot exceed 31 days"),
    ],
)
def test_a_usage_range_must_make_sense(baseten: httpx.Client, start: str, end: str, message: str) -> None:
    answer = baseten.get("/v1/billing/usage_summary", params={"start_date": start, "end_date": end})
    assert (answer.status_code, answer.json()["message"]) == (400, message)


def test_code_is_uploaded_to_the_given_place_and_linked(baseten: httpx.Client) -> None:
    place = baseten.get("/v1/blobs/credentials/train").json()
    assert place["creds"]["endpoint_url"] == "http://sim.test/baseten"
    target = f"{place['creds']['endpoint_url']}/{place['s3_bucket']}/{place['s3_key']}"
    framed = b"5;chunk-signature=0\r\nhello\r\n0;chunk-signature=0\r\nx-amz-checksum-crc32:AAAA\r\n\r\n"
    put = baseten.put(target, content=framed, headers={"Authorization": "AWS4", "Content-Encoding": "aws-chunked"})
    assert put.status_code == 200
    assert put.headers["ETag"]
    artifact = {"s3_bucket": place["s3_bucket"], "s3_key": place["s3_key"]}
    path = make_job(baseten, runtime={"artifacts": [artifact]})
    (link,) = baseten.get(f"{path}/download").json()["artifact_presigned_urls"]
    assert baseten.get(link).content == b"hello"
    assert baseten.get(link.split("?")[0]).status_code == 403
    assert baseten.put(f"{target}-other", content=b"x").status_code == 403


def test_the_cache_of_the_latest_job_is_summarised(baseten: httpx.Client, world: World) -> None:
    path = make_job(baseten, runtime={"cache_config": {"enabled": True}})
    summary = f"/v1/training_projects/{path.split('/')[3]}/cache/summary"
    assert baseten.get(summary).status_code == 404
    world.clock.advance(300)
    files = baseten.get(summary).json()["file_summaries"]
    assert sorted(files[0]) == ["file_type", "modified", "path", "permissions", "size_bytes"]
    assert baseten.get(f"{path}/metrics").json()["cache"]["utilization"]


def test_remote_access_opens_while_the_job_runs(baseten: httpx.Client, world: World) -> None:
    path = make_job(baseten, nodes=2, interactive_session={"trigger": "on_demand", "session_provider": "ssh"})
    assert baseten.get(f"{path}/auth_codes").json() == {"auth_codes": []}
    world.clock.advance(300)
    codes = baseten.get(f"{path}/auth_codes").json()["auth_codes"]
    assert [code["replica_id"] for code in codes] == ["g00r0", "g01r0"]
    session = f"{path}/interactive_sessions/{codes[0]['session_id']}"
    changed = baseten.patch(session, json={"timeout_minutes": 60, "trigger": "on_startup"}).json()
    assert changed["interactive_session"]["timeout_minutes"] == 540
    assert baseten.patch(session, json={"trigger": "on_demand"}).status_code == 400
    key = {"public_key": "ssh-ed25519 AAAA", "replica_id": "1"}
    signed = baseten.post(f"{path}/ssh/sign", json=key).json()
    assert sorted(signed) == ["jwt", "proxy_address", "ssh_cert_expires_at", "ssh_certificate"]
    assert baseten.post(f"{path}/ssh/sign", json={**key, "replica_id": "9"}).status_code == 404


def test_graphql_tells_teams_and_refuses_the_rest_inside_a_200(baseten: httpx.Client) -> None:
    query = {"query": "query Teams { teams { id name default } }"}
    teams = baseten.post("/graphql/", json=query).json()["data"]["teams"]
    assert teams == [{"id": TEAM, "name": "Sandbox", "default": True}]
    refused = baseten.post("/graphql/", json={"query": "query { models { id } }"})
    assert refused.status_code == 200
    assert refused.json()["errors"][0]["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"
    assert baseten.post("/graphql/", json=query, headers={"Authorization": ""}).status_code == 401


def test_a_big_archive_is_uploaded_in_parts(baseten: httpx.Client) -> None:
    place = baseten.get("/v1/blobs/credentials/train").json()
    target = f"/{place['s3_bucket']}/{place['s3_key']}"
    upload_id = baseten.post(f"{target}?uploads").text.partition("<UploadId>")[2].partition("<")[0]
    for number, part in ((2, b"world"), (1, b"hello "), (2, b"there")):
        assert baseten.put(target, params={"partNumber": number, "uploadId": upload_id}, content=part).headers["ETag"]
    assert "<ETag>" in baseten.post(target, params={"uploadId": upload_id}, content=b"<Complete/>").text
    path = make_job(baseten, runtime={"artifacts": [{name: place[name] for name in ("s3_bucket", "s3_key")}]})
    (link,) = baseten.get(f"{path}/download").json()["artifact_presigned_urls"]
    assert baseten.get(link).content == b"hello there"


def test_an_upload_that_was_aborted_or_never_begun_is_not_known(baseten: httpx.Client) -> None:
    place = baseten.get("/v1/blobs/credentials/train").json()
    target = f"/{place['s3_bucket']}/{place['s3_key']}"
    upload_id = baseten.post(f"{target}?uploads").text.partition("<UploadId>")[2].partition("<")[0]
    assert baseten.delete(target, params={"uploadId": upload_id}).status_code == 204
    for unknown in (upload_id, "other"):
        assert "NoSuchUpload" in baseten.put(f"{target}?partNumber=1&uploadId={unknown}", content=b"x").text
        assert baseten.post(target, params={"uploadId": unknown}).status_code == 404
    assert baseten.post(f"{target}-other?uploads").status_code == 403


def test_a_team_is_found_by_its_name_and_read_by_its_id(baseten: httpx.Client) -> None:
    (team,) = baseten.get("/v1/teams", params={"name": "Sandbox"}).json()["teams"]
    assert baseten.get(f"/v1/teams/{team['id']}").json() == team
    assert baseten.get("/v1/teams", params={"name": "sandbox"}).json() == {"teams": []}
    assert baseten.get("/v1/teams/other").status_code == 404


def test_the_direction_of_a_search_may_be_left_out(baseten: httpx.Client) -> None:
    older, newer = make_job(baseten), make_job(baseten)
    found = baseten.post("/v1/training_jobs/search", json={"order_by": [{"field": "created_at"}]}).json()
    assert [job["id"] for job in found["training_jobs"]] == [path.rpartition("/")[2] for path in (newer, older)]
