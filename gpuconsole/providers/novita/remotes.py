"""From Novita's instances to remotes, and the ways into them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from pydantic import SecretStr

from gpuconsole.providers import tokens
from gpuconsole.providers.masking import MASK
from gpuconsole.providers.novita import offers
from gpuconsole.providers.novita.statuses import FAILED, STATUSES
from gpuconsole.providers.remote import UNHEARD_OF, Phase, Port, Reading, Remote, RemoteState, Way
from gpuconsole.providers.wire import moment, whole

_ACCEPTED = Reading(RemoteState.QUEUED, Phase.QUEUED)
_TICKING = "useTime"
"""Left out of the kept answer: it would make each one look new."""
_HIDDEN = frozenset({"password", "sshPassword", "imageAuth"})
_SPOT = {
    "notified": "Spot capacity is going to be taken back.",
    "reclaiming": "Spot capacity is being taken back.",
    "terminated": "Spot capacity was taken back.",
}


def accepted(instance_id: str, body: Mapping[str, Any]) -> Remote:
    """What is known after a create call, which tells the id alone."""
    token, name = tokens.split(body["name"])
    return Remote(
        id=instance_id,
        status="",
        reading=_ACCEPTED,
        token=token,
        name=name,
        hardware_id=str(body["productId"]),
        gpu_count=whole(body["gpuNum"]) if body["kind"] == "gpu" else 0,
        raw={"id": instance_id},
    )


def remote(instance: Mapping[str, Any]) -> Remote:
    """One instance as listed or told; only the latter has the ways in, and times of the seed's era, if any."""
    status, error = str(instance.get("status") or ""), _error(instance)
    token, name = tokens.split(str(instance.get("name") or ""))
    reading = STATUSES.get(status, UNHEARD_OF)
    return Remote(
        id=str(instance.get("id") or ""),
        status=status,
        reading=FAILED if error and reading.state == RemoteState.CANCELLED else reading,
        token=token,
        name=name,
        created_at=_moment(instance.get("createdAt")),
        started_at=_moment(instance.get("lastStartedAt")),
        # of one that is removed it may be the stop before, long after which its disks were still there
        ended_at=_moment(instance.get("lastStoppedAt")) if reading.state == RemoteState.STOPPED else None,
        message=error or _SPOT.get(str(instance.get("spotStatus")), ""),
        hardware_id=str(instance.get("productId") or ""),
        gpu_count=0 if instance.get("kind") == "cpu" else whole(instance.get("gpuNum")),
        region=str(instance.get("clusterName") or instance.get("clusterId") or ""),
        resting_hourly_price=_disks_hourly(instance),
        connect=connect(instance) if reading.state == RemoteState.RUNNING else {},
        ports=ports(instance) if reading.state == RemoteState.RUNNING else (),
        raw=_shown(instance),
    )


def steady(instance: Mapping[str, Any]) -> dict[str, Any]:
    """An answer but for what goes on counting while nothing changes."""
    return {key: value for key, value in instance.items() if key != _TICKING}


def _disks_hourly(instance: Mapping[str, Any]) -> Decimal | None:
    """Of its disks as they are now; None where it does not tell both. The volume disk stands under its old name, or
    first among the mounts (docs)."""
    container_gb, volume_gb = whole(instance.get("rootfsSize")), whole(instance.get("diskSize"))
    mounts = instance.get("volumeMounts")
    if volume_gb is None and isinstance(mounts, list):
        local = [one for one in mounts if isinstance(one, Mapping) and one.get("type") == "local"]
        volume_gb = sum(whole(one.get("size")) or 0 for one in local)
    if container_gb is None or volume_gb is None:
        return None
    return offers.disks_hourly(offers.paid_gb(container_gb, volume_gb))


def connect(instance: Mapping[str, Any]) -> dict[str, Way]:
    """The ways in, by label. SSH comes as a line to copy; host and port are not told apart (client code)."""
    ssh, jupyter, terminal, log = (_part(instance, name) for name in ("SSH", "Jupyter", "WebTerminal", "Log"))
    found = {
        "SSH": ssh.get("sshCommand") or instance.get("sshCommand"),
        "SSH password": _secret(ssh.get("password") or instance.get("sshPassword")),
        "Jupyter": jupyter.get("address"),
        **{_label(port): port.get("endpoint") for port in _ports(instance)},
        "Web terminal": terminal.get("address"),
        "Web terminal user": terminal.get("username"),
        "Web terminal password": _secret(terminal.get("password")),
        "System log": log.get("systemLogAddress"),
        "Instance log": log.get("instanceLogAddress"),
    }
    return {label: way if isinstance(way, SecretStr) else str(way) for label, way in found.items() if way}


def ports(instance: Mapping[str, Any]) -> tuple[Port, ...]:
    """The published ports with an address; whether something listens is told of the built-in Jupyter alone (docs)."""
    jupyter = instance.get("connectComponentJupyter")
    tool = jupyter if isinstance(jupyter, Mapping) else {}
    found = [_port(port, tool) for port in _ports(instance) if port.get("endpoint") and whole(port.get("port"))]
    number, is_up = whole(tool.get("port")), tool.get("isRunning") is not False
    if number and tool.get("address") and is_up and number not in {port.number for port in found}:
        found.append(Port(number, "http", "Jupyter", "Jupyter", _told(tool)))
    return tuple(sorted(found, key=lambda port: port.number))


def _port(port: Mapping[str, Any], tool: Mapping[str, Any]) -> Port:
    number = whole(port.get("port")) or 0
    is_tool = number == whole(tool.get("port"))
    use, answers = ("Jupyter", _told(tool)) if is_tool else ("", None)
    return Port(number, str(port.get("type") or ""), _label(port), use, answers)


def _told(tool: Mapping[str, Any]) -> bool | None:
    is_running = tool.get("isRunning")
    return is_running if isinstance(is_running, bool) else None


def _label(port: Mapping[str, Any]) -> str:
    return f"Port {port.get('port')}, {port.get('type')}"


def _secret(told: Any) -> SecretStr | None:
    return SecretStr(str(told)) if told else None


def _part(instance: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = instance.get(f"connectComponent{name}")
    return found if isinstance(found, Mapping) and found.get("isRunning") is not False else {}


def _ports(instance: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [port for port in instance.get("portMappings") or () if isinstance(port, Mapping)]


def _error(instance: Mapping[str, Any]) -> str:
    error = instance.get("statusError")
    return str(error.get("message") or error.get("state") or "") if isinstance(error, Mapping) else ""


def _moment(told: Any) -> datetime | None:
    """Epoch seconds as text, 0 for never; or ISO 8601 (the reference tells neither)."""
    seconds = whole(told) if not isinstance(told, str) or told.isdecimal() else None
    if seconds is None:
        return moment(told)
    try:
        return datetime.fromtimestamp(seconds, UTC) if seconds > 0 else None
    except (ValueError, OverflowError, OSError):
        return None


def _shown(value: Any) -> Any:
    """The answer without passwords and without the values of variables, which come back in clear (docs)."""
    if isinstance(value, Mapping):
        hidden = _HIDDEN | ({"value"} if set(value) == {"key", "value"} else set())
        return {key: MASK if key in hidden and item else _shown(item) for key, item in value.items() if key != _TICKING}
    return [_shown(item) for item in value] if isinstance(value, list) else value
