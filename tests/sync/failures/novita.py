"""GPU instances: ``statusError`` with a status, and refusals told by their reason; there is no log."""

from gpuconsole.providers.causes import Cause
from tests.sync.failures import Case


def _refused(reason: str, message: str, status: int = 400) -> tuple[int, dict[str, object]]:
    return status, {"code": status, "reason": reason, "message": message, "metadata": {}}


CASES = (
    Case(Cause.IMAGE, "exited", "failed to pull image ghcr.io/acme/trainer:9: manifest unknown"),
    Case(Cause.REGISTRY, "exited", "failed to pull image ghcr.io/acme/t: denied: requested access to it is denied"),
    Case(Cause.DISK_FULL, "exited", "failed to extract a layer: no space left on device"),
    Case(Cause.EXIT_CODE, "exited", "container exited with code 1"),
    Case(Cause.HOST_MEMORY, "exited", "container exited with code 137"),
    Case(Cause.COMMAND, "exited", "container exited with code 127"),
    Case(Cause.COMMAND, "exited", 'exec: "trian.sh": executable file not found in $PATH'),
    Case(Cause.PREEMPTED, "exited", "Spot capacity was taken back."),
    Case(Cause.PREEMPTED, "exited", "Spot capacity is being taken back."),
    Case(Cause.NODE_LOST, "exited", "the node is unreachable"),
    Case(Cause.NO_CAPACITY, "exited", "the GPU was given away"),
    Case(Cause.NO_CREDIT, "freezing", "the account is in arrears"),
    Case(Cause.NO_DATA, "removed", "network storage e797ce8f not found"),
    Case(Cause.PROVIDER_FAILURE, "removed", "failed to create the container: internal error"),
    Case(Cause.HARDWARE, "exited", "nvidia driver: no CUDA-capable device is detected"),
    Case(Cause.NO_CAPACITY, refused=_refused("INSUFFICIENT_RESOURCE", "no free GPU of this product")),
    Case(Cause.NO_CAPACITY, refused=_refused("GPU_SPEC_USED", "taken")),
    Case(Cause.NO_CREDIT, refused=_refused("BALANCE_NOT_ENOUGH", "top up first")),
    Case(Cause.NO_CREDIT, refused=_refused("EXPIRED_OR_BALANCE_NOT_ENOUGH", "top up first")),
    Case(Cause.NO_CREDIT, refused=_refused("MEMBER_BUDGET_NOT_ENOUGH", "ask your team")),
    Case(Cause.NO_CREDIT, refused=_refused("BUDGET_NOT_ENOUGH", "ask your team")),
    Case(Cause.PROVIDER_QUOTA, refused=_refused("CREATE_INSTANCE_LIMIT", "no more of them")),
    Case(Cause.PROVIDER_QUOTA, refused=_refused("CREATE_GPU_NUM_LIMIT", "8 at most")),
    Case(Cause.IMAGE, refused=_refused("IMAGE_NOT_FOUND", "look at imageUrl")),
    Case(Cause.IMAGE, refused=_refused("IMAGE_TOO_LARGE", "prewarm it")),
    Case(Cause.REGISTRY, refused=_refused("IMAGE_URL_OR_AUTH_ERROR", "cannot be read")),
    Case(Cause.REJECTED, refused=_refused("VALIDATOR_PARAM", "gpuNum: must be at most 8")),
    Case(Cause.REJECTED, refused=_refused("UNSUPPORTED_BILLING_MODE", "not for this product")),
    Case(Cause.REJECTED, refused=_refused("RESOURCE_NOT_FOUND", "product 99 not found")),
    Case(Cause.REJECTED, refused=_refused("CUDA_VERSION_INCOMPATIBLE", "none has CUDA 99")),
    Case(Cause.PROVIDER_FAILURE, refused=_refused("CLUSTER_STATUS", "the cluster is in maintenance")),
    Case(Cause.NOT_AUTHORIZED, refused=_refused("UNAUTHORIZED", "unknown key", 401)),
    Case(Cause.PERMISSION, refused=_refused("FORBIDDEN", "not for this key", 403)),
    Case(Cause.RATE_LIMITED, refused=_refused("RATE_LIMIT_EXCEEDED", "slow down", 429)),
)
