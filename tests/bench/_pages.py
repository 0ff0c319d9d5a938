"""The measurements of `bench pages`, once Django is set up on servers of their own."""

from __future__ import annotations

import statistics
import time
import warnings

from django.conf import settings
from django.core.management import call_command

from tests.bench._figures import Figure, as_in_a_web_worker, percentile, report
from tests.bench._pages_asking import Browser, polling_pages
from tests.bench._pages_fill import Shop, fill, stock
from tests.bench._pages_weight import weigh

_WARM_UP = 15
_PAGE_MS, _LATE_MS, _FLAT = 25, 60, 1.3
_SHARE = {"page": 1.0, "table": 0.5}


def measure(small: int, large: int, *, rounds: int, open_pages: int) -> int:
    """Weigh, fill, ask, and report."""
    settings.ALLOWED_HOSTS = ["*"]
    warnings.filterwarnings("ignore", "No directory at")
    call_command("migrate", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    figures = weigh()
    shop = stock()
    medians: dict[int, dict[str, float]] = {}
    for size in (small, large):
        began = time.perf_counter()
        fill(shop, size)
        print(f"\n{size:,} workloads, made in {time.perf_counter() - began:.0f} s")
        as_in_a_web_worker()
        found, medians[size] = _list_figures(shop, size, rounds, "")
        figures += found
        with polling_pages(shop, open_pages):
            busy, _ = _list_figures(shop, size, rounds, f"_beside_{open_pages}_polls")
        figures += busy
    for name in _SHARE:
        ratio = medians[large][name] / medians[small][name]
        figures.append(Figure(f"jobs_{name}_large_to_small", round(ratio, 2), _FLAT))
    return report(figures)


def _list_figures(shop: Shop, size: int, rounds: int, suffix: str) -> tuple[list[Figure], dict[str, float]]:
    """The list of jobs as the team's admin sees it: the page and its polled table."""
    browser = Browser(shop.admin)
    asks = {
        "page": lambda: browser.ask("/jobs/"),
        "table": lambda: browser.ask("/jobs/", target="table"),
        "search": lambda: browser.ask("/search/?q=sweep-77", target="palette-found"),
        "member": lambda: Browser.of(shop.member).ask("/jobs/"),
        "active": lambda: browser.ask("/jobs/?view=active"),
        "failed": lambda: browser.ask("/jobs/?view=failed"),
        "mine": lambda: browser.ask("/jobs/?view=mine"),
        "text": lambda: browser.ask("/jobs/?q=sweep-77"),
        "cost": lambda: browser.ask("/jobs/?sort=-cost"),
        "duration": lambda: browser.ask("/jobs/?sort=-duration"),
        "label": lambda: browser.ask("/jobs/?label=seed-3"),
    }
    spent: dict[str, list[float]] = {name: [] for name in asks}
    for number in range(_WARM_UP + rounds):
        for name, ask in asks.items():
            if name not in _SHARE and number % 5:
                continue
            began = time.perf_counter()
            answer = ask()
            if number >= _WARM_UP:
                spent[name].append((time.perf_counter() - began) * 1000)
            assert answer.status == 200, (name, answer.status)
    figures, medians = [], {}
    for name, times in spent.items():
        middle, late = statistics.median(times), percentile(times, 0.95)
        medians[name] = middle
        print(f"  {name:10}{suffix:24} p50 {middle:7.1f} ms   p95 {late:7.1f} ms   ({len(times)})")
        if name in _SHARE:
            share = _SHARE[name]
            figures.append(Figure(f"{name}_{size}{suffix}_p50_ms", round(middle, 1), _PAGE_MS * share))
            figures.append(Figure(f"{name}_{size}{suffix}_p95_ms", round(late, 1), _LATE_MS * share))
    return figures, medians
