"""Drafts: what a person had typed into a launch form, kept as it was typed."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from gpuconsole.accounts.access import Viewer
from gpuconsole.workloads.forms import JSON_TEXT, LaunchForm
from gpuconsole.workloads.models import Draft

MOST_INPUTS = 2000
NOT_KEPT = frozenset({"csrfmiddlewaretoken", "key", "left", "confirmed"})
"""Inputs that belong to one rendering of the form, not to what was typed."""


def find(viewer: Viewer, provider: str) -> Draft | None:
    """The person's draft of this form in the team in focus."""
    return Draft.objects.filter(team=viewer.team, user=viewer.user, provider=provider).first()


def save(form: LaunchForm) -> datetime:
    """Keep the form's inputs, and JSON that cannot be read yet, in place of what was kept before; gives the moment."""
    now = timezone.now()
    kept = {name: values for name, values in form.values.items() if name not in NOT_KEPT and ":" not in name}
    fields = dict(list(kept.items())[:MOST_INPUTS])
    if form.json_error:
        fields[JSON_TEXT] = [form.json_text]
    Draft.objects.update_or_create(
        team=form.viewer.team,
        user=form.viewer.user,
        provider=form.provider.slug,
        defaults={"fields": fields, "saved_at": now},
    )
    return now


def discard(viewer: Viewer, provider: str) -> None:
    """Forget the draft; nothing happens where there is none."""
    Draft.objects.filter(team=viewer.team, user=viewer.user, provider=provider).delete()
