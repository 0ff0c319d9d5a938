"""What becomes of launch requests: approved, trimmed, declined, withdrawn, expired; each decided once."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from pydantic import ValidationError

from gpuconsole.accounts.models import User
from gpuconsole.core import versions
from gpuconsole.core.errors import Refused
from gpuconsole.projects.access import may_act_as
from gpuconsole.projects.models import ProjectRole
from gpuconsole.providers import registry
from gpuconsole.providers.specs import Spec
from gpuconsole.workloads import bulk
from gpuconsole.workloads.estimates import Estimate, estimate
from gpuconsole.workloads.events import note
from gpuconsole.workloads.guarding import Guards
from gpuconsole.workloads.limits.verdicts import NEEDS_APPROVAL
from gpuconsole.workloads.models import Decision, EventKind, LaunchRequest, LaunchRequestQuerySet, Via, Workload
from gpuconsole.workloads.requests import access, trims
from gpuconsole.workloads.requests.asking import tell
from gpuconsole.workloads.requests.trims import Trim
from gpuconsole.workloads.services.launch import hold, launch, not_allowed

MOST_A_ROUND = 200


def approve(
    *, request: LaunchRequest, by: User, via: Via, allowed: Collection[str], reason: str = "", trim: Trim | None = None
) -> LaunchRequest:
    """Launch what was asked for, or less of it, with all checks done anew but those of the ``allowed`` limits (keys).

    Pressed again it has no other effect. Raises Refused where it was decided otherwise, where its time is over, and
    with whatever else stands against the launch now. Whether ``by`` may allow these limits the caller has asked.
    """
    with transaction.atomic():
        hold(request.project)
        row, now = _locked(request), timezone.now()
        if row.state == Decision.APPROVED and trim is None:
            return row
        _refuse_decided(row, now)
        _refuse_gone(row)
        # decided first: what it held is free again when the launch is checked
        _decide(row, Decision.APPROVED, now, by, via, reason)
        row.workload = _launched(row, trim, allowed)
        row.is_trimmed = trim is not None
        row.save(update_fields=["workload", "is_trimmed"])
        _note(row, by)
        after = {"workload": row.workload.public_id, "via": via.value, "limits": sorted(allowed)}
        if trim is not None:
            after["changed"] = trims.changed(row, row.workload)
        tell(row, "request.trim" if trim else "request.approve", by, after=after, why=reason)
    return row


@transaction.atomic
def decline(*, request: LaunchRequest, by: User, via: Via, reason: str) -> LaunchRequest:
    """Say no, with a reason that the person reads. Raises Refused without one, and where it was decided otherwise."""
    row, now = _locked(request), timezone.now()
    if row.state == Decision.DECLINED:
        return row
    _refuse_decided(row, now)
    if not reason.strip():
        raise Refused(_("Say why, so that the person knows what to change."), code="required", field="reason")
    _decide(row, Decision.DECLINED, now, by, via, reason)
    tell(row, "request.decline", by, after={"via": via.value}, why=row.reason)
    return row


@transaction.atomic
def withdraw(*, request: LaunchRequest, by: User, via: Via) -> LaunchRequest:
    """Take it back. Raises Refused where it was decided otherwise."""
    row, now = _locked(request), timezone.now()
    if row.state == Decision.WITHDRAWN:
        return row
    _refuse_decided(row, now)
    _decide(row, Decision.WITHDRAWN, now, by, via)
    tell(row, "request.withdraw", by, after={"via": via.value})
    return row


@transaction.atomic
def turn_down_many(
    *, requests: LaunchRequestQuerySet, state: Decision, by: User | None, via: Via | None, reason: str, now: datetime
) -> list[LaunchRequest]:
    """Decline or withdraw all of these that still wait, with a fixed number of queries; gives them. The audit record
    is for the caller to write, one for all."""
    rows = list(requests.waiting(now).select_for_update(of=("self",)).order_by("pk"))
    for row in rows:
        _put(row, state, now, by, via, reason)
    bulk.update(rows, _DECIDED)
    versions.bump(*sorted({topic for row in rows for topic in (f"project:{row.project_id}", f"team:{row.team_id}")}))
    return rows


def expire_due(now: datetime) -> int:
    """Mark those whose time is over; gives how many. Their money was free from that moment on already."""
    with transaction.atomic():
        due = LaunchRequest.objects.overdue(now).select_related("project", "project__team").order_by("expires_at")
        rows = list(due.select_for_update(of=("self",), skip_locked=True)[:MOST_A_ROUND])
        for row in rows:
            _decide(row, Decision.EXPIRED, row.expires_at, None, None)
            tell(row, "request.expire", None)
    return len(rows)


def spec_of(row: LaunchRequest) -> Spec:
    """The spec as it was asked for. Raises Refused where the provider's fields have changed so that it is none now."""
    try:
        return registry.get(row.provider).spec.read(row.spec)
    except ValidationError as exc:
        text = _("The provider's fields have changed since: this can't be launched any more. Decline it; ask anew.")
        raise Refused(text, code="outdated") from exc


def estimate_of(row: LaunchRequest, spec: Spec, stop_after_s: int | None, guards: Guards | None = None) -> Estimate:
    """The figures of the launch as things stand now, as if the request itself held nothing."""
    return estimate(
        project=row.project,
        connection=row.connection,
        spec=spec,
        owner=row.by,
        stop_after_s=stop_after_s,
        guards=Guards.read(row.guards) if guards is None else guards,
        request=row,
    )


def _launched(row: LaunchRequest, trim: Trim | None, allowed: Collection[str]) -> Workload:
    spec = spec_of(row)
    stop_after_s, guards = row.stop_after_s, Guards.read(row.guards)
    figures = asked = estimate_of(row, spec, stop_after_s)
    if trim is not None:
        trims.refuse_other_provider(trim, row.provider)
        spec, stop_after_s = trim.spec or spec, trim.stop_after_s or stop_after_s
        guards = trim.guards or guards
        figures = estimate_of(row, spec, stop_after_s, guards)
        trims.refuse_more(figures, asked)
    _refuse_new_limits(figures, allowed)
    return launch(
        project=row.project,
        connection=row.connection,
        spec=spec,
        name=row.name,
        by=row.by,
        api_token=row.api_token,
        stop_after_s=stop_after_s,
        guards=guards,
        labels=row.labels,
        preset=row.preset,
        answers=row,
        allowed=allowed,
    )


def _refuse_new_limits(figures: Estimate, allowed: Collection[str]) -> None:
    """Limits that ask, too, but that nobody has looked at when saying yes."""
    found = not_allowed(figures, allowed)
    if found and all(check.code == NEEDS_APPROVAL for check in found):
        first, *others = found
        text = _("A limit stands against it that was not among those allowed: {limit} Look again, then decide.").format(
            limit=first.text
        )
        raise Refused(text, code="other_limits", details=[other.text for other in others])


def _note(row: LaunchRequest, by: User) -> None:
    assert row.workload is not None
    text = _("Approved with changes by {person}") if row.is_trimmed else _("Approved by {person}")
    detail = [one["text"] for one in row.violations]
    if row.is_trimmed:
        detail.append(_("Changed: {names}.").format(names=", ".join(trims.changed(row, row.workload))))
    why = text.format(person=by.display_name)
    note(row.workload, why, kind=EventKind.INTENT, by=by, detail=" ".join(detail))


def _locked(request: LaunchRequest) -> LaunchRequest:
    rows = LaunchRequest.objects.select_related("project", "project__team", "connection", "by", "preset", "api_token")
    return rows.select_for_update(of=("self",)).get(pk=request.pk)


def _refuse_decided(row: LaunchRequest, now: datetime) -> None:
    if row.is_open(now):
        return
    word = Decision.EXPIRED if row.state == Decision.WAITING else row.state_word
    text = _("This request is {word} already: nothing was changed.")
    if row.decided_by is not None:
        text = _("This request is {word} by {person} already: nothing was changed.")
    text = text.format(word=word.label.lower(), person=row.decided_by.display_name if row.decided_by else "")
    raise Refused(text, code="expired" if word is Decision.EXPIRED else "decided")


def _refuse_gone(row: LaunchRequest) -> None:
    """Nothing is launched for somebody who may not launch any more."""
    asker = None if row.by is None else access.viewer_of(row.by, row.project.team)
    if asker is None or not may_act_as(asker, row.project, ProjectRole.MEMBER):
        raise Refused(
            _("The person who asked may not launch in this project any more. Decline it."), code="requester_gone"
        )


def _decide(
    row: LaunchRequest, state: Decision, now: datetime, by: User | None, via: Via | None, reason: str = ""
) -> None:
    _put(row, state, now, by, via, reason)
    row.save(update_fields=_DECIDED)


_DECIDED = ("state", "decided_at", "decided_by", "decided_via", "reason", "is_told")


def _put(row: LaunchRequest, state: Decision, now: datetime, by: User | None, via: Via | None, reason: str) -> None:
    """The only writer of a request's state."""
    row.state, row.decided_at, row.decided_by, row.decided_via = state, now, by, via or ""
    row.reason, row.is_told = " ".join(reason.split())[:500], False
