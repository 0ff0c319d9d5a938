"""What a launch request shows to whoever decides: its price, its limits with their use, and what budgets have left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from gpuconsole.core.errors import Refused
from gpuconsole.projects import rules
from gpuconsole.providers.preview import Preview
from gpuconsole.workloads import previews
from gpuconsole.workloads.estimates import Estimate
from gpuconsole.workloads.limits import bars, left, money, use
from gpuconsole.workloads.limits.bars import Bar
from gpuconsole.workloads.limits.left import Left
from gpuconsole.workloads.limits.verdicts import NEEDS_APPROVAL
from gpuconsole.workloads.models import LaunchRequest
from gpuconsole.workloads.requests import scopes, services


@dataclass(frozen=True, slots=True)
class LimitLine:
    """One limit that stands against the launch; the bar shows what is in use of it now, where that can be drawn."""

    key: str
    name: str
    text: str
    is_of_team: bool
    bar: Bar | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A request as it stands now; one that is decided stands as it was asked for, without bars and budgets."""

    figures: Estimate | None
    limits: Sequence[LimitLine]
    budgets: Sequence[Left] = ()
    """What the budgets have left this month, apart from what this request holds."""
    blocked: Sequence[str] = ()
    """What stands against it and no approval waives."""
    preview: Preview | None = None
    outdated: str = ""

    @property
    def keys(self) -> list[str]:
        """The limits that an approval waives."""
        return [line.key for line in self.limits]


def shown(row: LaunchRequest, now: datetime) -> Shown:
    """Everything about one request; a fixed number of queries."""
    then = [LimitLine(one["limit"], one["name"], one["text"], False) for one in row.violations]
    try:
        spec = services.spec_of(row)
    except Refused as no:
        return Shown(figures=None, limits=then, outdated=no.message)
    preview = previews.preview(project=row.project, connection=row.connection, spec=spec)
    if not row.is_open(now):
        return Shown(figures=None, limits=then, preview=preview)
    figures = services.estimate_of(row, spec, row.stop_after_s)
    found = rules.of(row.project, row.by)
    return Shown(
        figures=figures,
        limits=_limits(row, figures, found, now),
        budgets=left.of_budgets(found.budgets, now, without=row),
        blocked=[check.text for check in figures.blocking if check.code != NEEDS_APPROVAL],
        preview=preview,
    )


def _limits(row: LaunchRequest, figures: Estimate, found: rules.Rules, now: datetime) -> list[LimitLine]:
    checks = [check for check in figures.blocking if check.code == NEEDS_APPROVAL]
    keys = {check.limit for check in checks}
    quotas = [quota for quota in found.quotas if quota.public_id in keys]
    uses = use.used(quotas, now, owner=row.by)
    drawn = {one.public_id: bars.of_quota(one, uses.get(one.pk), row.project.team.currency) for one in quotas}
    of_budget = {money.key(one.budget): bars.of_budget(one) for one in money.standings(found.budgets, now)}
    wide = scopes.of_team(row.project.team, keys)
    return [
        LimitLine(one.limit, one.name, one.finding, one.limit in wide, (drawn | of_budget).get(one.limit))
        for one in checks
    ]
