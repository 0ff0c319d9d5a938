"""Quirks of the signature: sorted query, both ways to write a space or a letter, nonces that are good once."""

import hashlib
import hmac
import json
import secrets
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from gpuconsole.simulator import state_file
from gpuconsole.simulator.dialects.otoy.signing import NONCE_MEMORY_S, NONCES_KEPT
from gpuconsole.simulator.server import serve
from gpuconsole.simulator.web import Request
from gpuconsole.simulator.world import World
from gpuconsole.simulator.wsgi import App, create_app
from tests.simulator.otoy.asking import job_body, make_job
from tests.simulator.otoy.signing import Signed, signed_headers


def _send(app: App, request: httpx.Request, **headers: str) -> httpx.Response:
    request.headers.update(headers)
    with httpx.Client(transport=httpx.WSGITransport(app)) as client:
        return client.send(request)


def _request(method: str = "GET", path: str = "/v1/jobs", **more: Any) -> httpx.Request:
    return httpx.Request(method, f"http://sim.test/otoy{path}", **more)


def _refusal(answer: httpx.Response) -> str:
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (401, "UNAUTHORIZED")
    return str(error["message"])


def test_a_signature_that_was_reckoned_by_hand_is_accepted(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "time", lambda: 1_706_918_400.0)
    headers = {
        "X-API-Key": "pk_sandbox",
        "X-Time": "1706918400000",
        "X-Nonce": "a1b2c3d4e5f6a7b8c9d0e1f2a3b4c5d6",
        # By openssl; the hash of the empty body, e3b0c442…, is the last of the seven parts.
        "X-Signature": "882b92e0e46870bb5c1ca09fcc6fa0ec803dec152a743b654d619be9de64e646",
    }
    assert _send(app, _request(path="/v1/jobs?limit=10&page=1"), **headers).status_code == 200


@pytest.mark.parametrize("name", ["X-API-Key", "X-Time", "X-Nonce", "X-Signature"])
def test_every_header_is_required(app: App, name: str) -> None:
    request = _request()
    headers = signed_headers(request)
    del headers[name]
    assert _refusal(_send(app, request, **headers)) == f"{name} header is required"


@pytest.mark.parametrize("how", [{"public_key": "pk_other"}, {"secret_key": "sk_other"}, {"public_key": "sk_sandbox"}])
def test_other_keys_are_refused(app: App, how: dict[str, Any]) -> None:
    request = _request()
    assert _refusal(_send(app, request, **signed_headers(request, **how))) in (
        "unknown API key",
        "signature does not match",
    )


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"X-Time": "soon"}, "X-Time must be Unix time in milliseconds"),
        ({"X-Time": "-1"}, "X-Time must be Unix time in milliseconds"),
        ({"X-Nonce": "a1b2c3d4e5f6a7b8"}, "X-Nonce must be 32 hexadecimal characters"),
        ({"X-Nonce": "g" * 32}, "X-Nonce must be 32 hexadecimal characters"),
        ({"X-Nonce": "ab" * 32}, "X-Nonce must be 32 hexadecimal characters"),
        ({"X-Nonce": "ab" * 16}, "signature does not match"),
        ({"X-Signature": "AB" * 32}, "X-Signature must be 64 lower case hexadecimal characters"),
        ({"X-Signature": "ab" * 32}, "signature does not match"),
    ],
)
def test_headers_of_another_form_are_refused(app: App, changed: dict[str, str], says: str) -> None:
    request = _request()
    assert _refusal(_send(app, request, **(signed_headers(request) | changed))) == says


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PUT", "/v1/jobs", None),
        ("GET", "/v1/job-runs", None),
        ("GET", "/v1/jobs?page=2", None),
        ("GET", "/v1/jobs?page=1&page=2", None),
        ("GET", "/v1/jobs", b"{}"),
    ],
)
def test_a_signature_is_good_for_its_own_call_only(app: App, method: str, path: str, body: bytes | None) -> None:
    headers = signed_headers(_request(path="/v1/jobs?page=1"))
    assert _refusal(_send(app, _request(method, path, content=body), **headers)) == "signature does not match"


@pytest.mark.parametrize(("off_s", "status"), [(-310, 401), (-290, 200), (290, 200), (310, 401)])
def test_a_clock_may_be_off_by_five_minutes(app: App, off_s: float, status: int) -> None:
    request = _request()
    answer = _send(app, request, **signed_headers(request, at=time.time() + off_s))
    assert answer.status_code == status
    assert status == 200 or "five minutes" in _refusal(answer)


def test_turning_the_clock_does_not_trouble_signatures(otoy: httpx.Client, world: World) -> None:
    world.clock.advance(7 * 86_400)
    assert otoy.get("/v1/jobs").status_code == 200


def test_a_nonce_is_good_once_also_for_another_call_and_with_a_fresh_time(app: App) -> None:
    nonce = secrets.token_hex(16)
    first, second = _request(), _request(path="/v1/compute/offers")
    headers = signed_headers(first, nonce=nonce)
    assert _send(app, first, **headers).status_code == 200
    assert _refusal(_send(app, _request(), **headers)) == "X-Nonce was used before"
    later = signed_headers(second, nonce=nonce.upper(), at=time.time() + 60)
    assert _refusal(_send(app, second, **later)) == "X-Nonce was used before"


def test_a_refused_signature_does_not_use_its_nonce_up(app: App) -> None:
    nonce = secrets.token_hex(16)
    request = _request()
    assert _send(app, request, **signed_headers(request, nonce=nonce, secret_key="sk_other")).status_code == 401
    assert _send(app, request, **signed_headers(request, nonce=nonce)).status_code == 200


def test_a_call_that_is_signed_and_wrong_uses_its_nonce_up(app: App) -> None:
    nonce = secrets.token_hex(16)
    request = _request("POST", content=b"{}")
    assert _send(app, request, **signed_headers(request, nonce=nonce)).status_code == 400
    assert _refusal(_send(app, request, **signed_headers(request, nonce=nonce))) == "X-Nonce was used before"


def test_nonces_are_forgotten_after_a_day_and_beyond_a_number(app: App, world: World, otoy: httpx.Client) -> None:
    used = world.table("otoy.nonces", float)
    used |= {"old" * 8: time.time() - NONCE_MEMORY_S - 1, "young" * 4: time.time() - NONCE_MEMORY_S + 60}
    otoy.get("/v1/jobs")
    assert "old" * 8 not in used
    assert "young" * 4 in used
    used |= {f"{number:032x}": time.time() for number in range(NONCES_KEPT)}
    otoy.get("/v1/jobs")
    assert len(used) == NONCES_KEPT
    assert "young" * 4 not in used


def test_nonces_outlive_a_restart(app: App, world: World, tmp_path: Path) -> None:
    request = _request()
    headers = signed_headers(request)
    assert _send(app, request, **headers).status_code == 200
    state_file.write(tmp_path / "world.json", state_file.snapshot(world))
    found = World()
    state_file.read(tmp_path / "world.json", found)
    assert _refusal(_send(create_app(world=found), request, **headers)) == "X-Nonce was used before"


def test_the_query_is_signed_sorted_in_whatever_order_it_is_sent(app: App) -> None:
    for query in ("page=1&limit=5&filter%5Btask%5D=BATCH", "limit=5&filter[task]=BATCH&page=1", "page=1&page=1&limit="):
        request = _request(path=f"/v1/jobs?{query}")
        assert _send(app, request, **signed_headers(request)).status_code == 200, query


def test_repeated_keys_are_signed_with_their_values_sorted(app: App) -> None:
    path = "/v1/jobs?filter%5Bstatus%5D=RUNNING&filter%5Bstatus%5D=PENDING"
    request = _request(path=path)
    assert _send(app, request, **signed_headers(request)).status_code == 200


@pytest.mark.parametrize("is_space_plus", [True, False])
@pytest.mark.parametrize("sent", ["RTX+4090", "RTX%204090"])
def test_a_space_may_be_signed_as_plus_or_as_20(app: App, sent: str, is_space_plus: bool) -> None:
    request = _request(path=f"/v1/compute/offers?filter%5Bgpu_name%5D={sent}")
    answer = _send(app, request, **signed_headers(request, is_space_plus=is_space_plus))
    assert answer.status_code == 200
    assert answer.json()["total"] > 5


@pytest.mark.parametrize("is_ascii", [True, False])
def test_letters_beyond_ascii_may_be_signed_escaped_or_not(app: App, is_ascii: bool) -> None:
    for text in (
        json.dumps(job_body(title="Füße ☂ 𝄞"), ensure_ascii=True, indent=2),
        json.dumps(job_body(title="Füße")),
    ):
        request = _request("POST", content=text.encode())
        answer = _send(app, request, **signed_headers(request, is_ascii=is_ascii))
        assert answer.status_code == 201, answer.text


def test_the_body_is_signed_canonical_however_it_is_spaced_and_sorted(app: App) -> None:
    body = dict(reversed(job_body(env={"B": "1", "A": "2"}, min_ram_gb=1.50, min_vram_gb=2e1).items()))
    request = _request("POST", content=json.dumps(body, indent=3).encode())
    assert _send(app, request, **signed_headers(request)).status_code == 201


@pytest.mark.parametrize("signed", ['{"min_ram_gb":24.0,', '{"min_ram_gb":24,'])
def test_numbers_may_be_signed_as_written_or_as_javascript_writes_them(app: App, signed: str) -> None:
    body = json.dumps(job_body(min_ram_gb=24.0, min_vram_gb=1e-7), sort_keys=True, separators=(",", ":"))
    request = _request("POST", content=body.encode())
    other = _request("POST", content=body.replace('"min_ram_gb":24.0,', signed.removeprefix("{")).encode())
    assert _send(app, request, **signed_headers(other)).status_code == 201


def test_the_prefix_under_which_the_dialect_sits_may_be_signed_or_not(app: App) -> None:
    for path in ("/v1/jobs", "/otoy/v1/jobs"):
        request = _request()
        assert _send(app, request, **signed_headers(request, path=path)).status_code == 200
    request = _request()
    assert _send(app, request, **signed_headers(request, path="/cortecs/v1/jobs")).status_code == 401


def test_alone_and_over_real_http_the_same_client_works() -> None:
    with serve(only="otoy") as served, httpx.Client(base_url=served.url, auth=Signed()) as client:
        made = make_job(client)
        query = {"sort": "-created_at", "page": "1", "filter[uuid]": made, "filter[status]": "PENDING,RUNNING"}
        assert client.get("/v1/jobs", params=query).json()["total"] == 1
        assert client.put(f"/v1/jobs/{made}/cancel", json={"reason": "enough"}).json()["status"] == "CANCELLED"


def test_every_path_asks_for_a_signature_before_anything_else(app: App) -> None:
    for path in ("/v1/compute/offers", "/v1/gpu-registry", "/v1/nodes", "/v1/nothing"):
        assert _refusal(_send(app, _request(path=path))) == "X-API-Key header is required"


@pytest.mark.parametrize("text", ["It%27s%20(one)!*", "It%27s+%28one%29%21*"])
def test_marks_may_be_signed_as_javascript_leaves_them(app: App, text: str) -> None:
    """`encodeURIComponent` and `URLSearchParams` leave some marks alone that Python's functions encode."""
    request = _request(path=f"/v1/compute/offers?filter%5Bgpu_name%5D={text}")
    signed = f"filter%5Bgpu_name%5D={text.replace('%27', chr(39)) if '+' not in text else text}"
    stamp, nonce = str(int(time.time() * 1000)), "ab" * 16
    parts = ("pk_sandbox", stamp, nonce, "GET", "/v1/compute/offers", signed, hashlib.sha256(b"").hexdigest())
    signature = hmac.new(b"sk_sandbox", "|".join(parts).encode(), hashlib.sha256).hexdigest()
    headers = {"X-API-Key": "pk_sandbox", "X-Time": stamp, "X-Nonce": nonce, "X-Signature": signature}
    assert _send(app, request, **headers).status_code == 200


def test_a_key_that_has_expired_is_refused(app: App) -> None:
    request = _request()
    right = signed_headers(request, public_key="pk_sandbox_expired", secret_key="sk_sandbox_expired")
    wrong = signed_headers(request, public_key="pk_sandbox_expired")
    assert _refusal(_send(app, request, **right)) == "the API key has expired"
    assert _refusal(_send(app, request, **wrong)) == "signature does not match"


@pytest.mark.parametrize(("peer", "status"), [("127.0.0.1", 403), ("203.0.113.7", 200)])
def test_a_key_is_good_from_its_own_addresses_only(app: App, peer: str, status: int) -> None:
    request = _request()
    headers = signed_headers(request, public_key="pk_sandbox_elsewhere", secret_key="sk_sandbox_elsewhere")
    small = {name.lower(): value for name, value in headers.items()}
    assert app.handle(Request("GET", "/otoy/v1/jobs", headers=small, peer=peer)).status == status


def test_quirk_7_a_nonce_is_16_bytes_and_not_the_32_that_one_page_says(app: App) -> None:
    request = _request()
    assert _send(app, request, **signed_headers(request, nonce="ab" * 16)).status_code == 200
    assert _refusal(_send(app, request, **signed_headers(request, nonce="ab" * 32))).startswith("X-Nonce must be 32")


def test_quirk_8_a_cancel_is_a_put_though_one_page_leaves_that_method_out(otoy: httpx.Client) -> None:
    made = make_job(otoy)
    assert otoy.post(f"/v1/jobs/{made}/cancel", json={"reason": "enough"}).status_code == 404
    assert otoy.put(f"/v1/jobs/{made}/cancel", json={"reason": "enough"}).status_code == 200
