"""A lab whose project asks an admin for more than one GPU, with a member who asks and an admin who decides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from gpuconsole.accounts.models import User
from gpuconsole.projects.models import ProjectRole
from gpuconsole.workloads.models import LaunchRequest, Via, Workload
from gpuconsole.workloads.requests import asking, services
from tests.factories import set_quota
from tests.factories_workloads import Lab, make_lab, make_spec, make_user


@dataclass
class Desk:
    """Where requests are made and decided."""

    lab: Lab
    member: User
    admin: User

    def submit(self, slug: str = "baseten", **changed: Any) -> Workload | LaunchRequest:
        """As the API and the form do; Baseten's sample takes 2 GPUs at 13 dollars an hour, for an hour here."""
        spec = changed.pop("spec", None) or make_spec(slug)
        wanted = {"project": self.lab.project, "name": "sft", "by": self.member, "stop_after_s": 3600, **changed}
        return asking.launch_or_ask(connection=self.lab.connections[slug], spec=spec, **wanted)

    def ask(self, slug: str = "baseten", **changed: Any) -> LaunchRequest:
        """A launch that a limit makes wait."""
        found = self.submit(slug, **changed)
        assert isinstance(found, LaunchRequest)
        return found

    def approve(self, request: LaunchRequest, **changed: Any) -> LaunchRequest:
        """With the limits that it broke when it was asked."""
        terms = {"by": self.admin, "via": Via.PAGE, "allowed": request.limits, **changed}
        return services.approve(request=request, **terms)


def make_desk() -> Desk:
    lab = make_lab()
    member = make_user(lab.team, project=ProjectRole.MEMBER)
    admin = make_user(lab.team, project=ProjectRole.ADMIN)
    set_quota(lab.project, "gpus", 1, consequence="ask")
    return Desk(lab, member, admin)


@pytest.fixture
def desk(db: None) -> Desk:
    return make_desk()
