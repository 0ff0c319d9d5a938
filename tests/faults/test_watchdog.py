"""Everything but PostgreSQL and the watchdog is killed: what is overdue is ended all the same, and it is proven."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
from django.utils import timezone

from gpuconsole.core import heartbeats, keyring
from gpuconsole.core.models import Heartbeat
from gpuconsole.sync.watchdog import process
from gpuconsole.workloads.models import EventKind, Workload
from gpuconsole.workloads.states import ReasonCode, State
from tests.faults.house import ROOT, House, house_at
from tests.sync.bench import INSTANCE, Engine
from tests.web import database_url

if TYPE_CHECKING:
    import pytest

Eventually = Callable[..., None]


def test_the_watchdog_ends_what_is_overdue_with_everything_else_dead(
    engine: Engine, tmp_path: Path, eventually: Eventually, capfd: pytest.CaptureFixture[str]
) -> None:
    engine.connect("cortecs")
    with house_at(tmp_path / "house", str(engine.far.base_url)) as house:
        house.start("valkey", "worker", "beat", "web", "watchdog", "watchdog2")
        instance = _running(engine, house, eventually)
        house.kill("web", "worker", "beat", "valkey")
        deadline = timezone.now() + timedelta(seconds=2)
        Workload.objects.filter(pk=instance.pk).update(ends_by=deadline)

        eventually(lambda: engine.calls("/instances/stop"), within_s=60)
        asked_s = (timezone.now() - deadline).total_seconds()
        eventually(lambda: _has_ended_there(engine), within_s=60)
        eventually(lambda: engine.fresh(instance).state == State.STOPPED, within_s=60)
        shown_s = (timezone.now() - deadline).total_seconds()
        eventually(lambda: _said(instance)[-1:] == ["Watchdog: the end is confirmed"])
        _leave(house)

    with capfd.disabled():
        print(f"\nwatchdog: asked {asked_s:.1f} s after the deadline, confirmed {shown_s:.1f} s after it")
    assert shown_s < 60
    assert (instance.reason_code, instance.intent, instance.billed_since) == (ReasonCode.DEADLINE, "", None)
    assert _said(instance) == [
        "Watchdog: its latest end had come",
        "Watchdog: no worker acts, so it asks Cortecs itself",
        "Watchdog: the end is confirmed",
    ]
    assert len(engine.calls("/instances/stop")) == 1


def _running(engine: Engine, house: House, eventually: Eventually) -> Workload:
    """An instance that is up, in a house whose every part has been seen to work."""
    instance = engine.launch(INSTANCE, stop_after_s=3600)
    eventually(lambda: engine.fresh(instance).remote_id, within_s=40)
    engine.pass_time(400)
    eventually(lambda: engine.fresh(instance).state == State.RUNNING)
    eventually(lambda: {heartbeats.TICK, heartbeats.WATCHDOG} <= set(Heartbeat.objects.values_list("name", flat=True)))
    told = httpx.get(f"{house.url}/healthz/", timeout=40).raise_for_status().json()
    assert told["worker_seen_s"] < 20 and told["watchdog_seen_s"] < 20
    return instance


def _has_ended_there(engine: Engine) -> bool:
    """The simulator's time is turned on, so that its 40 s of stopping are over at once."""
    engine.pass_time(60, here=False)
    return [row["state"] for row in engine.resources()] == ["stopped"]


def _said(instance: Workload) -> list[str]:
    return list(instance.events.filter(kind=EventKind.GUARD).order_by("id").values_list("text", flat=True))


def _leave(house: House) -> None:
    """It leaves when it is told to, in good order."""
    watching = house.running["watchdog"]
    watching.send_signal(signal.SIGTERM)
    assert watching.wait(10) == 0
    assert "Traceback" not in house.log("watchdog")


def test_while_it_only_watches_it_holds_neither_django_nor_a_client() -> None:
    code = f"import sys, {process.__name__}; print(*(name.partition('.')[0] for name in sys.modules))"
    held = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert not {"django", "celery", "redis", "httpx", "pydantic"} & set(held.split())


def test_one_look_for_cron_says_whether_postgresql_answered(transactional_db: None, tmp_path: Path) -> None:
    keyring.read()  # it makes one where there is none
    assert _once(DATABASE_URL=f"postgresql://nobody@/none?host={tmp_path}") == 1
    assert _once(DATABASE_URL=database_url()) == 0
    assert Heartbeat.objects.filter(name=heartbeats.WATCHDOG).exists()
    assert _once(GPUCONSOLE_KEY_FILE=str(tmp_path / "none.json")) == 2


def _once(**environ: str) -> int:
    command = [sys.executable, str(ROOT / "manage.py"), "watchdog", "--once"]
    return subprocess.run(command, env={**os.environ, **environ}, capture_output=True, timeout=30).returncode
