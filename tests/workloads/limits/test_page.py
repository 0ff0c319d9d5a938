"""The page of a project's limits and budget."""

import pytest

from gpuconsole.projects.models import Budget, Quota
from tests import factories as make

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
PAGE = "/projects/speech-asr/settings/quotas/"


@pytest.fixture
def project(db):
    return make.make_project(name="Speech ASR")


@pytest.fixture
def as_owner(client, project):
    client.force_login(make.owner_of(project.team), backend=BACKEND)
    return client


def test_limits_are_filled_in_as_people_say_them(as_owner, project):
    given = {"gpus": "16", "run_h": "1.5", "hourly_price": "40.5", "budget": "2000", "why": "start"}

    as_owner.post(PAGE, given)

    assert {row.measure: row.limit for row in Quota.objects.all()} == {"gpus": 16, "run_s": 5400, "hourly_price": 40.5}
    budget = Budget.objects.get()
    assert (budget.project, budget.amount, budget.currency) == (project, 2000, "USD")
    page = as_owner.get(PAGE).content.decode()
    assert 'value="1.5"' in page
    assert 'value="2000"' in page


def test_an_emptied_field_lifts_its_limit_and_others_keep_their_consequence(as_owner, project):
    make.set_quota(project, "gpus", 8, consequence="warn")
    make.set_quota(project, "workloads", 3)
    make.set_budget(project, 100)

    as_owner.post(PAGE, {"gpus": "9"})

    (row,) = Quota.objects.all()
    assert (row.measure, row.limit, row.consequence) == ("gpus", 9, "warn")
    assert not Budget.objects.exists()


@pytest.mark.parametrize(
    ("field", "value"), [("gpus", "-1"), ("run_h", "0"), ("budget", "much"), ("workloads", "1e99")]
)
def test_bad_limits_are_told_beside_their_fields(as_owner, project, field, value):
    answer = as_owner.post(PAGE, {field: value})

    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert not Quota.objects.exists()


def test_the_use_of_all_that_holds_here_is_shown(as_owner, project):
    make.set_quota(project, "gpus", 8, gpu_model="")
    make.set_quota(project, "providers", allowed=["novita"], consequence="ask", wide=True)
    make.set_budget(project, 100)

    page = as_owner.get(PAGE).content.decode()

    assert 'aria-label="GPUs at once: 0 of 8 in use"' in page
    assert "Novita" in page
    assert "Ask an admin" in page
    assert "$0.00 of $100.00" in page
