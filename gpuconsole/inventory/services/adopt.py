"""Takes a stray over: a row of our own in a project, or the row that once launched it, goes on from here."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from gpuconsole.accounts.models import User
from gpuconsole.audit import services as audit
from gpuconsole.connections.models import Connection
from gpuconsole.core import formats
from gpuconsole.core.errors import Refused
from gpuconsole.core.ids import new_id
from gpuconsole.inventory.models import Finding, FindingKind, FindingState, HowClosed, Mark
from gpuconsole.inventory.services.adoption import Adoption, adoption, joins, refuse_endless, waits_for_decision
from gpuconsole.inventory.services.holding import held, refuse_closed, refuse_ending, require_kind
from gpuconsole.projects.models import Project
from gpuconsole.providers import registry
from gpuconsole.providers.remote import Phase, RemoteState, Tariff
from gpuconsole.workloads import names, tokens, transitions
from gpuconsole.workloads.changes import Change
from gpuconsole.workloads.events import note
from gpuconsole.workloads.locking import locked
from gpuconsole.workloads.models import EventKind, Intent, Workload
from gpuconsole.workloads.services.launch import hold
from gpuconsole.workloads.services.waking import wake
from gpuconsole.workloads.states import Kind, State

PREFIXES = {Kind.JOB: "job", Kind.INSTANCE: "inst"}


def adopt(
    *, finding: Finding, project: Project | None, by: User, name: str = "", stop_after_s: int | None = None
) -> Workload:
    """Take the stray over; ``project`` None goes back to the project of the record that launched it.

    The second of two who adopt it is given what the first made. Raises Refused where it is gone, is being ended, may
    belong to a launch that waits for a decision, or needs a latest end.
    """
    with held(finding) as row:
        require_kind(row, FindingKind.STRAY, _("Only a stray is adopted: of this one there is a record already."))
        if row.how_closed == HowClosed.ADOPTED and row.workload is not None:
            return row.workload
        refuse_closed(row)
        refuse_ending(row)
        into = _project(row, project)
        hold(into)
        now = timezone.now()
        found = adoption(row, into, by, stop_after_s, now)
        refuse_endless(into, found)
        try:
            with transaction.atomic():
                workload = _join(row, found, by, now) if found.joins else _make(row, into, found, name, by, now)
        except IntegrityError as error:
            raise Refused(_("A record of it was made meanwhile: look again."), code="closed") from error
        for text in found.warnings:
            note(workload, _("A limit was passed"), kind=EventKind.WARNING, detail=text, by=by)
        workload.warnings = found.warnings
        _close(row, workload, by, now)
        wake(workload, now)
    return workload


def _project(row: Finding, project: Project | None) -> Project:
    if waits_for_decision(row):
        assert row.workload is not None
        text = _("It may be what {workload} launched, which waits for a decision: decide there.").format(
            workload=row.workload.name
        )
        raise Refused(text, code="needs_decision")
    record = joins(row)
    if record is not None:
        return record.project
    if project is None:
        raise Refused(_("Pick the project that is charged for it."), code="required", field="project")
    if (
        project.team_id != row.team_id
        or not Connection.objects.usable_in(project).filter(pk=row.connection_id).exists()
    ):
        raise Refused(
            _("{connection} is not open to this project.").format(connection=row.connection.name),
            code="unknown_connection",
            field="project",
        )
    return project


def _make(row: Finding, project: Project, found: Adoption, name: str, by: User, now: datetime) -> Workload:
    provider = registry.get(row.provider)
    kind = Kind(provider.kind)
    is_free = bool(row.token) and row.mark != Mark.OTHER and not Workload.objects.filter(token=row.token).exists()
    token = row.token if is_free else tokens.new_token()
    began = min(filter(None, (row.said_created_at, found.since)))
    workload = Workload(
        public_id=new_id(PREFIXES[kind]),
        kind=kind,
        team_id=row.team_id,
        project=project,
        connection=row.connection,
        provider=row.provider,
        is_sandbox=row.connection.is_sandbox,
        name=(name.strip() or row.name or f"{kind}-{row.remote_id[-8:]}")[: names.LONGEST],
        owner=by,
        spec={},
        token=token,
        created_at=min(began, now),
        **_facts(row, found, now),
    )
    workload.reserved = found.most.amount if found.most else None
    why = _("Adopted; {state} since {since:%F %H:%M:%S} UTC").format(state=found.state.label.lower(), since=found.since)
    phase, tariff = _stretch(row, found)
    said = row.said_started_at
    transitions.take_over(
        workload, found.state, why=why, by=by, phase=phase, tariff=tariff, since=found.since, said=said, now=now
    )
    return workload


def _join(row: Finding, found: Adoption, by: User, now: datetime) -> Workload:
    """The record's own history goes on, in another attempt."""
    assert found.joins is not None
    with locked(found.joins.pk) as workload:
        if not workload.is_final:
            raise Refused(_("A record of it was made meanwhile: look again."), code="closed")
        facts = _facts(row, found, now)
        facts |= {"is_log_complete": False, "is_output_complete": False, "removed_at": None, "missing_count": 0}
        facts |= {"reserved": None if found.most is None else workload.cost_closed + found.most.amount}
        if workload.hourly_price is not None:  # as it was frozen at the launch
            kept = ("hourly_price", "resting_hourly_price", "currency", "rounding", "price_seen_at")
            facts = {key: value for key, value in facts.items() if key not in kept}
        for key, value in facts.items():
            setattr(workload, key, value)
        phase, tariff = _stretch(row, found)
        why = _("Adopted; {state} since {since:%F %H:%M:%S} UTC").format(
            state=found.state.label.lower(), since=found.since
        )
        change = Change(
            workload=workload,
            state=found.state,
            why=why,
            at=row.said_started_at or found.since,
            phase=phase,
            tariff=tariff,
            by=by,
            fields=[*facts, "reserved"],
            is_found=True,
            is_guess=row.said_started_at is None,
        )
        transitions.move_many([change], now=now)
    return workload


def _facts(row: Finding, found: Adoption, now: datetime) -> dict[str, Any]:
    """The columns that follow from what the provider tells of it."""
    return {
        "remote_id": row.remote_id,
        "remote_status": row.remote_status,
        "is_status_known": row.remote_state != RemoteState.UNKNOWN,
        "remote": row.remote,
        "observed_at": now,
        "hardware_id": row.hardware_id,
        "gpu_model": row.gpu_model,
        "gpu_count": row.gpu_count or 0,
        "region": row.region,
        "hourly_price": row.hourly_price,
        "resting_hourly_price": row.resting_hourly_price or Decimal(0),
        "currency": row.currency,
        "rounding": row.rounding,
        "price_seen_at": now if row.hourly_price is not None else None,
        "intent": Intent.NONE,
        "intent_at": None,
        "due_at": None,
        "sending_at": None,
        "look_until": None,
        "stop_after_s": found.longest_s,
        "ends_by": found.ends_by,
    }


def _stretch(row: Finding, found: Adoption) -> tuple[Phase | None, Tariff]:
    """The span that it is in, and what it is billed on."""
    phase = Phase(row.phase) if row.phase and found.state != State.STOPPED else None
    return phase, Tariff(row.tariff)


def _close(row: Finding, workload: Workload, by: User, now: datetime) -> None:
    row.state, row.how_closed, row.closed_at = FindingState.CLOSED, HowClosed.ADOPTED, now
    row.workload, row.asked_by = workload, by
    row.proof = _("{workload} ({id}) in {project} is its record").format(
        workload=workload.name, id=workload.public_id, project=workload.project.name
    )
    row.tell(now, str(HowClosed.ADOPTED.label), detail=row.proof, by=by)
    row.save()
    price = formats.hourly(workload.hourly_price, workload.currency)
    audit.record(
        "finding.adopt",
        by=by,
        team=row.team,
        project=workload.project,
        target=workload,
        before={"finding": row.public_id, "mark": row.mark, "connection": row.connection.public_id},
        after={
            "remote_id": row.remote_id,
            "state": workload.state,
            "price": price,
            "stop_after_s": workload.stop_after_s,
        },
    )
