"""The estimate: by the function that forms and launches ask, and by the API, in a project with much work behind it."""

from __future__ import annotations

import copy
import statistics
import time
from collections.abc import Callable

from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from gpuconsole.catalog.models import Offer
from gpuconsole.projects.models import ExchangeRate
from gpuconsole.workloads.estimates import estimate
from tests.bench._figures import Figure, as_in_a_web_worker, percentile
from tests.bench._many import lab_with
from tests.contract.samples import sample
from tests.factories import make_token
from tests.factories_workloads import Lab, make_spec

_AMONG, _OFFERS, _WARM_UP, _MOST_MS = 20_000, 200, 10, 50


def figures(rounds: int = 200) -> list[Figure]:
    """p95 of both in milliseconds; charged in EUR, counted in USD, 200 offers on the connection."""
    lab, _ = lab_with(_AMONG)
    _, token = make_token(lab.team, lab.owner)
    _stock(lab)
    client, path = Client(headers={"Authorization": f"Bearer {token}"}), f"/api/v1/projects/{lab.project.slug}"
    connection, spec = lab.connections["cortecs"], make_spec("cortecs")
    body = {
        "connection": connection.public_id,
        "spec": copy.deepcopy(sample("cortecs")),
        "guards": {"stop_after_s": 7200},
    }

    def by_api() -> None:
        answer = client.post(f"{path}/workloads/estimate", body, content_type="application/json")
        assert answer.status_code == 200, answer.content
        assert answer.json()["at_most"] and answer.json()["converted"]

    asks: dict[str, Callable[[], object]] = {
        "estimate": lambda: estimate(
            project=lab.project, connection=connection, spec=spec, owner=lab.owner, stop_after_s=7200
        ),
        "estimate_by_api": by_api,
    }
    return [_timed(name, ask, rounds) for name, ask in asks.items()]


def _stock(lab: Lab) -> None:
    now = timezone.now()
    ExchangeRate.objects.create(currency="EUR", to_currency="USD", rate="1.08", on=now.date(), source="bench")
    first = Offer.objects.get(connection=lab.connections["cortecs"])
    rows = [
        Offer(
            connection=first.connection,
            hardware_id=f"NVIDIA_L4_{number}",
            gpu_model="L4",
            maker="NVIDIA",
            gpu_count=1,
            hourly_price=number,
            currency="EUR",
            billing="minute",
            seen_at=now,
        )
        for number in range(2, _OFFERS)
    ]
    for row in rows:
        row.settle()
    Offer.objects.bulk_create(rows)


def _timed(name: str, ask: Callable[[], object], rounds: int) -> Figure:
    taken = []
    for number in range(_WARM_UP + rounds):
        if number % 50 == 0:
            cache.clear()  # windows of the rate limit
        if number == _WARM_UP:
            as_in_a_web_worker()
        began = time.perf_counter()
        ask()
        taken.append((time.perf_counter() - began) * 1000)
    taken = taken[_WARM_UP:]
    print(f"{name}: {statistics.median(taken):.1f} ms, p95 {percentile(taken, 0.95):.1f}, among {_AMONG:,} workloads")
    return Figure(f"{name}_p95_ms", round(percentile(taken, 0.95), 2), _MOST_MS)
