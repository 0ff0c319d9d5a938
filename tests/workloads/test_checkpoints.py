"""The store of checkpoints: each once an attempt, written only where something changed, shown newest first."""

from dataclasses import replace
from datetime import timedelta

from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from gpuconsole.providers.remote import Checkpoint
from gpuconsole.workloads import checkpoints
from gpuconsole.workloads.detail_schemas import shape_detail
from gpuconsole.workloads.models import Workload
from gpuconsole.workloads.states import State
from tests.factories_workloads import START, Lab

FIRST = Checkpoint("checkpoint-600", START, 5_000_000_000, is_complete=True, kind="lora")
SECOND = Checkpoint("checkpoint-1200", START + timedelta(minutes=5), None, is_complete=False)


def test_each_is_kept_once_and_follows_what_the_provider_lists(lab: Lab) -> None:
    job = lab.workload("baseten")
    assert checkpoints.keep(job, [SECOND, FIRST]) == 2
    assert checkpoints.is_copying(job)
    done = replace(SECOND, size_bytes=7, is_complete=True)
    assert checkpoints.keep(job, [done, FIRST]) == 1
    assert not checkpoints.is_copying(job)
    assert [one.remote_id for one in checkpoints.newest_first(job)] == ["checkpoint-1200", "checkpoint-600"]
    assert checkpoints.newest_first(job)[0].size_bytes == 7


def test_an_unchanged_list_writes_nothing(lab: Lab) -> None:
    job = lab.workload("baseten")
    checkpoints.keep(job, [SECOND, FIRST])
    with CaptureQueriesContext(database) as queries:
        assert checkpoints.keep(job, [SECOND, FIRST]) == 0
    assert len(queries) == 1


def test_names_of_another_attempt_are_other_checkpoints(lab: Lab) -> None:
    job = lab.workload("baseten")
    checkpoints.keep(job, [FIRST])
    Workload.objects.update(attempt=2)
    job.refresh_from_db()
    checkpoints.keep(job, [replace(FIRST, id="x" * 300), FIRST])
    checkpoints.keep(job, [replace(FIRST, id="x" * 300), FIRST])
    assert sorted(job.checkpoints.values_list("attempt", flat=True)) == [1, 2, 2]


def test_the_api_lists_them(lab: Lab) -> None:
    job = lab.workload("baseten")
    checkpoints.keep(job, [SECOND, FIRST])
    newest, oldest = shape_detail(job, timezone.now()).checkpoints
    assert (newest.id, newest.is_complete, newest.size_bytes) == ("checkpoint-1200", False, None)
    assert (oldest.id, oldest.kind, oldest.attempt) == ("checkpoint-600", "lora", 1)


def test_the_summary_of_a_job_shows_them_and_that_of_an_instance_has_none(lab: Lab, client: Client) -> None:
    job, instance = lab.workload("baseten"), lab.workload("cortecs")
    client.force_login(lab.owner)
    assert "None yet. What the job saves" in client.get(f"/jobs/{job.public_id}/").content.decode()
    checkpoints.keep(job, [SECOND, FIRST])
    page = client.get(f"/jobs/{job.public_id}/").content.decode()
    assert page.index("checkpoint-1200") < page.index("checkpoint-600")
    assert 'id="checkpoints"' not in client.get(f"/instances/{instance.public_id}/").content.decode()
    ended = lab.workload("baseten", State.SUCCEEDED)
    assert "It saved no checkpoint." in client.get(f"/jobs/{ended.public_id}/").content.decode()


def test_the_card_is_polled_on_its_own(lab: Lab, client: Client) -> None:
    job = lab.workload("baseten")
    checkpoints.keep(job, [FIRST])
    client.force_login(lab.owner)
    headers = {"HX-Request": "true", "HX-Target": "checkpoints"}
    card = client.get(f"/jobs/{job.public_id}/", headers=headers).content.decode()
    assert card.strip().startswith('<section class="card" id="checkpoints"')
    assert "checkpoint-600" in card
