"""Acts on our own record of a workload, of which its provider hears nothing: its name, who is charged, its end."""

from __future__ import annotations

from copy import copy
from dataclasses import replace
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from gpuconsole.accounts.models import User
from gpuconsole.audit import services as audit
from gpuconsole.core.errors import Refused
from gpuconsole.projects import rules
from gpuconsole.projects.models import Project
from gpuconsole.providers import registry
from gpuconsole.workloads import names, transitions
from gpuconsole.workloads.events import note
from gpuconsole.workloads.halts import holds
from gpuconsole.workloads.limits.verdicts import WARNING, blocking
from gpuconsole.workloads.locking import locked
from gpuconsole.workloads.models import EventKind, Intent, Workload
from gpuconsole.workloads.services.extend import extension
from gpuconsole.workloads.services.launch import only_launches_ask, refuse_closed, refuse_if_blocked, tell_passed
from gpuconsole.workloads.states import FINAL, Kind, State

PROJECT = "project"
"""The input, and the field of a refusal."""
_STAYS = frozenset({Intent.NONE, Intent.STOP, Intent.END, Intent.DELETE})
"""Wishes that hold nothing of the project's: all others were weighed against its limits and may use its secrets."""


def rename(*, workload: Workload, name: str, by: User | None) -> Workload:
    """Call it otherwise here, in any state; its provider goes on calling it as it was launched.

    Raises Refused for what is no name.
    """
    wanted = names.checked(name)
    with locked(workload.pk) as row:
        before = row.name
        if wanted == before:
            return row
        row.name = wanted
        row.save(update_fields=["name"])
        note(row, _("Renamed"), detail=_("It was called {name}.").format(name=before), by=by)
        _record("workload.rename", row, by, before={"name": before}, after={"name": wanted})
    return row


def change_project(*, workload: Workload, project: Project, by: User | None) -> Workload:
    """Charge another project of the team from now on; what it has cost so far stays with the one that it was booked to.

    What has not ended has to fit there as a launch would: connection, held launches, quotas and budgets; what has ended
    holds nothing. Whether ``by`` may launch in that project is for the caller to have asked. Raises Refused.
    """
    with transaction.atomic():
        places = {one.pk: one for one in (workload.project, project)}
        fresh = {pk: rules.lock(places[pk]) for pk in sorted(places)}
        with locked(workload.pk) as row:
            if row.project_id == project.pk:
                return row
            _refuse_on_its_way(row)
            if row.team_id != project.team_id:
                raise Refused(_("Work stays in its team."), code="other_team", field=PROJECT)
            _refuse_archived(fresh[project.pk])
            former, now = row.project, timezone.now()
            transitions.charge_to(row, project, now)
            if row.state not in FINAL:
                _refuse_unfit(row, fresh[project.pk], now)
            _tell_change(row, former, by)
    return row


def delete_record(*, workload: Workload, by: User | None) -> Workload:
    """Take what has ended out of sight for good, with its log, metrics, events and spec.

    What it cost stays in the costs of its project, under its name, and the audit log keeps what was done with it.
    """
    with transaction.atomic(), locked(workload.pk) as row:
        if row.deleted_at is not None:
            return row
        _refuse_not_over(row)
        for kept in (row.log_chunks, row.metric_samples, row.checkpoints, row.events):
            kept.all().delete()
        row.deleted_at = row.output_forgotten_at = timezone.now()
        for name, empty in _EMPTY.items():
            setattr(row, name, copy(empty))  # rows never share a list
        row.phases = [{**attempt, "note": ""} for attempt in row.phases]
        row.save(update_fields=["deleted_at", "output_forgotten_at", "phases", *_EMPTY])
        transitions.touch(row)
        _record("workload.delete_record", row, by, before={"state": row.state})
    return row


_OBJECTS = ("spec", "defaults", "request", "remote", "evidence", "connect", "edit", "edit_errors")
_LISTS = ("parts", "ports", "labels", "known_remote_ids")
_EMPTY: dict[str, str | int | bool | bytes | list[str] | dict[str, str]] = {
    **{name: dict[str, str]() for name in _OBJECTS},
    **{name: list[str]() for name in _LISTS},
    **dict.fromkeys(("reason_text", "log_cursor"), ""),
    **dict.fromkeys(("log_size", "log_lines"), 0),
    **dict.fromkeys(("is_log_complete", "is_output_complete"), True),
    "hidden_ways": b"",
}


def _refuse_on_its_way(row: Workload) -> None:
    if row.state == State.SUBMITTING or row.intent not in _STAYS:
        is_launch = row.state == State.SUBMITTING
        text = (
            _("Its launch is on its way, weighed against the limits of {project}: wait until it is confirmed.")
            if is_launch
            else _("A {act} is on its way, weighed against the limits of {project}: wait until it is confirmed.")
        )
        text = text.format(act=Intent(row.intent).label.lower(), project=row.project.name)
        raise Refused(text, code="busy", field=PROJECT)


def _refuse_archived(project: Project) -> None:
    if project.archived_at is not None:
        text = _("{project} is archived: no work is charged to it.").format(project=project.name)
        raise Refused(text, code="archived", field=PROJECT)


def _refuse_unfit(row: Workload, project: Project, now: datetime) -> None:
    """Raises Refused where the project that it is in now does not take it; the move is undone then."""
    if row.billed_since is not None and row.billed_lanes:
        provider = registry.get(row.provider)
        text = _("{provider} bills each of its nodes by itself: it can be moved once it is billed no more.")
        raise Refused(text.format(provider=provider.name), code="wrong_state", field=PROJECT)
    try:
        refuse_closed(project, row.connection)
    except Refused as no:
        text = _("{connection} is not open to {project}.").format(connection=row.connection.name, project=project.name)
        raise Refused(text, code=no.code, field=PROJECT) from no
    if row.ends_by is None and row.kind == Kind.INSTANCE and not project.may_never_end:
        text = _("Work in {project} has a latest end, and {name} has none: give it one first.")
        raise Refused(text.format(project=project.name, name=row.name), code="needs_deadline", field=PROJECT)
    found = extension(row, row.ends_by, now, stop_at_cost=row.stop_at_cost, is_moved=True)
    checks = (*holds.checks(project, row.connection), *(found.verdict.checks if row.is_active else ()))
    here = blocking(replace(check, field=PROJECT) for check in checks)
    refuse_if_blocked(here, instead=only_launches_ask())
    row.warnings = tuple(check.text for check in checks if check.code == WARNING)


def _tell_change(row: Workload, former: Project, by: User | None) -> None:
    text = _("Moved from {before} to {after}").format(before=former.name, after=row.project.name)
    detail = _("What it cost before stays with {project}.").format(project=former.name)
    note(row, text, kind=EventKind.NOTE, detail=detail, by=by)
    tell_passed(row, by)
    _record("workload.change_project", row, by, before={"project": former.slug}, after={"project": row.project.slug})


def _refuse_not_over(row: Workload) -> None:
    if row.state not in FINAL:
        word = row.state_word.label.lower()
        text = _("{name} is {state}: only the record of what has ended can be deleted.")
        raise Refused(text.format(name=row.name, state=word), code="wrong_state")
    if row.intent:
        text = _("{act} is on its way: wait until it is confirmed.").format(act=Intent(row.intent).label)
        raise Refused(text, code="busy")


def _record(
    action: str, row: Workload, by: User | None, before: dict[str, str], after: dict[str, str] | None = None
) -> None:
    audit.record(action, by=by, team=row.project.team, project=row.project, target=row, before=before, after=after)
