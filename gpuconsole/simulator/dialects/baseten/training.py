"""What a training run prints: a head, a rhythm of lines that goes on for ever, and a tail."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from gpuconsole.simulator.dialects.baseten.jobs import Job
from gpuconsole.simulator.world import chance

STEPS_A_LINE = 10
LINE_EVERY_S = 5.0
HEAD_S = 12.0


@dataclass(frozen=True)
class Rhythm:
    """Lines of one kind on one node: the n-th comes at `first_s + n * every_s` nominal seconds of running."""

    node: int
    level: str | None
    first_s: float
    every_s: float
    message: Callable[[Job, int], str]


def rhythms(job: Job) -> list[Rhythm]:
    """All kinds of lines that repeat; the leader trains, the other nodes only report."""
    kinds = [
        Rhythm(0, "INFO", HEAD_S, LINE_EVERY_S, _step),
        Rhythm(0, None, HEAD_S + 2.13, 6 * LINE_EVERY_S, _bar),
        Rhythm(0, "WARNING", HEAD_S + 93.37, 187.0, _warning),
        Rhythm(0, "INFO", HEAD_S + 241.71, 600.0, _evaluation),
    ]
    if (job.runtime.get("checkpointing_config") or {}).get("enabled"):
        kinds.append(Rhythm(0, "INFO", 299.11, 300.0, _checkpoint))
    return kinds + [Rhythm(node, "INFO", 8.0 + node * 0.37, 61.0, _worker) for node in range(1, job.nodes)]


def head(job: Job) -> list[tuple[float, str | None, str]]:
    """The first lines of a run: nominal second, level, text."""
    lines: list[tuple[float, str | None, str]] = []
    for command in job.start_commands or ["<image entrypoint>"]:
        lines += [(0, None, f"+ {line}") for line in command.strip().splitlines() or [""]]
        if "pip install" in command:
            lines += [(0, None, text) for text in PIP]
    lines += [(0, "INFO", f"{job.nodes} node(s), {job.gpus} GPU(s), {job.instance_type.id}")]
    lines += [(0, "INFO", text) for text in START]
    if job.plan.run_s < HEAD_S:
        lines = lines[: max(1, len(job.start_commands))]
    return [(HEAD_S * (n + 1) / (len(lines) + 2), level, text) for n, (_, level, text) in enumerate(lines)]


def tail(job: Job, word: str) -> list[tuple[float, str | None, str]]:
    """The last lines: nominal seconds before the end, level, text."""
    if word == "COMPLETED":
        return [
            (0.4, "INFO", f"{{'train_runtime': {job.plan.run_s:.1f}, 'train_loss': {_loss(job, 10**6):.4f}}}"),
            (0.2, "INFO", "Training completed."),
        ]
    if word == "FAILED" and job.failure:
        last = [*job.failure.log, *([] if job.failure.said else [f"Process exited with code {job.plan.exit_code}"])]
        return [(0.2 * (len(last) - n), None, text) for n, text in enumerate(last)]
    if word == "FAILED":
        return [
            (0.8, None, "Traceback (most recent call last):"),
            (0.6, None, '  File "train.py", line 212, in <module>'),
            (0.4, None, "    trainer.train()"),
            (0.2, "ERROR", f"Process exited with code {job.plan.exit_code}"),
        ]
    if word in ("STOPPED", "PREEMPTED"):
        return [(0.2, "WARNING", "Received SIGTERM, shutting down.")]
    return []


def _step(job: Job, n: int) -> str:
    step = (n + 1) * STEPS_A_LINE
    rate = 1.9 + 0.25 * chance(job.id, "rate", n)
    decay = 2e-4 * (0.5 + 0.5 * math.cos(math.pi * min(1, step / _total(job))))
    norm = 0.4 + 1.5 * math.exp(-n / 40) + 0.3 * chance(job.id, "norm", n)
    return (
        f"{{'step': {step}, 'loss': {_loss(job, n):.4f}, 'grad_norm': {norm:.3f}, "
        f"'learning_rate': {decay:.3e}, 'it/s': {rate:.2f}, 'epoch': {3 * step / _total(job):.2f}}}"
    )


def _bar(job: Job, n: int) -> str:
    total = _total(job)
    step = min(total, (n * 6 + 1) * STEPS_A_LINE)
    done = step * 10 // total
    return f"{100 * step // total:3d}%|{'█' * done}{' ' * (10 - done)}| {step}/{total} [{step / 2:.0f}s, 2.00it/s]"


def _warning(job: Job, n: int) -> str:
    return WARNINGS[int(chance(job.id, "warning", n) * len(WARNINGS))]


def _evaluation(job: Job, n: int) -> str:
    return f"{{'eval_loss': {_loss(job, n * 120 + 48) * 1.04:.4f}, 'eval_samples_per_second': 41.{n % 10}}}"


def _checkpoint(job: Job, n: int) -> str:
    folder = (job.runtime.get("checkpointing_config") or {}).get("checkpoint_path") or "/mnt/ckpts"
    return f"Saving model checkpoint to {folder}/checkpoint-{600 * (n + 1)}"


def _worker(job: Job, n: int) -> str:
    if n == 0:
        return "NCCL INFO Connected all rings, using NET/IB"
    return f"NCCL INFO AllReduce busbw {170 + 25 * chance(job.id, 'busbw', n):.1f} GB/s"


def _loss(job: Job, n: int) -> float:
    floor = 0.45 + 0.2 * chance(job.id, "floor")
    return floor + 1.9 * math.exp(-n / 90) + 0.08 * (chance(job.id, "loss", n) - 0.5)


def _total(job: Job) -> int:
    return max(STEPS_A_LINE, min(200_000, int(job.plan.run_s / LINE_EVERY_S) * STEPS_A_LINE))


PIP = (
    "Collecting transformers==4.57.1",
    "  Downloading transformers-4.57.1-py3-none-any.whl (12.0 MB)",
    "Collecting datasets>=3.2",
    "  Downloading datasets-3.6.0-py3-none-any.whl (491 kB)",
    "Collecting peft",
    "  Downloading peft-0.17.1-py3-none-any.whl (504 kB)",
    "Successfully installed datasets-3.6.0 peft-0.17.1 transformers-4.57.1",
)
START = (
    "Loading tokenizer and model",
    "Loading checkpoint shards: 100%",
    "trainable params: 13,631,488 || all params: 8,043,892,736 || trainable%: 0.1695",
    "***** Running training *****",
    "  Instantaneous batch size per device = 4",
    "  Gradient accumulation steps = 8",
)
WARNINGS = (
    "Token indices sequence length is longer than the specified maximum sequence length (4231 > 4096)",
    "DataLoader worker is slow: 0.31 s for the last batch",
    "Could not estimate the number of tokens of the input, floating-point operations will not be computed",
)
