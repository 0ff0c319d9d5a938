"""Compute jobs: OTOY gives no cause, so that times and logs must tell it; refusals have a code."""

from gpuconsole.providers.causes import Cause
from tests.sync.failures import Case


def _refused(status: int, code: str, message: str) -> tuple[int, dict[str, object]]:
    return status, {"error": {"code": code, "message": message}}


CASES = (
    Case(Cause.NOT_READY, "FAILED", "It never came up: no node was free in time, or the start took too long."),
    Case(Cause.TIME_LIMIT, "FAILED", "It reached its maximum run time of 15 min."),
    Case(Cause.UNKNOWN, "FAILED", ""),
    Case(
        Cause.GPU_ERROR,
        "FAILED",
        log="""
2026-11-21 10:00:01 Traceback (most recent call last):
2026-11-21 10:00:01   File "/app/main.py", line 88, in <module>
2026-11-21 10:00:01 RuntimeError: CUDA error: an illegal memory access was encountered
2026-11-21 10:00:01 [entrypoint] exit code 1
""",
    ),
    Case(Cause.GPU_MEMORY, "FAILED", log="2026-11-21 10:00:01 CUDA error: out of memory at render.cu:212\n"),
    Case(Cause.GPU_MEMORY, "FAILED", log="Not enough video memory for the scene: 26 GB asked, 24 GB there\n"),
    Case(Cause.HOST_MEMORY, "FAILED", log="2026-11-21 10:00:01 Killed\n"[20:] + "[entrypoint] exit code 137\n"),
    Case(Cause.HOST_MEMORY, "FAILED", log="numpy: MemoryError: unable to allocate 48.2 GiB for an array\n"),
    Case(Cause.DISK_FULL, "FAILED", log="OSError: [Errno 28] No space left on device: '/work/frame-0441.exr'\n"),
    Case(Cause.NO_DATA, "FAILED", log="FileNotFoundError: [Errno 2] No such file or directory: '/data/scene.usd'\n"),
    Case(Cause.NO_DATA, "FAILED", log="Model acme/unet-v9 was not found on the hub\n[entrypoint] exit code 2\n"),
    Case(Cause.BAD_DATA, "FAILED", log="PIL.UnidentifiedImageError: cannot identify image file '/data/0117.png'\n"),
    Case(Cause.BAD_CONFIG, "FAILED", log="pydantic_core._pydantic_core.ValidationError: 1 validation error for Job\n"),
    Case(Cause.DEPENDENCY, "FAILED", log="ImportError: libcudart.so.12: cannot open shared object file\n"),
    Case(
        Cause.MODEL_LOAD, "FAILED", log="safetensors_rust.SafetensorError: Error while deserializing: HeaderTooLarge\n"
    ),
    Case(Cause.HARDWARE, "FAILED", log="RuntimeError: No CUDA GPUs are available\n[entrypoint] exit code 1\n"),
    Case(Cause.PERMISSION, "FAILED", log="PermissionError: [Errno 13] Permission denied: '/data/out'\n"),
    Case(
        Cause.COMMAND, "FAILED", log="/entrypoint.sh: line 4: trainer: command not found\n[entrypoint] exit code 127\n"
    ),
    Case(Cause.HOST_MEMORY, "FAILED", log="2026-11-21 10:00:01 Killed\n"),
    Case(Cause.EXIT_CODE, "FAILED", log="[entrypoint] exit code 3\n"),
    Case(Cause.EXIT_CODE, "FAILED", log="Segmentation fault (core dumped)\n"),
    Case(Cause.NO_CREDIT, refused=_refused(402, "INSUFFICIENT_CREDIT", "the credit of this account is used up")),
    Case(Cause.REJECTED, refused=_refused(400, "VALIDATION_ERROR", "max_timeout_run_ms must be at least 60000")),
    Case(Cause.REJECTED, refused=_refused(409, "CONFLICT", "the job is COMPLETED already")),
    Case(Cause.NOT_AUTHORIZED, refused=_refused(401, "UNAUTHORIZED", "signature does not match")),
    Case(Cause.PERMISSION, refused=_refused(403, "FORBIDDEN", "this key may not create jobs")),
    Case(Cause.RATE_LIMITED, refused=_refused(429, "RATE_LIMITED", "slow down")),
)
