"""The pages of connections; they show what workers have found and call no provider themselves."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from gpuconsole.accounts.access import Viewer, require_team_admin, viewer
from gpuconsole.connections import pages, services
from gpuconsole.connections.access import find_connection, find_own_connection, visible_connections
from gpuconsole.connections.forms import ConnectionForm, CredentialsForm, SettingsForm
from gpuconsole.connections.models import CheckState, Connection
from gpuconsole.core import polling
from gpuconsole.core.asking import ask
from gpuconsole.core.errors import Refused
from gpuconsole.core.forms import add_refusal, shown_refusal
from gpuconsole.core.htmx import htmx_target, render_page, unchanged, wants_fragment
from gpuconsole.core.processes import processes
from gpuconsole.projects.access import visible_projects
from gpuconsole.projects.models import Project
from gpuconsole.providers import registry
from gpuconsole.providers.contract import Provider

_AGE_S = 30  # ages on the list are drawn anew so often


@login_required
@require_GET
def connections(request: HttpRequest) -> HttpResponse:
    """Every connection with its health, key hint and last sync."""
    if wants_fragment(request) and polling.is_unchanged(polling.read(request)):
        return unchanged()
    person = viewer(request)
    topics = [f"team:{person.team.pk}"] if person.team else []
    context = {
        "rows": pages.rows(person),
        "may_administer": person.may_administer,
        "providers": registry.every(),
        "processes": processes(timezone.now()),
        "stamp": polling.stamp(request, *topics, fresh_s=_AGE_S),
    }
    return render_page(request, "connections/list.html", "connections/_rows.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Add a connection: the provider first, then a form made from its credentials."""
    person = viewer(request)
    team = require_team_admin(person)
    provider = _provider(request.GET.get("provider", ""))
    if provider is None:
        return render(request, "connections/new.html", {"providers": registry.every(), "steps": _steps(0)})
    projects = _projects(person)
    form = ConnectionForm(request.POST or None, provider=provider, projects=projects, initial={"name": provider.name})
    if request.method == "POST" and form.is_valid() and form.credentials is not None:
        try:
            connection = services.add(
                team=team,
                provider=provider,
                name=form.cleaned_data["name"],
                credentials_given=form.credentials,
                base_url=form.cleaned_data["base_url"],
                projects=_picked(projects, form.cleaned_data["projects"]),
                by=person.user,
            )
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(
                request, _("{connection} was added. A worker tests it now.").format(connection=connection.name)
            )
            return redirect("connection", connection.public_id)
    context = {"providers": registry.every(), "provider": provider, "form": form, "steps": _steps(1)}
    return render(request, "connections/new.html", context, status=422 if form.errors else 200)


@login_required
@require_GET
def connection(request: HttpRequest, public_id: str) -> HttpResponse:
    """One connection: its health, the newest test, its name and who may use it."""
    if wants_fragment(request) and polling.is_unchanged(polling.read(request)):
        return unchanged()
    person = viewer(request)
    found = find_connection(person, public_id)
    projects = _projects(person)
    initial = {"name": found.name, "projects": list(found.projects.values_list("slug", flat=True))}
    return _detail(request, person, found, SettingsForm(projects=projects, initial=initial))


@login_required
@require_POST
def settings(request: HttpRequest, public_id: str) -> HttpResponse:
    """Change the name and who may use it."""
    person = viewer(request)
    found = find_own_connection(person, public_id)
    projects = _projects(person)
    form = SettingsForm(request.POST, projects=projects)
    if form.is_valid():
        picked = _picked(projects, form.cleaned_data["projects"])
        try:
            services.update(connection=found, name=form.cleaned_data["name"], projects=picked, by=person.user)
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, _("The connection was saved."))
            return redirect("connection", public_id)
    return _detail(request, person, found, form, status=422)


@login_required
@require_POST
def test(request: HttpRequest, public_id: str) -> HttpResponse:
    """Have a worker test the connection with read-only calls."""
    person = viewer(request)
    found = find_own_connection(person, public_id)
    services.ask_check(connection=found, by=person.user)
    return redirect("connection", public_id)


@login_required
@require_POST
def look(request: HttpRequest, public_id: str) -> HttpResponse:
    """Have a worker look now; whoever sees the connection may ask."""
    try:
        services.ask_look(connection=find_connection(viewer(request), public_id))
    except Refused as refused:
        messages.error(request, refused.message)
    return redirect("connection", public_id)


@login_required
@require_POST
def use_sandbox(request: HttpRequest) -> HttpResponse:
    """Connect every provider to the simulator, and go on with the first steps."""
    person = viewer(request)
    team = require_team_admin(person)
    try:
        made = services.add_sandbox(team=team, by=person.user)
    except Refused as refused:
        messages.error(request, shown_refusal(refused))
    else:
        messages.success(
            request,
            ngettext(
                "{count} sandbox connection made. They cost nothing.",
                "{count} sandbox connections made. They cost nothing.",
                len(made),
            ).format(count=len(made)),
        )
    return redirect("setup")


@login_required
@require_POST
def look_at_all(request: HttpRequest) -> HttpResponse:
    """Have workers look now at every connection that the person sees."""
    found, left = list(visible_connections(viewer(request)).order_by("pk")), []
    for row in found:
        try:
            services.ask_look(connection=row)
        except Refused as refused:
            left.append(refused.message)
    if asked := len(found) - len(left):
        messages.success(
            request,
            ngettext(
                "Workers look at {count} connection now; it only reads.",
                "Workers look at {count} connections now; it only reads.",
                asked,
            ).format(count=asked),
        )
    for text in left[:3]:
        messages.error(request, text)
    return redirect("connections")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def rotate(request: HttpRequest, public_id: str) -> HttpResponse:
    """Take a new key; a worker tests it before it is swapped in."""
    person = viewer(request)
    found = find_own_connection(person, public_id)
    form = CredentialsForm(request.POST or None, provider=registry.get(found.provider))
    if request.method == "POST" and form.is_valid() and form.credentials is not None:
        services.rotate(connection=found, credentials_given=form.credentials, by=person.user)
        messages.success(request, _("The new key is tested now, and swapped in if it passes."))
        return redirect("connection", public_id)
    context = {"connection": found, "form": form, "provider": registry.get(found.provider)}
    return render(request, "connections/rotate.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def fall_back(request: HttpRequest, public_id: str) -> HttpResponse:
    """Go back to the key before the last rotation."""
    person = viewer(request)
    found = find_own_connection(person, public_id)
    if services.fall_back(connection=found, by=person.user):
        messages.success(request, _("The key from before the rotation is in use again."))
    else:
        messages.error(request, _("The old key is gone: it is kept for 10 minutes."))
    return redirect("connection", public_id)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def remove(request: HttpRequest, public_id: str) -> HttpResponse:
    """Ask, then take the connection away; refused with the list while work needs it."""
    person = viewer(request)
    found = find_own_connection(person, public_id)
    question = {
        "question": _("Remove {found}?").format(found=found.name),
        "text": _("Its key is erased here. Nothing is ended at the provider, and the history of its work stays."),
        "keep_url": f"/connections/{public_id}/",
        "keep_label": _("Keep it"),
        "action_url": request.path,
        "action_label": _("Remove connection"),
        "kind": "danger",
        "type_name": found.name,
        "crumbs": [{"label": _("Connections"), "url": "/connections/"}],
    }
    if request.method != "POST":
        return ask(request, question)
    try:
        if request.POST.get("confirm_name", "").strip() != found.name:
            raise Refused(_("The name that was typed is another one."), field="confirm_name")
        services.remove(connection=found, by=person.user)
    except Refused as refused:
        context = {**question, "error": shown_refusal(refused)}
        return ask(request, context, status=422 if refused.field else 409)
    messages.success(request, _("{found} was removed.").format(found=found.name))
    return redirect("connections")


def _detail(
    request: HttpRequest, person: Viewer, found: Connection, form: SettingsForm, *, status: int = 200
) -> HttpResponse:
    context = {
        "row": pages.row(found),
        "form": form,
        "may_administer": person.may_administer,
        "stamp": polling.stamp(request, f"connection:{found.pk}", fresh_s=_AGE_S),
        "poll_s": 1 if found.check_state == CheckState.ASKED or found.is_look_open else 10,
        **pages.test_result(found),
    }
    fragment = "_health_card" if htmx_target(request) == "health-card" else "_test_result"
    return render_page(request, "connections/detail.html", f"connections/{fragment}.html", context, status=status)


def _projects(person: Viewer) -> list[Project]:
    return list(visible_projects(person).filter(archived_at=None).order_by("name"))


def _provider(slug: str) -> Provider | None:
    """The provider that was picked; None: none yet. Raises Http404 for a word that is none."""
    if not slug:
        return None
    try:
        return registry.get(slug)
    except KeyError as error:
        raise Http404 from error


def _picked(projects: list[Project], slugs: list[str]) -> list[Project]:
    return [project for project in projects if project.slug in slugs]


def _steps(current: int) -> list[dict[str, object]]:
    """The way to a connection, for the stepper."""
    labels = (_("Provider"), _("Key, and who may use it"), _("Test"))
    return [{"label": label, "is_done": at < current, "is_current": at == current} for at, label in enumerate(labels)]
