"""Trims: less than was asked for; that it is less is what lets an admin decide it for another person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from gpuconsole.core.errors import Refused
from gpuconsole.core.money import Money
from gpuconsole.projects import rates
from gpuconsole.providers.specs import Spec
from gpuconsole.workloads.estimates import Estimate
from gpuconsole.workloads.guarding import KEYS, Guards
from gpuconsole.workloads.limits.verdicts import STOP_AFTER
from gpuconsole.workloads.models import LaunchRequest, Workload


@dataclass(frozen=True, slots=True)
class Trim:
    """What is launched instead; None leaves a thing as it was asked for."""

    spec: Spec | None = None
    stop_after_s: int | None = None
    guards: Guards | None = None


def refuse_other_provider(trim: Trim, provider: str) -> None:
    """Raises Refused for a spec of another provider."""
    if trim.spec is not None and trim.spec.provider != provider:
        raise Refused(_("A trim stays with the provider that was asked for."), code="other_provider", field="spec")


def refuse_more(figures: Estimate, asked: Estimate) -> None:
    """Raises Refused for more GPUs, a longer run or more money than ``asked``, both as of now."""
    if figures.gpu_count > asked.gpu_count:
        text = _("{count} GPUs are more than the {asked} asked for: a trim takes away.").format(
            count=figures.gpu_count, asked=asked.gpu_count
        )
        raise Refused(text, code="no_trim", field="spec")
    if asked.longest_s is not None and (figures.longest_s is None or figures.longest_s > asked.longest_s):
        raise Refused(_("It may not run longer than was asked for."), code="no_trim", field=STOP_AFTER)
    if asked.upper is not None and _is_dearer(figures.upper, asked.upper):
        text = _("At most {amount}, and {asked} was asked for: a trim takes away.").format(
            amount=figures.upper or _("an unknown amount"), asked=asked.upper
        )
        raise Refused(text, code="no_trim")


def _is_dearer(upper: Money | None, asked: Money) -> bool:
    same = rates.convert(upper, asked.currency) if upper else None
    return same is None or same.amount > asked.amount


def changed(row: LaunchRequest, workload: Workload) -> list[str]:
    """Dotted paths of what was launched otherwise than it was asked for."""
    ours = [STOP_AFTER] if row.stop_after_s != workload.stop_after_s else []
    before, after = Guards.read(row.guards), Guards.of(workload)
    ours += [f"guards.{key}" for key in KEYS if getattr(before, key) != getattr(after, key)]
    return [*_differing(row.spec, workload.spec, "spec"), *ours]


def _differing(before: Any, after: Any, path: str) -> list[str]:
    """Lists differ as a whole."""
    if isinstance(before, dict) and isinstance(after, dict):
        keys = [*before, *(key for key in after if key not in before)]
        found = [_differing(before.get(key), after.get(key), f"{path}.{key}") for key in keys]
        return [one for listed in found for one in listed]
    return [] if before == after else [path]
