"""Retries: one for two presses, told on both pages, with a warning where something should be changed first."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from gpuconsole.core.errors import Refused
from gpuconsole.providers.causes import Cause
from gpuconsole.workloads import services
from gpuconsole.workloads.models import Intent, Workload
from gpuconsole.workloads.states import State
from tests.factories_workloads import Lab
from tests.workloads.test_failures import failed


@pytest.fixture
def visitor(lab: Lab) -> Client:
    client = Client()
    client.force_login(lab.owner)
    return client


def key_of(html: str) -> str:
    found = re.search(r'name="key" value="([^"]+)"', html)
    assert found
    return found[1]


@pytest.mark.parametrize("slug", ["baseten", "fireworks", "cortecs"])
def test_two_presses_of_one_page_retry_once(lab: Lab, visitor: Client, slug: str) -> None:
    work = failed(lab, Cause.NO_CAPACITY, "no capacity", slug=slug)
    url = f"{work.get_absolute_url()}retry/"
    asked = {"key": key_of(visitor.get(url).content.decode())}
    first = visitor.post(url, asked)
    made = Workload.objects.order_by("-id")[0]
    Workload.objects.filter(pk=made.pk).update(intent=Intent.NONE, state=State.QUEUED)  # sent meanwhile
    second = visitor.post(url, asked)
    assert first["Location"] == second["Location"] == made.get_absolute_url()
    work.refresh_from_db()
    assert work.attempt + work.retries.count() == 2


def test_a_retry_that_ended_can_be_retried_from_the_old_page_with_a_new_press(lab: Lab) -> None:
    work = failed(lab, Cause.NO_CAPACITY, "no capacity", slug="fireworks")
    first = services.retry(workload=work, by=lab.owner, key="a")
    assert services.stop(workload=first, by=lab.owner).state == State.CANCELLED
    assert services.retry(workload=work, by=lab.owner, key="a") == first
    assert services.retry(workload=work, by=lab.owner, key="b") != first


def test_both_pages_tell_of_each_other(lab: Lab, visitor: Client) -> None:
    old = failed(lab, slug="fireworks", name="eval-r1")
    new = services.retry(workload=old, by=lab.owner)
    assert f'retry of <a href="{old.get_absolute_url()}">' in visitor.get(new.get_absolute_url()).content.decode()
    assert f'retried as <a href="{new.get_absolute_url()}">' in visitor.get(old.get_absolute_url()).content.decode()
    assert old.events.get(text="Retried as eval-r2").by == lab.owner
    assert new.events.filter(text="Retry of eval-r1").exists()


def test_what_should_be_changed_first_is_said_and_not_forced(lab: Lab, visitor: Client) -> None:
    work = failed(lab)
    page = visitor.get(f"{work.get_absolute_url()}retry/").content.decode()
    assert "Out of GPU memory: as it is" in page and "Clone with changes" in page
    done = services.retry(workload=work, by=lab.owner)
    assert done.state == State.SUBMITTING
    assert "compute.accelerator.count" in done.warnings[0]


def test_what_may_run_as_it_is_comes_without_a_warning(lab: Lab, visitor: Client) -> None:
    work = failed(lab, Cause.PREEMPTED, "Spot capacity was reclaimed.")
    assert "Clone with changes" not in visitor.get(f"{work.get_absolute_url()}retry/").content.decode()
    assert services.retry(workload=work, by=lab.owner).warnings == ()


def test_labels_latest_end_and_owner_go_with_it(lab: Lab) -> None:
    work = failed(lab, slug="fireworks", labels=["nightly"], stop_after_s=7200)  # type: ignore[arg-type]
    made = services.retry(workload=work, by=lab.owner)
    assert (made.labels, made.stop_after_s, made.owner, made.connection_id) == (
        ["nightly"],
        7200,
        lab.owner,
        work.connection_id,
    )


@pytest.mark.parametrize("slug", ["baseten", "fireworks"])
def test_a_retry_on_a_connection_that_was_removed_is_refused(lab: Lab, slug: str) -> None:
    work = failed(lab, slug=slug)
    connection = lab.connections[slug]
    connection.removed_at = work.created_at
    connection.save(update_fields=["removed_at"])
    with pytest.raises(Refused, match="not open to this project"):
        services.retry(workload=Workload.objects.get(pk=work.pk), by=lab.owner)
