"""What is posted to the page of limits, and how its answers are read."""

import re
from datetime import timedelta
from decimal import Decimal

from gpuconsole.workloads.models import UsageInterval

PAGE = "/projects/project/settings/quotas/"


def sent(**rows):
    """Limits and consequences as the form of the table sends them: quo_…=(number, consequence)."""
    found = {}
    for public_id, (number, consequence) in rows.items():
        found |= {f"limit_{public_id}": number, f"consequence_{public_id}": consequence}
    return found


def shown(answer):
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def budget_form(**changed):
    return {"amount": "2000", "currency": "USD", "when_spent": "block", "grace_h": "1", **changed}


def spend(lab, amount, at, job):
    UsageInterval.objects.create(
        workload=job,
        project=lab.project,
        started_at=at - timedelta(minutes=1),
        ended_at=at,
        billed_s=60,
        cost=Decimal(amount),
        hourly_price=1,
        currency="USD",
        rounding="second",
    )
