"""On which occasions people and webhooks are told: one line for each, here; whoever has news names one of them."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_noop


@dataclass(frozen=True, slots=True)
class Occasion:
    """``is_mailed`` False: its mails are sent elsewhere, or none are; a webhook alone is told here."""

    slug: str
    label: str
    is_mailed: bool = True


LATE = Occasion("late", gettext_noop("A stop or an end is not confirmed for 15 or 60 minutes"))
LOST = Occasion("lost", gettext_noop("A provider no longer lists running work"))
GUARD = Occasion("guard", gettext_noop("A guard fired: latest end, cost, idle, queue or budget"))
DECISION = Occasion("decision", gettext_noop("A launch needs a decision"))
STRAY = Occasion("stray", gettext_noop("Something runs at a provider that nobody here launched"))
BUDGET = Occasion("budget", gettext_noop("A budget runs out, or one workload became dear"), is_mailed=False)
TEST = Occasion("test", gettext_noop("A test"), is_mailed=False)

OCCASIONS = {one.slug: one for one in (LATE, LOST, GUARD, DECISION, STRAY, BUDGET, TEST)}
CHOICES = tuple(one for one in OCCASIONS.values() if one is not TEST)
"""Those that a webhook can be told of or not; a test it is always told of."""
