"""`manage.py up`: the whole console on one machine, from PostgreSQL to the page."""

import dataclasses
import json
import os
import signal
import socket
from typing import Any

from gpuconsole.door import asking, data
from gpuconsole.door.options import Options
from gpuconsole.door.postgres import Postgres
from gpuconsole.door.programs import Addresses, Programs
from gpuconsole.door.supervisor import Child, Stopped, Supervisor
from gpuconsole.door.trouble import Trouble
from gpuconsole.door.valkey import Valkey


def main(options: Options) -> int:
    """Start everything, say how it is reached, and stay until told to stop; answers the exit code."""
    house = data.take(options.data)
    listener = asking.listen(options.host, options.port)
    supervisor = Supervisor(say)
    supervisor.obey_signals()
    try:
        _start(options, house, supervisor, listener)
        supervisor.watch()
    except Stopped:
        pass
    finally:
        say("Stopping ...")
        supervisor.stop()
        house.forget_running()
    return 0


def say(line: str) -> None:
    """One line to the operator, at once even through a pipe."""
    print(line, flush=True)


def _start(options: Options, house: data.Data, supervisor: Supervisor, listener: socket.socket) -> None:
    port = listener.getsockname()[1]
    simulator_port = 0 if options.empty else asking.free_port(port + 1)
    database_url, redis_url = _start_servers(house, supervisor)
    simulator_url = f"http://127.0.0.1:{simulator_port}" if simulator_port else ""
    addresses = Addresses(database_url, redis_url, _url(options.host, port), simulator_url)
    house.write_running(dataclasses.asdict(addresses))
    programs = Programs(house, addresses, options)
    if simulator_port:
        supervisor.start(Child("simulator", lambda: programs.simulator(simulator_port)))
    gate, opener = os.pipe()
    supervisor.start(Child("web", lambda: programs.web(listener)), first=programs.web(listener, gate))
    made = _prepare(house, programs, supervisor)
    os.close(gate)
    os.close(opener)
    supervisor.start(Child("worker", programs.worker))
    supervisor.wait(
        lambda: asking.answers("127.0.0.1" if _is_any(options.host) else options.host, port, "/healthz/"),
        timeout_s=120,
        otherwise=f"the pages do not answer: see {house.logs / 'web.log'}",
    )
    supervisor.start(Child("beat", programs.beat))
    supervisor.start(Child("watchdog", programs.watchdog))
    _tell(addresses, made)


def _start_servers(house: data.Data, supervisor: Supervisor) -> tuple[str, str]:
    """Start the embedded servers that no URL replaces; answers both URLs."""
    database_url, redis_url = os.environ.get("DATABASE_URL", ""), os.environ.get("REDIS_URL", "")
    handles = (house.children_lock,)
    if not database_url:
        postgres = Postgres(house.folder / "postgres", house.logs)
        process = supervisor.start(Child("PostgreSQL", lambda: postgres.start(handles), signal.SIGINT, grace_s=20))
        postgres.wait(process)
        database_url = postgres.url
    if not redis_url:
        valkey = Valkey(house.folder / "valkey", house.logs)
        valkey.wait(supervisor.start(Child("Valkey", lambda: valkey.start(handles))))
        redis_url = valkey.url
    return database_url, redis_url


def _prepare(house: data.Data, programs: Programs, supervisor: Supervisor) -> dict[str, Any]:
    """Migrate and make what a first start makes; answers what was made."""
    answer, log = house.folder / "prepare.json", house.logs / "prepare.log"
    answer.unlink(missing_ok=True)
    process = programs.prepare()
    try:
        supervisor.wait(
            lambda: process.poll() is not None, timeout_s=600, otherwise=f"preparing takes too long: see {log}"
        )
        made: dict[str, Any] = json.loads(answer.read_text()) if answer.exists() else {}
    finally:
        process.kill()
        process.wait()
        answer.unlink(missing_ok=True)  # it holds the first password
    if process.returncode != 0:
        raise Trouble(made.get("trouble") or f"the database could not be prepared: see {log}")
    return made


def _tell(addresses: Addresses, made: dict[str, Any]) -> None:
    email = made.get("email", "")
    say(f"URL: {addresses.url}")
    say(f"Sign in as: {email}")
    reset = f"set at the first start; set another with: python3 manage.py changepassword {email}"
    say(f"Password: {made.get('password') or reset}")
    say(f"API token: {made.get('token') or f'made at the first start; make others at {addresses.url}/account/tokens/'}")
    say(f"Simulator: {addresses.simulator_url or 'none (--empty)'}")


def _url(host: str, port: int) -> str:
    if _is_any(host):
        host = socket.gethostname()
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _is_any(host: str) -> bool:
    return host in {"0.0.0.0", "::"}  # noqa: S104
