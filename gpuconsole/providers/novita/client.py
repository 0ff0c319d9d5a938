"""Novita's HTTP calls in its own words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from gpuconsole.providers.errors import NoCapacity, NotFound, ProviderError, Rejected, Unconfirmed, Unreachable
from gpuconsole.providers.http import Client, Wording
from gpuconsole.providers.novita.edits import NovitaEdits
from gpuconsole.providers.novita.schemas import NovitaInstanceSpec
from gpuconsole.providers.wire import items

V1 = "/gpu-instance/openapi/v1"
CREATE = f"{V1}/gpu/instance/create"
EDIT = f"{V1}/gpu/instance/edit"
CLUSTERS = f"{V1}/clusters"
METRICS = "/openapi/v1/metrics/gpu/instance"
"""Not below the prefix of all other calls (docs)."""
PAGE = 100
"""Rows a page; the most that Novita gives is not told."""

_KINDS: dict[str, type[ProviderError]] = {
    "RESOURCE_NOT_FOUND": NotFound,
    "INSUFFICIENT_RESOURCE": NoCapacity,
    "GPU_SPEC_USED": NoCapacity,
}
"""Reasons that are no refusal, though they all come as HTTP 400 (docs; client code)."""
_FIELDS = {
    "IMAGE_NOT_FOUND": "imageUrl",
    "IMAGE_URL_OR_AUTH_ERROR": "imageUrl",
    "IMAGE_TOO_LARGE": "imageUrl",
    "INVALID_COMMAND_PARAM": "command",
    "UNSUPPORTED_BILLING_MODE": "billingMode",
    "CUDA_VERSION_INCOMPATIBLE": "minCudaVersion",
    "CREATE_GPU_NUM_LIMIT": "gpuNum",
    "CLUSTER_STATUS": "clusterId",
    "CUR_CLUSTER_NETWORK_STORAGE_NOT_SUPPORT": "clusterId",
    "NETWORK_NOT_FOUND": "networkId",
    "NETWORK_STORAGE_NOT_FOUND": "networkStorages",
    "NETWORK_STORAGE_IN_USE": "networkStorages",
    "NETWORK_STORAGE_UNAVAILABLE": "networkStorages",
    "INSTANCE_LOCAL_STORAGE_NOT_FOUND": "diskSize",
}
"""The field that a reason is about (assumed: the reference lists reasons, not their calls)."""
_THINGS = {"product": "productId", "cluster": "clusterId", "registry auth": "imageAuthId", "network": "networkId"}
"""What a missing thing is called in messages, and the field that named it (assumed)."""

_PATHED = re.compile(r"\s*((?:\w+(?:\[\d+\])?\.)*\w+(?:\[\d+\])?)\s*:\s+(.*)", re.DOTALL)
_NAMES = sorted({*NovitaInstanceSpec.model_fields, *NovitaEdits.model_fields} - {"provider"}, key=len, reverse=True)
_BY_NAME = {name.lower(): name for name in _NAMES}


def _error(body: Any) -> tuple[str, str]:
    """``{"code", "reason", "message", "metadata"}`` (client code); a path may stand at the head of the message."""
    if not isinstance(body, Mapping):
        return "", ""
    message, reason = str(body.get("message") or body.get("reason") or ""), str(body.get("reason") or "")
    if (pathed := _PATHED.fullmatch(message)) and (path := _own_path(pathed.group(1))):
        return pathed.group(2), path
    return message, _FIELDS.get(reason) or _named(reason, message)


def _own_path(path: str) -> str:
    """A path of ours for one of theirs: ``envs[0].key`` is ``envs.0.key``; empty where its head is no field."""
    head, *rest = re.sub(r"\[(\d+)\]", r".\1", path).split(".")
    return ".".join([_BY_NAME[head.lower()], *rest]) if head.lower() in _BY_NAME else ""


def _named(reason: str, message: str) -> str:
    """The field that a message names somewhere, or whose thing is missing."""
    if reason == "RESOURCE_NOT_FOUND":
        return next((field for thing, field in _THINGS.items() if message.lower().startswith(f"{thing} ")), "")
    found = (name for name in _NAMES if re.search(rf"\b{name}\b", message, re.IGNORECASE))
    return next(found, "") if reason in ("VALIDATOR_PARAM", "REQUEST") else ""


def _kind(body: Any) -> type[ProviderError] | None:
    return _KINDS.get(str(body.get("reason"))) if isinstance(body, Mapping) else None


WORDING = Wording("Novita", _error, kind=_kind)


class NovitaClient:
    """Signed calls; answers as decoded JSON, unwrapped."""

    def __init__(self, http: Client, api_key: str) -> None:
        self.http = http
        self._signed = {"Authorization": f"Bearer {api_key}"}

    def create(self, body: Any) -> str:
        """A new instance: its id is all that comes back."""
        try:
            answer = self._post(CREATE, body)
        except NotFound as exc:  # something that the body names: nothing was made
            field = _named("RESOURCE_NOT_FOUND", exc.message.removeprefix("Novita says: "))
            raise Rejected(exc.message, field=field, status_code=exc.status_code, raw=exc.raw) from exc
        found = answer if isinstance(answer, Mapping) else {}
        instance_id = found.get("id") or found.get("Id") or found.get("instanceId")  # client code reads all three
        if not isinstance(instance_id, str) or not instance_id:
            raise Unconfirmed("The answer holds no id.")
        return instance_id

    def instances(self, **filters: str) -> list[Mapping[str, Any]]:
        """All that fit, page by page; ``name`` is fuzzy."""
        return self._pages(f"{V1}/gpu/instances", "instances", "pageNum", 0, filters)

    def instance(self, instance_id: str) -> Mapping[str, Any]:
        """One, with the ways in. Raises NotFound."""
        answer = self._get(f"{V1}/gpu/instance", {"instanceId": instance_id})
        found = answer.get("instance", answer) if isinstance(answer, Mapping) else None  # client code: some wrap it
        if not isinstance(found, Mapping) or not found.get("id"):
            raise Unreachable("The answer holds no instance.")
        return found

    def ask(self, verb: str, instance_id: str) -> None:
        """start, stop, restart or delete."""
        self._post(f"{V1}/gpu/instance/{verb}", {"instanceId": instance_id})

    def edit(self, body: Any) -> None:
        """Change ports and disk; the answer is empty."""
        self._post(EDIT, body)

    def metrics(self, query: Mapping[str, Any]) -> Mapping[str, Any]:
        """Utilisation between two moments (epoch seconds)."""
        answer = self._get(METRICS, query)
        return answer if isinstance(answer, Mapping) else {}

    def products(self, billing: str = "onDemand") -> list[Mapping[str, Any]]:
        """GPU shapes that are rented in this way, with prices; there is no paging."""
        query = {"billingMethod": billing}
        return items(self.http.get(f"{V1}/products", query, headers=self._signed, exact=True), "data")

    def every_product(self) -> list[Mapping[str, Any]]:
        """GPU shapes however they are rented, each once."""
        found: dict[str, Mapping[str, Any]] = {}
        for billing in ("onDemand", "monthly", "spot"):
            for row in self.products(billing):
                found.setdefault(str(row.get("id")), row)
        return list(found.values())

    def clusters(self) -> list[Mapping[str, Any]]:
        """Data centres."""
        return items(self._get(CLUSTERS), "data")

    def storages(self) -> list[Mapping[str, Any]]:
        """Network storages of the account."""
        return self._pages(f"{V1}/networkstorages/list", "data", "pageNo", 1, {})

    def networks(self) -> list[Mapping[str, Any]]:
        """VPC networks of the account."""
        return self._pages(f"{V1}/networks", "networks", "pageNum", 0, {})

    def logins(self) -> list[Mapping[str, Any]]:
        """Registry logins that are stored at Novita."""
        return items(self._get(f"{V1}/repository/auths"), "data")

    def _pages(
        self, path: str, name: str, number: str, first: int, filters: Mapping[str, str]
    ) -> list[Mapping[str, Any]]:
        """Every row once. Whether pages count from 0 or 1 is not told: a page that comes twice does no harm, and the
        total says when all are there."""
        found: dict[str, Mapping[str, Any]] = {}
        for page in range(first, first + _MOST_PAGES):
            answer = self._get(path, {**filters, "pageSize": PAGE, number: page})
            rows = items(answer, name)
            found |= {str(row.get("id") or row.get("Id") or row.get("storageId")): row for row in rows}
            if not rows or len(found) >= _total(answer, len(rows)):
                break
        return list(found.values())

    def _get(self, path: str, query: Mapping[str, Any] | None = None) -> Any:
        return self.http.get(path, query, headers=self._signed)

    def _post(self, path: str, body: Any) -> Any:
        return self.http.call("POST", path, body, headers=self._signed)


_MOST_PAGES = 1000


def _total(answer: Any, count: int) -> int:
    """How many there are (sometimes as text); where it is not told, a page that is not full is the last."""
    try:
        return int(answer.get("total"))
    except (TypeError, ValueError):
        return 0 if count < PAGE else _MOST_PAGES * PAGE
