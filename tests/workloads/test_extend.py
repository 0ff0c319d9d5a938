"""Extensions: the latest end is moved, within quotas and budget, and the price is said before."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone

from gpuconsole.audit.models import Record
from gpuconsole.core.errors import Refused
from gpuconsole.projects.models import Project
from gpuconsole.workloads import services
from gpuconsole.workloads.models import EventKind, Workload
from gpuconsole.workloads.states import State
from tests.factories import make_token, set_budget, set_quota
from tests.factories_workloads import Lab

HOUR = timedelta(hours=1)
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def running(lab: Lab, **asked: object) -> Workload:
    """A job at 13 USD an hour that ends an hour after it was launched."""
    return lab.workload("baseten", stop_after_s=3600, **asked)


def later(job: Workload, by: timedelta = HOUR) -> datetime:
    assert job.ends_by is not None
    return job.ends_by + by


def test_a_later_end_reserves_what_it_can_cost(lab: Lab) -> None:
    set_budget(lab.project, 100)
    job = running(lab)

    done = services.extend(workload=job, by=lab.owner, ends_by=later(job))

    assert done.ends_by == later(job)
    assert (done.stop_after_s, done.clock_began) == (7200, job.created_at)
    assert done.reserved == pytest.approx(Decimal(26), abs=Decimal("0.3"))
    event = done.events.order_by("-id")[0]
    assert (event.kind, event.text, event.by) == (EventKind.INTENT, "Latest end moved", lab.owner)
    assert "at most" in event.detail
    assert Record.objects.get(action="workload.extend").after["ends_by"] == later(job).isoformat()


def test_an_end_that_comes_sooner_gives_money_back_and_is_never_refused(lab: Lab) -> None:
    job = running(lab)
    set_budget(lab.project, 1)

    done = services.extend(workload=job, by=lab.owner, ends_by=later(job, -HOUR / 2))

    assert done.reserved is not None and job.reserved is not None and done.reserved < job.reserved


def test_a_run_time_limit_holds_for_the_whole_run(lab: Lab) -> None:
    job = running(lab)
    set_quota(lab.project, "run_s", 2 * 3600)
    services.extend(workload=job, by=lab.owner, ends_by=later(job))

    with pytest.raises(Refused, match="at most 2 h in this project; 3 h asked") as refusal:
        services.extend(workload=job, by=lab.owner, ends_by=later(job, 2 * HOUR))

    assert (refusal.value.code, refusal.value.field) == ("over_quota", "ends_by")


def test_what_it_holds_already_is_asked_for_no_second_time(lab: Lab) -> None:
    job = running(lab)
    for measure in ("gpus", "workloads", "hourly_price"):
        set_quota(lab.project, measure, 0)
    set_budget(lab.project, 27)
    assert services.extend(workload=job, by=lab.owner, ends_by=later(job)).ends_by == later(job)


def test_the_last_money_is_not_given_twice(lab: Lab) -> None:
    set_budget(lab.project, 30)
    first, second = running(lab), running(lab)

    with pytest.raises(Refused, match="left this month") as refusal:
        services.extend(workload=first, by=lab.owner, ends_by=later(first))

    assert refusal.value.code == "over_budget"
    second.refresh_from_db()
    first.refresh_from_db()
    assert first.ends_by == first.created_at + HOUR


def test_an_end_is_taken_away_only_where_an_admin_allowed_it(lab: Lab) -> None:
    Project.objects.update(may_never_end=False)
    job = running(lab)
    with pytest.raises(Refused, match="An admin can allow") as refusal:
        services.extend(workload=job, by=lab.owner, ends_by=None)
    assert refusal.value.code == "needs_deadline"
    Project.objects.update(may_never_end=True)
    done = services.extend(workload=job, by=lab.owner, ends_by=None)
    assert (done.ends_by, done.stop_after_s, done.reserved) == (None, None, None)
    set_budget(lab.project, 100)
    services.extend(workload=done, by=lab.owner, ends_by=timezone.now() + HOUR)
    with pytest.raises(Refused):
        services.extend(workload=done, by=lab.owner, ends_by=None)


@pytest.mark.parametrize("state", [State.STOPPING, State.SUCCEEDED])
def test_what_is_ending_has_no_end_to_move(lab: Lab, state: State) -> None:
    job = running(lab)
    Workload.objects.update(state=state)
    with pytest.raises(Refused) as refusal:
        services.extend(workload=job, by=lab.owner, ends_by=later(job))
    assert refusal.value.code == "wrong_state"


@pytest.mark.parametrize("by", [-2 * HOUR, 400 * 24 * HOUR])
def test_a_moment_that_is_none_to_end_at_is_refused_beside_its_field(lab: Lab, by: timedelta) -> None:
    job = running(lab)
    with pytest.raises(Refused) as refusal:
        services.extend(workload=job, by=lab.owner, ends_by=later(job, by))
    assert refusal.value.field == "ends_by"


def test_gpu_hours_of_the_month_count_what_it_ran_and_may_still_run(lab: Lab) -> None:
    job = running(lab)
    set_quota(lab.project, "gpu_hours", 3)
    with pytest.raises(Refused, match="GPU-hours asked this month"):
        services.extend(workload=job, by=lab.owner, ends_by=later(job))
    set_quota(lab.project, "gpu_hours", 3, consequence="warn")
    done = services.extend(workload=job, by=lab.owner, ends_by=later(job))
    assert len(done.warnings) == 1
    assert done.events.filter(kind=EventKind.WARNING).count() == 1


def test_the_api_extends_and_refuses_with_the_field(lab: Lab) -> None:
    job = running(lab)
    headers = {"Authorization": f"Bearer {make_token(lab.team, lab.owner)[1]}"}
    url = f"/api/v1/workloads/{job.public_id}/extend"

    def ask(ends_by: str | None) -> tuple[int, dict]:
        answer = Client().post(url, {"ends_by": ends_by}, content_type="application/json", headers=headers)
        return answer.status_code, answer.json()

    status, told = ask(later(job).isoformat())
    assert (status, told["ends_by"][:19]) == (200, later(job).isoformat()[:19])
    status, told = ask("2020-01-01T00:00:00Z")
    assert (status, told["errors"][0]["path"]) == (422, "ends_by")
    Project.objects.update(may_never_end=False)
    status, told = ask(None)
    assert (status, told["code"]) == (422, "needs_deadline")


def test_the_page_shows_the_price_before_the_button(lab: Lab) -> None:
    set_budget(lab.project, 100)
    job, browser = running(lab), Client()
    browser.force_login(lab.owner, backend=BACKEND)
    url = f"/jobs/{job.public_id}/extend/"
    assert f'href="{url}"' in browser.get(f"/jobs/{job.public_id}/").content.decode()

    page = browser.get(f"{url}?hours=2").content.decode()
    assert "Extend for up to $3" in page
    assert "Budget left then" in page
    assert browser.post(url, {"hours": "2"}).status_code == 302
    job.refresh_from_db()
    assert job.stop_after_s == 3 * 3600
    answer = browser.post(url, {"hours": "nine"})
    assert (answer.status_code, "Enter a number" in answer.content.decode()) == (422, True)
