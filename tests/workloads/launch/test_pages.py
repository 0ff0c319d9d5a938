"""The launch pages: opened, filled in, checked, and launched by posting alone."""

from __future__ import annotations

import pytest

from gpuconsole.providers import registry
from gpuconsole.workloads.models import Workload
from tests.workloads.launch.conftest import Desk, posted_by


@pytest.mark.parametrize("slug", registry.SLUGS)
def test_an_empty_form_opens_and_says_what_is_to_be_filled_in(desk: Desk, slug: str) -> None:
    page = desk.client.get(desk.url(slug)).content.decode()
    assert "to launch" in page
    assert "{#" not in page


@pytest.mark.parametrize("slug", registry.SLUGS)
def test_a_filled_form_launches_one_workload_and_leads_to_its_page(desk: Desk, slug: str) -> None:
    answer = desk.post(slug, "launch/", desk.fill(slug) | {"confirmed": ["1"]})
    assert answer.status_code == 302, answer.content.decode()[:3000]
    workload = Workload.objects.get()
    assert answer["Location"] == f"/{workload.kind}s/{workload.public_id}/"
