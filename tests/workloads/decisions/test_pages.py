"""The decision page without script, and the same by API: what it could be, what each way out costs, who may."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from gpuconsole.accounts.models import User
from gpuconsole.projects.models import ProjectRole
from gpuconsole.providers import registry
from gpuconsole.providers.remote import Remote
from gpuconsole.workloads.decisions import candidates
from gpuconsole.workloads.models import LostLaunch, Workload
from gpuconsole.workloads.states import ReasonCode, State
from tests.factories import make_token
from tests.factories_workloads import Lab, make_user

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def browser(person: User) -> Client:
    client = Client()
    client.force_login(person, backend=BACKEND)
    return client


def lost(lab: Lab, *ids: str, code: ReasonCode = ReasonCode.NOT_FOUND, **asked: Any) -> Workload:
    """A job at 13 USD an hour whose answer was lost, after the time for looking."""
    job = lab.launch("baseten", stop_after_s=3600, **asked)
    now = timezone.now()
    Workload.objects.filter(pk=job.pk).update(
        sending_at=now - timedelta(minutes=11), look_until=now - timedelta(minutes=1), reason_code=code
    )
    job.refresh_from_db()
    reading = registry.get("baseten").reading("TRAINING_JOB_RUNNING")
    told = {"status": "TRAINING_JOB_RUNNING", "reading": reading, "hardware_id": job.hardware_id}
    remotes = [Remote(one, name="sft", gpu_count=2, created_at=job.created_at, **told) for one in ids]
    kept = candidates.kept(job, registry.get("baseten"), remotes)
    if code == ReasonCode.NOT_FOUND:
        LostLaunch.objects.create(workload=job, token=job.token, sent_at=now, candidates=kept, looked_at=now)
    return job


def test_the_page_shows_what_it_could_be_and_each_way_out_with_its_price(lab: Lab) -> None:
    job = lost(lab, "abc123", "def456")
    client = browser(lab.owner)
    assert f"/jobs/{job.public_id}/decide/" in client.get(f"/jobs/{job.public_id}/").content.decode()
    assert f'/jobs/{job.public_id}/decide/"' in client.get("/").content.decode()

    text = client.get(f"/jobs/{job.public_id}/decide/").content.decode()

    for said in (
        "abc123",
        "def456",
        "$13.00 / h",
        "TRAINING_JOB_RUNNING",
        "Send again…",
        "Give up…",
        "$13.00 per hour",
    ):
        assert said in text, said
    assert "another $13.00 per hour, for as long as nobody ends it. It would show as a stray" in text


def test_a_decision_is_asked_for_and_made_without_script(lab: Lab) -> None:
    job = lost(lab, "abc123")
    client, url = browser(lab.owner), f"/jobs/{job.public_id}/decide/"

    asked = client.get(f"{url}adopt/", {"remote_id": "abc123"})
    assert asked.templates[0].name == "components/confirm_page.html"
    assert "Adopt abc123 as work?" in asked.content.decode()
    assert client.get(f"{url}adopt/", {"remote_id": "nobody"}).status_code == 404

    done = client.post(f"{url}adopt/", {"remote_id": "abc123"})
    assert done["Location"] == f"/jobs/{job.public_id}/"
    assert LostLaunch.objects.get().remote_id == "abc123"
    late = client.post(f"{url}give_up/", follow=True).content.decode()
    assert "chose already to adopt: nothing was changed" in late and "Send again…" not in late
    assert Workload.objects.get(pk=job.pk).state == State.SUBMITTING


def test_given_up_on_its_page_it_is_cancelled(lab: Lab) -> None:
    job = lost(lab)
    client, url = browser(lab.owner), f"/jobs/{job.public_id}/decide/"
    assert (
        "until it ends by itself or somebody ends it. It would show as a stray"
        in client.get(f"{url}give_up/").content.decode()
    )
    client.post(f"{url}give_up/")
    assert Workload.objects.get(pk=job.pk).state == State.CANCELLED
    assert "Nothing is left to decide." in client.get(url).content.decode()


def test_while_it_is_looked_for_the_page_says_how_far_it_is_and_checks_at_once(lab: Lab) -> None:
    job = lost(lab, code=ReasonCode.UNCONFIRMED)
    Workload.objects.filter(pk=job.pk).update(due_at=timezone.now() + timedelta(seconds=31))
    client, url = browser(lab.owner), f"/jobs/{job.public_id}/decide/"
    text = client.get(url).content.decode()
    assert "We don't know yet if it started" in text.replace("&#x27;", "'")
    assert "Look 1, next in" in text and "Send again" not in text
    assert client.post(f"{url}check/")["Location"] == url
    due_at = Workload.objects.get(pk=job.pk).due_at
    assert due_at is not None and due_at <= timezone.now()


def test_the_polled_part_is_unchanged_until_something_changes(lab: Lab) -> None:
    job = lost(lab)
    client, url = browser(lab.owner), f"/jobs/{job.public_id}/decide/"
    headers = {"HX-Request": "true", "HX-Target": "decision"}
    first = client.get(url, headers=headers)
    assert first.content.decode().lstrip().startswith('<div class="stack" id="decision"')
    client.post(f"{url}give_up/")
    assert client.get(url, headers=headers).status_code == 286


def test_a_colleague_sees_and_does_not_decide(lab: Lab) -> None:
    job = lost(lab, "abc123")
    client = browser(make_user(lab.team, project=ProjectRole.MEMBER))
    text = client.get(f"/jobs/{job.public_id}/decide/").content.decode()
    assert "abc123" in text and "Adopt…" not in text and "Send again…" not in text
    for word in ("adopt", "send_again", "give_up", "check"):
        assert client.post(f"/jobs/{job.public_id}/decide/{word}/", {"remote_id": "abc123"}).status_code == 403


@pytest.fixture
def headers(lab: Lab) -> dict[str, str]:
    return {"Authorization": f"Bearer {make_token(lab.team, lab.owner)[1]}"}


def test_the_api_tells_and_takes_a_decision(lab: Lab, headers: dict[str, str]) -> None:
    job = lost(lab, "abc123")
    at = f"/api/v1/workloads/{job.public_id}/decision"
    told = Client().get(at, headers=headers).json()
    assert (told["needs_decision"], told["pending"]) == (True, None)
    (found,) = told["candidates"]
    assert (found["remote_id"], Decimal(found["hourly"]["amount"])) == ("abc123", Decimal(13))
    assert {way["decision"] for way in told["ways"]} == {"send_again", "give_up"}

    wrong = Client().post(f"{at}/adopt", {"remote_id": "x"}, content_type="application/json", headers=headers)
    assert (wrong.status_code, wrong.json()["errors"][0]["path"]) == (422, "remote_id")
    assert Client().post(f"{at}/send-again", headers=headers).json()["state"] == "submitting"
    assert Client().get(at, headers=headers).json()["pending"] == "send_again"
    late = Client().post(f"{at}/give-up", headers=headers)
    assert (late.status_code, late.json()["code"]) == (409, "decided")


def test_the_api_has_nothing_to_decide_where_nothing_is_in_doubt(lab: Lab, headers: dict[str, str]) -> None:
    job = lab.workload("baseten")
    Workload.objects.filter(pk=job.pk).update(sending_at=None)
    at = f"/api/v1/workloads/{job.public_id}/decision"
    told = Client().get(at, headers=headers).json()
    assert (told["is_unconfirmed"], told["needs_decision"], told["candidates"]) == (False, False, [])
    for word in ("check", "send-again", "give-up"):
        answer = Client().post(f"{at}/{word}", headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (409, "nothing_to_decide")
