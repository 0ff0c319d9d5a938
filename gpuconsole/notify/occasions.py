"""On which occasions people and webhooks are told: one line for each, here; whoever has news names one of them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Occasion:
    """``is_mailed`` False: its mails are sent elsewhere, or none are; a webhook alone is told here."""

    slug: str
    label: str
    is_mailed: bool = True


LATE = Occasion("late", "A stop or an end is not confirmed for 15 or 60 minutes")
LOST = Occasion("lost", "A provider no longer lists running work")
GUARD = Occasion("guard", "A guard fired: latest end, cost, idle, queue or budget")
DECISION = Occasion("decision", "A launch needs a decision")
STRAY = Occasion("stray", "Something runs at a provider that nobody here launched")
BUDGET = Occasion("budget", "A budget runs out, or one workload became dear", is_mailed=False)
TEST = Occasion("test", "A test", is_mailed=False)

OCCASIONS = {one.slug: one for one in (LATE, LOST, GUARD, DECISION, STRAY, BUDGET, TEST)}
CHOICES = tuple(one for one in OCCASIONS.values() if one is not TEST)
"""Those that a webhook can be told of or not; a test it is always told of."""
