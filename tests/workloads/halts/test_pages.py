"""The question, the report and the list in a browser, for each scope and role."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from gpuconsole.accounts.models import TeamRole, User
from gpuconsole.projects.models import ProjectRole
from gpuconsole.workloads.halts import services
from gpuconsole.workloads.models import Halt, HaltScope, InstanceEnd, Workload
from gpuconsole.workloads.states import State
from tests.factories import add_member
from tests.workloads.halts.conftest import Scene, confirmed, viewer_in

URL = "/stop-everything/"


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def scopes(scene: Scene) -> dict[str, str]:
    connection_id = scene.lab.connections["cortecs"].public_id
    return {"mine": "mine", "project": "project:project", "connection": f"connection:{connection_id}", "team": "team"}


def press(scene: Scene, user: User, scope: str, **told: str) -> Any:
    return browser(user).post(URL, {"scope": scopes(scene)[scope], "key": "k", **told})


@pytest.mark.parametrize(
    ("role", "answers"),
    [
        ("outsider", {"mine": 200, "project": 404, "connection": 403, "team": 403}),
        ("viewer", {"mine": 200, "project": 403, "connection": 403, "team": 403}),
        ("member", {"mine": 200, "project": 403, "connection": 403, "team": 403}),
        ("project_admin", {"mine": 200, "project": 200, "connection": 403, "team": 403}),
        ("team_admin", {"mine": 200, "project": 200, "connection": 200, "team": 200}),
    ],
)
def test_each_role_is_asked_about_its_own_scopes(scene: Scene, role: str, answers: dict[str, int]) -> None:
    person = {
        "outsider": lambda: add_member(scene.lab.team),
        "viewer": lambda: viewer_in(scene, ProjectRole.VIEWER),
        "member": lambda: scene.member,
        "project_admin": lambda: viewer_in(scene, ProjectRole.ADMIN),
        "team_admin": lambda: add_member(scene.lab.team, TeamRole.ADMIN),
    }[role]()
    job = scene.lab.workload("baseten", by=scene.lab.owner)
    client, values = browser(person), scopes(scene)

    assert {word: client.get(URL, {"scope": value}).status_code for word, value in values.items()} == answers
    for word in (word for word, status in answers.items() if status != 200):
        assert press(scene, person, word, confirm_name="Project", instances="stop").status_code == answers[word]
    job.refresh_from_db()
    assert (job.state, Halt.objects.count()) == (State.RUNNING, 0)


@pytest.mark.parametrize("value", ["", "everything", "project", "project:", "team:x", "project:no-such", "mine:\0"])
def test_a_scope_that_is_none_is_404(scene: Scene, value: str) -> None:
    expected = 200 if value == "" else 404
    assert browser(scene.lab.owner).get(URL, {"scope": value}).status_code == expected


def test_the_question_tells_how_much_what_it_costs_and_what_goes_on_costing(scene: Scene) -> None:
    scene.lab.workload("baseten", name="job")
    scene.lab.workload("fireworks", name="unpriced")
    scene.lab.workload("cortecs", State.QUEUED, name="not up")
    machine = scene.lab.workload("novita", name="machine")
    Workload.objects.filter(pk=machine.pk).update(resting_hourly_price="0.02")

    page = browser(scene.lab.owner).get(URL, {"scope": "team"}).content.decode()

    for text in (
        f"Stop everything of team {scene.lab.team.name}?",
        "4 workloads on ",
        ": $13.70 per hour; what 1 costs is not known.",
        "2 jobs are cancelled",
        "1 instance is terminated",
        "Stop 1 instance",
        "Terminate 1 instance",
        "What is kept, such as disks, goes on costing $0.02 per hour.",
        "Keep everything running",
    ):
        assert text in page, text


def test_nothing_happens_without_the_choice_and_the_name(scene: Scene) -> None:
    scene.lab.workload("cortecs", name="machine")
    person, name = scene.lab.owner, scene.lab.team.name

    unchosen = press(scene, person, "team", confirm_name=name)
    untyped = press(scene, person, "team", instances="terminate", hold_launches="on", confirm_name="all of it")

    assert (unchosen.status_code, untyped.status_code, Halt.objects.count()) == (422, 422, 0)
    assert b"Choose what becomes of the instances." in unchosen.content
    assert f"Type {name} to go on." in untyped.content.decode()
    assert untyped.content.count(b" checked") == 2  # nothing that was chosen is lost


def test_a_press_leads_to_its_report_and_the_same_press_to_the_same(scene: Scene) -> None:
    scene.lab.workload("baseten", name="job", by=scene.member)
    first, second = (press(scene, scene.member, "mine") for _ in range(2))
    halt = Halt.objects.get()
    assert first["Location"] == second["Location"] == f"{URL}{halt.public_id}/"
    assert (halt.by, halt.person, halt.instances) == (scene.member, scene.member, InstanceEnd.STOP)


def test_the_report_is_polled_until_all_is_confirmed(scene: Scene) -> None:
    job = scene.lab.workload("baseten", name="job")
    halt = scene.halt(HaltScope.PROJECT)
    client, url = browser(scene.lab.owner), f"{URL}{halt.public_id}/"
    htmx = {"HX-Request": "true", "HX-Target": "halt"}
    page = client.get(url).content.decode()
    assert 'href="/reconcile/">Open Reconcile' in page
    assert "Not all confirmed" in page and "is asked next" in page and 'data-poll="2"' in page
    assert client.get(url, headers=htmx).status_code == 200

    confirmed(job)

    last = client.get(url, headers=htmx)
    assert (last.status_code, b"All confirmed" in last.content, b"data-poll" in last.content) == (286, True, False)
    assert "Baseten confirms the end." in client.get(url).content.decode()
    assert b"All of it is confirmed" in client.get(f"{url}?view=left").content


def test_who_sees_which_report(scene: Scene) -> None:
    scene.lab.workload("baseten", name="own", by=scene.member)
    scene.lab.workload("cortecs", name="other", project=scene.other)
    team, project, mine = (scene.halt(scope) for scope in (HaltScope.TEAM, HaltScope.PROJECT, HaltScope.MINE))
    colleague = viewer_in(scene, ProjectRole.MEMBER)

    def seen(user: User) -> list[int]:
        return [browser(user).get(f"{URL}{halt.public_id}/").status_code for halt in (team, project, mine)]

    assert (seen(scene.lab.owner), seen(scene.member)) == ([200, 200, 200], [404, 200, 200])
    assert (seen(colleague), seen(add_member(scene.lab.team))) == ([404, 200, 404], [404, 404, 404])
    assert browser(colleague).post(f"{URL}{project.public_id}/again/").status_code == 403
    assert browser(scene.member).post(f"{URL}{mine.public_id}/again/").status_code == 302


def test_a_report_costs_the_same_queries_for_few_and_many(scene: Scene) -> None:
    def queries(count: int) -> int:
        for number in range(count):
            scene.lab.workload("baseten", name=f"job {count} {number}")
        halt = scene.halt(HaltScope.PROJECT)
        client = browser(scene.lab.owner)
        client.get(f"{URL}{halt.public_id}/")
        with CaptureQueriesContext(connection) as found:
            assert client.get(f"{URL}{halt.public_id}/").status_code == 200
        Workload.objects.update(state=State.SUCCEEDED)
        return len(found)

    assert queries(8) == queries(2)


def test_held_launches_are_told_where_one_looks_and_released_on_the_report(scene: Scene) -> None:
    halt = scene.halt(HaltScope.PROJECT, holds_launches=True)
    client = browser(scene.lab.owner)
    for url in (f"{URL}{halt.public_id}/", URL, "/stop-everything/reports/"):
        assert "held" in client.get(url).content.decode(), url
    scene.lab.workload("baseten", project=scene.other)  # else the overview leads to the first steps
    assert "holds launches" in client.get("/").content.decode()

    assert client.post(f"{URL}{halt.public_id}/release/").status_code == 302

    assert "and let go" in client.get(f"{URL}{halt.public_id}/").content.decode()
    assert "holds launches" not in client.get("/").content.decode()
    services.release(halt=halt, by=scene.member)


def test_the_way_there_stands_in_the_menu_on_the_overview_and_on_a_connection(scene: Scene) -> None:
    scene.lab.workload("baseten")
    at = scene.lab.connections["baseten"].public_id
    client = browser(scene.lab.owner)
    page = client.get("/").content.decode()
    assert 'href="/stop-everything/?scope=team"' in page and 'href="/stop-everything/"' in page
    assert 'href="/stop-everything/?scope=mine"' in client.get("/?scope=mine").content.decode()
    assert 'href="/stop-everything/?scope=project%3Aproject"' in client.get("/?project=project").content.decode()
    assert f"?scope=connection:{at}" in client.get(f"/connections/{at}/").content.decode()
    assert "?scope=project:project" in client.get("/projects/project/settings/").content.decode()
    assert "?scope=project:project" not in browser(scene.member).get("/projects/project/settings/").content.decode()
