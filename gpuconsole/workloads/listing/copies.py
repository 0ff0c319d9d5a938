"""Clones of many at once: what each would cost, and their launch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _
from pydantic import ValidationError

from gpuconsole.accounts.access import Viewer
from gpuconsole.core import formats
from gpuconsole.core.errors import Refused
from gpuconsole.core.money import Money
from gpuconsole.projects.access import launchable_projects
from gpuconsole.providers import registry
from gpuconsole.workloads import services
from gpuconsole.workloads.estimates import estimate
from gpuconsole.workloads.listing.picks import Plan, Skip
from gpuconsole.workloads.models import Workload
from gpuconsole.workloads.services.launch import refuse_if_blocked

MOST = 20
"""Launches in one press: each asks quotas and budgets for itself."""


@dataclass(frozen=True, slots=True)
class Copy:
    """One clone to launch: its name, and the most that it can cost in the team's currency; None: unknown."""

    workload: Workload
    name: str
    upper: Money | None


@dataclass(frozen=True, slots=True)
class Copies:
    """What the launch of all of them means."""

    copies: Sequence[Copy]
    skips: Sequence[Skip]

    @property
    def upper(self) -> str:
        """The most that all of them can cost together; empty where that of one is not known."""
        amounts = [copy.upper for copy in self.copies]
        known = [amount for amount in amounts if amount is not None]
        if not known or len(known) < len(amounts) or len({amount.currency for amount in known}) > 1:
            return ""
        return formats.money(sum((amount.amount for amount in known), Decimal(0)), known[0].currency)


def prepare(viewer: Viewer, plan: Plan) -> Copies:
    """Estimate a clone of each; what cannot be launched is left out with the reason."""
    open_projects = set(launchable_projects(viewer).values_list("pk", flat=True))
    copies, skips = [], list(plan.skips)
    for number, row in enumerate(plan.rows):
        if number >= MOST:
            skips.append(Skip(row, _("At most {most} are cloned at once.").format(most=MOST)))
        elif row.project_id not in open_projects:
            skips.append(Skip(row, _("You can't launch in its project.")))
        else:
            try:
                copies.append(_copy(viewer, row))
            except (Refused, ValidationError) as wrong:
                skips.append(Skip(row, _why(wrong)))
    return Copies(copies, skips)


def launch(viewer: Viewer, rows: Sequence[Workload], key: str) -> tuple[list[Workload], list[Skip]]:
    """Launch a clone of each; the same ``key``, which is unique, launches each once."""
    made, skips = [], []
    for row in rows[:MOST]:
        try:
            made.append(_launched(viewer, row, f"{key}-{row.pk}"))
        except (Refused, ValidationError) as wrong:
            skips.append(Skip(row, _why(wrong)))
    return made, skips


def _launched(viewer: Viewer, row: Workload, key: str) -> Workload:
    before = Workload.objects.filter(project=row.project, idempotency_key=key).first()
    if before is not None:
        return before
    like = services.clone(row)
    return services.launch(
        project=row.project,
        connection=like.connection,
        spec=registry.get(row.provider).spec.read(like.spec),
        name=like.name,
        by=viewer.user,
        stop_after_s=like.stop_after_s,
        guards=like.guards,
        idempotency_key=key,
        labels=like.labels,
    )


def _why(wrong: Refused | ValidationError) -> str:
    if isinstance(wrong, Refused):
        return wrong.message
    return _("Its provider's fields have changed since: clone it by itself and look them through.")


def _copy(viewer: Viewer, row: Workload) -> Copy:
    like = services.clone(row)
    figures = estimate(
        project=row.project,
        connection=like.connection,
        spec=registry.get(row.provider).spec.read(like.spec),
        owner=viewer.user,
        stop_after_s=like.stop_after_s,
        guards=like.guards,
    )
    refuse_if_blocked(figures.blocking)
    return Copy(row, like.name, figures.upper_in_team)
