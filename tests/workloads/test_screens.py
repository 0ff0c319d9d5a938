"""Lists and detail pages of jobs and instances, over the real URLs."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from gpuconsole.core import versions
from gpuconsole.providers.remote import LogLine, Sample
from gpuconsole.workloads import logs, metrics
from gpuconsole.workloads.models import Workload
from gpuconsole.workloads.states import State
from tests.factories_workloads import Lab, make_lab, moved

POLL = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def visitor(lab: Lab) -> Client:
    client = Client()
    client.force_login(lab.owner)
    return client


def stamp_of(html: str, region: str) -> str:
    """The stamp that a region of the page carries."""
    tag = re.search(rf'id="{region}"[^>]*hx-vals=\'{{"v": "([^"]+)"}}\'', html)
    assert tag, f"no region {region}"
    return tag[1]


def test_a_list_shows_its_own_kind_only(lab: Lab, visitor: Client) -> None:
    lab.workload("baseten", name="a-job")
    lab.workload("cortecs", name="an-instance")
    jobs, instances = visitor.get("/jobs/").content.decode(), visitor.get("/instances/").content.decode()
    assert "a-job" in jobs and "an-instance" not in jobs
    assert "an-instance" in instances and "a-job" not in instances


def test_a_job_is_not_found_among_instances(lab: Lab, visitor: Client) -> None:
    job = lab.workload("baseten")
    assert visitor.get(f"/instances/{job.public_id}/").status_code == 404


def test_filters_narrow_the_list_and_an_empty_one_tells_how_many_match_without(lab: Lab, visitor: Client) -> None:
    lab.workload("baseten", name="needle")
    assert "needle" in visitor.get("/jobs/?q=need").content.decode()
    nothing = visitor.get("/jobs/?q=straw&state=failed").content.decode()
    assert "Nothing matches" in nothing and "1 job" in nothing


@pytest.mark.parametrize("query", ["after=nonsense", "before=%00", "size=x", "state=none", "view=none", "q=%00"])
def test_a_nonsense_query_is_answered_with_a_page(lab: Lab, visitor: Client, query: str) -> None:
    lab.workload("baseten")
    assert visitor.get(f"/jobs/?{query}").status_code == 200


def test_the_list_takes_as_many_queries_for_fifty_rows_as_for_five(lab: Lab, visitor: Client) -> None:
    for _ in range(5):
        lab.workload("baseten")
    visitor.get("/jobs/")
    with CaptureQueriesContext(
        connection,
    ) as few:
        visitor.get("/jobs/")
    for _ in range(45):
        lab.workload("baseten")
    visitor.get("/jobs/")
    with CaptureQueriesContext(connection) as many:
        visitor.get("/jobs/")
    assert len(many) == len(few) <= 12, [query["sql"][:90] for query in many]


def test_an_unchanged_poll_asks_nothing_of_workloads(lab: Lab, visitor: Client) -> None:
    job = lab.workload("baseten")
    url = f"/jobs/{job.public_id}/"
    stamp = stamp_of(visitor.get(url).content.decode(), "head")
    with CaptureQueriesContext(connection) as queries:
        answer = visitor.get(url, {"v": stamp}, HTTP_HX_TARGET="head", **POLL)
    assert answer.status_code == 204 and answer.content == b""
    assert not [query for query in queries if "workloads_" in query["sql"]]


def test_a_changed_region_is_answered_alone_and_a_settled_one_for_the_last_time(
    lab: Lab, visitor: Client, django_capture_on_commit_callbacks: object
) -> None:
    job = lab.workload("baseten", State.RUNNING)
    url = f"/jobs/{job.public_id}/"
    answer = visitor.get(url, {"v": "old"}, HTTP_HX_TARGET="head", **POLL)
    assert answer.status_code == 200 and b"<html" not in answer.content and b"Running" in answer.content
    moved(job, State.SUCCEEDED)
    Workload.objects.filter(pk=job.pk).update(is_output_complete=True)
    last = visitor.get(url, {"v": "old"}, HTTP_HX_TARGET="head", **POLL)
    assert last.status_code == 286 and b"data-poll" not in last.content


def test_each_tab_of_a_job_has_its_own_address_and_keeps_what_is_chosen_there(lab: Lab, visitor: Client) -> None:
    job, other = lab.workload("baseten"), lab.workload("baseten", name="the-one-before")
    metrics.append(job, [Sample(timezone.now(), "gpu_power_w", name, 400) for name in ("GPU 0", "GPU 1")])
    seen = {}
    for tab in ("", "logs/", "events/", "metrics/", "metrics/?as=table&range=all", "spec/", "cost/", "activity/"):
        answer = visitor.get(f"/jobs/{job.public_id}/{tab}")
        seen[tab] = answer.content.decode()
        assert answer.status_code == 200 and "style=" not in seen[tab], tab
    assert "<title>Running · work · gpuconsole</title>" in seen["spec/"] and "img/state-running" in seen["spec/"]
    assert 'data-chart="Power"' in seen[""] and 'data-series="GPU 1"' in seen["metrics/"]
    assert "Power, GPU 1" in seen["metrics/?as=table&range=all"]
    assert f'hx-get="/jobs/{job.public_id}/metrics/?as=table&amp;range=all"' in seen["metrics/?as=table&range=all"]
    compared = visitor.get(f"/jobs/{job.public_id}/spec/", {"with": other.public_id}).content.decode()
    assert "Both were sent alike." in compared
    for view, word in (("curl", "curl --request POST"), ("python", "import httpx")):
        assert word in visitor.get(f"/jobs/{job.public_id}/spec/", {"view": view}).content.decode().replace(
            "&#x27;", "'"
        )


def test_the_scale_of_timelines_is_kept_for_the_person(lab: Lab, visitor: Client) -> None:
    job = lab.workload("baseten")
    url = f"/jobs/{job.public_id}/"
    assert '"time" aria-current="true"' in visitor.get(url).content.decode()
    assert visitor.post(f"{url}scale/", {"scale": "even"}).url == url  # type: ignore[attr-defined]
    assert '"even" aria-current="true"' in visitor.get(url).content.decode()
    visitor.post(f"{url}scale/", {"scale": "sideways"})
    lab.owner.refresh_from_db()
    assert lab.owner.preferences["timeline"] == "even"


def test_a_provider_without_logs_has_no_log_tab_and_says_so(lab: Lab, visitor: Client) -> None:
    instance = lab.workload("cortecs")
    assert visitor.get(f"/instances/{instance.public_id}/logs/").status_code == 404
    assert "offers no logs" in visitor.get(f"/instances/{instance.public_id}/").content.decode()


def test_what_a_provider_does_not_offer_is_said_in_place_of_an_empty_box(lab: Lab, visitor: Client) -> None:
    job = lab.workload("fireworks")
    page = visitor.get(f"/jobs/{job.public_id}/").content.decode()
    assert "Fireworks offers no metrics of a batch job. Fireworks keeps no checkpoints" in page
    assert "not priced by us" in page
    assert visitor.get(f"/jobs/{job.public_id}/metrics/").status_code == 404


def test_names_are_shown_as_text(lab: Lab, visitor: Client) -> None:
    job = lab.workload("baseten", name="<script>alert(1)</script>")
    for url in ("/jobs/", f"/jobs/{job.public_id}/", f"/jobs/{job.public_id}/stop/", "/"):
        assert "<script>alert" not in visitor.get(url).content.decode()


def test_the_log_is_given_from_a_byte_offset_to_its_end(lab: Lab, visitor: Client) -> None:
    job = lab.workload("baseten")
    logs.append(job, [LogLine(timezone.now(), f"line <b>\x1b[31m{number}</b>") for number in range(3)])
    url = f"/jobs/{job.public_id}/log/"
    first = visitor.get(url, {"from": 0}).content.decode()
    assert first.count('id="L') == 3 and "<b>" not in first
    assert '&lt;b&gt;<span class="ansi-red">2&lt;/b&gt;</span>' in first
    facts = dict(re.findall(r'data-(\w+)="([^"]*)"', first))
    assert visitor.get(url, {"from": facts["next"], "v": facts["v"]}).status_code == 204
    logs.append(job, [LogLine(None, "one more")])
    versions.bump_now(f"logs:{job.pk}")  # as at a commit
    assert visitor.get(url, {"from": facts["next"], "v": facts["v"]}).content.decode().count('id="L') == 1
    counted = visitor.get(url, {"count": "1"}).content.decode()
    assert 'data-total="4"' in counted and 'id="L' not in counted
    moved(job, State.SUCCEEDED)
    Workload.objects.filter(pk=job.pk).update(is_log_complete=True)
    assert "data-over" in visitor.get(url, {"from": facts["next"]}).content.decode()


def test_the_whole_log_is_downloaded_as_text(lab: Lab, visitor: Client) -> None:
    job = lab.workload("baseten")
    logs.append(job, [LogLine(None, "one"), LogLine(None, "two")])
    answer = visitor.get(f"/jobs/{job.public_id}/log.txt")
    text = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]
    assert "one" in text and text.endswith("two\n")


def test_stop_asks_first_and_acts_on_a_post(lab: Lab, visitor: Client) -> None:
    job = lab.workload("baseten")
    url = f"/jobs/{job.public_id}/stop/"
    asked = visitor.get(url).content.decode()
    assert "Keep running" in asked and "Stop job" in asked
    job.refresh_from_db()
    assert job.state == State.RUNNING
    assert visitor.post(url).url == f"/jobs/{job.public_id}/"  # type: ignore[attr-defined]
    job.refresh_from_db()
    assert job.state == State.STOPPING


def test_terminate_wants_the_name_typed(lab: Lab, visitor: Client) -> None:
    instance = lab.workload("cortecs", name="keep-me")
    url = f"/instances/{instance.public_id}/terminate/"
    refused = visitor.post(url, {"confirm_name": "something"})
    assert refused.status_code == 422 and "Type keep-me" in refused.content.decode()
    visitor.post(url, {"confirm_name": "keep-me"})
    instance.refresh_from_db()
    assert instance.state == State.STOPPING


def test_a_verb_that_makes_no_sense_now_is_refused_with_a_reason(lab: Lab, visitor: Client) -> None:
    job = lab.workload("baseten", State.SUCCEEDED)
    page = visitor.post(f"/jobs/{job.public_id}/stop/", follow=True).content.decode()
    job.refresh_from_db()
    assert job.state == State.SUCCEEDED and "toast" in page


def test_another_team_sees_nothing(lab: Lab, visitor: Client) -> None:
    theirs = make_lab("theirs").workload("baseten", name="secret-job")
    assert "secret-job" not in visitor.get("/jobs/").content.decode()
    for path in ("", "log/", "log.txt", "spec.json", "stop/"):
        assert visitor.get(f"/jobs/{theirs.public_id}/{path}").status_code == 404


def test_the_clock_of_elapsed_time_stops_at_the_end(lab: Lab, visitor: Client) -> None:
    job = moved(lab.workload("baseten"), State.SUCCEEDED)
    Workload.objects.filter(pk=job.pk).update(
        created_at=timezone.now() - timedelta(hours=2), ended_at=timezone.now() - timedelta(hours=1)
    )
    page = visitor.get(f"/jobs/{job.public_id}/").content.decode()
    figures = page[page.index('class="figures"') : page.index("</dl>")]
    assert ">1 h<" in figures and "data-clock=" not in figures


def test_a_job_with_nodes_shows_them_and_the_ways_in_from_the_first_look_on(lab: Lab, visitor: Client) -> None:
    job = lab.workload("otoy", State.STARTING)
    page = visitor.get(f"/jobs/{job.public_id}/").content.decode()
    assert "The provider has not told about nodes yet." in page
    assert "it ends by itself" in page
    part = {"name": "Node 1", "state": "running", "step": None, "steps": None, "text": "running, 0.35 USD per hour"}
    Workload.objects.filter(pk=job.pk).update(parts=[part], connect={"SSH": "ssh -p 31022 duser@n1.example.net"})
    moved(job, State.RUNNING)
    page = visitor.get(f"/jobs/{job.public_id}/").content.decode()
    assert "running, 0.35 USD per hour" in page
    assert "ssh -p 31022 duser@n1.example.net" in page
    assert "OTOY offers no metrics to those who rent" in page
