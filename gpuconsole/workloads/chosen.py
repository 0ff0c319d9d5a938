"""What a launch form is about: the project, the connection and the preset that its inputs name, and what they offer."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.utils import timezone

from gpuconsole.accounts.access import Viewer
from gpuconsole.accounts.models import User
from gpuconsole.catalog import queries as catalog
from gpuconsole.connections.access import usable_connections
from gpuconsole.connections.models import Connection
from gpuconsole.core.spec_forms import Values
from gpuconsole.projects import secrets
from gpuconsole.projects.access import launchable_projects
from gpuconsole.projects.models import Project
from gpuconsole.providers.contract import Provider
from gpuconsole.providers.remote import Offer
from gpuconsole.workloads.models import LaunchRequest, Preset
from gpuconsole.workloads.presets import access as presets
from gpuconsole.workloads.requests import access as requests

CONNECTION = "connection"
PROJECT = "guards.project"
PRESET = "preset"
"""The id of the preset that the form was opened from."""
REQUEST = "request"
"""The id of the launch request that an admin trims in the form."""


@dataclass
class Chosen:
    """Read from the posted inputs as far as the viewer may use it; asks the database at most once each."""

    viewer: Viewer
    provider: Provider
    values: Values

    @cached_property
    def projects(self) -> list[Project]:
        return list(launchable_projects(self.viewer).select_related("team").order_by("name"))

    @cached_property
    def project(self) -> Project | None:
        """The project that is charged: the chosen one, or the only one."""
        slug = self.values.last(PROJECT)
        if not slug:
            return self.projects[0] if len(self.projects) == 1 else None
        return next((project for project in self.projects if project.slug == slug), None)

    @cached_property
    def secret_names(self) -> list[str]:
        """What the project's stored secrets are called."""
        return [] if self.project is None else secrets.names(self.project)

    @cached_property
    def connections(self) -> list[Connection]:
        """Those that the project may launch on at this provider."""
        if self.project is None:
            return []
        return list(usable_connections(self.project).filter(provider=self.provider.slug).select_related("team"))

    @cached_property
    def connection(self) -> Connection | None:
        wanted = self.values.last(CONNECTION)
        chosen = next((one for one in self.connections if one.public_id == wanted), None)
        return chosen or (self.connections[0] if self.connections else None)

    @cached_property
    def preset(self) -> Preset | None:
        """The preset that is launched from, as far as the person sees it and it is one for this form."""
        wanted = self.values.last(PRESET)
        if not wanted:
            return None
        return presets.visible(self.viewer).filter(public_id=wanted, provider=self.provider.slug).first()

    @cached_property
    def request(self) -> LaunchRequest | None:
        """The launch request that is trimmed here, as long as it waits and this person may approve it."""
        wanted = self.values.last(REQUEST)
        if not wanted:
            return None
        found = requests.waiting_for(self.viewer, timezone.now())
        return found.filter(public_id=wanted, provider=self.provider.slug).first()

    @property
    def owner(self) -> User | None:
        """Whose the work will be: what is launched for a request is the person's who asked."""
        return self.request.by if self.request else self.viewer.user

    @cached_property
    def offers(self) -> list[Offer]:
        """What the connection was last seen to offer."""
        return catalog.offers(self.connection) if self.connection else []

    @cached_property
    def choices(self) -> dict[str, Any]:
        return dict(catalog.all_choices(self.connection)) if self.connection else {}


def is_ours(name: str) -> bool:
    """Whether an input belongs to the console and not to the provider's request."""
    return name in (CONNECTION, PRESET, REQUEST, "guards") or name.startswith("guards.")
