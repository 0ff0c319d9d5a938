"""The page of quotas and budgets of a project: a form a card, errors beside their fields, nothing half-saved."""

import re

import pytest
from django.utils import timezone

from gpuconsole.audit.models import Record
from gpuconsole.projects.models import Budget, ProjectRole, Quota
from gpuconsole.workloads.states import State
from tests import factories as make
from tests.workloads.limits.conftest import BACKEND
from tests.workloads.limits.forms import PAGE, budget_form, sent, shown, spend


def test_use_stands_beside_its_limit_and_a_full_one_names_who_holds_it(as_owner, lab):
    make.set_quota(lab.project, "gpus", 2, gpu_model="H100")
    make.set_quota(lab.project, "workloads", 6, kind="job", each_member=True)
    lab.workload("baseten", name="asr-conformer-large")

    page = shown(as_owner.get(PAGE))

    assert "H100 at once any provider 2 of 2 2" in page
    assert "H100 quota is full: asr-conformer-large holds all 2 since" in page
    assert "Jobs at once per person; most: " in page


def test_limits_and_consequences_are_saved_together_and_written_to_the_audit_log(as_owner, lab):
    gpus = make.set_quota(lab.project, "gpus", 16)
    hours = make.set_quota(lab.project, "run_s", 86_400, kind="job")

    answer = as_owner.post(f"{PAGE}save/", sent(**{gpus.public_id: ("16", "ask"), hours.public_id: ("1.5", "block")}))

    assert answer["Location"] == PAGE
    assert {row.measure: (row.limit, row.consequence) for row in Quota.objects.all()} == {
        "gpus": (16, "ask"),
        "run_s": (5400, "block"),
    }
    assert Record.objects.filter(action="quota.change").count() == 2
    assert 'value="1.5"' in as_owner.get(PAGE).content.decode()


@pytest.mark.parametrize("number", ["-1", "many", "", "1e99", "1e999999", "1.5", "NaN", "\x00"])
def test_one_bad_number_is_told_beside_its_field_and_nothing_is_saved(as_owner, lab, number):
    good, bad = make.set_quota(lab.project, "workloads", 5), make.set_quota(lab.project, "gpus", 5)

    answer = as_owner.post(f"{PAGE}save/", sent(**{good.public_id: ("7", "warn"), bad.public_id: (number, "warn")}))

    assert answer.status_code == 422
    assert list(answer.context["quota_form"].errors) == [f"limit_{bad.public_id}"]
    assert f'id="quota_limit_{bad.public_id}_error"' in answer.content.decode()
    assert 'value="7"' in answer.content.decode()
    assert set(Quota.objects.values_list("limit", "consequence")) == {(5, "block")}


def test_a_consequence_that_is_none_is_refused(as_owner, lab):
    row = make.set_quota(lab.project, "gpus", 5)

    answer = as_owner.post(f"{PAGE}save/", sent(**{row.public_id: ("5", "explode")}))

    assert answer.status_code == 422
    assert f"consequence_{row.public_id}" in answer.context["quota_form"].errors


def test_a_limit_below_what_is_in_use_asks_first(as_owner, lab):
    row = make.set_quota(lab.project, "gpus", 8)
    lab.workload("baseten")
    wanted = sent(**{row.public_id: ("1", "block")})

    answer = as_owner.post(f"{PAGE}save/", wanted)

    assert "2 in use, and 1 would be the limit. Nothing that runs ends. Launches are refused until" in shown(answer)
    assert Quota.objects.get().limit == 8
    as_owner.post(f"{PAGE}save/", {**wanted, "confirmed": "1"})
    assert Quota.objects.get().limit == 1


def test_a_quota_is_added_for_everybody_for_each_person_and_for_one(as_owner, lab):
    person = make.add_to_project(lab.project)
    lab.workload("baseten")
    asked = {"measure": "gpus", "limit": "4", "kind": "", "gpu_model": "", "who": "", "consequence": "block"}

    assert "Add quota" in shown(as_owner.get(f"{PAGE}?add=quota"))
    for changed in ({}, {"who": "each", "kind": "job"}, {"who": str(person.pk)}, {"gpu_model": "nvidia h100"}):
        assert as_owner.post(f"{PAGE}add/", {**asked, **changed}).status_code == 302

    rows = Quota.objects.order_by("pk").values_list("each_member", "kind", "member", "gpu_model")
    assert list(rows) == [
        (False, "", None, ""),
        (True, "job", None, ""),
        (False, "", person.pk, ""),
        (False, "", None, "H100"),
    ]


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"limit": "-3"}, "limit"),
        ({"limit": "lots"}, "limit"),
        ({"limit": ""}, "limit"),
        ({"measure": "hope"}, "measure"),
        ({"gpu_model": "H1000000"}, "gpu_model"),
        ({"measure": "run_s", "who": "each"}, "who"),
        ({"who": "999999"}, "who"),
        ({"consequence": "explode"}, "consequence"),
    ],
)
def test_a_new_quota_that_makes_no_sense_is_told_beside_its_field(as_owner, lab, changed, field):
    asked = {"measure": "gpus", "limit": "4", "kind": "job", "gpu_model": "", "who": "", "consequence": "ask"}

    answer = as_owner.post(f"{PAGE}add/", {**asked, **changed})

    assert answer.status_code == 422
    assert field in answer.context["adding"].errors
    assert 'value="job" selected' in answer.content.decode()
    assert not Quota.objects.exists()


def test_the_same_limit_twice_is_told(as_owner, lab):
    make.set_quota(lab.project, "gpus", 4)

    answer = as_owner.post(f"{PAGE}add/", {"measure": "gpus", "limit": "9", "consequence": "block"})

    assert "limited there already" in shown(answer)


def test_a_quota_is_removed_and_one_of_another_place_is_not_found(as_owner, lab):
    own, wide = make.set_quota(lab.project, "gpus", 4), make.set_quota(lab.project, "gpus", 9, wide=True)

    assert as_owner.post(f"{PAGE}{wide.public_id}/remove/").status_code == 404
    assert as_owner.post(f"{PAGE}{own.public_id}/remove/").status_code == 302
    assert list(Quota.objects.all()) == [wide]


def test_limits_of_the_team_are_shown_with_where_they_come_from_and_cannot_be_changed_here(as_owner, lab):
    wide = make.set_quota(lab.project, "gpus", 40, wide=True)

    answer = as_owner.get(PAGE)

    assert "From the team lab" in shown(answer)
    assert f"limit_{wide.public_id}" not in answer.content.decode()
    as_owner.post(f"{PAGE}save/", sent(**{wide.public_id: ("1", "warn")}))
    assert Quota.objects.get().limit == 40


def test_members_are_listed_with_their_month_and_their_roles_change(as_owner, lab):
    member = make.add_to_project(lab.project)
    token, _ = make.make_token(lab.team, member, project=lab.project)
    job = lab.workload("baseten", State.CANCELLED, by=member)
    spend(lab, 42, timezone.now(), job)
    row = lab.project.memberships.get(user=member)

    page = shown(as_owner.get(PAGE))
    assert "launch, stop own $42.00" in page
    assert token.name in page

    as_owner.post(f"{PAGE}members/", {f"role_{row.pk}": "viewer"})
    row.refresh_from_db()
    assert row.role == ProjectRole.VIEWER
    bad = as_owner.post(f"{PAGE}members/", {f"role_{row.pk}": "king"})
    assert bad.status_code == 422


@pytest.mark.parametrize(
    "act", ["save/", "add/", "budget/", "budget/remove/", "alerts/", "alerts/add/", "providers/", "members/"]
)
def test_members_see_the_page_read_only_and_change_nothing(client, lab, act):
    make.set_quota(lab.project, "gpus", 4)
    make.set_budget(lab.project, 100)
    client.force_login(make.add_to_project(lab.project), backend=BACKEND)

    page = client.get(f"{PAGE}?add=quota").content.decode()

    content = page[page.index('id="quotas"') : page.index("</main>")]
    assert "<input" not in re.sub(r'<input type="hidden"[^>]*>', "", content)
    assert "<select" not in content
    assert client.post(f"{PAGE}{act}", {}).status_code == 403


def test_the_team_has_the_same_page_for_its_admins(as_owner, client, lab):
    as_owner.post("/team/quotas/add/", {"measure": "gpus", "limit": "40", "consequence": "block"})
    as_owner.post("/team/quotas/budget/", budget_form(amount="9000"))
    as_owner.post("/team/quotas/alerts/add/", {"amount": "500", "audience": "admins"})

    assert Quota.objects.get().project is None
    assert Budget.objects.get().project is None
    page = shown(as_owner.get("/team/quotas/"))
    assert "whole team" in page
    assert "of $9,000 in" in page
    client.force_login(make.add_to_project(lab.project, ProjectRole.ADMIN), backend=BACKEND)
    assert client.get("/team/quotas/").status_code == 403
    assert "budget of the team lab counts too" in shown(client.get(PAGE))


def test_the_page_asks_as_often_for_many_rows_as_for_few(as_owner, lab, django_assert_max_num_queries):
    make.set_budget(lab.project, 100)
    for kind in ("", "job", "instance"):
        for each in (False, True):
            make.set_quota(lab.project, "workloads", 5, kind=kind, each_member=each)
            make.set_quota(lab.project, "gpus", 5, kind=kind, each_member=each)
    for _ in range(8):
        make.add_to_project(lab.project)

    with django_assert_max_num_queries(60):
        as_owner.get(PAGE)


def test_a_project_is_let_use_a_connection_or_has_it_taken_off_by_admins_of_the_team(client, as_owner, lab):
    other = make.make_project(lab.team, name="other", by=lab.owner)
    admin = make.add_to_project(lab.project, ProjectRole.ADMIN)
    shared, alone, theirs = (lab.connections[slug] for slug in ("baseten", "cortecs", "otoy"))
    shared.projects.set([lab.project, other])
    alone.projects.set([lab.project])
    theirs.projects.set([other])
    page = "/projects/project/settings/providers/"

    text = shown(as_owner.get(page))
    for words in ("this project and 1 other", "this project alone", "not for this project"):
        assert words in text, words
    refused = as_owner.post(page, {shared.public_id: "on", theirs.public_id: "on"})
    assert refused.status_code == 422
    assert "No other project may use it: without this one it would be open to all of them." in shown(refused)
    assert not theirs.projects.filter(pk=lab.project.pk).exists()

    assert as_owner.post(page, {alone.public_id: "on", theirs.public_id: "on"}).status_code == 302
    assert list(shared.projects.all()) == [other]
    assert set(theirs.projects.all()) == {lab.project, other}
    assert Record.objects.filter(action="connection.update").count() == 2

    client.force_login(admin, backend=BACKEND)
    assert "not for this project" not in shown(client.get(page))
    assert client.post(page, {}).status_code == 403
