"""Edits: what is to be changed of work that is there is written down, and the provider's answer ends the wish."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from pydantic import ValidationError

from gpuconsole.accounts.models import User
from gpuconsole.audit import services as audit
from gpuconsole.core.errors import Refused
from gpuconsole.core.translated import translated
from gpuconsole.providers import problems, registry
from gpuconsole.providers.contract import Provider
from gpuconsole.providers.edits import Edits
from gpuconsole.providers.features import Feature
from gpuconsole.workloads.events import note
from gpuconsole.workloads.locking import locked
from gpuconsole.workloads.models import EventKind, Intent, Workload
from gpuconsole.workloads.services.acts import ask_again, refuse_in_state, refuse_without_feature
from gpuconsole.workloads.services.waking import wake
from gpuconsole.workloads.states import Verb

PATH = "changes"
"""What stands before a field's own path in a refusal."""


def edit(*, workload: Workload, changes: Mapping[str, Any], by: User | None, key: str = "") -> Workload:
    """Ask for a change. The same again while it is on its way changes nothing, nor does the ``key`` of the last one.

    Raises Refused, with messages at ``changes.<wire path>`` where fields are at fault.
    """
    with transaction.atomic(), locked(workload.pk) as row:
        if key and key == row.edit_key:
            return row
        refuse_without_feature(row, Verb.EDIT, Feature.EDIT)
        wanted = _read(registry.get(row.provider), row, changes)
        if row.intent == Intent.EDIT and row.edit == wanted.wire():
            ask_again(row, timezone.now())
            return row
        refuse_edit(row)
        if not wanted.model_fields_set:
            raise Refused(_("Nothing was changed: all of it is so already."), code="nothing_changed")
        row.edit_key = key
        _want(row, wanted, by, timezone.now())
        audit.record(
            "workload.edit",
            by=by,
            team=row.project.team,
            project=row.project,
            target=row,
            before=_before(wanted, row),
            after=row.edit,
        )
    return row


def refuse_edit(row: Workload) -> None:
    """Raises Refused where the work cannot be changed as it stands just now."""
    provider = registry.get(row.provider)
    refuse_without_feature(row, Verb.EDIT, Feature.EDIT)
    refuse_in_state(row, Verb.EDIT)
    edits = provider.edits
    assert edits is not None  # the feature says so
    if edits.statuses and row.remote_status not in edits.statuses:
        raise Refused(_(edits.when), code="wrong_state")
    if row.intent:
        is_edit = row.intent == Intent.EDIT
        text = (
            _("An edit is on its way: wait until {provider} has confirmed it.")
            if is_edit
            else _("{act} is on its way: wait until {provider} has confirmed it.")
        )
        raise Refused(text.format(act=Intent(row.intent).label, provider=provider.name), code="busy")


def _read(provider: Provider, row: Workload, changes: Mapping[str, Any]) -> Edits:
    """The checked changes without what is so already."""
    assert provider.edits is not None  # the feature says so
    try:
        given = provider.edits.model_validate(dict(changes))
    except ValidationError as exc:
        raise _wrong({problem.path: problem.message for problem in problems.problems(exc)}) from exc
    if found := given.misfits(row.spec, row.remote):
        raise _wrong(found)
    return given.changed(row.remote)


def _wrong(found: Mapping[str, str]) -> Refused:
    errors = {f"{PATH}.{path}" if path else PATH: translated(message) for path, message in found.items()}
    first, message = next(iter(errors.items()))
    return Refused(message, code="invalid", field=first, errors=errors)


def _want(row: Workload, wanted: Edits, by: User | None, now: datetime) -> None:
    row.intent, row.intent_at, row.intent_by, row.due_at = Intent.EDIT, now, by, now
    row.intent_tries, row.intent_error = 0, ""
    row.edit, row.edit_errors, row.edit_sent_at = wanted.wire(), {}, None
    row.save(
        update_fields=[
            *("intent", "intent_at", "intent_by", "due_at", "intent_tries", "intent_error"),
            *("edit", "edit_errors", "edit_key", "edit_sent_at"),
        ]
    )
    note(row, _("Edit asked"), kind=EventKind.INTENT, by=by, detail=wanted.said)
    wake(row, now)


def _before(wanted: Edits, row: Workload) -> dict[str, Any]:
    now = wanted.current(row.remote)
    return {name: now[name] for name in wanted.model_fields_set if name in now}
