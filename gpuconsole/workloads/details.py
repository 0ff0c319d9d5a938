"""The detail page that jobs and instances share: its tabs, and which part of it is polled under which id."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from gpuconsole.providers.features import Feature
from gpuconsole.workloads import bill, mounts, queries, spec_view, usage
from gpuconsole.workloads import detail_parts as parts
from gpuconsole.workloads.detail_page import Page
from gpuconsole.workloads.lists import Link
from gpuconsole.workloads.states import Kind

Context = Callable[[Page], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Tab:
    """A tab: its word in the URL, label (to translate), template, what it shows, and the feature without which it is
    left out."""

    slug: str
    label: str
    template: str
    context: Context
    feature: Feature | None = None


def context(page: Page) -> dict[str, Any] | None:
    """Everything that a whole page shows; None for a tab that this provider does not have."""
    tab = next((tab for tab in tabs_of(page) if tab.slug == page.tab), None)
    if tab is None:
        return None
    counts = {"events": page.workload.events.count()}
    return {
        **parts.head(page),
        "tab_template": tab.template,
        "tabs": [
            Link(
                _(other.label),
                f"{page.url}{other.slug}/" if other.slug else page.url,
                other.slug == page.tab,
                counts.get(other.slug),
            )
            for other in tabs_of(page)
        ],
        **tab.context(page),
    }


def region(page: Page, target: str) -> tuple[str, dict[str, Any]] | None:
    """Template and context of one polled part, by the id of its element; None for an id that is none."""
    found = _REGIONS.get(target)
    return None if found is None else (found[0], found[1](page))


def tabs_of(page: Page) -> Sequence[Tab]:
    """Tabs that make sense for this provider."""
    return [tab for tab in _TABS if tab.feature is None or tab.feature in page.provider.features]


def _summary(page: Page) -> dict[str, Any]:
    shown = (parts.failure, parts.drawn_timeline, parts.events, parts.guards, parts.parts)
    more = (parts.log, parts.saved, parts.metrics)
    found = {name: value for part in (*shown, *more) for name, value in part(page).items()}
    return {**found, "summary_template": _SUMMARIES[Kind(page.workload.kind)], "mounts": mounts.of(page.workload)}


def _cost(page: Page) -> dict[str, Any]:
    return {
        "bill": bill.of(page.workload, page.now),
        "workload": page.workload,
        "step": usage.step(page.workload, page.now),
    }


def _activity(page: Page) -> dict[str, Any]:
    return {"records": queries.activity(page.workload)}


_SUMMARIES = {Kind.JOB: "workloads/_summary_job.html", Kind.INSTANCE: "workloads/_summary_instance.html"}

_TABS = (
    Tab("", gettext_noop("Summary"), "workloads/_tab_summary.html", _summary),
    Tab("logs", gettext_noop("Logs"), "workloads/_tab_logs.html", parts.log, Feature.LOGS),
    Tab("events", gettext_noop("Events"), "workloads/_tab_events.html", parts.events),
    Tab("metrics", gettext_noop("Metrics"), "workloads/_tab_metrics.html", parts.metrics, Feature.METRICS),
    Tab("spec", gettext_noop("Spec"), "workloads/_tab_spec.html", spec_view.context),
    Tab("cost", gettext_noop("Cost"), "workloads/_tab_cost.html", _cost),
    Tab("activity", gettext_noop("Activity"), "workloads/_tab_activity.html", _activity),
)

_REGIONS: dict[str, tuple[str, Context]] = {
    "head": ("workloads/_head.html", parts.head),
    "failure": ("workloads/_failure.html", parts.failure),
    "timeline": ("workloads/_timeline.html", parts.drawn_timeline),
    "events": ("workloads/_events.html", parts.events),
    "auto-stop": ("workloads/_auto_stop.html", parts.guards),
    "parts": ("workloads/_parts.html", parts.parts),
    "checkpoints": ("workloads/_checkpoints.html", parts.saved),
    "metrics": ("workloads/_metrics.html", parts.metrics),
}
