"""Dedicated instances: no failed status and no log; the step of a worker before it stopped, and refusals."""

from gpuconsole.providers.causes import Cause
from tests.sync.failures import Case

_STOPPED = "Stopped before it was ready; Cortecs gives no reason."


def _refused(status: int, error: str) -> tuple[int, dict[str, str]]:
    return status, {"error": error}


CASES = (
    Case(Cause.NOT_READY, "stopped", _STOPPED),
    Case(Cause.NOT_READY, "stopped", _STOPPED, parts=("Worker 1: Allocating hardware (step 1 of 5)",)),
    Case(Cause.NOT_READY, "stopped", _STOPPED, parts=("Worker 1: Starting machine (step 2 of 5)",)),
    Case(Cause.MODEL_LOAD, "stopped", _STOPPED, parts=("Worker 1: Downloading model (step 3 of 5)",)),
    Case(Cause.MODEL_LOAD, "stopped", _STOPPED, parts=("Worker 1: Loading model (step 4 of 5)",)),
    Case(
        Cause.MODEL_LOAD,
        "stopped",
        _STOPPED,
        parts=("Worker 1: Loading model (step 4 of 5)", "Worker 2: Loading model (step 4 of 5)"),
    ),
    Case(Cause.REJECTED, refused=_refused(400, "context_length exceeds the maximum of this hardware type")),
    Case(Cause.REJECTED, refused=_refused(400, "model_id names no model")),
    Case(Cause.REJECTED, refused=_refused(404, "unknown instance")),
    Case(Cause.NO_CAPACITY, refused=_refused(409, "NVIDIA_H100_2 is not available right now")),
    Case(Cause.NO_CREDIT, refused=_refused(402, "the balance is used up")),
    Case(Cause.NO_CREDIT, refused=_refused(400, "the balance of this account is too low")),
    Case(Cause.NOT_AUTHORIZED, refused=_refused(401, "the token is not valid")),
    Case(Cause.PERMISSION, refused=_refused(403, "not allowed")),
    Case(Cause.RATE_LIMITED, refused=_refused(429, "slow down")),
)
