"""Work in every state of the vocabulary, with what needs a person, logs, metrics and healths beside it."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from django.utils import timezone
from django.utils.translation import gettext as _

from gpuconsole.connections.models import TICK_S, Connection, Health, HealthTick
from gpuconsole.core import heartbeats
from gpuconsole.core.models import Heartbeat
from gpuconsole.projects.models import AlertKind, BudgetAlert
from gpuconsole.providers.remote import LogLine, Sample
from gpuconsole.workloads import logs, metrics, ways
from gpuconsole.workloads.models import UsageInterval, Workload
from gpuconsole.workloads.states import ReasonCode, State
from tests.factories import set_budget, set_quota
from tests.factories_workloads import Lab
from tests.gallery.entry import HOSTILE, Scene
from tests.gallery.samples import LONG_NAME
from tests.gallery.scenes.common import aged, more_projects, people, research_lab, sandboxed
from tests.inventory.far import make_finding

Spans = tuple[tuple[str, float], ...]
_LONG_RUN: Spans = (("queued", 4), ("assigned", 2), ("preparing", 6), ("running", 180))
SHAPES: tuple[tuple[str, str, str, State, Spans], ...] = (
    ("running", "baseten", "llama3-8b-sft-r12", State.RUNNING, _LONG_RUN),
    ("starting", "baseten", "asr-conformer-large-v4", State.STARTING, (("queued", 14), ("preparing", 6))),
    ("otoy", "otoy", "nerf-garden-bundle-114", State.RUNNING, (("queued", 8), ("assigned", 9), ("running", 240))),
    ("fireworks", "fireworks", "eval-mmlu-nightly-1121", State.RUNNING, (("queued", 4), ("running", 43))),
    ("notebook", "novita", "notebook-vision-3", State.RUNNING, (("queued", 1), ("preparing", 4), ("running", 575))),
    ("endpoint", "cortecs", "mixtral-serving-eu", State.RUNNING, (("preparing", 9), ("running", 1671))),
    ("stopping", "baseten", "ablation-dropout-02", State.STOPPING, (("running", 37), ("stopping", 2))),
    ("queued", "otoy", "sdxl-lora-product-shots", State.QUEUED, (("queued", 136),)),
    ("lost", "otoy", "rl-rollout-west-17", State.LOST, (("queued", 8), ("running", 160), ("lost", 130))),
    ("stopped", "novita", "notebook-asr-1", State.STOPPED, (("running", 90), ("stopped", 200))),
    ("succeeded", "fireworks", "eval-humaneval-1121", State.SUCCEEDED, (("queued", 4), ("running", 46))),
    ("failed", "fireworks", "ppo-gridworld-s3", State.FAILED, (("queued", 3), ("running", 38))),
    ("cancelled", "otoy", "asr-align-probe", State.CANCELLED, (("queued", 4), ("running", 15))),
)
"""What each is called here, provider, name, state, and the phases behind it in minutes."""
_ENDED = (State.SUCCEEDED, State.FAILED, State.CANCELLED)
NOISE = "\x1b[33mwarning\x1b[0m <script>alert(1)</script> learning rate is 0"


def workshop() -> Scene:
    """One workload a state, of all providers, some with names that are long or markup, and four-digit numbers."""
    lab = research_lab()
    projects, persons = [lab.project, *more_projects(lab)], people(lab)
    rows = {key: _row(lab, slug, name, state, spans) for key, slug, name, state, spans in SHAPES}
    rows["submitting"] = lab.launch("otoy", name="asr-align-sweep-03")
    for number, row in enumerate(rows.values()):
        facts = {"project": projects[number % 2], "owner": persons[("owner", "member")[number % 2]]}
        Workload.objects.filter(pk=row.pk).update(**facts)
    strange, dear = (_row(lab, "baseten", name, State.RUNNING, _LONG_RUN) for name in ("strange", "dear"))
    Workload.objects.filter(pk=strange.pk).update(name=f"job{HOSTILE}", project=projects[3])
    closed = {"cost_closed": Decimal("1234567.89"), "gpu_count": 4096, "hourly_price": Decimal("17203.2")}
    Workload.objects.filter(pk=dear.pk).update(name=LONG_NAME, project=projects[2], **closed)
    _explain(rows)
    _output(rows["running"])
    make_finding(rows["notebook"], name="gpu-test-old")
    set_quota(lab.project, "gpus", 4200, wide=True)
    _money(lab)
    _health(lab)
    sandboxed(lab)
    places = {key: row.get_absolute_url() for key, row in rows.items()}
    more = {"strange": strange.get_absolute_url(), "dear": dear.get_absolute_url(), "project": lab.project.slug}
    return Scene(lab.team, persons, {**places, **more})


def _row(lab: Lab, slug: str, name: str, state: State, spans: Spans) -> Workload:
    end, note = (state.value if state in _ENDED else None), _("Exit code 137") if state == State.FAILED else ""
    return aged(lab.workload(slug, state, name=name), *spans, end=end, note=note)


def _explain(rows: dict[str, Workload]) -> None:
    now = timezone.now()
    facts = {"reason_code": ReasonCode.GPU_MEMORY, "reason_text": _("Exit code 137: out of memory at 41 m.")}
    Workload.objects.filter(pk=rows["failed"].pk).update(**facts)
    asked = {"intent": "end", "intent_at": now - timedelta(minutes=17), "intent_error": "503 Service Unavailable"}
    Workload.objects.filter(pk=rows["stopping"].pk).update(**asked, intent_tries=19)
    idle = {"idle_since": now - timedelta(minutes=50), "measured_at": now, "idle_after_s": None}
    Workload.objects.filter(pk=rows["notebook"].pk).update(**idle)
    made = rows["endpoint"]
    hidden = ways.columns(made, {"Endpoint": "https://models.example.org/v1"})
    Workload.objects.filter(pk=made.pk).update(**hidden)


def _output(row: Workload) -> None:
    now = timezone.now()
    lines = [f"step {n}/5400  loss 0.{600 - n:05d}  12.1 it/s" for n in range(120)]
    logs.append(row, [LogLine(now - timedelta(seconds=200 - n), text) for n, text in enumerate([*lines, NOISE])])
    measures = (("gpu_utilization", 0.9), ("gpu_memory_used_bytes", 6e10), ("gpu_temperature_c", 66.0))
    moments = [now - timedelta(minutes=3 * n) for n in range(40)]
    samples = [
        Sample(at, name, gpu, value * (1 - (at.minute % 7) / 50))
        for at in moments
        for name, value in measures
        for gpu in ("0", "1")
    ]
    metrics.append(row, samples)


def _money(lab: Lab) -> None:
    now = timezone.now()
    job = lab.workload("baseten", State.CANCELLED, name="of-last-week")
    days = min(now.day - 1, 14)
    UsageInterval.objects.bulk_create(
        UsageInterval(
            workload=job,
            project=lab.project,
            started_at=now - timedelta(days=day, hours=1),
            ended_at=now - timedelta(days=day),
            billed_s=3600,
            cost=Decimal(280 + 7 * (day % 4)),
            hourly_price=300,
            currency="USD",
            rounding="second",
        )
        for day in range(1, days + 1)
    )
    set_budget(lab.project, 5000, wide=True)
    budget = set_budget(lab.project, 4000)
    told = {"at": now - timedelta(days=1), "spent": 3640, "forecast_on": (now + timedelta(days=3)).date()}
    BudgetAlert.objects.create(budget=budget, month=now.date().replace(day=1), kind=AlertKind.FORECAST, **told)


def _health(lab: Lab) -> None:
    now = timezone.now()
    start = now.replace(minute=now.minute // 30 * 30, second=0, microsecond=0)
    ticks = []
    for number, connection in enumerate(lab.connections.values()):
        for back in range(48):
            bad = (back * 7 + number * 5) % 23
            failures = 3 if bad == 0 else 1 if bad == 5 else 0
            at = start - timedelta(seconds=TICK_S * back)
            spread = [0, 0, 0, 20, 10]
            ticks.append(HealthTick(connection=connection, starts_at=at, calls=30, failures=failures, spread=spread))
    HealthTick.objects.bulk_create(ticks)
    usual = {"health": Health.HEALTHY, "health_at": now - timedelta(hours=9), "synced_at": now - timedelta(seconds=8)}
    Connection.objects.filter(team=lab.team).update(**usual, hint="9fA2", last_success_at=now)
    slow = {"health": Health.SLOW, "health_text": "1.9 s median since 13:20."}
    Connection.objects.filter(team=lab.team, provider="otoy").update(**slow)
    refused = {"health": Health.REFUSED, "health_text": "It answered 401: the key is not known."}
    Connection.objects.filter(team=lab.team, provider="cortecs").update(**refused)
    for name in (heartbeats.TICK, heartbeats.WATCHDOG):
        Heartbeat.objects.update_or_create(name=name, defaults={"seen_at": now})
