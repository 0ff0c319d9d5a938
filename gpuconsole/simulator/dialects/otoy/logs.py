"""What a run's container prints: a head, a rhythm of lines while it is up, and a tail that tells how it ended."""

import math
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from gpuconsole.simulator.dialects.otoy.runs import FAILING, FINAL, RUNNING, Run
from gpuconsole.simulator.world import chance

if TYPE_CHECKING:
    from gpuconsole.simulator.dialects.otoy.jobs import Job

Line = tuple[float, str]  # nominal seconds since the start, text
LINES_KEPT = 5000
HEAD_S = 8.0
STEP_EVERY_S = 5.0
ACCESS_EVERY_S = 20.0
SHARDS = 64


def logs(job: "Job", run: Run, now: float) -> str:
    """All output so far, the newest lines of a very long one; empty before the container is up."""
    started = run.at(RUNNING)
    if started is None:
        return ""
    ended = next((moment for moment, word in run.steps if word in (FAILING, *FINAL)), None)
    up_s = ((now if ended is None else ended) - started) * job.speed
    lines = [*_head(job, run), *_body(job, run, up_s)]
    lines = [line for line in lines if line[0] <= up_s]
    if ended is not None:
        lines += _tail(job, run, up_s)
    return "".join(f"{_stamp(started + job.span(at_s))} {text}\n" for at_s, text in lines[-LINES_KEPT:])


def _stamp(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%d %H:%M:%S")


def _head(job: "Job", run: Run) -> list[Line]:
    gpu = run.offer.gpu if run.offer else None
    count = run.offer.gpu_count if run.offer else 0
    texts = [f"[entrypoint] {job.container['image']}:{job.container.get('tag') or 'latest'}"]
    if names := sorted(job.container.get("env") or {}):
        texts.append(f"[entrypoint] environment: {', '.join(names)}")
    texts += [f"[entrypoint] mounted {volume.get('image')} at {volume.get('mount')}" for volume in _volumes(job)]
    if job.container.get("sshkey"):
        texts.append("[entrypoint] authorized SSH_PUBKEY for duser")
    if gpu:
        texts.append(f"[gpu] driver 570.124.06, CUDA 12.8, {count} device(s)")
        texts += [f"[gpu] {n}: {gpu.name}, {gpu.vram_gib * 1024} MiB" for n in range(count)]
    return [(HEAD_S * n / len(texts), text) for n, text in enumerate(texts)]


def _volumes(job: "Job") -> list[dict[str, str]]:
    return job.container.get("volumes") or []


def _body(job: "Job", run: Run, up_s: float) -> list[Line]:
    if job.asked["task"] == "PERSISTENT":
        return _serving(job, run, up_s)
    return _working(job, run, up_s)


def _working(job: "Job", run: Run, up_s: float) -> list[Line]:
    """Item after item of the batch; the total is what fits into the planned time."""
    seed = job.run_id(run)
    total = max(1, int(min(job.plan.run_s, 10**7) / STEP_EVERY_S))
    lines = [(HEAD_S, f"[batch] {total} items, reading from shard 0")]
    last = min(total, int((up_s - HEAD_S) // STEP_EVERY_S))
    for n in range(max(1, last - LINES_KEPT), last + 1):
        at_s = HEAD_S + n * STEP_EVERY_S
        took = 4.2 + 1.4 * chance(seed, "took", n)
        used = 61 + int(30 * chance(seed, "load", n))
        lines.append((at_s, f"[batch] item {n}/{total} done in {took:.2f} s, gpu {used} %, {_score(seed, n)}"))
        if n % SHARDS == 0:
            lines.append((at_s + 0.4, f"[batch] checkpoint written, reading from shard {n // SHARDS}"))
    return lines


def _score(seed: str, n: int) -> str:
    return f"loss {0.31 + 1.6 * math.exp(-n / 40) + 0.05 * chance(seed, 'loss', n):.4f}"


def _serving(job: "Job", run: Run, up_s: float) -> list[Line]:
    """A server that answers now and then."""
    seed = job.run_id(run)
    ports = job.container.get("ports") or [22]
    lines = [(HEAD_S + n / 10, f"[server] listening on 0.0.0.0:{port}") for n, port in enumerate(ports)]
    last = int((up_s - HEAD_S) // ACCESS_EVERY_S)
    for n in range(max(1, last - LINES_KEPT), last + 1):
        took = 18 + int(240 * chance(seed, "took", n) ** 3)
        tokens = 40 + int(900 * chance(seed, "tokens", n))
        lines.append((HEAD_S + n * ACCESS_EVERY_S, f"[server] POST /v1/completions 200 {took} ms, {tokens} tokens"))
    return lines


def _tail(job: "Job", run: Run, up_s: float) -> list[Line]:
    if run.word == "CANCELLED" or run.why == "run limit":
        return [(up_s, "[entrypoint] SIGTERM received, shutting down")]
    if run.why == "exit 0":
        return [(up_s, "[batch] all items done"), (up_s, "[entrypoint] exit code 0")]
    if run.why.startswith("exit") and job.failure:
        return [(up_s, text) for text in (*job.failure.log, f"[entrypoint] exit code {job.failure.exit_code}")]
    if run.why.startswith("exit"):
        lines = ["Traceback (most recent call last):", '  File "/app/main.py", line 88, in <module>', "    main()"]
        lines += ["RuntimeError: CUDA error: an illegal memory access was encountered"]
        return [(up_s, text) for text in (*lines, f"[entrypoint] exit code {run.why.removeprefix('exit ')}")]
    return []  # a node that is lost says nothing any more
