"""Clients of all providers, and words for asking what they charge."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from gpuconsole.simulator.world import World
from tests.simulator.fireworks.conftest import fireworks
from tests.simulator.novita.conftest import novita
from tests.simulator.otoy.conftest import otoy

__all__ = ["fireworks", "novita", "otoy"]

Bill = Callable[..., Any]


@pytest.fixture
def bill(control: httpx.Client) -> Bill:
    """The lines of an invoice, of those with `what` only if that is given."""

    def ask(provider: str, what: str = "", **query: str) -> list[dict[str, Any]]:
        answer = control.get("/invoice", params={"provider": provider, **query})
        assert answer.status_code == 200, answer.text
        return [line for line in answer.json()["lines"] if what in ("", line["what"])]

    return ask


@pytest.fixture
def turn_to(world: World) -> Callable[[str], None]:
    """Turn the clock to a moment."""

    def turn(moment: str) -> None:
        world.clock.advance(datetime.fromisoformat(moment).replace(tzinfo=UTC).timestamp() - world.now())

    return turn
