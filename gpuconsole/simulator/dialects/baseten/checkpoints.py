"""Checkpoints of a job: one every five nominal minutes of running, and one at a good end, if checkpointing is on."""

import hashlib
from dataclasses import dataclass
from typing import Any

from gpuconsole.simulator.clock import iso
from gpuconsole.simulator.dialects.baseten.jobs import Job
from gpuconsole.simulator.web import Request, Response
from gpuconsole.simulator.world import chance

EVERY_S = 300
STEPS_PER_S = 2
SYNC_S = 30
KEPT = 200


@dataclass(frozen=True)
class Checkpoint:
    """One saved state of a job."""

    name: str
    saved_at: float
    synced_at: float

    def is_synced(self, now: float) -> bool:
        """Whether it is copied out."""
        return self.synced_at <= now


@dataclass(frozen=True)
class File:
    """One file of a checkpoint."""

    checkpoint: Checkpoint
    name: str
    size: int

    @property
    def relative_name(self) -> str:
        """Its name below the checkpoint directory."""
        return f"{self.checkpoint.name}/{self.name}"


def made(job: Job, now: float) -> list[Checkpoint]:
    """The checkpoints saved so far, oldest first; the newest `KEPT` of a job that runs for ever."""
    span = job.running_span(now)
    if span is None or not (job.runtime.get("checkpointing_config") or {}).get("enabled"):
        return []
    began, seen_until = span
    every, sync = job.span(EVERY_S), job.span(SYNC_S)
    count = int((seen_until - began) // every)
    saved = [(n * EVERY_S, began + n * every) for n in range(max(1, count - KEPT + 1), count + 1)]
    if job.word(now) == "COMPLETED":
        saved.append((int(job.plan.run_s), seen_until))
    unique = dict(saved)
    return [
        Checkpoint(f"checkpoint-{max(1, int(at_s * STEPS_PER_S))}", round(moment, 3), round(moment + sync, 3))
        for at_s, moment in unique.items()
    ]


def sync_status(job: Job, now: float) -> str | None:
    """The job-level word: COMPLETED where a checkpoint's own word is COMPLETE."""
    checkpoints = made(job, now)
    if not checkpoints:
        return None
    return "COMPLETED" if all(c.is_synced(now) for c in checkpoints) else "SYNCING"


def as_json(job: Job, checkpoint: Checkpoint, now: float) -> dict[str, Any]:
    """As the list shows it."""
    return {
        "checkpoint_id": checkpoint.name,
        "training_job_id": job.id,
        "created_at": iso(checkpoint.saved_at),
        "checkpoint_type": "lora",
        "base_model": _base_model(job),
        "lora_adapter_config": {"r": 16, "lora_alpha": 32, "target_modules": ["q_proj", "k_proj", "v_proj", "o_proj"]},
        "size_bytes": sum(file.size for file in files(job, checkpoint)),
        "sync_status": "COMPLETE" if checkpoint.is_synced(now) else "SYNCING",
    }


def files(job: Job, checkpoint: Checkpoint) -> list[File]:
    """What lies in a checkpoint; sizes are those of the bytes that a download gives."""
    weights = 6_000_000 + int(2_000_000 * chance(job.id, "adapter"))
    sizes = {
        "adapter_config.json": 742,
        "adapter_model.safetensors": weights,
        "optimizer.pt": 2 * weights,
        "trainer_state.json": 3_100 + len(checkpoint.name) * 40,
    }
    return [File(checkpoint, name, size) for name, size in sizes.items()]


def file_row(job: Job, file: File, base_url: str) -> dict[str, Any]:
    """As the paged list shows it, with a link that opens without a key."""
    path = f"/checkpoints/{job.id}/{file.checkpoint.name}/{file.name}"
    return {
        "url": f"{base_url}{path}?X-Amz-Signature={_signature(path)}",
        "relative_file_name": file.relative_name,
        "node_rank": 0,
        "size_bytes": file.size,
        "last_modified": iso(file.checkpoint.saved_at),
    }


def download(request: Request, job: Job, name: str, file_name: str) -> Response:
    """The bytes behind a link, 403 without its signature."""
    path = f"/checkpoints/{job.id}/{name}/{file_name}"
    if request.query.get("X-Amz-Signature") != _signature(path):
        return Response(403, b"<Error><Code>AccessDenied</Code></Error>", {"Content-Type": "application/xml"})
    for checkpoint in made(job, job.world.now()):
        for file in files(job, checkpoint):
            if (checkpoint.name, file.name) == (name, file_name):
                block = hashlib.sha256(path.encode()).digest()
                body = (block * (file.size // len(block) + 1))[: file.size]
                return Response(200, body, {"Content-Type": "application/octet-stream"})
    return Response(404, b"<Error><Code>NoSuchKey</Code></Error>", {"Content-Type": "application/xml"})


def _signature(path: str) -> str:
    return hashlib.sha256(f"link:{path}".encode()).hexdigest()


def _base_model(job: Job) -> str | None:
    for weight in job.request.get("weights") or []:
        if weight["source"].startswith("hf://"):
            return str(weight["source"].removeprefix("hf://").split("@")[0])
    return None
