"""Quotas and budgets in the JSON API."""

from typing import Any

import pytest
from django.test import Client

from gpuconsole.accounts.models import Scope, TeamRole
from gpuconsole.audit.models import Record
from gpuconsole.projects.models import Budget, Quota
from tests.factories import make_token, set_budget, set_quota
from tests.factories_workloads import Lab, make_user


class Caller:
    """The API as one person's token sees it."""

    def __init__(self, lab: Lab, **token: Any) -> None:
        self._headers = {"Authorization": f"Bearer {make_token(lab.team, lab.owner, **token)[1]}"}

    def __call__(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        given = {} if body is None else {"data": body, "content_type": "application/json"}
        answer = getattr(Client(), method)(f"/api/v1{path}", headers=self._headers, **given)
        return answer.status_code, answer.json() if answer.content else None


@pytest.fixture
def call(lab: Lab) -> Caller:
    return Caller(lab)


def test_a_limit_lives_from_post_to_delete(lab: Lab, call: Caller) -> None:
    lab.launch("baseten")
    url = "/projects/project/quotas"
    status, made = call("post", url, {"measure": "gpus", "gpu_model": "h100", "limit": "8", "why": "sprint"})
    assert (status, made["limit"], made["used"], made["gpu_model"]) == (201, "8", "2", "H100")
    assert made["text"] == "H100 at once: 8, block in this project"
    status, changed = call("patch", f"{url}/{made['id']}", {"limit": 16, "consequence": "warn"})
    assert (status, changed["limit"], changed["consequence"]) == (200, "16", "warn")
    assert call("get", f"{url}/{made['id']}")[1]["limit"] == "16.0000"
    assert [one["id"] for one in call("get", url)[1]["items"]] == [made["id"]]
    assert call("delete", f"{url}/{made['id']}")[0] == 204
    assert call("get", f"{url}/{made['id']}")[0] == 404
    assert list(Record.objects.filter(action__startswith="quota").order_by("pk").values_list("action", flat=True)) == [
        "quota.add",
        "quota.change",
        "quota.remove",
    ]


def test_a_projects_general_settings_are_changed_by_its_admins(lab: Lab, call: Caller) -> None:
    url = "/projects/project"
    status, told = call("patch", url, {"may_never_end": False, "default_stop_after_s": 7200})
    assert (status, told["may_never_end"], told["default_stop_after_s"], told["name"]) == (200, False, 7200, "Project")
    assert call("patch", url, {"default_stop_after_s": None})[1]["default_stop_after_s"] is None
    assert call("get", url)[1] == call("get", "/projects")[1]["items"][0]
    status, refused = call("patch", url, {"default_stop_after_s": 5, "name": " "})
    assert (status, sorted(one["path"] for one in refused["errors"])) == (422, ["default_stop_after_s", "name"])
    assert Caller(lab, scopes=[Scope.READ, Scope.LAUNCH])("patch", url, {"may_never_end": True})[0] == 403


def test_the_teams_limits_are_listed_in_its_projects_and_changed_by_its_admins(lab: Lab, call: Caller) -> None:
    wide = set_quota(lab.project, "gpus", 8, wide=True)
    assert [one["project"] for one in call("get", "/projects/project/quotas")[1]["items"]] == [None]
    assert call("patch", f"/projects/project/quotas/{wide.public_id}", {"limit": 9})[0] == 404
    assert call("patch", f"/team/quotas/{wide.public_id}", {"limit": 9})[0] == 200
    narrow = Caller(lab, project=lab.project)
    assert narrow("patch", f"/team/quotas/{wide.public_id}", {"limit": 10})[0] == 403
    reader = Caller(lab, scopes=[Scope.READ, Scope.LAUNCH])
    assert reader("post", "/projects/project/quotas", {"measure": "gpus", "limit": 1})[0] == 403


@pytest.mark.parametrize(
    ("body", "path", "text"),
    [
        ({"measure": "gpus", "limit": -1}, "limit", "0"),
        ({"measure": "gpus"}, "limit", "Say how much"),
        ({"measure": "rockets", "limit": 1}, "measure", "gpus"),
        ({"measure": "gpus", "limit": 1, "gpu_model": "H1O0"}, "gpu_model", "No GPU called H1O0"),
        ({"measure": "providers", "allowed": ["basten"]}, "allowed", "Known are baseten"),
        ({"measure": "workloads", "limit": 1, "gpu_model": "H100"}, "gpu_model", "can't be narrowed"),
        ({"measure": "gpus", "limit": 1, "member": "nobody@example.org"}, "member", "Nobody with this address"),
        ({"measure": "gpus", "limit": 1, "each_member": True, "member": "OWNER"}, "each_member", "Name one person"),
        ({"measure": "gpus", "limit": 1, "colour": "red"}, "colour", ""),
    ],
)
def test_bad_input_is_refused_with_its_field(lab: Lab, call: Caller, body: Any, path: str, text: str) -> None:
    if body.get("member") == "OWNER":
        body = {**body, "member": lab.owner.email}
    status, told = call("post", "/projects/project/quotas", body)
    assert (status, told["errors"][0]["path"]) == (422, path)
    assert text in told["errors"][0]["message"]
    assert not Quota.objects.exists()


def test_the_same_is_not_limited_twice(lab: Lab, call: Caller) -> None:
    set_quota(lab.project, "gpus", 8)
    status, told = call("post", "/projects/project/quotas", {"measure": "gpus", "limit": 9})
    assert (status, told["code"]) == (422, "exists")


def test_a_person_has_limits_of_their_own(lab: Lab, call: Caller) -> None:
    ada = make_user(lab.team, TeamRole.MEMBER, project="member")
    body = {"measure": "workloads", "limit": 1, "member": ada.email.upper()}
    status, made = call("post", "/projects/project/quotas", body)
    assert (status, made["member"], made["text"]) == (
        201,
        ada.email,
        f"Workloads at once: 1, block for {ada.display_name} in this project",
    )


def test_a_budget_tells_how_it_stands(lab: Lab, call: Caller) -> None:
    url = "/projects/project/budget"
    assert call("get", url)[0] == 404
    status, made = call("post", url, {"amount": "100", "stops_at_120": True})
    assert (status, made["currency"], made["left"], made["grace_s"]) == (201, "USD", "100", 3600)
    lab.launch("baseten", stop_after_s=3600)
    told = call("get", url)[1]
    assert (told["spent"], told["reserved"], told["left"], told["forecast"]) == ("0", "13.000000", "87.000000", None)
    status, changed = call("patch", url, {"when_spent": "warn"})
    assert (status, changed["when_spent"], changed["stops_at_120"]) == (200, "warn", True)
    assert call("delete", url)[0] == 204
    assert not Budget.objects.exists()


def test_an_unknown_currency_is_refused(lab: Lab, call: Caller) -> None:
    status, told = call("post", "/team/budget", {"amount": 5, "currency": "XYZ"})
    assert (status, told["code"], told["errors"][0]["path"]) == (422, "unknown_currency", "currency")
    assert call("post", "/team/budget", {"amount": 5})[1]["project"] is None


def test_a_launch_over_a_limit_that_warns_passes_and_says_so(lab: Lab, call: Caller) -> None:
    set_quota(lab.project, "gpus", 1, consequence="warn")
    set_budget(lab.project, 5, when_spent="warn")
    body = {
        "connection": lab.connections["baseten"].public_id,
        "spec": lab.launch("baseten", stop_after_s=60).spec,
        "guards": {"stop_after_s": 3600},
    }
    status, told = call("post", "/projects/project/workloads", body)
    assert (status, len(told["warnings"])) == (201, 2)
    events = call("get", f"/workloads/{told['id']}/events")[1]["items"]
    assert [one["kind"] for one in events].count("warning") == 2
    status, told = call("post", "/projects/project/workloads/preview", body)
    assert [one["consequence"] for one in told["estimate"]["violations"]] == ["warn"]


def test_a_launch_that_needs_an_admin_waits_as_a_request(lab: Lab, call: Caller) -> None:
    spec = lab.launch("baseten").spec
    set_quota(lab.project, "gpus", 1, consequence="ask")
    status, told = call(
        "post", "/projects/project/workloads", {"connection": lab.connections["baseten"].public_id, "spec": spec}
    )
    assert (status, told["state"]) == (202, "waiting")
    assert told["limits"][0]["text"].startswith("2 GPUs asked; 2 of 1 are in use")
