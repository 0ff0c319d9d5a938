"""Quotas: which launches fit, and what a limit says to the others."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gpuconsole.projects.models import Consequence, Measure, Quota
from gpuconsole.projects.quota_words import label, scope
from gpuconsole.projects.quotas import Ask, Use, check, longest_run_s

ASK = Ask(gpus=2, hourly_price=Decimal(13), run_s=3600, kind="job", provider="baseten", gpu_model="H100")


def quota(measure: str, limit: Any = None, **terms: Any) -> Quota:
    terms.setdefault("project_id", 1)
    number = None if limit is None else Decimal(str(limit))
    return Quota(pk=7, team_id=1, measure=measure, limit=number, **terms)


@pytest.mark.parametrize(
    ("row", "used", "text"),
    [
        (quota("gpus", 8), 7, "2 GPUs asked; 7 of 8 are in use in this project, so 1 would fit."),
        (quota("gpus", 1), 3, "2 GPUs asked; 3 of 1 are in use in this project, so nothing more fits."),
        (
            quota("gpus", 8, gpu_model="H100"),
            8,
            "2 H100 asked; 8 of 8 are in use in this project, so nothing more fits.",
        ),
        (quota("workloads", 3), 3, "1 more workload asked; 3 of 3 are in use in this project, so nothing more fits."),
        (quota("workloads", 3, kind="job", each_member=True), 3, "1 more job asked; 3 of 3 are in use for each person"),
        (
            quota("hourly_price", 20, project_id=None),
            10,
            "$13.00 per hour asked; $10.00 of $20.00 per hour are in use in the team, so $10.00 would fit.",
        ),
        (quota("hourly_price", 20), None, "A rate to USD is missing"),
        (quota("run_s", 1800), 0, "Work runs at most 30 m in this project; 1 h asked."),
        (quota("run_s", 1800, kind="job"), 0, "A job runs at most 30 m in this project; 1 h asked."),
        (quota("gpu_hours", 900), "899.5", "Up to 2 GPU-hours asked this month; 899.5 of 900 are used or held"),
        (quota("providers", allowed=["novita"]), 0, "This provider is not allowed in this project; allowed: Novita."),
        (quota("hardware", allowed=["A100"]), 0, "H100 is not allowed in this project; allowed: A100."),
        (quota("hardware"), 0, "H100 is not allowed in this project; none is allowed just now."),
    ],
)
def test_a_limit_names_itself_the_use_and_what_would_fit(row: Quota, used: Any, text: str) -> None:
    amount = None if used is None else Decimal(str(used))
    ask = ASK if row.measure != "gpu_hours" else Ask(**{**_values(ASK), "gpu_hours": Decimal(2)})

    (violation,) = check([row], {7: Use(amount)}, ask)

    assert text in violation.text
    assert (violation.limit, violation.measure) == (row.limit, row.measure)


@pytest.mark.parametrize(
    "row",
    [
        quota("gpus", 2),
        quota("gpus", 0, kind="instance"),
        quota("gpus", 0, gpu_model="A100"),
        quota("workloads", 1),
        quota("hourly_price", 13),
        quota("run_s", 3600),
        quota("providers", allowed=["baseten"]),
        quota("hardware", allowed=["H100"]),
    ],
)
def test_what_fits_or_is_of_another_kind_is_not_refused(row: Quota) -> None:
    assert check([row], {}, ASK) == []


def test_an_unknown_price_does_not_fit_a_limited_price_and_an_endless_run_no_limited_time() -> None:
    rows = [quota("hourly_price", 10), quota("run_s", 60)]
    found = check(rows, {}, Ask(gpus=1, hourly_price=None, run_s=None))
    assert [violation.asked for violation in found] == [None, None]
    assert "no end was set" in found[1].text


def test_work_without_gpus_needs_no_gpu_quota_and_no_allowed_hardware() -> None:
    rows = [quota("gpus", 0), quota("hardware", allowed=[]), quota("gpu_hours", 0)]
    assert check(rows, {}, Ask(gpus=0, hourly_price=Decimal(1), run_s=1)) == []


def test_what_blocks_stands_before_what_asks_and_what_warns() -> None:
    rows = [quota("gpus", 0, consequence=word) for word in ("warn", "ask", "block")]
    assert [one.consequence for one in check(rows, {}, ASK)] == [Consequence.BLOCK, Consequence.ASK, Consequence.WARN]


def test_limits_in_words() -> None:
    assert label(quota("gpus", 1, gpu_model="H100")) == "H100 at once"
    assert label(quota("workloads", 1, kind="job")) == "Jobs at once"
    assert label(quota("run_s", 60, kind="job")) == "Run time of one job"
    assert label(quota("hourly_price", 1, kind="instance")) == "Money per hour, instances only"
    assert scope(quota("gpus", 1, each_member=True)) == "for each person in this project"
    assert scope(quota("gpus", 1, project_id=None)) == "in the team"


def test_the_shortest_run_time_is_the_latest_end_of_what_names_none() -> None:
    rows = [quota("run_s", 7200), quota("run_s", 3600, kind="job"), quota("run_s", 60, kind="instance")]
    assert longest_run_s(rows, "job") == 3600
    assert longest_run_s([], "job") is None


@given(limit=st.integers(0, 20), used=st.integers(0, 30), asked=st.integers(0, 20))
def test_what_would_fit_fits_and_one_more_does_not(limit: int, used: int, asked: int) -> None:
    row = quota(Measure.GPUS, limit)
    found = check([row], {7: Use(Decimal(used))}, Ask(gpus=asked, hourly_price=None, run_s=None))
    assert bool(found) == (asked > 0 and used + asked > limit)
    for violation in found:
        assert violation.fits is not None
        fits = int(violation.fits)
        assert not check([row], {7: Use(Decimal(used))}, Ask(gpus=fits, hourly_price=None, run_s=None))
        assert check([row], {7: Use(Decimal(used))}, Ask(gpus=fits + 1, hourly_price=None, run_s=None))


def _values(ask: Ask) -> dict[str, Any]:
    return {name: getattr(ask, name) for name in Ask.__slots__}
