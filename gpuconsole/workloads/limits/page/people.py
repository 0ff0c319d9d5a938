"""The card of members: what each may do, what they spent this month, when they were last here; and API tokens."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.db import transaction
from django.db.models import Max, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from gpuconsole.accounts.models import ApiToken, Membership, Scope, TeamRole, User
from gpuconsole.audit.models import Record
from gpuconsole.projects import budgets, services
from gpuconsole.projects.models import ProjectMember, ProjectRole
from gpuconsole.projects.people_views import MAY
from gpuconsole.workloads import spending
from gpuconsole.workloads.limits.page.place import Place
from gpuconsole.workloads.models import UsageInterval

_MOST = 200
_TOKEN_MAY = {
    Scope.READ: gettext_noop("look only"),
    Scope.LAUNCH: gettext_noop("launch, stop own"),
    Scope.ADMIN: gettext_noop("whatever its person may"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """A person or a token."""

    name: str
    detail: str
    role: str
    may: str
    spent: Decimal | None
    is_spent_known: bool
    active_at: datetime | None
    is_token: bool = False
    role_field: Any = None


class RolesForm(forms.Form):
    """The roles of the project's members. Members that were not sent stay as they are."""

    def __init__(self, data: Any = None, *, members: list[ProjectMember]) -> None:
        super().__init__(data, auto_id="member_%s")
        self._members = members
        for member in members:
            words = _("Role of {person}").format(person=member.user.display_name)
            choice = forms.ChoiceField(required=False, label=words, choices=ProjectRole.choices, initial=member.role)
            choice.widget.attrs |= {"class": "select-small", "aria-label": words}
            self.fields[f"role_{member.pk}"] = choice

    @transaction.atomic
    def save(self, by: User) -> bool:
        """Give the roles that were changed."""
        for member in self._members:
            role = self.cleaned_data.get(f"role_{member.pk}") or member.role
            if role != member.role:
                services.set_role(project=member.project, user=member.user, role=ProjectRole(role), by=by)
        return True


def people_of(place: Place) -> list[User]:
    """Who can launch or look there: members of the project and admins of its team; or all of the team."""
    rows = Membership.objects.filter(team=place.team).select_related("user").order_by("user__name", "user__email")
    if place.project is None:
        return [row.user for row in rows]
    inside = set(place.project.memberships.values_list("user", flat=True))
    return [row.user for row in rows if row.user_id in inside or TeamRole(row.role).may_administer]


def bound(place: Place, data: Any) -> RolesForm:
    """The form as it was sent."""
    return RolesForm(data, members=_members(place))


def context(place: Place, now: datetime, form: RolesForm | None = None) -> dict[str, Any]:
    """Everybody in the project with their month, and the tokens that reach it; a constant number of queries."""
    if place.project is None:
        return {}
    members = _members(place)
    form = form or RolesForm(members=members)
    admins = [one for one in people_of(place) if one.pk not in {member.user_id for member in members}]
    month = budgets.month_of(now, place.team.time_zone)
    tokens = _tokens(place, now)
    of_project = UsageInterval.objects.filter(project=place.project)
    by_person = spending.spent_by("workload__owner", of_project, month.start, month.end, now)
    by_token = spending.spent_by("workload__api_token", of_project, month.start, month.end, now)
    active = _active(place, [*(member.user_id for member in members), *(one.pk for one in admins)])
    lines = [_member(place, member, by_person, active, form) for member in members]
    lines += [_admin(place, one, by_person, active) for one in admins]
    lines += [_token(place, one, by_token) for one in tokens]
    return {"role_form": form, "lines": lines, "person_count": len(members) + len(admins), "month_name": month.name}


def _members(place: Place) -> list[ProjectMember]:
    assert place.project is not None
    rows = place.project.memberships.select_related("user", "project__team").order_by("user__name", "user__email")
    return list(rows[:_MOST])


def _tokens(place: Place, now: datetime) -> list[ApiToken]:
    rows = ApiToken.objects.filter(Q(project=place.project) | Q(project=None), team=place.team, revoked_at=None)
    rows = rows.filter(Q(expires_at=None) | Q(expires_at__gt=now), user__in=[one.pk for one in people_of(place)])
    return list(rows.order_by("name", "pk")[:_MOST])


def _active(place: Place, people: list[int]) -> dict[int, datetime]:
    """When each person last did anything in the project that the audit log keeps."""
    rows = Record.objects.filter(team=place.team, project_id=place.project.pk if place.project else None, token=None)
    found = rows.filter(user__in=people).order_by().values_list("user").annotate(Max("at"))
    return {user: at for user, at in found if user is not None}


def _spent(sums: Mapping[int, Mapping[str, Decimal]], pk: int, currency: str) -> tuple[Decimal | None, bool]:
    """The amount in the team's currency, and whether it could be told; None: nothing was spent."""
    if pk not in sums:
        return None, True
    money = spending.total(sums[pk], currency)
    return (None, False) if money is None else (money.amount, True)


def _member(place: Place, member: ProjectMember, sums: Any, active: Mapping[int, datetime], form: RolesForm) -> Line:
    user, name = member.user, f"role_{member.pk}"
    spent, is_known = _spent(sums, user.pk, place.team.currency)
    field = form[name] if place.may_edit and name in form.fields else None
    role, may = str(ProjectRole(member.role).label), _(MAY[member.role])
    return Line(user.display_name, user.email, role, may, spent, is_known, active.get(user.pk), role_field=field)


def _admin(place: Place, user: User, sums: Any, active: Mapping[int, datetime]) -> Line:
    spent, is_known = _spent(sums, user.pk, place.team.currency)
    may = _("{may}; by the team").format(may=_(MAY[ProjectRole.ADMIN]))
    return Line(user.display_name, user.email, str(ProjectRole.ADMIN.label), may, spent, is_known, active.get(user.pk))


def _token(place: Place, token: ApiToken, sums: Any) -> Line:
    spent, is_known = _spent(sums, token.pk, place.team.currency)
    highest = next((scope for scope in reversed(Scope) if scope.value in token.scopes), Scope.READ)
    return Line(
        token.name,
        _("API token"),
        str(highest.label),
        _(_TOKEN_MAY[highest]),
        spent,
        is_known,
        token.last_used_at,
        is_token=True,
    )
