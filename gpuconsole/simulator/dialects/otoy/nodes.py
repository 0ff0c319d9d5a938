"""Where a run can be reached: its published ports."""

from typing import TYPE_CHECKING, Any

from gpuconsole.simulator.dialects.otoy.runs import FAILING, RUNNING, Run
from gpuconsole.simulator.world import chance

if TYPE_CHECKING:
    from gpuconsole.simulator.dialects.otoy.jobs import Job

SSH_PORT = 22
DEFAULT_PORTS = [SSH_PORT]  # assumed; a list in the create body takes their place
LAG_S = 12


def node_urls(job: "Job", run: Run, now: float) -> list[dict[str, Any]]:
    """The addresses, empty until a while after RUNNING begins.

    As it was reported of the provider, a job cooked from a recipe never has any, nor has one whose ports lack 22.
    """
    started = run.at(RUNNING)
    ports = job.container.get("ports")
    ports = DEFAULT_PORTS if ports is None else ports
    is_up = run.word in (RUNNING, FAILING) and started is not None and now >= started + job.span(LAG_S)
    if not is_up or run.offer is None or job.is_cooked or SSH_PORT not in ports:
        return []
    run_id = job.run_id(run)
    host = f"n{run_id[:6]}-{run.offer.region}.proxy.example.net"
    return [_address(host, run_id, int(port)) for port in dict.fromkeys(ports)]


def _address(host: str, run_id: str, port: int) -> dict[str, Any]:
    """One published port; protocol and TLS of ports other than 22 are assumed."""
    is_ssh = port == SSH_PORT
    return {
        "description": "ssh" if is_ssh else str(port),
        "hostname": host,
        "port": 30_000 + int(chance(run_id, port) * 30_000),
        "protocol": "tcp" if is_ssh else "http",
        "tls": not is_ssh,
    }
