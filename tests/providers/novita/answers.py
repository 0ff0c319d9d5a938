"""What the tests of Novita's adapter ask it with."""

from typing import Any

import httpx

from gpuconsole.providers.novita import PROVIDER
from gpuconsole.providers.remote import Remote, RemoteState
from tests.contract.conftest import TOKEN, Far

ROW = {"id": "a", "name": TOKEN, "status": "running", "gpuNum": "2", "productId": "26", "kind": "gpu"}


def paths(far: Far) -> list[str]:
    return [path for _, path, _, _ in far.calls]


def answering(answer: Any, status: int = 200) -> Any:
    """The adapter of a Novita that answers every call alike, and what it was asked."""
    asked: list[httpx.Request] = []

    def reply(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        body = answer(request) if callable(answer) else answer
        return httpx.Response(status, json=body)

    own = PROVIDER.credentials(**PROVIDER.sandbox_credentials)
    adapter = PROVIDER.adapter.open(own, base_url="https://api.example", transport=httpx.MockTransport(reply))
    return adapter, asked


def running(far: Far, **changes: Any) -> Remote:
    return far.wait_for(far.launch(**changes), RemoteState.RUNNING)
