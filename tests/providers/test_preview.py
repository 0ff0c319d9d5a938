"""What the request preview shows."""

import json
import shlex
from typing import Any

import httpx
import pytest

from gpuconsole.providers import registry, tokens
from gpuconsole.providers.preview import TOKEN_TO_COME, Preview, preview
from gpuconsole.providers.specs import read_pasted
from tests.contract.samples import DOCUMENTED_BASETEN, sample


def shown(slug: str, **changes: Any) -> Preview:
    provider = registry.get(slug)
    return preview(provider, provider.spec.read(sample(slug) | changes), secrets=["hf_token"])


WITH_SECRET = {"image": {"base_image": "x"}, "runtime": {"environment_variables": {"HF_TOKEN": {"name": "hf_token"}}}}


def test_curl_is_a_command_that_a_shell_reads_back() -> None:
    words = shlex.split(shown("cortecs").curl)
    assert words[:4] == ["curl", "--request", "POST", "https://cortecs.ai/api/v1/instances/start"]
    assert json.loads(words[words.index("--data") + 1]) == {
        key: value for key, value in sample("cortecs").items() if key != "provider"
    }
    assert "Authorization: Bearer $CORTECS_TOKEN" in words


def test_python_is_a_script_that_sends_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[httpx.Request] = []

    class Recorder(httpx.Client):
        def __init__(self, **options: Any) -> None:
            super().__init__(**options, transport=httpx.MockTransport(self._take))

        def _take(self, request: httpx.Request) -> httpx.Response:
            sent.append(request)
            return httpx.Response(200, json={"training_project": {"id": "n4q95w5"}})

    monkeypatch.setattr(httpx, "Client", Recorder)
    monkeypatch.setenv("BASETEN_API_KEY", "mine")
    preview_of_a_job = shown("baseten", training_job=WITH_SECRET)
    exec(compile(preview_of_a_job.python, "preview", "exec"), {})
    assert [(call.method, call.url.raw_path.decode()) for call in sent] == [
        ("POST", "/v1/secrets"),
        ("POST", "/v1/training_projects"),
        ("POST", "/v1/training_projects/n4q95w5/jobs"),
    ]
    assert json.loads(sent[-1].content) == preview_of_a_job.request.body
    assert sent[0].headers["Authorization"] == "Api-Key mine"


def test_a_stored_secret_is_shown_by_its_name_only() -> None:
    requests = shown("baseten", training_job=WITH_SECRET).requests
    assert requests[0].body == {"name": "hf_token", "value": "••• hf_token"}
    assert requests[-1].body["training_job"]["runtime"]["environment_variables"] == {"HF_TOKEN": {"name": "hf_token"}}


def test_before_a_launch_the_token_is_shown_as_to_come() -> None:
    assert shown("baseten").request.body["training_job"]["name"] == f"{TOKEN_TO_COME}-gpt-oss-job"


@pytest.mark.parametrize("pasted", [DOCUMENTED_BASETEN, DOCUMENTED_BASETEN["training_job"]], ids=["wrapped", "bare"])
def test_a_pasted_body_of_baseten_is_read_with_and_without_its_wrapper(pasted: dict[str, Any]) -> None:
    spec = read_pasted(registry.get("baseten"), pasted)
    assert spec == {"provider": "baseten", **DOCUMENTED_BASETEN}


def test_a_pasted_preview_loses_its_token() -> None:
    named = {**DOCUMENTED_BASETEN["training_job"], "name": tokens.join("gc-t3st0123456789abcdef", "mine")}
    assert read_pasted(registry.get("baseten"), named)["training_job"]["name"] == "mine"
    nameless = {**named, "name": "gc-t3st0123456789abcdef"}
    assert "name" not in read_pasted(registry.get("baseten"), nameless)["training_job"]


def test_a_pasted_body_of_cortecs_is_the_spec() -> None:
    body = {key: value for key, value in sample("cortecs").items() if key != "provider"}
    assert read_pasted(registry.get("cortecs"), body) == sample("cortecs")


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("gc-t3st0123456789abcdef-sft-r1", ("gc-t3st0123456789abcdef", "sft-r1")),
        ("gc-t3st0123456789abcdef", ("gc-t3st0123456789abcdef", "")),
        ("gc-short-name", ("", "gc-short-name")),
        ("theirs", ("", "theirs")),
        (None, ("", "")),
    ],
)
def test_tokens_stand_in_front_of_names(name: str | None, parts: tuple[str, str]) -> None:
    assert tokens.split(name) == parts
    if parts[0]:
        assert tokens.join(*parts) == name
