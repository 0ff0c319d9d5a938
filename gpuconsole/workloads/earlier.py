"""Earlier work of a provider, whose choices a launch form can take over."""

from __future__ import annotations

from typing import Any

from django.http import Http404

from gpuconsole.accounts.access import Viewer
from gpuconsole.core.spec_forms import Option, OptionList
from gpuconsole.providers.contract import Provider
from gpuconsole.workloads import access
from gpuconsole.workloads.models import Workload
from gpuconsole.workloads.states import State

SHOWN = 30


def listed(viewer: Viewer, provider: Provider) -> OptionList:
    """The newest work that the person sees, each with what it would give."""
    seen = access.visible_workloads(viewer).filter(provider=provider.slug).exclude(state=State.DRAFT)
    rows = seen.only("public_id", "name", "spec").order_by("-id")[:SHOWN]
    found = ((row, _said(row, provider)) for row in rows)
    return OptionList(tuple(Option(row.public_id, f"{row.name}: {said}") for row, said in found if said))


def spec_of(viewer: Viewer, provider: Provider, public_id: str) -> dict[str, Any] | None:
    """The spec of one; None where the person sees none of that id at this provider."""
    try:
        workload = access.find_workload(viewer, public_id)
    except Http404:
        return None
    return dict(workload.spec) if workload.spec and workload.provider == provider.slug else None


def _said(row: Workload, provider: Provider) -> str:
    """The values that would be taken over."""
    names = [name for choose in provider.spec.choose if choose.copies for way in choose.ways for name in way.fields]
    return ", ".join(str(row.spec[name]) for name in names if row.spec.get(name))
