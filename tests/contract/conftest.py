"""A provider's adapter on its simulator dialect, in this process, with a clock that stands until it is turned."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from gpuconsole.providers import registry
from gpuconsole.providers.contract import Adapter, Provider
from gpuconsole.providers.remote import Remote
from gpuconsole.providers.specs import Spec
from gpuconsole.simulator.clock import Clock
from gpuconsole.simulator.world import World
from gpuconsole.simulator.wsgi import create_app
from tests.contract.samples import sample

PATHS = {"cortecs": "/api/v1"}
TOKEN = "gc-t3st0123456789abcdef"


@dataclass
class Far:
    """The far side and our adapter for it."""

    provider: Provider
    world: World
    adapter: Adapter
    transport: httpx.BaseTransport
    calls: list[tuple[str, str, int | None, int]] = field(default_factory=list)

    @property
    def base_url(self) -> str:
        return "http://127.0.0.1" + PATHS.get(self.provider.slug, "")

    def spec(self, **changes: Any) -> Spec:
        return self.provider.spec.read(sample(self.provider.slug) | changes)

    def launch(self, token: str = TOKEN, **changes: Any) -> Remote:
        return self.adapter.launch(self.spec(**changes), token, {})

    def pass_time(self, seconds: float) -> None:
        self.world.clock.advance(seconds)

    def now(self, remote: Remote) -> Remote:
        return self.adapter.fetch([remote.id])[0]

    def wait_for(self, remote: Remote, state: str) -> Remote:
        for _ in range(400):
            if (found := self.now(remote)).reading.state == state:
                return found
            self.pass_time(10)
        raise AssertionError(f"never became {state}: {self.now(remote)}")

    def asked(self, method: str) -> list[dict[str, Any]]:
        return [row for row in self.world.requests if row["method"] == method]

    def fault(self, **fault: Any) -> None:
        self.world.faults.add({"provider": self.provider.slug, **fault})

    def open(self, **credentials: str) -> Adapter:
        own = self.provider.credentials(**{**self.provider.sandbox_credentials, **credentials})
        return self.provider.adapter.open(
            own, base_url=self.base_url, transport=self.transport, on_call=lambda *call: self.calls.append(call)
        )


def far_side(slug: str) -> Far:
    moment = round(time.time(), 3)
    world = World(clock=Clock(lambda: moment), seed=7)
    transport = httpx.WSGITransport(app=create_app(only=slug, world=world))
    provider = registry.get(slug)
    far = Far(provider, world, None, transport)  # type: ignore[arg-type]
    far.adapter = far.open()
    return far


@pytest.fixture(params=registry.SLUGS)
def far(request: pytest.FixtureRequest) -> Iterator[Far]:
    """Each provider in turn."""
    found = far_side(request.param)
    yield found
    found.adapter.close()


@pytest.fixture
def baseten() -> Iterator[Far]:
    found = far_side("baseten")
    yield found
    found.adapter.close()


@pytest.fixture
def cortecs() -> Iterator[Far]:
    found = far_side("cortecs")
    yield found
    found.adapter.close()


@pytest.fixture
def fireworks() -> Iterator[Far]:
    found = far_side("fireworks")
    yield found
    found.adapter.close()


@pytest.fixture
def novita() -> Iterator[Far]:
    found = far_side("novita")
    yield found
    found.adapter.close()


@pytest.fixture
def otoy() -> Iterator[Far]:
    found = far_side("otoy")
    yield found
    found.adapter.close()
