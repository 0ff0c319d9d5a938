"""A workload's life in this process: its provider's dialect on a clock of our own, our adapter, comparer and meter."""

from __future__ import annotations

import copy
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx

from gpuconsole.providers import registry
from gpuconsole.providers.contract import Adapter, Provider
from gpuconsole.providers.errors import ProviderError
from gpuconsole.providers.pricing import Pricing
from gpuconsole.providers.remote import RemoteState, Tariff
from gpuconsole.providers.specs import Spec
from gpuconsole.simulator.charges import Charge
from gpuconsole.simulator.clock import Clock
from gpuconsole.simulator.world import World
from gpuconsole.simulator.wsgi import create_app
from gpuconsole.sync import observe
from gpuconsole.workloads import corrections, meter, phases, transitions, usage
from gpuconsole.workloads.changes import Change, changes_something
from gpuconsole.workloads.models import Intent, UsageInterval, Workload
from gpuconsole.workloads.states import VERBS, Kind, State, Verb
from tests.contract.conftest import PATHS, TOKEN
from tests.contract.samples import sample

_WANTS = {
    "stop": (Verb.STOP, Intent.STOP),
    "start": (Verb.START, Intent.START),
    "restart": (Verb.RESTART, Intent.RESTART),
    "end": (Verb.TERMINATE, Intent.END),
}


@dataclass
class Life:
    """What we hold of it, ``row`` and ``pieces``, beside what really happens in ``world``."""

    provider: Provider
    world: World
    adapter: Adapter
    row: Workload
    spec: Spec
    readings: meter.Readings = field(default_factory=meter.Readings)
    last_look: datetime | None = None
    remote_ids: list[str] = field(default_factory=list)
    seen_up: set[str] = field(default_factory=set)
    """Ids of those that a look has found running."""

    @property
    def now(self) -> datetime:
        return datetime.fromtimestamp(self.world.clock.now(), UTC)

    @property
    def pieces(self) -> list[UsageInterval]:
        """The ledger, oldest first, all of it closed or the last one open."""
        return [*self.readings.ended, *self.readings.opened.values()]

    def pass_time(self, seconds: float) -> None:
        self.world.clock.advance(seconds)

    def look(self) -> None:
        """One round: what the provider tells is compared with the row and written to it."""
        found = {remote.id: remote for remote in self.adapter.fetch([self.row.remote_id])}
        self.seen_up |= {remote.id for remote in found.values() if remote.reading.state is RemoteState.RUNNING}
        finding = observe.compare(self.provider, self.row, found.get(self.row.remote_id), self.now, self.last_look)
        self.last_look = self.now
        for change in finding.changes if finding else ():
            if changes_something(change):
                self._apply(change)
        if self.row.intent == Intent.END and not self.row.is_final:
            self._ask("end")

    def act(self, what: str) -> None:
        """Ask for it as a person and a worker do, where it makes sense; the provider's no is no change."""
        verb, intent = _WANTS[what]
        if self.row.kind == Kind.JOB:
            verb = Verb.STOP
        if self.row.state not in VERBS[Kind(self.row.kind)][verb] or self.row.intent == Intent.END:
            return
        if what == "end":
            self.look()  # as the engine does, before what is deleted tells nothing any more
        if self.row.is_final or not self._ask(what):
            return
        self.row.intent, self.row.intent_tries, self.row.intent_error = intent, 1, ""
        if intent in (Intent.STOP, Intent.END) and self.row.state != State.STOPPING:
            self._apply(Change(workload=self.row, state=State.STOPPING, why="asked"))

    def finish(self) -> None:
        """Ask for the end, and look until it is confirmed."""
        self.act("end")
        for _ in range(400):
            if self.row.is_final:
                return
            self.look()
            self.pass_time(7.5)
        raise AssertionError(f"{self.row.state} never ended: {self.row.remote_status}")

    def retry(self) -> None:
        """The provider's own "same again", as another attempt of the row, at the price of the day."""
        self.row.hourly_price = self.adapter.price(self.spec, self.adapter.offers()).hourly_price
        remote = self.adapter.retry(self.row.remote_id, self.row.token)
        self._apply(Change(workload=self.row, state=State.SUBMITTING, why="retry"))
        self.row.intent, self.row.intent_tries = Intent.NONE, 0
        self._adopt(remote.id)

    def grow(self, more_gb: int) -> None:
        """A container disk that has so much more from now on; the provider's no is no change."""
        assert self.provider.edits
        remote = next(iter(self.adapter.fetch([self.row.remote_id])))
        with suppress(ProviderError):
            self.adapter.edit(remote.id, self.provider.edits.model_validate({"expandRootDisk": more_gb}), remote.raw)

    def jump(self, factor: float) -> None:
        """Other prices from now on, for whatever is launched later."""
        self.world.faults.add({"provider": self.provider.slug, "fault": "price_jump", "factor": factor})

    def charges(self) -> list[Charge]:
        """All that is on the invoice for it."""
        with self.world.clock_of(self.provider.slug):
            now = self.world.now()
            found = (self.world.resource(self.provider.slug, remote_id) for remote_id in self.remote_ids)
            return [charge for one in found if one is not None for charge in one.charges(now)]

    def invoice(self) -> Decimal:
        """What the provider wants for it by now."""
        with self.world.clock_of(self.provider.slug):
            now = self.world.now()
        return sum((charge.due(now) or Decimal(0) for charge in self.charges()), Decimal(0))

    def cost(self) -> Decimal:
        """What we say that it has cost by now."""
        return usage.cost_so_far(self.row, self.now) or Decimal(0)

    def unsure(self) -> Decimal:
        """How far we say that it may be off."""
        return sum((usage.unsure_cost(piece) or Decimal(0) for piece in self.pieces), Decimal(0))

    def check_ledger(self) -> None:
        """The row's sums are those of its pieces, whose prices and roundings are those of the launch."""
        assert sum((piece.cost or 0 for piece in self.pieces), Decimal(0)) == self.row.cost_closed
        assert sum((piece.billed_s or 0 for piece in self.pieces), Decimal(0)) == self.row.billed_closed_s
        assert all((piece.billed_s or 0) >= 0 and (piece.cost or 0) >= 0 for piece in self.pieces)
        assert all(piece.gpu_count == 0 for piece in self.pieces if piece.tariff == Tariff.REST)
        begins = [piece.started_at for piece in self.pieces if not piece.lane]
        assert begins == sorted(begins)

    def _ask(self, what: str) -> bool:
        with suppress(ProviderError):
            getattr(self.adapter, what)(self.row.remote_id)
            return True
        return False

    def _apply(self, change: Change) -> None:
        transitions.apply(change, self.readings, self.now)
        for overrun in self.readings.overrun:
            corrections.shortened(overrun, [piece for piece in reversed(self.pieces) if piece.ended_at])
        self.readings.overrun.clear()

    def _adopt(self, remote_id: str) -> None:
        self.row.remote_id = remote_id
        self.remote_ids.append(remote_id)
        self._apply(Change(workload=self.row, state=State.QUEUED, why="taken"))


def born(slug: str, at: datetime, *, skew_s: int = 0, is_sandbox: bool = True, **changes: Any) -> Life:
    """Launched at that moment, at the price of the moment, at a provider whose clock is ``skew_s`` ahead."""
    moment = round(at.timestamp(), 3)
    world = World(clock=Clock(lambda: moment), seed=11)
    if skew_s:
        world.faults.add({"provider": slug, "fault": "clock_skew", "seconds": skew_s})
    provider = registry.get(slug)
    adapter = provider.adapter.open(
        provider.credentials(**provider.sandbox_credentials),
        base_url="http://127.0.0.1" + PATHS.get(slug, ""),
        transport=httpx.WSGITransport(app=create_app(only=slug, world=world)),
    )
    spec = provider.spec.read(copy.deepcopy(sample(slug)) | changes)
    pricing = adapter.price(spec, adapter.offers())
    remote = adapter.launch(spec, TOKEN, {})
    life = Life(provider, world, adapter, _row(provider, pricing, at, is_sandbox=is_sandbox), spec)
    life._adopt(remote.id)
    return life


def _row(provider: Provider, pricing: Pricing, at: datetime, *, is_sandbox: bool) -> Workload:
    return Workload(
        pk=1,
        public_id="job_x",
        kind=provider.kind,
        provider=provider.slug,
        is_sandbox=is_sandbox,
        token=TOKEN,
        state=State.SUBMITTING,
        state_at=at,
        created_at=at,
        phases=phases.begun([], 1, "submitting", at),
        intent=Intent.NONE,
        hourly_price=pricing.hourly_price,
        resting_hourly_price=pricing.resting_hourly_price,
        currency=pricing.currency,
        rounding=pricing.rounding,
        gpu_count=pricing.gpu_count,
        billed_lanes=[],
        billed_closed_s=Decimal(0),
        billed_before_s=Decimal(0),
        cost_closed=Decimal(0),
    )


def ahead(at: datetime, seconds: float) -> datetime:
    """A moment later."""
    return at + timedelta(seconds=seconds)
