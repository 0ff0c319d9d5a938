"""Novita's own words for what went wrong: ``statusError`` (texts assumed) and the reasons of a refusal (docs)."""

from gpuconsole.providers.causes import Cause, words

SAID = words(
    (Cause.PREEMPTED, r"spot capacity"),
    (Cause.NO_CREDIT, r"freez(?:e|ing)|overdue"),
    (Cause.NO_DATA, r"network storage \S{0,80} ?(?:not found|unavailable)|NETWORK_STORAGE_(?:NOT_FOUND|UNAVAILABLE)"),
    (Cause.NO_CAPACITY, r"gpu (?:was |is )?given away|no free gpu"),
    (Cause.HARDWARE, r"nvidia driver"),
    (Cause.COMMAND, r"INVALID_COMMAND_PARAM|failed to start container"),
)

REFUSED = words(
    (Cause.NO_CREDIT, r"BALANCE_NOT_ENOUGH|BUDGET_NOT_ENOUGH|WALLET_NOT_FOUND"),
    (Cause.PROVIDER_QUOTA, r"CREATE_INSTANCE_LIMIT|CREATE_GPU_NUM_LIMIT|OPERATION_LIMIT|IMAGE_PREWARM_NUM_LIMIT"),
    (Cause.NO_CAPACITY, r"INSUFFICIENT_RESOURCE|GPU_SPEC_USED"),
    (Cause.REGISTRY, r"IMAGE_URL_OR_AUTH_ERROR"),
    (Cause.IMAGE, r"IMAGE_NOT_FOUND|IMAGE_TOO_LARGE"),
    (Cause.PROVIDER_FAILURE, r"CLUSTER_STATUS|NODE_STATUS"),
)
"""Reasons as they stand in the body."""

ADVICE = {
    Cause.IMAGE: "Check imageUrl with its tag; large images can be prewarmed on a cluster first. A private one needs "
    "imageAuth or imageAuthId.",
    Cause.REGISTRY: "Name a secret that holds user:password in imageAuth, or a stored login in imageAuthId.",
    Cause.COMMAND: "Check command and entrypoint: Novita splits them, so quote with care. Long scripts belong into the "
    "image.",
    Cause.GPU_MEMORY: "Use a smaller batch, more GPUs (gpuNum) or a product whose GPUs have more memory.",
    Cause.HOST_MEMORY: "CPU and memory grow with gpuNum and the product: take more GPUs or a larger product.",
    Cause.DISK_FULL: "Raise rootfsSize, or mount a network storage; an instance's disk can be grown under Edit.",
    Cause.NO_CAPACITY: "Pick another product or cluster, or leave the cluster open; sold-out products come back within "
    "hours.",
    Cause.PREEMPTED: "Start it again, or launch it as onDemand: a spot instance is sure of its first hour only.",
    Cause.NO_CREDIT: "Top up the Novita wallet, or have the member's budget raised there.",
    Cause.PROVIDER_QUOTA: "Novita limits instances and GPUs of an account: terminate some, or ask Novita for more.",
}
