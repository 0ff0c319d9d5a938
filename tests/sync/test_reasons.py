"""Why work ended, by the provider's words."""

import pytest

from gpuconsole.providers import registry
from gpuconsole.providers.remote import Remote
from gpuconsole.sync import reasons
from gpuconsole.workloads.states import Fault, Reason, ReasonCode, State


def remote(slug: str, status: str, message: str = "") -> Remote:
    return Remote(id="r1", status=status, reading=registry.get(slug).reading(status), message=message)


@pytest.mark.parametrize(
    ("status", "message", "code", "fault"),
    [
        ("FAILED", "start command exited with code 3 on node 0.", ReasonCode.EXIT_CODE, Fault.YOU),
        ("FAILED", "CUDA out of memory. Tried to allocate 2 GiB", ReasonCode.GPU_MEMORY, Fault.YOU),
        ("FAILED", "OOMKilled", ReasonCode.HOST_MEMORY, Fault.YOU),
        ("FAILED", "", ReasonCode.UNKNOWN, Fault.UNKNOWN),
        ("FAILED", "node lost its network", ReasonCode.NODE_LOST, Fault.PROVIDER),
        ("DEPLOY_FAILED", "Failed to pull image x: manifest unknown", ReasonCode.IMAGE, Fault.YOU),
        ("DEPLOY_FAILED", "No capacity for H100", ReasonCode.NO_CAPACITY, Fault.PROVIDER),
        ("DEPLOY_FAILED", "", ReasonCode.IMAGE, Fault.YOU),
        ("PREEMPTED", "Spot capacity was reclaimed.", ReasonCode.PREEMPTED, Fault.PROVIDER),
        ("PREEMPTED", "exited with code 137", ReasonCode.PREEMPTED, Fault.PROVIDER),
    ],
)
def test_a_failure_is_told_by_word_and_message(status: str, message: str, code: ReasonCode, fault: Fault) -> None:
    found = reasons.of_failure("baseten", remote("baseten", f"TRAINING_JOB_{status}", message))
    assert (found.code, found.fault) == (code, fault)
    assert found.text


def end(slug: str, status: str, before: State, intent: str, asked: Reason | None = None) -> ReasonCode | None:
    found = reasons.of_end(slug, remote(slug, status), before=before, intent=intent, asked=asked)
    return found.code if found else None


def test_work_that_did_what_it_was_for_has_no_reason() -> None:
    assert end("baseten", "TRAINING_JOB_COMPLETED", State.RUNNING, "end") is None


def test_a_stop_of_ours_keeps_the_reason_it_was_asked_for() -> None:
    deadline = Reason(ReasonCode.DEADLINE)
    assert end("baseten", "TRAINING_JOB_STOPPED", State.STOPPING, "end", deadline) is ReasonCode.DEADLINE
    assert end("baseten", "TRAINING_JOB_STOPPED", State.STOPPING, "end") is ReasonCode.STOPPED_BY_PERSON


def test_a_rest_that_nobody_here_asked_for() -> None:
    assert end("cortecs", "stopped", State.RUNNING, "") is ReasonCode.STOPPED_ELSEWHERE
    assert end("cortecs", "stopped", State.STARTING, "") is ReasonCode.UNKNOWN
    assert end("cortecs", "stopped", State.RUNNING, "restart") is None
