"""What a role may not do, act by act, where an address alone does not tell."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import NoReverseMatch, get_resolver, reverse

from gpuconsole.audit.models import Record
from gpuconsole.core.spec_forms import SpecForm
from gpuconsole.providers import registry
from gpuconsole.workloads.guards import rails
from gpuconsole.workloads.models import Workload
from tests.contract.samples import sample
from tests.tenancy.world import ROLES, World, make_world, word


@pytest.mark.django_db
@pytest.mark.parametrize("role", ROLES)
def test_djangos_own_admin_is_closed_to_everybody_of_ours(role: str) -> None:
    browser = make_world().browser(role)

    for name in filter(None, get_resolver().namespace_dict["admin"][1].reverse_dict):
        if not isinstance(name, str):
            continue
        try:
            answer = browser.get(reverse(f"admin:{name}"))
        except NoReverseMatch:  # it wants a row
            continue
        assert answer.status_code == 302 or name == "login", (name, answer.status_code)


@pytest.mark.django_db
@pytest.mark.parametrize("role", ["anonymous", "stranger", "outsider", "viewer"])
def test_a_form_posted_by_hand_launches_nothing_where_the_role_is_too_small(role: str) -> None:
    world = make_world()
    before = Workload.objects.count()

    answer = world.browser(role).post("/launch/cortecs/instance/launch/", launch_form(world))

    assert word(answer) == ("in" if role == "anonymous" else "ok")
    assert Workload.objects.count() == before


@pytest.mark.django_db
def test_the_same_form_launches_for_a_member() -> None:
    world = make_world()
    before = Workload.objects.count()

    answer = world.browser("member").post("/launch/cortecs/instance/launch/", launch_form(world))

    assert answer.status_code == 302, answer.content
    assert Workload.objects.count() == before + 1


@pytest.mark.django_db
@pytest.mark.parametrize("role", ["viewer", "member"])
def test_a_clone_of_another_teams_work_is_404(role: str) -> None:
    world, other = make_world(), make_world()
    theirs = other.names["instances/"]["public_id"]

    assert world.browser(role).get(f"/launch/cortecs/instance/?clone={theirs}").status_code == 404


@pytest.mark.django_db
def test_a_member_does_not_act_on_a_colleagues_work() -> None:
    world = make_world()
    theirs = world.lab.workload("cortecs", stop_after_s=3600).public_id  # the owner's

    assert world.browser("member").post(f"/instances/{theirs}/stop/").status_code == 403
    headers = world.bearer("member")
    assert Client().post(f"/api/v1/workloads/{theirs}/stop", headers=headers).status_code == 403
    assert world.browser("project_admin").post(f"/instances/{theirs}/stop/").status_code == 302


@pytest.mark.django_db
@pytest.mark.parametrize("role", [role for role in ROLES if role not in ("member", "project_admin", "team_admin")])
def test_a_hidden_way_in_is_in_no_answer_to_those_who_may_not_act(role: str) -> None:
    world = make_world()
    at = world.names["instances/"]["public_id"]
    headers, asked_for = world.bearer(role), {"way": "Password"}

    answers = [
        world.browser(role).get(f"/instances/{at}/"),
        world.browser(role).post(f"/instances/{at}/ways/", asked_for),
        Client().get(f"/api/v1/workloads/{at}", headers=headers),
        Client().post(f"/api/v1/workloads/{at}/ways", asked_for, content_type="application/json", headers=headers),
    ]

    assert not [answer for answer in answers if b"way-in-1" in answer.content]
    assert not Record.objects.filter(action="workload.show_way").exists()


def launch_form(world: World) -> dict[str, Any]:
    """What a browser posts for a launch that is right in everything but perhaps the person."""
    spec = {key: value for key, value in sample("cortecs").items() if key != "provider"}
    guards = {"project": world.lab.project.slug, "stop_after_s": 3600}
    form = SpecForm.from_wire(registry.get("cortecs").spec, spec)
    ours = SpecForm.from_wire(rails("cortecs"), {"guards": guards})
    connection = world.lab.connections["cortecs"].public_id
    return {**form.values, **ours.values, "connection": connection, "key": "k" * 20, "tried": "1", "confirmed": "1"}
