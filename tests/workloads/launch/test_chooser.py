"""From a need to a provider."""

from __future__ import annotations

import re

from gpuconsole.catalog.models import Offer
from gpuconsole.connections.models import Connection
from tests.workloads.launch.conftest import Desk


def _page(desk: Desk, query: str = "") -> str:
    answer = desk.client.get(f"/launch/{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_cheapest_match_leads_with_the_only_primary_button(desk: Desk) -> None:
    page = _page(desk)
    assert page.index("Baseten") < page.index("Runs model endpoints only.")
    assert len(re.findall(r'class="button button-primary"', page)) == 1
    assert "/launch/baseten/job/?offer=" in page


def test_needs_narrow_the_match_and_can_be_forgotten_one_by_one(desk: Desk) -> None:
    page = _page(desk, "?kind=job&vram=80&gpus=2")
    assert "2 × A100" in page
    assert 'href="?kind=job&amp;gpus=2"' in page


def test_a_provider_that_cannot_serve_the_need_stays_with_the_reason(desk: Desk) -> None:
    assert "No machine with 8 GPUs or more; the largest has 4." in _page(desk, "?kind=endpoint&gpus=8")
    assert "Nothing on offer fits these needs together." in _page(desk, "?kind=endpoint&max_price=0.01")


def test_prices_are_compared_in_the_teams_currency(desk: Desk) -> None:
    assert "<b>$1.32</b> per hour" in _page(desk, "?kind=endpoint")


def test_an_unknown_price_is_said_to_be_unknown(desk: Desk) -> None:
    Offer.objects.filter(connection=desk.connections["cortecs"]).update(hourly_price=None)
    assert "not priced by us" in _page(desk, "?kind=endpoint")


def test_offers_never_seen_are_no_offers_of_nothing(desk: Desk) -> None:
    Offer.objects.filter(connection=desk.connections["cortecs"]).delete()
    assert "No prices seen yet" in _page(desk, "?kind=endpoint")


def test_a_provider_without_a_connection_says_so(desk: Desk) -> None:
    Connection.objects.filter(pk=desk.connections["cortecs"].pk).update(removed_at="2026-11-21T00:00Z")
    assert "Not connected yet." in _page(desk, "?kind=endpoint")


def test_what_the_person_ran_can_be_cloned_from_here(desk: Desk) -> None:
    assert "Or start from something you ran" not in _page(desk)
    desk.post("cortecs", "launch/", desk.fill("cortecs", name="mixtral-eval"))
    page = _page(desk)
    assert "mixtral-eval" in page
    assert "?clone=inst_" in page


def test_odd_needs_are_no_needs(desk: Desk) -> None:
    assert "Baseten" in _page(desk, "?kind=nothing&vram=-3&gpus=99999999999&max_price=NaN&gpu=%00")


def test_memory_is_of_one_gpu_and_models_are_named_as_in_the_catalogue(desk: Desk) -> None:
    rows = Offer.objects.filter(connection=desk.connections["baseten"])
    kept = rows.filter(gpu_count=2).first()
    assert kept is not None
    rows.exclude(pk=kept.pk).delete()
    kept.gpu_model, kept.vram_gb = "NVIDIA_H100_80GB_SXM5", 160
    kept.save()
    assert "2 × H100" in _page(desk, "?kind=job&vram=80&gpu=H100")
    assert "No GPU with 141 GB or more; the largest has 80 GB." in _page(desk, "?kind=job&vram=141")
