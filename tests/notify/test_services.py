"""Messages: to those who want them, once each, tried again only where they surely did not arrive."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.test import Client
from django.utils import timezone

from gpuconsole.accounts.mails import Mail, is_wanted, want
from gpuconsole.accounts.models import Team, User
from gpuconsole.notify import services
from gpuconsole.notify.models import Notice
from gpuconsole.notify.services import Message
from tests.factories import make_team, make_user, owner_of

pytestmark = pytest.mark.django_db


class Refusing(BaseEmailBackend):
    """A mail server that is not there."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        raise ConnectionRefusedError("no mail server")


@pytest.fixture
def team() -> Team:
    return make_team(name="<b>Vision</b>")


def note(team: Team, key: str = "running:1:2026-11-21") -> Message:
    context = {"items": [], "count": "1 workload", "hourly": "$2.00 per hour"}
    return Message(mail=Mail.RUNNING, key=key, subject="Still\nrunning", template="running", team=team, context=context)


def test_a_message_is_sent_once_however_often_it_is_tried(team: Team, mailoutbox: Any) -> None:
    people = [owner_of(team), make_user()]
    assert services.send(note(team), people) == 2
    assert services.send(note(team), people) == 0
    assert sorted(mail.to[0] for mail in mailoutbox) == sorted(user.email for user in people)
    assert mailoutbox[0].subject == "Still running"
    assert services.send(note(team, "running:1:2026-11-22"), people) == 2


def test_text_and_html_load_nothing_and_escape_only_the_html(team: Team, mailoutbox: Any) -> None:
    services.send(note(team), [owner_of(team)])
    [(html, kind)] = mailoutbox[0].alternatives
    assert kind == "text/html" and "src=" not in html and "@import" not in html and "style=" not in html
    assert "$2.00 per hour" in mailoutbox[0].body and "<" not in mailoutbox[0].body


def test_who_does_not_want_it_gets_none(team: Team, mailoutbox: Any) -> None:
    user, gone = owner_of(team), make_user(is_active=False)
    want(user, [Mail.WEEKLY])
    assert services.send(note(team), [user, gone]) == 0
    assert not mailoutbox and not Notice.objects.exists()


def test_what_the_mail_server_refused_is_tried_again_later_and_not_for_ever(team: Team, settings: Any) -> None:
    user = owner_of(team)
    locmem, settings.EMAIL_BACKEND = settings.EMAIL_BACKEND, "tests.notify.test_services.Refusing"
    assert services.send(note(team), [user]) == 0
    assert Notice.objects.get().error == "no mail server"
    settings.EMAIL_BACKEND = locmem
    assert services.send(note(team), [user]) == 0, "too soon"
    Notice.objects.update(claimed_at=timezone.now() - timedelta(hours=1))
    assert services.send(note(team), [user]) == 1
    Notice.objects.update(sent_at=None, error="x", tries=services.MOST_TRIES, claimed_at=timezone.now() - timedelta(1))
    assert services.send(note(team), [user]) == 0


def test_what_a_dead_worker_may_have_sent_is_not_sent_again(team: Team, mailoutbox: Any) -> None:
    user = owner_of(team)
    long_ago = timezone.now() - timedelta(days=1)
    Notice.objects.create(key=note(team).key, user=user, kind="running", subject="x", claimed_at=long_ago)
    assert services.send(note(team), [user]) == 0 and not mailoutbox
    assert services.is_told(note(team).key, user)


def test_mails_are_chosen_on_the_account_page(team: Team, client: Client) -> None:
    user = owner_of(team)
    client.force_login(user)
    assert len(ticked(client)) == len(Mail)
    client.post("/account/", {"name": "Ada", "time_zone": "UTC", "mail_running": "on"})
    user = User.objects.get(pk=user.pk)
    assert [mail for mail in Mail if is_wanted(user, mail)] == [Mail.RUNNING]
    assert ticked(client) == ["mail_running"]


def ticked(client: Client) -> list[str]:
    """The boxes of mails that the account page shows ticked."""
    return re.findall(r'name="(mail_\w+)"[^>]*\schecked', client.get("/account/").content.decode())
