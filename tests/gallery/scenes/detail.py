"""Work as the design's pictures show it: a job in its third attempt, a machine to log in to, an endpoint."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from math import sin
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from gpuconsole.providers.remote import LogLine, Sample
from gpuconsole.workloads import logs, metrics
from gpuconsole.workloads.events import note
from gpuconsole.workloads.guarding import Guards
from gpuconsole.workloads.models import Workload
from gpuconsole.workloads.states import State
from tests.factories import make_project
from tests.factories_workloads import Lab
from tests.gallery.entry import Scene
from tests.gallery.scenes.common import research_lab, scene

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


def pictured() -> Scene:
    """All three in one team, with a job beside them that failed."""
    lab = research_lab()
    make_project(lab.team, name="Other")
    job, machine, served = (make(lab) for make in (third_attempt, notebook, endpoint))
    other = lab.workload("baseten", State.FAILED, name="nerf-garden-bundle-113", stop_after_s=3600)
    places = {"job": job, "machine": machine, "endpoint": served, "other": other}
    return scene(lab, **{key: row.get_absolute_url() for key, row in places.items()}, with_other=other.public_id)


def third_attempt(lab: Lab) -> Workload:
    """A job whose first attempt failed before it ran and the second after; the third runs."""
    job, now = (
        lab.workload("baseten", name="nerf-garden-bundle-114", stop_after_s=36_000, labels=["nerf", "night"]),
        timezone.now(),
    )
    began = now - 4 * HOUR - 24 * MINUTE

    def at(minutes: float) -> float:
        return (began + minutes * MINUTE).timestamp()

    attempts = [
        _attempt(
            1,
            [("queued", at(0), at(11)), ("assigned", at(11), at(12.5)), ("preparing", at(12.5), at(30.5))],
            "failed",
            _("Preparing timed out"),
        ),
        _attempt(
            2,
            [
                ("queued", at(30.5), at(44.5)),
                ("assigned", at(44.5), at(45.5)),
                ("preparing", at(45.5), at(51.5)),
                ("running", at(51.5), at(109.9)),
            ],
            "failed",
            _("No heartbeat for 120 s"),
        ),
        _attempt(
            3,
            [
                ("queued", at(109.9), at(113.9)),
                ("assigned", at(113.9), at(114.4)),
                ("preparing", at(114.4), at(120)),
                ("running", at(120), None),
            ],
        ),
    ]
    Workload.objects.filter(pk=job.pk).update(
        created_at=began,
        state_at=began + 120 * MINUTE,
        started_at=began + 120 * MINUTE,
        billed_since=began + 120 * MINUTE,
        ends_by=now + HOUR + 36 * MINUTE,
        attempt=3,
        phases=attempts,
        remote_status="TRAINING_JOB_RUNNING",
        reserved=Decimal("130"),
        region="us-west-2",
        labels=["nerf", "night"],
        spec={**job.spec},
    )
    job.refresh_from_db()
    for text, detail in (
        (_("Attempt 2 failed"), _("Node went away; no exit code.")),
        (_("Queued, attempt 3"), _("Automatic retry, 2 of 2 used.")),
    ):
        note(job, text, detail=detail)
    words = "[train] step {0}00/54000  loss 0.00{1}  psnr 27.{2}  12.1 it/s"
    logs.append(
        job,
        [
            LogLine(now - (40 - n) * timedelta(seconds=8), words.format(418 + n, 612 - n, 90 + n % 10))
            for n in range(40)
        ],
    )
    _measure(
        job,
        now,
        HOUR,
        {"gpu_utilization": 0.95, "gpu_memory_used_bytes": 21.4e9, "gpu_temperature_c": 71, "gpu_power_w": 412},
    )
    job.refresh_from_db()
    return job


def notebook(lab: Lab) -> Workload:
    """A machine with ports, a hidden password, an idle rule and a latest end that is near."""
    now = timezone.now()
    row = lab.workload(
        "novita", name="notebook-vision-3", stop_after_s=36_000, guards=Guards(idle_after_s=2700, warn_before_s=900)
    )
    ports = [
        {"number": 8888, "protocol": "http", "way": "Jupyter", "use": "Jupyter", "answers": True},
        {"number": 8081, "protocol": "http", "way": "Port 8081, http", "use": "", "answers": None},
    ]
    Workload.objects.filter(pk=row.pk).update(
        created_at=now - 9.6 * HOUR,
        state_at=now - 4.5 * HOUR,
        billed_since=now - 9.6 * HOUR,
        ends_by=now + 28 * MINUTE,
        connect={
            "Jupyter": "https://8888-notebook-vision-3.sandbox.example.org/lab",
            "SSH": "ssh root@ssh-04.sandbox.example.org -p 31022",
            "SSH password": None,
            "Port 8081, http": "8081-notebook-vision-3.sandbox.example.org",
        },
        ports=ports,
        remote_status="running",
    )
    row.refresh_from_db()
    _measure(row, now, 6 * HOUR, {"gpu_utilization": 0.03, "gpu_memory_utilization": 0.7, "cpu_utilization": 0.2})
    Workload.objects.filter(pk=row.pk).update(idle_since=now - 17 * MINUTE, measured_at=now)
    row.refresh_from_db()
    return row


def endpoint(lab: Lab) -> Workload:
    """Three workers, of which the last is still loading."""
    row, now = lab.workload("cortecs", name="mixtral-serving-eu", stop_after_s=360_000), timezone.now()

    def ago(minutes: float) -> float:
        return (now - minutes * MINUTE).timestamp()

    up = {"state": "running", "step": 5, "steps": 5, "text": "Running"}
    trace = [[1, "Allocating hardware", ago(4.2)], [2, "Starting machine", ago(3.8)], [3, "Loading model", ago(2)]]
    parts = [
        {
            **up,
            "name": "Worker 1",
            "since": ago(1690),
            "trace": [[1, "Allocating hardware", ago(1702)], [5, "Running", ago(1690)]],
        },
        {
            **up,
            "name": "Worker 2",
            "since": ago(362),
            "trace": [[1, "Allocating hardware", ago(371)], [5, "Running", ago(362)]],
        },
        {
            "name": "Worker 3",
            "state": "starting",
            "step": 3,
            "steps": 5,
            "text": "Loading model",
            "since": ago(4.2),
            "trace": trace,
        },
    ]
    Workload.objects.filter(pk=row.pk).update(
        created_at=now - 1703 * MINUTE,
        state_at=now - 1690 * MINUTE,
        billed_since=now - 1690 * MINUTE,
        parts=parts,
        gpu_model="L40S",
        gpu_count=6,
        connect={"Base URL": "https://mixtral-serving-eu.sandbox.example.org/v1", "Model": "mixtral-8x7b-instruct"},
        phases=[
            _attempt(
                1,
                [
                    ("submitting", ago(1703), ago(1702)),
                    ("preparing", ago(1702), ago(1690)),
                    ("running", ago(1690), None),
                ],
            )
        ],
    )
    row.refresh_from_db()
    return row


def _attempt(number: int, spans: list[Any], end: str | None = None, note: str = "") -> dict[str, Any]:
    return {"attempt": number, "spans": [list(span) for span in spans], "end": end, "note": note}


def _measure(job: Workload, now: datetime, length: timedelta, means: dict[str, float]) -> None:
    """Sixty moments of two GPUs, with a gap of a tenth of the range."""
    moments = [number for number in range(61) if not 30 < number < 37]
    metrics.append(
        job,
        [
            Sample(now - length * (60 - number) / 60, name, gpu, mean * (1 + 0.04 * sin(number * (1 + shift))))
            for number in moments
            for name, mean in means.items()
            for shift, gpu in enumerate(("GPU 0", "GPU 1"))
        ],
    )
    assert job.state == State.RUNNING
