"""The panel for limits in the Django admin: use beside each limit, edited in place, every change audited."""

from typing import Any

import pytest
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext

from gpuconsole.audit.models import Record
from gpuconsole.projects.models import Budget, Quota, QuotaProfile, QuotaProfileLine
from tests.factories import make_user, set_budget, set_quota
from tests.factories_workloads import Lab, make_lab

QUOTAS, BUDGETS = "/admin/projects/quota/", "/admin/projects/budget/"


@pytest.fixture
def staff(db: None) -> Client:
    client = Client()
    person = make_user(is_staff=True, is_superuser=True)
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def in_place(rows: list[Any], **changed: list[str]) -> dict[str, str]:
    """What the list posts when its rows are edited in place."""
    posted = {"form-TOTAL_FORMS": str(len(rows)), "form-INITIAL_FORMS": str(len(rows)), "_save": "Save"}
    for number, row in enumerate(rows):
        posted[f"form-{number}-id"] = str(row.pk)
        for name, values in changed.items():
            posted[f"form-{number}-{name}"] = values[number]
    return posted


def test_use_stands_beside_the_limit(staff: Client, lab: Lab) -> None:
    lab.launch("baseten")
    set_quota(lab.project, "gpus", 2, gpu_model="H100")
    set_quota(lab.project, "providers", allowed=["baseten", "novita"])
    page = staff.get(QUOTAS).content.decode()
    assert 'aria-label="H100 at once: 2 of 2 in use"' in page
    assert "Baseten, Novita" in page


def test_the_list_costs_the_same_queries_for_few_and_many(staff: Client) -> None:
    counted = []
    for count in (1, 3):
        for _ in range(count):
            one = make_lab()
            one.launch("baseten", stop_after_s=3600)
            set_quota(one.project, "gpus", 5)
            set_quota(one.project, "workloads", 5, wide=True, each_member=True)
            set_budget(one.project, 100)
        for url in (QUOTAS, BUDGETS):
            with CaptureQueriesContext(database) as seen:
                assert staff.get(url).status_code == 200
            counted.append(len(seen))
    assert counted[:2] == counted[2:]


def test_a_limit_is_edited_in_place_and_audited(staff: Client, lab: Lab) -> None:
    row, other = set_quota(lab.project, "gpus", 2), set_quota(lab.project, "workloads", 3)
    posted = in_place([row, other], limit=["16", "3"], consequence=["warn", "block"])
    assert staff.post(QUOTAS, posted).status_code == 302
    row.refresh_from_db()
    assert (row.limit, row.consequence) == (16, "warn")
    record = Record.objects.get(action="quota.change")
    assert (record.before["limit"], record.after["limit"], record.project_id) == ("2", "16", lab.project.pk)


@pytest.mark.parametrize(("limit", "text"), [("-1", "zero or more"), ("1.5", "whole numbers"), ("", "Say how much")])
def test_a_bad_number_is_refused_in_its_place_and_nothing_is_applied(
    staff: Client, lab: Lab, limit: str, text: str
) -> None:
    rows = [set_quota(lab.project, "gpus", 2), set_quota(lab.project, "workloads", 3)]
    answer = staff.post(QUOTAS, in_place(rows, limit=["9", limit], consequence=["block", "block"]))
    assert (answer.status_code, text in answer.content.decode()) == (200, True)
    assert [row.limit for row in Quota.objects.order_by("pk")] == [2, 3]


@pytest.mark.parametrize(
    ("given", "field", "text"),
    [
        ({"measure": "gpus", "limit": "8", "gpu_model": "H1O0"}, "gpu_model", "No GPU called H1O0 is known"),
        ({"measure": "providers", "allowed": "basten"}, "allowed", "Known are baseten"),
        ({"measure": "providers", "limit": "3"}, "limit", "takes no number"),
        ({"measure": "run_s", "limit": "600", "each_member": "on"}, "each_member", "for each workload already"),
        ({"measure": "gpus", "limit": "8", "member": "stranger"}, "member", "is not in the project"),
        ({"measure": "gpus", "limit": "8", "project": "foreign"}, "project", "is not a project of"),
    ],
)
def test_what_makes_no_sense_is_told_beside_its_field(
    staff: Client, lab: Lab, given: dict[str, str], field: str, text: str
) -> None:
    lab.launch("baseten")
    places = {"stranger": make_user().pk, "foreign": make_lab().project.pk}
    given = {name: str(places.get(value, value)) for name, value in given.items()}
    answer = staff.post(
        f"{QUOTAS}add/", {"team": lab.team.pk, "project": lab.project.pk, "consequence": "block", **given}
    )
    assert answer.status_code == 200
    assert text in str(answer.context["adminform"].form.errors[field])
    assert not Quota.objects.exists()


def test_a_limit_is_added_changed_and_removed_with_a_record_each(staff: Client, lab: Lab) -> None:
    lab.launch("baseten")
    given = {"team": lab.team.pk, "project": lab.project.pk, "measure": "gpus", "gpu_model": "nvidia h100"}
    assert (
        staff.post(f"{QUOTAS}add/", {**given, "limit": "8", "consequence": "ask", "why": "sprint"}).status_code == 302
    )
    row = Quota.objects.get()
    assert (row.gpu_model, row.limit, row.consequence) == ("H100", 8, "ask")
    again = staff.post(f"{QUOTAS}add/", {**given, "limit": "9", "consequence": "ask"})
    assert (again.status_code, Quota.objects.count()) == (200, 1)
    assert staff.post(f"{QUOTAS}{row.pk}/change/", {"limit": "4", "consequence": "block"}).status_code == 302
    assert staff.post(f"{QUOTAS}{row.pk}/delete/", {"post": "yes"}).status_code == 302
    actions = Record.objects.filter(action__startswith="quota.").order_by("pk").values_list("action", "why")
    assert list(actions) == [("quota.add", "sprint"), ("quota.change", ""), ("quota.remove", "")]


def test_a_budget_shows_what_is_reserved_and_refuses_an_unknown_currency(staff: Client, lab: Lab) -> None:
    set_budget(lab.project, 100)
    assert "Budget for" in staff.get(BUDGETS).content.decode()
    given = {"team": lab.team.pk, "amount": "5", "currency": "XYZ", "when_spent": "block", "grace_s": "60"}
    answer = staff.post(f"{BUDGETS}add/", given)
    assert "No rate between XYZ and USD is set" in str(answer.context["adminform"].form.errors["currency"])
    assert staff.post(f"{BUDGETS}add/", {**given, "currency": "usd"}).status_code == 302
    assert Budget.objects.get(project=None).currency == "USD"


def a_profile() -> QuotaProfile:
    profile = QuotaProfile.objects.create(name="Students")
    QuotaProfileLine.objects.create(profile=profile, measure="gpus", limit=4)
    QuotaProfileLine.objects.create(profile=profile, measure="workloads", kind="job", each_member=True, limit=2)
    return profile


def test_a_profile_is_given_to_many_projects_at_once(staff: Client, lab: Lab) -> None:
    profile, other = a_profile(), make_lab()
    set_quota(lab.project, "gpus", 16)
    set_quota(lab.project, "hourly_price", 100)
    chosen = {"action": "apply_profile", "_selected_action": [lab.project.pk, other.project.pk]}
    url = "/admin/projects/project/"
    assert "GPUs at once: 4, block" in staff.post(url, chosen).content.decode()

    assert staff.post(url, {**chosen, "profile": profile.pk, "why": "term"}).status_code == 302

    found = {(row.project_id, row.measure): row.limit for row in Quota.objects.all()}
    assert found == {
        (lab.project.pk, "gpus"): 4,
        (lab.project.pk, "workloads"): 2,
        (lab.project.pk, "hourly_price"): 100,
        (other.project.pk, "gpus"): 4,
        (other.project.pk, "workloads"): 2,
    }
    assert Record.objects.filter(why="term").count() == 4


def test_a_profile_is_given_to_whole_teams(staff: Client, lab: Lab) -> None:
    profile = a_profile()
    chosen = {"action": "apply_profile", "_selected_action": [lab.team.pk], "profile": profile.pk}
    assert staff.post("/admin/accounts/team/", chosen).status_code == 302
    assert set(Quota.objects.values_list("team", "project", "measure")) == {
        (lab.team.pk, None, "gpus"),
        (lab.team.pk, None, "workloads"),
    }


def test_a_profile_is_made_of_lines_that_make_sense(staff: Client) -> None:
    lines = {"lines-TOTAL_FORMS": "1", "lines-INITIAL_FORMS": "0", "lines-0-consequence": "block"}
    url = "/admin/projects/quotaprofile/add/"
    answer = staff.post(url, {"name": "New", **lines, "lines-0-measure": "gpus", "lines-0-limit": "-3"})
    assert (answer.status_code, "zero or more" in answer.content.decode()) == (200, True)
    assert staff.post(url, {"name": "New", **lines, "lines-0-measure": "gpus", "lines-0-limit": "3"}).status_code == 302
    assert Record.objects.get(action="profile.save").after == {"limits": ["GPUs at once: 3, block"]}
