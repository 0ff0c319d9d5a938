"""Writes audit records; called by every service that changes something, in its transaction."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.db import models
from django.utils import timezone

from gpuconsole.accounts.models import Team, User
from gpuconsole.audit.models import Record, Result
from gpuconsole.core import origin, versions
from gpuconsole.core.acts import Act
from gpuconsole.core.ids import new_id


def record(
    action: str,
    *,
    by: User | None,
    team: Team | None,
    target: models.Model | None = None,
    project: models.Model | None = None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    why: str = "",
    result: Result = Result.OK,
) -> Record:
    """One record: ``record("connection.rotate", by=user, team=team, target=connection)``.

    Address, request id and API token come from the request being answered. ``by`` None is the console itself.
    Never hand in a secret: ``before`` and ``after`` are shown to team admins.
    """
    place = origin.current()
    if team is not None:
        versions.bump(topic(team))
    return Record.objects.create(
        public_id=new_id("aud"),
        at=timezone.now(),
        action=action,
        team=team,
        project_id=project.pk if project else None,
        project_name=str(project)[:80] if project else "",
        user=by,
        user_name=by.display_name if by else "",
        token_id=place.token_pk,
        target_type=target._meta.model_name or "" if target else "",
        target_id=str(getattr(target, "public_id", None) or target.pk) if target else "",
        target_name=str(target)[:254] if target else "",
        before=dict(before or {}),
        after=dict(after or {}),
        why=why[:300],
        ip=place.ip,
        request_id=place.request_id,
        result=result,
    )


def topic(team: Team) -> str:
    """Counts up with each record of the team."""
    return f"audit:{team.pk}"


def record_act(sender: object, act: Act, **kwargs: object) -> None:
    """Receives what floors below tell."""
    assert act.by is None or isinstance(act.by, User)
    assert act.team is None or isinstance(act.team, Team)
    record(
        act.action,
        by=act.by,
        team=act.team,
        target=act.target,
        project=act.project,
        before=act.before,
        after=act.after,
        why=act.why,
        result=Result.REFUSED if act.is_refused else Result.OK,
    )


def changes(row: models.Model, wanted: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What ``wanted`` would change in the row: (before, after), only the values that differ."""
    differing = {name: value for name, value in wanted.items() if getattr(row, name) != value}
    return {name: _plain(getattr(row, name)) for name in differing}, {
        name: _plain(value) for name, value in differing.items()
    }


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):  # as it was typed, not with the places of its column
        return f"{value.normalize():f}"
    return value if value is None or isinstance(value, bool | int | str | list | dict) else str(value)
