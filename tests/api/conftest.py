"""A caller of the JSON API: a team with a project, sandbox connections, tokens of every scope and a few workloads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from gpuconsole.accounts.models import ApiToken, Scope
from gpuconsole.workloads.models import Workload
from gpuconsole.workloads.states import State
from tests.contract.samples import sample
from tests.factories import make_token
from tests.factories_workloads import Lab, make_lab

BASE = "/api/v1"


@dataclass
class Caller:
    """Somebody with a token, and the lab that it reaches."""

    lab: Lab
    token: str
    row: ApiToken

    def get(self, path: str, **query: Any) -> Any:
        """The answer to a GET below ``/api/v1``."""
        return Client().get(f"{BASE}{path}", query, headers=self._headers())

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        """The answer to a POST of JSON; ``idempotency_key="k"`` becomes a header."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return Client().post(
            f"{BASE}{path}", body, content_type="application/json", headers={**self._headers(), **named}
        )

    def patch(self, path: str, body: Any) -> Any:
        """The answer to a PATCH of JSON."""
        return Client().patch(f"{BASE}{path}", body, content_type="application/json", headers=self._headers())

    def delete(self, path: str) -> Any:
        """The answer to a DELETE."""
        return Client().delete(f"{BASE}{path}", headers=self._headers())

    def launch(self, body: Any, **headers: str) -> Any:
        """The answer to a launch in the lab's project."""
        return self.post(f"/projects/{self.lab.project.slug}/workloads", body, **headers)

    def preview(self, body: Any) -> Any:
        """The answer to a preview in the lab's project."""
        return self.post(f"/projects/{self.lab.project.slug}/workloads/preview", body)

    def body(self, slug: str, **changed: Any) -> dict[str, Any]:
        """A launch of the provider's sample spec."""
        return launch_body(self.lab, slug) | changed

    def with_scopes(self, *scopes: Scope) -> Caller:
        """The same person by a token with these scopes only."""
        row, token = make_token(self.lab.team, self.lab.owner, scopes=scopes)
        return Caller(self.lab, token, row)

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


def launch_body(lab: Lab, slug: str) -> dict[str, Any]:
    """What ``POST …/workloads`` takes for the sample of a provider."""
    return {"name": "first", "connection": lab.connections[slug].public_id, "spec": sample(slug)}


@pytest.fixture(autouse=True)
def _fresh_windows() -> None:
    """Rows of a rolled back test leave their numbers; their rate windows must not stay behind either."""
    cache.clear()


@pytest.fixture
def caller(db: None) -> Caller:
    lab = make_lab()
    row, token = make_token(lab.team, lab.owner)
    return Caller(lab, token, row)


@pytest.fixture
def shelf(caller: Caller) -> dict[str, Workload]:
    """One workload a state of interest, oldest first."""
    lab = caller.lab
    return {
        "running": lab.workload("cortecs", State.RUNNING, name="chat", labels=["prod"]),
        "succeeded": lab.workload("baseten", State.SUCCEEDED, name="train", labels=["prod", "llama"]),
        "failed": lab.workload("baseten", State.FAILED, name="broken"),
        "submitting": lab.launch("baseten", name="fresh"),
    }
