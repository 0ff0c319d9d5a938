"""Digests: due by the team's clock, once a week and once a day, true in what they say."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone

from gpuconsole.accounts.models import TeamRole
from gpuconsole.spend import digests
from gpuconsole.spend.tasks import digests as task
from gpuconsole.workloads.models import Workload
from gpuconsole.workloads.states import State
from tests.factories_workloads import make_user, moved, sent
from tests.spend.conftest import HOUR, Book, give_budget

MONDAY = datetime(2026, 11, 16, 9, tzinfo=UTC)


def keys(book: Book, now: datetime) -> list[str]:
    return [message.key.replace(f":{book.team.pk}:", ":") for message, _ in digests.due(book.team, now)]


def test_the_weekly_digest_tells_the_week_before(book: Book, mailoutbox: Any) -> None:
    for days in range(1, 21):
        book.used(MONDAY - timedelta(days=days), MONDAY - timedelta(days=days) + HOUR, price=Decimal(2))
    book.used(MONDAY - timedelta(days=2), MONDAY - timedelta(days=2) + HOUR, price=Decimal(6), state=State.FAILED)
    book.used(MONDAY - timedelta(days=3), MONDAY - timedelta(days=3) + HOUR, price=None)
    give_budget(book.project, 30)
    make_user(book.team, TeamRole.MEMBER)
    admin = make_user(book.team, TeamRole.ADMIN)

    assert digests.send(MONDAY) == 2 and digests.send(MONDAY + HOUR) == 0

    assert {mail.to[0] for mail in mailoutbox} == {book.owner.email, admin.email}
    assert mailoutbox[0].subject == f"{book.team.name}: $20.00 on GPUs last week"
    text = " ".join(mailoutbox[0].body.replace("\u202f", " ").split())
    assert "9 Nov to 15 Nov Spent: $20.00 (+43 % to the week before), 18 GPU-hours" in text
    assert "On failed runs: $6.00 (1 run)" in text and "1 workload without a known price" in text
    assert f"$20.00 {book.project.name} (100 %)" in text and "Project: $36.00 of $30.00, spent on" in text


@pytest.mark.parametrize(
    ("zone", "moment", "is_due"),
    [
        ("UTC", "2026-11-16T07:59", False),
        ("UTC", "2026-11-16T08:00", True),
        ("UTC", "2026-11-18T07:59", True),
        ("UTC", "2026-11-18T08:00", False),
        ("Pacific/Auckland", "2026-11-15T19:00", True),
        ("America/Los_Angeles", "2026-11-16T15:59", False),
    ],
)
def test_a_digest_is_due_by_the_teams_own_clock(book: Book, zone: str, moment: str, is_due: bool) -> None:
    book.team.time_zone = zone
    book.team.save()
    book.used(MONDAY - 50 * HOUR, MONDAY - 49 * HOUR)
    assert ("weekly:2026-W46" in keys(book, datetime.fromisoformat(f"{moment}+00:00"))) is is_due


def test_a_person_is_told_once_a_day_what_of_theirs_still_runs(book: Book, mailoutbox: Any) -> None:
    member = make_user(book.team, TeamRole.MEMBER, project="member")
    row = moved(sent(book.launch("baseten", by=member, name="night shift")), State.RUNNING)
    moved(sent(book.launch("baseten", by=member, name="over")), State.SUCCEEDED)
    gone = make_user(book.team, TeamRole.MEMBER, project="member")
    moved(sent(book.launch("baseten", by=gone, name="left behind")), State.RUNNING)
    gone.memberships.all().delete()
    evening = timezone.now().replace(hour=18, minute=5)

    assert [key for key in keys(book, evening.replace(hour=17)) if "running" in key] == []
    digests.send(evening)
    digests.send(evening + HOUR)

    [mail] = [one for one in mailoutbox if one.to == [member.email]]
    assert mail.subject == "Still running: 1 workload of yours, $13.00 per hour"
    assert "night shift" in mail.body and f"/jobs/{row.public_id}/" in mail.body and "over" not in mail.body
    assert not [one for one in mailoutbox if one.to == [gone.email]]
    digests.send(evening + timedelta(days=1))
    assert len([one for one in mailoutbox if one.to == [member.email]]) == 2


def test_a_dry_run_prints_and_sends_nothing(book: Book, mailoutbox: Any, capsys: pytest.CaptureFixture[str]) -> None:
    moved(sent(book.launch("baseten", name="on & on")), State.RUNNING)
    call_command("send_digests", dry_run=True, now=True)
    printed = capsys.readouterr().out
    assert "on & on" in printed and "Subject: Still running" in printed and "2 would be sent" in printed
    assert not mailoutbox
    call_command("send_digests", now=True)
    assert "2 sent" in capsys.readouterr().out and len(mailoutbox) == 2
    task()
    assert len(mailoutbox) == 2


def test_a_team_without_work_hears_nothing(book: Book) -> None:
    assert not Workload.objects.exists() and keys(book, MONDAY) == []
