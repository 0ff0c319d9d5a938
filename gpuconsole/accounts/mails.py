"""Mails that people may do without, and who does."""

from __future__ import annotations

from collections.abc import Collection

from django.db import models

from gpuconsole.accounts.models import User

_UNWANTED = "unwanted_mails"  # in the preferences: what is not there is wanted


class Mail(models.TextChoices):
    """Kinds of mails. Invitations and forgotten passwords are none: they are asked for."""

    WEEKLY = "weekly", "Weekly digest of the team's costs"
    RUNNING = "running", "Daily note about what of mine still runs"
    BUDGET = "budget", "Alerts about budgets"
    REQUEST = "request", "Launches that wait for an admin"
    TROUBLE = "trouble", "Work that needs somebody"


HELP = {
    Mail.WEEKLY: "To owners and admins, on Mondays.",
    Mail.RUNNING: "In the evening, only while something of yours is billed.",
    Mail.BUDGET: "When a budget of a project that you settle runs out.",
    Mail.TROUBLE: "Ends that no provider confirms, lost work, guards that fired: your own, and what you administer.",
    Mail.REQUEST: "Those that wait for you, and the answers to your own.",
}


def is_wanted(user: User, mail: Mail) -> bool:
    """Whether the person gets mails of this kind."""
    return user.is_active and mail.value not in user.preferences.get(_UNWANTED, ())


def want(user: User, wanted: Collection[Mail]) -> None:
    """Set which kinds the person gets; the caller saves ``preferences``."""
    unwanted = [mail.value for mail in Mail if mail not in wanted]
    user.preferences = {**user.preferences, _UNWANTED: unwanted}
