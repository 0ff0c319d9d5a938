"""Launches: checked, reserved and written down in one short transaction, then left to a worker."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from gpuconsole.accounts.models import ApiToken, User
from gpuconsole.audit import services as audit
from gpuconsole.catalog import queries as catalog
from gpuconsole.connections.models import Connection
from gpuconsole.core.errors import Refused
from gpuconsole.core.ids import new_id
from gpuconsole.core.spec_forms.build import build
from gpuconsole.core.spec_forms.defaults import unsaid
from gpuconsole.core.translated import each_translated
from gpuconsole.projects import rules, secrets
from gpuconsole.projects.models import Project
from gpuconsole.providers import registry
from gpuconsole.providers.specs import Spec
from gpuconsole.workloads import guarding, names, transitions, unstored
from gpuconsole.workloads.estimates import Estimate, deadline, estimate, told
from gpuconsole.workloads.events import note
from gpuconsole.workloads.guarding import Guards
from gpuconsole.workloads.limits.verdicts import NEEDS_APPROVAL, Check
from gpuconsole.workloads.models import EventKind, Intent, LaunchRequest, Preset, Workload
from gpuconsole.workloads.presets import locks
from gpuconsole.workloads.presets.locks import Terms
from gpuconsole.workloads.services.waking import wake
from gpuconsole.workloads.states import Kind
from gpuconsole.workloads.tokens import new_token

_PREFIXES = {Kind.JOB: "job", Kind.INSTANCE: "inst"}
_MOST_ATTEMPTS = 10**6
"""More were never seen; whoever asks for more is told of so many."""


@transaction.atomic
def launch(
    *,
    project: Project,
    connection: Connection,
    spec: Spec,
    name: str,
    by: User | None,
    api_token: ApiToken | None = None,
    stop_after_s: int | None = None,
    guards: Guards = guarding.NONE,
    idempotency_key: str | None = None,
    labels: Sequence[str] = (),
    retry_of: Workload | None = None,
    preset: Preset | None = None,
    answers: LaunchRequest | None = None,
    allowed: Collection[str] = (),
) -> Workload:
    """Ask for new work; it is there as *submitting* when this returns, and a worker sends it at once.

    The same ``idempotency_key`` with the same request gives the first workload again. A launch from a preset keeps its
    locked fields. Raises Refused where a check says no. Whether ``by`` may launch in the project, and sees the preset,
    is for the caller to have asked. With ``answers`` it is what that request asks for, its limits ``allowed`` (by key).
    """
    hold(project)
    mark = fingerprint(connection, spec, name, stop_after_s, labels, preset, guards)
    if idempotency_key is not None:
        first = Workload.objects.launched_in(project).filter(idempotency_key=idempotency_key).first()
        if first is not None:
            return _again(first, mark)
    _check(project, connection, spec)
    if preset is not None:
        locks.check(preset, project, Terms(spec, connection, name, stop_after_s, labels, guards))
    figures = estimate(
        project=project,
        connection=connection,
        spec=spec,
        owner=by,
        stop_after_s=stop_after_s,
        guards=guards,
        request=answers,
    )
    refuse_if_blocked(not_allowed(figures, allowed))
    workload = _row(project, connection, spec, figures, name, labels)
    workload.owner, workload.api_token, workload.retry_of = by, api_token, retry_of
    workload.idempotency_key, workload.request_hash = idempotency_key, mark
    workload.stop_after_s = figures.longest_s
    guards.put(workload)
    workload.ends_by = deadline(workload.created_at, figures.longest_s)
    transitions.begin(workload, why=_("Submitted"), by=by)
    warn(workload, figures, by)
    audit.record(
        "workload.launch", by=by, team=project.team, project=project, target=workload, after=_facts(workload, preset)
    )
    wake(workload, workload.created_at)
    return workload


def refuse_if_blocked(blocking: Sequence[Check], *, instead: str = "") -> None:
    """Raises Refused with the first check that says no; the others stand in its details.

    ``instead`` says what to do where an admin could allow all of it, but this is not how to ask.
    """
    if blocking:
        first, *others = blocking
        details, errors = [other.text for other in others], {one.field: one.text for one in blocking if one.field}
        if instead and first.code == NEEDS_APPROVAL:
            details.append(instead)
        raise Refused(first.text, code=first.code, field=first.field, details=details, errors=errors)


def not_allowed(figures: Estimate, allowed: Collection[str]) -> list[Check]:
    """Why it is refused all the same when an admin allows these limits, by their keys."""
    return [check for check in figures.blocking if check.code != NEEDS_APPROVAL or check.limit not in allowed]


def only_launches_ask() -> str:
    """Said where other acts than a launch meet a limit that an admin could allow."""
    return _("Only a launch can wait for an admin: clone it and ask, or have the limit raised.")


def estimate_again(row: Workload, spec: Spec, now: datetime) -> Estimate:
    """The figures of another run of what is there, with what is left of its guards. Raises Refused where limits stand
    in its way, those that ask included."""
    figures = estimate(
        project=row.project,
        connection=row.connection,
        spec=spec,
        owner=row.owner,
        stop_after_s=row.stop_after_s,
        guards=guarding.left(row, now),
    )
    refuse_if_blocked(figures.blocking, instead=only_launches_ask())
    return figures


def warn(workload: Workload, figures: Estimate, by: User | None) -> None:
    """Write down the limits that were passed with a warning; the answer to this request shows them too."""
    workload.warnings = tuple(check.text for check in figures.warnings)
    tell_passed(workload, by)


def tell_passed(workload: Workload, by: User | None) -> None:
    """An event for each limit that it passes with a warning."""
    for text in workload.warnings:
        note(workload, _("A limit was passed"), kind=EventKind.WARNING, detail=text, by=by)


def hold(project: Project) -> None:
    """One launch at a time, so that two can't both take the last of a quota; with what the project says now."""
    fresh = rules.lock(project)
    rules.refuse_archived(fresh)
    project.default_stop_after_s, project.may_never_end = fresh.default_stop_after_s, fresh.may_never_end


def refuse_other(first: Workload | LaunchRequest, mark: str) -> None:
    """Raises Refused where the key of ``first`` comes again with another launch."""
    if first.request_hash != mark:
        text = _("This idempotency key was used for another launch. Use a new key for a new request.")
        raise Refused(text, code="idempotency_conflict")


def _again(first: Workload, mark: str) -> Workload:
    refuse_other(first, mark)
    first.is_repeat = True
    return first


def _check(project: Project, connection: Connection, spec: Spec) -> None:
    if connection.provider != spec.provider:
        text = _("{connection} is a connection to {provider}, not to {other}.")
        raise Refused(
            text.format(connection=connection.name, provider=connection.provider, other=spec.provider),
        )
    refuse_closed(project, connection)
    missing = unstored.places(spec.wire(), secrets.names(project)) if spec.secret_names() else []
    if missing:
        text = _("The project has no secret of the name that stands here. Add it first, or pick another.")
        also = [_("{field}: no such secret").format(field=one.path) for one in missing[1:]]
        raise Refused(text, code="no_such_secret", field=f"spec.{missing[0].path}", details=also)
    errors = each_translated(registry.get(spec.provider).adapter.check_choices(spec, catalog.all_choices(connection)))
    if errors:
        (path, text), *others = errors.items()
        raise Refused(text, code="choice", field=f"spec.{path}", details=[f"{at}: {why}" for at, why in others])


def refuse_closed(project: Project, connection: Connection) -> None:
    """Raises Refused where the project may not launch on the connection, or it was removed."""
    if not Connection.objects.usable_in(project).filter(pk=connection.pk).exists():
        text = _("{connection} is not open to this project.").format(connection=connection.name)
        raise Refused(text, code="unknown_connection", field="connection")


def _row(
    project: Project, connection: Connection, spec: Spec, figures: Estimate, name: str, labels: Sequence[str]
) -> Workload:
    provider, pricing, now = registry.get(connection.provider), figures.pricing, timezone.now()
    kind, token = Kind(provider.kind), new_token()
    return Workload(
        public_id=new_id(_PREFIXES[kind]),
        kind=kind,
        team_id=project.team_id,
        project=project,
        connection=connection,
        provider=connection.provider,
        is_sandbox=connection.is_sandbox,
        name=(name.strip() or names.own_name(spec.wire(), provider.name_path) or f"{kind}-{token[-6:]}")[
            : names.LONGEST
        ],
        labels=list(dict.fromkeys(labels)),
        spec=spec.wire(),
        defaults=unsaid(build(provider.spec), spec.wire()),
        token=token,
        intent=Intent.LAUNCH,
        intent_at=now,
        due_at=now,
        hardware_id=pricing.hardware_id,
        gpu_model=pricing.hardware_model,
        gpu_count=pricing.gpu_count,
        attempts_most=min(pricing.attempts, _MOST_ATTEMPTS),
        region=pricing.region,
        hourly_price=pricing.hourly_price,
        resting_hourly_price=pricing.resting_hourly_price,
        currency=pricing.currency,
        rounding=pricing.rounding,
        price_seen_at=figures.price_seen_at,
        reserved=figures.upper.amount if figures.upper else None,
        **told(figures),
        created_at=now,
    )


def fingerprint(
    connection: Connection,
    spec: Spec,
    name: str,
    stop_after_s: int | None,
    labels: Sequence[str],
    preset: Preset | None,
    guards: Guards = guarding.NONE,
) -> str:
    """What tells two launches apart that come with the same idempotency key."""
    asked = [connection.public_id, spec.wire(), name, stop_after_s, list(labels)]
    asked += [preset.public_id] if preset else []
    asked += [guards.said] if guards.said else []
    return hashlib.sha256(json.dumps(asked, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _facts(workload: Workload, preset: Preset | None) -> dict[str, str | int | float | None]:
    return {
        "connection": workload.connection.public_id,
        "hardware": workload.hardware_id,
        "gpus": workload.gpu_count,
        "hourly_price": None if workload.hourly_price is None else str(workload.hourly_price),
        "currency": workload.currency,
        "stop_after_s": workload.stop_after_s,
        **Guards.of(workload).said,
        **({"preset": preset.public_id} if preset else {}),
    }
