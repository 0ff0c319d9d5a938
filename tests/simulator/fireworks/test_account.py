"""Who may call, and what is not there."""

import httpx
import pytest

from gpuconsole.simulator.__main__ import _parser
from gpuconsole.simulator.dialects.fireworks import Fireworks
from gpuconsole.simulator.wsgi import App
from tests.simulator.fireworks.asking import job_body, make_job


@pytest.fixture
def stranger(app: App) -> httpx.Client:
    """A client without a key, at the root of the dialect."""
    return httpx.Client(transport=httpx.WSGITransport(app), base_url="http://sim.test/fireworks")


KEY = {"Authorization": "Bearer sandbox-fireworks-key"}


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer wrong"},
        {"Authorization": "Bearer"},
        {"Authorization": "sandbox-fireworks-key"},
        {"Authorization": "Api-Key sandbox-fireworks-key"},
        {"x-api-key": "sandbox-fireworks-key"},
    ],
    ids=str,
)
def test_only_the_key_as_a_bearer_opens_rest_and_never_x_api_key(
    stranger: httpx.Client, headers: dict[str, str]
) -> None:
    for path in ("/v1/accounts/sandbox/batchJobs", "/v1/accounts", "/verifyApiKey", "/v1/nowhere"):
        answer = stranger.get(path, headers=headers)
        assert (answer.status_code, answer.json()["code"], answer.json()["details"]) == (401, 16, [])


@pytest.mark.parametrize("path", ["/v1/accounts/acme/batchJobs", "/v1/accounts/acme", "/v1/accounts/acme/nodePools/x"])
def test_another_account_is_refused_without_a_word(stranger: httpx.Client, path: str) -> None:
    answer = stranger.get(path, headers=KEY)
    assert (answer.status_code, answer.json()) == (403, {"code": 7, "message": "", "details": []})


def test_a_key_for_inference_is_authentic_and_opens_nothing(stranger: httpx.Client) -> None:
    key = {"Authorization": "Bearer sandbox-fireworks-inference-key"}
    assert stranger.get("/verifyApiKey", headers=key).status_code == 200
    for answer in (
        stranger.get("/v1/accounts", headers=key),
        stranger.post("/v1/accounts/sandbox/batchJobs", json=job_body(), headers=key),
    ):
        assert (answer.status_code, answer.json()["code"]) == (403, 7)


def test_the_key_check_tells_the_account_in_a_header(stranger: httpx.Client) -> None:
    answer = stranger.get("/verifyApiKey", headers=KEY)
    assert (answer.status_code, answer.headers["x-fireworks-account-id"]) == (200, "sandbox")


def test_the_accounts_of_the_key_are_listed(stranger: httpx.Client) -> None:
    listed = stranger.get("/v1/accounts", headers=KEY).json()
    assert listed["totalSize"] == 1
    assert listed["accounts"] == [stranger.get("/v1/accounts/sandbox", headers=KEY).json()]
    assert listed["accounts"][0]["name"] == "accounts/sandbox"


def test_an_unknown_path_is_not_found_and_a_wrong_method_is_not_implemented(fireworks: httpx.Client) -> None:
    path = make_job(fireworks)
    answer = fireworks.get("/batchInferenceJobs")
    assert (answer.status_code, answer.json()) == (404, {"code": 5, "message": "Not Found", "details": []})
    for answer in (fireworks.put(path, json={}), fireworks.post(path, json={}), fireworks.delete("/batchJobs")):
        assert (answer.status_code, answer.json()["code"]) == (501, 12)
    answer = fireworks.post("/batchJobs/1:cancel", json={})
    assert (answer.status_code, answer.json()["message"]) == (404, 'batch job "1" not found')


@pytest.mark.parametrize(("fault", "code"), [("429", 8), ("500", 13)])
def test_troubles_have_the_providers_own_shape(
    fireworks: httpx.Client, control: httpx.Client, fault: str, code: int
) -> None:
    control.post("/faults", json={"provider": "fireworks", "fault": fault, "count": 1})
    answer = fireworks.get("/batchJobs")
    assert (answer.status_code, answer.json()["code"], answer.json()["details"]) == (int(fault), code, [])
    assert ("retry-after" in answer.headers) == (fault == "429")
    assert fireworks.get("/batchJobs").status_code == 200


def test_the_credentials_are_named_in_the_help() -> None:
    text = _parser().format_help()
    assert all(value in text for value in Fireworks.sandbox.values())
