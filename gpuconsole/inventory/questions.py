"""What is asked before a finding is settled: what follows from it, and what it costs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from gpuconsole.accounts.access import Viewer
from gpuconsole.core import formats
from gpuconsole.core.errors import Refused
from gpuconsole.inventory import pages
from gpuconsole.inventory.forms import AdoptForm
from gpuconsole.inventory.models import Finding, Mark
from gpuconsole.inventory.services import adoption as figures_of
from gpuconsole.inventory.services.adoption import joins
from gpuconsole.projects.access import launchable_projects
from gpuconsole.projects.models import Project
from gpuconsole.providers import registry
from gpuconsole.workloads import usage
from gpuconsole.workloads.models import Workload


@dataclass(frozen=True, slots=True)
class AdoptQuestion:
    """Where a stray may go, and what it starts from."""

    viewer: Viewer
    finding: Finding
    projects: list[Project]
    joins: Workload | None

    @property
    def initial(self) -> dict[str, str]:
        only = self.projects[0].slug if len(self.projects) == 1 else ""
        return {"project": only, "name": self.finding.name}

    def project(self, slug: str) -> Project | None:
        return next((one for one in self.projects if one.slug == slug), None)

    def context(self, form: AdoptForm) -> dict[str, Any]:
        """What it means in the project that is chosen, once one is."""
        found: dict[str, Any] = {"joins": self.joins, "is_other": self.finding.mark == Mark.OTHER}
        chosen = self.project(str(form["project"].value() or ""))
        if chosen is None:
            return found
        stop_after_s = form.stop_after_s if form.is_bound and form.is_valid() else None
        try:
            told = figures_of(self.finding, chosen, self.viewer.user, stop_after_s, timezone.now())
        except Refused:
            return found
        return found | {"told": told, "chosen": chosen}


def adoption(viewer: Viewer, finding: Finding) -> AdoptQuestion:
    """The projects that may be charged for it: those of the person that its connection is open to."""
    record = joins(finding)
    if record is not None:
        return AdoptQuestion(viewer, finding, [record.project], record)
    limited = finding.connection.projects.values_list("pk", flat=True)
    projects = launchable_projects(viewer).select_related("team").order_by("name")
    allowed = set(limited)
    return AdoptQuestion(viewer, finding, [one for one in projects if not allowed or one.pk in allowed], None)


def terminate(finding: Finding, now: datetime) -> dict[str, Any]:
    """The question before a stray is ended for good."""
    name = registry.get(finding.provider).name
    whose = {
        Mark.OTHER: _("It carries the mark of another console ({console}): ask there first."),
        Mark.NONE: _("It carries no mark of this console: somebody may need it."),
    }.get(Mark(finding.mark), "")
    text = _("It is ended for good, and asked for until {provider} confirms that it is gone.").format(provider=name)
    url = reverse("finding", args=(finding.public_id,))
    return {
        "question": _("Terminate {finding} at {provider}?").format(finding=finding, provider=name),
        "text": f"{text} {whose.format(console=finding.deployment)}".rstrip(),
        "pairs": [
            {"label": _("Costs now"), "value": pages.rate(finding)},
            {"label": _("Since it began"), "value": pages.cost_since(finding, now)},
            {"label": _("Provider id"), "value": finding.remote_id},
        ],
        "keep_url": url,
        "keep_label": _("Keep it"),
        "action_url": reverse("finding-terminate", args=(finding.public_id,)),
        "action_label": _("Terminate"),
        "kind": "danger",
        "type_name": str(finding),
        "crumbs": [{"label": _("Reconcile"), "url": reverse("reconcile")}, {"label": str(finding), "url": url}],
        "provider_name": name,
    }


def ended(finding: Finding, now: datetime) -> dict[str, Any]:
    """What either answer makes of the cost of lost work."""
    workload = finding.workload
    if workload is None:
        return {"costs": []}
    since = workload.missing_since or workload.state_at
    return {
        "listed_until": since,
        "costs": [
            {
                "label": _("Counted until {since:%F %H:%M} UTC").format(since=since),
                "value": _cost(workload, min(since, now)),
            },
            {"label": _("Counted until now"), "value": _cost(workload, now)},
        ],
    }


def _cost(workload: Workload, at: datetime) -> str:
    if workload.billed_since is not None and at < workload.billed_since:
        at = workload.billed_since
    amount = usage.cost_so_far(workload, at)
    return formats.not_priced() if amount is None else formats.money(amount, workload.currency)
