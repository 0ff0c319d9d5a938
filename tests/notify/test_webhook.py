"""The webhook channel over real HTTP: signed, checked against private networks, tried again, tested by a button."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from gpuconsole.audit.models import Record
from gpuconsole.core.errors import Refused
from gpuconsole.notify import addresses, delivering, handing_out, news, occasions, webhook, webhooks
from gpuconsole.notify.models import Delivery, Webhook
from gpuconsole.notify.place import Place
from gpuconsole.workloads.models import Workload
from tests.factories import make_project
from tests.factories_workloads import Lab, make_lab, make_user

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
PAGE = "/team/notifications/"


@dataclass
class Receiver:
    """Somebody else's server: what it was sent, and what it answers."""

    url: str = ""
    answers: list[int] = field(default_factory=list)
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)


@pytest.fixture
def receiver(settings: Settings) -> Iterator[Receiver]:
    found = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            found.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
            status = found.answers.pop(0) if found.answers else 204
            self.send_response(status)
            if status == 302:
                self.send_header("Location", "http://127.0.0.1:1/")
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            """Quiet."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    found.url = f"http://127.0.0.1:{server.server_port}/hook?a=1"
    settings.ALLOWED_WEBHOOKS = [f"http://127.0.0.1:{server.server_port}"]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield found
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def lab(db: None) -> Lab:
    return make_lab()


def hooked(lab: Lab, receiver: Receiver) -> str:
    """A webhook at the receiver that has news to tell; gives its secret."""
    every = [one.slug for one in occasions.CHOICES]
    secret = webhooks.save(place=Place(lab.team), by=lab.owner, url=receiver.url, occasions=every, is_on=True)
    job = lab.workload("baseten")
    news.tell(occasions.LOST, key="k", subject="work is lost", text="Gone.", workload=job, now=timezone.now())
    handing_out.hand_out(timezone.now())
    return secret


def test_it_is_signed_so_that_the_receiver_can_check_it(lab: Lab, receiver: Receiver) -> None:
    secret = hooked(lab, receiver)
    assert delivering.deliver(timezone.now()) == 1
    ((headers, body),) = receiver.got
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    key = base64.b64decode(secret.removeprefix("whsec_"))
    wanted = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{wanted}"
    told = json.loads(body)
    assert (told["type"], told["subject"], told["project"]) == ("lost", "work is lost", "project")
    assert (told["workload"]["hourly_now"], told["workload"]["currency"]) == ("13.000000", "USD")
    assert told["url"].endswith(f"/jobs/{told['workload']['id']}/")
    assert delivering.deliver(timezone.now()) == 0


def test_a_projects_own_webhook_hears_of_the_project_alone(lab: Lab, client: Client, receiver: Receiver) -> None:
    client.force_login(lab.owner, backend=BACKEND)
    page = f"/projects/{lab.project.slug}/settings/webhooks/"
    made = client.post(f"{page}webhook/", {"url": receiver.url, "is_on": "on", "occasions": ["lost"]})
    assert "whsec_" in made.content.decode() and made["Cache-Control"] == "no-store"
    hooked(lab, receiver)  # the team's, and news of the project
    elsewhere = make_project(lab.team, name="elsewhere", by=lab.owner)
    job = lab.workload("baseten")
    Workload.objects.filter(pk=job.pk).update(project=elsewhere)
    job.refresh_from_db()
    news.tell(occasions.LOST, key="e", subject="other work is lost", text="Gone.", workload=job, now=timezone.now())
    client.post(f"{page}webhook/test/")
    handing_out.hand_out(timezone.now())

    own, teams = (
        sorted(Delivery.objects.filter(webhook__project=project).values_list("news__subject", flat=True))
        for project in (lab.project, None)
    )
    assert own == ["A test from Project", "work is lost"]
    assert teams == ["other work is lost", "work is lost"]
    assert "work is lost" in client.get(page).content.decode()
    client.post(f"{page}webhook/remove/")
    assert list(Webhook.objects.values_list("project", flat=True)) == [None]


def test_what_is_not_taken_is_tried_again_later_under_the_same_id(lab: Lab, receiver: Receiver) -> None:
    hooked(lab, receiver)
    receiver.answers = [500, 302]
    now = timezone.now()
    assert delivering.deliver(now) == 0
    assert delivering.deliver(now + timedelta(seconds=9)) == 0
    assert Delivery.objects.get().error == "It answered 500."
    assert delivering.deliver(now + timedelta(seconds=11)) == 0
    assert Delivery.objects.get().error == "It answered 302."
    assert delivering.deliver(now + timedelta(seconds=75)) == 1
    assert len({headers["webhook-id"] for headers, _ in receiver.got}) == 1
    assert (Delivery.objects.get().tries, Delivery.objects.get().status) == (3, 204)


def test_it_is_given_up_in_the_end(lab: Lab, receiver: Receiver) -> None:
    hooked(lab, receiver)
    Webhook.objects.update(url=receiver.url.replace("?a=1", ""))
    receiver.answers = [500] * 20
    now = timezone.now()
    for _ in range(12):
        now += timedelta(days=1)
        delivering.deliver(now)
    row = Delivery.objects.get()
    assert (row.is_given_up, row.tries) == (True, len(delivering.WAITS) + 1)


def test_one_that_was_turned_off_meanwhile_gets_nothing(lab: Lab, receiver: Receiver) -> None:
    hooked(lab, receiver)
    Webhook.objects.update(is_on=False)
    assert delivering.deliver(timezone.now()) == 0
    assert receiver.got == []
    assert Delivery.objects.get().is_given_up


@pytest.mark.parametrize(
    "number",
    [
        *("127.0.0.1", "10.1.2.3", "192.168.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1", "::1"),
        *("fe80::1", "fc00::1", "::ffff:10.0.0.1", "2002:0a00:0001::1", "64:ff9b::a00:1", "2001:0:a00:1::1"),
    ],
)
def test_private_addresses_are_none_to_send_to(number: str) -> None:
    assert not addresses.is_public(number)


@pytest.mark.parametrize("number", ["1.1.1.1", "93.184.216.34", "2606:4700::1111"])
def test_public_addresses_are(number: str) -> None:
    assert addresses.is_public(number)


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://example.com/x", "not_https"),
        ("https://127.0.0.1/x", "private"),
        ("https://[::1]/x", "private"),
        ("https://localhost/x", "private"),
        ("https://user:pass@example.com/", "invalid"),
        ("https://example.com:99999/", "invalid"),
        ("https://exa mple.com/", "invalid"),
        ("ftp://example.com/", "invalid"),
        ("https:///x", "invalid"),
        ("example.com", "invalid"),
        ("https://example.com/\nx", "invalid"),
    ],
)
def test_an_address_is_refused_with_what_is_wrong(url: str, code: str) -> None:
    with pytest.raises(Refused) as refusal:
        addresses.check(url)
    assert (refusal.value.code, refusal.value.field) == (code, "url")


def test_a_name_that_leads_into_a_private_network_is_refused_when_it_is_sent() -> None:
    with pytest.raises(Refused, match=r"in a private network|Nobody knows the host"):
        webhook.send("https://ip6-localhost/", webhook.new_secret(), "id", {}, timezone.now())


def test_it_goes_to_the_machine_that_was_checked(settings: Settings) -> None:
    settings.ALLOWED_WEBHOOKS = ["http://localhost:8123"]
    target = addresses.resolve("http://localhost:8123/a?b=c#d")
    assert target.url in ("http://127.0.0.1:8123/a?b=c", "http://[::1]:8123/a?b=c")
    assert (target.host, target.name) == ("localhost:8123", "localhost")


def signed_in(lab: Lab, user: Any = None) -> Client:
    client = Client()
    client.force_login(user or lab.owner, backend=BACKEND)
    return client


def test_the_secret_is_shown_once_and_the_button_sends_a_test(lab: Lab, receiver: Receiver) -> None:
    client = signed_in(lab)
    answer = client.post(f"{PAGE}webhook/", {"url": receiver.url, "is_on": "on", "occasions": ["lost", "guard"]})
    assert answer.status_code == 200 and answer["Cache-Control"] == "no-store"
    secret = answer.context["secret"]
    assert secret.startswith("whsec_") and secret in answer.content.decode()
    assert secret not in client.get(PAGE).content.decode()
    assert Webhook.objects.get().occasions == ["lost", "guard"]
    assert client.post(f"{PAGE}webhook/test/").status_code == 302
    assert 'data-poll="2"' in client.get(PAGE).content.decode()
    handing_out.hand_out(timezone.now())
    assert delivering.deliver(timezone.now()) == 1
    assert json.loads(receiver.got[0][1])["type"] == "test"
    page = client.get(PAGE).content.decode()
    assert "HTTP 204, 1 try" in page and "data-poll" not in page.split('id="deliveries"')[1].split(">")[0]
    assert set(Record.objects.values_list("action", flat=True)) >= {"webhook.save", "webhook.test"}


def test_a_new_secret_takes_the_place_of_the_old_one_after_a_question(lab: Lab, receiver: Receiver) -> None:
    before = hooked(lab, receiver)
    client = signed_in(lab)
    assert "Make a new secret?" in client.get(f"{PAGE}webhook/secret/").content.decode()
    after = client.post(f"{PAGE}webhook/secret/").context["secret"]
    assert after.startswith("whsec_") and after != before
    assert client.post(f"{PAGE}webhook/remove/").status_code == 302
    assert not Webhook.objects.exists()
    assert client.post(f"{PAGE}webhook/test/").status_code == 302  # says that there is none


def test_a_wrong_address_is_said_beside_its_field_and_nothing_is_lost(lab: Lab) -> None:
    answer = signed_in(lab).post(f"{PAGE}webhook/", {"url": "http://example.com/x", "occasions": ["lost"]})
    assert answer.status_code == 422
    assert answer.context["form"].errors == {"url": ["Must begin with https://."]}
    assert "http://example.com/x" in answer.content.decode()


def test_only_team_admins_open_it(lab: Lab) -> None:
    assert signed_in(lab, make_user(lab.team)).get(PAGE).status_code == 403
