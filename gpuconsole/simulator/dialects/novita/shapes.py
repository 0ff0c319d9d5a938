"""An instance as v1 shows it: what list and get have in common, and what only get tells.

`node` is left out: its page has an array, a client that is tested against the live API takes nothing but an object.
"""

from decimal import Decimal
from typing import Any

from gpuconsole.simulator.dialects.novita import life
from gpuconsole.simulator.dialects.novita.catalogue import CLUSTERS, PRICE_UNIT
from gpuconsole.simulator.dialects.novita.instances import Instance
from gpuconsole.simulator.world import chance

KEEP_DATA_DAYS = 7
Sizes = dict[str, int]
"""The sizes of network storages in GB, by id."""


def listed(instance: Instance, sizes: Sizes) -> dict[str, Any]:
    """A row of the list; numbers are text, and its ports have no endpoint."""
    setup, now = instance.setup, instance.world.now()
    spot_status, reclaim_time = instance.spot_status(now)
    paid = instance.subscription_at(now)
    return {
        "id": instance.id,
        "name": setup.name,
        "clusterId": setup.cluster_id,
        "clusterName": CLUSTERS[setup.cluster_id].name,
        "status": instance.shown_state(now),
        "statusError": status_error(instance, now),
        "imageUrl": setup.image_url,
        "imageAuthId": setup.image_auth_id,
        "command": setup.command,
        "entrypoint": setup.entrypoint,
        "cpuNum": str(setup.cpu),
        "memory": str(setup.memory_gb),
        "gpuNum": str(setup.gpu_num),
        "portMappings": [{"port": port["port"], "type": port["type"]} for port in setup.ports],
        "productId": setup.product_id,
        "productName": setup.product.name,
        "rootfsSize": setup.rootfs_gb,
        "volumeMounts": _mounts(instance, sizes),
        "envs": setup.envs,
        "kind": setup.kind,
        "billingMode": setup.billing_mode,
        "endTime": "-1" if paid is None else str(int(paid.until)),
        "spotStatus": spot_status,
        "spotReclaimTime": reclaim_time,
    }


def told(instance: Instance, sizes: Sizes, address: dict[str, str], jobs: list[dict[str, str]]) -> dict[str, Any]:
    """The answer of get: all of the row, how to get in, and what the older page told."""
    now = instance.world.now()
    is_up = instance.state(now) == life.RUNNING
    return {
        **listed(instance, sizes),
        "portMappings": [_mapping(instance, port, is_up and instance.is_settled(now)) for port in instance.setup.ports],
        "network": address,
        "jobs": jobs,
        "connectComponentSSH": _ssh(instance, is_up),
        "connectComponentWebTerminal": {"address": "", "username": "", "password": "", "isRunning": False},
        "connectComponentJupyter": _jupyter(instance, is_up),
        "connectComponentLog": _log(instance, is_up),
        "freeStorageSize": int(instance.setup.rootfs_gb * (0.5 + 0.3 * chance(instance.id, "free"))),
        "keepDataDay": KEEP_DATA_DAYS,
        **_older(instance, now),
    }


def status_error(instance: Instance, now: float) -> dict[str, str]:
    """What went wrong, empty where nothing did; its words are assumed."""
    steps = instance.steps(now)
    if steps[-1][1] != life.EXITED:
        return {"state": "", "message": ""}
    before, said = steps[-2][1], instance.failure.said if instance.failure else ""
    if before == life.PULLING:
        why = said or "manifest unknown"
        return {"state": "pulling", "message": f"failed to pull image {instance.setup.image_url}: {why}"}
    if before == life.RUNNING and (said or instance.fails_by == "silent"):
        return {"state": "exited", "message": said}
    if before == life.RUNNING and instance.plan.exit_code:
        return {"state": "exited", "message": f"container exited with code {instance.plan.exit_code}"}
    return {"state": "", "message": ""}


def proxy(instance: Instance) -> str:
    """The host that publishes the TCP ports of its cluster."""
    return f"proxy.{instance.setup.cluster_id}.gpu-instance.novita.ai"


def http_address(instance: Instance, port: int) -> str:
    """Where an HTTP port is published."""
    return f"https://{instance.id}-{port}.{instance.setup.cluster_id}.gpu-instance.novita.ai"


def endpoint(instance: Instance, port: dict[str, Any]) -> str:
    """Where a port is published: under a name of its own, or under another number at the proxy."""
    if port["type"] == "http":
        return http_address(instance, port["port"])
    return f"{proxy(instance)}:{32700 + int(chance(instance.id, port['port']) * 32000)}"


def ssh_command(instance: Instance) -> str:
    """The line to copy: always root, at the proxy's host and a port of the instance's own."""
    return f"ssh -p {instance.ssh_port} root@{proxy(instance)}"


def _mapping(instance: Instance, port: dict[str, Any], is_up: bool) -> dict[str, Any]:
    return {"port": port["port"], "endpoint": endpoint(instance, port) if is_up else "", "type": port["type"]}


def _mounts(instance: Instance, sizes: Sizes) -> list[dict[str, str]]:
    """Sizes are text and stand at the volume disk first, which has no id."""
    setup = instance.setup
    local = [{"type": "local", "size": str(setup.local_gb), "id": "", "mountPath": setup.local_mount}]
    network = [{"type": "network", "size": str(sizes.get(mount["id"], 0)), **mount} for mount in setup.mounts]
    return [*(local if setup.local_gb else []), *network]


def _ssh(instance: Instance, is_up: bool) -> dict[str, Any]:
    if not is_up:
        return {"sshCommand": "", "password": "", "isRunning": False}
    return {"sshCommand": ssh_command(instance), "password": instance.password, "isRunning": True}


def _jupyter(instance: Instance, is_up: bool) -> dict[str, Any]:
    port = next((tool["port"] for tool in instance.setup.tools if tool["name"] == "Jupyter"), 0)
    if not port or not is_up:
        return {"port": port, "address": "", "isRunning": False}
    return {"port": port, "address": http_address(instance, port), "isRunning": True}


def _log(instance: Instance, is_up: bool) -> dict[str, Any]:
    base = f"https://log.{instance.setup.cluster_id}.gpu-instance.novita.ai/{instance.id}"
    return {"systemLogAddress": f"{base}/system", "instanceLogAddress": f"{base}/instance", "isRunning": is_up}


def _older(instance: Instance, now: float) -> dict[str, Any]:
    """Fields of the seed's time that clients still read; times are epoch seconds as text, 0 for never (assumed)."""
    setup = instance.setup
    disk_price = str(int(instance.disk_usd_per_hour / PRICE_UNIT))
    is_up = instance.state(now) == life.RUNNING
    return {
        "createdAt": _moment(instance.created_at),
        "lastStartedAt": _moment(instance.since(life.RUNNING, now)),
        "lastStoppedAt": _moment(instance.since(life.EXITED, now)),
        "useTime": str(int(instance.billed_s(now))),
        "instancePrice": str(int(Decimal(instance.hourly_usd) / PRICE_UNIT)),
        "localStoragePrice": disk_price,
        "exitedLocalStoragePrice": disk_price,
        "diskSize": setup.local_gb,
        "tools": [tool["name"] for tool in setup.tools],
        "sshCommand": ssh_command(instance) if is_up else "",
        "sshPassword": instance.password if is_up else "",
    }


def _moment(moment: float | None) -> str:
    return "0" if moment is None else str(int(moment))
