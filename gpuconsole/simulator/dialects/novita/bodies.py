"""Bodies that make or change an instance, read whole: create in either revision, upgrade, renewal."""

from typing import Any

from gpuconsole.simulator.dialects.novita import fields, ports
from gpuconsole.simulator.dialects.novita.catalogue import CLUSTERS
from gpuconsole.simulator.dialects.novita.checks import flag, items, text, whole, words
from gpuconsole.simulator.dialects.novita.errors import invalid, not_found
from gpuconsole.simulator.dialects.novita.setup import Setup


def read_create(body: dict[str, Any], name_if_empty: str) -> Setup:
    """The setup that a create body of either revision asks for; the cluster is not yet chosen where it may be any."""
    kind = text(body, "kind", least=1)
    if kind not in ("gpu", "cpu"):
        raise invalid("kind", "must be gpu or cpu")
    # A CPU instance has no GPUs to count; a client that sends it to this call may leave the number out (assumed).
    gpu_num = whole(body, "gpuNum", least=1, most=8) if kind == "gpu" else whole(body, "gpuNum", least=0, default=0)
    product = fields.product(kind, text(body, "productId", least=1, most=255))
    cpu, memory_gb = whole(body, "cpuNum", least=0, default=0), whole(body, "memory", least=0, default=0)
    shares = gpu_num if kind == "gpu" else 1
    mode, months = fields.billing(body, product)
    if mode != "monthly" and flag(body, "autoRenew"):
        raise invalid("autoRenew", "is for monthly billing only")
    of_tools, opened = ports.tools(body), ports.from_text(body)
    ports.require_room(opened, of_tools)
    fields.require_cuda(text(body, "minCudaVersion", most=255))
    cluster_id = text(body, "clusterId")
    if cluster_id and cluster_id not in CLUSTERS:
        raise not_found("cluster", cluster_id)
    return Setup(
        name=text(body, "name", most=255) or name_if_empty,
        kind=kind,
        product_id=product.id,
        gpu_num=gpu_num if kind == "gpu" else 0,
        cpu=cpu or product.cpu * shares,
        memory_gb=memory_gb or product.memory_gb * shares,
        rootfs_gb=fields.rootfs_gb(body, product),
        local_gb=fields.local_gb(body, product),
        local_mount=fields.path(body, "localStorageMountPoint", "/workspace"),
        image_url=text(body, "imageUrl", least=1, most=500),
        image_auth_id=fields.image_auth_id(body),
        command=fields.command(body, "command"),
        entrypoint=fields.command(body, "entrypoint"),
        ports=opened,
        tools=of_tools,
        envs=fields.envs(body),
        mounts=fields.mounts(body),
        network_id=text(body, "networkId"),
        cluster_id=cluster_id,
        billing_mode=mode,
        months=months,
        auto_renew=flag(body, "autoRenew"),
        auto_renew_months=fields.renewal(body),
    )


def read_upgrade(body: dict[str, Any]) -> dict[str, Any]:
    """The settings that an upgrade replaces; each must be there, and no mounts mean that all are taken away."""
    for name in ("imageUrl", "envs", "command", "save", "networkVolume"):
        if body.get(name) is None:
            raise invalid(name, "field required")
    flag(body, "save")
    if not isinstance(body["networkVolume"], dict):
        raise invalid("networkVolume", "must be an object")

    def each(item: dict[str, Any], at: str) -> dict[str, str]:
        at = f"networkVolume.{at}"
        if text(item, "type", at, least=1) != "network":
            raise invalid(f"{at}type", "must be network")
        return {"id": text(item, "id", at, least=1), "mountPath": fields.mount_path(item, "mountPath", at)}

    return {
        "image_url": text(body, "imageUrl", least=1, most=500),
        "image_auth_id": text(body, "imageAuthId"),
        "envs": fields.envs(body),
        "command": fields.command(body, "command"),
        "entrypoint": fields.command(body, "entrypoint"),
        "mounts": items(body["networkVolume"], "volumeMounts", each, most=fields.MOST_MOUNTS),
    }


def read_renewal(body: dict[str, Any]) -> tuple[list[str], int]:
    """For which instances `setAutoRenew` is, and by how many months they are to renew themselves, 0 for no more."""
    instance_ids = words(body, "instanceIds")
    if not instance_ids:
        raise invalid("instanceIds", "must not be empty")
    return instance_ids, whole(body, "autoRenewMonth", least=1, most=12, default=1) if flag(body, "autoRenew") else 0
