"""Output other than logs: checkpoints while a job runs and after its end, and providers that offer only a part."""

from dataclasses import replace

from gpuconsole.connections.opening import open_adapter
from gpuconsole.providers import registry
from gpuconsole.providers.features import Feature
from gpuconsole.sync import claim, output
from gpuconsole.sync.clock import Clock
from gpuconsole.sync.context import Context
from gpuconsole.sync.limits import Limit
from gpuconsole.workloads import services
from gpuconsole.workloads.models import Checkpoint, Workload
from gpuconsole.workloads.states import State
from tests.sync.bench import INSTANCE, Engine

LIST = "/checkpoints"


def saving(engine: Engine, seconds: int) -> Workload:
    """A job with checkpointing on, launched."""
    commands = {"start_commands": [f"sleep {seconds}"], "checkpointing_config": {"enabled": True}}
    job = engine.launch(engine.job(runtime=commands))
    engine.sync()
    return job


def run(engine: Engine, *seconds: float) -> None:
    for length in seconds:
        engine.pass_time(length)
        engine.sync()


def test_checkpoints_are_kept_while_a_job_runs(engine: Engine) -> None:
    job = saving(engine, 3600)
    run(engine, 300, 1000)
    first, *others = Checkpoint.objects.order_by("-created_at")
    assert others
    assert first.workload == job
    assert first.remote_id.startswith("checkpoint-")
    assert first.size_bytes is not None and first.size_bytes > 0
    assert not engine.fresh(job).is_output_complete


def test_the_list_is_asked_for_once_a_minute(engine: Engine) -> None:
    saving(engine, 3600)
    run(engine, 300)
    asked = len(engine.calls(LIST, "GET"))
    run(engine, 20, 20)
    assert len(engine.calls(LIST, "GET")) == asked
    run(engine, 25)
    assert len(engine.calls(LIST, "GET")) == asked + 1


def test_the_last_one_is_followed_until_it_is_copied_out(engine: Engine) -> None:
    job = saving(engine, 600)
    run(engine, 300, 400)
    while engine.fresh(job).state == State.RUNNING:
        run(engine, 5)
    run(engine, 16)
    assert engine.fresh(job).is_log_complete
    assert not job.is_output_complete
    assert set(job.checkpoints.values_list("is_complete", flat=True)) == {True, False}
    run(engine, 61)
    assert engine.fresh(job).is_output_complete
    assert job.checkpoints.count() == 2
    assert set(job.checkpoints.values_list("is_complete", flat=True)) == {True}
    asked = len(engine.calls(LIST, "GET"))
    run(engine, 120)
    assert len(engine.calls(LIST, "GET")) == asked


def test_a_provider_without_logs_still_gives_metrics_and_checkpoints(engine: Engine) -> None:
    job = saving(engine, 3600)
    run(engine, 300)
    Workload.objects.update(output_at=None, checkpoints_at=None)
    job.metric_samples.all().delete()
    engine.pass_time(1000)
    asked = len(engine.calls("/logs", "GET"))
    output.fetch(narrowed(engine, Feature.METRICS, Feature.CHECKPOINTS))
    assert len(engine.calls("/logs", "GET")) == asked
    assert job.metric_samples.exists()
    assert job.checkpoints.exists()


def test_metrics_that_cannot_be_had_keep_nothing_else_waiting(engine: Engine) -> None:
    job = saving(engine, 3600)
    engine.spoil("500", match="/metrics")
    run(engine, 300, 1000)
    assert engine.fresh(job).log_size > 0
    assert job.checkpoints.exists()


def test_work_that_puts_nothing_out_is_settled_soon_after_its_end(engine: Engine) -> None:
    instance = engine.launch(INSTANCE)
    engine.sync("cortecs")
    services.terminate(workload=instance, by=engine.user)
    for _ in range(4):
        engine.pass_time(60)
        engine.sync("cortecs")
    assert engine.fresh(instance).is_final
    assert (instance.is_output_complete, instance.is_log_complete) == (True, True)


def test_what_never_reached_the_provider_has_no_output_to_wait_for(engine: Engine) -> None:
    job = engine.launch()
    services.stop(workload=job, by=engine.user)
    engine.sync()
    assert engine.fresh(job).is_output_complete


def test_a_turn_that_ends_late_leaves_the_next_attempt_alone(engine: Engine) -> None:
    job = engine.launch(engine.job("exit 1"))
    engine.sync()
    run(engine, 600)
    before = engine.fresh(job)
    services.retry(workload=Workload.objects.get(pk=job.pk), by=engine.user)
    engine.wait_here(60)
    output._take_turn(narrowed(engine, Feature.LOGS), before)
    assert not engine.fresh(job).is_log_complete


def narrowed(engine: Engine, *features: Feature) -> Context:
    """A round with a provider that offers no more than these."""
    connection, clock = engine.connect("baseten"), Clock(engine.ahead)
    lease = claim.claim(connection.pk, clock.now())
    assert lease is not None
    return Context(
        connection=connection,
        provider=replace(registry.get("baseten"), features=frozenset(features)),
        adapter=open_adapter(connection),
        lease=lease,
        clock=clock,
        limit=Limit(connection.pk, 50),
    )
