"""OTOY gives no cause: what is known is told by a run's times, in our words (``runs.why_failed``), and by its log."""

from gpuconsole.providers.causes import Cause, words

SAID = words(
    (Cause.NOT_READY, r"never came up"),
    (Cause.TIME_LIMIT, r"maximum run time"),
)

REFUSED = words((Cause.NO_CREDIT, r"INSUFFICIENT_CREDIT|credit of this account"))
"""``error.code`` (assumed)."""

ADVICE = {
    Cause.NOT_READY: "Ask for less or leave the GPU open, allow more regions, and raise max_timeout_assign_ms and "
    "max_timeout_start_ms: a 22 GB image takes about nine minutes to pull. Image and tag are two fields.",
    Cause.TIME_LIMIT: "Raise max_timeout_run_ms, or let the work save what it has and go on from there.",
    Cause.NODE_LOST: "Nodes are independent machines that can vanish: set max_retry_count, and save often.",
    Cause.IMAGE: "Write the repository into image and its tag into tag; a private one needs host, user and secret.",
    Cause.NO_CREDIT: "Buy credit at Dispersed: jobs are paid in advance.",
    Cause.GPU_MEMORY: "Raise min_vram_gb so that only larger GPUs are taken, or use a smaller batch.",
    Cause.HOST_MEMORY: "Raise min_ram_gb, which is 0 by default.",
    Cause.DISK_FULL: "Raise min_storage_gb, which is 0 by default.",
    Cause.UNKNOWN: "OTOY gives no cause. A node may have vanished: set max_retry_count, and look at the last lines of "
    "the log.",
}
