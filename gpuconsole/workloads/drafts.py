"""Drafts: what a person had typed into a launch form, kept as it was typed."""

from __future__ import annotations

import json
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from gpuconsole.accounts.access import Viewer
from gpuconsole.core import crypto
from gpuconsole.core import fields as sealing
from gpuconsole.core.spec_forms import Values
from gpuconsole.workloads.forms import JSON_TEXT, LaunchForm
from gpuconsole.workloads.models import Draft

MOST_INPUTS = 2000
NOT_KEPT = frozenset({"csrfmiddlewaretoken", "key", "left", "confirmed"})
"""Inputs that belong to one rendering of the form, not to what was typed."""


def find(viewer: Viewer, provider: str) -> Draft | None:
    """The person's draft of this form in the team in focus; None too where its seal opens no more."""
    found = Draft.objects.filter(team=viewer.team, user=viewer.user, provider=provider).first()
    return found if found is not None and _read(found) is not None else None


def values(draft: Draft) -> Values:
    """The form's inputs as they were typed."""
    return Values.of(json.loads(_read(draft) or "{}"))


def save(form: LaunchForm) -> datetime:
    """Keep the form's inputs, and JSON that cannot be read yet, in place of what was kept before; gives the moment."""
    now = timezone.now()
    kept = {name: values for name, values in form.values.items() if name not in NOT_KEPT and ":" not in name}
    fields = dict(list(kept.items())[:MOST_INPUTS])
    if form.json_error:
        fields[JSON_TEXT] = [form.json_text]
    _write(form, json.dumps(fields), now)
    return now


@transaction.atomic
def _write(form: LaunchForm, text: str, now: datetime) -> None:
    draft, _ = Draft.objects.get_or_create(
        team=form.viewer.team, user=form.viewer.user, provider=form.provider.slug, defaults={"saved_at": now}
    )
    draft.saved_at = now
    sealing.write(draft, "inputs", text)  # sealed for its own row, so the row comes first
    draft.save()


def _read(draft: Draft) -> str | None:
    try:
        return sealing.read(draft, "inputs")
    except crypto.SealBroken:
        return None


def discard(viewer: Viewer, provider: str) -> None:
    """Forget the draft; nothing happens where there is none."""
    Draft.objects.filter(team=viewer.team, user=viewer.user, provider=provider).delete()
