"""An answer that comes after somebody had the launch sent again is no answer to that: nothing is sent a third time."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from gpuconsole.connections.opening import open_adapter
from gpuconsole.providers import registry
from gpuconsole.providers.errors import ProviderError, RateLimited, Rejected, Unreachable
from gpuconsole.sync import claim, launching, waits
from gpuconsole.sync.clock import Clock
from gpuconsole.sync.context import Context
from gpuconsole.sync.limits import Limit
from gpuconsole.workloads.models import Workload
from gpuconsole.workloads.states import State
from tests.sync.bench import Engine


def held(engine: Engine) -> Context:
    connection, clock = engine.connect("baseten"), Clock(engine.ahead)
    lease = claim.claim(connection.pk, clock.now())
    assert lease is not None
    return Context(
        connection=connection,
        provider=registry.get("baseten"),
        adapter=open_adapter(connection),
        lease=lease,
        clock=clock,
        limit=Limit(connection.pk, 50),
    )


@pytest.mark.parametrize("answer", [RateLimited("Slow down."), Rejected("No."), Unreachable("Nobody answers.")])
def test_a_late_no_does_not_concern_what_was_sent_again(engine: Engine, answer: ProviderError) -> None:
    job, context = engine.launch(), held(engine)
    before = Workload.objects.get(pk=job.pk)
    again_at = context.now
    Workload.objects.filter(pk=job.pk).update(token=f"{job.token}-2", sending_at=again_at)
    launching._settle(context, before, answer)
    assert (engine.fresh(job).state, job.sending_at, job.intent_tries) == (State.SUBMITTING, again_at, 0)


def test_a_late_yes_does_not_take_the_place_of_what_was_sent_again(engine: Engine) -> None:
    job, context = engine.launch(), held(engine)
    before = Workload.objects.select_related("project").get(pk=job.pk)
    call = launching._begin(context, before, known=[])
    assert call is not None
    remote = call()
    Workload.objects.filter(pk=job.pk).update(token=f"{job.token}-2")
    launching._save(context, before, remote)
    assert (engine.fresh(job).state, job.remote_id) == (State.SUBMITTING, "")


def test_a_worker_that_was_held_up_before_its_call_makes_none(engine: Engine) -> None:
    job, context = engine.launch(), held(engine)
    call = launching._begin(context, Workload.objects.select_related("project").get(pk=job.pk), known=[])
    assert call is not None
    later = replace(context, clock=Clock(engine.ahead + waits.SEND_WITHIN + timedelta(seconds=1)))
    with pytest.raises(Unreachable, match="held up"):
        launching._in_time(later, call, context.now)
    assert engine.resources() == []
