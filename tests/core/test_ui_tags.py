"""The template tags of the interface's small parts."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.template import Context, Template
from django.utils import timezone

from gpuconsole.core.icons import UnknownIcon, svg
from gpuconsole.workloads.states import State


def drawn(source: str, **context: Any) -> str:
    return Template("{% load ui formats %}" + source).render(Context(context))


@pytest.mark.parametrize("state", list(State))
def test_every_state_has_icon_word_and_colour(state: State) -> None:
    markup = drawn("{% state_pill state %}", state=state)
    assert f"state-{state.value}" in markup
    assert "<svg" in markup
    assert str(state.label) in markup


def test_icons_are_silent_and_thicker_when_small() -> None:
    assert 'aria-hidden="true"' in svg("rocket")
    assert 'stroke-width="1.75"' in svg("rocket", 16)
    assert 'stroke-width="2"' in svg("rocket", 14)
    assert 'stroke-width="2.25"' in svg("rocket", 12)
    assert "style" not in svg("loader")


def test_an_unknown_icon_fails_its_page() -> None:
    with pytest.raises(UnknownIcon):
        svg("no-such-outline")


def test_names_are_escaped_everywhere() -> None:
    nasty = '"><script>alert(1)</script>'
    source = (
        "{% badge x %}{% person_mark x %}{% copy_box x %}{% copy_id x %}{% copy_button x x %}{% provider_tile x %}"
        '{% meter 5 x %}{% code_block x x "text" %}{% code_block x x %}'
    )
    assert "<script" not in drawn(source, x=nasty)


@pytest.mark.parametrize(
    ("percent", "pace", "forecast", "css"),
    [
        (69, 70, 98, 'class="meter"'),
        (81, 70, None, "meter-warning"),
        (80, 70, None, 'class="meter"'),
        (10, 70, 101, "meter-bad"),
    ],
)
def test_meter_warns_above_the_even_pace(percent: int, pace: int, forecast: int | None, css: str) -> None:
    assert css in drawn("{% meter p 'spent' pace=e forecast=f %}", p=percent, e=pace, f=forecast)


def test_meter_never_draws_past_its_end() -> None:
    assert 'width="100.00%"' in drawn("{% meter 250 'used' %}")
    assert 'width="0.00%"' in drawn("{% meter p 'used' %}", p=None)
    assert 'x="60.00%" width="40.00%"' in drawn("{% meter_parts p 'used' %}", p=[(60, "running"), (70, "starting")])


def test_sparkline_needs_two_points_and_stands_still_when_flat() -> None:
    assert drawn("{% sparkline v %}", v=[1]) == ""
    assert 'points="2.0,10.0 70.0,10.0"' in drawn("{% sparkline v %}", v=[Decimal(3), Decimal(3)])


def test_sandbox_badge_is_for_the_sandbox_only() -> None:
    assert "sandbox" in drawn("{% sandbox_badge yes %}", yes=True)
    assert drawn("{% sandbox_badge yes %}", yes=False) == ""


def test_clocks_carry_the_servers_seconds() -> None:
    started = timezone.now() - timedelta(hours=4, minutes=24, seconds=8)
    markup = drawn("{% elapsed t %}", t=started)
    assert 'data-clock="elapsed" data-seconds="15848"' in markup
    assert "4 h 24 m 08 s" in markup
    assert "data-clock" not in drawn("{% elapsed t e %}", t=started, e=timezone.now())
    assert drawn("{% elapsed t %}{% ago t %}", t=None) == "–never"


def test_cost_counts_on_only_while_there_is_a_rate() -> None:
    running = drawn("{% cost_so_far c r %}", c=Decimal("3.5"), r=Decimal("1.04"))
    assert 'data-clock-cost="3.5" data-rate="1.04" data-symbol="$"' in running
    stepping = drawn("{% cost_so_far c r 'USD' s %}", c=Decimal("3.5"), r=Decimal("1.2"), s=(60, Decimal("12.5")))
    assert 'data-step="60" data-gone="12.5">$3.50</span>' in stepping
    assert drawn("{% cost_so_far c r %}", c=Decimal("3.5"), r=None) == "$3.50"
    assert drawn("{% cost_so_far c r %}", c=None, r=Decimal(1)) == "–"


def test_moments_are_shown_in_the_persons_zone() -> None:
    noon = timezone.now().replace(hour=12, minute=0, second=0, microsecond=0)
    with timezone.override("Asia/Kolkata"):
        assert ">17:30:00</time>" in drawn("{% clock_time t %}", t=noon)
