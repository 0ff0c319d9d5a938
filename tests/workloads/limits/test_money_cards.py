"""The cards of a project's limits beside its quotas: the budget, its alerts, and what is allowed."""

from decimal import Decimal

import pytest
from django.utils import timezone

from gpuconsole.audit.models import Record
from gpuconsole.projects.models import AlertRule, Budget, Quota
from gpuconsole.workloads.states import State
from tests import factories as make
from tests.workloads.limits.forms import PAGE, budget_form, shown, spend


def test_the_budget_is_set_changed_and_removed(as_owner, lab):
    as_owner.post(f"{PAGE}budget/", budget_form(stops_at_120="on", grace_h="0.5"))
    budget = Budget.objects.get()
    assert (budget.project, budget.amount, budget.stops_at_120, budget.grace_s) == (lab.project, 2000, True, 1800)

    as_owner.post(f"{PAGE}budget/", budget_form(amount="2500.50", when_spent="ask"))
    budget.refresh_from_db()
    assert (budget.amount, budget.when_spent, budget.stops_at_120) == (Decimal("2500.50"), "ask", False)

    as_owner.post(f"{PAGE}budget/remove/")
    assert not Budget.objects.exists()
    assert as_owner.post(f"{PAGE}budget/remove/").status_code == 404
    actions = Record.objects.filter(action__startswith="budget").order_by("pk").values_list("action", flat=True)
    assert list(actions) == ["budget.set", "budget.change", "budget.remove"]


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"amount": "-5"}, "amount"),
        ({"amount": "much"}, "amount"),
        ({"amount": ""}, "amount"),
        ({"currency": "XYZ"}, "currency"),
        ({"currency": "12"}, "currency"),
        ({"when_spent": "cry"}, "when_spent"),
        ({"grace_h": "-1"}, "grace_h"),
        ({"grace_h": "999"}, "grace_h"),
        ({"grace_h": "1e999999"}, "grace_h"),
        ({"amount": "9" * 400}, "amount"),
        ({"grace_h": "soon"}, "grace_h"),
    ],
)
def test_a_bad_budget_is_told_beside_its_field_and_nothing_is_lost(as_owner, lab, changed, field):
    answer = as_owner.post(f"{PAGE}budget/", budget_form(**changed))

    assert answer.status_code == 422
    assert list(answer.context["budget_form"].errors) == [field]
    assert f'id="budget_{field}_error"' in answer.content.decode()
    assert 'id="budget_amount"' in answer.content.decode()
    assert not Budget.objects.exists()


def test_the_budget_says_how_it_stands_and_when_it_will_be_spent(as_owner, lab):
    now = timezone.now()
    job = lab.workload("baseten", State.CANCELLED)
    make.set_budget(lab.project, 100)
    spend(lab, 101, now, job)

    page = shown(as_owner.get(PAGE))

    assert "$101 of $100" in page
    assert "$1.00 over" in page
    assert "101 %" in page
    assert "Even pace would be" in page


def test_a_budget_below_what_is_spent_asks_first(as_owner, lab):
    job = lab.workload("baseten", State.CANCELLED)
    make.set_budget(lab.project, 100)
    spend(lab, 50, timezone.now(), job)

    answer = as_owner.post(f"{PAGE}budget/", budget_form(amount="40"))

    assert "$50.00 are spent or held already" in shown(answer)
    assert Budget.objects.get().amount == 100
    as_owner.post(f"{PAGE}budget/", budget_form(amount="40", confirmed="1"))
    assert Budget.objects.get().amount == 40


def alert_form(**changed):
    of_budgets = {f"audience_{kind}": "admins" for kind in ("50", "80", "100", "forecast")}
    return {**of_budgets, **{f"on_{kind}": "on" for kind in ("50", "80", "100", "forecast")}, **changed}


def test_alerts_are_switched_and_told_to_whom(as_owner, lab):
    sent_form = alert_form(audience_80="everybody")
    del sent_form["on_50"]

    as_owner.post(f"{PAGE}alerts/", sent_form)

    assert set(AlertRule.objects.values_list("about", "is_on", "audience")) == {
        ("50", False, "admins"),
        ("80", True, "everybody"),
    }
    assert Record.objects.filter(action="alert.change").count() == 2
    assert "off" in shown(as_owner.get(PAGE))


def test_an_alert_about_one_workload_is_added_changed_and_removed(as_owner, lab):
    as_owner.post(f"{PAGE}alerts/add/", {"amount": "100", "audience": "owner_admins"})
    rule = AlertRule.objects.get()
    assert "One workload over $100" in shown(as_owner.get(PAGE))
    changed = {f"on_w{rule.pk}": "on", f"audience_w{rule.pk}": "owner", f"amount_w{rule.pk}": "250"}

    as_owner.post(f"{PAGE}alerts/", alert_form(**changed))
    rule.refresh_from_db()
    assert (rule.amount, rule.audience, rule.is_on) == (250, "owner", True)

    bad = as_owner.post(
        f"{PAGE}alerts/", alert_form(**{**changed, f"amount_w{rule.pk}": "-2", "audience_80": "everybody"})
    )
    assert bad.status_code == 422
    assert list(bad.context["alert_form"].errors) == [f"amount_w{rule.pk}"]
    assert not AlertRule.objects.filter(about="80").exists()

    assert "at this amount already" in shown(
        as_owner.post(f"{PAGE}alerts/add/", {"amount": "250", "audience": "owner"})
    )
    as_owner.post(f"{PAGE}alerts/{rule.pk}/remove/")
    assert not AlertRule.objects.exists()


@pytest.mark.parametrize("amount", ["0", "-1", "a lot", "", "1e12"])
def test_an_alert_needs_an_amount(as_owner, lab, amount):
    answer = as_owner.post(f"{PAGE}alerts/add/", {"amount": amount, "audience": "owner"})

    assert answer.status_code == 422
    assert list(answer.context["adding_alert"].errors) == ["amount"]


def test_a_budget_alert_has_no_owner_to_tell(as_owner, lab):
    answer = as_owner.post(f"{PAGE}alerts/", alert_form(audience_50="owner"))

    assert answer.status_code == 422
    assert "audience_50" in answer.context["alert_form"].errors


def allowed_form(*slugs, **changed):
    return {**{f"allow_{slug}": "on" for slug in slugs}, "consequence": "block", **changed}


def test_providers_and_hardware_are_allowed_and_all_of_them_is_no_limit(as_owner, lab):
    lab.workload("baseten")
    every = ("baseten", "cortecs", "fireworks", "novita", "otoy")

    as_owner.post(f"{PAGE}providers/", allowed_form("baseten", "otoy", hardware=["H100"], consequence="ask"))

    assert {row.measure: (row.allowed, row.consequence) for row in Quota.objects.all()} == {
        "providers": (["baseten", "otoy"], "ask"),
        "hardware": (["H100"], "ask"),
    }
    page = shown(as_owner.get(PAGE))
    assert "not allowed" in page
    assert "H100 only" in page
    as_owner.post(f"{PAGE}providers/", allowed_form(*every))
    assert not Quota.objects.exists()


def test_hardware_that_nobody_knows_is_refused(as_owner, lab):
    answer = as_owner.post(f"{PAGE}providers/", allowed_form("baseten", hardware=["Z9000"]))

    assert answer.status_code == 422
    assert "hardware" in answer.context["provider_form"].errors
    assert not Quota.objects.exists()
