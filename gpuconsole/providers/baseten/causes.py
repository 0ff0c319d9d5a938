"""Baseten's own words for what went wrong (client code; texts where marked assumed), and what to do about it there."""

from gpuconsole.providers.causes import Cause, words

SAID = words(
    (Cause.NO_CAPACITY, r"no (?:gpu )?capacity|no instance type (?:is )?free|waiting for (?:gpu )?capacity"),
    (Cause.PREEMPTED, r"spot capacity was|interrupted on spot"),
    (Cause.NO_DATA, r"mirror(?:ing)? (?:of )?weights|artifact (?:archive )?(?:was |is )?not found"),
    (Cause.DISK_FULL, r"checkpoint volume (?:is )?full|cache (?:is )?full"),
    (Cause.BAD_CONFIG, r"secret \S{1,80} (?:was |is )?not found|cache affinity"),
)
"""Of ``error_message`` (assumed but for spot: the schema says that it is a text for people)."""

REFUSED = words(
    (Cause.PROVIDER_QUOTA, r"exceeds the limit of the organi[sz]ation|max_gpus|gpu limit"),
    (Cause.NO_CREDIT, r"billing is not set up|payment method"),
)
"""In the refusal of a job (assumed)."""

ADVICE = {
    Cause.IMAGE: "Check that image.base_image names a tag that exists. For a private image set image.docker_auth with "
    "a stored registry secret.",
    Cause.REGISTRY: "Set image.docker_auth: auth_method REGISTRY_SECRET wants a stored secret that holds "
    "username:password for this registry.",
    Cause.GPU_MEMORY: "Use a smaller batch, gradient checkpointing or more GPUs (compute.accelerator.count, "
    "compute.node_count), or a GPU with more memory.",
    Cause.HOST_MEMORY: "Raise compute.memory: its default is only 2Gi a node. Fewer data loader workers help too.",
    Cause.DISK_FULL: "Raise runtime.checkpointing_config.volume_size_gib, or write less to the node's own disk.",
    Cause.PREEMPTED: "Retry it, or launch it with availability_model dedicated, which is not interrupted.",
    Cause.NO_CAPACITY: "Try again later, with availability_model spot, or with another accelerator. "
    "cache_config.require_cache_affinity off lets it run where the cache is not.",
    Cause.PROVIDER_QUOTA: "The organization's GPU limit is reached. End other jobs, or have an admin of the Baseten "
    "organization raise the limit.",
    Cause.NO_DATA: "Check weights[].source, the paths under /root/.cache and the uploaded artifacts; mirrored weights "
    "stand at their mount_location.",
    Cause.PERMISSION: "Store a token that may read it as a Baseten secret, and name it in "
    "weights[].auth_secret_name or in environment_variables.",
}
