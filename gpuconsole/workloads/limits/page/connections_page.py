"""The page of a project's providers: which connections its work may run on, and who else may use them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from gpuconsole.accounts.access import Viewer, viewer
from gpuconsole.accounts.models import User
from gpuconsole.connections import services
from gpuconsole.connections.models import Connection
from gpuconsole.core import formats
from gpuconsole.projects.access import find_project
from gpuconsole.projects.models import Measure, Project
from gpuconsole.projects.tabs import frame
from gpuconsole.providers import registry
from gpuconsole.workloads.limits.page.place import Place, find

_HEAVY = ("credentials", "new_credentials", "old_credentials", "check_steps")


@dataclass(frozen=True, slots=True)
class Line:
    """One connection: who may use it in words, and a switch where the viewer may change that for this project."""

    connection: Connection
    provider: str
    is_usable: bool
    note: str
    field: Any = None


class ConnectionsForm(forms.Form):
    """A switch for each connection that not every project may use."""

    def __init__(self, data: Any = None, *, project: Project, connections: Sequence[Connection]) -> None:
        super().__init__(data, auto_id="use_%s")
        self._project = project
        self._limited = [one for one in connections if _projects(one)]
        for one in self._limited:
            box = forms.BooleanField(required=False, label=one.name, initial=_is_usable(one, project))
            box.widget.attrs |= {"class": "switch", "role": "switch"}
            self.fields[one.public_id] = box

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        for one in self._limited:
            if not given.get(one.public_id) and _projects(one) == [self._project]:
                text = _("No other project may use it: without this one it would be open to all of them.")
                self.add_error(one.public_id, text)
        return given

    @transaction.atomic
    def save(self, by: User) -> None:
        """Let the project use what is on, and nothing that is off; the other projects of each stay."""
        for one in self._limited:
            others = [project for project in _projects(one) if project != self._project]
            wanted = [*others, self._project] if self.cleaned_data[one.public_id] else others
            services.update(connection=one, name=one.name, projects=wanted, by=by)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def providers(request: HttpRequest, slug: str) -> HttpResponse:
    """The connections of the project; admins of the team let it use others, or take it off them."""
    person = viewer(request)
    project = find_project(person, slug)
    connections = _connections(person, project)
    is_sent = request.method == "POST"
    if is_sent and not person.may_administer:
        raise PermissionDenied(_("Only owners and admins of the team say which connections a project may use."))
    form = ConnectionsForm(request.POST if is_sent else None, project=project, connections=connections)
    if is_sent and form.is_valid():
        form.save(person.user)
        messages.success(request, _("The connections were saved. They hold from the next launch on."))
        return redirect("project-providers", slug)
    allowed = _allowed(find(person, slug))
    context = {
        "form": form,
        "may_settle": person.may_administer,
        "lines": [_line(one, project, allowed, form, person) for one in connections],
        **frame(person, project, "providers"),
    }
    return render(request, "limits/connections.html", context, status=422 if form.errors else 200)


def _connections(person: Viewer, project: Project) -> list[Connection]:
    """All of the team for its admins, those that the project may use for others. Two queries."""
    rows = Connection.objects.kept().filter(team=project.team_id)
    if not person.may_administer:
        rows = Connection.objects.usable_in(project).distinct()
    return list(rows.defer(*_HEAVY).order_by("is_sandbox", "provider", "name").prefetch_related("projects"))


def _allowed(place: Place) -> frozenset[str]:
    """Providers that neither the project's list nor the team's leaves out."""
    lists = [row.allowed for row in (*place.quotas(), *place.inherited()) if row.measure == Measure.PROVIDERS]
    return frozenset(slug for slug in registry.SLUGS if all(slug in one for one in lists))


def _line(one: Connection, project: Project, allowed: frozenset[str], form: ConnectionsForm, person: Viewer) -> Line:
    named = _projects(one)
    is_usable = _is_usable(one, project)
    if one.provider not in allowed:
        note = _("the provider is not allowed here")
    elif not named:
        note = _("every project may use it")
    elif not is_usable:
        note = _("not for this project")
    elif len(named) == 1:
        note = _("this project alone")
    else:
        rest = len(named) - 1
        words = ngettext("this project and {count} other", "this project and {count} others", rest)
        note = words.format(count=formats.count(rest))
    field = form[one.public_id] if person.may_administer and named else None
    return Line(one, registry.get(one.provider).name, is_usable, note, field)


def _is_usable(one: Connection, project: Project) -> bool:
    named = _projects(one)
    return not named or project in named


def _projects(one: Connection) -> list[Project]:
    """Those that it is limited to, as they were read with it; none: every project may use it."""
    return list(one.projects.all())
