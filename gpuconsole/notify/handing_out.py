"""Hands news out: to webhooks one by one, to people in one mail for all that came up in a project together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import groupby

from django.db import transaction
from django.utils.translation import gettext as _

from gpuconsole.accounts.mails import Mail, is_wanted
from gpuconsole.accounts.models import User
from gpuconsole.notify import services, webhooks
from gpuconsole.notify.models import Delivery, News, Webhook
from gpuconsole.notify.occasions import OCCASIONS, Occasion
from gpuconsole.notify.services import Message
from gpuconsole.projects.models import Audience
from gpuconsole.workloads.limits import alert_rules

MOST_AT_ONCE = 1000
MOST_LISTED = 20
"""Of one mail; the others are counted."""
STALE = timedelta(days=3)
"""What could not be mailed for so long is news no more."""
KEPT = timedelta(days=90)


def hand_out(now: datetime) -> int:
    """Sort what is fresh, and mail what nobody was told of; how many mails went out. Twice tells nothing twice."""
    _sort(now)
    _forget(now)
    rows = News.objects.filter(batch__isnull=False, told_at=None, at__gte=now - STALE)
    needed = rows.select_related("team", "project", "workload__owner").defer("workload__spec", "workload__request")
    found = needed.order_by("batch", "pk")[:MOST_AT_ONCE]
    return sum(_mail(list(batch), now) for _key, batch in groupby(found, key=lambda row: row.batch))


@transaction.atomic
def _sort(now: datetime) -> None:
    """Give what is fresh to webhooks, and what is of one project one number; each piece of news once."""
    fresh = News.objects.filter(batch=None).select_for_update(skip_locked=True).order_by("pk")[:MOST_AT_ONCE]
    places: dict[tuple[int, int | None], list[News]] = defaultdict(list)
    for row in fresh:
        places[row.team_id, row.project_id].append(row)
    if not places:
        return
    hooks: dict[int, list[Webhook]] = defaultdict(list)
    for hook in Webhook.objects.filter(team__in={team for team, _project in places}):
        hooks[hook.team_id].append(hook)
    Delivery.objects.bulk_create(
        [
            Delivery(webhook=hook, news=row, next_at=now)
            for rows in places.values()
            for row in rows
            for hook in hooks[row.team_id]
            if webhooks.hears(hook, row)
        ]
    )
    for rows in places.values():
        News.objects.filter(pk__in=[row.pk for row in rows]).update(batch=rows[0].pk)


def _mail(rows: Sequence[News], now: datetime) -> int:
    """One mail of each kind to each person with what is theirs; done once each of them had it."""
    theirs: dict[tuple[Mail, int], list[News]] = defaultdict(list)
    people: dict[int, User] = {}
    for row in rows:
        found = OCCASIONS.get(row.occasion)
        for user in _people(row, found) if found else ():
            if found and found.mail and is_wanted(user, found.mail):
                people[user.pk] = user
                theirs[found.mail, user.pk].append(row)
    sent = sum(services.send(_message(mail, told), [people[pk]]) for (mail, pk), told in theirs.items())
    if all(services.is_told(_key(mail, told), people[pk]) for (mail, pk), told in theirs.items()):
        News.objects.filter(pk__in=[row.pk for row in rows], told_at=None).update(told_at=now)
    return sent


def _people(row: News, occasion: Occasion) -> Sequence[User]:
    owner = row.workload.owner if row.workload else None
    if occasion.mail is None or (owner is None and occasion.audience == Audience.OWNER):
        return ()
    audience = occasion.audience if owner else Audience.ADMINS
    return alert_rules.people(audience, row.team, row.project, owner)


def _key(mail: Mail, rows: Sequence[News]) -> str:
    """One mail of a kind for all that came up together."""
    return f"news:{rows[0].batch}" if mail is Mail.TROUBLE else f"news:{rows[0].batch}:{mail}"


def _message(mail: Mail, rows: Sequence[News]) -> Message:
    first = rows[0]
    where = first.project.name if first.project else first.team.name
    subject = first.subject
    if len(rows) > 1:
        subject = _("{where}: {number} things need somebody") if mail is Mail.TROUBLE else _("{where}: {number} news")
        subject = subject.format(where=where, number=len(rows))
    context = {"rows": rows[:MOST_LISTED], "more": max(0, len(rows) - MOST_LISTED), "where": where}
    key = _key(mail, rows)
    return Message(mail=mail, key=key, subject=subject, template="trouble", team=first.team, context=context)


def _forget(now: datetime) -> None:
    old = News.objects.filter(at__lt=now - KEPT).values_list("pk", flat=True)[:MOST_AT_ONCE]
    News.objects.filter(pk__in=list(old)).delete()
