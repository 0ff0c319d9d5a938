"""News: written once, told in one mail for all that came up together, and given to the team's webhook."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from gpuconsole.accounts.mails import want
from gpuconsole.notify import handing_out, news, occasions, webhooks
from gpuconsole.notify.models import Delivery, News
from gpuconsole.notify.place import Place
from gpuconsole.projects.models import ProjectRole
from gpuconsole.workloads.models import Workload
from tests.factories import add_to_project
from tests.factories_workloads import Lab, make_lab

NOW = timezone.now()


@pytest.fixture
def lab(db: None) -> Lab:
    return make_lab()


def tell(job: Workload, key: str = "k", **how: Any) -> None:
    told = {"occasion": occasions.LOST, "subject": f"{job.name} is lost", "text": "Gone.", "now": NOW, **how}
    news.tell(told.pop("occasion"), key=key, workload=job, **told)


def test_what_has_the_same_key_is_written_and_told_once(lab: Lab, mailoutbox: Any) -> None:
    job = lab.workload("baseten")
    for _ in range(2):
        tell(job)
        handing_out.hand_out(NOW)
    assert News.objects.count() == 1
    (mail,) = mailoutbox
    assert (mail.to, mail.subject) == ([lab.owner.email], "work is lost")
    assert job.get_absolute_url() in mail.body


def test_all_that_comes_up_together_in_a_project_is_one_mail(lab: Lab, mailoutbox: Any) -> None:
    jobs = [lab.workload("baseten") for _ in range(22)]
    for job in jobs:
        tell(job, key=str(job.pk))
    assert handing_out.hand_out(NOW) == 1
    assert mailoutbox[0].subject == "Project: 22 things need somebody"
    assert "And 2 more in Project" in mailoutbox[0].body
    assert handing_out.hand_out(NOW) == 0
    assert not News.objects.filter(told_at=None).exists()


def test_the_owner_and_the_projects_admins_hear_of_it_and_nobody_else(lab: Lab, mailoutbox: Any) -> None:
    admin = add_to_project(lab.project, ProjectRole.ADMIN)
    owner = add_to_project(lab.project, ProjectRole.MEMBER)
    add_to_project(lab.project, ProjectRole.MEMBER)
    job, other = lab.workload("baseten", by=owner), lab.workload("baseten", by=admin)
    tell(job)
    tell(other, "other", subject="other is lost")
    handing_out.hand_out(NOW)
    assert sorted((mail.to[0], mail.subject) for mail in mailoutbox) == sorted(
        [(owner.email, "work is lost"), (admin.email, "Project: 2 things need somebody")]
    )


def test_who_wants_no_such_mails_gets_none(lab: Lab, mailoutbox: Any) -> None:
    want(lab.owner, [])
    lab.owner.save()
    tell(lab.workload("baseten"))
    assert handing_out.hand_out(NOW) == 0
    assert mailoutbox == []
    assert News.objects.get().told_at == NOW


def test_a_webhook_is_given_what_it_is_told_of_even_where_no_mail_goes_out(lab: Lab, mailoutbox: Any) -> None:
    webhooks.save(place=Place(lab.team), by=lab.owner, url="https://example.com/hook", occasions=["budget"], is_on=True)
    tell(lab.workload("baseten"))
    news.tell(occasions.BUDGET, key="b", subject="Spent", text="All.", team=lab.team, now=NOW)
    handing_out.hand_out(NOW)
    handing_out.hand_out(NOW)
    assert [row.news.key for row in Delivery.objects.select_related("news")] == ["b"]
    assert [mail.subject for mail in mailoutbox] == ["work is lost"]


def test_old_news_are_forgotten(lab: Lab) -> None:
    tell(lab.workload("baseten"))
    handing_out.hand_out(NOW + handing_out.KEPT + timedelta(days=1))
    assert not News.objects.exists()


def test_another_teams_webhook_hears_nothing(lab: Lab) -> None:
    other = make_lab("other")
    webhooks.save(place=Place(other.team), by=other.owner, url="https://example.com/x", occasions=["lost"], is_on=True)
    tell(lab.workload("baseten"))
    handing_out.hand_out(datetime.now(NOW.tzinfo))
    assert not Delivery.objects.exists()
