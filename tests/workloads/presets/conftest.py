"""The launch desk, with presets on it."""

from __future__ import annotations

from typing import Any

import pytest

from gpuconsole.accounts.models import User
from gpuconsole.projects.models import Project
from gpuconsole.workloads.models import Preset
from gpuconsole.workloads.presets import services
from gpuconsole.workloads.presets.services import Content
from tests.contract.samples import sample
from tests.workloads.launch.conftest import Desk, count_queries, desk

__all__ = ["Desk", "count_queries", "desk"]


def keep(
    desk: Desk,
    slug: str = "baseten",
    *,
    project: Project | None = None,
    name: str = "standard",
    locked: tuple[str, ...] = (),
    by: User | None = None,
    spec: dict[str, Any] | None = None,
    **guards: Any,
) -> Preset:
    """A preset of the desk's person, or of a project."""
    content = Content(
        spec=spec or sample(slug), guards={"stop_after_s": 3600, **guards}, connection=desk.connections[slug]
    )
    return services.save(
        team=desk.project.team,
        project=project,
        name=name,
        content=content,
        by=by or desk.user,
        secret_names=(),
        locked=locked,
        lock_reason="agreed with finance" if locked else "",
    )


@pytest.fixture
def locked(desk: Desk) -> Preset:
    """A project's preset whose hardware and stop limit are locked."""
    paths = ("training_job.compute.accelerator", "training_job.runtime.start_commands", "guards.stop_after_s")
    return keep(desk, project=desk.project, locked=paths)
