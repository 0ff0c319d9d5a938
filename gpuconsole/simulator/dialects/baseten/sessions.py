"""Remote access to a job: sign-in codes, longer life, signed SSH keys."""

import base64
import hashlib
from typing import Any

from gpuconsole.simulator.clock import iso
from gpuconsole.simulator.dialects.baseten.checks import choice, record, text, whole
from gpuconsole.simulator.dialects.baseten.errors import Problem
from gpuconsole.simulator.dialects.baseten.jobs import Job
from gpuconsole.simulator.world import World

TEN_YEARS_MIN = 10 * 365 * 24 * 60
PATCH = record({"timeout_minutes": whole(-1), "trigger": choice("on_startup", "on_failure", "on_demand")})
SIGN = record({"public_key": text(1), "replica_id": text(1)}, ("public_key", "replica_id"))
CERTIFICATE_LIFE_S = 600


class Sessions:
    """The sessions that jobs were created with; one on each node."""

    def __init__(self, world: World) -> None:
        self._world = world

    def _config(self, job: Job) -> dict[str, Any] | None:
        asked = job.request.get("interactive_session")
        if asked is None:
            return None
        changed = self._world.table("baseten.sessions", dict)
        defaults = {
            "trigger": "on_demand",
            "timeout_minutes": 480,
            "session_provider": "vs_code",
            "auth_provider": "github",
        }
        given = {name: value for name, value in asked.items() if value is not None}
        return changed.setdefault(job.id, {**defaults, **given})

    def auth_codes(self, job: Job) -> dict[str, Any]:
        """A code for each node, once the job runs and its trigger has opened the session."""
        now = self._world.now()
        config, span = self._config(job), job.running_span(now)
        is_open = config is not None and span is not None and not job.is_final(now)
        if not is_open or config is None or span is None or config["trigger"] == "on_failure":
            return {"auth_codes": []}
        return {"auth_codes": [self._code(job, config, span[0], node) for node in range(job.nodes)]}

    def _code(self, job: Job, config: dict[str, Any], began: float, node: int) -> dict[str, Any]:
        digest = hashlib.sha256(f"{job.id}:{node}".encode()).hexdigest().upper()
        microsoft = config["auth_provider"] == "microsoft"
        return {
            "session_id": f"{job.id}-{node}",
            "replica_id": f"g{node:02d}r0",
            "auth_code": f"{digest[:4]}-{digest[4:8]}",
            "auth_url": "https://microsoft.com/devicelogin" if microsoft else "https://github.com/login/device",
            "generated_at": iso(began),
            "tunnel_name": f"{job.id}-{node}",
            "expires_at": iso(began + _minutes(config["timeout_minutes"]) * 60),
            "working_directory": "/b10/workspace" if job.request.get("enable_baseten_workdir") else "/root",
        }

    def patch(self, job: Job, session_id: str, body: Any) -> dict[str, Any]:
        """Lengthen a session or change when it opens."""
        config = self._config(job)
        if config is None or session_id not in {f"{job.id}-{node}" for node in range(job.nodes)}:
            raise Problem(404, f"Interactive session {session_id} not found.")
        body = {} if body is None else body
        PATCH(body, "")
        if body.get("trigger") and config["trigger"] == "on_startup":
            raise Problem(400, "trigger: cannot be changed for a session that opens on startup")
        if body.get("timeout_minutes") is not None:
            config["timeout_minutes"] = _minutes(config["timeout_minutes"]) + _minutes(body["timeout_minutes"])
        config["trigger"] = body.get("trigger") or config["trigger"]
        return {"interactive_session": self._as_json(config, session_id), "message": "Interactive session updated."}

    def _as_json(self, config: dict[str, Any], session_id: str) -> dict[str, Any]:
        return {"id": session_id, **config, "pod_name": session_id.rpartition("-")[2]}

    def sign(self, job: Job, body: Any) -> dict[str, Any]:
        """A certificate for a public key, while the job runs and was opened for SSH."""
        SIGN({} if body is None else body, "")
        config, now = self._config(job), self._world.now()
        if config is None or config["session_provider"] != "ssh":
            raise Problem(400, "The training job has no ssh session.")
        if job.word(now) != "RUNNING":
            raise Problem(409, "The training job is not running.")
        if body["replica_id"] not in {str(node) for node in range(job.nodes)}:
            raise Problem(404, f"Replica {body['replica_id']} not found.")
        digest = hashlib.sha512(f"{job.id}:{body['public_key']}".encode()).digest()
        token = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        return {
            "ssh_certificate": f"ssh-ed25519-cert-v01@openssh.com {base64.b64encode(digest).decode()} {job.id}",
            "jwt": f"{token[:20]}.{token[20:60]}.{token[60:]}",
            "proxy_address": "ssh.example.com:443",
            "ssh_cert_expires_at": iso(now + CERTIFICATE_LIFE_S),
        }


def _minutes(value: int) -> int:
    return TEN_YEARS_MIN if value == -1 else value
