"""Alerts about money are sent once to whoever wants them, though two workers race."""

from datetime import timedelta
from decimal import Decimal
from threading import Barrier, Thread
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.utils import timezone

from gpuconsole.accounts.mails import Mail, want
from gpuconsole.notify.models import Notice
from gpuconsole.projects.models import AlertAbout, BudgetAlert, ProjectRole
from gpuconsole.sync import alerting, overspending
from gpuconsole.workloads.limits import alert_rules
from gpuconsole.workloads.limits.alert_rules import AlertTerms
from gpuconsole.workloads.models import UsageInterval, Workload, WorkloadAlert
from gpuconsole.workloads.states import State
from tests.factories import add_to_project, make_project, set_budget
from tests.factories_workloads import Lab, make_lab

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


@pytest.fixture
def lab(db: None) -> Lab:
    found = make_lab()
    found.workload("baseten", State.CANCELLED)
    return found


def spend(lab: Lab, amount: int) -> None:
    now = timezone.now()
    UsageInterval.objects.create(
        workload=Workload.objects.filter(state=State.CANCELLED)[0],
        project=lab.project,
        started_at=now - MINUTE,
        ended_at=now,
        billed_s=60,
        cost=Decimal(amount),
        hourly_price=1,
        currency="USD",
        rounding="second",
    )


def subjects() -> list[str]:
    return [letter.subject for letter in mail.outbox]


def switch(lab: Lab, about: AlertAbout, **terms: Any) -> None:
    terms = {"team": lab.team, "project": lab.project, "about": about, "terms": AlertTerms(**terms)}
    alert_rules.put(**terms, by=lab.owner)


def test_a_mark_is_told_to_the_admins_once_with_what_follows(lab: Lab) -> None:
    admin, member = add_to_project(lab.project, ProjectRole.ADMIN), add_to_project(lab.project)
    set_budget(lab.project, 100, when_spent="ask")
    spend(lab, 55)
    overspending.enforce(timezone.now())

    assert alerting.tell(timezone.now()) == 1
    assert alerting.tell(timezone.now() + MINUTE) == 0

    (letter,) = mail.outbox
    assert letter.to == [admin.email] and member.email not in letter.to
    assert letter.subject.startswith("Project: 50 % of the budget for ")
    assert "Spent: $55.00 of $100.00, 55" in letter.body
    assert "Once it is spent, new launches wait for an admin." in letter.body
    assert "/projects/project/settings/quotas/" in letter.body
    assert BudgetAlert.objects.get().sent_at is not None


def test_marks_that_were_passed_at_once_are_told_once(lab: Lab) -> None:
    set_budget(lab.project, 100)
    spend(lab, 104)
    overspending.enforce(timezone.now())

    for minute in range(3):  # nor are the lower ones told afterwards
        alerting.tell(timezone.now() + minute * MINUTE)

    assert [subject.split(": ")[1].split(" for ")[0] for subject in subjects()] == ["the budget"]
    assert mail.outbox[0].to == [lab.owner.email]  # the project has no admin of its own


def test_what_is_switched_off_is_not_told_nor_later_when_it_is_on_again(lab: Lab) -> None:
    switch(lab, AlertAbout.HALF, is_on=False)
    set_budget(lab.project, 100)
    spend(lab, 55)
    overspending.enforce(timezone.now())
    assert alerting.tell(timezone.now()) == 0

    switch(lab, AlertAbout.HALF, is_on=True)

    assert alerting.tell(timezone.now()) == 0


def test_everybody_in_it_is_told_where_that_was_chosen_but_who_wants_no_such_mails(lab: Lab) -> None:
    people = [add_to_project(lab.project, role) for role in (ProjectRole.ADMIN, ProjectRole.VIEWER, ProjectRole.MEMBER)]
    want(people[2], [Mail.WEEKLY])
    people[2].save()
    switch(lab, AlertAbout.MOST, audience="everybody")
    set_budget(lab.project, 100)
    spend(lab, 85)
    overspending.enforce(timezone.now())

    alerting.tell(timezone.now())

    assert sorted(letter.to[0] for letter in mail.outbox) == sorted(user.email for user in people[:2])


def test_an_end_at_120_percent_is_told_whatever_is_switched_off(lab: Lab) -> None:
    for about in alert_rules.OF_BUDGETS:
        switch(lab, about, is_on=False)
    set_budget(lab.project, 100, stops_at_120=True)
    spend(lab, 125)
    overspending.enforce(timezone.now())

    alerting.tell(timezone.now())

    (letter,) = mail.outbox
    assert "work is being stopped" in letter.subject
    assert "1 hour after this, unless the budget is raised." in letter.body


def test_one_dear_workload_is_told_to_its_owner_and_the_admins_once(lab: Lab) -> None:
    member, admin = add_to_project(lab.project), add_to_project(lab.project, ProjectRole.ADMIN)
    terms = AlertTerms(amount=Decimal(100), audience="owner_admins")
    alert_rules.add(team=lab.team, project=lab.project, terms=terms, by=lab.owner)
    dear, cheap = lab.workload("baseten", by=member, name="dear"), lab.workload("baseten", by=member, name="cheap")
    Workload.objects.filter(pk=dear.pk).update(cost_closed=Decimal(101))
    Workload.objects.filter(pk=cheap.pk).update(cost_closed=Decimal(99))

    assert alerting.tell(timezone.now()) == 2
    assert alerting.tell(timezone.now() + MINUTE) == 0

    assert sorted(letter.to[0] for letter in mail.outbox) == sorted([member.email, admin.email])
    assert set(subjects()) == {"dear has cost more than $100.00"}
    assert f"/jobs/{dear.public_id}/" in mail.outbox[0].body
    assert WorkloadAlert.objects.get().sent_at is not None


def test_work_of_other_projects_or_long_ended_or_without_a_rate_is_not_dear(lab: Lab) -> None:
    other = make_project(lab.team)
    alert_rules.add(team=lab.team, project=other, terms=AlertTerms(amount=Decimal(1)), by=lab.owner)
    alert_rules.add(team=lab.team, project=lab.project, terms=AlertTerms(amount=Decimal(1)), by=lab.owner)
    long_ago = timezone.now() - DAY
    Workload.objects.update(cost_closed=Decimal(50), created_at=long_ago, started_at=None, ended_at=long_ago)
    euros = lab.workload("cortecs")
    Workload.objects.filter(pk=euros.pk).update(cost_closed=Decimal(50))

    assert alerting.tell(timezone.now()) == 0
    assert not WorkloadAlert.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_send_one_mail() -> None:
    lab = make_lab()
    lab.workload("baseten", State.CANCELLED)
    set_budget(lab.project, 100)
    spend(lab, 55)
    overspending.enforce(timezone.now())
    gate, counts = Barrier(4), []

    def work() -> None:
        gate.wait()
        counts.append(alerting.tell(timezone.now()))
        connection.close()

    threads = [Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(counts) == [0, 0, 0, 1]
    assert len(mail.outbox) == 1
    assert Notice.objects.count() == 1
