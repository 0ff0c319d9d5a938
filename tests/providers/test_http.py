"""Every trouble on the way becomes the error that says what may be done next, and no secret gets out."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from email.utils import format_datetime
from typing import Any

import httpx
import pytest

from gpuconsole.providers.errors import (
    NoCapacity,
    NotAuthorized,
    NotFound,
    ProviderError,
    RateLimited,
    Rejected,
    Unconfirmed,
    Unreachable,
)
from gpuconsole.providers.http import LIMITS, TIMEOUT, Client, Wording

SECRET = "sk-very-secret-1234"
WORDING = Wording("Acme", lambda body: (str(body["message"]), "spec.gpus"), no_capacity=frozenset({409}))


def client(answer: Callable[[httpx.Request], httpx.Response], **options: Any) -> Client:
    transport = httpx.MockTransport(answer)
    return Client(WORDING, "https://acme.example/base", secrets=[SECRET], transport=transport, **options)


def answering(status: int, **answer: Any) -> Client:
    return client(lambda request: httpx.Response(status, **answer))


def failing(error: type[httpx.TransportError]) -> Client:
    def fail(request: httpx.Request) -> httpx.Response:
        raise error(f"trouble with {SECRET}", request=request)

    return client(fail)


def create(far: Client) -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        far.call("POST", "/things", {"gpus": 1})
    return caught.value


def read(far: Client) -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        far.get("/things")
    return caught.value


@pytest.mark.parametrize("error", [httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError])
def test_what_was_never_sent_may_be_sent_again(error: type[httpx.TransportError]) -> None:
    found = create(failing(error))
    assert type(found) is Unreachable
    assert found.may_retry


@pytest.mark.parametrize(
    "error",
    [httpx.ReadTimeout, httpx.WriteTimeout, httpx.ReadError, httpx.WriteError, httpx.RemoteProtocolError],
)
def test_a_write_that_was_cut_is_unconfirmed(error: type[httpx.TransportError]) -> None:
    found = create(failing(error))
    assert type(found) is Unconfirmed
    assert not found.may_retry


@pytest.mark.parametrize("error", [httpx.ReadTimeout, httpx.ReadError, httpx.RemoteProtocolError])
def test_a_read_that_was_cut_may_be_asked_again(error: type[httpx.TransportError]) -> None:
    assert type(read(failing(error))) is Unreachable


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, Rejected),
        (402, Rejected),
        (413, Rejected),
        (422, Rejected),
        (401, NotAuthorized),
        (403, NotAuthorized),
        (404, NotFound),
        (409, NoCapacity),
        (429, RateLimited),
        (408, Unconfirmed),
        (500, Unconfirmed),
        (502, Unconfirmed),
        (503, Unconfirmed),
    ],
)
def test_a_status_says_what_became_of_a_write(status: int, kind: type[ProviderError]) -> None:
    found = create(answering(status, json={"message": "no"}))
    assert type(found) is kind
    assert found.status_code == status


def test_a_server_error_at_a_read_is_no_open_question() -> None:
    assert type(read(answering(503))) is Unreachable


@pytest.mark.parametrize("content", [b"<html>", b'{"half": ', b"\xff\xfe"])
def test_an_unreadable_answer_to_a_write_is_unconfirmed(content: bytes) -> None:
    assert type(create(answering(200, content=content))) is Unconfirmed
    assert type(read(answering(200, content=content))) is Unreachable


def test_the_providers_own_words_and_field_are_kept() -> None:
    found = create(answering(422, json={"message": "too many GPUs"}))
    assert isinstance(found, Rejected)
    assert (found.message, found.field) == ("Acme says: too many GPUs", "spec.gpus")


def test_an_error_page_without_words_is_told_by_its_status() -> None:
    found = create(answering(400, content=b"<html>no</html>"))
    assert (found.message, found.raw) == ("Acme answered 400.", "<html>no</html>")


def test_redirects_are_not_followed() -> None:
    found = create(answering(302, headers={"Location": "http://169.254.169.254/"}))
    assert type(found) is Rejected


@pytest.mark.parametrize(("told", "wait_s"), [("7", 7.0), ("", None), ("soon", None), ("-3", None)])
def test_retry_after_in_seconds(told: str, wait_s: float | None) -> None:
    found = create(answering(429, headers={"Retry-After": told}))
    assert isinstance(found, RateLimited)
    assert found.wait_s == wait_s


@pytest.mark.parametrize(("ahead_s", "least", "most"), [(90, 80, 90), (-90, 0, 0)])
def test_retry_after_as_a_date(ahead_s: int, least: float, most: float) -> None:
    moment = format_datetime(datetime.now(UTC) + timedelta(seconds=ahead_s), usegmt=True)
    found = create(answering(429, headers={"Retry-After": moment}))
    assert isinstance(found, RateLimited)
    assert found.wait_s is not None
    assert least <= found.wait_s <= most


def test_retry_after_as_a_date_is_reckoned_by_the_providers_own_clock() -> None:
    date, until = "Sat, 21 Nov 2020 10:00:00 GMT", "Sat, 21 Nov 2020 10:00:40 GMT"
    found = create(answering(429, headers={"Retry-After": until, "Date": date}))
    assert isinstance(found, RateLimited)
    assert found.wait_s == 40


@pytest.mark.parametrize("far", [failing(httpx.ConnectError), answering(400, json={"message": f"bad {SECRET}"})])
def test_secrets_are_taken_out_of_messages_and_raw(far: Client) -> None:
    found = create(far)
    assert SECRET not in found.message + found.raw
    assert "•••" in found.message


def test_a_secret_learned_later_is_hidden_too() -> None:
    far = answering(400, json={"message": "bad hf_later_secret"})
    far.hide("hf_later_secret")
    assert "later" not in create(far).message


def test_every_call_is_recorded_even_without_an_answer() -> None:
    calls: list[tuple[str, str, int | None, int]] = []

    def cut(request: httpx.Request) -> httpx.Response:
        if request.method == "GET":
            return httpx.Response(200, json={})
        raise httpx.ReadError("cut", request=request)

    far = client(cut, on_call=lambda *call: calls.append(call))
    far.get("/things", {"page": 1})
    create(far)
    assert [call[:3] for call in calls] == [("GET", "/things", 200), ("POST", "/things", None)]


def test_paths_are_below_the_base_url_and_bodies_are_json() -> None:
    seen: list[httpx.Request] = []

    def take(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json={})

    client(take).call("POST", "/a%2Fb", {"name": "Zoë"}, query={"q": "1 2"})
    assert str(seen[0].url) == "https://acme.example/base/a%2Fb?q=1+2"
    assert seen[0].content == '{"name": "Zoë"}'.encode()
    assert seen[0].headers["Content-Type"] == "application/json"


def test_amounts_are_exact_where_they_are_asked_for_so() -> None:
    far = answering(200, content=b'{"price": 0.10833}')
    assert far.get("/prices", exact=True) == {"price": Decimal("0.10833")}


def test_an_empty_answer_is_an_empty_object() -> None:
    assert answering(204).call("DELETE", "/things/1") == {}


def test_reach_needs_an_answer_and_no_more() -> None:
    assert answering(401).reach("/things") == 401
    with pytest.raises(Unreachable):
        failing(httpx.ConnectError).reach("/things")


def test_time_outs_and_connections_are_bounded() -> None:
    assert (TIMEOUT.connect, TIMEOUT.read) == (5.0, 30.0)
    assert LIMITS.max_connections == 16


def test_an_error_body_may_name_its_kind_by_itself() -> None:
    kinds = {"GONE": NotFound, "FULL": NoCapacity}
    wording = Wording("Acme", lambda body: (str(body["message"]), "gpus"), kind=lambda body: kinds.get(body["reason"]))

    def told(reason: str) -> Client:
        body = {"reason": reason, "message": "no"}
        transport = httpx.MockTransport(lambda request: httpx.Response(400, json=body))
        return Client(wording, "https://acme.example", transport=transport)

    for reason, error in kinds.items():
        with pytest.raises(error) as caught:
            told(reason).get("/things")
        assert (caught.value.message, caught.value.status_code) == ("Acme says: no", 400)
    with pytest.raises(Rejected) as refused:
        told("ODD").get("/things")
    assert refused.value.field == "gpus"
