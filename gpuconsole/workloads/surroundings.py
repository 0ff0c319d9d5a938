"""What a launch form knows beyond its declaration: lists to pick from, notes, locks, and in what currency it pays."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from gpuconsole.catalog import queries as catalog
from gpuconsole.core.spec_forms import EARLIER, SECRETS, Surroundings
from gpuconsole.core.translated import each_translated
from gpuconsole.projects.access import may_act_as
from gpuconsole.projects.models import ProjectRole
from gpuconsole.workloads import earlier, guards, matches, options

if TYPE_CHECKING:
    from gpuconsole.workloads.forms import LaunchForm


def of_spec(form: LaunchForm, wire: Mapping[str, Any]) -> Surroundings:
    """For the provider's fields; ``wire`` is what they say so far."""
    if form.connection is None or form.project is None:
        return Surroundings(locked=form.locked)
    ages = catalog.choice_ages(form.connection)
    found = options.sources(form.choices, ages, wire, form.project.team.currency)
    found[SECRETS] = options.secrets(form.secret_names)
    if any(choose.copies for choose in form.provider.spec.choose):
        found[EARLIER] = earlier.listed(form.viewer, form.provider)
    return Surroundings(
        found,
        each_translated(form.provider.adapter.notes(wire, form.choices)),
        matches=matches.of(form, wire),
        may_store=may_act_as(form.viewer, form.project, ProjectRole.ADMIN),
        locked=form.locked,
    )


def of_guards(form: LaunchForm) -> Surroundings:
    """For our own fields: the cost is in the currency that the provider charges in."""
    default_s = form.project.default_stop_after_s if form.project else None
    currency = next((offer.currency for offer in form.offers), "")
    return Surroundings(
        sources={guards.PROJECTS: options.projects(form.projects)},
        placeholders={"guards.stop_after_s": f"{default_s / 3600:g}"} if default_s else {},
        units={guards.AT_COST: currency} if currency else {},
        locked=form.locked,
    )
