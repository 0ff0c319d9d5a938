"""The measurements of `bench catalogue`, once Django is set up on servers of their own."""

from __future__ import annotations

import statistics
import time
import warnings
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from gpuconsole.catalog import published, refresh
from gpuconsole.catalog.models import Offer, OfferPrice
from gpuconsole.projects.models import ExchangeRate
from gpuconsole.providers import registry, remote
from gpuconsole.providers.remote import Hardware
from tests.bench._figures import Figure, as_in_a_web_worker, percentile, report
from tests.bench._many import lab_with
from tests.factories import make_token
from tests.factories_workloads import Lab

_MOST_MS, _MOST_QUERIES = 150, 25
_LAUNCHES = 2_000
_GPUS = ("RTX 4090 24GB", "L4 24GB", "L40S 48GB", "A100-SXM4-80GB", "NVIDIA_H100_80G", "H200 SXM 141GB", "B200 180GB")
_COUNTS = (1, 2, 4, 8)
_KINDS = {
    "as it opens": "",
    "per hour, dearest first": "sort=-price",
    "per GB": "sort=gb_price",
    "by GPU": "sort=gpu",
    "by region": "sort=-region",
    "one GPU, available": "gpu=H100&available=now",
    "searched": "q=h100+region-17",
    "nothing found": "q=no-such-thing",
}
_API_NAMES = {"gpu": "gpu_model"}


def measure(offers: int, rounds: int) -> int:
    """Fill, ask and report."""
    settings.ALLOWED_HOSTS = ["*"]
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }
    warnings.filterwarnings("ignore", "No directory at")  # nothing is collected for this
    call_command("migrate", verbosity=0)
    lab, _ = lab_with(_LAUNCHES)
    _fill(lab, offers)
    page, api = _browser(lab), _program(lab)
    figures = [
        Figure("catalogue_page_p95_ms", _p95(page, "/catalogue/", rounds), _MOST_MS),
        Figure("catalogue_api_p95_ms", _p95(api, "/api/v1/offers", rounds), _MOST_MS),
        *_queries(page),
    ]
    return report(figures)


def _fill(lab: Lab, count: int) -> None:
    now = timezone.now()
    ExchangeRate.objects.create(currency="EUR", to_currency="USD", rate="1.1", on=now.date(), source="bench")
    began = time.perf_counter()
    each = count // len(registry.SLUGS)
    for slug in registry.SLUGS:
        refresh.save_offers(lab.connections[slug], [_offer(number) for number in range(each)], now)
    written = time.perf_counter()
    for slug in registry.SLUGS:
        refresh.save_offers(lab.connections[slug], [_offer(number) for number in range(each)], now)
    print(
        f"{count:,} offers written in {written - began:.1f} s, seen unchanged in {time.perf_counter() - written:.1f} s"
    )
    published.load(now)
    pks = Offer.objects.filter(connection__in=[lab.connections[slug] for slug in registry.SLUGS]).values_list("pk")
    for days in (28, 19, 6):
        at = now - timedelta(days=days)
        OfferPrice.objects.bulk_create(
            [OfferPrice(offer_id=pk, at=at, hourly_price=1 + pk % days, currency="USD") for (pk,) in pks.iterator()],
            batch_size=5000,
        )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _offer(number: int) -> remote.Offer:
    gpu, gpus = _GPUS[number % len(_GPUS)], _COUNTS[number % len(_COUNTS)]
    return remote.Offer(
        hardware_id=f"{gpu.split()[0].lower()}-{number}",
        hardware=Hardware(gpu),
        gpu_count=gpus,
        hourly_price=None if number % 41 == 0 else (Decimal(50 + number % 900) / 100) * gpus,
        currency="EUR" if number % 3 == 0 else "USD",
        billing=("second", "minute", "hour")[number % 3],
        region=f"region-{number % 40}",
        cpu_count=Decimal(8 * gpus),
        ram_gb=Decimal(64 * gpus),
        is_available=(True, False, None)[number % 3],
    )


def _browser(lab: Lab) -> Client:
    browser = Client()
    browser.force_login(lab.owner, backend="allauth.account.auth_backends.AuthenticationBackend")
    return browser


def _program(lab: Lab) -> Client:
    return Client(headers={"Authorization": f"Bearer {make_token(lab.team, lab.owner)[1]}"})


def _p95(client: Client, path: str, rounds: int) -> float:
    """Of all kinds together, after one round that nobody counts."""
    is_api = path.startswith("/api/")
    times: dict[str, list[float]] = {kind: [] for kind in _KINDS}
    for number in range(rounds + 1):
        cache.clear()  # windows of the rate limit
        if number == 1:
            as_in_a_web_worker()
        for kind, query in _KINDS.items():
            took_ms = _took_ms(lambda query=query: client.get(f"{path}?{_words(query) if is_api else query}"))
            if number:
                times[kind].append(took_ms)
    for kind, spent in times.items():
        print(f"{path:15} {kind:26} p50 {statistics.median(spent):6.1f} ms, p95 {percentile(spent, 0.95):6.1f} ms")
    return round(percentile([took for spent in times.values() for took in spent], 0.95), 1)


def _words(query: str) -> str:
    """The query in the API's names."""
    pairs = [pair.partition("=") for pair in query.split("&") if pair]
    return "&".join(f"{_API_NAMES.get(name, name)}={value}" for name, _, value in pairs)


def _took_ms(ask: Callable[[], Any]) -> float:
    began = time.perf_counter()
    answer = ask()
    took = (time.perf_counter() - began) * 1000
    assert answer.status_code == 200, answer.content
    return took


def _queries(page: Client) -> list[Figure]:
    """Queries of the page; the same number for 25 rows and for 100."""
    counts = []
    for size in (25, 25, 100):
        with CaptureQueriesContext(connection) as asked:
            page.get(f"/catalogue/?size={size}")
        counts.append(len(asked))
    return [
        Figure("catalogue_page_queries", counts[-1], _MOST_QUERIES),
        Figure("catalogue_page_queries_more_for_100_rows", counts[-1] - counts[1], 0),
    ]
