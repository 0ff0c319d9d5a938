"""A project's members and secrets."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_http_methods, require_POST

from gpuconsole.accounts.access import viewer
from gpuconsole.accounts.models import Membership, TeamRole, User
from gpuconsole.core import notices
from gpuconsole.core.asking import ask
from gpuconsole.core.errors import Refused
from gpuconsole.core.forms import add_refusal
from gpuconsole.projects import secrets as project_secrets
from gpuconsole.projects import services
from gpuconsole.projects.access import find_project, require_role
from gpuconsole.projects.forms import MemberForm, RoleForm, SecretForm
from gpuconsole.projects.models import Project, ProjectMember, ProjectRole, Secret
from gpuconsole.projects.tabs import frame

MAY = {
    ProjectRole.ADMIN.value: gettext_noop("settings, launch, stop any"),
    ProjectRole.MEMBER.value: gettext_noop("launch, stop own"),
    ProjectRole.VIEWER.value: gettext_noop("look only"),
}


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def members(request: HttpRequest, slug: str) -> HttpResponse:
    """Who may do what; admins let members of the team in."""
    person = viewer(request)
    project = find_project(person, slug)
    form = MemberForm(request.POST or None, people=_outside(project))
    if request.method == "POST":
        require_role(person, project, ProjectRole.ADMIN)
        if form.is_valid() and _let_in(form, project, person.user):
            messages.success(request, _("They are in the project now."))
            return redirect("project-members", project.slug)
    rows = project.memberships.select_related("user").order_by("user__name", "user__email")
    context = {
        "form": form,
        "rows": [(row, _(MAY[row.role])) for row in rows],
        "admins": _team_admins(project, {row.user_id for row in rows}),
        "roles": ProjectRole.choices,
        **frame(person, project, "members"),
    }
    return render(request, "projects/members.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def change_role(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Another role for a member."""
    person = viewer(request)
    member = _member(find_project(person, slug, role=ProjectRole.ADMIN), pk)
    form = RoleForm(request.POST)
    if form.is_valid():
        role = ProjectRole(form.cleaned_data["role"])
        services.set_role(project=member.project, user=member.user, role=role, by=person.user)
        messages.success(
            request,
            _("{person} is {role} now.").format(person=member.user.display_name, role=role.label.lower()),
        )
    return redirect("project-members", slug)


@login_required
@require_POST
def remove_member(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Take somebody out of the project; the notice lets them in again, so nothing is asked."""
    person = viewer(request)
    member = _member(find_project(person, slug, role=ProjectRole.ADMIN), pk)
    services.remove_member(member=member, by=person.user)
    again = {"user": str(member.user_id), "role": member.role}
    undo = notices.Action(_("Undo"), reverse("project-members", args=(slug,)), again)
    notices.done(
        request,
        _("{person} is no longer in {project}.").format(person=member.user.display_name, project=member.project.name),
        action=undo,
    )
    return redirect("project-members", slug)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def secrets(request: HttpRequest, slug: str) -> HttpResponse:
    """Names of the project's secrets; admins store and replace values, nobody reads them."""
    person = viewer(request)
    project = find_project(person, slug)
    form = SecretForm(request.POST or None)
    if request.method == "POST":
        require_role(person, project, ProjectRole.ADMIN)
        if form.is_valid() and _store(form, project, person.user):
            messages.success(
                request, _("{name} was stored. Its value is not shown again.").format(name=form.cleaned_data["name"])
            )
            return redirect("project-secrets", project.slug)
    context = {"form": form, "secrets": project_secrets.listed(project), **frame(person, project, "secrets")}
    return render(request, "projects/secrets.html", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def remove_secret(request: HttpRequest, slug: str, public_id: str) -> HttpResponse:
    """Ask, then forget a secret."""
    person = viewer(request)
    project = find_project(person, slug, role=ProjectRole.ADMIN)
    secret = Secret.objects.select_related("project__team").filter(project=project, public_id=public_id).first()
    if secret is None:
        raise Http404
    if request.method == "POST":
        project_secrets.remove(secret=secret, by=person.user)
        messages.success(request, _("{name} was removed.").format(name=secret.name))
        return redirect("project-secrets", slug)
    context = {
        "question": _("Remove {name}?").format(name=secret.name),
        "text": _("Launches that name it are refused from now on. Its value cannot be read back."),
        "keep_url": f"/projects/{slug}/settings/secrets/",
        "keep_label": _("Keep it"),
        "action_url": request.path,
        "action_label": _("Remove secret"),
        "kind": "danger",
        "crumbs": [{"label": project.name, "url": f"/projects/{slug}/settings/"}],
    }
    return ask(request, context)


def _let_in(form: MemberForm, project: Project, by: User) -> bool:
    try:
        user = User.objects.get(pk=form.cleaned_data["user"])
        services.set_role(project=project, user=user, role=ProjectRole(form.cleaned_data["role"]), by=by)
    except Refused as refused:
        add_refusal(form, refused)
        return False
    return True


def _store(form: SecretForm, project: Project, by: User) -> bool:
    try:
        project_secrets.put(project=project, name=form.cleaned_data["name"], value=form.cleaned_data["value"], by=by)
    except Refused as refused:
        add_refusal(form, refused)
        return False
    return True


def _member(project: Project, pk: int) -> ProjectMember:
    member = ProjectMember.objects.select_related("user", "project__team").filter(project=project, pk=pk).first()
    if member is None:
        raise Http404
    return member


def _outside(project: Project) -> list[tuple[int, str]]:
    """Members of the team that are not in the project, for the select."""
    rows = Membership.objects.filter(team=project.team_id).select_related("user").order_by("user__name", "user__email")
    inside = set(project.memberships.values_list("user", flat=True))
    return [(row.user_id, f"{row.user.display_name} ({row.user.email})") for row in rows if row.user_id not in inside]


def _team_admins(project: Project, listed: set[int]) -> list[User]:
    """Owners and admins of the team, who are admins here without a row."""
    rows = Membership.objects.filter(team=project.team_id, role__in=[TeamRole.OWNER, TeamRole.ADMIN])
    return [row.user for row in rows.select_related("user") if row.user_id not in listed]
