"""Batch jobs: the text of ``status``, log entries by rank, and gRPC statuses as JSON."""

from gpuconsole.providers.causes import Cause
from tests.sync.failures import Case

_CODE_1 = "rank 0 exited with code 1"


def _refused(status: int, code: int, message: str) -> tuple[int, dict[str, object]]:
    return status, {"code": code, "message": message, "details": []}


CASES = (
    Case(Cause.EXIT_CODE, "FAILED", "rank 0 exited with code 3"),
    Case(Cause.HOST_MEMORY, "FAILED", "rank 2 exited with code 137"),
    Case(Cause.COMMAND, "FAILED", "rank 0 exited with code 127"),
    Case(Cause.IMAGE, "FAILED", "failed to pull image repo/trainer:1.4: manifest unknown"),
    Case(Cause.REGISTRY, "FAILED", "failed to pull image repo/trainer:1.4: no basic auth credentials"),
    Case(Cause.IMAGE, "FAILED", "environment my-env is not ready"),
    Case(Cause.NO_CAPACITY, "FAILED", "waiting for 12 node(s) of h100-pool; the node pool has 4 at most"),
    Case(Cause.NO_CAPACITY, "FAILED", "node group could not grow: InsufficientInstanceCapacity"),
    Case(Cause.PERMISSION, "FAILED", "sts:AssumeRole was refused for arn:aws:iam::123456789012:role/train"),
    Case(Cause.PREEMPTED, "FAILED", "spot node was taken by AWS"),
    Case(Cause.NODE_LOST, "FAILED", "rank 3 was lost with its host"),
    Case(Cause.NODE_LOST, "FAILED", "node ip-10-0-3-17 became NotReady"),
    Case(Cause.DISK_FULL, "FAILED", "the node had DiskPressure; the pod was evicted"),
    Case(Cause.PROVIDER_FAILURE, "FAILED", "internal error"),
    Case(Cause.TIME_LIMIT, "FAILED", "context deadline exceeded"),
    Case(Cause.UNKNOWN, "FAILED", ""),
    Case(
        Cause.GPU_MEMORY,
        "FAILED",
        _CODE_1,
        log="torch.cuda.OutOfMemoryError: CUDA out of memory. Tried to allocate 20.00 MiB\nrank 0 exited with code 1\n",
    ),
    Case(
        Cause.GPU_ERROR,
        "FAILED",
        _CODE_1,
        log="RuntimeError: CUDA error: device-side assert triggered\nrank 0 exited with code 1\n",
    ),
    Case(Cause.DEPENDENCY, "FAILED", _CODE_1, log="/usr/bin/python: No module named acme_eval\n"),
    Case(Cause.COMMAND, "FAILED", _CODE_1, log="python: can't open file '/app/run.py': [Errno 2] No such file\n"),
    Case(Cause.COMMAND, "FAILED", _CODE_1, log="/bin/sh: 1: accelrate: not found\n"),
    Case(
        Cause.NO_DATA,
        "FAILED",
        _CODE_1,
        log="botocore.errorfactory.NoSuchKey: the key s3://acme/eval-v5 is not there\n",
    ),
    Case(
        Cause.PERMISSION, "FAILED", _CODE_1, log="botocore.exceptions.ClientError: An error occurred (AccessDenied)\n"
    ),
    Case(Cause.BAD_DATA, "FAILED", _CODE_1, log="ValueError: row 17 of suite.csv: unexpected quote\n"),
    Case(Cause.BAD_DATA, "FAILED", _CODE_1, log="pandas.errors.ParserError: Error tokenizing data. C error: line 8\n"),
    Case(Cause.BAD_CONFIG, "FAILED", _CODE_1, log="KeyError: 'DATASET_URI'\nrank 0 exited with code 1\n"),
    Case(Cause.BAD_CONFIG, "FAILED", _CODE_1, log="ValueError: hidden_size must be divisible by num_heads\n"),
    Case(
        Cause.COMMUNICATION,
        "FAILED",
        _CODE_1,
        log="torch.distributed.DistNetworkError: the rendezvous timed out\nrank 1 terminated: a peer has failed\n",
    ),
    Case(
        Cause.EXIT_CODE,
        "FAILED",
        "",
        log="Traceback (most recent call last):\nSystemExit: 4\nrank 0 exited with code 4\n",
    ),
    Case(Cause.REJECTED, refused=_refused(400, 3, "image_ref must not be set together with environment_id")),
    Case(Cause.REJECTED, refused=_refused(400, 3, 'proto: unknown field "ranks"')),
    Case(Cause.NO_CAPACITY, refused=_refused(400, 9, 'node_pool_id names a node pool that is DELETING: "a"')),
    Case(Cause.PERMISSION, refused=_refused(403, 7, "the API key is for inference only")),
    Case(Cause.PERMISSION, refused=_refused(403, 7, "")),
    Case(Cause.NOT_AUTHORIZED, refused=_refused(401, 16, "the API key is not valid")),
    Case(Cause.NO_CREDIT, refused=_refused(412, 9, "the account is suspended")),
    Case(Cause.NO_CREDIT, refused=_refused(402, 8, "the limit of this spending tier is reached")),
    Case(Cause.RATE_LIMITED, refused=_refused(429, 8, "too many requests")),
)
