"""Run by the Python that has `cortecs-py`: every call of the vendor's client, printed as JSON for the test to judge."""

import json
import sys
from typing import Any

import requests
from cortecs_py.client import Cortecs

MODEL = "cortecs/phi-4-FP8-Dynamic"
FAST: dict[str, Any] = {"poll_interval": 0.05, "max_retries": 200}
client = Cortecs(api_base_url="http://127.0.0.1:9/api/v1")  # quirk 1: a variable of the environment wins over this
seen: dict[str, Any] = {}


def shown(instance: Any) -> Any:
    return instance.model_dump(mode="json")


def refusal(call: Any, *args: Any) -> str | None:
    try:
        call(*args)
    except requests.exceptions.HTTPError as error:
        return str(error)
    return None


seen["models"] = [model.model_id for model in client.get_all_models()]
seen["hardware"] = {h.hardware_type_id: h.price_info for h in client.get_all_hardware_types()}
seen["available"] = [h.hardware_type_id for h in client.get_available_hardware_types()]
seen["stop_all_of_nothing"] = client.stop_all()

first = client.start(MODEL, num_workers=2, **FAST)
seen["started"] = shown(first)
seen["ensured_starting_or_running"] = client.ensure_instance(MODEL, num_workers=2, **FAST).instance_id
seen["one"] = shown(client.get_instance(first.instance_id))
seen["delete_of_running"] = refusal(client.delete, first.instance_id)
seen["bad_context"] = refusal(client.start, MODEL, None, 10**6)
client.stop(first.instance_id)
while client.get_instance_status(first.instance_id).status != "stopped":
    pass
seen["stopped"] = shown(client.get_instance(first.instance_id))
seen["ensured_stopped"] = client.ensure_instance(MODEL, num_workers=2, poll=False).instance_id
seen["restarted"] = shown(client.poll_instance(first.instance_id, **FAST))
second = client.start(MODEL, "NVIDIA_L4_1", 8000, "per_hour", 1, **FAST)
seen["second"] = shown(second)
while len(client.get_running_instances()) < 2:
    pass
seen["stop_all"] = client.stop_all()
while any(i.instance_status.status != "stopped" for i in client.get_all_instances()):
    pass
seen["delete"] = client.delete(second.instance_id)
seen["delete_all"] = client.delete_all()
third = client.start(MODEL, poll=False)
seen["delete_all_spares_active"] = client.delete_all()
seen["delete_all_forced"] = client.delete_all(force=True)
seen["third"] = third.instance_id
seen["left"] = [shown(instance) for instance in client.get_all_instances()]
json.dump(seen, sys.stdout)
