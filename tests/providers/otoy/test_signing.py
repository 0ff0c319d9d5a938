"""OTOY's signature, part by part, against figures worked out by hand."""

import hashlib
import hmac
import json
import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

import httpx
import pytest

from gpuconsole.providers.contract import WireRequest
from gpuconsole.providers.errors import NotAuthorized
from gpuconsole.providers.http import Client
from gpuconsole.providers.otoy import PROVIDER
from gpuconsole.providers.otoy.client import WORDING
from gpuconsole.providers.otoy.signing import Keys, body_sha256, canonical, plain_numbers, sign, sorted_query
from gpuconsole.providers.preview import as_curl, as_python, preview
from gpuconsole.simulator.server import serve
from tests.contract.conftest import TOKEN, Far
from tests.providers.otoy.jobs import docker, documented, read

KEYS = Keys("pk_demo", "sk_demo")
SHELL = ("bash", "curl", "jq", "openssl")
EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def test_seven_parts_are_signed_with_the_secret_key_as_text() -> None:
    nonce = "9f86d081884c7d659a2feaa0c55ad015"
    headers = sign(KEYS, "post", "/v1/jobs", body={"b": 1, "a": "é"}, time_ms=1767225600000, nonce=nonce)
    digest = hashlib.sha256(b'{"a":"\\u00e9","b":1}').hexdigest()
    text = f"pk_demo|1767225600000|{nonce}|POST|/v1/jobs||{digest}"
    assert headers == {
        "X-API-Key": "pk_demo",
        "X-Time": "1767225600000",
        "X-Nonce": nonce,
        "X-Signature": hmac.new(b"sk_demo", text.encode(), hashlib.sha256).hexdigest(),
    }


def test_no_body_is_hashed_as_no_bytes() -> None:
    assert body_sha256(None) == EMPTY
    assert body_sha256({}) != EMPTY


def test_keys_are_sorted_at_every_depth_and_all_but_ascii_is_escaped() -> None:
    assert canonical({"b": [{"z": 1, "a": None}], "a": "ü€"}) == '{"a":"\\u00fc\\u20ac","b":[{"a":null,"z":1}]}'


def test_the_query_is_sorted_by_key_and_value_and_encoded() -> None:
    query = {"sort": "-created_at", "filter[status]": "PENDING,RUNNING", "a": ["2", "1 x"]}
    assert sorted_query(query) == "a=1+x&a=2&filter%5Bstatus%5D=PENDING%2CRUNNING&sort=-created_at"
    assert sorted_query({}) == ""


def test_each_call_has_a_nonce_of_16_bytes_and_milliseconds_of_its_own() -> None:
    """One page of the docs says 32 bytes; all clients send 32 hexadecimal characters (reference, quirk 7)."""
    first, second = (sign(KEYS, "GET", "/v1/jobs") for _ in range(2))
    assert first["X-Nonce"] != second["X-Nonce"]
    assert len(bytes.fromhex(first["X-Nonce"])) == 16
    assert len(first["X-Time"]) == 13


def test_whole_fractions_are_written_as_the_far_side_writes_them() -> None:
    assert (
        json.dumps(plain_numbers({"a": 24.0, "b": [0.5, 1e3], "c": True})) == '{"a": 24, "b": [0.5, 1000], "c": true}'
    )


@pytest.mark.parametrize(
    "settings",
    [{"env": {"NAME": "Zoë – 日本"}}, {"env": {"B": "2", "A": "1"}, "ports": [22, 8080]}],
    ids=["not ASCII", "unsorted"],
)
def test_the_far_side_accepts_the_signature(otoy: Far, settings: dict[str, Any]) -> None:
    made = otoy.adapter.launch(otoy.spec(**docker(**settings), min_vram_gb=24.0, min_ram_gb=0.5), TOKEN, {})
    assert otoy.now(made).id == made.id


def test_a_call_with_a_query_is_signed_with_it(otoy: Far) -> None:
    ids = [otoy.launch().id for _ in range(2)]
    assert {one.id for one in otoy.adapter.fetch(ids)} == set(ids)
    assert otoy.world.requests[-1]["query"]["filter[status]"] == "PENDING,ASSIGNED,RUNNING,CANCELLING"


@pytest.mark.parametrize(("year", "side"), [(2020, "ahead of"), (2100, "behind")])
def test_a_clock_that_is_off_is_told_as_such(year: int, side: str) -> None:
    stamp = format_datetime(datetime(year, 1, 1, tzinfo=UTC), usegmt=True)
    answer = httpx.Response(401, json={"error": {"code": "UNAUTHORIZED"}}, headers={"Date": stamp})
    client = Client(WORDING, "http://127.0.0.1", transport=httpx.MockTransport(lambda _: answer))
    with pytest.raises(NotAuthorized, match=f"min {side} theirs, and may differ by 5 min at most. Set the clock right"):
        client.get("/v1/jobs")


def test_a_refusal_while_the_clocks_agree_is_not_blamed_on_them() -> None:
    stamp = format_datetime(datetime.now(UTC), usegmt=True)
    body = {"error": {"code": "UNAUTHORIZED", "message": "signature does not match"}}
    answer = httpx.Response(401, json=body, headers={"Date": stamp})
    client = Client(WORDING, "http://127.0.0.1", transport=httpx.MockTransport(lambda _: answer))
    with pytest.raises(NotAuthorized, match="OTOY says: signature does not match"):
        client.get("/v1/jobs")


def test_a_clock_that_only_the_message_tells_of_is_told_too() -> None:
    body = {"error": {"code": "UNAUTHORIZED", "message": "X-Time is more than five minutes away from the time here"}}
    text, path = WORDING.error(body)
    assert text.endswith("The clock of this machine must be within 5 min of OTOY's: set it right. The key may be fine.")
    assert path == ""


@pytest.mark.skipif(not all(map(shutil.which, SHELL)), reason=f"needs {', '.join(SHELL)}")
def test_the_shell_command_of_the_preview_is_accepted_as_it_stands() -> None:
    with serve(only="otoy") as served:
        shown = preview(PROVIDER, read(documented(title="Zoë's run")), base_url=served.url, token=TOKEN)
        keys = {"OTOY_PUBLIC_KEY": "pk_sandbox", "OTOY_SECRET_KEY": "sk_sandbox"}
        script = shown.curl.replace("curl --request", "curl --silent --show-error --fail --request")
        done = subprocess.run(
            ["bash", "-c", script], env=_environment(keys), capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["title"] == f"{TOKEN}-Zoë's run"
        assert "sk_sandbox" not in shown.curl


def test_the_python_script_of_the_preview_is_accepted_as_it_stands() -> None:
    with serve() as served:
        shown = preview(PROVIDER, read(documented()), base_url=f"{served.url}/otoy", token=TOKEN)
        keys = {"OTOY_PUBLIC_KEY": "pk_sandbox", "OTOY_SECRET_KEY": "sk_sandbox"}
        done = subprocess.run(
            [sys.executable, "-c", shown.python], env=_environment(keys), capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        assert [resource.name for resource in served.world.resources("otoy")] == [f"{TOKEN}-segment-eval [gc-7f3a91]"]


def test_a_provider_with_one_header_is_previewed_as_before() -> None:
    request, header = WireRequest("POST", "/v1/x", {"a": 1}, why="Makes it."), ("Authorization", "Bearer $KEY")
    assert as_curl(request, "https://host", header).splitlines()[:3] == [
        "# Makes it.",
        "curl --request POST https://host/v1/x \\",
        '  --header "Authorization: Bearer $KEY" \\',
    ]
    assert 'os.environ["KEY"]' in as_python([request], "https://host", header)


def _environment(keys: dict[str, str]) -> dict[str, str]:
    return {**{name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}, **keys, "no_proxy": "*"}
