"""The search: work by name, id, label and person; people, projects, actions; exactly an id leads there."""

from __future__ import annotations

import pytest
from django.test import Client

from gpuconsole.dashboard import search
from gpuconsole.projects.models import Project, ProjectRole
from gpuconsole.workloads.models import Workload
from tests.factories import viewer_of
from tests.factories_workloads import Lab, make_lab, make_user


@pytest.fixture
def lab(db: None) -> Lab:
    return make_lab()


def found(lab: Lab, text: str, user: object = None) -> dict[str, list[str]]:
    """Plain words of the rows by group."""
    groups = search.groups(viewer_of(user or lab.owner, lab.team), text)  # type: ignore[arg-type]
    return {
        group.title: [hit.label.replace("<mark>", "").replace("</mark>", "") for hit in group.hits] for group in groups
    }


def test_work_is_found_by_name_label_person_and_the_begin_of_an_id(lab: Lab) -> None:
    ada = make_user(lab.team)
    ada.name = "Ada Lovelace"
    ada.save()
    nerf = lab.workload("baseten", name="nerf-garden")
    lab.workload("cortecs", name="serve", labels=["nightly"])
    lab.workload("otoy", name="hers", by=ada)
    assert found(lab, "RF-gar")["Workloads"] == found(lab, "ne")["Workloads"] == ["nerf-garden"]
    assert found(lab, "nightly")["Workloads"] == ["serve"]
    assert found(lab, "ada")["Workloads"] == ["hers"]
    assert found(lab, nerf.public_id[:-3])["Workloads"] == ["nerf-garden"]
    assert found(lab, Workload.objects.get(pk=nerf.pk).remote_id)["Workloads"] == ["nerf-garden"]
    groups = found(lab, "nerf")
    assert groups["Actions on nerf-garden"][:2] == ["Open log", "Stop…"]
    assert "Jobs with “nerf”" in groups["Go to"]


def test_signs_narrow_to_actions_people_and_projects(lab: Lab) -> None:
    Project.objects.create(team=lab.team, name="Vision", slug="vision")
    assert "Stop everything…" in found(lab, "> stop")["Actions"]
    assert found(lab, "#vis") == {"Projects": ["Vision"]}
    assert list(found(lab, "@")) == ["People"]
    assert found(lab, "zzzz") == {}


def test_nothing_of_another_team_or_project_is_found(lab: Lab) -> None:
    theirs = make_lab("theirs").workload("baseten", name="secret-job")
    lab.workload("baseten", name="secret-too")
    outsider = make_user(lab.team)
    assert found(lab, "secret", outsider).get("Workloads", []) == []
    assert found(lab, "secret")["Workloads"] == ["secret-too"]
    client = Client()
    client.force_login(lab.owner)
    assert client.get("/search/", {"q": theirs.public_id}).status_code == 200


def test_exactly_an_id_leads_to_the_work_and_the_page_lists_the_rest(lab: Lab) -> None:
    job, client = lab.workload("baseten", name="<b>bold"), Client()
    client.force_login(make_user(lab.team, project=ProjectRole.VIEWER))
    for text in (job.public_id, Workload.objects.get(pk=job.pk).remote_id):
        assert client.get("/search/", {"q": text}).url == f"/jobs/{job.public_id}/"  # type: ignore[attr-defined]
    page = client.get("/search/", {"q": "<b>b"}).content.decode()
    assert "<mark>&lt;b&gt;b</mark>old" in page and "<b>bold" not in page
    rows = client.get("/search/", {"q": "bold"}, headers={"HX-Request": "true"}).content.decode()
    assert 'role="option"' in rows and "<html" not in rows
