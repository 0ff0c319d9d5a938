"""The same over real HTTP: connections that are cut before and after the provider acted, and one that is refused."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from gpuconsole.providers import registry
from gpuconsole.providers.contract import Adapter, Known, Provider
from gpuconsole.providers.errors import Unconfirmed, Unreachable
from gpuconsole.providers.specs import Spec
from gpuconsole.simulator.server import Served, serve
from tests.contract.conftest import PATHS, TOKEN
from tests.contract.samples import sample

CREATE = {
    "baseten": "/jobs",
    "cortecs": "/instances/start",
    "fireworks": "/batchJobs",
    "novita": "/gpu/instance/create",
    "otoy": "POST /v1/jobs",
}


@dataclass
class Line:
    """An adapter and the served simulator at its other end."""

    provider: Provider
    adapter: Adapter
    served: Served

    @property
    def spec(self) -> Spec:
        return self.provider.spec.read(sample(self.provider.slug))

    def made(self) -> list[str]:
        return [resource.id for resource in self.served.world.resources(self.provider.slug)]

    def cut(self, when: str) -> None:
        slug = self.provider.slug
        self.served.world.faults.add({"provider": slug, "fault": when, "match": CREATE[slug], "count": 1})


def opened(provider: Provider, url: str) -> Adapter:
    own = provider.credentials(**provider.sandbox_credentials)
    return provider.adapter.open(own, base_url=url + PATHS.get(provider.slug, ""))


@pytest.fixture(params=registry.SLUGS)
def line(request: pytest.FixtureRequest) -> Iterator[Line]:
    provider = registry.get(request.param)
    with serve(only=provider.slug) as served:
        adapter = opened(provider, served.url)
        yield Line(provider, adapter, served)
        adapter.close()


@pytest.mark.parametrize(("when", "made"), [("dropped_before", 0), ("dropped_after", 1)])
def test_a_cut_connection_leaves_the_launch_open_until_it_is_looked_for(line: Line, when: str, made: int) -> None:
    known = Known(frozenset(remote.id for remote in line.adapter.inventory()))
    line.cut(when)
    with pytest.raises(Unconfirmed):
        line.adapter.launch(line.spec, TOKEN, {})
    found = [remote.id for remote in line.adapter.find(TOKEN, line.spec, known)]
    assert found == line.made()
    assert len(found) == made


def test_a_refused_connection_proves_that_nothing_was_done(line: Line) -> None:
    with serve() as gone:
        url = gone.url
    adapter = opened(line.provider, url)
    with pytest.raises(Unreachable) as caught:
        adapter.launch(line.spec, TOKEN, {})
    assert caught.value.may_retry
    assert [step.is_ok for step in adapter.check()] == [False]


def test_a_connection_that_the_server_closed_meanwhile_does_no_harm(line: Line) -> None:
    line.adapter.inventory()
    line.served.world.faults.add({"provider": line.provider.slug, "fault": "dropped_before", "count": 1})
    with pytest.raises(Unreachable):
        line.adapter.inventory()
    line.adapter.launch(line.spec, TOKEN, {})
    assert len(line.made()) == 1
