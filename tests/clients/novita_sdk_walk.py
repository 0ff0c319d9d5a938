"""Run by the Python that has `novita-sdk`: its calls for GPU instances, printed as JSON for the test to judge."""

import json
import sys
from typing import Any

import httpx
from novita import NovitaClient
from novita.exceptions import BadRequestError
from novita.generated import models as m

url, key = sys.argv[1:]
gpu = NovitaClient(api_key=key, base_url=url).gpu
control = httpx.Client(base_url=url)
seen: dict[str, Any] = {}


def wait(seconds: float) -> None:
    control.post("/_sim/clock", json={"advance_s": seconds}).raise_for_status()


def status(instance_id: str) -> str:
    return str(gpu.instances.get(instance_id).status.value)


seen["clusters"] = [cluster.id for cluster in gpu.clusters.list()]
seen["prices"] = {product.id: product.price for product in gpu.products.list()}
seen["cpu_prices"] = [product.price for product in gpu.products.list_cpu()]
request = m.CreateInstanceRequest(
    name="sdk-walk",
    product_id="4090.16c62g",
    gpu_num=1,
    rootfs_size=60,
    image_url="ubuntu:22.04",
    kind=m.Kind.gpu,
    envs=[m.Env(key="A", value="b")],
    tools=[m.Tool(name="Jupyter", port="8888", type="http")],
    network_storages=[m.NetworkStorage(id=gpu.storages.list()[0].storage_id, mount_point="/network")],
)
made = gpu.instances.create(request).id
seen["statuses"] = [status(made)]
wait(200)
seen["statuses"].append(status(made))
seen["instance"] = gpu.instances.get(made).model_dump(mode="json", by_alias=True)
seen["listed"] = [row.id for row in gpu.instances.list(page_size=10, page_num=0, name="sdk", status="running")]
gpu.instances.edit(
    m.EditInstanceRequest(instance_id=made, ports=[m.Port(port=80, type=m.Type.http)], expand_root_disk=1)
)
for act in (gpu.instances.restart, gpu.instances.migrate, gpu.instances.stop):
    act(made)
    wait(200)
    seen["statuses"].append(status(made))
job = gpu.instances.save_image(m.SaveImageRequest(instance_id=made, image="ghcr.io/acme/x:1"))
seen["jobs"] = [(row.id == job, row.type.value) for row in gpu.jobs.list()]
gpu.instances.start(made)
wait(60)
seen["statuses"].append(status(made))
try:
    gpu.instances.create(request.model_copy(update={"product_id": "nope"}))
except BadRequestError as error:
    seen["refused"] = [str(error), error.details]
gpu.instances.delete(made)
wait(200)
seen["left"] = len(gpu.instances.list())
gpu.registries.create("ghcr.io", "me", "secret")
seen["registries"] = [auth.name for auth in gpu.registries.list()]
gpu.networks.create(m.CreateNetworkRequest(cluster_id="us-ca-6", name="lab"))
seen["networks"] = [row.name for row in gpu.networks.list()]
seen["templates"] = [row.name for row in gpu.templates.list()]
json.dump(seen, sys.stdout)
