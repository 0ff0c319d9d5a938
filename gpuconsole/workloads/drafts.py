"""Drafts: what a person had typed into a launch form, kept as it was typed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.utils import timezone

from gpuconsole.accounts.access import Viewer
from gpuconsole.workloads.models import Draft

MOST_INPUTS = 2000
NOT_KEPT = frozenset({"csrfmiddlewaretoken", "key", "left", "confirmed"})
"""Inputs that belong to one rendering of the form, not to what was typed."""


def find(viewer: Viewer, provider: str) -> Draft | None:
    """The person's draft of this form in the team in focus."""
    return Draft.objects.filter(team=viewer.team, user=viewer.user, provider=provider).first()


def save(viewer: Viewer, provider: str, fields: Mapping[str, list[str]]) -> datetime:
    """Keep the inputs in place of what was kept before; gives the moment."""
    now = timezone.now()
    kept = {name: values for name, values in fields.items() if name not in NOT_KEPT and ":" not in name}
    Draft.objects.update_or_create(
        team=viewer.team,
        user=viewer.user,
        provider=provider,
        defaults={"fields": dict(list(kept.items())[:MOST_INPUTS]), "saved_at": now},
    )
    return now


def discard(viewer: Viewer, provider: str) -> None:
    """Forget the draft; nothing happens where there is none."""
    Draft.objects.filter(team=viewer.team, user=viewer.user, provider=provider).delete()
