"""What the tests of Fireworks' adapter ask it with."""

from collections.abc import Callable
from typing import Any

import httpx

from gpuconsole.providers.contract import Adapter
from gpuconsole.providers.fireworks import PROVIDER


def answering(answer: Callable[[httpx.Request], Any]) -> tuple[Adapter, list[httpx.Request]]:
    """An adapter at a far side that answers as told, and what it was asked."""
    asked: list[httpx.Request] = []

    def handle(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        found = answer(request)
        return found if isinstance(found, httpx.Response) else httpx.Response(200, json=found)

    own = PROVIDER.credentials(**PROVIDER.sandbox_credentials)
    return PROVIDER.adapter.open(own, base_url="http://far.example", transport=httpx.MockTransport(handle)), asked
