"""How every adapter reads every trouble that the simulator can make, over real HTTP: a typed error, never a crash."""

import contextlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
import pytest

from gpuconsole.providers import registry
from gpuconsole.providers.contract import Adapter, Known, Provider
from gpuconsole.providers.errors import (
    NoCapacity,
    NotAuthorized,
    NotFound,
    ProviderError,
    RateLimited,
    Unconfirmed,
    Unreachable,
)
from gpuconsole.providers.features import Feature
from gpuconsole.providers.remote import Remote, RemoteState, Tariff
from gpuconsole.providers.specs import Spec
from gpuconsole.simulator.clock import Clock
from gpuconsole.simulator.fault_kinds import KINDS
from gpuconsole.simulator.server import Served, serve
from gpuconsole.simulator.world import World
from tests.contract.conftest import PATHS, TOKEN
from tests.contract.samples import sample

OTHER = "gc-0ther0123456789abcdef"


@dataclass
class Line:
    """An adapter and the served simulator at its other end."""

    provider: Provider
    adapter: Adapter
    served: Served

    @property
    def spec(self) -> Spec:
        return self.provider.spec.read(sample(self.provider.slug))

    @property
    def create(self) -> str:
        """What tells the create call from the others: the end of its path."""
        return type(self.adapter).request(self.spec, TOKEN).path.rpartition("}")[2]

    def launch(self, token: str = TOKEN) -> Remote:
        return self.adapter.launch(self.spec, token, {})

    def try_launch(self) -> Remote | ProviderError:
        try:
            return self.launch()
        except ProviderError as error:
            return error

    def prices(self) -> list[Decimal]:
        return sorted(row.hourly_price for row in self.adapter.offers() if row.hourly_price is not None)

    def found(self) -> list[str]:
        return [remote.id for remote in self.adapter.find(TOKEN, self.spec, Known())]

    def made(self) -> list[str]:
        return [resource.id for resource in self.served.world.resources(self.provider.slug)]

    def fault(self, kind: str, **how: Any) -> None:
        body = {"provider": self.provider.slug, "fault": kind, **how}
        answer = httpx.post(f"{self.served.url}/_sim/faults", json=body)
        assert answer.status_code == 201, answer.text

    def heal(self) -> None:
        httpx.delete(f"{self.served.url}/_sim/faults").raise_for_status()

    def pass_time(self, seconds: float) -> None:
        self.served.world.clock.advance(seconds)

    def now(self, remote: Remote) -> Remote:
        return self.adapter.fetch([remote.id])[0]

    def wait_for(self, remote: Remote, state: RemoteState) -> Remote:
        for _ in range(200):
            if (found := self.now(remote)).reading.state == state:
                return found
            self.pass_time(20)
        raise AssertionError(f"never became {state}: {self.now(remote)}")


@pytest.fixture(params=registry.SLUGS)
def line(request: pytest.FixtureRequest) -> Iterator[Line]:
    provider, moment = registry.get(request.param), round(time.time(), 3)
    with serve(only=provider.slug, world=World(clock=Clock(lambda: moment), seed=7)) as served:
        own = provider.credentials(**provider.sandbox_credentials)
        adapter = provider.adapter.open(own, base_url=served.url + PATHS.get(provider.slug, ""))
        yield Line(provider, adapter, served)
        adapter.close()


@pytest.mark.parametrize("wait_s", [17, None])
def test_too_many_calls_come_with_a_wait_and_without(line: Line, wait_s: int | None) -> None:
    line.fault("429", match=line.create, count=1, retry_after=wait_s)
    with pytest.raises(RateLimited) as caught:
        line.launch()
    assert (caught.value.wait_s, caught.value.may_retry, line.made()) == (wait_s, True, [])


@pytest.mark.parametrize(("kind", "made"), [("500", 0), ("502", 0), ("502_after", 1), ("broken_json", 1)])
def test_an_unreadable_answer_to_a_launch_leaves_it_open_until_it_is_looked_for(
    line: Line, kind: str, made: int
) -> None:
    line.adapter.inventory()  # a login, where there is one, lies behind
    line.fault(kind, match=line.create, count=1)
    with pytest.raises(Unconfirmed) as caught:
        line.launch()
    assert not caught.value.may_retry
    assert "<" not in caught.value.message
    assert line.found() == line.made()
    assert len(line.made()) == made


@pytest.mark.parametrize("kind", ["500", "502", "502_after", "broken_json", "dropped_before", "dropped_after"])
def test_an_unreadable_answer_to_a_read_may_be_asked_for_again(line: Line, kind: str) -> None:
    line.adapter.inventory()
    line.fault(kind, count=1)
    with pytest.raises(Unreachable) as caught:
        line.adapter.inventory()
    assert caught.value.may_retry
    assert "<" not in caught.value.message
    assert line.adapter.inventory() == []


def test_a_late_answer_is_waited_for(line: Line) -> None:
    line.fault("latency", seconds=0.05)
    began = time.monotonic()
    assert [line.launch().id] == line.made()
    assert time.monotonic() - began >= 0.05


def test_a_key_or_token_that_runs_out_is_renewed_or_said_to_be_refused(line: Line) -> None:
    line.adapter.inventory()
    line.fault("expired_token", count=1)
    first = line.try_launch()
    if isinstance(first, ProviderError):
        assert (type(first), first.may_retry, line.made()) == (NotAuthorized, False, [])
        assert first.message.startswith(line.provider.name)
        first = line.launch()
    assert line.made() == [first.id]


def test_a_key_or_token_that_is_refused_for_good_is_said_to_be(line: Line) -> None:
    line.adapter.inventory()
    line.fault("expired_token")
    for call in (line.adapter.inventory, line.launch):
        with pytest.raises(NotAuthorized):
            call()
    steps = list(line.adapter.check())
    assert [step.is_ok for step in steps[:2]] == [True, False] or not steps[-1].is_ok
    assert steps[-1].is_refused
    assert line.made() == []
    line.heal()
    assert line.adapter.inventory() == []


def test_a_price_jump_is_told_and_charged_from_the_next_launch_on(line: Line) -> None:
    before = line.prices()
    first = line.launch()
    line.fault("price_jump", factor=3)
    assert line.prices() == [pytest.approx(price * 3) for price in before]
    second = line.launch(OTHER)
    line.wait_for(first, RemoteState.RUNNING), line.wait_for(second, RemoteState.RUNNING)
    line.pass_time(7200)
    world = line.served.world
    rows, now = world.resources(line.provider.slug), world.now()
    assert [row.price_factor for row in rows] == [Decimal(1), Decimal(3)]
    charged = [charge.price for row in rows for charge in row.charges(now)]
    assert charged[1] == (charged[0] * 3 if charged[0] is not None else None)
    dear = line.prices()
    line.heal()
    assert [pytest.approx(price * 3) for price in line.prices()] == dear


def test_without_stock_a_launch_is_refused_as_such_or_waits_unbilled(line: Line) -> None:
    line.fault("out_of_stock")
    remote = line.try_launch()
    if isinstance(remote, ProviderError):
        assert not any(offer.is_available for offer in line.adapter.offers())
        assert (type(remote), remote.may_retry, line.made()) == (NoCapacity, True, [])
        line.heal()
        remote = line.launch()
    else:
        line.pass_time(240)  # the least patient provider lets it wait for five minutes
        waiting = line.now(remote)
        assert waiting.reading.state in (RemoteState.QUEUED, RemoteState.STARTING)
        assert waiting.reading.tariff == Tariff.NOTHING
        line.heal()
    running = line.wait_for(remote, RemoteState.RUNNING)
    assert line.served.world.resources(line.provider.slug)[0].billed_s(line.served.world.now()) < 7200
    assert running.reading.tariff == Tariff.RUN


@pytest.mark.parametrize("seconds", [240, -240])
def test_a_clock_that_is_minutes_off_does_no_harm(line: Line, seconds: float) -> None:
    earlier = line.launch()
    line.fault("clock_skew", seconds=seconds)
    later = line.launch(OTHER)
    assert {remote.id for remote in line.adapter.inventory()} == {earlier.id, later.id}
    told = [remote.created_at.timestamp() for remote in (earlier, later) if remote.created_at]
    assert told == [] or told[1] - told[0] == pytest.approx(seconds, abs=1)
    answer = httpx.get(f"{line.served.url}/")
    date = parsedate_to_datetime(answer.headers["Date"]).timestamp()
    assert date == pytest.approx(line.served.world.now() + seconds, abs=1)
    line.wait_for(later, RemoteState.RUNNING)
    line.heal()
    assert len(line.adapter.fetch([earlier.id, later.id])) == 2
    assert len(httpx.get(f"{line.served.url}/_sim/resources").json()["resources"]) == 2


@pytest.mark.parametrize("seconds", [86_400, -86_400])
def test_a_clock_that_is_a_day_off_is_borne_or_named(line: Line, seconds: float) -> None:
    """Who checks the caller's clock refuses the call, and nothing is made."""
    line.fault("clock_skew", seconds=seconds)
    found = line.try_launch()
    if isinstance(found, ProviderError):
        assert (type(found), line.made()) == (NotAuthorized, [])
        assert any(word in found.message.lower() for word in ("time", "clock"))
    else:
        assert line.made() == [found.id]


def calls(line: Line, remote: Remote) -> Iterator[Callable[[], object]]:
    """Everything that the console ever asks of an adapter."""
    adapter, features = line.adapter, line.provider.features
    yield lambda: list(adapter.check())
    yield adapter.offers
    yield line.launch
    yield line.found
    yield lambda: adapter.fetch([remote.id])
    yield adapter.inventory
    if Feature.LOGS in features:
        yield lambda: adapter.logs(remote.id, "")
    if Feature.METRICS in features:
        yield lambda: adapter.metrics(remote.id, None)
    if Feature.CHECKPOINTS in features:
        yield lambda: adapter.checkpoints(remote.id)
    for feature, act in ((Feature.STOP, adapter.stop), (Feature.START, adapter.start)):
        if feature in features:
            yield lambda act=act: act(remote.id)  # type: ignore[misc]
    yield lambda: adapter.end(remote.id)


@pytest.mark.parametrize("kind", KINDS)
def test_no_trouble_makes_an_adapter_raise_anything_but_its_errors(line: Line, kind: str) -> None:
    remote = line.wait_for(line.launch(OTHER), RemoteState.RUNNING)
    line.fault(kind, **({"seconds": 0.01} if kind == "latency" else {}))
    for call in calls(line, remote):
        with contextlib.suppress(ProviderError):
            call()
    line.heal()
    with contextlib.suppress(NotFound):  # its end may have gone through
        line.adapter.end(remote.id)
    assert isinstance(line.adapter.inventory(), list)
