"""What keeps readers from trusting sums that are not true: marks, and the note in which zone they were cut."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils import timezone

from gpuconsole.accounts.models import Team
from gpuconsole.spend.models import StaleWorkload, TeamRollup
from gpuconsole.workloads.models import Workload


def mark(sender: object, workloads: Sequence[Workload], **kwargs: object) -> None:
    """One statement for all of them, in the transaction of the caller."""
    StaleWorkload.objects.bulk_create(StaleWorkload(team_id=row.team_id, workload=row) for row in workloads)


def begin(sender: object, instance: Team, created: bool, **kwargs: object) -> None:
    """A new team has used nothing: its sums are true from the first moment."""
    if created:
        now = timezone.now()
        TeamRollup.objects.create(team=instance, time_zone=instance.time_zone, rolled_at=now)
