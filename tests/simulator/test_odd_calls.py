"""Calls that nobody should make: each is refused in the provider's own shape, and none makes a dialect stumble."""

import json
from typing import Any

import httpx
import pytest

from gpuconsole.simulator.web import Request, Response
from gpuconsole.simulator.world import World
from gpuconsole.simulator.wsgi import App
from tests.simulator.asking import make_job, start
from tests.simulator.otoy.signing import Signed

HEADS = {
    "baseten": {"Authorization": "Api-Key sandbox-baseten-key"},
    "fireworks": {"Authorization": "Bearer sandbox-fireworks-key"},
    "novita": {"Authorization": "Bearer sandbox-novita-key"},
    "otoy": {},
}
ACCOUNT, V1 = "/v1/accounts/sandbox", "/gpu-instance/openapi/v1"
WRITES = {
    "baseten": ["/v1/training_projects", "/v1/secrets", "/v1/training_jobs/search", "/graphql/", "{job}/logs"],
    "cortecs": ["/api/v1/oauth2/token", "/api/v1/instances/start", "/api/v1/instances/stop"],
    "fireworks": [f"{ACCOUNT}/{name}" for name in ("batchJobs", "nodePools", "environments", "batchJobs:batchDelete")],
    "novita": [
        *(f"{V1}/gpu/instance/{verb}" for verb in ("create", "stop", "edit", "upgrade", "setAutoRenew")),
        f"{V1}/template/create",
        f"{V1}/image/prewarm",
        "/gpus/v2/instances",
    ],
    "otoy": ["/v1/jobs"],
}
READS = {
    "baseten": "/v1/teams",
    "cortecs": "/api/v1/models/",
    "fireworks": f"{ACCOUNT}/batchJobs",
    "novita": f"{V1}/products",
    "otoy": "/v1/jobs",
}
ODD: list[Any] = [None, [], {}, "text", 7, [None], {"training_job": []}, {"nodePoolId": {}}, {"gpuNum": "one"}]
ODD_BODIES = [*(json.dumps(body).encode() for body in ODD), b"", b"{", b"\xff\xfe", b"[" * 100_000, b'{"a": NaN}']


def _client(app: App, slug: str) -> httpx.Client:
    auth = Signed() if slug == "otoy" else None
    transport = httpx.WSGITransport(app)
    return httpx.Client(transport=transport, base_url=f"http://sim.test/{slug}", auth=auth, headers=HEADS.get(slug))


@pytest.mark.parametrize("slug", WRITES)
def test_no_odd_body_makes_a_dialect_stumble(app: App, baseten: httpx.Client, cortecs: httpx.Client, slug: str) -> None:
    job = make_job(baseten)
    with _client(app, slug) as client:
        if slug == "cortecs":
            client.headers["Authorization"] = cortecs.headers["Authorization"]
        for path in WRITES[slug]:
            for body in ODD_BODIES:
                answer = client.post(path.replace("{job}", job), content=body)
                assert answer.status_code < 500, (path, body[:40], answer.text)
                assert isinstance(answer.json(), dict)


@pytest.mark.parametrize("slug", READS)
def test_a_head_is_answered_like_its_get_and_without_a_body(app: App, slug: str) -> None:
    with _client(app, slug) as client:
        get, head = client.get(READS[slug]), client.head(READS[slug])
        assert (get.status_code, head.status_code, head.content) == (200, 200, b"")
        assert head.headers["content-type"] == get.headers["content-type"] == "application/json"


@pytest.mark.parametrize("slug", READS)
def test_methods_that_no_path_has_are_refused_in_the_providers_shape(app: App, slug: str) -> None:
    with _client(app, slug) as client:
        answer = client.options(READS[slug])
        assert answer.status_code in (404, 405, 501)
        assert answer.json()


def test_a_change_without_a_body_is_refused_in_words(baseten: httpx.Client) -> None:
    path = make_job(baseten, interactive_session={})
    answer = baseten.patch(path)
    assert (answer.status_code, answer.json()["message"]) == (400, "priority or availability_model is required.")
    session = f"{path}/interactive_sessions/{path.rpartition('/')[2]}-0"
    assert baseten.patch(session).status_code == 200


def test_a_trailing_slash_makes_no_difference(baseten: httpx.Client, cortecs: httpx.Client) -> None:
    assert baseten.get("/v1/teams/").json() == baseten.get("/v1/teams").json()
    start(cortecs)
    assert cortecs.get("/instances").json() == cortecs.get("/instances/").json()


class _Clumsy:
    """A dialect with a mistake in it."""

    slug = "clumsy"
    price_keys = ()

    def answer(self, request: Request) -> Response:
        raise KeyError("a mistake")

    def trouble(self, status: int) -> Response:
        return Response(status, b'{"error": "in its own words"}', {"Content-Type": "application/json"})


def test_a_mistake_in_a_dialect_is_its_own_500_and_is_told_on_standard_error(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = App(world, {"clumsy": _Clumsy()}, None).handle(Request("GET", "/clumsy/v1"))
    assert (answer.status, answer.body) == (500, b'{"error": "in its own words"}')
    assert "KeyError: 'a mistake'" in capsys.readouterr().err
