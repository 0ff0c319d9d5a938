"""Makes rows for tests through the services that people use, with names that count up."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from itertools import count
from typing import Any

from django.conf import settings

from gpuconsole.accounts import services as teams
from gpuconsole.accounts import tokens
from gpuconsole.accounts.access import Viewer
from gpuconsole.accounts.models import ApiToken, Membership, Scope, Team, TeamRole, User
from gpuconsole.connections import addresses
from gpuconsole.connections import services as connections
from gpuconsole.connections.models import CheckState, Connection
from gpuconsole.projects import services as projects
from gpuconsole.projects.models import Budget, Project, ProjectRole, Quota
from gpuconsole.providers import registry
from gpuconsole.workloads.limits import services as limits
from gpuconsole.workloads.limits.terms import LimitTerms

PASSWORD = "correct-horse-7"
_numbers = count(1)


def make_user(email: str = "", *, password: str = PASSWORD, **fields: Any) -> User:
    number = next(_numbers)
    fields.setdefault("name", f"Researcher {number}")
    return User.objects.create_user(email or f"researcher-{number}@example.org", password, **fields)


def make_team(owner: User | None = None, *, name: str = "") -> Team:
    return teams.create_team(name=name or f"Team {next(_numbers)}", owner=owner or make_user())


def owner_of(team: Team) -> User:
    return team.memberships.filter(role=TeamRole.OWNER).select_related("user")[0].user


def add_member(team: Team, role: TeamRole = TeamRole.MEMBER, user: User | None = None) -> User:
    user = user or make_user()
    Membership.objects.create(team=team, user=user, role=role)
    return user


def make_project(team: Team | None = None, *, name: str = "", by: User | None = None, **limits: Any) -> Project:
    team = team or make_team()
    project = projects.create(team=team, name=name or f"Project {next(_numbers)}", by=by or owner_of(team))
    for field, value in limits.items():
        setattr(project, field, value)
    project.save()
    return project


def add_to_project(project: Project, role: ProjectRole = ProjectRole.MEMBER, user: User | None = None) -> User:
    """A user with this role, who is a plain member of the team."""
    user = user or add_member(project.team)
    projects.set_role(project=project, user=user, role=role, by=owner_of(project.team))
    return user


def make_connection(
    team: Team | None = None,
    *,
    provider: str = "baseten",
    name: str = "",
    simulator_url: str = "",
    projects: Sequence[Project] = (),
    credentials: dict[str, str] | None = None,
    checked: bool = True,
) -> Connection:
    """A sandbox connection at ``simulator_url``; unless ``checked`` it still waits for its test."""
    settings.SIMULATOR_URL = simulator_url or settings.SIMULATOR_URL or "http://127.0.0.1:9"
    team = team or make_team()
    found = registry.get(provider)
    connection = connections.add(
        team=team,
        provider=found,
        name=name or f"{found.name} {next(_numbers)}",
        credentials_given=found.credentials.model_validate(credentials or dict(found.sandbox_credentials)),
        base_url=addresses.SANDBOX,
        projects=projects,
        by=owner_of(team),
    )
    if checked:
        Connection.objects.filter(pk=connection.pk).update(check_state=CheckState.PASSED)
        connection.check_state = CheckState.PASSED
    return connection


def make_token(
    team: Team, user: User | None = None, *, scopes: Sequence[Scope] = tuple(Scope), project: Project | None = None
) -> tuple[ApiToken, str]:
    return tokens.make(
        team=team, user=user or owner_of(team), name=f"token {next(_numbers)}", scopes=scopes, project=project
    )


def viewer_of(user: User, team: Team) -> Viewer:
    membership = Membership.objects.filter(user=user, team=team).first()
    if membership is None:
        return Viewer(user, None, None)
    return Viewer(user, team, TeamRole(membership.role))


def set_quota(project: Project, measure: str, limit: Any = None, *, wide: bool = False, **terms: Any) -> Quota:
    """A limit of the project, or of its whole team, in place of the one that was there."""
    member = terms.pop("member", None)
    number = None if limit is None else Decimal(str(limit))
    return limits.put_quota(
        team=project.team,
        project=None if wide else project,
        member=member,
        terms=LimitTerms(measure=measure, limit=number, **terms),
        by=owner_of(project.team),
    )


def set_budget(project: Project, amount: Any, currency: str = "USD", *, wide: bool = False, **terms: Any) -> Budget:
    """The month's budget of the project, or of its whole team; a currency without a rate is written all the same."""
    found, _ = Budget.objects.update_or_create(
        team=project.team,
        project=None if wide else project,
        defaults={"amount": Decimal(str(amount)), "currency": currency, **terms},
    )
    return found
