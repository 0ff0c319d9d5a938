"""What the ranks of a job print: a head, rhythms of lines that go on for ever, and a tail."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from gpuconsole.simulator.dialects.fireworks import programs
from gpuconsole.simulator.dialects.fireworks.jobs import CANCELLED, COMPLETED, FAILED, Job
from gpuconsole.simulator.world import chance

LINE_EVERY_S = 5.0
HEAD_S = 10.0
STEPS_A_LINE = 10
MAX_TOLD_RANKS = 512  # ranks beyond print nothing


@dataclass(frozen=True)
class Rhythm:
    """Lines of one kind of one rank: the n-th comes at `first_s + n * every_s` nominal seconds of running."""

    rank: int
    first_s: float
    every_s: float
    message: Callable[[Job, int, int], str]


def rhythms(job: Job, is_wanted: Callable[[int], bool]) -> Iterator[Rhythm]:
    """All kinds of lines that repeat: rank 0 trains and evaluates, every rank tells of its GPU and its data."""
    for rank in filter(is_wanted, range(min(job.ranks, MAX_TOLD_RANKS))):
        if rank == 0:
            yield Rhythm(0, HEAD_S, LINE_EVERY_S, _step)
            yield Rhythm(0, HEAD_S + 81.37, 193.0, _warning)
            yield Rhythm(0, HEAD_S + 241.71, 600.0, _evaluation)
            yield Rhythm(0, HEAD_S + 299.11, 300.0, _checkpoint)
        yield Rhythm(rank, HEAD_S - 1.5 + rank % 97 * 0.013, 60.0, _memory if job.gpus else _throughput)


def head(job: Job, rank: int) -> list[tuple[float, str]]:
    """A rank's first lines: nominal second of running, text."""
    lines = [f"starting rank {rank} of {job.ranks} on node {rank // int(job.hardware['ranks_per_node'])}"]
    if rank == 0:
        lines += [f"+ {line}" for line in _command(job)]
        lines += [f"{name} is set" for name in sorted(job.request.get("envVars", {}))]  # values may be secrets
    if job.plan.run_s >= HEAD_S:
        lines += ["init_process_group: rendezvous complete" if job.ranks > 1 else "single process, no rendezvous"]
        lines += START if rank == 0 else []
    spread = min(HEAD_S - 2, job.plan.run_s / 2)
    return [(0.2 + spread * n / (len(lines) + 1), text) for n, text in enumerate(lines)]


def tail(job: Job, rank: int, last: str) -> list[tuple[float, str]]:
    """A rank's last lines: nominal seconds before the end, text."""
    if last == COMPLETED:
        summary = [(0.4, f"train_runtime={job.plan.run_s:.1f}s train_loss={_loss(job, 10**6):.4f}")]
        return [*(summary if rank == 0 else []), (0.2, f"rank {rank} exited with code 0")]
    if last == FAILED and rank == 0 and job.failure:
        told = [*job.failure.log, *([] if job.failure.said else [f"rank 0 exited with code {job.plan.exit_code}"])]
        return [(0.2 * (len(told) - n), text) for n, text in enumerate(told)]
    if last == FAILED and rank == 0:
        return [
            (0.8, "Traceback (most recent call last):"),
            (0.6, f'  File "{programs.text_of(job.request).split()[0]}", line 118, in main'),
            (0.4, f"SystemExit: {job.plan.exit_code}"),
            (0.2, f"rank 0 exited with code {job.plan.exit_code}"),
        ]
    if last == FAILED:
        return [(0.1, f"rank {rank} terminated: a peer has failed")]
    if last == CANCELLED:
        return [(0.3, "received SIGTERM, shutting down"), (0.1, f"rank {rank} exited with code 143")]
    return []


def _command(job: Job) -> list[str]:
    if "pythonExecutor" in job.request:
        python = job.request["pythonExecutor"]
        words = ["python", *(["-m"] if python["targetType"] == "MODULE" else []), programs.text_of(job.request)]
        return [" ".join(words)]
    if "notebookExecutor" in job.request:
        return [f"papermill {programs.text_of(job.request)} -"]
    return programs.text_of(job.request).strip().splitlines() or [""]


def _step(job: Job, rank: int, n: int) -> str:
    step, total = (n + 1) * STEPS_A_LINE, _total(job)
    rate = 1.9 + 0.25 * chance(job.id, "rate", n)
    learning = 2e-4 * (0.5 + 0.5 * math.cos(math.pi * min(1, step / total)))
    return (
        f"step {step}/{total} loss={_loss(job, n):.4f} lr={learning:.3e} "
        f"grad_norm={0.4 + 1.5 * math.exp(-n / 40) + 0.3 * chance(job.id, 'norm', n):.3f} {rate:.2f} it/s"
    )


def _warning(job: Job, rank: int, n: int) -> str:
    return WARNINGS[int(chance(job.id, "warning", n) * len(WARNINGS))]


def _evaluation(job: Job, rank: int, n: int) -> str:
    return f"eval loss={_loss(job, n * 120 + 48) * 1.04:.4f} samples/s={40 + 3 * chance(job.id, 'eval', n):.2f}"


def _checkpoint(job: Job, rank: int, n: int) -> str:
    return f"saved checkpoint-{600 * (n + 1)} ({7.9 + 0.2 * chance(job.id, 'size', n):.2f} GB)"


def _memory(job: Job, rank: int, n: int) -> str:
    used, busy = 61 + 9 * chance(job.id, rank, "memory", n), 88 + 11 * chance(job.id, rank, "busy", n)
    return f"rank {rank}: GPU memory {used:.1f} GB, utilization {busy:.0f} %"


def _throughput(job: Job, rank: int, n: int) -> str:
    return f"rank {rank}: {1800 + 400 * chance(job.id, rank, 'rows', n):.0f} rows/s"


def _loss(job: Job, n: int) -> float:
    floor = 0.45 + 0.2 * chance(job.id, "floor")
    return floor + 1.9 * math.exp(-n / 90) + 0.08 * (chance(job.id, "loss", n) - 0.5)


def _total(job: Job) -> int:
    return max(STEPS_A_LINE, min(200_000, int(job.plan.run_s / LINE_EVERY_S) * STEPS_A_LINE))


START = (
    "loading tokenizer and model",
    "trainable parameters: 13,631,488 of 8,043,892,736",
    "training begins",
)
WARNINGS = (
    "WARNING token sequence is longer than the model's maximum (4231 > 4096); it is truncated",
    "WARNING data loader is slow: 0.31 s for the last batch",
    "WARNING loss scale was lowered to 32768",
)
