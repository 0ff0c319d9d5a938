"""Quota: what fits and what does not, limit by limit."""

from decimal import Decimal

import pytest

from gpuconsole.projects.quotas import Ask, Quota, Use, check

ASK = Ask(gpus=2, hourly_price=Decimal("5"), run_s=3600)


def test_no_limits_let_everything_through():
    assert check(Quota(), Use(), Ask(gpus=1000, hourly_price=None, run_s=None)) == []


def test_exactly_the_limit_fits():
    quota = Quota(max_gpus=8, max_workloads=4, max_hourly_price=Decimal("20"), max_run_s=3600)

    assert check(quota, Use(gpus=6, workloads=3, hourly_price=Decimal("15")), ASK) == []


@pytest.mark.parametrize(
    ("quota", "use", "limit", "fits", "words"),
    [
        (Quota(max_gpus=8), Use(gpus=7), "max_gpus", 1, "2 GPUs asked, 1 of 8 free"),
        (Quota(max_gpus=1), Use(gpus=3), "max_gpus", 0, "2 GPUs asked, 0 of 1 free"),
        (Quota(max_workloads=3), Use(workloads=3), "max_workloads", 0, "3 of 3 workloads are active"),
        (
            Quota(max_hourly_price=Decimal("10")),
            Use(hourly_price=Decimal("8")),
            "max_hourly_price",
            Decimal("2"),
            "$5.00 per hour asked, $2.00 of $10.00 per hour free",
        ),
        (Quota(max_run_s=1800), Use(), "max_run_s", 1800, "at most 30 m in this project; 1 h asked"),
    ],
)
def test_one_more_than_the_limit_names_it_and_what_would_fit(quota, use, limit, fits, words):
    (violation,) = check(quota, use, ASK)

    assert (violation.limit, violation.fits) == (limit, fits)
    assert words in violation.text


def test_every_broken_limit_is_named():
    quota = Quota(max_gpus=0, max_workloads=0, max_hourly_price=Decimal(0), max_run_s=1)

    assert len(check(quota, Use(), ASK)) == 4


def test_an_unknown_price_does_not_pass_a_price_limit():
    (violation,) = check(Quota(max_hourly_price=Decimal("10")), Use(), Ask(gpus=1, hourly_price=None, run_s=1))

    assert violation.asked is None
    assert "not known" in violation.text


def test_work_without_an_end_does_not_pass_a_run_limit():
    (violation,) = check(Quota(max_run_s=60), Use(), Ask(gpus=0, hourly_price=None, run_s=None))

    assert "no end was set" in violation.text


def test_work_without_gpus_passes_a_full_gpu_limit():
    assert check(Quota(max_gpus=2), Use(gpus=5), Ask(gpus=0, hourly_price=Decimal(1), run_s=1)) == []
