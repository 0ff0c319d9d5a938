"""Fireworks' own words for what went wrong with a batch job (``status`` is a text; its wording is assumed)."""

from gpuconsole.providers.causes import Cause, words

SAID = words(
    (
        Cause.NO_CAPACITY,
        r"waiting for \d{1,6} node|node pool has \d{1,6} at most|insufficientinstancecapacity",
    ),
    (Cause.PREEMPTED, r"spot (?:node|instance)|rebalance recommendation"),
    (Cause.PERMISSION, r"assumerole|sts:|iam role|role binding|no binding to role|accessdenied"),
    (Cause.NODE_LOST, r"a peer has failed|rank \d{1,6} (?:is |was )?lost"),
    (Cause.IMAGE, r"environment \S{1,80} (?:is |was )?not (?:found|ready)|snapshot \S{1,80} (?:is |was )?not"),
)

REFUSED = words(
    (Cause.NO_CREDIT, r"account (?:is |was )?suspended|spending tier|monthly budget"),
    (Cause.PERMISSION, r"no binding to role|inference[- ]only|for inference only"),
    (Cause.NO_CAPACITY, r"names a node pool that is"),
)
"""402 and 412 are listed for unpaid and suspended accounts (docs)."""

ADVICE = {
    Cause.IMAGE: "Check imageRef, or pick an environment or snapshot that is ready. A private image must be readable "
    "for the node pool's role.",
    Cause.REGISTRY: "Let the node pool's role pull from this registry: batch jobs take no registry login of their own.",
    Cause.GPU_MEMORY: "Use a smaller batch or more ranks (numRanks: one GPU each), or a node pool with larger GPUs.",
    Cause.HOST_MEMORY: "Use a node pool with more memory a host, or fewer ranks on each.",
    Cause.NO_CAPACITY: "Raise the node pool's maximum or pick one with free hosts; numRanks must fit into it.",
    Cause.PERMISSION: "Give the IAM role the rights it lacks, or name one in role to which you are bound.",
    Cause.PREEMPTED: "Retry it, or use a node pool that is not on spot.",
    Cause.NO_CREDIT: "Settle the bill or raise the spending tier at Fireworks: all calls pause at its cap.",
    Cause.RATE_LIMITED: "Without a payment method Fireworks takes 10 calls a minute: add one, or launch fewer at once.",
    Cause.DISK_FULL: "Write to storage of your own, or use a node pool whose machines have larger disks.",
}
