"""What admins do with the webhook of a team or of a project: set it, renew its secret, test it, take it away."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from gpuconsole.accounts.models import Team, User
from gpuconsole.audit import services as audit
from gpuconsole.core import fields
from gpuconsole.core.errors import Refused
from gpuconsole.core.ids import new_id
from gpuconsole.core.wake import wake
from gpuconsole.notify import addresses, news, webhook
from gpuconsole.notify.models import Delivery, News, Webhook
from gpuconsole.notify.occasions import CHOICES, TEST
from gpuconsole.notify.place import Place

SHOWN = 12
MOST_TESTS = 10
_TESTS_IN = timedelta(minutes=10)
_SOON = timedelta(minutes=1)


def of(place: Place) -> Webhook | None:
    """The webhook of the team or the project; None: it has none."""
    return Webhook.objects.filter(team=place.team, project=place.project).first()


def waits(hook: Webhook) -> bool:
    """Whether something is about to be sent: a test that was just asked for, or a try that is due soon."""
    soon = timezone.now() + _SOON
    return (
        hook.deliveries.filter(next_at__lte=soon).exists()
        or News.objects.filter(
            team=hook.team_id, batch=None, occasion=TEST.slug, key__startswith=_key_of(hook)
        ).exists()
    )


def newest(hook: Webhook) -> list[Delivery]:
    """What was sent to it last, newest first, each with its news."""
    return list(hook.deliveries.select_related("news").order_by("-id")[:SHOWN])


@transaction.atomic
def make(*, place: Place, by: User, url: str, occasions: Sequence[str], is_on: bool) -> str:
    """The first there; gives its secret, which nobody is shown again. Raises Refused where there is one."""
    Team.objects.select_for_update().get(pk=place.team.pk)
    if of(place) is not None:
        text = _("The project has a webhook. Change that one, or remove it first.")
        if place.project is None:
            text = _("The team has a webhook. Change that one, or remove it first.")
        raise Refused(text, code="exists")
    return save(place=place, by=by, url=url, occasions=occasions, is_on=is_on)


@transaction.atomic
def save(*, place: Place, by: User, url: str, occasions: Sequence[str], is_on: bool) -> str:
    """Set it; gives the secret of a new one, which nobody is shown again, else an empty text. Raises Refused."""
    url = url.strip()
    addresses.check(url)
    row = Webhook.objects.select_for_update(of=("self",)).filter(team=place.team, project=place.project).first()
    before = {} if row is None else _facts(row)
    secret = webhook.new_secret() if row is None else ""
    if row is None:
        row = Webhook(public_id=new_id("hook"), team=place.team, project=place.project)
        fields.write(row, "secret", secret)
    row.url, row.is_on, row.by, row.changed_at = url, is_on, by, timezone.now()
    row.occasions = [one.slug for one in CHOICES if one.slug in occasions]
    row.save()
    audit.record(
        "webhook.save", by=by, team=place.team, project=place.project, target=row, before=before, after=_facts(row)
    )
    return secret


@transaction.atomic
def renew_secret(*, place: Place, by: User) -> str:
    """Another secret in place of the one that it had, at once; gives it. Raises Refused."""
    row, secret = _locked(place), webhook.new_secret()
    fields.write(row, "secret", secret)
    row.changed_at = timezone.now()
    row.save(update_fields=["secret", "changed_at"])
    audit.record("webhook.renew_secret", by=by, team=place.team, project=place.project, target=row)
    return secret


@transaction.atomic
def test(*, place: Place, by: User) -> None:
    """Send it a test, also while it is off; what became of it stands among its deliveries. Raises Refused."""
    row, now = _locked(place), timezone.now()
    recent = Delivery.objects.filter(webhook=row, news__occasion=TEST.slug, news__at__gte=now - _TESTS_IN)
    if recent.count() >= MOST_TESTS:
        raise Refused(
            _("{most} tests in 10 minutes are enough. Wait a little.").format(most=MOST_TESTS),
            code="too_many",
        )
    text = _("{person} pressed the button. Nothing happened to anything.").format(person=by.display_name)
    subject = _("A test from {place}").format(place=place.name)
    key = f"{_key_of(row)}{new_id('test')}"
    news.tell(TEST, key=key, subject=subject, text=text, team=place.team, project=place.project, now=now)
    audit.record("webhook.test", by=by, team=place.team, project=place.project, target=row)
    wake("notify.send")


@transaction.atomic
def remove(*, place: Place, by: User) -> None:
    """Take it away, with the record of what was sent to it. Raises Refused."""
    row = _locked(place)
    audit.record("webhook.remove", by=by, team=place.team, project=place.project, target=row, before=_facts(row))
    row.delete()


def _locked(place: Place) -> Webhook:
    row = Webhook.objects.select_for_update(of=("self",)).filter(team=place.team, project=place.project).first()
    if row is None:
        text = _("The team has no webhook.") if place.project is None else _("The project has no webhook.")
        raise Refused(text, code="gone")
    return row


def hears(hook: Webhook, row: News) -> bool:
    """Whether the news is for this webhook; a test is for the one that it was asked of, even while it is off."""
    if row.occasion == TEST.slug:
        return row.key.startswith(_key_of(hook))
    return hook.is_on and row.occasion in hook.occasions and hook.project_id in (None, row.project_id)


def _key_of(hook: Webhook) -> str:
    """How the keys of its tests begin."""
    return f"{hook.public_id}:"


def _facts(row: Webhook) -> dict[str, object]:
    return {"url": row.url, "is_on": row.is_on, "occasions": list(row.occasions)}
