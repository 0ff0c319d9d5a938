"""Mails about launch requests: one to each who may decide with links of their own, one with the answer."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from gpuconsole.accounts.mails import Mail, want
from gpuconsole.sync import request_mails
from gpuconsole.sync.tasks import send_request_mails
from gpuconsole.workloads.models import LaunchRequest, Via
from gpuconsole.workloads.requests import services
from tests.factories import set_budget
from tests.workloads.requests.conftest import Desk, make_desk


@pytest.fixture
def desk(db: None) -> Desk:
    return make_desk()


def test_each_admin_gets_links_of_their_own_once(desk: Desk, mailoutbox: Any) -> None:
    set_budget(desk.lab.project, 40, "USD")
    request = desk.ask(why="A deadline.")
    send_request_mails()
    send_request_mails()
    assert {mail.to[0] for mail in mailoutbox} == {desk.admin.email, desk.lab.owner.email}
    mail = next(mail for mail in mailoutbox if mail.to[0] == desk.admin.email)
    assert mail.subject == f"{desk.member.display_name} asks to launch sft for up to $13.00"
    for said in ("2 GPUs asked; 0 of 1", "$40.00 of $40.00 left", "A deadline.", f"/requests/{request.public_id}/"):
        assert said in mail.body, said
    assert LaunchRequest.objects.get().is_told
    approve, decline = re.findall(r"https?://[^/]+(/requests/by-link/\S+)", mail.body)
    assert approve != decline and approve in mail.alternatives[0][0]
    assert Client().post(approve, {"limit": request.limits}).status_code == 200
    request.refresh_from_db()
    assert (request.decided_by, request.decided_via) == (desk.admin, "link")


def test_the_person_hears_the_answer_and_why(desk: Desk, mailoutbox: Any) -> None:
    request = desk.ask()
    services.decline(request=request, by=desk.admin, via=Via.PAGE, reason="Use the queue.")
    assert request_mails.send_due(timezone.now()) == 1  # what is decided is asked of nobody any more
    (mail,) = mailoutbox
    assert (mail.to, mail.subject) == ([desk.member.email], "Your launch sft was declined")
    assert "Use the queue." in mail.body
    done = desk.approve(desk.ask(name="other"))
    request_mails.send_due(timezone.now())
    assert done.workload is not None and f"/jobs/{done.workload.public_id}/" in mailoutbox[-1].body


def test_it_says_that_nobody_decided_in_time(desk: Desk, mailoutbox: Any) -> None:
    desk.ask()
    request_mails.send_due(timezone.now())
    mailoutbox.clear()
    past = timezone.now() - timedelta(seconds=1)
    LaunchRequest.objects.update(created_at=past - timedelta(hours=72), expires_at=past)
    services.expire_due(timezone.now())
    request_mails.send_due(timezone.now())
    assert [(mail.to, mail.subject) for mail in mailoutbox] == [([desk.member.email], "Your launch sft has expired")]


def test_nobody_is_written_to_who_does_not_want_it_or_did_it_themselves(desk: Desk, mailoutbox: Any) -> None:
    want(desk.admin, [Mail.WEEKLY])
    desk.admin.save()
    request = desk.ask(by=desk.lab.owner)
    request_mails.send_due(timezone.now())
    services.withdraw(request=request, by=desk.lab.owner, via=Via.PAGE)
    request_mails.send_due(timezone.now())
    assert mailoutbox == []
    assert LaunchRequest.objects.get().is_told


def test_what_the_mail_server_refused_stays_due(desk: Desk, settings: Any, mailoutbox: Any) -> None:
    settings.EMAIL_BACKEND, settings.EMAIL_HOST, settings.EMAIL_PORT = (
        "django.core.mail.backends.smtp.EmailBackend",
        "127.0.0.1",
        9,
    )
    desk.ask()
    assert request_mails.send_due(timezone.now()) == 0
    assert not LaunchRequest.objects.get().is_told
