"""Two hundred presses at once on one workload, by HTTP, with web, worker and beat at work: one effect each."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import httpx
import pytest

from gpuconsole.audit.models import Record
from gpuconsole.sync import waits
from gpuconsole.workloads.models import EventKind, Workload
from gpuconsole.workloads.states import FINAL, State
from tests.contract.samples import sample
from tests.factories import make_token
from tests.sync.bench import Engine
from tests.web import Ask, post_together, running_web

if TYPE_CHECKING:
    from tests.faults.conftest import Workers

Eventually = Callable[..., None]
PRESSES = 200


@dataclass
class Crowd:
    """Many that press at the same moment, at a console with all its processes."""

    engine: Engine
    url: str
    eventually: Eventually

    def post(self, asks: Sequence[Ask]) -> list[httpx.Response]:
        """All together, with a token that nobody has used before: each may do so much a minute."""
        return post_together(self.url, make_token(self.engine.team, self.engine.user)[1], asks)

    def press(self, row: Workload, *verbs: str, times: int = PRESSES) -> Counter[str]:
        """All verbs together, so many presses in all; how often each was taken (the others: refused)."""
        asks: list[Ask] = [(f"/api/v1/workloads/{row.public_id}/{verb}", None, {}) for verb in verbs]
        asks *= times // len(verbs)
        answers = self.post(asks)
        _are_clear(answers)
        taken = (path for (path, _, _), answer in zip(asks, answers, strict=True) if answer.is_success)
        return Counter(path.rpartition("/")[2] for path in taken)

    def done(self, path: str, method: str = "POST") -> int:
        """How many calls of the kind the provider has taken."""
        return sum(call["status"] < 300 for call in self.engine.calls(path, method))

    def until(self, row: Workload, state: State) -> None:
        """Let the provider's time pass until its word has made it so."""

        def has_come() -> bool:
            self.engine.pass_time(20, here=False)
            return self.engine.fresh(row).state == state and not row.intent

        self.eventually(has_come, within_s=60)


@pytest.fixture
def crowd(engine: Engine, workers: Workers, eventually: Eventually) -> Iterator[Crowd]:
    for slug in ("baseten", "novita"):
        engine.connect(slug)
    workers.start()
    workers.start("beat")
    with running_web(workers=2) as url:
        yield Crowd(engine, url, eventually)


def test_an_instance_is_stopped_started_restarted_and_terminated_once_each(crowd: Crowd) -> None:
    row = crowd.engine.launch(sample("novita"))
    crowd.until(row, State.RUNNING)
    for verb, becomes in (("stop", State.STOPPED), ("start", State.RUNNING), ("restart", State.RUNNING)):
        assert crowd.press(row, verb, times=PRESSES if verb == "stop" else 60)[verb] >= 1
        crowd.until(row, becomes)
        assert crowd.done(f"/instance/{verb}") == 1
    began = time.monotonic()
    assert crowd.press(row, "stop", "terminate", times=60)["terminate"] == 30
    deleted, stopped = crowd.done("/instance/delete"), crowd.done("/instance/stop")
    took_s = time.monotonic() - began  # only now: what is counted may have been asked until here
    asked_again = took_s // waits.FRESH.total_seconds()  # at the engine's own pace, not at that of the presses
    assert deleted <= 1 + asked_again and stopped <= 2
    crowd.until(row, State.CANCELLED)
    assert crowd.engine.resources()[0]["deleted_at"]
    _is_in_order(row)


def test_a_job_is_launched_retried_and_stopped_once_each_and_both_together_leave_it_in_order(crowd: Crowd) -> None:
    engine, spec = crowd.engine, crowd.engine.job("exit 1")
    body = {"name": "once", "connection": engine.connect("baseten").public_id, "spec": spec}
    ask: Ask = (f"/api/v1/projects/{engine.project.slug}/workloads", body, {"Idempotency-Key": "once"})
    answers = crowd.post([ask] * PRESSES)
    assert Counter(answer.status_code for answer in answers) == {201: 1, 200: PRESSES - 1}
    row = Workload.objects.get()
    crowd.until(row, State.FAILED)

    assert crowd.press(row, "retry")["retry"] >= 1
    assert (engine.fresh(row).attempt, crowd.engine.fresh(row).state in FINAL) == (2, False)
    assert crowd.press(row, "stop", times=60)["stop"] == 60
    crowd.until(row, State.CANCELLED)
    assert len(engine.resources()) == Workload.objects.get().attempt == 2

    crowd.press(row, "retry", "stop")
    crowd.eventually(lambda: not engine.fresh(row).due_at or row.state == State.STOPPING)
    if row.state == State.STOPPING:
        crowd.until(row, State.CANCELLED)
    live = [one["id"] for one in engine.resources() if not one["ended_at"]]
    assert live == ([] if row.is_final else [row.remote_id])
    _is_in_order(row)


def _are_clear(answers: Sequence[httpx.Response]) -> None:
    """Taken, or refused with a word about why."""
    assert {answer.status_code for answer in answers} <= {200, 409}
    assert all(answer.json()["detail"] for answer in answers if answer.status_code == 409)


def _is_in_order(row: Workload) -> None:
    """Each accepted act is one line of the audit log and one of the timeline, and time never goes back."""
    events = list(row.events.order_by("id"))
    assert [event.at for event in events] == sorted(event.at for event in events)
    asked = Counter(
        event.text.removesuffix(" asked").lower()
        for event in events
        if event.text.endswith(" asked") and event.kind in (EventKind.MOVE, EventKind.INTENT)
    )
    asked["stop"] += sum(event.text == "Cancelled before it was sent" for event in events)
    acts = Record.objects.filter(target_id=row.public_id).values_list("action", flat=True)
    accepted = Counter(act.removeprefix("workload.") for act in acts if act != "workload.launch")
    assert +asked == accepted
