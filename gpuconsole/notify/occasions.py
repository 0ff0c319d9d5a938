"""On which occasions people and webhooks are told: one line for each, here; whoever has news names one of them."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_noop

from gpuconsole.accounts.mails import Mail
from gpuconsole.projects.models import Audience


@dataclass(frozen=True, slots=True)
class Occasion:
    """``mail`` None: its mails are sent elsewhere, or none are; a webhook alone is told here."""

    slug: str
    label: str
    mail: Mail | None = Mail.TROUBLE
    audience: Audience = Audience.OWNER_AND_ADMINS
    """Whom it is mailed to, of a workload that has an owner."""


LATE = Occasion("late", gettext_noop("A stop or an end is not confirmed for 15 or 60 minutes"))
LOST = Occasion("lost", gettext_noop("A provider no longer lists running work"))
GUARD = Occasion("guard", gettext_noop("A guard fired: latest end, cost, idle, queue or budget"))
DECISION = Occasion("decision", gettext_noop("A launch needs a decision"))
STRAY = Occasion("stray", gettext_noop("Something runs at a provider that nobody here launched"))
BUDGET = Occasion("budget", gettext_noop("A budget runs out, or one workload became dear"), mail=None)
ASKED = Occasion(
    "asked",
    gettext_noop("Work is up, failed or ended, where its launch asked to tell that"),
    mail=Mail.ASKED,
    audience=Audience.OWNER,
)
TEST = Occasion("test", gettext_noop("A test"), mail=None)

OCCASIONS = {one.slug: one for one in (LATE, LOST, GUARD, DECISION, STRAY, BUDGET, ASKED, TEST)}
CHOICES = tuple(one for one in OCCASIONS.values() if one is not TEST)
"""Those that a webhook can be told of or not; a test it is always told of."""
