"""The exact request of a launch on a connection, from the same code that will send it."""

from __future__ import annotations

from gpuconsole.connections.models import Connection
from gpuconsole.projects import secrets
from gpuconsole.projects.models import Project
from gpuconsole.providers import preview as providers_preview
from gpuconsole.providers import registry
from gpuconsole.providers.preview import Preview
from gpuconsole.providers.specs import Spec


def preview(*, project: Project, connection: Connection, spec: Spec) -> Preview:
    """What a launch would send, secrets by name only; nothing is sent."""
    wanted = spec.secret_names()
    stored = [name for name in secrets.names(project) if name in wanted] if wanted else []
    provider = registry.get(connection.provider)
    return providers_preview.preview(provider, spec, base_url=connection.base_url, secrets=stored)
