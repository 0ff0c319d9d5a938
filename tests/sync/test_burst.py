"""Many launches on one connection: side by side within the rate limit, each written down just before its call."""

from datetime import datetime

from gpuconsole.workloads.models import Workload
from tests.sync.bench import Engine

CREATE = "POST /v1/training_projects/"


def test_a_slow_answer_keeps_no_other_launch_waiting(engine: Engine) -> None:
    slow_s = 2.0
    for _ in range(8):
        engine.launch()
    engine.spoil("latency", match=CREATE, count=1, seconds=slow_s)
    engine.sync()
    came = sorted(datetime.fromisoformat(call["at"]) for call in engine.calls("/jobs"))
    assert len(came) == len(engine.resources()) == 8
    assert (came[6] - came[0]).total_seconds() < slow_s


def test_after_a_doubtful_answer_no_more_begin_and_all_are_sent_once_in_the_end(engine: Engine) -> None:
    for _ in range(20):
        engine.launch()
    engine.spoil("502_after", match=CREATE, count=1)
    engine.sync()
    rows = Workload.objects.all()
    assert rows.filter(sending_at__isnull=False).count() == 1
    assert rows.filter(sending_at=None, remote_id="").exists()
    engine.wait_here(10)
    engine.sync()
    assert not rows.filter(remote_id="").exists()
    assert len(engine.calls("/jobs")) == len(engine.resources()) == 20
