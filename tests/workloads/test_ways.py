"""Ways in that are hidden: shown to whom may act, once asked for, and never by the way."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from pydantic import SecretStr

from gpuconsole.accounts.models import Scope
from gpuconsole.audit.models import Record
from gpuconsole.projects.models import ProjectRole
from gpuconsole.providers.remote import Port
from gpuconsole.workloads import ways
from gpuconsole.workloads.models import Workload
from gpuconsole.workloads.states import State
from tests.factories import make_token
from tests.factories_workloads import Lab, make_user, moved

PASSWORD = "correct-horse-7"
SSH = "ssh -p 1 root@203.0.113.7"
BY_HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def instance(lab: Lab) -> Workload:
    row = lab.workload("novita", name="notebook")
    told = {"SSH": SSH, "Login": SecretStr(PASSWORD)}  # no word in the label gives it away
    Workload.objects.filter(pk=row.pk).update(**ways.columns(row, told))
    row.refresh_from_db()
    return row


@pytest.fixture
def visitor(lab: Lab) -> Client:
    client = Client()
    client.force_login(lab.owner)
    return client


def ask(client: Client, row: Workload, way: str = "Login", **how: Any) -> Any:
    return client.post(f"/instances/{row.public_id}/ways/", {"way": way}, **how)


def by_api(lab: Lab, row: Workload, scope: Scope = Scope.LAUNCH, way: str = "Login") -> Any:
    _, token = make_token(lab.team, lab.owner, scopes=[scope])
    path, headers = f"/api/v1/workloads/{row.public_id}/ways", {"Authorization": f"Bearer {token}"}
    return Client().post(path, {"way": way}, content_type="application/json", headers=headers)


def test_the_page_shows_the_others_and_a_button_in_its_place(visitor: Client, instance: Workload) -> None:
    page = visitor.get(f"/instances/{instance.public_id}/").content.decode()
    assert SSH in page and "Show the Login" in page
    assert PASSWORD not in page


def test_published_ports_stand_in_a_table_and_in_the_api(lab: Lab, visitor: Client, instance: Workload) -> None:
    ports = [Port(8080, "tcp", "Port 8080, tcp"), Port(8888, "http", "Jupyter", "Jupyter", answers=True)]
    told = {"Port 8080, tcp": "proxy.example.net:31022", "Jupyter": "https://j.example.net"}
    Workload.objects.filter(pk=instance.pk).update(**ways.columns(instance, told, ports))
    page = visitor.get(f"/instances/{instance.public_id}/").content.decode()
    table = page[page.index("Published ports") :]
    assert "proxy.example.net:31022" in table and "not told" in table and " yes</span>" in table
    assert "proxy.example.net:31022" not in page[page.index("Connect</h2>") : page.index("Published ports")]
    _, token = make_token(lab.team, lab.owner, scopes=[Scope.READ])
    answer = (
        Client().get(f"/api/v1/workloads/{instance.public_id}", headers={"Authorization": f"Bearer {token}"}).json()
    )
    assert [(port["number"], answer["connect"][port["way"]]) for port in answer["ports"]] == [
        (8080, "proxy.example.net:31022"),
        (8888, "https://j.example.net"),
    ]


@pytest.mark.parametrize("tab", ["spec", "events", "activity"])
def test_no_tab_and_no_list_shows_it(visitor: Client, instance: Workload, tab: str) -> None:
    ask(visitor, instance)
    for path in (f"/instances/{instance.public_id}/{tab}/", "/instances/", "/", "/audit/"):
        assert PASSWORD not in visitor.get(path).content.decode()


def test_asked_for_it_is_shown_kept_by_no_cache_and_written_down(lab: Lab, visitor: Client, instance: Workload) -> None:
    answer = ask(visitor, instance)
    page = answer.content.decode()
    assert PASSWORD in page and "<html" in page and f"/instances/{instance.public_id}/" in page
    assert "no-store" in answer["Cache-Control"]
    record = Record.objects.get(action="workload.show_way")
    assert (record.user, record.target_id, record.after) == (lab.owner, instance.public_id, {"way": "Login"})
    assert "Showed hidden way into" in visitor.get("/audit/").content.decode()


def test_by_htmx_only_its_place_is_answered(visitor: Client, instance: Workload) -> None:
    answer = ask(visitor, instance, **BY_HTMX)
    assert PASSWORD in answer.content.decode() and "<html" not in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize("way", ["SSH", "", "other"])
def test_what_is_not_hidden_is_refused_and_nothing_is_written_down(
    visitor: Client, instance: Workload, way: str
) -> None:
    assert ask(visitor, instance, way).status_code == 422
    assert not Record.objects.filter(action="workload.show_way").exists()


def test_it_is_shown_while_it_runs_only(lab: Lab, visitor: Client, instance: Workload) -> None:
    moved(instance, State.STOPPING)
    assert ask(visitor, instance).status_code == 422
    assert by_api(lab, instance).json()["code"] == "no_such_way"


@pytest.mark.parametrize(
    ("role", "is_own", "status"),
    [
        (ProjectRole.VIEWER, False, 403),
        (ProjectRole.MEMBER, False, 403),
        (ProjectRole.MEMBER, True, 200),
        (ProjectRole.ADMIN, False, 200),
    ],
)
def test_who_may_not_act_on_it_may_not_see_it(
    lab: Lab, instance: Workload, role: ProjectRole, is_own: bool, status: int
) -> None:
    person, client = make_user(lab.team, project=role), Client()
    client.force_login(person)
    if is_own:
        Workload.objects.filter(pk=instance.pk).update(owner=person)
    page = client.get(f"/instances/{instance.public_id}/").content.decode()
    assert ("Show the Login" in page) == (status == 200)
    answer = ask(client, instance)
    assert (answer.status_code, PASSWORD in answer.content.decode()) == (status, status == 200)


def test_the_api_tells_the_label_and_the_value_when_asked(lab: Lab, instance: Workload) -> None:
    answer = by_api(lab, instance)
    assert (answer.status_code, answer.json()) == (200, {"way": "Login", "value": PASSWORD})
    assert answer["Cache-Control"] == "no-store"
    record = Record.objects.get(action="workload.show_way")
    assert record.token is not None
    _, token = make_token(lab.team, lab.owner, scopes=[Scope.READ])
    headers = {"Authorization": f"Bearer {token}"}
    told = Client().get(f"/api/v1/workloads/{instance.public_id}", headers=headers)
    assert told.json()["connect"] == {"SSH": SSH, "Login": None}
    assert PASSWORD not in told.content.decode()
    assert PASSWORD not in Client().get("/api/v1/workloads", headers=headers).content.decode()


def test_a_token_that_may_only_read_is_not_told(lab: Lab, instance: Workload) -> None:
    assert by_api(lab, instance, Scope.READ).status_code == 403


def test_what_was_kept_in_plain_before_is_forgotten(instance: Workload) -> None:
    Workload.objects.update(connect={"SSH": SSH, "SSH password": PASSWORD})
    with connection.cursor() as cursor:
        cursor.execute(import_module("gpuconsole.workloads.migrations.0004_forget_plain_ways").FORGET)
    instance.refresh_from_db()
    assert instance.connect == {}
