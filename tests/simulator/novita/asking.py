"""Short words for what these tests ask of Novita's dialect, and the two example bodies."""

from dataclasses import dataclass
from typing import Any

import httpx

from gpuconsole.simulator.dialects.novita.instances import Instance
from gpuconsole.simulator.world import World

KEY = "sandbox-novita-key"
V1 = "/gpu-instance/openapi/v1"

CURRENT: dict[str, Any] = {
    "productId": "4090.16c62g",
    "gpuNum": 1,
    "rootfsSize": 60,
    "imageUrl": "ghcr.io/acme/trainer:1.4",
    "kind": "gpu",
}
"""What the current page asks for at least."""

DOCUMENTED: dict[str, Any] = {
    "name": "gpuconsole-3f9c-train-01",
    "productId": "4090.16c62g",
    "gpuNum": 2,
    "cpuNum": 0,
    "memory": 0,
    "diskSize": 100,
    "rootfsSize": 60,
    "imageUrl": "ghcr.io/acme/trainer:1.4",
    "imageAuth": "",
    "ports": "22/tcp,6006/http",
    "envs": [{"key": "EPOCHS", "value": "3"}],
    "tools": [{"name": "Jupyter", "port": "8888", "type": "http"}],
    "command": "",
    "clusterId": "us-ca-6",
    "localStorageMountPoint": "/workspace",
    "networkStorages": [{"Id": "6a1c0c1e-1111-4222-8333-0123456789ab", "mountPoint": "/network"}],
    "networkId": "",
    "kind": "gpu",
}
"""The reference's example, in the seed's revision."""


@dataclass
class Novita:
    """The client and the world it looks at."""

    client: httpx.Client
    world: World

    def get(self, path: str, **query: Any) -> Any:
        """The JSON of a call that succeeds, on v1 unless the path names another surface."""
        answer = self.client.get(_path(path), params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path: str, body: Any) -> Any:
        """The JSON of a call that succeeds."""
        answer = self.client.post(_path(path), json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def refused(self, path: str, body: Any, status: int = 400) -> tuple[str, str]:
        """Reason and message of a refusal, whose shape is checked."""
        return _refusal(self.client.post(_path(path), json=body), status)

    def refused_get(self, path: str, status: int = 400, **query: Any) -> tuple[str, str]:
        """The same of a reading call."""
        return _refusal(self.client.get(_path(path), params=query), status)

    def create(self, **changes: Any) -> str:
        """The id of a new instance."""
        return str(self.post("/gpu/instance/create", {**CURRENT, **changes})["id"])

    def act(self, verb: str, instance_id: str, **more: Any) -> Any:
        """The answer of a verb on an instance."""
        return self.post(f"/gpu/instance/{verb}", {"instanceId": instance_id, **more})

    def read(self, instance_id: str) -> dict[str, Any]:
        """One instance."""
        found: dict[str, Any] = self.get("/gpu/instance", instanceId=instance_id)
        return found

    def status(self, instance_id: str) -> str:
        """Its status word."""
        return str(self.read(instance_id)["status"])

    def until(self, instance_id: str, status: str) -> None:
        """Turn the clock by single seconds until it is in that status."""
        for _ in range(400):
            if self.status(instance_id) == status:
                return
            self.world.clock.advance(1)
        raise AssertionError(f"never {status}")

    def running(self, **changes: Any) -> str:
        """The id of a new instance that has come to run."""
        made = self.create(**changes)
        self.until(made, "running")
        return made

    def seen(self, instance_id: str) -> Instance:
        """The instance itself."""
        found = self.world.resource("novita", instance_id)
        assert isinstance(found, Instance)
        return found


def _path(path: str) -> str:
    return path if path.startswith(("/openapi", "/gpus", "/gpu-instance")) else V1 + path


def _refusal(answer: httpx.Response, status: int) -> tuple[str, str]:
    body = answer.json()
    assert (answer.status_code, body["code"], set(body)) == (
        status,
        status,
        {"code", "reason", "message", "metadata"},
    ), body
    return body["reason"], body["message"]
