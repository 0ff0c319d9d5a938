"""What several scenes are made with."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from gpuconsole.accounts.models import TeamRole, User
from gpuconsole.projects.models import ExchangeRate, Project, ProjectRole
from gpuconsole.workloads.models import UsageInterval, Workload
from tests.factories import make_project
from tests.factories_workloads import Lab, make_lab, make_user
from tests.gallery.entry import HOSTILE, Scene
from tests.gallery.samples import LONG_NAME

MINUTE = timedelta(minutes=1)
PEOPLE = ("Researcher A", "Researcher B", "Researcher C", "Researcher D", "Researcher E", "Researcher F")


def named(user: User, name: str) -> User:
    user.name = name
    user.save(update_fields=["name"])
    return user


def research_lab() -> Lab:
    """A team with names that a picture can bear, euros at a rate, and one project whose name is as long as may be."""
    lab = make_lab("Research lab")
    named(lab.owner, PEOPLE[0])
    project(lab.project, "speech-asr", "Streaming and offline speech recognition")
    rate = {"rate": Decimal("1.1"), "source": "a bank", "on": timezone.now().date() - timedelta(days=90)}
    ExchangeRate.objects.get_or_create(currency="EUR", to_currency="USD", defaults=rate)
    return lab


def project(row: Project, name: str, description: str = "") -> Project:
    row.name, row.description = name, description
    row.save()
    return row


def more_projects(lab: Lab) -> list[Project]:
    """One of a common name, one as long as may be, one that would be markup."""
    return [make_project(lab.team, name=name, by=lab.owner) for name in ("vision-foundation", LONG_NAME, f"x{HOSTILE}")]


def people(lab: Lab) -> dict[str, User | None]:
    """The owner, a member, a viewer and somebody who is not signed in."""
    slug = lab.project.slug
    found = {
        "member": make_user(lab.team, **{slug: ProjectRole.MEMBER}),
        "viewer": make_user(lab.team, **{slug: ProjectRole.VIEWER}),
        "admin": make_user(lab.team, TeamRole.ADMIN),
    }
    for name, user in zip(PEOPLE[1:], found.values(), strict=False):
        named(user, name)
    return {"owner": lab.owner, "anonymous": None, **found}


def scene(lab: Lab, **places: str) -> Scene:
    """The lab's team with the usual people."""
    return Scene(lab.team, people(lab), places)


def sandboxed(lab: Lab) -> None:
    """All that it has is priced by the simulator."""
    Workload.objects.filter(team=lab.team).update(is_sandbox=True)
    for connection in lab.connections.values():
        connection.is_sandbox = True
        connection.save(update_fields=["is_sandbox"])


def aged(row: Workload, *spans: tuple[str, float], end: str | None = None, note: str = "", **facts: Any) -> Workload:
    """As if it had gone through phases of so many minutes each, up to now or to its end."""
    now = timezone.now()
    began = at = now - MINUTE * sum(minutes for _, minutes in spans)
    drawn: list[list[Any]] = []
    for word, minutes in spans:
        drawn.append([word, at.timestamp(), (at + MINUTE * minutes).timestamp()])
        at += MINUTE * minutes
    if end is None:
        drawn[-1][2] = None
    told = {"attempt": 1, "spans": drawn, "end": end, "note": note}
    ran = _since(drawn, "running")
    moments = {"created_at": began, "started_at": ran, "state_at": _moment(drawn[-1][1]) if end is None else now}
    ended = {} if end is None else {"ended_at": now}
    Workload.objects.filter(pk=row.pk).update(**{"phases": [told], **moments, **ended, **facts})
    if ran is not None and row.billed_since is not None and drawn[-1][0] != "stopped":
        Workload.objects.filter(pk=row.pk).update(billed_since=ran)
        UsageInterval.objects.filter(workload=row, ended_at=None).update(started_at=ran)
    row.refresh_from_db()
    return row


def _since(drawn: list[list[Any]], word: str) -> datetime | None:
    return next((_moment(start) for name, start, _ in drawn if name == word), None)


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, timezone.get_default_timezone())
