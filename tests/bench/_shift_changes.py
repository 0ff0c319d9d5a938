"""What happens while pages are watched: work comes and goes, providers falter, people act."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from typing import Any

import httpx

from tests.console import Console, wait_until
from tests.contract.samples import sample

_EVERY_S = 1.5
_LONG_S = 36_000
_OFFERED = ("baseten", "cortecs", "novita", "otoy")
_LATE_ANSWERS = (409, 422)
"""What was to be acted on has moved meanwhile."""


class Stage:
    """A console with work on it, and hands that change it."""

    def __init__(self, console: Console) -> None:
        key = {"Authorization": f"Bearer {console.answer('token')}"}
        self._api = httpx.Client(base_url=f"{console.answer('url').rstrip('/')}/api/v1", headers=key, timeout=30)
        self._far = httpx.Client(base_url=console.answer("simulator"), timeout=30)
        self._numbers = itertools.count(1)
        self._connections: dict[str, str] = {}
        self.acts = self.refused = 0

    def set(self) -> None:
        """Work that stays, some that has ended, and prices for all of it."""
        self._connections = {one["provider"]: one["id"] for one in self._get("/connections")["items"]}
        for slug in _OFFERED:
            wait_until(lambda slug=slug: bool(self._get(f"/offers?provider={slug}")["items"]), timeout_s=90)
        self._job = self._launch_job("watched", _LONG_S)
        for number in range(4):
            self._launch_job(f"steady-{number}", _LONG_S)
        self._launch_job("ended", 20)
        self._launch_job("broken", 60, failure="gpu_memory")
        self._machine = self._launch("novita", "machine")
        self._spare = self._launch("cortecs", "spare")
        to_stop = [self._launch("otoy", f"to-stop-{number}") for number in range(3)]
        for one in (self._job, self._machine, self._spare, *to_stop):
            wait_until(lambda one=one: self._state(one) == "running", timeout_s=120)

    def pages(self) -> dict[str, str]:
        """Every kind of page that polls, and those that people leave open; new work is launched for some."""
        young, failing = self._launch_job("young", 400), self._launch_job("to-fail", 600, failure="gpu_memory")
        self._endpoint = self._launch("cortecs", "endpoint")
        job, machine = f"/jobs/{self._job}/", f"/instances/{self._machine}/"
        otoy = self._connections["otoy"]
        self._fault(
            "otoy", "zombie"
        )  # the halt's report waits for its ends until another trouble takes this one's place
        halt = self._post("/halts", {"scope": "connection", "connection": otoy, "instances": "stop"})
        assert halt is not None, "it may be stopped"
        return {
            "halt": f"/stop-everything/{halt['id']}/",
            "young_job": f"/jobs/{young}/",
            "failing_job": f"/jobs/{failing}/",
            "new_instance": f"/instances/{self._endpoint}/",
            "overview": "/",
            "overview_phone": "/",
            "jobs": "/jobs/",
            "jobs_phone": "/jobs/",
            "active_jobs": "/jobs/?view=active",
            "instances": "/instances/",
            "job": job,
            "job_phone": job,
            "job_log": f"{job}logs/",
            "job_events": f"{job}events/",
            "job_metrics": f"{job}metrics/",
            "job_cost": f"{job}cost/",
            "instance": machine,
            "costs": "/costs/",
            "connections": "/connections/",
            "connection": f"/connections/{self._connections['baseten']}/",
            "reconcile": "/reconcile/",
            "requests": "/requests/",
            "catalogue": "/catalogue/",
            "audit": "/audit/",
        }

    def play(self, seconds: float) -> None:
        """One act after the other for so long."""
        until, acts = time.monotonic() + seconds, self._acts()
        while (began := time.monotonic()) < until:
            next(acts)
            self.acts += 1
            time.sleep(max(0.0, _EVERY_S - (time.monotonic() - began)))

    def _acts(self) -> Iterator[None]:
        """Round and round, one act at a time."""
        for turn in itertools.count():
            is_even, number = turn % 2 == 0, next(self._numbers)
            passing = self._launch_job(f"passing-{number}", 120)
            yield
            self._post(f"/workloads/{self._job}/guards", {"stop_at_cost": str(500 + number)})
            yield
            self._launch_job(f"failing-{number}", 60, failure="node_lost")
            yield
            self._post(f"/workloads/{self._machine}/{'stop' if is_even else 'start'}")
            yield
            self._fault("baseten", "500", count=4)
            yield
            self._rename(f"renamed-{number}")
            yield
            self._launch("cortecs", f"served-{number}")
            yield
            self._fault("cortecs", "latency", seconds=3, count=3)
            yield
            self._post(f"/workloads/{passing}/terminate")
            yield
            self._fault("novita", "price_jump", factor=2 if is_even else 0.5)
            yield
            self._stray(number)
            yield
            self._far.post("/_sim/clock", json={"advance_s": 5}).raise_for_status()
            yield
            self._post(f"/workloads/{self._endpoint}/restart")
            yield

    def _launch_job(self, name: str, seconds: int, failure: str = "") -> str:
        spec = sample("baseten")
        runtime = spec["training_job"]["runtime"]
        runtime["start_commands"] = [f"sleep {seconds}"]
        if failure:
            runtime["environment_variables"] = {"SIM_FAILURE": failure}
        return self._launch("baseten", name, spec)

    def _launch(self, slug: str, name: str, spec: dict[str, Any] | None = None) -> str:
        body = {
            "name": name,
            "connection": self._connections[slug],
            "spec": spec or sample(slug),
            "guards": {"stop_after_s": _LONG_S},
        }
        made = self._post("/projects/first-project/workloads", body, key=f"shift-{name}")
        return str(made["id"]) if made else ""

    def _rename(self, name: str) -> None:
        self._api.patch(f"/workloads/{self._job}", json={"name": name, "labels": [name, "bench"]}).raise_for_status()

    def _fault(self, slug: str, kind: str, **terms: float) -> None:
        self._far.delete("/_sim/faults").raise_for_status()
        self._far.post("/_sim/faults", json={"provider": slug, "fault": kind, **terms}).raise_for_status()

    def _stray(self, number: int) -> None:
        """A copy of the watched job that nobody launched here."""
        like = self._get(f"/workloads/{self._job}")["remote_id"]
        ids = [f"stray{number}"]
        body = {"provider": "baseten", "like": like, "ids": ids, "ages_s": [60]}
        self._far.post("/_sim/crowd", json=body).raise_for_status()
        self._post(f"/connections/{self._connections['baseten']}/look")

    def _state(self, public_id: str) -> str:
        return str(self._get(f"/workloads/{public_id}")["state"])

    def _get(self, path: str) -> dict[str, Any]:
        answer: dict[str, Any] = self._api.get(path).raise_for_status().json()
        return answer

    def _post(self, path: str, body: dict[str, Any] | None = None, key: str = "") -> dict[str, Any] | None:
        headers = {"Idempotency-Key": key} if key else {}
        answer = self._api.post(path, json=body, headers=headers)
        if answer.status_code in _LATE_ANSWERS:
            self.refused += 1
            return None
        told: dict[str, Any] = answer.raise_for_status().json()
        return told
