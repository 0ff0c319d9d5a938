"""What all steps of one round share."""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, as_completed, wait
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import TypeVar

from django.utils.translation import gettext as _

from gpuconsole.connections.calls import Calls
from gpuconsole.connections.models import Connection
from gpuconsole.providers.contract import Adapter, Provider
from gpuconsole.providers.errors import NotAuthorized, ProviderError, RateLimited, Unconfirmed, Unreachable
from gpuconsole.providers.features import Feature
from gpuconsole.sync import holding
from gpuconsole.sync.claim import Lease
from gpuconsole.sync.clock import Clock
from gpuconsole.sync.holding import Holding
from gpuconsole.sync.limits import Limit
from gpuconsole.sync.waits import OUTPUT_FOR, Price
from gpuconsole.workloads.models import Workload

logger = logging.getLogger(__name__)

T = TypeVar("T")
AT_ONCE = 4
"""Calls to one account at the same time."""
MOST_AT_ONCE = 16
"""The same for launches, as far as the rate limit goes: as many as an adapter keeps connections open."""


@dataclass(slots=True)
class Tally:
    """What one round came to, beside the calls that its adapter counted."""

    is_observed: bool = False
    look_s: float = 0.0
    """How long it took to look at everything, and to write what had changed."""
    look_calls: int = 1
    looked_at: float = field(default_factory=time.monotonic)
    """When the last look ended, or the round began."""

    def price(self, rate: float) -> Price:
        """What the look cost."""
        return Price(self.look_s, self.look_calls, rate)

    @property
    def since_look_s(self) -> float:
        """So long ago the last look ended."""
        return time.monotonic() - self.looked_at


@dataclass(frozen=True)
class Context:
    """One worker's round with one connection."""

    connection: Connection
    provider: Provider
    adapter: Adapter
    lease: Lease
    clock: Clock
    limit: Limit
    calls: Calls = field(default_factory=Calls)
    """What the adapter sends, and how it goes."""
    is_watched: bool = False
    watched: frozenset[int] = field(default_factory=frozenset)
    """Workloads that somebody looks at in detail."""
    tally: Tally = field(default_factory=Tally)

    @property
    def now(self) -> datetime:
        """This moment."""
        return self.clock.now()

    @property
    def holding(self) -> Holding:
        """What this process has taken in of the connection."""
        return holding.of(self.connection.pk, self.connection.credentials_version)

    @property
    def is_look_wanted(self) -> bool:
        """Whether another look would be worth more than whatever the round is doing since the last."""
        return self.tally.since_look_s >= OUTPUT_FOR.total_seconds()

    def offers(self, feature: Feature) -> bool:
        """Whether the provider can do it."""
        return feature in self.provider.features

    def ask(self, call: Callable[[], T]) -> T:
        """One call that somebody waits for, within the rate limit."""
        self.limit.wait_little()
        return call()

    def count(self, call: Callable[[], T]) -> T:
        """One call for which the rate limit gave leave already."""
        return call()

    def paged(self, call: Callable[[], T]) -> T:
        """One look at many, for whose first call the rate limit gave leave; its other pages are paid afterwards."""
        before = self.calls.count
        try:
            return call()
        finally:
            self.tally.look_calls = self.calls.count - before
            self.limit.spend(self.tally.look_calls - 1)


def ask_together(
    context: Context, calls: Sequence[tuple[Workload, Callable[[], T]]]
) -> Iterator[tuple[Workload, T | ProviderError]]:
    """Make a few calls side by side and give each outcome as it comes; the threads never touch the database."""
    if len(calls) == 1:
        workload, call = calls[0]
        yield workload, _outcome(context, partial(context.ask, call))
        return
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="call") as pool:
        asked = {pool.submit(_outcome, context, partial(context.ask, call)): workload for workload, call in calls}
        for future in as_completed(asked):
            yield asked[future], future.result()


def ask_as_they_come(
    context: Context, pending: deque[Workload], begin: Callable[[Workload], Callable[[], T] | None]
) -> Iterator[tuple[Workload, T | ProviderError]]:
    """Keep as many calls in flight as the rate limit gives leave for, the next one beginning when there is any.

    ``begin`` gives a row's call just before it is made, or None to leave the row out. Whoever wants no more to begin
    clears ``pending``; what is in flight is waited for.
    """
    most = min(MOST_AT_ONCE, max(AT_ONCE, int(context.limit.burst)))
    asked = dict[Future[T | ProviderError], Workload]()
    with ThreadPoolExecutor(most, thread_name_prefix="call") as pool:
        while pending or asked:
            wait_s = None
            while pending and len(asked) < most and (wait_s := context.limit.take_little()) == 0:
                row = pending.popleft()
                if (call := begin(row)) is not None:
                    asked[pool.submit(_outcome, context, partial(context.count, call))] = row
            if not asked:
                time.sleep(wait_s or 0)
            for future in wait(asked, timeout=wait_s or None, return_when=FIRST_COMPLETED).done:
                yield asked.pop(future), future.result()


def may_go_on(outcomes: Iterable[object]) -> bool:
    """Whether more calls make sense after these; raises RateLimited and NotAuthorized, which concern the account."""
    found = list(outcomes)
    for outcome in found:
        if isinstance(outcome, RateLimited | NotAuthorized):
            raise outcome
    return not any(isinstance(outcome, Unreachable) for outcome in found)


def in_batches(rows: Iterable[Workload], size: int = AT_ONCE) -> Iterator[list[Workload]]:
    """The rows, a few at a time."""
    batch: list[Workload] = []
    for row in rows:
        batch.append(row)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


def _outcome(context: Context, call: Callable[[], T]) -> T | ProviderError:
    try:
        return call()
    except ProviderError as error:
        return error
    except Exception:
        logger.exception("a call broke", extra={"connection": context.connection.pk})
        return Unconfirmed(_("The answer could not be understood; the log of the worker tells more."))
