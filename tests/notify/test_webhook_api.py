"""The team's webhook by API: made once with a secret told once, tested, changed, taken away, and nobody else's."""

from __future__ import annotations

import json

from django.test import Client
from django.utils import timezone

from gpuconsole.accounts.models import Scope
from gpuconsole.audit.models import Record
from gpuconsole.notify import delivering, handing_out
from gpuconsole.notify.models import Webhook
from tests.api.conftest import BASE, Caller, caller
from tests.factories_workloads import make_lab
from tests.notify.test_webhook import Receiver, receiver

__all__ = ["caller", "receiver"]
HOOKS = "/team/webhooks"


def test_it_is_made_tested_changed_and_deleted(caller: Caller, receiver: Receiver) -> None:
    made = caller.post(HOOKS, {"url": receiver.url, "occasions": ["lost"]}).json()
    assert made["secret"].startswith("whsec_") and made["occasions"] == ["lost"] and made["is_on"]
    one = f"{HOOKS}/{made['id']}"
    assert caller.post(f"{one}/test").status_code == 202
    handing_out.hand_out(timezone.now())
    assert delivering.deliver(timezone.now()) == 1
    assert json.loads(receiver.got[0][1])["type"] == "test"
    (sent,) = caller.get(one).json()["deliveries"]
    assert (sent["type"], sent["status"], sent["tries"], sent["next_try_at"]) == ("test", 204, 1, None)

    assert caller.patch(one, {"is_on": False}).json()["is_on"] is False
    assert Webhook.objects.get().url == receiver.url
    renewed = caller.post(f"{one}/secret").json()["secret"]
    assert renewed != made["secret"] and renewed not in json.dumps(caller.get(HOOKS).json())
    gone = Client().delete(f"{BASE}{one}", headers={"Authorization": f"Bearer {caller.token}"})
    assert (gone.status_code, caller.get(HOOKS).json()) == (204, {"items": []})
    done = set(Record.objects.values_list("action", flat=True))
    assert done >= {"webhook.save", "webhook.test", "webhook.renew_secret", "webhook.remove"}


def test_what_is_wrong_stands_at_its_field(caller: Caller) -> None:
    for body, path in (
        ({}, "url"),
        ({"url": "http://example.com/x"}, "url"),
        ({"url": "https://10.0.0.1/"}, "url"),
        ({"url": "https://example.com/", "occasions": ["never"]}, "occasions.0"),
    ):
        answer = caller.post(HOOKS, body)
        assert (answer.status_code, answer.json()["errors"][0]["path"]) == (422, path), body
    assert not Webhook.objects.exists()


def test_a_team_has_one_and_no_other_team_reaches_it(caller: Caller) -> None:
    made = caller.post(HOOKS, {"url": "https://example.com/x"}).json()
    again = caller.post(HOOKS, {"url": "https://example.com/y"})
    assert (again.status_code, again.json()["code"]) == (409, "exists")
    stranger = Caller(make_lab(), caller.token, caller.row).with_scopes(*Scope)
    assert stranger.get(HOOKS).json() == {"items": []}
    assert stranger.get(f"{HOOKS}/{made['id']}").status_code == 404
    assert caller.with_scopes(Scope.READ, Scope.LAUNCH).get(HOOKS).status_code == 403
