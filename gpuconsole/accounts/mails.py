"""Mails that people may do without, and who does."""

from __future__ import annotations

from collections.abc import Collection

from django.db import models
from django.utils.translation import gettext_lazy

from gpuconsole.accounts.models import User

_UNWANTED = "unwanted_mails"  # in the preferences: what is not there is wanted


class Mail(models.TextChoices):
    """Kinds of mails. Invitations and forgotten passwords are none: they are asked for."""

    WEEKLY = "weekly", gettext_lazy("Weekly digest of the team's costs")
    RUNNING = "running", gettext_lazy("Daily note about what of mine still runs")
    BUDGET = "budget", gettext_lazy("Alerts about budgets")
    REQUEST = "request", gettext_lazy("Launches that wait for an admin")
    TROUBLE = "trouble", gettext_lazy("Work that needs somebody")
    ASKED = "asked", gettext_lazy("What I asked to be told at a launch")


HELP = {
    Mail.WEEKLY: gettext_lazy("To owners and admins, on Mondays."),
    Mail.RUNNING: gettext_lazy("In the evening, only while something of yours is billed."),
    Mail.BUDGET: gettext_lazy("When a budget of a project that you settle runs out."),
    Mail.TROUBLE: gettext_lazy(
        "Ends that no provider confirms, lost work, guards that fired: your own, and what you administer."
    ),
    Mail.ASKED: gettext_lazy("That work of yours is up, failed or ended, where its guard rails say so."),
    Mail.REQUEST: gettext_lazy("Those that wait for you, and the answers to your own."),
}


def is_wanted(user: User, mail: Mail) -> bool:
    """Whether the person gets mails of this kind."""
    return user.is_active and mail.value not in user.preferences.get(_UNWANTED, ())


def want(user: User, wanted: Collection[Mail]) -> None:
    """Set which kinds the person gets; the caller saves ``preferences``."""
    unwanted = [mail.value for mail in Mail if mail not in wanted]
    user.preferences = {**user.preferences, _UNWANTED: unwanted}
